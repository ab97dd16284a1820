//! What was made and undone, messages for everybody, and what a tag hides.

use super::world::{allow, machine, watch};
use super::*;
use crate::arn::Arn;
use crate::route::Topic;
use crate::snapshot::{Fetched, Tag};

fn one() -> (World, Services<Memory>) {
    let world = World::default();
    world.policy("Role", "base", Some(allow("xray:PutTraceSegments", "*")));
    world.deploy(machine("One", "Role"));
    let watch = watch(&world, true, true);
    let made = created(&world, "e1", "One");
    invoke(&world, &watch, "r1", &made).unwrap();
    world.alerts();
    world.lock().queue.clear();
    world.pass(600);
    (world, watch)
}

#[test]
fn a_policy_that_was_undone_before_it_was_read_is_judged_by_its_event_and_told_once() {
    let (world, watch) = one();
    let widen = put(&world, "e2", "Role", "more", &allow("*", "*"));
    world.pass(60);
    let narrow = removed(&world, "e3", "Role", "more");
    world.pass(600);
    invoke(&world, &watch, "r2", &widen).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let told = &alerts[0]["opened"][0];
    assert_eq!(
        (&told["rule"], &told["severity"]),
        (&json!("transient-change"), &json!("critical"))
    );
    assert!(told["detail"].as_str().unwrap().contains("developer/kim"));
    assert_eq!(alerts[0]["event"]["id"], "e2");
    // Nothing more of it, and it is not told to be gone.
    invoke(&world, &watch, "r3", &narrow).unwrap();
    let touched = updated(&world, "e4", "One");
    invoke(&world, &watch, "r4", &touched).unwrap();
    assert_eq!(world.alerts(), Vec::<Value>::new());
}

#[test]
fn what_a_verdict_judged_since_is_no_news_when_its_event_comes_late() {
    let (world, watch) = one();
    let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
    // Another event reads it, before its own arrives.
    let touched = updated(&world, "e3", "One");
    world.pass(10);
    invoke(&world, &watch, "r3", &touched).unwrap();
    world.alerts();
    world.pass(60);
    let narrow = removed(&world, "e4", "Role", "more");
    invoke(&world, &watch, "r4", &narrow).unwrap();
    world.alerts();
    world.pass(600);
    invoke(&world, &watch, "r2", &widen).unwrap();
    assert_eq!(world.alerts(), Vec::<Value>::new());
}

#[test]
fn a_revision_that_nobody_read_is_named_once_and_a_deployers_is_not() {
    for (config, told) in [
        ("", true),
        (
            "[baseline]\nprincipals = [\"arn:aws:sts::123456789012:assumed-role/developer/kim\"]",
            false,
        ),
    ] {
        let (world, mut watch) = one();
        watch.config = Config::parse(config).unwrap();
        let mut there = machine("One", "Role");
        there.revision_id = Some("back".to_owned());
        world.deploy(there);
        let revision = |id: &str, revision: &str| {
            let mut update = updated(&world, id, "One");
            update["detail"]["responseElements"] = json!({ "revisionId": revision });
            update
        };
        let (away, back) = (revision("e2", "away"), revision("e3", "back"));
        world.pass(600);
        invoke(&world, &watch, "r2", &away).unwrap();
        invoke(&world, &watch, "r3", &back).unwrap();
        let alerts = world.alerts();
        let named = |a: &Value| opened(a).contains(&"transient-change");
        assert_eq!(
            alerts.iter().filter(|a| named(a)).count(),
            usize::from(told)
        );
        if told {
            let finding = &alerts[0]["opened"][0];
            assert_eq!(finding["severity"], "low");
            assert!(finding["title"].as_str().unwrap().contains("`away`"));
        }
    }
}

#[test]
fn the_common_topic_is_always_told_and_the_teams_beside_it() {
    for gone in [false, true] {
        let (world, mut watch) = one();
        let topic = Arn::parse("arn:aws:sns:eu-west-1:123456789012:team").unwrap();
        watch.config.owner_topics.insert("team".to_owned(), topic);
        let mut owned = machine("One", "Role");
        owned.tags = Fetched::Present(vec![Tag {
            key: "owner".to_owned(),
            value: "team".to_owned(),
        }]);
        world.deploy(owned);
        if gone {
            world.fail("Publish Team", u32::MAX);
        }
        let widen = put(&world, "e2", "Role", "more", &allow("s3:*", "*"));
        invoke(&world, &watch, "r2", &widen).unwrap();
        let sent = std::mem::take(&mut world.lock().sent);
        let count = |of: &dyn Fn(&Topic) -> bool| sent.iter().filter(|d| of(&d.topic)).count();
        assert_eq!(count(&|t| *t == Topic::People), 1);
        assert_eq!(count(&|t| *t == Topic::Machines), 1);
        assert_eq!(count(&|t| matches!(t, Topic::Team(_))), usize::from(!gone));
    }
}

#[test]
fn what_a_tag_hides_is_told_when_it_begins_and_not_to_be_gone() {
    let (world, mut watch) = one();
    watch.config.tag_suppressible = vec![crate::rule_id::RuleId::known("logging-off")];
    let mut tagged = machine("One", "Role");
    tagged.tags = Fetched::Present(vec![Tag {
        key: "stepwarden:suppress".to_owned(),
        value: "logging-off admin-role drift".to_owned(),
    }]);
    world.deploy(tagged);
    let request = json!({ "resourceArn": arn("One") });
    let tag = event(&world, "e2", "states", "TagResource", request, Value::Null);
    invoke(&world, &watch, "r2", &tag).unwrap();
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(opened(&alerts[0]), ["suppression", "suppression"]);
    assert!(resolved(&alerts[0]).is_empty());
    assert_eq!(
        (&alerts[0]["event"]["name"], &alerts[0]["suppressed"]),
        (&json!("TagResource"), &json!(1))
    );
    // What it may not hide is told all the same, and the drift carries its severity.
    let widen = put(&world, "e3", "Role", "more", &allow("*", "*"));
    invoke(&world, &watch, "r3", &widen).unwrap();
    let sent = world.lock().sent.clone();
    let people = sent.iter().find(|d| d.topic == Topic::People).unwrap();
    assert!(people.subject.as_ref().unwrap().starts_with("[CRITICAL]"));
    let alerts = world.alerts();
    assert!(opened(&alerts[0]).contains(&"admin-role") && alerts[0]["drift"].is_object());
}

#[test]
fn a_suppressed_drift_keeps_its_severity_in_subject_and_attributes() {
    let (world, mut watch) = one();
    let entry = "[[suppress]]\nrule = \"drift\"\nworkflow = \"*\"\nreason = \"r\"\nuntil = 2027-01-31\n\
        [[suppress]]\nrule = \"admin-role\"\nworkflow = \"*\"\nreason = \"r\"\nuntil = 2027-01-31\n";
    watch.config = Config::parse(entry).unwrap();
    let widen = put(&world, "e2", "Role", "more", &allow("*", "*"));
    invoke(&world, &watch, "r2", &widen).unwrap();
    let sent = world.lock().sent.clone();
    let people = sent.iter().find(|d| d.topic == Topic::People).unwrap();
    let severity = people
        .attributes
        .iter()
        .find(|(name, _)| name == "severity")
        .unwrap();
    assert!(
        people.subject.as_ref().unwrap().starts_with("[CRITICAL]"),
        "{:?}",
        people.subject
    );
    assert_eq!(severity.1.value(), "critical");
}
