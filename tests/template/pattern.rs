//! Event patterns as EventBridge reads them, as far as the templates use them: nested objects, lists of exact values and of
//! operators, `$or` (Amazon EventBridge User Guide, "Comparison operators for use in event patterns").

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stepwarden::trigger::DETAIL_TYPE;

use super::stack::list;

/// Whether the pattern lets the event through.
pub fn matches(pattern: &Value, event: &Value) -> bool {
    let Value::Object(fields) = pattern else {
        panic!("{pattern} is no pattern")
    };
    fields.iter().all(|(key, wanted)| match wanted {
        Value::Array(any) if key == "$or" => any.iter().any(|one| matches(one, event)),
        // A list in the event matches with any of its items.
        Value::Array(values) => match event.get(key) {
            Some(Value::Array(items)) => items.iter().any(|item| any_of(values, item)),
            Some(value) => any_of(values, value),
            None => values.contains(&json!({ "exists": false })),
        },
        nested => event
            .get(key)
            .is_some_and(|inner| inner.is_object() && matches(nested, inner)),
    })
}

fn any_of(values: &[Value], value: &Value) -> bool {
    values.iter().any(|wanted| match wanted {
        Value::String(_) => wanted == value,
        Value::Object(operator) => operator.iter().all(|(name, with)| holds(name, with, value)),
        other => panic!("{other} is not known here"),
    })
}

/// Whether the value is as an operator wants it.
fn holds(operator: &str, with: &Value, value: &Value) -> bool {
    let (text, own) = (value.as_str(), with.as_str());
    let compared = |compare: fn(&str, &str) -> bool| {
        let (Some(text), Some(own)) = (text, own) else {
            return false;
        };
        compare(text, own)
    };
    match operator {
        "exists" => with.as_bool() == Some(true),
        "prefix" => compared(|text, own| text.starts_with(own)),
        "suffix" => compared(|text, own| text.ends_with(own)),
        "equals-ignore-case" => compared(|text, own| text.eq_ignore_ascii_case(own)),
        "wildcard" => compared(|text, own| {
            assert!(!own.contains("**"), "EventBridge refuses {own}");
            let parts: Vec<String> = own.split('*').map(regex::escape).collect();
            let whole = format!("^(?s:{})$", parts.join(".*"));
            regex::Regex::new(&whole).unwrap().is_match(text)
        }),
        "anything-but" => !any_of(std::slice::from_ref(with), value),
        other => panic!("the operator {other} is not known here"),
    }
}

/// Source and name of every call that a pattern names.
pub fn calls(pattern: &Value) -> BTreeSet<(String, String)> {
    assert_eq!(list(&pattern["detail-type"]), [DETAIL_TYPE]);
    let detail = &pattern["detail"];
    let either = detail["$or"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![detail.clone()]);
    let mut calls = BTreeSet::new();
    for one in either {
        for source in list(&one["eventSource"]) {
            let names = list(&one["eventName"]).into_iter();
            calls.extend(names.map(|name| (source.clone(), name)));
        }
    }
    calls
}

#[test]
fn operators_are_read_as_eventbridge_reads_them() {
    for (expected, wanted, value) in [
        (true, json!([{ "prefix": "a:" }]), json!("a:b")),
        (false, json!([{ "prefix": "a:" }]), json!("ab")),
        (true, json!([{ "suffix": ":b" }]), json!("a:b")),
        (false, json!([{ "suffix": ":b" }]), json!("a:b:1")),
        (true, json!([{ "wildcard": "*:b:*" }]), json!("a:b:1")),
        (false, json!([{ "wildcard": "*:b:*" }]), json!("a:b")),
        (false, json!([{ "wildcard": "a.c" }]), json!("abc")),
        (true, json!([{ "equals-ignore-case": "Ab" }]), json!("aB")),
        (
            true,
            json!([{ "anything-but": { "prefix": "I" } }]),
            json!("U"),
        ),
        (
            false,
            json!([{ "anything-but": { "prefix": "I" } }]),
            json!("Invoke"),
        ),
        (true, json!(["x", { "suffix": "b" }]), json!(["a", "b"])),
        (false, json!([{ "exists": false }]), json!("a")),
        (false, json!([{ "prefix": "" }]), json!(7)),
    ] {
        let (pattern, event) = (json!({ "k": wanted }), json!({ "k": value }));
        assert_eq!(matches(&pattern, &event), expected, "{pattern} {event}");
    }
    assert!(matches(&json!({ "k": [{ "exists": false }] }), &json!({})));
    assert!(!matches(&json!({ "k": [{ "prefix": "" }] }), &json!({})));
}

#[test]
fn a_pattern_is_read_as_eventbridge_reads_it() {
    let pattern = json!({
        "detail-type": ["A", "B"],
        "detail": { "$or": [{ "s": ["x"], "n": ["1", "2"] }, { "s": ["y"] }] },
    });
    let event =
        |kind: Value, detail: Value| json!({ "detail-type": kind, "detail": detail, "more": 1 });
    for (expected, kind, detail) in [
        (true, json!("A"), json!({ "s": "x", "n": "2", "more": 1 })),
        (true, json!("B"), json!({ "s": "y" })),
        (true, json!("B"), json!({ "s": ["w", "y"] })),
        (false, json!("A"), json!({ "s": "x", "n": "3" })),
        (false, json!("A"), json!({ "s": "x" })),
        (false, json!("A"), json!({ "s": "X", "n": "1" })),
        (false, json!("C"), json!({ "s": "y" })),
        (false, json!(null), json!({ "s": "y" })),
        (false, json!("A"), json!("y")),
        (false, json!("A"), json!(null)),
    ] {
        let event = event(kind, detail);
        assert_eq!(matches(&pattern, &event), expected, "{event}");
    }
}
