//! Approval where somebody else deploys too, many deploy at once, or a message is lost.

use super::approval::{by, deployed, drift, kept, one, recorded, work_off};
use super::world::{allow, machine};
use super::*;

#[test]
fn a_call_that_deploys_nothing_approves_nothing() {
    let (world, watch) = one();
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    let tag = event(
        &world,
        "e3",
        "iam",
        "TagRole",
        json!({ "roleName": "Role" }),
        Value::Null,
    );
    let tag = deployed(tag);
    recorded(&world, &tag);
    invoke(&world, &watch, "r3", &tag).unwrap();
    // Not told for the deployer: somebody else made it, whose event is on its way.
    assert_eq!(drift(&world), None);
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert!(by(&drift(&world).unwrap()).contains("developer/kim"));
    work_off(&world, &watch);
    assert_eq!(world.alerts(), Vec::<Value>::new());
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
}

#[test]
fn what_somebody_else_deploys_meanwhile_is_not_approved_with_it() {
    // The same policy, wider; another policy; and one that comes after the first look.
    for (policy, late) in [
        ("more", false),
        ("other", false),
        ("more", true),
        ("other", true),
    ] {
        let (world, watch) = one();
        let first = deployed(put(
            &world,
            "e2",
            "Role",
            "more",
            &allow("s3:GetObject", "*"),
        ));
        recorded(&world, &first);
        if late {
            invoke(&world, &watch, "r2", &first).unwrap();
            world.alerts();
        }
        let second = put(&world, "e3", "Role", policy, &allow("s3:*", "*"));
        recorded(&world, &second);
        if !late {
            invoke(&world, &watch, "r2", &first).unwrap();
            assert_eq!(drift(&world), None, "{policy}");
        }
        invoke(&world, &watch, "r3", &second).unwrap();
        let told = drift(&world).unwrap();
        assert!(by(&told).contains("developer/kim"), "{policy} {told:#}");
        work_off(&world, &watch);
        assert_eq!(drift(&world), None, "{policy}");
        let baseline = serde_json::to_string(&kept(&world).baseline).unwrap();
        assert!(!baseline.contains("s3:*"), "{policy} {late} {baseline}");
    }
}

#[test]
fn a_revision_that_replaced_the_deployers_is_not_approved() {
    let (world, watch) = one();
    let mut machine = machine("One", "Role");
    machine.definition = json!({ "StartAt": "W", "States": { "W": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "f" } } } })
    .to_string();
    machine.revision_id = Some("theirs".to_owned());
    world.deploy(machine);
    let mut own = deployed(updated(&world, "e2", "One"));
    own["detail"]["responseElements"] = json!({ "revisionId": "own" });
    recorded(&world, &own);
    let mut theirs = updated(&world, "e3", "One");
    theirs["detail"]["responseElements"] = json!({ "revisionId": "theirs" });
    invoke(&world, &watch, "r2", &own).unwrap();
    assert_eq!(drift(&world), None);
    invoke(&world, &watch, "r3", &theirs).unwrap();
    assert!(by(&drift(&world).unwrap()).contains("developer/kim"));
    work_off(&world, &watch);
    assert_eq!(drift(&world), None);
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
}

#[test]
fn an_event_that_comes_much_later_approves_only_what_is_still_so() {
    // From the dead letters: never handled, and the policy is another one by now.
    let (world, watch) = one();
    let old = deployed(put(
        &world,
        "e2",
        "Role",
        "more",
        &allow("s3:GetObject", "*"),
    ));
    recorded(&world, &old);
    world.policy("Role", "more", Some(allow("s3:*", "*")));
    world.pass(3 * 24 * 3600);
    invoke(&world, &watch, "r2", &old).unwrap();
    work_off(&world, &watch);
    let told = drift(&world).unwrap();
    let why = told["unapproved"].as_str().unwrap();
    assert!(why.contains("is not what the event wrote"), "{why}");
    assert_eq!(by(&told), "nobody", "the old event did not make it");
    assert_eq!(
        kept(&world).baseline.unwrap().approval.approved_by,
        "stepwarden"
    );
}

#[test]
fn many_deployments_are_looked_up_by_few_calls_one_a_second() {
    let (world, watch) = one();
    let mut events = Vec::new();
    for n in 0..20 {
        let (name, role) = (format!("W{n}"), format!("Role{n}"));
        world.policy(&role, "base", Some(allow("xray:PutTraceSegments", "*")));
        world.deploy(machine(&name, &role));
        let made = created(&world, &format!("c{n}"), &name);
        invoke(&world, &watch, "c", &made).unwrap();
    }
    for n in 0..20 {
        let role = format!("Role{n}");
        let widen = put(
            &world,
            &format!("d{n:02}"),
            &role,
            "more",
            &allow("s3:*", "*"),
        );
        events.push(deployed(widen));
    }
    for event in &events {
        recorded(&world, event);
        invoke(&world, &watch, "d", event).unwrap();
    }
    world.alerts();
    world.lock().calls.clear();
    work_off(&world, &watch);
    let lookups = world
        .lock()
        .calls
        .iter()
        .filter(|c| c.starts_with("LookupEvents"))
        .count();
    assert_eq!(lookups, 1);
    assert_eq!(world.alerts(), Vec::<Value>::new());
}

#[test]
fn what_is_held_is_told_by_the_next_evaluation_where_the_message_is_lost() {
    let (world, watch) = one();
    let widen = deployed(put(&world, "e2", "Role", "more", &allow("s3:*", "*")));
    invoke(&world, &watch, "r2", &widen).unwrap();
    world.alerts();
    world.lock().queue.clear();
    world.pass(19 * 60);
    let touched = updated(&world, "e3", "One");
    invoke(&world, &watch, "r3", &touched).unwrap();
    assert_eq!(drift(&world), None);
    world.pass(2 * 60);
    let touched = updated(&world, "e4", "One");
    invoke(&world, &watch, "r4", &touched).unwrap();
    assert!(by(&drift(&world).unwrap()).contains("deploy-prod"));
}
