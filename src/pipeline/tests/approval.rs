//! Who approves what: events that nobody vouches for, messages and payloads that name a deployer, races, and the control.

use super::world::{allow, machine, watch};
use super::*;
use crate::verdict::Record;

pub(super) const DEPLOYERS: &str =
    "[baseline]\nprincipals = [\"arn:aws:iam::123456789012:role/deploy-*\"]";

pub(super) fn one() -> (World, Services<Memory>) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("xray:PutTraceSegments", "*")));
    world.deploy(machine("One", "Role"));
    let mut watch = watch(&world, true, true);
    watch.config = Config::parse(DEPLOYERS).unwrap();
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    world.alerts();
    world.lock().queue.clear();
    (world, watch)
}

pub(super) fn kept(world: &World) -> Record {
    let text = world.lock().table.records[&arn("One")].clone();
    serde_json::from_str(&text).unwrap()
}

/// The same call by the role that deploys.
pub(super) fn deployed(mut event: Value) -> Value {
    event["detail"]["userIdentity"] = json!({ "type": "AssumedRole",
        "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy-prod/ci"),
        "sessionContext": { "sessionIssuer": { "arn": format!("arn:aws:iam::{ACCOUNT}:role/deploy-prod") } } });
    event
}

/// CloudTrail knows it too.
pub(super) fn recorded(world: &World, event: &Value) {
    world.lock().trail.push(event["detail"].clone());
}

/// Everything that the queue holds, each when it is due, until nothing comes any more.
pub(super) fn work_off(world: &World, watch: &Services<Memory>) {
    for _ in 0..20 {
        let mut all = std::mem::take(&mut world.lock().queue);
        if all.is_empty() {
            return;
        }
        all.sort_by_key(|later| later.delay);
        let mut waited = 0;
        for later in all {
            world.pass(i64::from(later.delay) - waited);
            waited = i64::from(later.delay);
            let body = later.work.body();
            assert!(!body.contains("deploy-prod"), "{body}");
            let message = json!({ "Records": [{ "messageId": "m", "body": body }] });
            let answer = invoke(world, watch, "w", &message).unwrap();
            assert_eq!(answer["batchItemFailures"], json!([]), "{body}");
        }
    }
    panic!("the queue never empties");
}

/// The drift of the only alert, and by whom.
pub(super) fn drift(world: &World) -> Option<Value> {
    let mut drifts: Vec<Value> = world.alerts().iter().map(|a| a["drift"].clone()).collect();
    drifts.retain(|drift| !drift.is_null());
    assert!(drifts.len() <= 1, "{drifts:#?}");
    drifts.pop()
}

pub(super) fn by(drift: &Value) -> &str {
    let since = &drift["widened"][0]["since"];
    since["actor"].as_str().unwrap_or("nobody")
}

#[test]
fn a_deployment_that_is_still_what_is_read_is_approved_and_no_drift_is_told() {
    let (world, watch) = one();
    let widen = deployed(put(&world, "e2", "Role", "more", &allow("s3:*", "*")));
    invoke(&world, &watch, "r2", &widen).unwrap();
    // What opened goes out at once, the drift does not.
    let alerts = world.alerts();
    assert!(tells_of(&alerts[0], "s3:*"), "{alerts:#?}");
    assert!(alerts[0]["drift"].is_null() && !opened(&alerts[0]).contains(&"drift"));
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
    recorded(&world, &widen);
    work_off(&world, &watch);
    assert_eq!(world.alerts(), Vec::<Value>::new());
    let record = kept(&world);
    let approval = record.baseline.unwrap().approval;
    assert!(approval.approved_by.contains("deploy-prod"), "{approval:?}");
    assert!(record.held.is_empty() && record.widened.is_empty());
    assert!(world.lock().table.waiting.is_empty());
}

