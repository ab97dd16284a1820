//! Definitions whose states, names or texts are too many, too deep or too entangled.

use serde_json::{Map, Value, json};

use super::denial::{Kind, Poison, Told};
use super::hostile::{Dice, chain, chosen_task, expression, of, task};

/// Choices, each with many ways to others.
fn dense_choices(d: &mut Dice) -> Poison {
    let (n, wide) = (d.size(20, 900), d.upto(2, 14));
    let mut states = Map::new();
    for i in 0..n {
        let choices: Vec<Value> = (0..wide)
            .map(|_| {
                let (of, to) = (d.upto(0, n), d.upto(0, n - 1));
                json!({"Variable": format!("$.x{of}"), "StringMatches": "a*", "Next": format!("s{to}")})
            })
            .collect();
        let next = if i + 1 < n {
            format!("s{}", i + 1)
        } else {
            "T".to_owned()
        };
        states.insert(
            format!("s{i}"),
            json!({"Type": "Choice", "Choices": choices, "Default": next}),
        );
    }
    states.insert("T".to_owned(), task("$.x"));
    of(json!({"StartAt": "s0", "States": states}), Told::Somehow)
}

/// Tasks that catch into each other.
fn webs_of_catchers(d: &mut Dice) -> Poison {
    let (n, wide) = (d.size(10, 400), d.upto(1, 20));
    let step = |_| {
        let catchers: Vec<Value> = (0..wide)
            .map(|k| {
                let (to, path) = (d.upto(0, n - 1), d.pick(&["$.e", "$", "$.x"]));
                json!({"ErrorEquals": [format!("E{k}")], "Next": format!("s{to}"), "ResultPath": path})
            })
            .collect();
        let mut state = task("$.x");
        state.as_object_mut().unwrap().remove("End");
        state["Catch"] = json!(catchers);
        state["ResultPath"] = json!(d.pick(&["$.r", "$", "$.x"]));
        state
    };
    of(chain(n, step, task("$.x")), Told::Somehow)
}

/// Maps and branches inside each other, each with a selector of everything.
fn nested_maps(d: &mut Dice) -> Poison {
    let n = d.upto(2, 60);
    let mut inner = chosen_task("$.x");
    for i in 0..n {
        let state = match d.often(50) {
            true => json!({"Type": "Map", "ItemsPath": "$.a", "End": true, "ItemProcessor": inner,
                "ItemSelector": {"x.$": "$", "y.$": "$$.Map.Item.Value", "z.$": "$"}}),
            false => {
                json!({"Type": "Parallel", "Branches": vec![inner; if n < 5 { 2 } else { 1 }], "End": true})
            }
        };
        inner = json!({"StartAt": format!("m{i}"), "States": {format!("m{i}"): state}});
    }
    of(inner, Told::Somehow)
}

/// Regular expressions that a backtracking or a determinising engine dies of.
fn regular_expressions(d: &mut Dice) -> Poison {
    let n = d.size(10, 3000);
    let body = match d.upto(0, 8) {
        0 => "(a|b)*".repeat(n),
        1 => "a{1,1000}".repeat(n / 10 + 1),
        2 => format!("{}a{}", "(".repeat(n), ")".repeat(n)),
        3 => format!("{}a{}", "(?:".repeat(n), ")*".repeat(n)),
        4 => "a|".repeat(n),
        5 => format!("{}{}", "a?".repeat(n), "a".repeat(n)),
        6 => "((a{1,30}){1,30}){1,30}".to_owned(),
        7 => "(.*a){40}".to_owned(),
        _ => "[^a]*".repeat(n),
    };
    of(
        expression(&format!(
            "$match($states.input.f,/^{body}$/)?$states.input.f:'x'"
        )),
        Told::Somehow,
    )
}

/// Names of 80 characters of every script, controls and quotes among them, in states, fields and paths.
fn names(d: &mut Dice) -> Poison {
    let n = d.size(10, 300);
    let alphabet: Vec<char> = "\u{202e}\u{0}é漢🎉\n\"`/~.\\".chars().collect();
    let mut states = Map::new();
    let all: Vec<String> = (0..n)
        .map(|i| {
            (0..76)
                .map(|_| alphabet[d.upto(0, alphabet.len() - 1)])
                .collect::<String>()
                + &i.to_string()
        })
        .collect();
    for (i, name) in all.iter().enumerate() {
        let next = all.get(i + 1).map_or("T", String::as_str);
        states.insert(name.clone(), json!({"Type": "Pass", "Next": next, "Comment": name, "Parameters": {format!("{name}.$"): format!("$['{name}']"), "x.$": "$.x"}}));
    }
    states.insert("T".to_owned(), task("$.x"));
    of(json!({"StartAt": all[0], "States": states}), Told::Chosen)
}

/// Thousands of states or fields.
fn sheer_size(d: &mut Dice) -> Poison {
    let n = d.size(500, 9000);
    if d.often(50) {
        let fields: Map<String, Value> = (0..n * 2)
            .map(|i| {
                (
                    format!("f{i}.$"),
                    json!(if i % 3 == 0 {
                        "$".to_owned()
                    } else {
                        format!("$.y{i}")
                    }),
                )
            })
            .collect();
        return of(
            json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": fields, "Next": "T"}, "T": task("$.f0")}}),
            Told::Somehow,
        );
    }
    let step = |i: usize| match i % 3 {
        0 => json!({"Type": "Pass", "Result": {"a": i}, "ResultPath": format!("$.r{i}")}),
        1 => json!({"Type": "Wait", "Seconds": 1}),
        _ => {
            json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "Parameters": {"Bucket.$": "$.b", "Key.$": format!("$.k{i}")}})
        }
    };
    of(chain(n, step, task("$.x")), Told::Somehow)
}

/// JSON that nests without end.
fn deep_json(d: &mut Dice) -> Poison {
    let n = d.size(100, 100_000);
    let (open, close) = [("[", "]"), ("{\"a\":", "}"), ("{\"Not\":", "}")][d.upto(0, 2)];
    let deep = format!("{}1{}", open.repeat(n), close.repeat(n));
    of(
        format!(
            r#"{{"StartAt":"P","States":{{"P":{{"Type":"Pass","ResultPath":"$.r","Result":{deep},"Next":"T"}},"T":{}}}}}"#,
            task("$.x")
        ),
        Told::Somehow,
    )
}

pub(super) const KINDS: &[Kind] = &[
    ("dense-choices", dense_choices),
    ("webs-of-catchers", webs_of_catchers),
    ("nested-maps", nested_maps),
    ("regular-expressions", regular_expressions),
    ("names", names),
    ("sheer-size", sheer_size),
    ("deep-json", deep_json),
];
