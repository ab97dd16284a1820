//! Events as EventBridge delivers them, and workflows and policies to make.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use stepwarden::moment::Moment;

use super::account::ID;

pub fn event(region: &str, source: &str, name: &str, request: Value, response: Value) -> String {
    let service = source.trim_end_matches(".amazonaws.com");
    // An event of a workflow comes from the workflow's own account.
    let named = [&request, &response].map(|part| part["stateMachineArn"].as_str());
    let arn = named.into_iter().flatten().next();
    let account = arn.and_then(|arn| arn.split(':').nth(4)).unwrap_or(ID);
    json!({
        "version": "0", "id": "outer", "detail-type": "AWS API Call via CloudTrail", "source": format!("aws.{service}"),
        "account": account, "region": region, "time": "2026-11-23T09:14:02Z", "resources": [],
        "detail": {
            "eventVersion": "1.11", "eventID": format!("event-{name}"), "eventTime": "2026-11-23T09:14:02Z",
            "eventSource": source, "eventName": name, "awsRegion": region, "sourceIPAddress": "203.0.113.24",
            "userAgent": "aws-cli/2", "recipientAccountId": account,
            "userIdentity": { "type": "AssumedRole", "arn": format!("arn:aws:sts::{ID}:assumed-role/dev/kim") },
            "requestParameters": request, "responseElements": response,
        }
    })
    .to_string()
}

/// An id of its own: the same is the same event again.
pub fn with_id(event: &str, id: &str) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    event["detail"]["eventID"] = json!(id);
    event.to_string()
}

/// It happened just now.
pub fn recent(event: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Moment::from_seconds(now.as_secs()).iso();
    event.replace("2026-11-23T09:14:02Z", &now)
}

pub fn deleted(arn: &str) -> String {
    let region = arn.split(':').nth(3).unwrap();
    let request = json!({ "stateMachineArn": arn });
    let source = "states.amazonaws.com";
    event(region, source, "DeleteStateMachine", request, Value::Null)
}

pub fn created(arn: &str, role: &str) -> String {
    let region = arn.split(':').nth(3).unwrap();
    let request = json!({ "roleArn": role, "definition": "HIDDEN_DUE_TO_SECURITY_REASONS" });
    event(
        region,
        "states.amazonaws.com",
        "CreateStateMachine",
        request,
        json!({ "stateMachineArn": arn }),
    )
}

pub fn updated(arn: &str, revision: Option<&str>) -> String {
    let region = arn.split(':').nth(3).unwrap();
    let response = json!({ "revisionId": revision });
    event(
        region,
        "states.amazonaws.com",
        "UpdateStateMachine",
        json!({ "stateMachineArn": arn }),
        response,
    )
}

pub fn role_policy_put(role: &str) -> String {
    let request = json!({ "roleName": role, "policyName": "p", "policyDocument": "{}" });
    event(
        "us-east-1",
        "iam.amazonaws.com",
        "PutRolePolicy",
        request,
        Value::Null,
    )
}

pub fn policy_version(arn: &str) -> String {
    let request = json!({ "policyArn": arn, "setAsDefault": true });
    let source = "iam.amazonaws.com";
    event(
        "us-east-1",
        source,
        "CreatePolicyVersion",
        request,
        Value::Null,
    )
}

/// The caller chooses the function.
pub fn risky() -> Value {
    json!({ "StartAt": "Run", "States": { "Run": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName.$": "$.function", "Payload.$": "$" } } } })
}

pub fn clean() -> Value {
    json!({ "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } })
}

pub fn admin() -> Value {
    json!([{ "Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*" }])
}

/// What a workflow that logs and is traced must be allowed (AWS Step Functions Developer Guide, "Using CloudWatch Logs to
/// log execution history", "Tracing with X-Ray").
pub fn delivery() -> Value {
    let allow = |actions: Value| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    json!([
        allow(json!([
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups"
        ])),
        allow(json!([
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets"
        ])),
    ])
}
