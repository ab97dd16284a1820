use super::*;
use crate::asl;

/// What the field of the arguments of the state `sink` may be.
pub fn at(states: serde_json::Value, jsonata: bool, path: &[&str]) -> Value {
    let start = "start";
    let mut definition = serde_json::json!({"StartAt": start, "States": states});
    if jsonata {
        definition["QueryLanguage"] = "JSONata".into();
    }
    let definition = asl::parse(&definition.to_string());
    let state = definition.states.iter().find(|s| s.name == "sink").unwrap();
    let flow = analyse(&definition, FlowContext::default());
    let mut value = flow.arguments(state.id).clone();
    for name in path {
        value = value.field(name);
    }
    value
}

fn sink(arguments: serde_json::Value) -> serde_json::Value {
    serde_json::json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "Parameters": arguments, "Arguments": arguments, "End": true})
}

#[test]
fn a_parameter_from_the_input_is_tainted_with_its_way() {
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Parameters": {"b.$": "$.bucket"}, "ResultPath": "$.p", "Next": "sink"},
        "sink": sink(serde_json::json!({"Bucket.$": "$.p.b", "Key": "k"})),
    });
    let bucket = at(states, false, &["Bucket"]);
    assert!(bucket.is_tainted());
    let origin = &bucket.unknowns()[0].origins[0];
    assert_eq!(origin.path, "$.bucket");
    let states: Vec<_> = origin.steps().into_iter().map(|s| s.state).collect();
    assert_eq!(states, ["", "start", "sink"]);
}

#[test]
fn a_guard_on_the_same_value_cuts_it() {
    let states = serde_json::json!({
        "start": {"Type": "Choice", "Choices": [
            {"Or": [{"Variable": "$.b", "StringEquals": "a"}, {"Variable": "$.b", "StringEquals": "c"}], "Next": "sink"}], "Default": "no"},
        "no": {"Type": "Fail"},
        "sink": sink(serde_json::json!({"Bucket.$": "$.b", "Key.$": "$.k"})),
    });
    assert_eq!(
        at(states.clone(), false, &["Bucket"]).finite(),
        Some(vec!["a".into(), "c".into()])
    );
    assert!(at(states, false, &["Key"]).is_tainted());
}

#[test]
fn jsonata_conditions_and_tables() {
    let states = serde_json::json!({
        "start": {"Type": "Choice", "Choices": [
            {"Condition": "{% $states.input.b in ['a','c'] and $contains($states.input.k, /^media-[a-z]+$/) %}", "Next": "sink"}], "Default": "no"},
        "no": {"Type": "Fail"},
        "sink": sink(serde_json::json!({"Bucket": "{% $states.input.b %}", "Key": "{% $states.input.k %}", "T": "{% $lookup({'x': 'one', 'y': 'two'}, $states.input.t) %}", "U": "{% 'p-' & $states.input.u %}"})),
    });
    assert_eq!(
        at(states.clone(), true, &["Bucket"]).finite(),
        Some(vec!["a".into(), "c".into()])
    );
    assert_eq!(
        at(states.clone(), true, &["Key"]).patterns()[0].to_string(),
        "media-?*"
    );
    assert_eq!(
        at(states.clone(), true, &["T"]).finite(),
        Some(vec!["one".into(), "two".into()])
    );
    assert_eq!(at(states, true, &["U"]).patterns()[0].to_string(), "p-*");
}
