//! Without a table: every event reports in full.

use serde_json::json;

use super::world::{allow, machine, watch};
use super::*;
use crate::route::Topic;

fn shared() -> World {
    let world = World::default();
    world.deploy(machine("One", "Shared"));
    world.deploy(machine("Two", "Shared"));
    world
}

#[test]
fn a_role_of_two_workflows_gives_two_alerts_on_both_topics_each_time() {
    let world = shared();
    let watch = watch(&world, false, false);
    let event = put(&world, "e1", "Shared", "admin", &allow("*", "*"));
    for request in ["r1", "r2"] {
        invoke(&world, &watch, request, &event).unwrap();
        let sent = std::mem::take(&mut world.lock().sent);
        for topic in [Topic::People, Topic::Machines] {
            for name in ["One", "Two"] {
                let told = sent
                    .iter()
                    .filter(|d| d.topic == topic && d.message.contains(&arn(name)));
                assert_eq!(told.count(), 1, "{topic:?} {name}");
            }
        }
        // Another process handles the next one.
        watch.published.forget();
    }
}

#[test]
fn one_alert_that_cannot_be_published_stops_no_other_and_fails_the_event() {
    let world = shared();
    let watch = watch(&world, false, false);
    let event = put(&world, "e1", "Shared", "admin", &allow("*", "*"));
    world.fail("Publish", 1);
    let error = invoke(&world, &watch, "r", &event).unwrap_err().to_string();
    assert!(
        error.starts_with("1 of 2 messages were not published"),
        "{error}"
    );
    assert_eq!(world.lock().sent.len(), 3);
    // The retry tells what was not told, and nothing else.
    invoke(&world, &watch, "r", &event).unwrap();
    assert_eq!(world.lock().sent.len(), 4);
}

#[test]
fn an_unreadable_workflow_is_told_and_the_others_with_it() {
    let world = shared();
    let watch = watch(&world, false, false);
    let event = put(&world, "e1", "Shared", "admin", &allow("*", "*"));
    world.fail(&format!("DescribeStateMachine {}", arn("Two")), u32::MAX);
    invoke(&world, &watch, "r", &event).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 2);
    let closed = alerts
        .iter()
        .find(|a| a["workflow"]["name"] == "Two")
        .unwrap();
    // Nothing is said of what was never seen, such as its logging.
    assert_eq!(opened(closed), ["evaluation-incomplete"]);
    assert_eq!(closed["workflow"]["account"], ACCOUNT);
}

#[test]
fn what_is_not_known_is_delivered_again_and_noise_is_not() {
    let world = shared();
    let watch = watch(&world, false, false);
    let event = put(&world, "e1", "Shared", "admin", &allow("*", "*"));
    world.fail("ListStateMachines", 1);
    assert!(matches!(
        invoke(&world, &watch, "r", &event),
        Err(Error::LookupError(_))
    ));
    for noise in [
        json!({}),
        json!(null),
        json!({ "detail-type": "AWS API Call via CloudTrail" }),
        json!({ "stepwarden": { "work": "dance" } }),
        json!({ "stepwarden": 7 }),
    ] {
        assert_eq!(invoke(&world, &watch, "r", &noise), Ok(Value::Null));
    }
    assert!(world.alerts().is_empty());
}

#[test]
fn a_user_who_may_start_a_workflow_now_is_told_and_nothing_else_of_the_workflow() {
    let world = shared();
    world.policy("Shared", "admin", Some(allow("s3:GetObject", "*")));
    let document = allow("states:StartExecution", "*");
    world
        .lock()
        .users
        .insert("kim".to_owned(), document.clone());
    let watch = watch(&world, false, false);
    let request =
        json!({ "userName": "kim", "policyName": "own", "policyDocument": document.to_string() });
    let event = event(&world, "e", "iam", "PutUserPolicy", request, Value::Null);
    invoke(&world, &watch, "r", &event).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 2);
    assert!(
        alerts.iter().all(|a| opened(a) == ["broad-invocation"]),
        "{alerts:#?}"
    );
}

