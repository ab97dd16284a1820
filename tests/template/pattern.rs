//! Event patterns as EventBridge reads them, as far as the templates use them: nested objects, lists of exact values, `$or`
//! (Amazon EventBridge User Guide, "Amazon EventBridge event patterns").

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
            Some(Value::Array(items)) => items.iter().any(|item| exact(values, item)),
            Some(value) => exact(values, value),
            None => false,
        },
        nested => event
            .get(key)
            .is_some_and(|inner| inner.is_object() && matches(nested, inner)),
    })
}

fn exact(values: &[Value], value: &Value) -> bool {
    assert!(
        values.iter().all(Value::is_string),
        "only exact values are known here: {values:?}"
    );
    values.contains(value)
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
