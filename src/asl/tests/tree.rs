//! What the tree holds.

use super::samples::{jsonata, jsonpath};
use super::*;
use crate::expr::jsonpath::Root;

#[test]
fn valid_definitions_have_no_problems() {
    for sample in [jsonpath(), jsonata()] {
        assert_eq!(problems(&parse_value(&sample)), [""; 0]);
        assert_eq!(problems(&parse(&sample.to_string())), [""; 0]);
    }
}

#[test]
fn ids_name_states_and_scopes_in_the_order_of_the_text() {
    let definition = parse_value(&jsonpath());
    for (i, state) in definition.states.iter().enumerate() {
        assert_eq!(state.id, StateId(i));
        let scope = definition.scope(state.scope).unwrap();
        assert!(scope.states.contains(&state.id), "{}", state.name);
    }
    let names: Vec<&str> = definition.states.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Prepare", "Decide", "Work", "Each", "Item", "Side", "Old", "Nap", "Until", "Pause",
            "Fixed", "Modern", "Done", "Lost"
        ]
    );
    let parents: Vec<Option<&str>> = definition
        .scopes
        .iter()
        .map(|s| Some(definition.state(s.parent?)?.name.as_str()))
        .collect();
    assert_eq!(
        parents,
        [None, Some("Each"), Some("Side"), Some("Old"), Some("Side")]
    );
    let nap = state(&definition, "Nap");
    assert_eq!(
        nap.pointer.as_str(),
        "/States/Side/Branches/0/States/Old/Iterator/States/Nap"
    );
}

#[test]
fn transitions_of_every_kind_find_their_states() {
    let definition = parse_value(&jsonpath());
    let name = |id: Option<StateId>| definition.state(id.unwrap()).unwrap().name.clone();
    assert_eq!(name(definition.scopes[0].start), "Prepare");
    assert_eq!(name(state(&definition, "Prepare").next), "Decide");
    assert_eq!(name(state(&definition, "Work").catch[0].next), "Lost");
    assert_eq!(state(&definition, "Done").next, None);
    let Kind::Choice { rules, default } = &state(&definition, "Decide").kind else {
        panic!("no choice");
    };
    assert_eq!(
        (name(rules[0].next), name(rules[1].next)),
        ("Work".into(), "Pause".into())
    );
    assert_eq!(name(*default), "Lost");
}

#[test]
fn a_task_in_jsonpath() {
    let definition = parse_value(&jsonpath());
    let work = state(&definition, "Work");
    let Kind::Task(task) = &work.kind else {
        panic!("no task");
    };
    assert!(task.has_timeout && task.has_heartbeat && definition.has_timeout);
    assert_eq!(
        task.resource.literal(),
        Some("arn:aws:states:::lambda:invoke.waitForTaskToken")
    );
    let role = task.credentials.as_ref().unwrap();
    assert_eq!(role.pointer.as_str(), "/States/Work/Credentials/RoleArn.$");
    assert!(matches!(&role.node, Node::Path(p) if p.text == "$.role"));
    let reads = work.arguments.as_ref().unwrap().reads();
    assert_eq!(reads.len(), 1);
    assert_eq!(
        reads[0].pointer.as_str(),
        "/States/Work/Parameters/Payload/token.$"
    );
    assert!(matches!(reads[0].what, What::Path(p) if p.root == Root::Context));
    assert_eq!(work.retry.len(), 2);
    assert_eq!(work.catch[0].error_equals, [Text::known("States.ALL")]);
}

#[test]
fn a_map_in_both_styles() {
    let definition = parse_value(&jsonpath());
    let Kind::Map(each) = &state(&definition, "Each").kind else {
        panic!("no map");
    };
    assert!(each.distributed && each.express_children);
    let reader = each.item_reader.as_ref().unwrap();
    assert_eq!(reader.input_type.as_deref(), Some("CSV"));
    assert_eq!(
        reader.resource.literal(),
        Some("arn:aws:states:::s3:getObject")
    );
    assert!(each.item_batcher.as_ref().unwrap().is_some());
    assert!(each.result_writer.as_ref().unwrap().arguments.is_some());
    let old = state(&definition, "Old");
    let Kind::Map(map) = &old.kind else {
        panic!("no map");
    };
    assert!(!map.distributed && old.arguments.is_none());
    assert!(map.item_selector.is_some(), "legacy `Parameters`");
    assert!(matches!(&map.items_path, PathField::Path(p) if p.text == "$.items"));
}

