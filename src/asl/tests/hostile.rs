//! Texts that nobody wrote in good faith: always a tree, in bounded time and stack.

use proptest::prelude::*;

use super::samples::{jsonata, jsonpath};
use super::*;

/// What holds of every tree, whatever it was read from.
fn sound(definition: &Definition) {
    assert!(!definition.scopes.is_empty());
    let exists = |id: Option<StateId>| id.is_none_or(|id| definition.state(id).is_some());
    for (i, scope) in definition.scopes.iter().enumerate() {
        assert!(exists(scope.start) && exists(scope.parent), "scope {i}");
    }
    for (i, state) in definition.states.iter().enumerate() {
        assert_eq!(state.id, StateId(i));
        assert!(exists(state.next), "{}", state.name);
        assert!(
            definition
                .scope(state.scope)
                .unwrap()
                .states
                .contains(&state.id)
        );
    }
}

/// The same, and that printing it is stable.
pub(super) fn stable(definition: &Definition) {
    sound(definition);
    let printed = print(definition);
    assert_eq!(print(&parse_value(&printed)), printed);
}

#[test]
fn every_truncation_gives_a_tree() {
    for sample in [jsonpath(), jsonata()] {
        let text = sample.to_string();
        for end in 0..text.len() {
            let definition = parse(text.get(..end).unwrap());
            sound(&definition);
            assert!(
                definition.problems[0].message.starts_with("not valid JSON"),
                "{end}"
            );
        }
    }
}

#[test]
fn what_stands_before_a_break_is_read() {
    let text = jsonpath().to_string();
    let half = text.split("\"Side\"").next().unwrap();
    let definition = parse(half);
    assert_eq!(definition.problems.len(), 1);
    assert_eq!(definition.tasks().count(), 2);
    assert!(parse(&format!("{text}}}")).tasks().count() == 2);
}

#[test]
fn every_flipped_byte_gives_a_tree() {
    for sample in [jsonpath(), jsonata()] {
        let text = sample.to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << (at % 8);
            let definition = parse(&String::from_utf8_lossy(&bytes));
            if at % 16 == 0 {
                stable(&definition);
            } else {
                sound(&definition);
            }
        }
    }
}

#[test]
fn truncated_and_flipped_yaml_gives_a_tree() {
    let text = format!("{:#}", jsonpath());
    for at in (0..text.len()).step_by(7) {
        sound(&parse_yaml(text.get(..at).unwrap()));
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 0x12;
        sound(&parse_yaml(&String::from_utf8_lossy(&bytes)));
    }
}

/// Runs on a stack as small as a runtime may give a worker.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    thread.spawn(test).unwrap().join().unwrap();
}

#[test]
fn nesting_to_the_limit_and_beyond_never_overflows() {
    on_a_small_stack(|| {
        let inner =
            |n: usize, open: &str, close: &str| format!("{}1{}", open.repeat(n), close.repeat(n));
        for n in [30, 90, 96, 97, 127, 128, 129, 500, 50_000] {
            for (open, close) in [
                ("[", "]"),
                ("{\"a\":", "}"),
                ("{\"Not\":", "}"),
                ("{\"And\":[", "]}"),
                ("{\"Fn::Join\":[\"\",[", "]]}"),
                ("{\"Fn::Sub\":[", "]}"),
                (
                    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Parallel\",\"End\":true,\"Branches\":[",
                    "]}}}",
                ),
                (
                    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Map\",\"End\":true,\"ItemProcessor\":",
                    "}}}",
                ),
            ] {
                let nested = inner(n, open, close);
                for text in [
                    nested.clone(),
                    format!(
                        "{{\"StartAt\":\"A\",\"States\":{{\"A\":{{\"Type\":\"Pass\",\"End\":true,\"Parameters\":{nested}}}}}}}"
                    ),
                    format!(
                        "{{\"StartAt\":\"A\",\"States\":{{\"A\":{{\"Type\":\"Choice\",\"Choices\":[{nested}]}}}}}}"
                    ),
                ] {
                    stable(&parse(&text));
                    if n < 1000 {
                        stable(&parse_yaml(&text));
                    }
                }
            }
        }
    });
}

#[test]
fn what_is_too_deep_costs_only_itself() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let text = format!(
        "{{\"StartAt\":\"A\",\"States\":{{\"A\":{{\"Type\":\"Pass\",\"Parameters\":{{\"x\":{deep}}},\"Next\":\"B\"}},\"B\":{{\"Type\":\"Succeed\"}}}}}}"
    );
    let definition = parse(&text);
    assert_eq!(definition.problems.len(), 1);
    assert!(
        definition.problems[0]
            .pointer
            .as_str()
            .starts_with("/States/A/Parameters/x/0")
    );
    assert!(state(&definition, "A").next.is_some());
}

