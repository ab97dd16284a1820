use serde_json::json;

use super::*;

fn read_all(files: &[(&str, Value)]) -> (Entries, Unreadable) {
    let files = files.iter().map(|(name, value)| {
        let text = if value.is_null() {
            String::new()
        } else {
            value.to_string()
        };
        ((*name).to_owned(), text)
    });
    let mut unreadable = Vec::new();
    let entries = read(&files.collect(), &mut unreadable);
    (entries, unreadable)
}

#[test]
fn what_is_not_there_was_not_collected() {
    let (entries, unreadable) = read_all(&[]);
    assert_eq!(entries, Entries::default());
    assert!(unreadable.is_empty());
}

#[test]
fn empty_files_folders_and_names_say_that_nothing_is_there() {
    let (entries, unreadable) = read_all(&[
        ("rest-apis.json", json!({ "items": [] })),
        ("schedules/", Value::Null),
        (
            "collected.json",
            json!({ "read": ["pipes", "graphql-apis"] }),
        ),
    ]);
    assert!(unreadable.is_empty(), "{unreadable:?}");
    assert_eq!(entries.rest_apis, Fetched::Present(Vec::new()));
    assert_eq!(entries.schedules, Fetched::Present(Vec::new()));
    assert_eq!(entries.pipes, Fetched::Present(Vec::new()));
    assert_eq!(entries.graphql_apis, Fetched::Present(Vec::new()));
    assert_eq!(entries.topic_rules, Fetched::NotCollected);
}

#[test]
fn a_rule_finds_its_targets_by_its_bus() {
    let (entries, unreadable) = read_all(&[
        (
            "event-rules.json",
            json!({ "Rules": [
            { "Name": "a", "EventBusName": "default" },
            { "Name": "a", "EventBusName": "arn:aws:events:us-east-1:1:event-bus/shop" },
            { "Name": "b", "EventBusName": "shop", "EventPattern": null },
            { "Name": "c" } ] }),
        ),
        (
            "event-targets/a.json",
            json!({ "Targets": [{ "Id": "1", "Arn": "default" }] }),
        ),
        (
            "event-targets/shop/a.json",
            json!({ "Targets": [{ "Id": "1", "Arn": "shop" }] }),
        ),
        ("event-targets/b.json", json!({ "Targets": [] })),
    ]);
    assert!(unreadable.is_empty(), "{unreadable:?}");
    let rules = entries.event_rules.present().unwrap();
    let first = |i: usize| {
        rules[i]
            .targets
            .present()
            .and_then(|t| Some(t.first()?.arn.clone()))
    };
    assert_eq!(first(0).as_deref(), Some("default"));
    assert_eq!(first(1).as_deref(), Some("shop"));
    assert_eq!(rules[2].targets, Fetched::Present(Vec::new()));
    assert_eq!(rules[3].targets, Fetched::NotCollected);
}

#[test]
fn one_broken_entry_hides_no_other_and_is_named() {
    let (entries, unreadable) = read_all(&[
        (
            "rest-apis.json",
            json!({ "items": [{ "id": 7 }, { "id": "a1" }], "position": "x" }),
        ),
        ("rest-apis/a1.json", json!({ "resources": [] })),
        ("pipes/p.json", json!([])),
    ]);
    let apis = entries.rest_apis.present().unwrap();
    assert_eq!(
        apis.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(),
        ["a1"]
    );
    assert!(matches!(apis[0].resources, Fetched::Failed(_)));
    assert_eq!(unreadable.len(), 4, "{unreadable:?}");
}
