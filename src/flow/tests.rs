mod page;

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

fn choice(condition: serde_json::Value) -> serde_json::Value {
    let mut rule = condition;
    rule["Next"] = "sink".into();
    serde_json::json!({"Type": "Choice", "Choices": [rule], "Default": "no"})
}

fn choice_to(rule: serde_json::Value, next: &str, default: &str) -> serde_json::Value {
    let mut rule = rule;
    rule["Next"] = next.into();
    serde_json::json!({"Type": "Choice", "Choices": [rule], "Default": default})
}

fn failing() -> serde_json::Value {
    serde_json::json!({"Type": "Fail"})
}

fn task(next: &str) -> serde_json::Value {
    serde_json::json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "Next": next})
}

#[test]
fn a_branch_that_constants_exclude_is_followed_all_the_same() {
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Result": {"mode": "a"}, "ResultPath": "$.m", "Next": "test"},
        "test": {"Type": "Choice", "Choices": [{"Variable": "$.m.mode", "StringEquals": "b", "Next": "take"}], "Default": "sink"},
        "take": {"Type": "Pass", "InputPath": "$.x", "ResultPath": "$.m.mode", "Next": "sink"},
        "sink": sink(serde_json::json!({"X.$": "$.m.mode"})),
    });
    assert!(at(states, false, &["X"]).is_tainted());
}

#[test]
fn a_large_class_of_characters_is_open() {
    let x = |pattern: &str| {
        let test = format!("{{% $contains($states.input.x, /^{pattern}$/) %}}");
        let states = serde_json::json!({
            "start": choice(serde_json::json!({"Condition": test})),
            "no": failing(),
            "sink": sink(serde_json::json!({"X": "{% $states.input.x %}"})),
        });
        at(states, true, &["X"])
    };
    assert_eq!(x("[a-z]{2}").patterns()[0].to_string(), "??");
    assert_eq!(x("[ab]").finite(), Some(vec!["a".into(), "b".into()]));
}

#[test]
fn a_part_of_a_guarded_value_is_open() {
    let states = serde_json::json!({
        "start": choice(serde_json::json!({"Variable": "$.x", "StringMatches": "arn:aws:lambda:eu-west-1:123456789012:function:media-*"})),
        "no": failing(),
        "sink": sink(serde_json::json!({"X.$": "States.ArrayGetItem(States.StringSplit($.x, ':'), 6)"})),
    });
    assert!(at(states, false, &["X"]).patterns()[0].is_any());
}

#[test]
fn a_guard_before_a_loop_holds_in_it() {
    let states = serde_json::json!({
        "start": choice_to(serde_json::json!({"Variable": "$.x", "StringEquals": "a"}), "look", "no"),
        "look": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "ResultPath": "$.r", "Next": "again"},
        "again": choice_to(serde_json::json!({"Variable": "$.r.more", "StringEquals": "yes"}), "count", "sink"),
        "count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "ResultPath": "$.c", "Next": "look"},
        "no": failing(),
        "sink": sink(serde_json::json!({"X.$": "$.x", "Y.$": "$.y"})),
    });
    let x = at(states.clone(), false, &["X"]);
    assert_eq!(x.finite(), Some(vec!["a".into()]));
    assert!(at(states, false, &["Y"]).is_tainted());
}

#[test]
fn in_a_knot_of_loops_guards_are_given_up_and_sources_never() {
    let count = 120;
    let mut states = serde_json::Map::new();
    for i in 0..count {
        let rules: Vec<serde_json::Value> = (0..16)
            .map(|j| {
                serde_json::json!({"Variable": format!("$.c{}", i + j), "StringMatches": format!("m{j}-*"),
                    "Next": format!("s{}", (i + j * 7 + 1) % count)})
            })
            .collect();
        let choice = serde_json::json!({"Type": "Choice", "Choices": rules, "Default": "sink"});
        let name = if i == 0 {
            "start".to_owned()
        } else {
            format!("s{i}")
        };
        states.insert(name, choice);
    }
    states.insert("s0".to_owned(), serde_json::json!({"Type": "Pass", "InputPath": "$.y", "ResultPath": "$.x", "Next": "start"}));
    states.insert("sink".to_owned(), sink(serde_json::json!({"X.$": "$.x"})));
    assert!(at(states.into(), false, &["X"]).is_tainted());
}

fn kept(test: &str) -> serde_json::Value {
    serde_json::json!({
        "start": {"Type": "Pass", "Assign": {"ok": test}, "Next": "test"},
        "test": choice(serde_json::json!({"Condition": "{% $ok %}"})),
        "no": failing(),
        "sink": sink(serde_json::json!({"X": "{% $states.input.x %}"})),
    })
}

