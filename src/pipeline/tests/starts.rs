//! A change of policies that lets somebody start workflows, or no more.

use super::world::{allow, machine, watch};
use super::*;

fn account() -> (World, Services<Memory>) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("sqs:SendMessage", "*")));
    world.policy("Ci", "deploy", Some(allow("s3:PutObject", "*")));
    for name in ["Pay", "Ship"] {
        world.deploy(machine(name, "Role"));
    }
    let watch = watch(&world, true, true);
    for name in ["Pay", "Ship"] {
        let made = created(&world, name, name);
        invoke(&world, &watch, name, &made).unwrap();
    }
    world.alerts();
    (world, watch)
}

/// Names of the workflows of which an alert opens this rule.
fn told(alerts: &[Value], rule: &str) -> Vec<String> {
    let mut names: Vec<String> = alerts
        .iter()
        .filter(|a| opened(a).contains(&rule))
        .map(|a| a["workflow"]["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_policy_that_opens_workflows_evaluates_those_that_it_opens() {
    let (world, watch) = account();
    let pattern = format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:P*");
    let opens = put(
        &world,
        "e1",
        "Ci",
        "start",
        &allow("states:StartExecution", &pattern),
    );
    invoke(&world, &watch, "r1", &opens).unwrap();
    assert_eq!(told(&world.alerts(), "broad-invocation"), ["Pay"]);
    // Wider now: the other one too; the first one has nothing new.
    let wider = put(
        &world,
        "e2",
        "Ci",
        "start",
        &allow("states:StartExecution", "*"),
    );
    invoke(&world, &watch, "r2", &wider).unwrap();
    assert_eq!(told(&world.alerts(), "broad-invocation"), ["Ship"]);
    // And back: both are resolved.
    let closes = removed(&world, "e3", "Ci", "start");
    invoke(&world, &watch, "r3", &closes).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 2, "{alerts:#?}");
    assert!(
        alerts
            .iter()
            .all(|a| resolved(a).contains(&"broad-invocation"))
    );
}

#[test]
fn a_policy_that_has_nothing_to_do_with_starting_reads_no_principals() {
    let (world, watch) = account();
    world.lock().calls.clear();
    let other = put(&world, "e1", "Ci", "more", &allow("s3:GetObject", "*"));
    invoke(&world, &watch, "r1", &other).unwrap();
    assert_eq!(
        world.lock().calls,
        [
            "handled e1",
            "query role/123456789012/Ci",
            "query starts",
            "remember e1"
        ]
    );
    let request = json!({ "userName": "kim", "policyName": "own" });
    let gone = event(
        &world,
        "e2",
        "iam",
        "DeleteUserPolicy",
        request,
        Value::Null,
    );
    world.lock().calls.clear();
    invoke(&world, &watch, "r2", &gone).unwrap();
    assert_eq!(
        world.lock().calls,
        ["handled e2", "query starts", "remember e2"]
    );
}

#[test]
fn many_workflows_are_handed_on() {
    let (world, watch) = account();
    for n in 0..25 {
        let name = format!("W{n}");
        world.deploy(machine(&name, "Role"));
        let made = created(&world, &name, &name);
        invoke(&world, &watch, &name, &made).unwrap();
    }
    world.alerts();
    let opens = put(&world, "e1", "Ci", "start", &allow("states:*", "*"));
    invoke(&world, &watch, "r1", &opens).unwrap();
    assert!(world.alerts().is_empty());
    let queued = std::mem::take(&mut world.lock().queue);
    assert_eq!(queued.len(), 1);
    let records: Vec<Value> = queued
        .iter()
        .enumerate()
        .map(|(n, later)| json!({ "messageId": n.to_string(), "body": later.work.body() }))
        .collect();
    // In another process, which must not take what it read before the change for the present.
    let answer = invoke(
        &world,
        &super::world::watch(&world, true, true),
        "r2",
        &json!({ "Records": records }),
    );
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!(told(&world.alerts(), "broad-invocation").len(), 27);
}
