mod account;
mod approval;
mod begun;
mod concurrent;
mod orders;
mod poison;
mod policies;
mod races;
mod starts;
mod stateful;
mod stateless;
mod sweeps;
mod table;
mod transient;
mod versions;
mod world;

use serde_json::{Value, json};

use super::*;
use world::{ACCOUNT, BEGIN, Memory, REGION, World, arn, interleave};

/// Lambda's limit of the tests' invocations, in seconds.
const LIMIT: i64 = 120;

/// Runs one invocation to its end: its answer, or why it is delivered again.
fn invoke(
    world: &World,
    watch: &Services<Memory>,
    request: &str,
    payload: &Value,
) -> Result<Value, Error> {
    let ended = interleave(
        vec![Box::pin(invocation(world, watch, request, payload))],
        |_| 0,
    );
    ended.into_iter().next().unwrap()
}

async fn invocation(
    world: &World,
    watch: &Services<Memory>,
    request: &str,
    payload: &Value,
) -> Result<Value, Error> {
    let clock = || world.now();
    let invocation = Invocation {
        request,
        clock: &clock,
        deadline: world.now().plus(LIMIT),
    };
    handle(watch, payload, &invocation).await.0
}

/// An event of a call that was made now.
fn event(
    world: &World,
    id: &str,
    source: &str,
    name: &str,
    request: Value,
    response: Value,
) -> Value {
    json!({
        "detail-type": "AWS API Call via CloudTrail", "source": format!("aws.{source}"),
        "account": ACCOUNT, "region": REGION,
        "detail": {
            "eventSource": format!("{source}.amazonaws.com"), "eventName": name, "eventID": id,
            "eventTime": world.now().iso(), "awsRegion": REGION, "recipientAccountId": ACCOUNT,
            "sourceIPAddress": "203.0.113.24", "userAgent": "aws-cli/2",
            "userIdentity": { "type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/developer/kim") },
            "requestParameters": request, "responseElements": response,
        }
    })
}

fn created(world: &World, id: &str, name: &str) -> Value {
    let response = json!({ "stateMachineArn": arn(name) });
    event(
        world,
        id,
        "states",
        "CreateStateMachine",
        json!({}),
        response,
    )
}

fn updated(world: &World, id: &str, name: &str) -> Value {
    let request = json!({ "stateMachineArn": arn(name) });
    event(
        world,
        id,
        "states",
        "UpdateStateMachine",
        request,
        Value::Null,
    )
}

fn deleted(world: &World, id: &str, name: &str) -> Value {
    let request = json!({ "stateMachineArn": arn(name) });
    event(
        world,
        id,
        "states",
        "DeleteStateMachine",
        request,
        Value::Null,
    )
}

/// A role's policy is put, and the event of it.
fn put(world: &World, id: &str, role: &str, policy: &str, document: &Value) -> Value {
    world.policy(role, policy, Some(document.clone()));
    let request =
        json!({ "roleName": role, "policyName": policy, "policyDocument": document.to_string() });
    event(world, id, "iam", "PutRolePolicy", request, Value::Null)
}

fn removed(world: &World, id: &str, role: &str, policy: &str) -> Value {
    world.policy(role, policy, None);
    let request = json!({ "roleName": role, "policyName": policy });
    event(world, id, "iam", "DeleteRolePolicy", request, Value::Null)
}

/// The rules of what an alert opens.
fn opened(alert: &Value) -> Vec<&str> {
    rules(&alert["opened"])
}

fn resolved(alert: &Value) -> Vec<&str> {
    rules(&alert["resolved"])
}

fn rules(findings: &Value) -> Vec<&str> {
    let all = findings.as_array().unwrap().iter();
    all.map(|f| f["rule"].as_str().unwrap()).collect()
}

/// Whether an alert opens a finding about this action.
fn tells_of(alert: &Value, action: &str) -> bool {
    let mut all = alert["opened"].as_array().unwrap().iter();
    all.any(|f| f["actions"].as_array().unwrap().contains(&json!(action)))
}

#[test]
fn the_begin_of_time_is_what_it_says() {
    let world = World::default();
    assert_eq!(world.now().seconds(), BEGIN);
    assert_eq!(world.now().iso(), "2026-11-23T09:00:00Z");
}
