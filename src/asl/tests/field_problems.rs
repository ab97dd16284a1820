//! What is surely wrong inside the fields: expressions, numbers, handlers, resources and choice rules.

use super::problems::expect;
use super::*;

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
    expect(&modern(" {% 1 %}"), &[]);
    for text in ["{% 1 + %}", "{% a", "1 %}", "{% $$ %}", "{% name.first %}"] {
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
