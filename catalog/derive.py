"""From an SDK operation to its IAM actions, the resources they are used on and the roles that the request passes."""

import re

from request import GENERIC, behind, cell, completed, is_made, loose
from words import KNOWN, norm

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
    ("iam", "MfaTokenIdWithPath"): ["serialnumber"],
    ("ses", "IdentityName"): ["emailidentity", "identity", "fromemailaddress", "source"],
    ("mobiletargeting", "AppId"): ["applicationid"],
    ("qapps", "ApplicationId"): ["instanceid"],
    ("ec2", "SecurityGroupId"): ["groupid", "groupids"],
    ("swf", "DomainName"): ["domain"],
    ("sso", "AccountId"): ["targetid", "accountid"],
    ("timestream", "DatabaseName"): ["databasename", "targetdatabasename"],
    ("timestream", "TableName"): ["tablename", "targettablename"],
    ("redshift", "SecurityGroupName"): ["clustersecuritygroupname"],
}


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


def or_default(text, all_cells, asked, request):
    """A required type whose parameter the request may leave out is authorized all the same, on what AWS chooses."""
    kind, path = re.match(r"([^(]+)\((.*)\)$", text).groups()
    alone = len([c for c in all_cells if c.startswith(kind + "(")]) == 1
    optional = not any(f[0] == path and f[5] for f in request.found)
    plain = path and not re.search(r"[,=~-]", path)
    return f"{kind}({path}|-)" if kind in asked and alone and optional and plain else text


# What changes something that is there already, and so is told of what.
CHANGES = re.compile(r"^(Batch)?(Accept|Add|Associate|Attach|Cancel|Change|Deactivate|Delete|Deregister|Detach|Disable|Disassociate|Enable|Grant"
                     r"|Modify|Put|Reboot|Register|Reject|Release|Remove|Reorder|Reset|Restore|Resume|Retry|Revoke|Set|Stop|Suspend|Terminate|Transfer|Update)")


def chooses(request, operation, row):
    """Parameters that name what a write acts on although it can be granted on `*` only: who gives them chooses among everything."""
    if not request or not re.search("Write|Permissions", row["accessLevel"]):
        return []
    if CHANGES.match(operation):
        return behind(request, operation)
    # What is made of something that is there already is made of the one that the request must name.
    return [f[0] for f in request.texts(0) if f[5] and re.search(r"(Arn|ARN|Arns|ARNs)$", f[1])]


# What says only that something is meant, and not of what type: an ARN says the type itself.
PLAIN = GENERIC - {"arn", "arns"}


def meant(cells, operation):
    """Without the cells of types to which a plain `Id` or `Name` does not belong: it is that of the type which the operation is
    called after, and of what is linked with it, or is only part of its name, the request tells elsewhere."""
    spoken = norm(operation)

    def plain(text):
        paths = [p for p in re.search(r"\((.*)\)$", text)[1].split(",") if p not in ("-", "")]
        return paths[-1] if paths and norm(paths[-1]) in PLAIN else None

    def place(text):
        kind = norm(text.split("(")[0])
        return (spoken.find(kind), -len(kind)) if kind in spoken else None

    owners = {}
    for text in cells:
        if plain(text) and place(text) is not None:
            owners[plain(text)] = min(owners.get(plain(text), (len(spoken), 0)), place(text))
    return [c for c in cells if plain(c) not in owners or place(c) == owners[plain(c)]]


def describes(path, kind):
    """Whether the member stands in a structure that is called after the type, such as `Budget.BudgetName`."""
    outer = norm(path.rpartition(".")[0])
    return outer.removesuffix("id") == norm(kind) and "[]" not in path


