//! Static against executed, for expressions alone: random JSONata is run by the reference implementation in the version that
//! Step Functions names (npm `jsonata`, pinned in `tests/oracle/package.json`), on inputs that differ in their marks only. What
//! depends on a mark must be tainted, and what came out must be what was predicted.
//!
//! Guards alike: random conditions on values of the input, on inputs for which they often hold. What comes through must be
//! what the analysis says that they let through.
//!
//! It needs Node.js and npm; without them it says so and passes. Seeds and counts: `ORACLE_SEED=7 ORACLE_COUNT=5000 cargo test
//! --no-default-features --test jsonata_oracle -- --nocapture`. With `ORACLE_SUITE` the folder of JSONata's own test suite
//! (`test/test-suite` of jsonata-js/jsonata), which is not part of the package, its expressions are followed, too.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

#[path = "executed/covers.rs"]
mod covers;
#[path = "support/oracle.rs"]
mod oracle;

/// What the comparison knows of the input.
mod generate {
    /// Stands in every text of the input.
    pub const MARK: &str = "MARK";
}

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use stepwarden::asl;
use stepwarden::flow::{self, FlowContext};
use stepwarden::value::Value;

/// How many expressions a seed gives where nothing else is asked for.
const COUNT: u64 = 400;
const SEEDS: [u64; 2] = [1, 2];

/// What is said of the expression of a case.
fn judged(case: &Json) -> Value {
    let expression = case["expression"].as_str().unwrap();
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Arguments": {"X": format!("{{% {expression} %}}")},
        "End": true,
    }}});
    let definition = asl::parse(&definition.to_string());
    let flow = flow::analyse(&definition, FlowContext::default());
    flow.arguments(definition.states[0].id).field("X")
}

/// Who chooses among the literals of a pattern chooses nothing freely.
fn is_list(value: &Value) -> bool {
    value.finite().is_some_and(|texts| !texts.is_empty())
}

/// What was not predicted of one expression.
fn missed(case: &Json) -> Option<String> {
    let expression = case["expression"].as_str().unwrap();
    let value = judged(case);
    let given = &case["given"];
    let why = if case["differs"] == json!(true) && !value.is_tainted() && !is_list(&value) {
        Err("it depends on the input, and is not tainted".to_owned())
    } else if given.is_null() {
        Ok(())
    } else {
        covers::covers(&value, given)
    };
    why.err()
        .map(|why| format!("{expression}\n  gave {given}\n  {why}"))
}

struct Compared {
    runs: usize,
    depend: usize,
    told: String,
}

/// Compares every run of these.
fn compare(cases: &[(String, Json)]) -> Compared {
    let depend = |(_, case): &&(String, Json)| case["differs"] == json!(true);
    let depend = cases.iter().filter(depend).count();
    let told = format!("{} runs, {depend} of them depend on the input", cases.len());
    println!("{told}");
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(from, case)| missed(case).map(|why| format!("{from}: {why}")))
        .collect();
    assert!(
        wrong.is_empty(),
        "{told}\n{} not predicted:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
    Compared {
        runs: cases.len(),
        depend,
        told,
    }
}

/// What a script gives from each seed.
fn seeded(script: &str, module: &Path) -> Vec<(String, Json)> {
    let seeds = oracle::number("ORACLE_SEED").map_or_else(|| SEEDS.to_vec(), |seed| vec![seed]);
    let count = oracle::number("ORACLE_COUNT").unwrap_or(COUNT).to_string();
    let of_seed = |seed: u64| {
        let arguments = [seed.to_string(), count.clone()];
        let cases = oracle::cases(script, module, &arguments).into_iter();
        cases.map(move |case| (format!("seed {seed}"), case))
    };
    seeds.into_iter().flat_map(of_seed).collect()
}

/// The reference implementation, where it can be installed.
fn module() -> Option<PathBuf> {
    Some(oracle::packages("jsonata", "2.0.6")?.join("jsonata"))
}

#[test]
fn what_the_reference_gives_was_predicted() {
    let Some(module) = module() else { return };
    let compared = compare(&seeded("expressions.js", &module));
    assert!(compared.depend * 4 > compared.runs, "{}", compared.told);
}

/// What is called tainted and is the same on each of some six hundred inputs, in either order of the fields of an object. Some of
/// it depends on an input that was not tried; the rest is over-approximation: which of the functions kept in a list or an object
/// is called, what a function makes of a known argument, which groups a match has, how many fields have computed names.
#[test]
fn what_is_called_tainted_depends_on_the_input() {
    let Some(module) = module() else { return };
    let cases = seeded("expressions.js", &module);
    let called = |case: &&Json| Some(judged(case)).is_some_and(|v| v.is_tainted() && !is_list(&v));
    let tainted: Vec<&Json> = cases.iter().map(|(_, case)| case).filter(called).collect();
    let over: Vec<&str> = tainted
        .iter()
        .filter(|case| case["depends"] == json!(false))
        .map(|case| case["expression"].as_str().unwrap())
        .collect();
    let told = format!(
        "{} of {} tainted depend on nothing",
        over.len(),
        tainted.len()
    );
    println!("{told}");
    for expression in &over {
        println!("  over: {expression}");
    }
    assert!(
        over.len() * 100 <= 5 * tainted.len(),
        "{told}:\n{}",
        over.join("\n")
    );
}

#[test]
fn what_comes_through_a_guard_was_predicted() {
    let Some(module) = module() else { return };
    let compared = compare(&seeded("guards.js", &module));
    assert!(compared.runs as u64 > COUNT, "{}", compared.told);
}

#[test]
fn what_the_suite_of_the_reference_gives_was_predicted() {
    let suite = std::env::var("ORACLE_SUITE").ok();
    let Some((suite, module)) = suite.zip(module()) else {
        return;
    };
    let cases = oracle::cases("suite.js", &module, &[suite]).into_iter();
    let named = cases.map(|case| (case["name"].as_str().unwrap().to_owned(), case));
    let compared = compare(&named.collect::<Vec<_>>());
    assert!(compared.depend > 0, "{}", compared.told);
}
