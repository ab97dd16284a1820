//! Events come late, twice and in any order. Three changes of one workflow (it is made, its role is widened, narrowed again)
//! and their events, in every order that can happen, each event once or twice.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{allow, machine, watch};
use super::*;

/// What happens: a change is made, or its event arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Change(usize),
    Event(usize),
}

/// Every order in which each event arrives after its change and the changes happen in theirs; `times` says how often each
/// event arrives.
fn orders(times: [usize; 3]) -> Vec<Vec<Step>> {
    fn extend(done: &mut Vec<Step>, left: [usize; 3], all: &mut Vec<Vec<Step>>) {
        let changes = done.iter().filter(|s| matches!(s, Step::Change(_))).count();
        if changes == 3 && left == [0; 3] {
            all.push(done.clone());
            return;
        }
        if changes < 3 {
            done.push(Step::Change(changes));
            extend(done, left, all);
            done.pop();
        }
        for event in 0..changes {
            let mut less = left;
            if less[event] > 0 {
                less[event] -= 1;
                done.push(Step::Event(event));
                extend(done, less, all);
                done.pop();
            }
        }
    }
    let mut all = Vec::new();
    extend(&mut Vec::new(), times, &mut all);
    all
}

fn make(world: &World, change: usize) -> Value {
    match change {
        0 => {
            world.deploy(machine("One", "Role"));
            created(world, "create", "One")
        }
        1 => put(world, "widen", "Role", "more", &allow("s3:*", "*")),
        _ => removed(world, "narrow", "Role", "more"),
    }
}

/// Fingerprints that are told and not told to be gone; what is told twice, or told to be gone without having been told, fails.
pub(super) fn told(alerts: &[Value]) -> BTreeMap<String, String> {
    let mut open = BTreeMap::new();
    let mut drifted = BTreeSet::new();
    for alert in alerts {
        for finding in alert["opened"].as_array().unwrap() {
            let fingerprint = finding["fingerprint"].as_str().unwrap().to_owned();
            let rule = finding["rule"].as_str().unwrap().to_owned();
            // Drift is told again when more of it is seen.
            if rule == "drift" {
                drifted.insert(fingerprint.clone());
            }
            let again = open.insert(fingerprint.clone(), rule).is_some();
            assert!(
                !again || drifted.contains(&fingerprint),
                "told twice: {finding:#}"
            );
        }
        for gone in alert["resolved"].as_array().unwrap() {
            let fingerprint = gone["fingerprint"].as_str().unwrap();
            assert!(open.remove(fingerprint).is_some(), "never told: {gone:#}");
        }
    }
    open
}

fn play(order: &[Step]) -> (BTreeMap<String, String>, Vec<Value>) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("sqs:SendMessage", "*")));
    let watch = watch(&world, true, true);
    let mut events: [Value; 3] = Default::default();
    for (at, step) in order.iter().enumerate() {
        // Some events arrive soon, while reads may lag behind; some late.
        world.pass(if at % 2 == 0 { 1 } else { 200 });
        match step {
            Step::Change(change) => events[*change] = make(&world, *change),
            Step::Event(event) => {
                // What an event tells of may be undone by now: reading waits for it, and then says that it did not come.
                invoke(&world, &watch, &format!("r{at}"), &events[*event]).unwrap();
            }
        }
    }
    // What was looked for and did not show is looked for again.
    let again = std::mem::take(&mut world.lock().queue);
    for (at, later) in again.iter().enumerate() {
        let message =
            json!({ "Records": [{ "messageId": at.to_string(), "body": later.work.body() }] });
        invoke(&world, &watch, &format!("q{at}"), &message).unwrap();
    }
    let alerts = world.alerts();
    (told(&alerts), alerts)
}

#[test]
fn every_order_ends_in_the_same_verdict_and_tells_nothing_twice() {
    let in_order: Vec<Step> = (0..3)
        .flat_map(|n| [Step::Change(n), Step::Event(n)])
        .collect();
    let (expected, _) = play(&in_order);
    assert_eq!(expected.len(), 2, "{expected:?}");
    let mut played = 0;
    for times in [[1, 1, 1], [2, 1, 1], [1, 2, 1], [1, 1, 2], [2, 2, 2]] {
        for order in orders(times) {
            let (found, alerts) = play(&order);
            let shown = || format!("{order:?}: {alerts:#?}");
            assert_eq!(settled(&found), settled(&expected), "{}", shown());
            played += 1;
        }
    }
    assert_eq!(played, 400);
}

/// What is over already when it is told is told once and never gone.
fn settled(open: &BTreeMap<String, String>) -> BTreeSet<&String> {
    let lasting = open.iter().filter(|(_, rule)| *rule != "transient-change");
    lasting.map(|(fingerprint, _)| fingerprint).collect()
}
