"""Executes workflows and tells what every task was given: JSON lines in, JSON lines out.

The engine is moto's, a port of an interpreter of Amazon States Language; its JSONata expressions are evaluated by
jsonata-python, in the place of the Java bridge that moto leaves open.
"""

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
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def evaluate(expression):
    try:
        return jsonata.Jsonata(expression).evaluate(None)
    except Exception as error:
        raise engine.JSONataException("UNKNOWN", str(error))


# The engine imports the function by name into its modules: every copy is replaced.
for module in list(sys.modules.values()):
    if getattr(module, "eval_jsonata_expression", None) is not None:
        module.eval_jsonata_expression = evaluate
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
    machine = client.create_state_machine(
        name=f"case-{number}",
        definition=json.dumps(case["definition"]),
        roleArn="arn:aws:iam::123456789012:role/r",
    )["stateMachineArn"]
    arn = client.start_execution(
        stateMachineArn=machine, name=case["name"], input=json.dumps(case["input"])
    )["executionArn"]
    # The engine's own objects: what is asked through the client is made into text and read again each time.
    account = stepfunctions_parser_backends["123456789012"]["us-east-1"]
    told = account.describe_execution(arn)
    for _ in range(4000):
        if told.exec_status not in (None, "RUNNING"):
            break
        time.sleep(0.002)
    status = told.exec_status or "RUNNING"
    error = " ".join(str(getattr(told, key, None) or "") for key in ("error", "cause")).strip()
    found = tasks(account.get_execution_history(arn))
    account.state_machines.clear()
    return {"status": str(getattr(status, "value", status)), "error": error, "tasks": found}


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
