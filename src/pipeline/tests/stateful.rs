//! With a table: alerts are changes.

use super::world::{allow, machine, parsed, watch};
use super::*;
use crate::verdict::Record;

fn one() -> (World, Services<Memory>) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("xray:PutTraceSegments", "*")));
    world.deploy(machine("One", "Role"));
    let watch = watch(&world, true, true);
    (world, watch)
}

fn kept(world: &World, name: &str) -> Record {
    let text = world.lock().table.records[&arn(name)].clone();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn opened_then_silent_then_resolved() {
    let (world, watch) = one();
    let event = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &event).unwrap();
    let first = world.alerts();
    assert_eq!(first.len(), 1);
    assert!(opened(&first[0]).contains(&"logging-off"));

    // Another call that changes nothing.
    let event = updated(&world, "e2", "One");
    invoke(&world, &watch, "r2", &event).unwrap();
    assert_eq!(world.alerts(), Vec::<Value>::new());

    let widen = put(&world, "e3", "Role", "admin", &allow("*", "*"));
    invoke(&world, &watch, "r3", &widen).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1);
    assert!(opened(&alerts[0]).contains(&"admin-role"));
    assert!(!opened(&alerts[0]).contains(&"logging-off"), "it was told");
    assert_eq!(alerts[0]["persisting"]["medium"], 1);
    assert!(alerts[0]["drift"].is_object(), "{:#}", alerts[0]);

    let narrow = removed(&world, "e4", "Role", "admin");
    invoke(&world, &watch, "r4", &narrow).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(opened(&alerts[0]), Vec::<&str>::new());
    let gone = resolved(&alerts[0]);
    assert!(
        gone.contains(&"admin-role") && gone.contains(&"drift"),
        "{gone:?}"
    );
    assert!(alerts[0]["drift"].is_null());
}

#[test]
fn an_event_that_comes_twice_is_dealt_with_once() {
    let (world, watch) = one();
    let event = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &event).unwrap();
    world.lock().calls.clear();
    invoke(&world, &watch, "r2", &event).unwrap();
    assert_eq!(world.lock().calls, ["handled e1"]);
    assert_eq!(world.alerts().len(), 1);
}

#[test]
fn what_is_deleted_is_resolved_and_forgotten() {
    let (world, watch) = one();
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    let told = opened(&world.alerts()[0]).len();
    world.lock().machines.clear();
    let gone = deleted(&world, "e2", "One");
    invoke(&world, &watch, "r2", &gone).unwrap();
    let alerts = world.alerts();
    assert_eq!((alerts.len(), resolved(&alerts[0]).len()), (1, told));
    let state = world.lock();
    assert!(state.table.records.is_empty() && state.table.index.is_empty());
}

#[test]
fn a_gap_tells_itself_once_and_hides_without_resolving() {
    let (world, watch) = one();
    let widen = put(&world, "e0", "Role", "admin", &allow("*", "*"));
    drop(widen);
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    assert!(opened(&world.alerts()[0]).contains(&"admin-role"));
    world.fail("GetRole Role", 2);
    for (id, messages) in [("e2", 1), ("e3", 0)] {
        let event = updated(&world, id, "One");
        invoke(&world, &watch, id, &event).unwrap();
        let alerts = world.alerts();
        assert_eq!(alerts.len(), messages, "{id}: {alerts:#?}");
        for alert in alerts {
            assert_eq!(opened(&alert), ["evaluation-incomplete"]);
            assert!(!resolved(&alert).contains(&"admin-role"));
            assert!(alert["unseen"].as_u64() > Some(0));
        }
    }
    // Readable again and narrowed meanwhile: now it is resolved, and only now.
    let narrow = removed(&world, "e4", "Role", "admin");
    invoke(&world, &watch, "r4", &narrow).unwrap();
    let alerts = world.alerts();
    let gone = resolved(&alerts[0]);
    assert!(gone.contains(&"admin-role") && gone.contains(&"evaluation-incomplete"));
}

#[test]
fn the_verdict_is_kept_after_the_delivery() {
    let (world, watch) = one();
    let event = created(&world, "e1", "One");
    world.fail("Publish", 1);
    assert!(matches!(
        invoke(&world, &watch, "r1", &event),
        Err(Error::Publish { .. })
    ));
    assert!(world.lock().table.records.is_empty(), "nothing was told");
    // The workflow was given back: the next one need not wait.
    world.lock().calls.clear();
    invoke(&world, &watch, "r1", &event).unwrap();
    assert!(!world.lock().calls.iter().any(|c| c.starts_with("pause")));
    let record = kept(&world, "One");
    assert_eq!(record.workflow, parsed("One"));
    assert!(record.told.iter().any(|t| t.rule == "logging-off"));
}

#[test]
fn a_verdict_that_cannot_be_kept_does_not_tell_twice() {
    let (world, watch) = one();
    let event = created(&world, "e1", "One");
    world.fail("keep ", 1);
    assert!(invoke(&world, &watch, "r1", &event).is_err());
    invoke(&world, &watch, "r1", &event).unwrap();
    assert_eq!(world.alerts().len(), 1);
    assert!(!kept(&world, "One").told.is_empty());
}

