//! The deployed role is exactly what the code calls, and the deployed rule exactly what it handles.

#![cfg(feature = "live")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};
use stepwarden::aws::{FUNCTION_ACTIONS, SERVICE_ACTIONS};
use stepwarden::catalog;
use stepwarden::trigger::{DETAIL_TYPE, WATCHED};

/// A template as a document; short tags such as `!Sub` are dropped and their text stays.
fn template(path: &str) -> Value {
    let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut events = Parser::new_from_str(&text).map(|event| event.unwrap().0);
    loop {
        let event = events.next().expect("the template holds a document");
        if matches!(event, Event::MappingStart(..)) {
            return node(event, &mut events);
        }
    }
}

fn node<'a>(event: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>) -> Value {
    match event {
        Event::Scalar(text, ..) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match events.next().unwrap() {
                    Event::SequenceEnd => return Value::Array(items),
                    item => items.push(node(item, events)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut map = Map::new();
            loop {
                let Event::Scalar(key, ..) = events.next().unwrap() else {
                    return Value::Object(map);
                };
                let value = events.next().unwrap();
                map.insert(key.into_owned(), node(value, events));
            }
        }
        other => panic!("a template holds no {other:?}"),
    }
}

/// One or many, as IAM and patterns write them.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect(),
        Value::String(one) => vec![one.clone()],
        other => panic!("{other} is no list"),
    }
}

fn statements(template: &Value) -> Vec<Value> {
    let policies = &template["Resources"]["FunctionRole"]["Properties"]["Policies"];
    let of = |policy: &Value| {
        policy["PolicyDocument"]["Statement"]
            .as_array()
            .unwrap()
            .clone()
    };
    policies.as_array().unwrap().iter().flat_map(of).collect()
}

#[test]
fn the_functions_role_is_the_union_of_what_its_ports_call() {
    let granted: BTreeSet<String> = statements(&template("template.yaml"))
        .iter()
        .flat_map(|s| list(&s["Action"]))
        .collect();
    let called: BTreeSet<String> = FUNCTION_ACTIONS
        .iter()
        .copied()
        .flatten()
        .chain(SERVICE_ACTIONS)
        .map(|action| (*action).to_owned())
        .collect();
    assert_eq!(granted, called);
}

#[test]
fn the_functions_role_is_as_narrow_as_aws_allows() {
    for statement in statements(&template("template.yaml")) {
        assert_eq!(statement["Effect"], "Allow");
        let resources = list(&statement["Resource"]);
        let star = resources == ["*"];
        for action in list(&statement["Action"]) {
            let known = catalog::action(&action).expect("the catalog knows the action");
            assert_eq!(star, !known.has_resource_types(), "{action} in {statement}");
        }
    }
}

/// Source and name of every call that a pattern lets through.
fn matched(pattern: &Value) -> BTreeSet<(String, String)> {
    assert_eq!(list(&pattern["detail-type"]), [DETAIL_TYPE]);
    let detail = &pattern["detail"];
    let either = detail["$or"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![detail.clone()]);
    let mut calls = BTreeSet::new();
    for one in either {
        for source in list(&one["eventSource"]) {
            calls.extend(
                list(&one["eventName"])
                    .into_iter()
                    .map(|name| (source.clone(), name)),
            );
        }
    }
    calls
}

fn delivered(from: &str) -> BTreeSet<(String, String)> {
    let rows = WATCHED
        .iter()
        .filter(|row| row.delivered && row.source.starts_with(from));
    rows.map(|row| (row.source.to_owned(), row.name.to_owned()))
        .collect()
}

#[test]
fn the_rules_match_exactly_the_events_that_are_to_be_delivered() {
    let rule = |file: &str, name: &str| {
        let rule = template(file)["Resources"][name]["Properties"].clone();
        assert_eq!(rule["State"], "ENABLED");
        matched(&rule["EventPattern"])
    };
    assert_eq!(rule("template.yaml", "Changes"), delivered(""));
    assert_eq!(
        rule("infra/us-east-1-forwarding.yaml", "RoleChanges"),
        delivered("iam.")
    );
}

#[test]
fn every_sample_event_of_a_delivered_call_is_there_and_understood() {
    for row in WATCHED.iter().filter(|row| row.delivered) {
        let kebab: String = row
            .name
            .char_indices()
            .flat_map(|(i, c)| {
                let dash = (i > 0 && c.is_ascii_uppercase()).then_some('-');
                dash.into_iter().chain([c.to_ascii_lowercase()])
            })
            .collect();
        let path = format!("{}/events/{kebab}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let change = stepwarden::trigger::read(&serde_json::from_str(&text).unwrap());
        assert_eq!(change.unwrap().event.name, row.name);
    }
}
