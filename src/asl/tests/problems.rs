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
            ("/States/B", "no way from the start leads here"),
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

fn one(state: Value) -> Value {
    json!({"StartAt": "A", "States": {"A": state}})
}

#[test]
fn variables_have_names_of_their_own() {
    let assign = |name: &str| one(json!({"Type": "Pass", "Assign": {name: 1}, "End": true}));
    expect(&assign("state"), &[]);
    expect(&assign(&"v".repeat(80)), &[]);
    expect(
        &assign("states"),
        &[("/States/A/Assign/states", "`states` is the name")],
    );
    let long = "v".repeat(81);
    expect(
        &assign(&long),
        &[(&format!("/States/A/Assign/{long}"), "at most 80")],
    );
    // Side by side, and in a Distributed Map, which sees no variable of its starter.
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "Assign": {"v": 1}, "End": true}}});
    let parallel = json!({"Type": "Parallel", "Branches": [branch("B"), branch("C")], "Next": "D"});
    let mut item = branch("E");
    item["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let distributed =
        json!({"Type": "Map", "ItemProcessor": item, "Assign": {"v": 2}, "End": true});
    let mut whole = json!({"StartAt": "A", "States": {"A": parallel, "D": distributed}});
    whole["States"]["A"]["Assign"] = json!({"w": 1});
    whole["States"]["D"]["Assign"] = json!({"x": 1});
    expect(&whole, &[]);
    // A catcher of the state around them assigns when they have ended.
    whole["States"]["A"]["Catch"] =
        json!([{"ErrorEquals": ["States.ALL"], "Assign": {"v": 1}, "Next": "D"}]);
    expect(&whole, &[]);
    // Inside of one another.
    let shadows = [
        ("/States/A/Branches/0/States/B/Assign/v", "a scope around"),
        ("/States/A/Branches/1/States/C/Assign/v", "a scope around"),
    ];
    let mut caught_elsewhere = whole.clone();
    caught_elsewhere["States"]["D"]["Catch"] =
        json!([{"ErrorEquals": ["States.ALL"], "Assign": {"v": 1}, "Next": "F"}]);
    caught_elsewhere["States"]["F"] = json!({"Type": "Succeed"});
    expect(&caught_elsewhere, &shadows);
    whole["States"]["A"]["Assign"] = json!({"v": 1});
    expect(&whole, &shadows);
    whole["States"]["A"]["Assign"] = json!({"w": 1});
    whole["States"]["A"]["Branches"][0]["States"]["B"] = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"w": 1}, "Next": "G"}], "Next": "G"});
    whole["States"]["A"]["Branches"][0]["States"]["G"] = json!({"Type": "Succeed"});
    expect(
        &whole,
        &[(
            "/States/A/Branches/0/States/B/Catch/0/Assign/w",
            "a scope around",
        )],
    );
}

#[test]
fn islands_and_parts_that_never_end() {
    let island = json!({"StartAt": "A", "States": {
        "A": {"Type": "Succeed"},
        "B": {"Type": "Pass", "Next": "C"},
        "C": {"Type": "Pass", "Next": "B"}}});
    expect(
        &island,
        &[
            ("/States/B", "no way from the start"),
            ("/States/C", "no way from the start"),
        ],
    );
    let endless = json!({"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B"}}});
    let parallel = one(json!({"Type": "Parallel", "Branches": [endless], "End": true}));
    expect(
        &parallel,
        &[("/States/A/Branches/0/States", "no state ends this part")],
    );
}

#[test]
fn what_is_refused_of_labels_roles_moments_and_escapes() {
    let task = |more: Value| {
        let mut state =
            json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true});
        for (key, value) in more.as_object().into_iter().flatten() {
            state[key] = value.clone();
        }
        one(state)
    };
    expect(&task(json!({"Credentials": {"RoleArn.$": "$.r"}})), &[]);
    expect(
        &task(json!({"Credentials": {"Role": "x"}})),
        &[("/States/A/Credentials", "without a `RoleArn`")],
    );
    expect(
        &task(json!({"Credentials": {"RoleArn": 1}})),
        &[("/States/A/Credentials/RoleArn", "the ARN of a role")],
    );
    let parameters = |text: &str| task(json!({"Parameters": {"x.$": text}}));
    expect(&parameters(r"States.Format('\{\}\\ {}', $.x)"), &[]);
    expect(
        &parameters(r#"States.Format('\"{}\"', $.x)"#),
        &[("/States/A/Parameters/x.$", "there is no escape")],
    );
    let until = |text: &str| one(json!({"Type": "Wait", "Timestamp": text, "End": true}));
    expect(&until("2028-02-29T23:59:60Z"), &[]);
    for wrong in [
        "2027-13-01T00:00:00Z",
        "2027-02-29T00:00:00Z",
        "2027-01-01T24:00:00Z",
        "2027-01-01T00:60:00Z",
        "2027-01-01T00:00:00+24:00",
    ] {
        expect(
            &until(wrong),
            &[("/States/A/Timestamp", "expected a time stamp")],
        );
    }
    let map = |label: &str| {
        one(
            json!({"Type": "Map", "Label": label, "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}),
        )
    };
    expect(&map("rows-2_a.b"), &[]);
    for wrong in ["", "a b", "a:b", "a*", "a#", "{a}", "a<", ">a"] {
        expect(&map(wrong), &[("/States/A/Label", "a label")]);
    }
    let legacy = one(json!({"Type": "Map", "End": true, "Iterator": {
        "StartAt": "I", "States": {"I": {"Type": "Succeed"}}, "MaxConcurrency": 1}}));
    expect(
        &legacy,
        &[(
            "/States/A/Iterator/MaxConcurrency",
            "no field `MaxConcurrency`",
        )],
    );
}

#[test]
fn operators_of_a_newer_jsonata_and_blanks_around_expressions() {
    let text = |text: &str| {
        json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": {"Type": "Pass", "Output": text, "End": true}}})
    };
    for fine in [
        "{% $states.input.a ? 1 : 2 %}",
        " {% $states.input.a ?? 1 %}",
        "{% not closed properly %} ",
        "{% $states.input.a.'b' %}",
    ] {
        expect(&text(fine), &[]);
    }
    for (wrong, words) in [
        ("{% $states.input.a ?? 1 %}", "`??` came with JSONata 2.1"),
        ("{% [$states.input.a ?: 1] %}", "`?:` came with JSONata 2.1"),
        ("{% $states.input.a", "begins with `{%`"),
        ("$states.input.a %} ", "begins with `{%`"),
    ] {
        expect(&text(wrong), &[("/States/A/Output", words)]);
    }
}
