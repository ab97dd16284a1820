//! The JSON report, `stepwarden/report/1`.

use serde_json::{Map, Value, json};

use super::report::{Applied, Report};
use super::{Counts, escape};
use crate::assess::Assessment;
use crate::entry_points::Authorization;
use crate::facts::entry::Entry;
use crate::finding::Finding;
use crate::gap::Gap;
use crate::severity::Severity;

/// The whole report.
pub fn report(report: &Report<'_>) -> Value {
    let each = report.assessments.iter().enumerate();
    let workflows: Vec<Value> = each.map(|(index, a)| workflow(report, index, a)).collect();
    let all = report.assessments.iter().flat_map(|a| &a.findings);
    let mut value = json!({
        "schema": "stepwarden/report/1",
        "workflows": workflows,
        "summary": counts(&Counts::of(all)),
    });
    let Some(fields) = value.as_object_mut() else {
        return value;
    };
    if let Some(applied) = report.applied {
        fields.insert("configuration".to_owned(), configuration(applied));
    }
    if report.hidden > 0 {
        fields.insert("hidden".to_owned(), json!(report.hidden));
    }
    if !report.failures.is_empty() {
        fields.insert("failures".to_owned(), json!(report.failures));
    }
    value
}

/// What the configuration does to the report.
fn configuration(applied: &Applied) -> Value {
    let all = applied.adjustments.iter();
    let adjustments: Vec<Value> = all
        .map(|a| json!({ "rule": a.rule, "severity": a.severity, "reason": a.reason }))
        .collect();
    json!({
        "file": applied.file,
        "adjustments": adjustments,
        "honoured": !applied.ignored,
    })
}

/// A finding with where it is written, and whether it is new.
fn placed(report: &Report<'_>, index: usize, found: &Finding) -> Value {
    let mut value = finding(found);
    if let Some(fields) = value.as_object_mut() {
        let location = report.places.finding(index, found);
        fields.insert("location".to_owned(), json!(location));
        if let Some(new) = report.is_new(found) {
            fields.insert("new".to_owned(), json!(new));
        }
    }
    value
}

fn workflow(report: &Report<'_>, index: usize, assessment: &Assessment) -> Value {
    let workflow = &assessment.workflow;
    json!({
        "arn": workflow.arn,
        "name": workflow.name,
        "type": workflow.kind.word(),
        "owner": workflow.owner,
        "entry_points": assessment.entry_points.iter().map(entry).collect::<Vec<_>>(),
        "findings": assessment.findings.iter().map(|f| placed(report, index, f)).collect::<Vec<_>>(),
        "incomplete": gaps(&assessment.gaps),
    })
}

/// One way by which executions begin.
pub fn entry(entry: &Entry) -> Value {
    json!({
        "kind": entry.kind.word(),
        "name": escape::line(&entry.name),
        "authorization": entry.authorization.map(Authorization::word),
        "public": entry.public,
        "input": entry.input.word(),
        "role": entry.role,
    })
}

/// What was not checked, and why.
pub fn gaps(gaps: &[Gap]) -> Value {
    gaps.iter()
        .map(|gap| json!({ "what": gap.what, "why": gap.why }))
        .collect()
}

/// How many of each severity.
pub fn counts(counts: &Counts) -> Value {
    let words = Severity::WORST_FIRST.map(|s| (s.word().to_owned(), json!(counts.get(s))));
    Value::Object(Map::from_iter(words))
}

/// More principals than this are counted in the finding's text, not listed, so that one finding on an account of thousands
/// stays one that can be read and sent.
const LISTED: usize = 50;

/// One finding.
pub fn finding(finding: &Finding) -> Value {
    let trace: Vec<Value> = finding
        .trace()
        .iter()
        .map(|step| json!({ "state": step.state, "pointer": step.pointer, "value": step.value }))
        .collect();
    json!({
        "fingerprint": finding.fingerprint(),
        "rule": finding.rule(),
        "severity": finding.severity(),
        "workflow": finding.workflow(),
        "state": finding.state(),
        "pointer": finding.pointer(),
        "states": finding.concerned_states(),
        // A title is one line by contract; a line break in a state's name must not break it.
        "title": escape::line(&finding.title()),
        "detail": finding.detail(),
        "actions": finding.actions(),
        "resources": finding.resources(),
        "reach": finding.reach(),
        "trace": trace,
        "policy": finding.policy(),
        "principals": finding.principals().get(..LISTED).unwrap_or(&finding.principals()),
        "suppressed": finding.suppressed(),
        "via": finding.via(),
        "version": finding.version(),
        "remediation": { "text": finding.remediation().text, "patch": finding.remediation().patch },
        "help": finding.rule().address(),
    })
}
