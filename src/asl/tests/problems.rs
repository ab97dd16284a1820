//! What is surely wrong, and what only looks so.

use super::samples::{jsonata, jsonpath};
use super::*;

fn expect(value: &Value, expected: &[(&str, &str)]) {
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

#[test]
fn expressions() {
    let pass = |key: &str, value: Value| {
        one(json!({"Type": "Pass", "End": true, "Parameters": {key: value}}))
    };
    expect(&pass("a.$", json!("$.a[*].b")), &[]);
    expect(&pass("a", json!("$.not a path")), &[]);
    expect(&pass("a", json!("{% not ( jsonata %}")), &[]);
    expect(
        &pass("a.$", json!("plain")),
        &[("/States/A/Parameters/a.$", "intrinsic function")],
    );
    expect(
        &pass("a.$", json!(1)),
        &[("/States/A/Parameters/a.$", "needs a path")],
    );
    expect(
        &pass("a.$", json!("$.a[")),
        &[("/States/A/Parameters/a.$", "at byte 4")],
    );
    expect(
        &pass("a.$", json!("States.Foo()")),
        &[("/States/A/Parameters/a.$", "`States.Foo`")],
    );
    let modern = |text: &str| {
        one(json!({"Type": "Pass", "End": true, "QueryLanguage": "JSONata", "Output": text}))
    };
    expect(&modern("{% $states.input %}"), &[]);
    expect(&modern("costs 5 % { }"), &[]);
    for text in [
        "{% 1 + %}",
        "{% a",
        " {% 1 %}",
        "1 %}",
        "{% $$ %}",
        "{% name.first %}",
    ] {
        assert_eq!(parse_value(&modern(text)).problems.len(), 1, "{text}");
    }
}

#[test]
fn result_paths_are_reference_paths() {
    let pass = |path: Value| one(json!({"Type": "Pass", "End": true, "ResultPath": path}));
    for path in [
        json!("$"),
        json!("$.a.b"),
        json!("$['a b'][0]"),
        json!(null),
    ] {
        expect(&pass(path), &[]);
    }
    for path in [
        json!("$.a[*]"),
        json!("$..a"),
        json!("$$.a"),
        json!("$v.a"),
        json!("a"),
        json!(1),
    ] {
        assert_eq!(parse_value(&pass(path.clone())).problems.len(), 1, "{path}");
    }
}

#[test]
fn numbers_and_moments() {
    let task = |field: &str, value: Value| {
        one(
            json!({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true, field: value}),
        )
    };
    for value in [
        json!(1),
        json!(300.0),
        json!(99_999_999),
        json!("${Timeout}"),
        json!({"Ref": "Timeout"}),
    ] {
        expect(&task("TimeoutSeconds", value), &[]);
    }
    for value in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("60"),
        json!(null),
        json!("$.t"),
    ] {
        expect(
            &task("TimeoutSeconds", value),
            &[("/States/A/TimeoutSeconds", "whole number from 1")],
        );
    }
    let both = one(
        json!({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
        "TimeoutSeconds": 10, "HeartbeatSeconds": 10}),
    );
    expect(&both, &[("/States/A/HeartbeatSeconds", "smaller")]);
    let wait = |field: &str, value: Value| one(json!({"Type": "Wait", "End": true, field: value}));
    expect(&wait("Seconds", json!(0)), &[]);
    expect(&wait("Timestamp", json!("2016-08-18T17:33:00.123Z")), &[]);
    expect(
        &wait("Timestamp", json!("tomorrow")),
        &[("/States/A/Timestamp", "time stamp")],
    );
    expect(
        &one(json!({"Type": "Wait", "End": true})),
        &[("/States/A", "needs `Seconds`")],
    );
    expect(
        &one(
            json!({"Type": "Wait", "End": true, "Seconds": 1, "Timestamp": "2016-08-18T17:33:00Z"}),
        ),
        &[("/States/A", "exclude each other")],
    );
    expect(
        &one(json!({"Type": "Fail", "Cause": "x", "CausePath": "$.x"})),
        &[("/States/A/CausePath", "exclude each other")],
    );
}

