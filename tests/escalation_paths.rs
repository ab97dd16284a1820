//! Every way of `catalog/escalation.json` is found where one role holds all of its actions, in whatever statements, and is
//! none where one of them is missing or denied.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/one_role.rs"]
mod one_role;

use one_role::policy;
use serde_json::{Value, json};
use stepwarden::assess;
use stepwarden::config::Config;
use stepwarden::grants::escalation::{self, Path};
use stepwarden::snapshot::Account;

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:news";

/// A workflow that publishes to one topic, with these statements beside the one that it needs.
fn account(statements: Vec<Value>) -> Account {
    let needed = json!({"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC});
    let all: Vec<Value> = std::iter::once(needed).chain(statements).collect();
    let definition = json!({"StartAt": "Say", "States": {"Say": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": TOPIC, "Message": "m"}}}});
    one_role::account(&definition, &[policy(&all)])
}

/// The rules that speak.
fn told(statements: Vec<Value>) -> Vec<String> {
    let mut all = assess::account(&account(statements), &Config::default(), "2026-11-23");
    let assessment = all.pop().expect("one workflow gives one assessment");
    let rules = assessment.findings.iter();
    rules.map(|f| f.rule().as_str().to_owned()).collect()
}

fn allow(actions: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

fn names(path: &Path) -> Vec<&str> {
    path.actions.iter().map(String::as_str).collect()
}

/// Whether these actions alone are a way.
fn is_a_way(actions: &[&str]) -> bool {
    let held = |p: &&Path| p.actions.iter().all(|a| actions.contains(&a.as_str()));
    escalation::paths().iter().any(|p| held(&p))
}

fn speaks(told: &[String], rule: &str) -> bool {
    told.iter().any(|r| r == rule)
}

#[test]
fn every_way_is_found_in_one_statement_and_in_several() {
    for path in escalation::paths() {
        let actions = names(path);
        let one = told(vec![allow(&actions)]);
        assert!(
            speaks(&one, "escalation-permission"),
            "{}: {one:?}",
            path.id
        );
        // The passing of the role is told with the way that it opens, not beside it.
        assert!(!speaks(&one, "pass-role-scope"), "{}: {one:?}", path.id);
        let several = told(actions.iter().map(|a| allow(&[a])).collect());
        assert!(
            speaks(&several, "escalation-permission"),
            "{}: {several:?}",
            path.id
        );
    }
}

#[test]
fn a_way_of_which_an_action_is_missing_or_denied_is_none() {
    for path in escalation::paths() {
        let actions = names(path);
        for missing in &actions {
            let rest: Vec<&str> = actions.iter().copied().filter(|a| a != missing).collect();
            if is_a_way(&rest) {
                continue;
            }
            let without = told(vec![allow(&rest)]);
            assert!(
                rest.is_empty() || !speaks(&without, "escalation-permission"),
                "{} without {missing}: {without:?}",
                path.id
            );
            let deny = json!({"Effect": "Deny", "Action": missing, "Resource": "*"});
            let denied = told(vec![allow(&actions), deny]);
            assert!(
                !speaks(&denied, "escalation-permission"),
                "{} with {missing} denied: {denied:?}",
                path.id
            );
        }
    }
}
