#!/usr/bin/env python3
"""Makes `sam.json` and `managed.json` beside this script from pinned packages.

sam.json      what AWS SAM expands: policy templates, connector profiles, and the ARNs of AWS managed policies whose path
              is not the plain one (aws-sam-translator)
managed.json  documents of AWS managed policies that templates of workflows and functions name (moto, which has them from
              the IAM API)

Usage: generate.py SAM_TRANSLATOR_DIR MOTO_DIR   (the unpacked wheels)
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SAM_VERSION, MOTO_VERSION = "1.115.0", "5.2.5"
# Longer documents are lists of a service's whole reading surface; their absence is a named gap.
MAX_DOCUMENT = 3000
MANAGED = re.compile(
    r"^(AWSLambda|AWSXRay|AWSXray|AmazonS3|AmazonDynamoDB|AmazonSQS|AmazonSNS|AmazonSES|AWSStepFunctions|CloudWatch|"
    r"AdministratorAccess$|PowerUserAccess$|IAMFullAccess$|IAMReadOnlyAccess$|ReadOnlyAccess$|AmazonEventBridge|"
    r"AmazonRekognition|AmazonRedshift|AmazonTextract|AmazonTranscribe|AmazonPolly|AmazonBedrock|AmazonAthena|"
    r"AWSGlue|AmazonECS|AmazonEC2ContainerRegistry|AWSBatch|AWSCodeBuild|SecretsManager|AmazonSSM|AWSKeyManagement|"
    r"AmazonKinesis|AmazonSageMakerFullAccess|AmazonAPIGateway|AWSAppSync|AmazonVPC|AmazonRDSData|Translate|Comprehend|"
    r"AWSOrganizations|AWSSSO|AmazonEMR|AmazonElasticMapReduce|AWSIoT|AmazonMQ|AmazonCognito|AWSCloudFormation|"
    r"AmazonEC2(FullAccess|ReadOnlyAccess)|AWSSecurityHub|AmazonGuardDuty|AmazonInspector|AmazonMacie|AWSConfig)"
)


def sam(root):
    templates = json.loads((root / "samtranslator/policy_templates_data/policy_templates.json").read_text())["Templates"]
    profiles = json.loads((root / "samtranslator/model/connector_profiles/profiles.json").read_text())
    paths = json.loads((root / "samtranslator/internal/data/aws_managed_policies.json").read_text())["aws"]
    plain = "arn:aws:iam::aws:policy/"
    return {
        "source": f"aws-sam-translator {SAM_VERSION}, Apache-2.0",
        "policyTemplates": {
            name: {"parameters": sorted(t["Parameters"]), "statement": t["Definition"]["Statement"]}
            for name, t in sorted(templates.items())
        },
        "connectors": {
            source: {
                destination: {
                    "source": profile["Properties"].get("SourcePolicy", False),
                    "statements": {
                        category: policy["Statement"]
                        for category, policy in profile["Properties"]["AccessCategories"].items()
                    },
                }
                for destination, profile in sorted(destinations.items())
                if profile["Type"] == "AWS_IAM_ROLE_MANAGED_POLICY"
            }
            for source, destinations in sorted(profiles["Permissions"].items())
        },
        "managedPaths": {
            name: arn.removeprefix(plain)
            for name, arn in sorted(paths.items())
            if arn != plain + name and "aws-service-role/" not in arn
        },
    }


def managed(root):
    space = {}
    exec((root / "moto/iam/aws_managed_policies.py").read_text(), space)  # noqa: S102
    policies = json.loads(space["aws_managed_policies_data"])
    documents = {}
    for name, policy in sorted(policies.items()):
        text = json.dumps(policy["Document"], separators=(",", ":"))
        path = policy.get("Path", "/").strip("/")
        if MANAGED.match(name) and len(text) <= MAX_DOCUMENT and not path.startswith("aws-service-role"):
            documents[f"{path}/{name}".lstrip("/")] = policy["Document"]
    return {"source": f"moto {MOTO_VERSION}, Apache-2.0; AWS's own documents, as of October 2026", "documents": documents}


def write(name, value):
    """One entry a line, so that a change can be read."""
    lines = []
    for key, part in value.items():
        if isinstance(part, dict):
            inner = ",\n".join(f" {json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in part.items())
            lines.append(f"{json.dumps(key)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{json.dumps(key)}:{json.dumps(part)}")
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    write("sam.json", sam(pathlib.Path(sys.argv[1])))
    write("managed.json", managed(pathlib.Path(sys.argv[2])))
