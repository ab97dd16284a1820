//! What is surely wrong, and what only looks so.

use super::samples::{jsonata, jsonpath};
use super::*;

pub(super) fn expect(value: &Value, expected: &[(&str, &str)]) {
    let definition = parse_value(value);
    let found = problems(&definition);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((pointer, words), problem) in expected.iter().zip(&definition.problems) {
        assert_eq!(problem.pointer.as_str(), *pointer, "{found:#?}");
        assert!(problem.message.contains(words), "{found:#?}");
    }
}

#[test]
fn nothing_at_all() {
    for value in [json!(null), json!([]), json!("text"), json!(1)] {
        expect(&value, &[("", "expected an object")]);
        assert_eq!(parse_value(&value).scopes.len(), 1);
    }
    expect(
        &json!({}),
        &[("", "`States` is missing"), ("", "`StartAt` is missing")],
    );
    let wrong = json!({"StartAt": 1, "States": []});
    expect(
        &wrong,
        &[
            ("/States", "an object of states"),
            ("/StartAt", "expected a string"),
        ],
    );
}

#[test]
fn one_broken_state_does_not_hide_the_others() {
    let mut value = jsonpath();
    value["States"]["Decide"] = json!("text");
    value["States"]["Each"]["ItemProcessor"] = json!([]);
    let definition = parse_value(&value);
    assert_eq!(
        problems(&definition),
        [
            "/States/Decide expected an object with a `Type`",
            "/States/Each/ItemProcessor expected an object with `StartAt` and `States`",
        ]
    );
    assert_eq!(definition.tasks().count(), 1);
    assert!(matches!(state(&definition, "Each").kind, Kind::Map(_)));
}

#[test]
fn transitions() {
    let to = |target: &str| {
        json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": target}, "B": {"Type": "Succeed"}}})
    };
    expect(&to("B"), &[]);
    expect(
        &to("C"),
        &[
            ("/States/A/Next", "no state of this name"),
            ("/States/B", "no other state leads here"),
        ],
    );
    expect(
        &one(json!({"Type": "Pass"})),
        &[("/States/A", "`Next` or `End` is missing")],
    );
    expect(
        &one(json!({"Type": "Pass", "End": true, "Next": "A"})),
        &[
            ("/States/A", "exclude each other"),
            ("/States", "no state ends"),
        ][..1],
    );
    expect(
        &one(json!({"Type": "Pass", "Next": "A"})),
        &[("/States", "no state ends the workflow")],
    );
    expect(
        &json!({"StartAt": "Z", "States": {"A": {"Type": "Succeed"}}}),
        &[("/StartAt", "no state of this name")],
    );
}

#[test]
fn a_branch_cannot_leave_its_scope() {
    let value = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "X", "States": {"X": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "P"}]}}}]}}});
    expect(
        &value,
        &[(
            "/States/P/Branches/0/States/X/Catch/0/Next",
            "no state of this name here",
        )],
    );
}

#[test]
fn names_are_unique_in_the_whole_machine_and_short() {
    let long = "n".repeat(81);
    let value = json!({"StartAt": "A", "States": {
        "A": {"Type": "Parallel", "Next": long, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]},
        long.as_str(): {"Type": "Succeed"}}});
    let at = format!("/States/{long}");
    expect(
        &value,
        &[
            ("/States/A/Branches/0/States/A", "`/States/A` too"),
            (at.as_str(), "at most 80"),
        ],
    );
    expect(&one(json!({"Type": "Succeed"})), &[]);
}

#[test]
fn fields_belong_to_types_and_languages() {
    for (state, field) in [
        (json!({"Type": "Pass", "End": true, "Retry": []}), "Retry"),
        (
            json!({"Type": "Pass", "End": true, "TimeoutSeconds": 1}),
            "TimeoutSeconds",
        ),
        (json!({"Type": "Succeed", "End": true}), "End"),
        (json!({"Type": "Fail", "ResultPath": "$.a"}), "ResultPath"),
        (json!({"Type": "Pass", "End": true, "Foo": 1}), "Foo"),
        (json!({"Type": "Pass", "End": true, "Output": 1}), "Output"),
        (
            json!({"Type": "Pass", "End": true, "QueryLanguage": "JSONata", "InputPath": "$"}),
            "InputPath",
        ),
        (
            json!({"Type": "Wait", "Seconds": 1, "End": true, "QueryLanguage": "JSONata", "OutputPath": "$"}),
            "OutputPath",
        ),
    ] {
        let pointer = format!("/States/A/{field}");
        expect(&one(state), &[(pointer.as_str(), field)]);
    }
    expect(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Foo": 1}),
        &[("/Foo", "no field `Foo`")],
    );
}

#[test]
fn query_languages() {
    let mut value = jsonata();
    value["States"]["Done"]["QueryLanguage"] = json!("JSONPath");
    value["States"]["Done"]
        .as_object_mut()
        .unwrap()
        .remove("Output");
    expect(
        &value,
        &[("/States/Done/QueryLanguage", "cannot be JSONPath")],
    );
    let mut value = jsonata();
    value["States"]["Each"]["ItemProcessor"]["QueryLanguage"] = json!("JSONata");
    expect(
        &value,
        &[(
            "/States/Each/ItemProcessor/QueryLanguage",
            "only the workflow",
        )],
    );
    let mut value = jsonata();
    value["QueryLanguage"] = json!("JSONata");
    expect(&value, &[]);
    expect(
        &json!({"StartAt": "A", "QueryLanguage": "jsonata", "States": {"A": {"Type": "Succeed"}}}),
        &[("/QueryLanguage", "expected `JSONPath` or `JSONata`")],
    );
}

#[test]
fn the_arguments_of_the_wrong_language_are_still_seen() {
    let value = one(
        json!({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
        "Arguments": {"TopicArn": "{% $states.input.topic %}"}}),
    );
    let definition = parse_value(&value);
    assert_eq!(definition.problems.len(), 1);
    assert_eq!(
        definition.states[0]
            .arguments
            .as_ref()
            .unwrap()
            .reads()
            .len(),
        1
    );
}
