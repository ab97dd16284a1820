//! What people and their tools read, whole: each output of the sample account as it stands in `tests/snapshots/`.
//!
//! A change of words shows as a difference of these files. `INSTA_UPDATE=always cargo test --no-default-features --test
//! outputs` writes them anew; whoever does so reads the difference.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use serde_json::{Value, json};

const ACCOUNT: &str = "events/account";
const REFUND: &str = "events/account/state-machines/refund-approval.json";

/// What the built binary prints at the top of the project, eighty columns wide, with its exit status.
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    let status = output.status.code().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = match String::from_utf8(output.stderr).unwrap() {
        none if none.is_empty() => none,
        some => format!("\n-- standard error --\n{some}"),
    };
    format!("exit status {status}\n{text}{errors}")
}

fn json_of(arguments: &[&str]) -> Value {
    serde_json::from_slice(&run(arguments).stdout).unwrap()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwarden"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "80")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_report_for_people() {
    assert_snapshot!(said(&["scan", "--snapshot", ACCOUNT]));
}

#[test]
fn one_workflow_for_people() {
    assert_snapshot!(said(&["check", REFUND]));
}

#[test]
fn one_workflow_for_machines() {
    assert_snapshot!(pretty(&json_of(&["check", REFUND, "--format", "json"])));
}

#[test]
fn one_workflow_for_a_pull_request() {
    assert_snapshot!(said(&["check", REFUND, "--format", "markdown"]));
}

/// The results, without the rules that every SARIF file carries.
#[test]
fn one_workflow_for_code_scanning() {
    let sarif = json_of(&["check", REFUND, "--format", "sarif"]);
    let results = sarif.pointer("/runs/0/results").unwrap();
    assert_snapshot!(pretty(
        &json!({"version": sarif.get("version"), "results": results})
    ));
}

#[test]
fn alerts() {
    for event in [
        "put-role-policy",
        "update-state-machine",
        "delete-role",
        "untag-role",
    ] {
        let path = format!("events/{event}.json");
        assert_snapshot!(event, said(&["replay", &path, "--snapshot", ACCOUNT]));
    }
}

#[test]
fn an_alert_for_machines() {
    let arguments = [
        "replay",
        "events/put-role-policy.json",
        "--snapshot",
        ACCOUNT,
    ];
    let alert = json_of(&[&arguments[..], &["--format", "json"]].concat());
    assert_snapshot!(pretty(&alert));
}

#[test]
fn what_a_workflow_calls_and_needs() {
    assert_snapshot!("map", said(&["map", REFUND]));
    assert_snapshot!("policy", said(&["policy", REFUND]));
}

#[test]
fn a_rule_explained() {
    assert_snapshot!(said(&["explain", "tracing-off"]));
}

#[test]
fn the_patches_that_need_no_decision() {
    assert_snapshot!(said(&["fix", ACCOUNT]));
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
