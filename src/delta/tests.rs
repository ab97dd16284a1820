use std::collections::BTreeSet;

use super::*;
use crate::arn::Arn;
use crate::finding::{FindingBuilder, FindingPlace, Suppression, Words};
use crate::gap::{Gap, Input};
use crate::workflow::Workflow;

const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:w";

fn finding(rule: &'static str, severity: Severity) -> Finding {
    let arn = Arn::parse(ARN).unwrap();
    let words = Words {
        title: rule.to_owned(),
        detail: String::new(),
        fix: String::new(),
    };
    let id = RuleId::parse(rule).unwrap();
    FindingBuilder::new(
        id,
        severity,
        &arn,
        "subject".into(),
        FindingPlace::Workflow,
        words,
    )
    .build()
}

fn found(findings: Vec<Finding>, gaps: Vec<Gap>) -> Assessment {
    Assessment {
        entry_points: Vec::new(),
        more_entry_points: 0,
        approved: None,
        to_confirm: false,
        judged: Default::default(),
        workflow: Workflow::unread("w", "unowned"),
        findings,
        gaps,
        graph: Default::default(),
        invoked: Vec::new(),
        acted_on: BTreeSet::new(),
        begun_by: Default::default(),
        posture: None,
        drift: None,
    }
}

fn rules(told: &[ReportedFinding]) -> Vec<&str> {
    told.iter().map(|t| t.rule.as_str()).collect()
}

/// What is told after evaluating nothing but this.
fn after(findings: Vec<Finding>) -> Vec<ReportedFinding> {
    between(Before::default(), &found(findings, Vec::new())).told
}

fn against<'a>(told: &[ReportedFinding], now: &'a Assessment) -> Delta<'a> {
    let before = Before {
        told,
        ..Before::default()
    };
    between(before, now)
}

#[test]
fn the_same_findings_again_are_no_change() {
    let findings = || {
        vec![
            finding("admin-role", Severity::Critical),
            finding("log-retention", Severity::Low),
        ]
    };
    let told = after(findings());
    let now = found(findings(), Vec::new());
    let delta = against(&told, &now);
    assert!(delta.opened.is_empty() && delta.resolved.is_empty());
    assert_eq!(delta.persisting, [Severity::Critical, Severity::Low]);
    assert_eq!(delta.told, told);
}

#[test]
fn what_is_new_opens_and_what_is_gone_resolves() {
    let told = after(vec![finding("admin-role", Severity::Critical)]);
    let now = found(vec![finding("logging-off", Severity::High)], Vec::new());
    let delta = against(&told, &now);
    assert_eq!(delta.opened.len(), 1);
    assert_eq!(rules(&delta.resolved), ["admin-role"]);
    assert_eq!(rules(&delta.told), ["logging-off"]);
}

#[test]
fn what_grows_worse_opens_again_and_what_grows_milder_does_not() {
    let told = after(vec![finding("log-retention", Severity::Low)]);
    let worse = found(vec![finding("log-retention", Severity::Medium)], Vec::new());
    assert_eq!(against(&told, &worse).opened.len(), 1);
    let told = after(vec![finding("log-retention", Severity::Medium)]);
    let milder = found(vec![finding("log-retention", Severity::Low)], Vec::new());
    let delta = against(&told, &milder);
    assert!(delta.opened.is_empty() && delta.resolved.is_empty());
    assert_eq!(delta.persisting, [Severity::Low]);
}

#[test]
fn what_is_only_worth_knowing_or_suppressed_is_never_told_nor_told_to_be_gone() {
    let told = after(vec![finding("tracing-off", Severity::Info)]);
    assert!(told.is_empty());
    let told = after(vec![finding("admin-role", Severity::Critical)]);
    let mut suppressed = finding("admin-role", Severity::Critical);
    suppressed.set_suppressed(Some(Suppression {
        reason: "known".to_owned(),
        until: None,
        by: crate::finding::By::Configuration,
    }));
    let now = found(vec![suppressed], Vec::new());
    let delta = against(&told, &now);
    assert!(delta.opened.is_empty() && delta.resolved.is_empty() && delta.told.is_empty());
    // When the suppression ends, it is told again.
    let again = found(vec![finding("admin-role", Severity::Critical)], Vec::new());
    assert_eq!(against(&delta.told, &again).opened.len(), 1);
}

#[test]
fn a_gap_hides_what_is_judged_from_it_and_nothing_else() {
    let told = after(vec![
        finding("admin-role", Severity::Critical),
        finding("logging-off", Severity::High),
    ]);
    let now = found(
        Vec::new(),
        vec![Gap::new(Input::Role, "the role", "denied")],
    );
    let delta = against(&told, &now);
    assert_eq!(rules(&delta.unseen), ["admin-role"]);
    assert_eq!(rules(&delta.resolved), ["logging-off"]);
    assert!(delta.newly_incomplete);
    // It is still known when the gap is closed, and resolves only then.
    let seen = found(Vec::new(), Vec::new());
    let closed = against(&delta.told, &seen);
    assert_eq!(rules(&closed.resolved), ["admin-role"]);
}

#[test]
fn a_workflow_that_could_not_be_read_hides_everything() {
    let told = after(vec![finding("admin-role", Severity::Critical)]);
    let gap = Gap::new(Input::Workflow, "the workflow", "denied");
    let now = found(Vec::new(), vec![gap]);
    assert_eq!(rules(&against(&told, &now).unseen), ["admin-role"]);
    let now = found(
        Vec::new(),
        vec![Gap::optional(Input::Functions, "functions.json", "absent")],
    );
    let delta = against(&told, &now);
    assert_eq!(rules(&delta.resolved), ["admin-role"]);
    assert!(!delta.newly_incomplete);
}

#[test]
fn a_gap_is_a_change_once() {
    let gap = || vec![Gap::new(Input::Role, "the role", "denied")];
    let now = found(Vec::new(), gap());
    let first = between(Before::default(), &now);
    assert!(first.newly_incomplete);
    let second = between(
        Before {
            gaps: Some(&first.gaps),
            ..Before::default()
        },
        &now,
    );
    assert!(!second.newly_incomplete);
}

#[test]
fn what_has_grown_is_told_once_more() {
    let told = after(vec![finding("drift", Severity::High)]);
    let now = found(vec![finding("drift", Severity::High)], Vec::new());
    let grown = Before {
        told: &told,
        grown: crate::rule_id::rule_ids!["drift"],
        ..Before::default()
    };
    assert_eq!(between(grown, &now).opened.len(), 1);
    assert!(against(&told, &now).opened.is_empty());
}

#[test]
fn what_a_rule_builds_on_hides_it_too() {
    let told = after(vec![finding("escalation-path", Severity::Critical)]);
    let gap = Gap::new(Input::Role, "the role", "denied");
    let now = found(Vec::new(), vec![gap]);
    assert_eq!(rules(&against(&told, &now).unseen), ["escalation-path"]);
}
