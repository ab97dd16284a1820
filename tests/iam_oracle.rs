//! `decide` against an evaluator that nobody here wrote (npm `@cloud-copilot/iam-simulate`, pinned, run beside in a process of
//! its own): random decisions of one principal's policies, some keys left open, and whole accounts with every layer. Where the
//! two differ and AWS's documentation says that the evaluator errs, `tests/oracle/iam_known.js` has the page and puts the
//! policy in words that it gets right; every other difference fails.
//!
//! It needs Node.js and npm; without them it says so and passes. Seeds and counts: `IAM_ORACLE_SEED=7 IAM_ORACLE_COUNT=20000
//! cargo test --no-default-features --test iam_oracle -- --nocapture`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

#[path = "support/oracle.rs"]
mod oracle;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

/// How many decisions a seed gives where nothing else is asked for.
const COUNT: u64 = 150;

/// Two seeds that stay, and a fresh one.
fn seeds() -> Vec<u64> {
    if let Some(seed) = oracle::number("IAM_ORACLE_SEED") {
        return vec![seed];
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    vec![1, 2, now.as_secs()]
}

/// What the built program answers to these lines.
fn decided(cases: &[Json]) -> Vec<Json> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_stepwarden"))
        .arg("decide")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> = cases.iter().map(|c| c["line"].to_string()).collect();
    let mut input = program.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()).unwrap());
    let output = program.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The answer that all values of the open keys together come to, and the keys that it hangs on.
fn expected(told: &Json) -> (Json, Vec<String>) {
    match told["decisions"].as_array().unwrap().as_slice() {
        [only] => (only.clone(), Vec::new()),
        _ => (json!("depends"), keys(&told["on"])),
    }
}

fn keys(on: &Json) -> Vec<String> {
    let keys = on.as_array().into_iter().flatten();
    let mut keys: Vec<String> = keys
        .map(|key| key.as_str().unwrap().to_ascii_lowercase())
        .collect();
    keys.sort();
    keys
}

fn compare(what: &str) {
    let Some(modules) = oracle::packages("@cloud-copilot/iam-simulate", "0.1.173") else {
        return;
    };
    let count = oracle::number("IAM_ORACLE_COUNT").unwrap_or(COUNT);
    for seed in seeds() {
        let arguments = [what.to_owned(), seed.to_string(), count.to_string()];
        let cases = oracle::cases("iam.js", &modules, &arguments);
        let answers = decided(&cases);
        assert_eq!((cases.len() as u64, answers.len()), (count, cases.len()));
        let mut listed: BTreeMap<String, usize> = BTreeMap::new();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for (case, answer) in cases.iter().zip(&answers) {
            let (decision, on) = expected(case);
            *kinds.entry(decision.to_string()).or_default() += 1;
            if answer["decision"] != decision || keys(&answer["on"]) != on {
                panic!("seed {seed}: {answer}\ninstead of {decision} on {on:?}\n{case}");
            }
            if expected(&case["said"]) != (decision, on) {
                *listed.entry(case["listed"].to_string()).or_default() += 1;
            }
        }
        let differ: usize = listed.values().sum();
        println!(
            "{what}, seed {seed}: {count} alike ({kinds:?}), {differ} of them by the list: {listed:#?}"
        );
        assert!(kinds.len() >= 3, "{kinds:?}");
    }
}

#[test]
fn random_decisions_are_those_of_an_independent_evaluator() {
    compare("decisions");
}

#[test]
fn whole_accounts_are_decided_as_by_an_independent_evaluator() {
    compare("accounts");
}
