"""Executes workflows and tells what every task was given: JSON lines in, JSON lines out.

The engine is moto's, a port of an interpreter of Amazon States Language; its JSONata expressions are evaluated by
jsonata-python, in the place of the Java bridge that moto leaves open.
"""

import functools
import json
import logging
import os
import sys
import time

os.environ.update(
    AWS_ACCESS_KEY_ID="x",
    AWS_SECRET_ACCESS_KEY="x",
    AWS_DEFAULT_REGION="us-east-1",
)

# The engine writes whole programs into its log where a state fails.
logging.disable(logging.CRITICAL)

import boto3
import jsonata
from moto import mock_aws
from moto.stepfunctions.parser.asl.jsonata import jsonata as engine
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def evaluate(expression):
    try:
        return jsonata.Jsonata(expression).evaluate(None)
    except Exception as error:
        raise engine.JSONataException("UNKNOWN", str(error))


CLIENTS = {}


def client_for(region, service, state_credentials=None):
    """One client for all tasks of a service: making one takes longer than most workflows."""
    if (region, service) not in CLIENTS:
        CLIENTS[region, service] = boto_client.boto_client_for(region, service)
    return CLIENTS[region, service]


# A definition is read when it is made, and again for each execution.
AmazonStateLanguageParser.parse = staticmethod(functools.lru_cache(maxsize=2)(AmazonStateLanguageParser.parse))


# The engine imports the functions by name into its modules: every copy is replaced.
for module in list(sys.modules.values()):
    if getattr(module, "eval_jsonata_expression", None) is not None:
        module.eval_jsonata_expression = evaluate
    if module is not boto_client and getattr(module, "boto_client_for", None) is not None:
        module.boto_client_for = client_for
engine._eval_jsonata = evaluate


def tasks(history):
    """State and parameters of every task, in the order of the history."""
    entered, found = {}, []
    for event in history["events"]:
        name = event.get("stateEnteredEventDetails", {}).get("name")
        if name is not None:
            entered[event["id"]] = name
        else:
            entered[event["id"]] = entered.get(event.get("previousEventId"))
        if event["type"] == "TaskScheduled":
            details = event["taskScheduledEventDetails"]
            found.append({"state": entered[event["id"]], "parameters": json.loads(details["parameters"])})
    return found


def execute(client, number, case):
    """Runs one workflow, on its `input` or on each of its `inputs`."""
    machine = client.create_state_machine(
        name=f"case-{number}",
        definition=json.dumps(case["definition"]),
        roleArn="arn:aws:iam::123456789012:role/r",
    )["stateMachineArn"]
    # The engine's own objects: what is asked through the client is made into text and read again each time.
    account = stepfunctions_parser_backends["123456789012"]["us-east-1"]
    answer = {"status": "", "error": "", "tasks": []}
    for at, given in enumerate(case.get("inputs") or [case["input"]]):
        name = f"{case['name']}-{at}" if at else case["name"]
        arn = client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))["executionArn"]
        told = account.describe_execution(arn)
        for _ in range(4000):
            if told.exec_status not in (None, "RUNNING"):
                break
            time.sleep(0.002)
        status = told.exec_status or "RUNNING"
        answer["status"] = str(getattr(status, "value", status))
        answer["error"] = " ".join(str(getattr(told, key, None) or "") for key in ("error", "cause")).strip()
        answer["tasks"] += tasks(account.get_execution_history(arn))
    account.state_machines.clear()
    return answer


with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    boto3.client("sqs").create_queue(QueueName="q")
    client = boto3.client("stepfunctions")
    for number, line in enumerate(sys.stdin):
        try:
            answer = execute(client, number, json.loads(line))
        except Exception as error:
            answer = {"status": "REFUSED", "error": f"{type(error).__name__}: {error}", "tasks": []}
        print(json.dumps(answer), flush=True)
os._exit(0)
