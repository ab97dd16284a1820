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
}


def norm(text):
    return re.sub(r"[^a-z0-9]", "", text.lower())


def load_overrides(path):
    rows, prefixes, none = {}, {}, set()
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "prefix":
            prefixes[words[1]] = words[3]
        elif words[0] == "none":
            none.add((words[1], words[2]))
        else:
            rows[words[0], words[1]] = words[2:]
    return rows, prefixes, none


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
    if best is None or score(best) * 2 < len(operations):
        rival = max(iam, key=score)
        if best is None or score(rival) > 2 * score(best):
            best = rival if score(rival) else best
    return best, [p for p in likely if p != best]


def stems(type_name, variable):
    """Names that a request may use for this variable of this type, best first."""
    variable = norm(variable)
    kind = norm(type_name)
    bare = re.sub(r"(withoutleadingslash|withpath)$", "", variable)
    stem = re.sub(r"(name|id|identifier|arn)$", "", bare)
    found = [variable, bare]
    for base in dict.fromkeys([stem, kind]):
        if base:
            found += [base + s for s in ("name", "identifier", "id", "", "names", "ids", "identifiers", "s")]
    return list(dict.fromkeys(found))


def fill(type_name, template, operation, members, prefix=""):
    """How the request names a resource of this type: a list of cells such as `type(Param,-)` or `type(=Arn)`."""
    variables = [v for v in re.findall(r"\$\{(\w+)\}", template) if v not in KNOWN]
    lower = {norm(m): m for m in members}
    kind, cells, whole = norm(type_name), [], False
    if not variables:
        return [], True
    last = re.sub(r"(name|id|identifier|arn|withpath)$", "", norm(variables[-1]))
    for candidate in dict.fromkeys([kind + "arn", last + "arn", kind + "arns", last + "arns"]):
        if candidate in lower and candidate not in ("arn", "arns"):
            cells.append(f"{type_name}(={lower[candidate]})")
            whole = True
            break
    chosen = []
    for index, variable in enumerate(variables):
        names = ALIASES.get((prefix, variable), []) + stems(type_name, variable)
        if index + 1 == len(variables) and kind and kind in norm(operation):
            # A name stands for an id nowhere but where the variable itself is a name.
            names += ["identifier", "id", "ids"] if norm(variable).endswith("id") else [
                "name", "identifier", "id", "names", "ids"]
        chosen.append(next((lower[n] for n in names if n in lower), "-"))
    if chosen[-1] != "-" and chosen.count(chosen[-1]) > 1:
        chosen = [c if i + 1 == len(chosen) or c != chosen[-1] else "-" for i, c in enumerate(chosen)]
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
        for candidate in ("resourcearn", "arn", "resource", "resourceid", "resourcearns"):
            if candidate in lower and (candidate.endswith(("arn", "arns")) or not part):
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
