"""From an SDK operation to its IAM actions, the resources they are used on and the roles that the request passes."""

import re

KNOWN = {"Partition", "Region", "Account"}
# Reasons for a row, and how sure it is; the letters stand in the generated table.
EXACT, OVERRIDE, LINK, VERB, NONE, UNKNOWN = "e", "o", "l", "v", "n", "u"
# Every resource that the request touches is authorized (Amazon EC2 User Guide, "Resource-level permissions for RunInstances").
CONJUNCTIVE = {"ec2"}
# Role members of these services name something that is no IAM role, or a role that is not passed to a service.
NOT_IAM = {"workmail", "quicksight", "iam", "sts", "sso", "repostspace", "organizations", "connect", "signin"}


# Variables whose request parameter no rule of names finds, by IAM prefix.
ALIASES = {
    ("s3", "ObjectName"): ["key"],
    ("sqs", "QueueName"): ["queueurl"],
    ("kms", "KeyId"): ["keyid", "sourcekeyid", "targetkeyid"],
    ("ssm", "ParameterNameWithoutLeadingSlash"): ["name", "names", "path"],
    ("states", "MapRunId"): ["maprunarn"],
    ("iam", "PolicyNameWithPath"): ["policyarn", "policyname"],
    ("logs", "LogGroupName"): ["loggroupname", "loggroupidentifier", "loggroupnames", "loggroupidentifiers"],
    ("lambda", "FunctionName"): ["functionname"],
    ("dynamodb", "TableName"): ["tablename", "tablearn"],
    ("s3", "BucketName"): ["bucket"],
    ("s3express", "BucketName"): ["bucket"],
    ("databrew", "ResourceId"): ["name"],
    ("kms", "Alias"): ["aliasname"],
    ("ssm", "ResourceId"): ["windowid", "baselineid", "opsitemid"],
    ("ec2", "Ipv4PoolEc2Id"): ["poolid"],
    ("iam", "OidcProviderName"): ["openidconnectproviderarn"],
    ("iam", "SamlProviderName"): ["samlproviderarn"],
    ("bedrock", "AutomatedReasoningPolicyId"): ["policyarn"],
    ("appsync", "GraphQLAPIId"): ["apiid"],
    ("cloudtrail", "TrailName"): ["name"],
    ("cloudwatch", "InsightRuleName"): ["rulename", "rulenames"],
    ("codebuild", "ProjectName"): ["id", "ids", "projectname"],
    ("codebuild", "ReportGroupName"): ["reportarn", "reportarns", "reportgrouparn"],
    ("ecs", "TaskDefinitionFamilyName"): ["family"],
    ("elasticmapreduce", "ClusterId"): ["jobflowid", "jobflowids"],
    ("glue", "DevEndpointName"): ["endpointname"],
    ("rds", "DbClusterInstanceName"): ["dbclusteridentifier"],
    ("rds", "ClusterParameterGroupName"): ["dbclusterparametergroupname"],
    ("rds", "ClusterSnapshotName"): ["dbclustersnapshotidentifier"],
    ("rds", "ParameterGroupName"): ["dbparametergroupname"],
    ("rds", "SecurityGroupName"): ["dbsecuritygroupname"],
    ("rds", "SnapshotName"): ["dbsnapshotidentifier", "snapshotidentifier"],
    ("rds", "SubnetGroupName"): ["dbsubnetgroupname"],
    ("redshift", "SubnetGroupName"): ["clustersubnetgroupname"],
    ("secretsmanager", "SecretId"): ["secretid", "name"],
    ("ssm", "PatchBaselineIdResourceId"): ["baselineid"],
    ("states", "StateMachineName"): ["statemachinealiasarn", "statemachineversionarn"],
}