#[test]
fn a_kept_test_against_literals_is_a_guard_where_it_is_asked() {
    let one = at(kept("{% $states.input.x = 'a' %}"), true, &["X"]);
    assert_eq!(one.finite(), Some(vec!["a".into()]));
    let two = at(kept("{% $states.input.x in ['a', 'b'] %}"), true, &["X"]);
    assert_eq!(two.finite(), Some(vec!["a".into(), "b".into()]));
}

#[test]
fn a_kept_answer_is_no_string() {
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Parameters": {"is.$": "States.ArrayContains(States.Array('a'), $.x)"}, "ResultPath": "$.k", "Next": "test"},
        "test": choice_to(serde_json::json!({"Variable": "$.k.is", "BooleanEquals": true}), "sink", "other"),
        "other": {"Type": "Pass", "Result": "b", "ResultPath": "$.x", "Next": "sink"},
        "sink": sink(serde_json::json!({"X.$": "$.k.is", "Y.$": "$.x"})),
    });
    let kept = at(states.clone(), false, &["X"]);
    assert!(
        kept.alternatives().iter().all(|v| v.as_text().is_none()),
        "{kept:?}"
    );
    assert!(!kept.is_tainted());
    let guarded = at(states, false, &["Y"]).finite();
    assert_eq!(guarded, Some(vec!["a".into(), "b".into()]));
}

#[test]
fn a_kept_condition_that_is_computed_is_no_guard() {
    for test in [
        "{% $states.input.x = 'a' and $states.input.y = 'b' %}",
        "{% $not($states.input.x != 'a') %}",
        "{% $states.input.x in $states.input.list %}",
    ] {
        assert!(at(kept(test), true, &["X"]).is_tainted(), "{test}");
    }
}

#[test]
fn a_kept_test_of_one_item_says_nothing_of_another() {
    let states = serde_json::json!({
        "start": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.ok", "Next": "test",
            "ItemProcessor": {"StartAt": "one", "States": {"one": {"Type": "Pass", "End": true,
                "Parameters": {"ok.$": "States.ArrayContains(States.Array('a'), $.x)"}}}}},
        "test": choice(serde_json::json!({"Variable": "$.ok[0].ok", "BooleanEquals": true})),
        "no": failing(),
        "sink": {"Type": "Map", "ItemsPath": "$.items", "End": true,
            "ItemProcessor": {"StartAt": "inner", "States": {"inner": sink(serde_json::json!({"X.$": "$.x"}))}}},
    });
    let definition =
        crate::asl::parse(&serde_json::json!({"StartAt": "start", "States": states}).to_string());
    let flow = super::analyse(&definition, super::FlowContext::default());
    let inner = definition
        .states
        .iter()
        .find(|s| s.name == "inner")
        .unwrap();
    assert!(flow.arguments(inner.id).is_tainted());
}

#[test]
fn a_kept_test_is_void_once_a_loop_makes_the_value_anew() {
    let states = serde_json::json!({
        "start": {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": {"ApiEndpoint": "https://a.example/"}, "ResultPath": "$.r", "Next": "first"},
        "first": choice_to(serde_json::json!({"Variable": "$.seen", "IsPresent": true}), "test", "keep"),
        "keep": {"Type": "Pass", "Parameters": {"ok.$": "States.ArrayContains(States.Array('a'), $.r.x)"}, "ResultPath": "$.seen", "Next": "start"},
        "test": choice(serde_json::json!({"Variable": "$.seen.ok", "BooleanEquals": true})),
        "no": failing(),
        "sink": sink(serde_json::json!({"X.$": "$.r.x"})),
    });
    assert!(at(states, false, &["X"]).is_tainted());
}

#[test]
fn where_a_guard_or_a_default_leads_on_the_value_is_what_either_lets_through() {
    let states = serde_json::json!({
        "start": choice_to(serde_json::json!({"Variable": "$.a.x", "StringEquals": "a"}), "sink", "put"),
        "put": {"Type": "Pass", "Result": "b", "ResultPath": "$.a.x", "Next": "sink"},
        "sink": sink(serde_json::json!({"X.$": "$.a.x", "Y.$": "$.a.y", "Z.$": "$[0]"})),
    });
    let x = at(states.clone(), false, &["X"]);
    assert_eq!(x.finite(), Some(vec!["a".into(), "b".into()]));
    assert!(at(states.clone(), false, &["Y"]).is_tainted());
    assert!(
        at(states, false, &["Z"]).is_tainted(),
        "the input may be an array"
    );
}

#[test]
fn an_assertion_does_not_outlive_its_expression() {
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Assign": {"ok": "{% ($assert($states.input.x = 'a', 'no'); true) %}"}, "Next": "sink"},
        "sink": sink(serde_json::json!({"X": "{% $states.input.x %}"})),
    });
    assert!(at(states, true, &["X"]).is_tainted());
}