#[test]
fn a_revision_that_is_still_what_is_read_is_approved() {
    let (world, watch) = one();
    let mut machine = machine("One", "Role");
    machine.definition = json!({ "StartAt": "W", "States": { "W": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName.$": "$.f" } } } })
    .to_string();
    machine.revision_id = Some("r2".to_owned());
    world.deploy(machine);
    let mut update = deployed(updated(&world, "e2", "One"));
    update["detail"]["responseElements"] = json!({ "revisionId": "r2" });
    invoke(&world, &watch, "r2", &update).unwrap();
    assert_eq!(drift(&world), None);
    recorded(&world, &update);
    work_off(&world, &watch);
    assert_eq!(drift(&world), None);
    let approval = kept(&world).baseline.unwrap().approval;
    assert!(approval.approved_by.contains("deploy-prod"), "{approval:?}");
}

#[test]
fn an_event_that_cloudtrail_does_not_know_approves_nothing_and_the_drift_says_so() {
    let (world, watch) = one();
    let began = world.now();
    let widen = deployed(put(&world, "e2", "Role", "more", &allow("s3:*", "*")));
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert_eq!(drift(&world), None);
    work_off(&world, &watch);
    assert!(world.now().since(began) <= 21 * 60, "{}", world.now().iso());
    let told = drift(&world).unwrap();
    let why = told["unapproved"].as_str().unwrap();
    assert!(why.contains("CloudTrail does not know the event"), "{why}");
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
    // Told once.
    let again = updated(&world, "e3", "One");
    invoke(&world, &watch, "r3", &again).unwrap();
    assert_eq!(world.alerts(), Vec::<Value>::new());
}

#[test]
fn where_cloudtrail_cannot_be_asked_the_drift_is_told() {
    let (world, watch) = one();
    let widen = deployed(put(&world, "e2", "Role", "more", &allow("s3:*", "*")));
    invoke(&world, &watch, "r2", &widen).unwrap();
    recorded(&world, &widen);
    world.alerts();
    world.fail("LookupEvents", u32::MAX);
    work_off(&world, &watch);
    let why = drift(&world).unwrap()["unapproved"].to_string();
    assert!(why.contains("throttled or failed"), "{why}");
    // And without a queue at once.
    let (world, mut watch) = one();
    watch.queue = None;
    let widen = deployed(put(&world, "e2", "Role", "more", &allow("s3:*", "*")));
    invoke(&world, &watch, "r2", &widen).unwrap();
    let why = drift(&world).unwrap()["unapproved"].to_string();
    assert!(why.contains("without a table and a queue"), "{why}");
}

#[test]
fn a_record_of_another_caller_approves_nothing() {
    let (world, watch) = one();
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    recorded(&world, &widen);
    invoke(&world, &watch, "r2", &deployed(widen)).unwrap();
    assert_eq!(drift(&world), None);
    work_off(&world, &watch);
    let why = drift(&world).unwrap()["unapproved"].to_string();
    assert!(why.contains("another caller"), "{why}");
}

#[test]
fn an_event_that_aws_does_not_vouch_for_is_skipped_before_anything_is_read() {
    let (world, watch) = one();
    let genuine = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    let forged = |change: &dyn Fn(&mut Value)| {
        let mut event = deployed(genuine.clone());
        event["detail"]["eventID"] = json!("f");
        change(&mut event);
        event
    };
    let forgeries = [
        forged(&|e| e["source"] = json!("my.app")),
        forged(&|e| e["source"] = json!("aws.states")),
        forged(&|e| e["source"] = json!("AWS.IAM")),
        forged(&|e| e["source"] = Value::Null),
        forged(&|e| e["account"] = json!("999999999999")),
        forged(&|e| e["detail"]["recipientAccountId"] = json!("999999999999")),
        forged(&|e| e["detail"]["awsRegion"] = json!("us-west-2")),
        forged(&|e| {
            e.as_object_mut().unwrap().remove("account");
        }),
    ];
    for (number, forgery) in forgeries.iter().enumerate() {
        world.lock().calls.clear();
        recorded(&world, forgery);
        invoke(&world, &watch, "f", forgery).unwrap();
        assert_eq!(world.lock().calls, Vec::<String>::new(), "{number}");
    }
    // A workflow of elsewhere.
    let mut elsewhere = deployed(updated(&world, "f", "One"));
    elsewhere["region"] = json!("us-west-2");
    elsewhere["detail"]["awsRegion"] = json!("us-west-2");
    invoke(&world, &watch, "f", &elsewhere).unwrap();
    assert_eq!(world.lock().calls, Vec::<String>::new());
    // The genuine event tells the drift, with who made it.
    invoke(&world, &watch, "r2", &genuine).unwrap();
    assert!(by(&drift(&world).unwrap()).contains("developer/kim"));
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
}

#[test]
fn no_message_and_no_payload_speaks_for_anybody() {
    let (world, watch) = one();
    let genuine = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    let event = json!({ "id": "forged", "name": "UpdateStateMachine", "time": world.now().iso(),
        "actor": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy-prod/ci"),
        "issuer": format!("arn:aws:iam::{ACCOUNT}:role/deploy-prod"), "invoked_by": null, "through": "cli",
        "source_ip": "203.0.113.24", "region": REGION, "account": ACCOUNT });
    for work in [
        json!({ "work": "evaluate", "workflows": [arn("One")], "event": event }),
        json!({ "work": "evaluate", "workflows": [arn("One")], "event": "forged" }),
        json!({ "work": "confirm", "event": "forged" }),
        json!({ "work": "confirm", "event": event }),
    ] {
        let payload = json!({ "stepwarden": work });
        invoke(&world, &watch, "f1", &payload).unwrap();
        let message = json!({ "Records": [{ "messageId": "m", "body": payload.to_string() }] });
        let answer = invoke(&world, &watch, "f2", &message).unwrap();
        assert_eq!(answer["batchItemFailures"], json!([]));
    }
    work_off(&world, &watch);
    assert_eq!(world.alerts(), Vec::<Value>::new());
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
    invoke(&world, &watch, "r2", &genuine).unwrap();
    assert!(by(&drift(&world).unwrap()).contains("developer/kim"));
}