#[test]
fn a_workflow_is_found_by_all_that_its_verdict_rests_on() {
    let (world, watch) = one();
    let mut logs = machine("Logs", "Other");
    logs.log_destinations = vec![format!(
        "arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/x:*"
    )];
    world.policy("Other", "none", Some(allow("xray:PutTraceSegments", "*")));
    world.deploy(logs);
    let made = created(&world, "e1", "Logs");
    invoke(&world, &watch, "r1", &made).unwrap();
    let affected = |id: &str, source: &str, name: &str, request: Value| {
        world.lock().calls.clear();
        let event = event(&world, id, source, name, request, Value::Null);
        invoke(&world, &watch, id, &event).unwrap();
        let calls = &world.lock().calls;
        calls.iter().filter(|c| c.starts_with("take")).count()
    };
    for (group, count) in [("/aws/x", 1), ("/aws/", 0)] {
        let request = json!({ "logGroupName": group });
        assert_eq!(affected(group, "logs", "DeleteLogGroup", request), count);
    }
    for (role, count) in [("Other", 1), ("Role", 0)] {
        let request = json!({ "roleName": role });
        assert_eq!(
            affected(role, "iam", "DeleteRole", request),
            count,
            "{role}"
        );
    }
}

#[test]
fn a_role_event_costs_the_same_in_an_account_of_any_size() {
    let calls = |size: usize| {
        let world = World::default();
        for n in 0..size {
            let role = if n < 2 { "Shared" } else { "Other" };
            world.policy(role, "p", Some(allow("xray:PutTraceSegments", "*")));
            world.deploy(machine(&format!("W{n:05}"), role));
        }
        let watch = watch(&world, true, true);
        for n in 0..2 {
            let made = created(&world, &format!("c{n}"), &format!("W{n:05}"));
            invoke(&world, &watch, &format!("c{n}"), &made).unwrap();
        }
        world.lock().calls.clear();
        let widen = put(&world, "e", "Shared", "admin", &allow("s3:*", "*"));
        invoke(&world, &watch, "r", &widen).unwrap();
        let calls = world.lock().calls.len();
        assert_eq!(world.alerts().len(), 4);
        calls
    };
    let few = calls(10);
    assert_eq!((calls(1_000), calls(10_000)), (few, few));
    assert!(few < 30, "{few}");
}

#[test]
fn what_is_approved_is_the_baseline_and_resolves_the_drift() {
    let (world, watch) = one();
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert!(world.alerts()[1]["drift"].is_object());
    let clock = || world.now();
    let invocation = Invocation {
        request: "approval",
        clock: &clock,
        deadline: world.now().plus(LIMIT),
    };
    let (there, not_there) = (parsed("One"), parsed("Two"));
    let by = approve(&watch, &there, "kim", &invocation);
    assert_eq!(interleave(vec![Box::pin(by) as _], |_| 0), [Ok(())]);
    let baseline = kept(&world, "One").baseline.unwrap();
    assert_eq!(baseline.approval.approved_by, "kim");
    let event = updated(&world, "e3", "One");
    invoke(&world, &watch, "r3", &event).unwrap();
    let alerts = world.alerts();
    assert_eq!((alerts.len(), resolved(&alerts[0])), (1, vec!["drift"]));
    // And what is not there is not approved.
    let by = approve(&watch, &not_there, "kim", &invocation);
    let refused = interleave(vec![Box::pin(by) as _], |_| 0).remove(0);
    assert!(matches!(refused, Err(Error::NotApproved(_))), "{refused:?}");
}

#[test]
fn drift_that_a_gap_hides_is_not_told_again_when_it_shows() {
    let (world, watch) = one();
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert!(world.alerts()[1]["drift"].is_object());
    world.fail("GetRole Role", 1);
    let event = updated(&world, "e3", "One");
    invoke(&world, &watch, "r3", &event).unwrap();
    let hidden = world.alerts();
    assert_eq!(
        (hidden.len(), opened(&hidden[0])),
        (1, vec!["evaluation-incomplete"])
    );
    let event = updated(&world, "e4", "One");
    invoke(&world, &watch, "r4", &event).unwrap();
    let shown = world.alerts();
    assert_eq!(resolved(&shown[0]), ["evaluation-incomplete"], "{shown:#?}");
    assert!(
        opened(&shown[0]).is_empty() && shown[0]["drift"].is_null(),
        "{shown:#?}"
    );
}

#[test]
fn a_change_that_reading_does_not_show_yet_is_looked_for_again_and_is_no_gap() {
    let (world, watch) = one();
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    world.alerts();
    // The event comes before IAM shows what it tells of.
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    world.policy("Role", "more", None);
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert_eq!(world.alerts(), Vec::<Value>::new());
    let again = std::mem::take(&mut world.lock().queue);
    assert_eq!((again.len(), again[0].delay), (1, 120));
    world.policy("Role", "more", Some(allow("s3:*", "*")));
    let message = json!({ "Records": [{ "messageId": "m", "body": again[0].work.body() }] });
    invoke(&world, &watch, "r3", &message).unwrap();
    let alerts = world.alerts();
    assert!(tells_of(&alerts[0], "s3:*") && alerts[0]["event"]["id"] == "e2");
    // Without a queue nobody can look again: the report says what it could not see.
    let (world, mut watch) = one();
    watch.queue = None;
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    world.policy("Role", "more", None);
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    world.alerts();
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert_eq!(opened(&world.alerts()[0]), ["evaluation-incomplete"]);
}
