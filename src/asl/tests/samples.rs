//! Valid definitions that use every state type and every field of both query languages.

use serde_json::{Value, json};

pub(super) fn jsonpath() -> Value {
    json!({
        "Comment": "everything of JSONPath",
        "StartAt": "Prepare",
        "TimeoutSeconds": 3600,
        "Version": "1.0",
        "States": {
            "Prepare": {
                "Type": "Pass",
                "InputPath": "$.detail",
                "Parameters": {"id.$": "$.id", "all.$": "States.Array($.a, 'x', $$.Execution.Name)", "fixed": [1, null, {"deep.$": "$v"}]},
                "ResultPath": "$.prepared",
                "OutputPath": "$",
                "Assign": {"kept.$": "$.id", "fixed": true},
                "Next": "Decide"
            },
            "Decide": {
                "Type": "Choice",
                "Choices": [
                    {"And": [
                        {"Variable": "$.a", "StringEquals": "x"},
                        {"Or": [{"Variable": "$.n", "NumericLessThanEqualsPath": "$.m"}, {"Not": {"Variable": "$.b", "IsPresent": true}}]}
                    ], "Next": "Work", "Assign": {"picked": "first"}, "Comment": "both"},
                    {"Variable": "$.t", "TimestampGreaterThan": "2027-01-31T12:00:00.5+01:00", "Next": "Pause"}
                ],
                "Default": "Lost"
            },
            "Work": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Credentials": {"RoleArn.$": "$.role"},
                "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
                "ResultSelector": {"code.$": "$.StatusCode"},
                "ResultPath": "$.result[0]",
                "TimeoutSecondsPath": "$.timeout",
                "HeartbeatSeconds": 60,
                "Retry": [
                    {"ErrorEquals": ["Lambda.ServiceException"], "IntervalSeconds": 1, "MaxAttempts": 0, "BackoffRate": 1.5, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"},
                    {"ErrorEquals": ["States.ALL"]}
                ],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Assign": {"why.$": "$.Cause"}, "Next": "Lost"}],
                "Next": "Each"
            },
            "Each": {
                "Type": "Map",
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItemsPath": "$.max"},
                    "Parameters": {"Bucket": "b", "Key.$": "$.key"}
                },
                "ItemSelector": {"item.$": "$$.Map.Item.Value"},
                "ItemBatcher": {"MaxItemsPerBatch": 10, "MaxInputBytesPerBatchPath": "$.bytes", "BatchInput": {"x.$": "$.x"}},
                "MaxConcurrency": 5,
                "ToleratedFailurePercentage": 2.5,
                "ToleratedFailureCountPath": "$.count",
                "Label": "each",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                    "StartAt": "Item",
                    "States": {"Item": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "End": true}}
                },
                "ResultWriter": {
                    "Resource": "arn:aws:states:::s3:putObject",
                    "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"},
                    "Parameters": {"Bucket": "b", "Prefix": "p"}
                },
                "ResultPath": null,
                "Next": "Side"
            },
            "Side": {
                "Type": "Parallel",
                "Branches": [
                    {"StartAt": "Old", "States": {"Old": {
                        "Type": "Map", "ItemsPath": "$.items", "Parameters": {"v.$": "$$.Map.Item.Value"}, "MaxConcurrencyPath": "$.c",
                        "Iterator": {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "SecondsPath": "$.s", "End": true}}},
                        "End": true
                    }}},
                    {"StartAt": "Until", "States": {"Until": {"Type": "Wait", "TimestampPath": "$.at", "End": true}}}
                ],
                "ResultSelector": {"all.$": "$"},
                "Next": "Pause"
            },
            "Pause": {"Type": "Wait", "Timestamp": "2027-01-31T12:00:00Z", "Next": "Fixed"},
            "Fixed": {"Type": "Pass", "Result": {"literal.$": "$.untouched"}, "Next": "Modern"},
            "Modern": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a %}", "Next": "Done"},
            "Done": {"Type": "Succeed", "InputPath": null},
            "Lost": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "States.Format('it was {}', $.error.Cause)"}
        }
    })
}

pub(super) fn jsonata() -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Prepare",
        "States": {
            "Prepare": {"Type": "Pass", "Assign": {"n": "{% $states.input.n + 1 %}", "s": "plain"}, "Output": {"a": ["{% $states.input %}", 2]}, "Next": "Decide"},
            "Decide": {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $n > 1 and $states.input.a = 'x' %}", "Assign": {"why": "{% 'big' %}"}, "Output": "{% $n %}", "Next": "Work"},
                    {"Condition": true, "Next": "Each"}
                ],
                "Default": "Done",
                "Output": {"m": 1}
            },
            "Work": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:getItem",
                "Credentials": {"RoleArn": "{% $states.input.role %}"},
                "Arguments": {"TableName": "t", "Key": {"id": {"S": "{% $states.input.id %}"}}},
                "TimeoutSeconds": "{% $n * 10 %}",
                "Output": "{% $states.result.Item %}",
                "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": "{% $n %}"}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Assign": {"e": "{% $states.errorOutput.Error %}"}, "Next": "Lost"}],
                "Next": "Each"
            },
            "Each": {
                "Type": "Map",
                "Items": "{% $states.input.items %}",
                "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}"},
                "MaxConcurrency": "{% $n %}",
                "ItemProcessor": {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": "{% $states.input.s %}", "End": true}}},
                "Output": [],
                "Next": "Side"
            },
            "Side": {
                "Type": "Parallel",
                "Arguments": "{% $states.input %}",
                "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed", "Output": "{% 1 %}"}}}],
                "Next": "Done"
            },
            "Done": {"Type": "Succeed", "Output": {"ok": true}},
            "Lost": {"Type": "Fail", "Error": "{% $e %}", "Cause": "because"}
        }
    })
}
