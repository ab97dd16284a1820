"""Creates the stacks of a template in an emulated account and prints what is there then: one JSON object.

Standard input: {"template": path, "name": …, "region": …, "parameters": {…}}. Serverless resources are translated first, as
CloudFormation does it. What the emulator cannot create is left out, and told in `lacking`.
"""

import ast
import io
import json
import logging
import os
import pathlib
import re
import sys
import warnings
import zipfile

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import boto3
from moto import mock_aws
from moto.cloudformation import parsing
from moto.events.models import EventPattern
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

cleaned = parsing.clean_json


def clean_json(node, resources):
    """The emulator keeps what is no value in a list; CloudFormation leaves it out."""
    clean = cleaned(node, resources)
    return [item for item in clean if item is not None] if isinstance(clean, list) else clean


parsing.clean_json = clean_json

CODE = {"Bucket": "code", "Key": "code.zip"}


def translated(path, region, parameters):
    template = yaml_parse(open(path, encoding="utf-8").read())
    if "Transform" not in template:
        return template
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    # The loader of managed policies is asked for policies by name only; the template names none.
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    return translator.translate(template, dict(parameters))


def without(node, names):
    """The template without these resources, and with a word in the place of every reference to them."""
    match node:
        case {"Ref": name} if name in names:
            return f"lacking-{name}"
        case {"Fn::GetAtt": [name, *_]} if name in names:
            return f"lacking-{name}"
        case {"Fn::Sub": str(text)}:
            word = lambda m: f"lacking-{m[1]}" if m[1] in names else m[0]
            return {"Fn::Sub": re.sub(r"\$\{(\w+)(?:\.\w+)?\}", word, text)}
        case dict():
            return {k: without(v, names) for k, v in node.items() if k not in names}
        case list():
            return [without(item, names) for item in node]
    return node


def documents(iam, role):
    """The inline policies of a role; the emulator keeps those of a stack as it printed them."""
    return {
        name: ast.literal_eval(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }


def matches(pattern):
    """The sample events that the emulator's own reading of the pattern lets through."""
    if pattern is None:
        return []
    read = EventPattern(pattern, json.loads(pattern))
    samples = pathlib.Path(__file__).parents[2] / "events"
    files = [file for folder in (".", "failed", "not-watched") for file in sorted((samples / folder).glob("*.json"))]
    return [str(file.relative_to(samples)) for file in files if read.matches_event(json.loads(file.read_text("utf-8")))]


def describe(region, kind, physical):
    """What the service itself says of a resource, by its type."""
    client = lambda name: boto3.client(name, region_name=region)
    match kind:
        case "AWS::DynamoDB::Table":
            table = client("dynamodb").describe_table(TableName=physical)["Table"]
            backups = client("dynamodb").describe_continuous_backups(TableName=physical)
            expiry = client("dynamodb").describe_time_to_live(TableName=physical)
            return table | backups["ContinuousBackupsDescription"] | expiry["TimeToLiveDescription"]
        case "AWS::SQS::Queue":
            return client("sqs").get_queue_attributes(QueueUrl=physical, AttributeNames=["All"])["Attributes"]
        case "AWS::SNS::Topic":
            return client("sns").get_topic_attributes(TopicArn=physical)["Attributes"]
        case "AWS::IAM::Role":
            role = client("iam").get_role(RoleName=physical)["Role"]
            return role | {"Policies": documents(client("iam"), physical)}
        case "AWS::Events::Rule":
            buses = [bus["Name"] for bus in client("events").list_event_buses()["EventBuses"]]
            of = lambda bus: client("events").list_rules(EventBusName=bus)["Rules"]
            rule = next(rule for bus in buses for rule in of(bus) if rule["Name"] == physical)
            targets = client("events").list_targets_by_rule(Rule=physical, EventBusName=rule["EventBusName"])
            return rule | {"Targets": targets["Targets"], "Matches": matches(rule.get("EventPattern"))}
        case "AWS::Events::EventBus":
            # The emulator tells no name of it.
            buses = client("events").list_event_buses()["EventBuses"]
            return next(bus for bus in buses if bus["Name"] != "default")
        case "AWS::Lambda::Function":
            return client("lambda").get_function_configuration(FunctionName=physical)
        case "AWS::Lambda::EventSourceMapping":
            return client("lambda").get_event_source_mapping(UUID=physical)
        case "AWS::Logs::LogGroup":
            return client("logs").describe_log_groups(logGroupNamePrefix=physical)["logGroups"][0]
        case "AWS::CloudWatch::Alarm":
            return client("cloudwatch").describe_alarms(AlarmNames=[physical])["MetricAlarms"][0]
    return None


@mock_aws
def deploy(wanted):
    region = wanted["region"]
    package = io.BytesIO()
    zipfile.ZipFile(package, "w").writestr("bootstrap", "")
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket=CODE["Bucket"])
    s3.put_object(Bucket=CODE["Bucket"], Key=CODE["Key"], Body=package.getvalue())

    template = translated(wanted["template"], region, wanted["parameters"])
    lacking = {k: r["Type"] for k, r in template["Resources"].items() if parsing.resource_class_from_type(r["Type"]) is None}
    cloudformation = boto3.client("cloudformation", region_name=region)
    cloudformation.create_stack(
        StackName=wanted["name"],
        TemplateBody=json.dumps(without(template, lacking)),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in wanted["parameters"].items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stack = cloudformation.describe_stacks(StackName=wanted["name"])["Stacks"][0]
    created = cloudformation.list_stack_resources(StackName=wanted["name"])["StackResourceSummaries"]
    resources = {
        r["LogicalResourceId"]: {
            "type": r["ResourceType"],
            "id": r.get("PhysicalResourceId"),
            "is": describe(region, r["ResourceType"], r.get("PhysicalResourceId")),
        }
        for r in created
        if r["ResourceType"]
    }
    return {
        "status": stack["StackStatus"],
        "outputs": {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
        "resources": resources,
        "lacking": lacking,
        "template": template,
    }


print(json.dumps(deploy(json.load(sys.stdin)), default=str))