#[test]
fn a_transformation_keeps_every_source() {
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Assign": {"v": "{% {'k': 'x'} ~> | $ | {'k': $states.input.x} | %}"}, "Next": "sink"},
        "sink": sink(serde_json::json!({"X": "{% $v.k %}"})),
    });
    assert!(at(states, true, &["X"]).is_tainted());
}

#[test]
fn beyond_the_bounds_every_source_is_kept() {
    let fields: serde_json::Map<String, serde_json::Value> = (0..700)
        .map(|i| (format!("f{i:03}.$"), format!("$.x{i}").into()))
        .collect();
    let deep = (0..60).fold("$states.input.f000".to_owned(), |inner, _| {
        format!("{{'k': {inner}}}")
    });
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Parameters": fields, "Next": "more"},
        "more": {"Type": "Pass", "Result": "z", "ResultPath": "$.zz", "Next": "deep"},
        "deep": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"d": format!("{{% {deep} %}}")}, "Next": "sink"},
        "sink": sink(serde_json::json!({"X.$": "$.f699", "Y.$": "$d.k.k.k", "Z.$": "$.f699.deep"})),
    });
    for field in ["X", "Y", "Z"] {
        assert!(at(states.clone(), false, &[field]).is_tainted(), "{field}");
    }
}

#[test]
fn a_task_that_echoes_ends_taint() {
    let states = serde_json::json!({
        "start": task("sink"),
        "sink": sink(serde_json::json!({"X.$": "$.Payload.x"})),
    });
    assert!(!at(states, false, &["X"]).is_tainted());
}

#[test]
fn an_error_text_is_nobodys() {
    let states = serde_json::json!({
        "start": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$.x"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "sink"}], "Next": "no"},
        "no": failing(),
        "sink": sink(serde_json::json!({"X.$": "$.Cause"})),
    });
    assert!(!at(states, false, &["X"]).is_tainted());
}

#[test]
fn what_is_not_followed_has_no_source() {
    let unsourced = |text: &str| {
        let states = serde_json::json!({
            "start": {"Type": "Pass", "Next": "sink"},
            "sink": sink(serde_json::json!({"X": format!("{{% {text} %}}")})),
        });
        let value = at(states, true, &["X"]);
        let unknowns = value.unknowns();
        unknowns.iter().any(|unknown| unknown.is_unsourced())
    };
    assert!(unsourced("($t := {'f': function($v) { 'x' }}; $t.f('y'))"));
    assert!(!unsourced(
        "($t := {'f': function($v) { $v }}; $t.f($states.input.a))"
    ));
    for known in [
        "$uuid()",
        "$replace('slot', /s/, 'p')",
        "$replace('slot', /s/, function($m) { $uppercase($m.match) })",
        "($t := [$uppercase]; $t[0]('y'))",
    ] {
        assert!(!unsourced(known), "{known}");
    }
}

#[test]
fn a_branch_chosen_by_the_caller_is_no_flow() {
    let states = serde_json::json!({
        "start": {"Type": "Choice", "Choices": [{"Variable": "$.x", "BooleanEquals": true, "Next": "one"}], "Default": "two"},
        "one": {"Type": "Pass", "Result": "a", "ResultPath": "$.v", "Next": "sink"},
        "two": {"Type": "Pass", "Result": "b", "ResultPath": "$.v", "Next": "sink"},
        "sink": sink(serde_json::json!({"X.$": "$.v"})),
    });
    assert_eq!(
        at(states, false, &["X"]).finite(),
        Some(vec!["a".into(), "b".into()])
    );
}

#[test]
fn hostile_shapes_end() {
    let nested = "[".repeat(60) + "$states.input.x" + &"]".repeat(60);
    let looping = "($f := function($x){ $f($x & $x) }; $f($states.input.x))";
    let wide: String = (0..200)
        .map(|i| format!("($states.input.a = '{i}' ? 'v{i}' : '') & "))
        .collect::<String>()
        + "$states.input.x";
    for text in [
        nested.as_str(),
        looping,
        wide.as_str(),
        "$map([1..100000], function($i){ $map([1..100000], function($j){ $states.input.x }) })",
    ] {
        let states = serde_json::json!({
            "start": {"Type": "Pass", "Next": "sink"},
            "sink": sink(serde_json::json!({"X": format!("{{% {text} %}}")})),
        });
        let value = at(states, true, &["X"]);
        assert!(value.is_tainted() || text == looping, "{text}");
    }
}

#[test]
fn where_the_way_is_left_to_the_deployment_any_state_takes_what_a_caller_gives() {
    let states = serde_json::json!({
        "start": {"Type": "Pass", "Result": {"a": "b"}, "Next": "${next}"},
        "sink": sink(serde_json::json!({"X.$": "$.a"})),
    });
    assert!(at(states, false, &["X"]).is_tainted());
}