#[test]
fn retry_and_catch() {
    let with = |retry: Value| {
        one(
            json!({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true, "Retry": retry}),
        )
    };
    expect(&with(json!([])), &[]);
    expect(&with(json!({})), &[("/States/A/Retry", "an array")]);
    expect(
        &with(json!([{}])),
        &[("/States/A/Retry/0", "`ErrorEquals` is missing")],
    );
    expect(
        &with(json!([{"ErrorEquals": []}])),
        &[("/States/A/Retry/0/ErrorEquals", "names no error")],
    );
    expect(
        &with(json!([{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["x"]}])),
        &[("/States/A/Retry/0/ErrorEquals", "last entry")],
    );
    expect(
        &with(json!([{"ErrorEquals": ["x", "States.ALL"]}])),
        &[("/States/A/Retry/0/ErrorEquals", "alone")],
    );
    expect(
        &with(json!([{"ErrorEquals": ["x"], "BackoffRate": 0.5, "JitterStrategy": "SOME"}])),
        &[
            ("/States/A/Retry/0/BackoffRate", "1 or more"),
            ("/States/A/Retry/0/JitterStrategy", "`FULL`"),
        ],
    );
}

#[test]
fn resources_are_arns() {
    let task = |resource: Value| one(json!({"Type": "Task", "Resource": resource, "End": true}));
    for resource in [
        json!("arn:aws-cn:states:::lambda:invoke"),
        json!("${Arn}"),
        json!("arn:${AWS::Partition}:states:::lambda:invoke"),
        json!({"Fn::GetAtt": ["F", "Arn"]}),
    ] {
        expect(&task(resource), &[]);
    }
    expect(
        &task(json!("my-function")),
        &[("/States/A/Resource", "is an ARN")],
    );
    expect(
        &one(json!({"Type": "Task", "End": true})),
        &[("/States/A", "`Resource` is missing")],
    );
}

#[test]
fn choice_rules() {
    let with = |rule: Value| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": {"Type": "Succeed"}}})
    };
    expect(
        &with(json!({"Variable": "$.a", "IsNull": false, "Next": "B"})),
        &[],
    );
    let at = "/States/A/Choices/0";
    expect(
        &with(json!({"Variable": "$.a", "IsNull": false})),
        &[(at, "`Next` is missing")],
    );
    expect(
        &with(json!({"Variable": "$.a", "Next": "B"})),
        &[(at, "no operator")],
    );
    expect(
        &with(json!({"IsNull": true, "Next": "B"})),
        &[(at, "`Variable` is missing")],
    );
    expect(
        &with(json!({"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "B"})),
        &[(at, "more than one operator")],
    );
    expect(
        &with(json!({"Not": {"Variable": "$.a", "IsNull": true, "Next": "B"}, "Next": "B"})),
        &[("/States/A/Choices/0/Not/Next", "no field `Next`")],
    );
    expect(
        &with(json!({"Variable": "$.a", "StringEqual": "x", "Next": "B"})),
        &[
            ("/States/A/Choices/0/StringEqual", "no field"),
            (at, "no operator"),
        ],
    );
    expect(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [], "Default": "B"}, "B": {"Type": "Succeed"}}}),
        &[("/States/A/Choices", "no rules")],
    );
}

#[test]
fn a_key_that_stands_twice_is_told() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Parameters": {"x": [{"k": 1, "k": 2}]}}}}"#;
    let definition = parse(text);
    assert_eq!(
        problems(&definition),
        ["/States/A/Parameters/x/0/k this key stands twice in its object"]
    );
}

#[test]
fn more_than_a_megabyte_is_too_much() {
    let text = |bytes: usize| {
        let comment = "x".repeat(bytes);
        json!({"StartAt": "A", "States": {"A": {"Type": "Succeed", "Comment": comment}}})
            .to_string()
    };
    assert!(parse(&text(1_000_000)).problems.is_empty());
    let definition = parse(&text(1_048_577));
    assert!(definition.problems[0].message.contains("at most 1048576"));
    assert_eq!(definition.states.len(), 1);
}
