"""Which action tags what an operation makes: needed only where the request holds tags."""

import re

from derive import fill
from request import is_made
from words import norm

# How services call their tagging action, where it is not `TagResource`.
NAMES = ("TagResource", "AddTagsToResource", "CreateTags", "AddTags", "TagQueue", "AddTagsToCertificate", "TagCertificateAuthority",
         "TagDeliveryStream", "Tag")
PARAMETERS = ("Tags", "tags", "TagSpecifications", "tagSpecifications", "TagList", "tagList", "TagsList", "jobTags", "UserPoolTags",
              "IdentityPoolTags", "BackupVaultTags", "BackupPlanTags", "FrameworkTags", "ReportPlanTags", "resourceTags", "ResourceTags")
# Services whose guides say that tags at creation are authorized as the tagging action (each service's page on tagging at
# creation, or "Grant permission to tag resources on creation"); of the others it may be so.
DOCUMENTED = {
    "acm", "athena", "backup", "batch", "cloudwatch", "dynamodb", "ec2", "ecr", "ecs", "eks", "elasticache", "elasticfilesystem",
    "elasticloadbalancing", "events", "firehose", "glue", "iam", "kms", "lambda", "logs", "memorydb", "pipes", "rds", "redshift",
    "sagemaker", "scheduler", "secretsmanager", "sns", "sqs", "ssm", "states",
}
MAKING = re.compile(r"^(Create|Run|Start|Register|Request|Submit|Put|Allocate|Copy|Restore|Import|Launch|Publish|Purchase|Provision|Batch)")


def action_of(service, prefix, operation):
    names = {a["name"]: a for a in service["actions"].values()}
    if prefix == "iam":
        kind = re.sub(r"^(Create|Upload)", "", operation).replace("LoginProfile", "")
        return f"Tag{kind}" if f"Tag{kind}" in names else None
    if prefix == "s3":
        return {"CreateJob": "PutJobTagging"}.get(operation)
    return next((n for n in NAMES if n in names), None)


def use(service, prefix, operation, action, members, names, cells, dependents):
    """(sure, tagging action, cells, parameter) of an operation that takes tags; None of others."""
    parameter = next((p for p in PARAMETERS if p in members), None)
    if not parameter or not MAKING.match(operation) or re.match(r"(Add|Create|Put|Batch)?Tags?($|[A-Z])", operation):
        return None
    tagging = action_of(service, prefix, operation)
    if not tagging or tagging == action:
        return None
    types = {t["name"] for t in service["actions"][tagging.lower()]["resourceTypes"]}
    # What it is made from is there already.
    rest = norm(re.split(r"(?<=[a-z])(?:From|With|To)(?=[A-Z])", re.sub(MAKING, "", operation))[0])
    made = {t for t in types if t in service["types"] and is_made(t, operation, service["types"][t])}
    # `RunTask` makes a task rather than a task definition.
    exact = {t for t in made if norm(t).removesuffix("s") in rest}
    # An image builder is no image.
    exact = {t for t in exact if not any(norm(t) != norm(o) and norm(t) in norm(o) for o in exact)}
    # `CreateFlowLogs` makes a `vpc-flow-log`.
    made = exact or made or {t for t in types if rest and norm(t).endswith(rest.removesuffix("s"))}
    own = [c for c in cells if c.split("(")[0] in made and "~" not in c and not re.search(r"\(=|[(,][Ss]ource", c)]
    named = {c.split("(")[0] for c in own}
    for kind in sorted(made - named):
        template = service["types"][kind]
        holes = max(1, len(re.findall(r"[$][{](?!Partition|Region|Account)", template)))
        filled = [c for c in fill(kind, template, operation, names, prefix)[0] if "=" not in c]
        own += filled or [f"{kind}({','.join('-' * holes)})"]
    sure = prefix in DOCUMENTED or f"{prefix}:{tagging}" in dependents
    return sure, tagging, own, parameter
