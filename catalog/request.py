"""The members of a request, and which of them identify a resource of a type when plain names do not tell."""

import re

from words import KNOWN, norm

# What a parameter is called that identifies something, and what is called alike but identifies nothing that is acted on.
IDENTIFIES = re.compile(
    r"(Id|ID|Ids|IDs|Arn|ARN|Arns|ARNs|ArnList|Name|Names|Identifier|Identifiers|Identity|Url|URL|Urls|Uri|Target|Targets|Resource"
    r"|Resources|Address|AddressId|Reference|Source|Handle|List)$|^(?:id|arn|name|identifier|resource|url|uri|target|targets|resources)$")
IDENTIFIES_NOT = re.compile(
    r"(?i)(?<!call)(?<!nection)token|idempot|^(?:client)?requestid$|callerreference|description|^tags?|tags?$|tagkey|role|kms|cmk|encryption"
    r"|securitygroupids|subnet|vpcid|displayname|languagecode|region|format|password|metric|dimension|filename|hostname"
    r"|attributename|parametername|sourceip|ipaddress|principalid|traceid|jobname$|certificatearn|snstopic|s3(?!accesspoint)|bucket")
# What makes something: the resource of its own type gets its name from AWS, or one that nothing has yet.
MAKES = re.compile(
    r"^(Create|Start|Request|Allocate|Copy|Import|Register|Purchase|Restore|Provision|Run|Launch|Submit|Generate|Claim|Issue"
    r"|Put|Add|Associate|Attach|Batch(Create|Put)|Initiate|Schedule|Send|Invoke|Enable|Accept|Build|Clone|Publish|Post|Grant)")


class Request:
    """The members of an operation's request: a path each, with its shape's name, whether it is a text (or texts), its pattern."""

    def __init__(self, model, operation):
        self.model, self.found = model, []
        shape = operation.get("input", {}).get("shape")
        if shape:
            self.walk(shape, "", 0, ())

    def walk(self, shape, prefix, depth, seen):
        node = self.model["shapes"][shape]
        for name, member in node.get("members", {}).items():
            inner, path = member["shape"], f"{prefix}.{name}" if prefix else name
            target = self.model["shapes"][inner]
            names, suffix = {norm(inner)}, ""
            while target["type"] == "list":
                suffix += "[]"
                inner = target["member"]["shape"]
                names.add(norm(inner))
                target = self.model["shapes"][inner]
            if target["type"] == "string" and "enum" not in target:
                self.found.append((path, name, names, target.get("pattern", ""), depth, name in node.get("required", [])))
            elif target["type"] == "structure" and depth < 2 and inner not in seen and not target.get("union"):
                self.walk(inner, path + suffix, depth + 1, (*seen, inner))

    def texts(self, depth=2):
        return [f for f in self.found if f[4] <= depth and not IDENTIFIES_NOT.search(f[1])]


def words_of(type_name, template):
    """What identifies a resource of this type may be called after its variable, its type, or the last word of it."""
    variables = [v for v in re.findall(r"\$\{(\w+)\}", template) if v not in KNOWN]
    own = norm(variables[-1]) if variables else norm(type_name)
    stem = re.sub(r"(name|id|identifier|arn|withpath|uuid)$", "", own)
    kind = norm(type_name)
    last = norm(re.split(r"[-_ /]", type_name)[-1])
    last = last if len(last) > 3 else kind
    return own, [w for w in dict.fromkeys([stem, kind, last]) if len(w) > 2 and w != "resource"]


# Names that say "the one that is meant" without saying of what.
GENERIC = {"id", "ids", "arn", "arns", "identifier", "identifiers", "name", "names"}


def sole(found):
    return len([f for f in found if IDENTIFIES.search(f[1])]) == 1


ENDS = ("", "id", "ids", "arn", "arns", "arnlist", "name", "names", "identifier", "identifiers", "uri", "url", "key")