#[test]
fn a_result_is_literal_and_a_result_path_may_be_null() {
    let definition = parse_value(&jsonpath());
    let Kind::Pass(Some(result)) = &state(&definition, "Fixed").kind else {
        panic!("no result");
    };
    let Node::Object(members) = &result.node else {
        panic!("no object");
    };
    assert_eq!(members[0].0, "literal.$");
    assert_eq!(members[0].1.node, Node::Text(Text::known("$.untouched")));
    assert_eq!(state(&definition, "Each").result_path, PathField::Null);
    assert_eq!(state(&definition, "Work").input_path, PathField::Default);
}

#[test]
fn languages_mix_and_nested_states_have_the_machine_s() {
    let definition = parse_value(&jsonpath());
    assert_eq!(
        state(&definition, "Modern").query_language,
        QueryLanguage::Jsonata
    );
    let mut value = jsonpath();
    value["States"]["Side"]["QueryLanguage"] = json!("JSONata");
    value["States"]["Side"]
        .as_object_mut()
        .unwrap()
        .remove("ResultSelector");
    let definition = parse_value(&value);
    assert_eq!(problems(&definition), [""; 0]);
    assert_eq!(
        state(&definition, "Old").query_language,
        QueryLanguage::JsonPath
    );
}

#[test]
fn all_thirty_nine_operators_are_known() {
    let mut operators = vec![
        "StringMatches".to_owned(),
        "BooleanEquals".into(),
        "BooleanEqualsPath".into(),
    ];
    for is in [
        "Null",
        "Present",
        "Numeric",
        "String",
        "Boolean",
        "Timestamp",
    ] {
        operators.push(format!("Is{is}"));
    }
    for kind in ["String", "Numeric", "Timestamp"] {
        for order in [
            "Equals",
            "LessThan",
            "GreaterThan",
            "LessThanEquals",
            "GreaterThanEquals",
        ] {
            operators.push(format!("{kind}{order}"));
            operators.push(format!("{kind}{order}Path"));
        }
    }
    assert_eq!(operators.len(), 39);
    for name in operators {
        let operand = match name.as_str() {
            n if n.ends_with("Path") => json!("$.b"),
            n if n.starts_with("Is") || n.starts_with("Boolean") => json!(true),
            n if n.starts_with("Numeric") => json!(-1.5),
            n if n.starts_with("Timestamp") => json!("2027-01-31T12:00:00Z"),
            _ => json!("x*"),
        };
        let rule = |operand: Value| {
            let mut rule = json!({"Variable": "$.a", "Next": "B"});
            rule[name.as_str()] = operand;
            let definition = parse_value(&json!({"StartAt": "A", "States": {
                "A": {"Type": "Choice", "Choices": [rule]}, "B": {"Type": "Succeed"}}}));
            let found = problems(&definition);
            let Kind::Choice { rules, .. } = &definition.states[0].kind else {
                panic!("no choice");
            };
            (found, rules[0].condition.clone())
        };
        let (found, condition) = rule(operand);
        assert_eq!(found, [""; 0], "{name}");
        assert!(matches!(condition, Condition::Compare { operator, .. } if operator == name));
        assert_eq!(rule(json!([])).0.len(), 1, "{name} takes no array");
    }
}

#[test]
fn printing_what_was_parsed_is_stable() {
    for sample in [jsonpath(), jsonata()] {
        let first = parse_value(&sample);
        let printed = print(&first);
        let second = parse_value(&printed);
        assert_eq!(problems(&second), [""; 0], "{printed:#}");
        assert_eq!(print(&second), printed);
        let kinds = |d: &Definition| {
            let states = d.states.iter();
            states
                .map(|s| (s.name.clone(), std::mem::discriminant(&s.kind), s.next))
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(&first), kinds(&second));
    }
}

#[test]
fn printing_keeps_what_decides_security() {
    let printed = print(&parse_value(&jsonata()));
    let sample = jsonata();
    for pointer in [
        "/QueryLanguage",
        "/States/Work/Resource",
        "/States/Work/Arguments",
        "/States/Work/Credentials",
        "/States/Work/Next",
        "/States/Side/Branches/0/States/B",
        "/States/Each/ItemSelector",
        "/States/Decide/Default",
    ] {
        assert_eq!(
            printed.pointer(pointer),
            sample.pointer(pointer),
            "{pointer}"
        );
    }
}
