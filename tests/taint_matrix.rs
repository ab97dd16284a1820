//! The matrix of `tests/data/taint/matrix.json`: language × construct × tainted or clean, each with its reason.
//! Every case asks what the field of the arguments of the state `sink` may be.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use serde::Deserialize;
use stepwarden::asl;
use stepwarden::flow::{self, FlowContext};
use stepwarden::value::Value;

#[derive(Deserialize)]
struct Case {
    language: String,
    construct: String,
    name: String,
    definition: serde_json::Value,
    field: String,
    expect: String,
    values: Option<Vec<String>>,
    why: String,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("data/taint/matrix.json")).expect("the matrix reads")
}

fn value(case: &Case) -> Value {
    let definition = asl::parse(&case.definition.to_string());
    let sink = definition
        .states
        .iter()
        .find(|s| s.name == "sink")
        .expect("a state `sink`");
    let flow = flow::analyse(&definition, FlowContext::default());
    flow.arguments(sink.id).field(&case.field)
}

#[test]
fn every_case_is_as_its_reason_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        let value = value(&case);
        let label = format!("{} / {} / {}", case.language, case.construct, case.name);
        let found = if value.is_tainted() {
            "tainted"
        } else {
            "clean"
        };
        if found != case.expect {
            wrong.push(format!(
                "{label}: {found}, but {} ({})\n    {value:?}",
                case.expect, case.why
            ));
            continue;
        }
        if let Some(expected) = &case.values {
            let mut finite = value.finite().unwrap_or_else(|| vec!["?".to_owned()]);
            finite.sort();
            if finite != *expected {
                wrong.push(format!(
                    "{label}: {finite:?}, but {expected:?} ({})",
                    case.why
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_matrix_is_whole() {
    let cases = cases();
    assert!(cases.len() >= 150, "{}", cases.len());
    assert!(cases.iter().all(|c| !c.why.is_empty()));
    for language in ["jsonpath", "jsonata"] {
        for expect in ["tainted", "clean"] {
            let count = cases
                .iter()
                .filter(|c| c.language == language && c.expect == expect)
                .count();
            assert!(count >= 25, "{language} {expect}: {count}");
        }
    }
}