def loose(type_name, template, operation, request, taken, others=()):
    """Parameters that identify a resource of this type by what they are: their shape's name, the pattern of their text, a
    name that ends as the type's, or that the type's name ends as. All of the first sort that finds any."""
    own, stems = words_of(type_name, template)
    # A name stands for an id nowhere: what is named by it chooses the resource without being in its ARN.
    by_id = own.endswith("id")
    exact = {own} | {s + e for s in stems for e in ENDS[1:]}
    free = [f for f in request.texts() if f[0] not in taken]
    service, word = template.split(":")[2] if template.count(":") > 4 else "", template.split(":", 5)[-1].split("${")[0]
    sorts = [
        lambda f: f[4] == 0 and (norm(f[1]) in exact or f[2] & exact),
        lambda f: f[3] and word and len(word) > 3 and f":{service}:" in f[3].replace("\\", "") and word in f[3].replace("\\", ""),
        lambda f: f[4] == 0 and any(norm(f[1]).endswith(e) for e in exact if len(e) > 4),
        lambda f: f[4] == 0 and len(norm(f[1])) > 4 and IDENTIFIES.search(f[1]) and (
            own.endswith(norm(f[1])) or any(s.endswith(re.sub(r"(name|id|identifier|arn)s?$", "", norm(f[1])))
                                            for s in stems if len(re.sub(r"(name|id|identifier|arn)s?$", "", norm(f[1]))) > 3)),
        lambda f: f[4] > 0 and (norm(f[1]) in exact or f[2] & exact),
        lambda f: f[4] == 0 and norm(f[1]) in GENERIC and (norm(f[1]) != "name" or own.endswith("name")),
        lambda f: f[4] == 0 and f[5] and re.search(r"(Arn|ARN|Arns|ARNs)$", f[1]) and sole([g for g in free if g[5] and g[4] == 0])
        and "${" in template and not any(norm(o).endswith(norm(f[1]).removesuffix("s").removesuffix("arn")) for o in others),
    ]
    for sort in sorts:
        hits = [f for f in free if sort(f) and not is_new(operation, f[1]) and not (by_id and norm(f[1]).endswith(("name", "names")))]
        if hits:
            return hits
    return []


def is_new(operation, name):
    """A name that the operation gives, not one that it looks for."""
    return bool(re.match(r"(?i)(new|desired|destination.*name$|target.*(name|identifier)$|restored|snapshotname$)", name)) and bool(
        re.match(r"Copy|Create|Restore|Rename|Update|Modify|Clone|Start", operation))


def is_made(type_name, operation, template):
    _, stems = words_of(type_name, template)
    verb = MAKES.match(operation)
    rest = norm(operation[verb.end():]) if verb else ""
    return bool(verb) and any(s in rest or rest and rest in s for s in stems)


def cell(type_name, template, path, name, names):
    """`type(…)` with this parameter: the whole ARN, or what fills the last variable."""
    variables = [v for v in re.findall(r"\$\{(\w+)\}", template) if v not in KNOWN]
    arn = norm(name).endswith(("arn", "arns", "arnlist")) or any(n.endswith(("arn", "arns")) for n in names)
    if arn or not variables:
        return f"{type_name}(={path})"
    return f"{type_name}({','.join(['-'] * (len(variables) - 1) + [path])})"


def before_variables(template):
    """The word that stands before each variable of a template."""
    found, rest = [], template.split(":", 5)[-1]
    for match in re.finditer(r"([\w-]*)[/:]?\$\{(\w+)\}", rest):
        if match[2] not in KNOWN:
            found.append((match[2], norm(match[1])))
    return found


def completed(cells, types, operation, request):
    """Partly filled cells with their open variables filled by what the variable, or the word before it, is called."""
    done = []
    for text in cells:
        name, inside = re.match(r"([^(]+)\((.*)\)$", text).groups()
        fills = inside.split(",")
        variables = before_variables(types[name])
        for at, (variable, word) in enumerate(variables):
            if at >= len(fills) or fills[at] != "-" or variable == "GroupId":
                continue
            stems = [re.sub(r"(name|id|identifier|arn|uuid)$", "", norm(variable)), word, word.removesuffix("s")]
            stems = [w for w in dict.fromkeys(stems) if len(w) > 2 and w != "resource"]
            exact = {norm(variable)} | {w + e for w in stems for e in ENDS}
            # A container's ARN is no name, and where several words follow one another its last one may be another's.
            free = [f for f in request.texts(0) if f[0] not in fills and f"{f[0]}|-" not in fills and not is_new(operation, f[1])
                    and not norm(f[1]).endswith("arn")]
            if at + 1 < len(variables):
                free = [f for f in free if re.sub(r"(name|id|identifier)$", "", norm(f[1])) != norm(name)]
            core = lambda f: re.sub(r"(name|id|identifier|arn)s?$", "", norm(f[1]))
            if at + 1 == len(variables) and is_made(name, operation, types[name]):
                free = [f for f in free if norm(f[1]) in exact]
            hit = next((f for f in free if norm(f[1]) in exact), None) or next(
                (f for f in free if len(core(f)) > 3 and any(w.endswith(core(f)) or core(f).endswith(w) for w in stems)), None)
            if hit:
                # A container that the request may leave out is open then.
                fills[at] = hit[0] if hit[5] or at + 1 == len(variables) else f"{hit[0]}|-"
        done.append(f"{name}({','.join(fills)})")
    return done


def behind(request, operation):
    """Parameters that choose a resource without naming it: an id of something that belongs to it."""
    found = [f for f in request.texts(1) if IDENTIFIES.search(f[1]) and not is_new(operation, f[1])]
    asked = [f for f in found if f[5] and f[4] == 0]
    return [f[0] for f in (asked or found)[:4]]
