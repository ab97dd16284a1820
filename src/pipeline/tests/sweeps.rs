//! The sweep.

use super::world::{allow, machine, watch};
use super::*;
use crate::queue::Later;

const SWEEP: &str = r#"{ "stepwarden": { "work": "sweep" } }"#;

fn account(size: usize) -> World {
    let world = World::default();
    world.policy("Role", "base", Some(allow("sqs:SendMessage", "*")));
    for n in 0..size {
        world.deploy(machine(&format!("W{n:05}"), "Role"));
    }
    world
}

/// The messages, in the order in which they become visible; the seconds that they take in all.
fn drain(world: &World, watch: &Services<Memory>) -> i64 {
    let began = world.now();
    let mut waiting: Vec<(i64, Later)> = Vec::new();
    for number in 0..1_000_000 {
        let now = world.now();
        let sent = std::mem::take(&mut world.lock().queue);
        waiting.extend(
            sent.into_iter()
                .map(|l| (now.plus(i64::from(l.delay)).seconds(), l)),
        );
        waiting.sort_by_key(|(at, _)| *at);
        if waiting.is_empty() {
            return world.now().since(began);
        }
        let (at, later) = waiting.remove(0);
        world.pass((at - now.seconds()).max(0));
        let message = json!({ "Records": [{ "messageId": format!("m{number}"), "body": later.work.body() }] });
        let answer = invoke(world, watch, &format!("q{number}"), &message);
        assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    }
    panic!("the queue never empties");
}

fn sweep(world: &World, watch: &Services<Memory>, request: &str) -> i64 {
    let payload = serde_json::from_str(SWEEP).unwrap();
    invoke(world, watch, request, &payload).unwrap();
    drain(world, watch)
}

#[test]
fn the_first_sweep_is_one_summary_and_the_next_is_silent() {
    let world = account(25);
    let watch = watch(&world, true, true);
    sweep(&world, &watch, "s1");
    let told = world.alerts();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["schema"], "stepwarden/summary/1");
    assert_eq!(
        (&told[0]["workflows"], &told[0]["listed"]),
        (&json!(25), &json!(25))
    );
    assert!(told[0]["summary"]["medium"].as_u64() > Some(0));
    world.pass(86_400);
    sweep(&world, &watch, "s2");
    assert_eq!(world.alerts(), Vec::<Value>::new());
}

#[test]
fn what_no_event_told_is_found_and_said_to_have_been_found_so() {
    let world = account(25);
    let watch = watch(&world, true, true);
    sweep(&world, &watch, "s1");
    world.alerts();
    // A role of its own that is an administrator, a workflow that is new, and one that is gone: no event told of any.
    let mut changed = machine("W00007", "Admin");
    changed.definition = changed.definition.replace("Succeed", "Fail");
    world.policy("Admin", "all", Some(allow("*", "*")));
    world.deploy(changed);
    world.deploy(machine("New", "Role"));
    world.lock().machines.remove(&arn("W00003"));
    world.pass(86_400);
    sweep(&world, &watch, "s2");
    let alerts = world.alerts();
    let named = |name: &str| {
        alerts
            .iter()
            .find(|a| a["workflow"]["name"] == name)
            .unwrap()
    };
    assert_eq!(alerts.len(), 3, "{alerts:#?}");
    assert!(opened(named("W00007")).contains(&"admin-role"));
    assert!(named("W00007")["event"].is_null());
    assert!(named("W00007")["drift"]["widened"][0]["since"]["sweep"].is_string());
    assert!(opened(named("New")).contains(&"logging-off"));
    assert!(resolved(named("W00003")).contains(&"logging-off"));
}

/// Workflows of a large account: more than a page.
const SIZE: usize = 1_500;

#[test]
fn an_account_of_any_size_is_swept_within_the_quotas() {
    let world = account(SIZE);
    let size = SIZE;
    let watch = watch(&world, true, true);
    let seconds = sweep(&world, &watch, "s1");
    let state = world.lock();
    let count = |call: &str| state.calls.iter().filter(|c| c.starts_with(call)).count();
    let calls = [
        ("DescribeStateMachine", size),
        ("ListTagsForResource", 0),
        ("GetRole", 0),
    ];
    for (call, most) in calls {
        assert!(count(call) <= most + 100, "{call}: {}", count(call));
    }
    // 18 a second at most: no faster than the bucket refills.
    let floor = i64::try_from(size).unwrap() / 20;
    assert!(seconds >= floor && seconds < floor * 13 / 10, "{seconds} s");
    println!(
        "{size} workflows: {seconds} s, {} describes, {} lists, {} whole accounts, {} messages",
        count("DescribeStateMachine"),
        count("ListStateMachines"),
        count("GetAccountAuthorizationDetails"),
        count("SendMessageBatch"),
    );
    assert!(count("GetAccountAuthorizationDetails") < 5);
}

#[test]
fn messages_that_come_twice_count_once() {
    let world = account(25);
    let watch = watch(&world, true, true);
    let payload = serde_json::from_str(SWEEP).unwrap();
    invoke(&world, &watch, "s1", &payload).unwrap();
    // The schedule's invocation is tried again, and every message of its first page comes twice.
    invoke(&world, &watch, "s1", &payload).unwrap();
    drain(&world, &watch);
    let told = world.alerts();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(
        (&told[0]["workflows"], &told[0]["listed"]),
        (&json!(25), &json!(25))
    );
}

#[test]
fn without_a_queue_a_small_account_is_swept_at_once() {
    let world = account(25);
    let watch = watch(&world, true, false);
    let payload = serde_json::from_str(SWEEP).unwrap();
    invoke(&world, &watch, "s1", &payload).unwrap();
    let told = world.alerts();
    assert_eq!((told.len(), &told[0]["workflows"]), (1, &json!(25)));
    assert!(world.lock().table.sweep.as_ref().unwrap().finished);
}

#[test]
fn a_workflow_that_fails_for_ever_does_not_hold_the_sweep_up() {
    let world = account(5);
    let watch = watch(&world, true, true);
    world.fail(&format!("DescribeStateMachine {}", arn("W00002")), u32::MAX);
    sweep(&world, &watch, "s1");
    let told = world.alerts();
    assert_eq!((told.len(), &told[0]["workflows"]), (1, &json!(5)));
}

#[test]
fn work_that_is_not_understood_is_said_and_done_with() {
    let world = account(1);
    let watch = watch(&world, true, true);
    let bodies = [
        "",
        "{}",
        "[]",
        r#"{"stepwarden":{"work":"evaluate","workflows":["no arn"]}}"#,
    ];
    let records: Vec<Value> = bodies
        .iter()
        .map(|body| json!({ "messageId": "m", "body": body }))
        .collect();
    let answer = invoke(&world, &watch, "r", &json!({ "Records": records }));
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
}
