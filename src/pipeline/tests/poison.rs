//! A workflow that asks for more than there is, beside ordinary ones of the same role: the others are told exactly as
//! without it, it is told as not whole, and somebody else can take it at once.

use super::world::{allow, machine, watch};
use super::*;
use crate::queue::Later;
use crate::snapshot::StateMachine;
use crate::trigger::work::Work;

/// Each step makes an object of copies of the whole input: forty levels of ten.
fn poison() -> StateMachine {
    let mut states = serde_json::Map::new();
    for i in 0..40 {
        let fields: serde_json::Map<String, Value> =
            (0..10).map(|j| (format!("f{j}.$"), json!("$"))).collect();
        let next = if i == 39 {
            "T".to_owned()
        } else {
            format!("s{}", i + 1)
        };
        states.insert(
            format!("s{i}"),
            json!({ "Type": "Pass", "Parameters": fields, "Next": next }),
        );
    }
    let target = format!("${}", ".f0".repeat(20));
    states.insert(
        "T".to_owned(),
        json!({ "Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName.$": format!("States.Array({target},{target})") } }),
    );
    StateMachine {
        definition: json!({ "StartAt": "s0", "States": states }).to_string(),
        ..machine("M", "Role")
    }
}

fn account(poisoned: bool) -> (World, Services<Memory>) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("lambda:InvokeFunction", "*")));
    for name in ["A", "Z"] {
        world.deploy(machine(name, "Role"));
    }
    if poisoned {
        world.deploy(poison());
    }
    let watch = watch(&world, true, true);
    for name in ["A", "M", "Z"] {
        let made = created(&world, &format!("made-{name}"), name);
        if poisoned || name != "M" {
            invoke(&world, &watch, name, &made).unwrap();
        }
    }
    world.alerts();
    world.lock().queue.clear();
    world.pass(600);
    (world, watch)
}

/// What is told of the others: rules, and by whose event. Who shares their role is told of them too, and left out.
fn others(alerts: &[Value]) -> Vec<String> {
    let mut all: Vec<String> = alerts
        .iter()
        .filter(|a| a["opened"].is_array() && a["workflow"]["name"] != "M")
        .map(|a| {
            let mut rules = opened(a);
            rules.retain(|rule| *rule != "shared-role");
            format!(
                "{} {} {rules:?} {:?}",
                a["workflow"]["name"],
                a["event"]["id"],
                resolved(a)
            )
        })
        .collect();
    all.sort();
    all
}

/// A role event, the message that it hands on, and a sweep: what each tells.
fn day(poisoned: bool) -> [Vec<Value>; 3] {
    let (world, watch) = account(poisoned);
    let widen = put(&world, "e1", "Role", "more", &allow("s3:*", "*"));
    invoke(&world, &watch, "role", &widen).unwrap();
    let by_event = world.alerts();

    world.policy("Role", "base", Some(allow("dynamodb:*", "*")));
    let names: &[&str] = if poisoned {
        &["A", "M", "Z"]
    } else {
        &["A", "Z"]
    };
    let workflows = names
        .iter()
        .map(|name| super::world::parsed(name))
        .collect();
    let work = Work::Evaluate {
        workflows,
        sweep: None,
        event: Some("e1".to_owned()),
    };
    let later = Later { work, delay: 0 };
    let message = json!({ "Records": [{ "messageId": "m1", "body": later.work.body() }] });
    let answer = invoke(&world, &watch, "message", &message).unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let by_message = world.alerts();

    // Whoever comes next takes each of them at once: no lease is left.
    world.policy("Role", "base", Some(allow("sqs:*", "*")));
    world.pass(86_400);
    let alone = super::world::watch(&world, true, false);
    let began = world.now();
    invoke(
        &world,
        &alone,
        "sweep",
        &json!({ "stepwarden": { "work": "sweep" } }),
    )
    .unwrap();
    assert_eq!(world.now().since(began), 0, "nobody waits for a lease");
    [by_event, by_message, world.alerts()]
}

#[test]
fn a_poisoned_workflow_costs_its_neighbours_nothing() {
    let (with, without) = (day(true), day(false));
    for (place, (with, without)) in with.iter().zip(&without).enumerate() {
        assert!(
            place == 1 || !without.is_empty(),
            "{place}: something is told"
        );
        assert_eq!(others(with), others(without), "{place}");
    }
}

#[test]
fn it_is_told_itself_as_chosen_by_the_caller_or_not_whole() {
    let (world, watch) = account(true);
    let first = created(&world, "e9", "M");
    world.lock().table = Default::default();
    invoke(&world, &watch, "again", &first).unwrap();
    let alerts = world.alerts();
    let rules: Vec<&str> = alerts
        .iter()
        .filter(|a| a["opened"].is_array())
        .flat_map(opened)
        .collect();
    let told = ["tainted-target", "evaluation-incomplete"]
        .iter()
        .any(|rule| rules.contains(rule));
    assert!(told, "{rules:?}");
}