def norm(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def load_overrides(path):
    rows, prefixes, none, passes = {}, {}, set(), []
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "prefix":
            prefixes[words[1]] = words[3]
        elif words[0] == "passes":
            passes.append((words[1], words[2]))
        elif words[0] == "none":
            none.add((words[1], words[2]))
        else:
            rows[words[0], words[1]] = words[2:]
    return rows, prefixes, none, passes


def choose_prefix(botocore_name, model, iam, forced):
    """The IAM prefix that holds most of the service's operation names, and the other candidates in order."""
    if botocore_name in forced:
        return forced[botocore_name], []
    operations = {o.lower() for o in model["operations"]}
    meta = model["metadata"]
    likely = [meta.get("signingName"), meta.get("endpointPrefix"), botocore_name]
    likely = [p for p in dict.fromkeys(likely) if p in iam]

    def score(prefix):
        return len(operations & iam[prefix]["actions"].keys())

    best = max(likely, key=score, default=None)
    if best is None:
        # Only a prefix that holds nearly all of the operations can be the service's own under another name.
        rival = max(iam, key=score)
        best = rival if score(rival) * 10 >= 8 * len(operations) else None
    return best, [p for p in likely if p != best]


SUFFIXES = ("name", "identifier", "id", "", "names", "ids", "identifiers", "s")


def own_names(variable):
    """Names that a request may use for this variable, best first."""
    variable = norm(variable)
    bare = re.sub(r"(withoutleadingslash|withpath)$", "", variable)
    stem = re.sub(r"(name|id|identifier|arn)$", "", bare)
    return [variable, bare] + [stem + s for s in suffixes(variable) if stem]


def suffixes(variable):
    """What may follow a stem; a name stands for an id nowhere but where the variable itself is a name."""
    return [s for s in SUFFIXES if not (norm(variable).endswith("id") and s.startswith("name"))]


def fill(type_name, template, operation, members, prefix=""):
    """How the request names a resource of this type: a list of cells such as `type(Param,-)` or `type(=Arn)`."""
    variables = [v for v in re.findall(r"\$\{(\w+)\}", template) if v not in KNOWN]
    lower = {norm(m): m for m in members}
    kind, cells, whole = norm(type_name), [], False
    if not variables:
        arns = [m for n, m in lower.items() if n == kind + "arn"]
        return [f"{type_name}(={m})" for m in arns], True
    last = re.sub(r"(name|id|identifier|arn|withpath)$", "", norm(variables[-1]))
    for candidate in dict.fromkeys([kind + "arn", last + "arn", kind + "arns", last + "arns"]):
        if candidate in lower and candidate not in ("arn", "arns", "resourcearn", "resourcearns"):
            cells.append(f"{type_name}(={lower[candidate]})")
            whole = True
            break
    # A variable's own name first for all of them; no parameter fills two.
    chosen = [lower.get(norm(v), "-") for v in variables]
    if kind.endswith(last) and kind != last and kind + "name" in lower and len(variables) == 1:
        # Both `ClusterName` and `MultiRegionClusterName`: the longer one is this type's.
        chosen = [lower[kind + "name"]]
    for index, variable in enumerate(variables):
        if chosen[index] == "-":
            names = ALIASES.get((prefix, variable), []) + own_names(variable)
            chosen[index] = next((lower[n] for n in names if n in lower and lower[n] not in chosen), "-")
    # What the request calls after the type stands for the first variable that is called after it, else for the last.
    heir = next((i for i, v in enumerate(variables) if kind and norm(v).startswith(kind)), len(variables) - 1)
    if chosen[heir] == "-":
        names = [kind + s for s in suffixes(variables[heir])] if kind else []
        if heir + 1 == len(variables) and kind and kind in norm(operation):
            names += ["identifier", "id", "ids"] if norm(variables[heir]).endswith("id") else [
                "name", "identifier", "id", "names", "ids"]
        chosen[heir] = next((lower[n] for n in names if n in lower and lower[n] not in chosen), "-")
    complete = all(c != "-" for c in chosen)
    if complete or any(c != "-" for c in chosen) and not whole:
        cells.append(f"{type_name}({','.join(chosen)})")
        whole = whole or complete
    return cells, whole


def targets(action, service, prefix, operation, members):
    """(cells, class) where class is whole, part, none (no resource types) or open (nothing in the request)."""
    rows = service["actions"][action.lower()]["resourceTypes"]
    types = [(r["name"], service["types"].get(r["name"])) for r in rows]
    types = [(n, t) for n, t in types if t]
    if not rows:
        return [], "none"
    whole, part, filled = [], [], set()
    for name, template in types:
        cells, complete = fill(name, template, operation, members, prefix)
        if cells:
            filled.add(name)
            (whole if complete else part).extend(cells)
    lower = {norm(m): m for m in members}
    if not whole:
        for candidate in ("resourcearn", "arn", "resourcearns", "resource", "resourceid", "resourcename"):
            arn = candidate.endswith(("arn", "arns")) or candidate == "resourcename" and prefix in ("rds", "elasticache")
            if candidate in lower and (arn or candidate in ("resource", "resourceid") and not part):
                whole = [f"*(={lower[candidate]})"]
                break
    if prefix in CONJUNCTIVE and (whole or part):
        rest = [f"{r['name']}(-)" for r in rows if r["required"] and r["name"] not in filled]
        return whole + part + rest, "whole" if not (part or rest) else "part"
    if whole:
        return whole, "whole"
    return part, "part" if part else "open"


ROLE = re.compile(r"(^|[a-z0-9])(Role|role|ROLE)(Arn|ARN|Name)?s?$|^(Role|role)|IamInstanceProfile$|InstanceProfileArn$")
NO_ROLE = re.compile(r"(?i)(type|id|path|session|mapping|membership|alias|description|policy|attribute|status)s?$|rolename|externalrole")


def role_paths(model, shape, prefix="", depth=0, seen=()):
    """Members of the request, four levels deep, that hold a role."""
    found = []
    node = model["shapes"].get(shape, {})
    if node.get("type") == "list":
        return role_paths(model, node["member"]["shape"], prefix + "[]", depth + 1, (*seen, shape))
    if node.get("type") != "structure" or depth > 6 or shape in seen:
        return found
    for name, member in node["members"].items():
        target = model["shapes"][member["shape"]]
        path = f"{prefix}.{name}" if prefix else name
        if ROLE.search(name) and not NO_ROLE.search(name) and target["type"] == "string" and "enum" not in target:
            found.append(path)
        elif target["type"] in ("structure", "list"):
            found += role_paths(model, member["shape"], path, depth + 1, (*seen, shape))
    return found