/// The workflows that an event tells of, by name.
fn told_by(world: &World, watch: &Services<Memory>, event: &Value) -> Vec<String> {
    invoke(world, watch, "r", event).unwrap();
    watch.published.forget();
    let mut names: Vec<String> = world
        .alerts()
        .iter()
        .map(|alert| alert["workflow"]["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A workflow of the role that invokes this function.
fn invoking(name: &str, role: &str, function: &str) -> crate::snapshot::StateMachine {
    let resource = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}");
    let task = json!({ "Type": "Task", "Resource": resource, "End": true });
    crate::snapshot::StateMachine {
        definition: json!({ "StartAt": "T", "States": { "T": task } }).to_string(),
        ..machine(name, role)
    }
}

#[test]
fn without_an_index_every_workflow_is_looked_at_for_what_it_rests_on() {
    let world = World::default();
    world.deploy(invoking("Calls", "One", "charge"));
    world.deploy(machine("Logs", "Two"));
    world.deploy(machine("Neither", "Three"));
    let group = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/states/logs:*");
    let key = arn("Logs");
    world
        .lock()
        .machines
        .get_mut(&key)
        .unwrap()
        .log_destinations = vec![group];
    for role in ["One", "Two", "Three", "charge"] {
        world.policy(role, "p", Some(allow("sqs:*", "*")));
    }
    let function = crate::snapshot::Function {
        role_arn: super::world::role_arn("charge"),
    };
    let lambda = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:charge");
    world.lock().functions.insert(lambda, function);
    let watch = watch(&world, false, false);
    let changed = |source: &str, name: &str, request: Value| {
        told_by(
            &world,
            &watch,
            &event(&world, name, source, name, request, Value::Null),
        )
    };
    let function = |name: &str| json!({ "functionName": name });
    let configured = "UpdateFunctionConfiguration20150331v2";
    assert_eq!(changed("lambda", configured, function("charge")), ["Calls"]);
    assert!(changed("lambda", configured, function("other")).is_empty());
    let group = |name: &str| json!({ "logGroupName": name });
    assert_eq!(
        changed("logs", "DeleteLogGroup", group("/states/logs")),
        ["Logs"]
    );
    assert!(changed("logs", "DeleteLogGroup", group("/states/log")).is_empty());
    // The role of a function holds the real power of the workflow that invokes it.
    let put = put(&world, "put", "charge", "q", &allow("*", "*"));
    assert_eq!(told_by(&world, &watch, &put), ["Calls"]);
}

#[test]
fn a_workflow_that_could_not_be_read_may_rest_on_anything() {
    let world = shared();
    world.policy("Shared", "p", Some(allow("sqs:*", "*")));
    let watch = watch(&world, false, false);
    world.fail(&format!("DescribeStateMachine {}", arn("Two")), u32::MAX);
    let request = json!({ "logGroupName": "any" });
    let event = event(&world, "e", "logs", "DeleteLogGroup", request, Value::Null);
    assert_eq!(told_by(&world, &watch, &event), ["Two"]);
}

#[test]
fn a_group_stands_for_its_members() {
    let world = shared();
    world.policy("Shared", "p", Some(allow("s3:GetObject", "*")));
    let starts = allow("states:StartExecution", "*");
    world.lock().groups.insert(
        "developers".to_owned(),
        (starts.clone(), vec!["kim".to_owned()]),
    );
    world
        .lock()
        .users
        .insert("kim".to_owned(), allow("s3:ListAllMyBuckets", "*"));
    let watch = watch(&world, false, false);
    let request = json!({ "groupName": "developers", "policyName": "own", "policyDocument": starts.to_string() });
    let event = event(&world, "e", "iam", "PutGroupPolicy", request, Value::Null);
    assert_eq!(told_by(&world, &watch, &event), ["One", "Two"]);
}
