//! Published versions: what can still be started is still told.

use super::world::{allow, machine, watch};
use super::*;
use crate::snapshot::StateMachine;

fn dangerous() -> StateMachine {
    let definition = json!({ "StartAt": "T", "States": { "T": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName.$": "$.f" } } } });
    StateMachine {
        definition: definition.to_string(),
        ..machine("One", "Role")
    }
}

fn version(number: u32) -> StateMachine {
    StateMachine {
        arn: format!("{}:{number}", arn("One")),
        ..dangerous()
    }
}

/// A dangerous definition was told, and published; then the newest one was repaired.
fn repaired() -> (World, Services<Memory>, Value) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("lambda:InvokeFunction", "*")));
    world.deploy(dangerous());
    let watch = watch(&world, true, true);
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    assert!(opened(&world.alerts()[0]).contains(&"tainted-target"));
    world.deploy(version(1));
    world.deploy(machine("One", "Role"));
    world.pass(60);
    let update = updated(&world, "e2", "One");
    (world, watch, update)
}

fn is_resolved(alerts: &[Value]) -> bool {
    let of_workflows = alerts.iter().filter(|a| a["resolved"].is_array());
    let mut all = of_workflows.flat_map(resolved);
    all.any(|rule| rule == "tainted-target")
}

#[test]
fn what_a_version_still_does_is_not_resolved_by_a_repair_but_by_deleting_it() {
    let (world, watch, update) = repaired();
    invoke(&world, &watch, "r2", &update).unwrap();
    assert!(!is_resolved(&world.alerts()));
    world.lock().machines.remove(&version(1).arn);
    world.pass(60);
    let request = json!({ "stateMachineVersionArn": version(1).arn });
    let delete = event(
        &world,
        "e3",
        "states",
        "DeleteStateMachineVersion",
        request,
        Value::Null,
    );
    invoke(&world, &watch, "r3", &delete).unwrap();
    assert!(is_resolved(&world.alerts()));
}

#[test]
fn a_version_that_an_alias_event_brings_up_is_told_with_its_number() {
    let world = World::default();
    world.policy("Role", "base", Some(allow("lambda:InvokeFunction", "*")));
    world.deploy(machine("One", "Role"));
    let watch = watch(&world, true, true);
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    world.alerts();
    world.deploy(version(7));
    world.pass(60);
    let route = json!({ "routingConfiguration": [{ "stateMachineVersionArn": version(7).arn, "weight": 100 }],
        "stateMachineAliasArn": format!("{}:PROD", arn("One")) });
    let alias = event(
        &world,
        "e2",
        "states",
        "UpdateStateMachineAlias",
        route,
        Value::Null,
    );
    invoke(&world, &watch, "r2", &alias).unwrap();
    let alerts = world.alerts();
    let told = alerts.iter().flat_map(|a| a["opened"].as_array().unwrap());
    let tainted: Vec<&Value> = told.filter(|f| f["rule"] == "tainted-target").collect();
    assert_eq!(tainted.len(), 1, "{alerts:#?}");
    assert_eq!(tainted[0]["version"], "7");
}

#[test]
fn versions_that_cannot_be_read_resolve_nothing() {
    for call in [
        "ListStateMachineVersions".to_owned(),
        format!("DescribeStateMachine {}", version(1).arn),
    ] {
        let (world, watch, update) = repaired();
        world.fail(&call, u32::MAX);
        invoke(&world, &watch, "r2", &update).unwrap();
        let alerts = world.alerts();
        assert!(!is_resolved(&alerts), "{call}: {alerts:#?}");
        assert!(
            alerts
                .iter()
                .flat_map(opened)
                .any(|rule| rule == "evaluation-incomplete"),
            "{call}"
        );
    }
}

#[test]
fn a_sweep_lists_versions_once_a_week() {
    let (world, watch, update) = repaired();
    invoke(&world, &watch, "r2", &update).unwrap();
    let sweep = json!({ "stepwarden": { "work": "sweep" } });
    let mut lists = Vec::new();
    for (days, request) in [(1, "s1"), (5, "s2"), (3, "s3")] {
        world.pass(days * 86_400);
        world.lock().calls.clear();
        let without = Services {
            queue: None,
            ..super::world::watch(&world, true, false)
        };
        invoke(&world, &without, request, &sweep).unwrap();
        let calls = world.lock().calls.clone();
        lists.push(
            calls
                .iter()
                .filter(|c| c.starts_with("ListStateMachineVersions"))
                .count(),
        );
        assert!(!is_resolved(&world.alerts()));
    }
    assert_eq!(lists, [0, 0, 1]);
}