def targets(action, service, prefix, operation, members, request=None):
    """(cells, class): class is whole, made (AWS names what is left), part, behind (a parameter chooses without naming), none (no
    resource types) or open (nothing in the request)."""
    rows = service["actions"][action.lower()]["resourceTypes"]
    types = [(r["name"], service["types"].get(r["name"]), r["required"]) for r in rows]
    types = [(n, t, r) for n, t, r in types if t]
    if not rows:
        return [f"*(~{p})" for p in chooses(request, operation, service["actions"][action.lower()])], "none"
    whole, part, filled = [], [], set()
    for name, template, required in types:
        cells, complete = fill(name, template, operation, members, prefix)
        if cells:
            filled.add(name)
            (whole if complete else part).extend(cells)
        elif complete and (required or len(types) == 1):
            # A type of which there is one.
            filled.add(name)
            whole.append(f"{name}()")
    kept = meant(whole + part, operation)
    whole, part = [c for c in whole if c in kept], [c for c in part if c in kept]
    filled &= {c.split("(")[0] for c in whole + part}
    lower = {norm(m): m for m in members}
    named = [c for c in whole if not c.endswith("()")]
    if not named:
        for candidate in ("resourcearn", "arn", "resourcearns", "resource", "resourceid", "resourcename"):
            arn = candidate.endswith(("arn", "arns")) or candidate == "resourcename" and prefix in ("rds", "elasticache")
            if candidate in lower and (arn or candidate in ("resource", "resourceid") and not part):
                return [f"*(={lower[candidate]})"], "whole"
    if request and part:
        part = completed(part, dict((n, t) for n, t, _ in types), operation, request)
        whole += [c for c in part if not re.search(r"[(,]-", c)]
        part = [c for c in part if re.search(r"[(,]-", c)]
    # Part of the name of a type that is not required says less than the whole name of another.
    asked = {n for n, _, r in types if r}
    part = [c for c in part if not whole or c.split("(")[0] in asked]
    left = [(n, t) for n, t, r in types if n not in filled and (r or not any(q for _, _, q in types) and not filled)]
    taken = {p.lstrip("=") for c in whole + part for p in re.search(r"\((.*)\)$", c)[1].split(",")}
    unmade = []
    if request:
        made = [(n, t) for n, t in left if is_made(n, operation, t)]
        for name, template in left:
            hits = loose(name, template, operation, request, taken, [t for t in service["types"] if t != name])
            if (name, template) in made:
                # What is made has its own name in the request, or in what describes it, or none: what else is named there is
                # there already.
                hits = [f for f in hits if describes(f[0], name) or f[4] == 0 and (
                    len(left) == 1 and not filled or re.match(r"Start|Put|Add|Send", operation))]
            if hits:
                filled.add(name)
                whole += [cell(name, template, f[0], f[1], f[2]) for f in hits]
        unmade = [n for n, t in left if n not in filled and (n, t) not in made]
        if unmade and not filled - {n for n, t, _ in types if "${" not in t.split(":", 5)[-1]}:
            paths = behind(request, operation)
            arns = [p for p in paths if re.search(r"(?i)(arns?|resource(s|names?|ids?|identifiers?))$", p)]
            several = len([n for n, t in left if n not in filled]) > 1
            if arns and several and not any(r for n, _, r in types if n in unmade):
                # Whichever of the types: the ARN tells, or the id.
                return whole + part + [f"*(={p})" for p in arns], "whole"
            if paths:
                return whole + part + [f"*(~{p})" for p in paths], "behind"
    if prefix in CONJUNCTIVE and request:
        whole = [or_default(c, whole, asked, request) for c in whole]
    by_aws = [c for c in part if re.search(r"[(,]-\)$", c) and is_made(c.split("(")[0], operation, "") or c.startswith("autoscalinggroup(-,")]
    part_left = [c for c in part if c not in by_aws]
    if prefix in CONJUNCTIVE and (whole or part):
        rest = [f"{n}(-)" for n, _, r in types if r and n not in filled]
        return whole + part + rest, "part" if part_left or unmade else "made" if rest or part else "whole"
    if not whole and not part:
        return [], "open" if unmade or not request else "made"
    return whole + part, "whole" if not part and not unmade and all(n in filled for n, _, r in types if r) else (
        "part" if part_left or unmade else "made")


ROLE = re.compile(r"(^|[a-z0-9])(Role|role|ROLE)(Arn|ARN|Name)?s?$|^(Role|role)|IamInstanceProfile$|InstanceProfileArn$")
NO_ROLE = re.compile(r"(?i)(type|id|path|session|mapping|membership|alias|description|policy|attribute|status)s?$|rolename(?!arn)|externalrole")


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