#[test]
fn absurd_expressions_are_bounded() {
    on_a_small_stack(|| {
        let modern = |text: &str| {
            parse_value(&one(
                json!({"Type": "Pass", "End": true, "QueryLanguage": "JSONata", "Output": text}),
            ))
        };
        for text in [
            format!("{{% {}1{} %}}", "(".repeat(50_000), ")".repeat(50_000)),
            format!("{{% {} %}}", vec!["$a"; 10_000].join("&")),
            format!("{{% {} %}}", vec!["a"; 10_000].join(".")),
            format!("{{% [{}] %}}", vec!["$a"; 10_000].join(",")),
            format!("{{% {} %}}", vec!["$a"; 199].join("&")),
        ] {
            stable(&modern(&text));
        }
        let path = format!("${}", ".a".repeat(100_000));
        let filter = format!("$[?({}{})]", "(".repeat(100_000), ")".repeat(100_000));
        let call = format!("{}1{}", "States.Array(".repeat(10_000), ")".repeat(10_000));
        for text in [path, filter, call] {
            stable(&parse_value(&one(
                json!({"Type": "Pass", "End": true, "Parameters": {"a.$": text}}),
            )));
        }
    });
}

#[test]
fn substitutions_without_an_end_cost_no_more_than_others() {
    let open = "${a".repeat(20_000);
    let path = format!("$.{open}");
    for text in [open, path] {
        let value =
            one(json!({"Type": "Pass", "End": true, "Parameters": {"a.$": text, "b": text}}));
        stable(&parse_value(&value));
    }
}

#[test]
fn long_keys_over_many_elements_do_not_multiply() {
    let key = "k".repeat(500_000);
    let value = one(json!({"Type": "Pass", "End": true, "Parameters": {key: vec![1; 200_000]}}));
    let definition = parse_value(&value);
    assert!(
        definition
            .problems
            .iter()
            .any(|p| p.message.contains("too large"))
    );
    let held = definition.states[0]
        .arguments
        .as_ref()
        .map(|t| t.reads().len());
    assert_eq!(held, Some(0));
}

#[test]
fn yaml_bombs_are_bounded() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let alias = format!("*a{}", i - 1);
        text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![alias; 10].join(", ")));
    }
    let definition = parse_yaml(&text);
    stable(&definition);
    assert!(
        definition
            .problems
            .iter()
            .any(|p| p.message.contains("aliases"))
    );
    stable(&parse_yaml("a: &a [*a]"));
    stable(&parse_yaml("&a {<<: *a}"));
    stable(&parse_yaml("? [complex, key]\n: 1"));
    stable(&parse_yaml("!!binary x: !Foo {}\n--- \nsecond: document"));
}

#[test]
fn problems_are_counted_out() {
    let states: Vec<Value> = vec![json!(1); 10_000];
    let definition = parse_value(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": states}}}),
    );
    assert!(definition.problems.len() <= 200);
}

/// JSON that looks like a definition here and there.
fn document() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "$.a",
        "$",
        "A",
        "B",
        "Task",
        "Map",
        "Pass",
        "Choice",
        "Parallel",
        "Wait",
        "{% $a %}",
        "{% (",
        "JSONata",
        "${X}",
        "States.UUID()",
        "arn:aws:states:::lambda:invoke",
        "DISTRIBUTED",
    ]);
    let key = prop::sample::select(vec![
        "StartAt",
        "States",
        "A",
        "B",
        "Type",
        "Next",
        "End",
        "Parameters",
        "a.$",
        "Branches",
        "ItemProcessor",
        "Iterator",
        "Choices",
        "Variable",
        "StringEquals",
        "And",
        "Not",
        "Catch",
        "Retry",
        "ErrorEquals",
        "Resource",
        "QueryLanguage",
        "Output",
        "Assign",
        "ItemReader",
        "ItemBatcher",
        "ResultWriter",
        "ResultPath",
        "Items",
        "Credentials",
        "Ref",
        "Fn::Sub",
        "Seconds",
        "ProcessorConfig",
        "Mode",
        "Default",
        "Condition",
        "Result",
        "ReaderConfig",
        "MaxItemsPath",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|members| members
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_gives_a_sound_tree(value in document()) {
        stable(&parse_value(&value));
        stable(&parse_value(&one(value)));
    }

    #[test]
    fn any_text_gives_a_tree(text in "\\PC{0,60}") {
        stable(&parse(&text));
        stable(&parse_yaml(&text));
    }

    #[test]
    fn json_texts_and_values_read_alike(value in document()) {
        prop_assert_eq!(parse(&value.to_string()), parse_value(&value));
    }

    #[test]
    fn any_part_of_a_definition_may_be_anything(value in document(), pick in any::<prop::sample::Index>()) {
        for sample in [jsonpath(), jsonata()] {
            let mut sample = sample;
            let pointers = pointers(&sample);
            let pointer = pick.get(&pointers);
            if let Some(place) = sample.pointer_mut(pointer) {
                *place = value.clone();
            }
            stable(&parse_value(&sample));
        }
    }
}

/// Every place of a document.
fn pointers(value: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &Pointer, out: &mut Vec<String>) {
        out.push(pointer.to_string());
        match value {
            Value::Object(o) => o.iter().for_each(|(k, v)| walk(v, &pointer.key(k), out)),
            Value::Array(a) => a
                .iter()
                .enumerate()
                .for_each(|(i, v)| walk(v, &pointer.index(i), out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, &Pointer::root(), &mut out);
    out
}
