//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), with what code scanning services show of it (GitHub,
//! "SARIF support for code scanning": rules with severity and tags, regions, flows, fingerprints).

mod fixes;
mod rules;

use serde_json::{Map, Value, json};

use super::escape;
use super::report::Report;
use crate::assess::Assessment;
use crate::document::Location;
use crate::finding::Finding;
use crate::loc::Pointer;
use crate::rules::RULES;
use crate::severity::Severity;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The whole report.
pub fn report(report: &Report<'_>) -> Value {
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for (index, assessment) in report.assessments.iter().enumerate() {
        let one = Workflow {
            report,
            index,
            assessment,
        };
        results.extend(assessment.findings.iter().map(|f| one.result(f)));
        for gap in &assessment.gaps {
            let name = &assessment.workflow.name;
            let text = format!("{name}: not checked: {}: {}", gap.what, gap.why);
            let level = if gap.optional { "note" } else { "warning" };
            notifications.push(notification(level, &text));
        }
    }
    for failure in report.failures {
        notifications.push(notification("error", failure));
    }
    let notes = report.notes();
    let configuration: Vec<Value> = notes.iter().map(|n| notification("note", n)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "stepwarden",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules::all(),
            } },
            "invocations": [{
                "executionSuccessful": report.failures.is_empty(),
                "toolExecutionNotifications": notifications,
                "toolConfigurationNotifications": configuration,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": escape::line(text) } })
}

/// A result's level. GitHub shows `error`, `warning` and `note`.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What GitHub sorts by: a number like a CVSS score.
pub(super) fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

struct Workflow<'a> {
    report: &'a Report<'a>,
    index: usize,
    assessment: &'a Assessment,
}

impl Workflow<'_> {
    fn result(&self, finding: &Finding) -> Value {
        let text = format!(
            "{}\n\n{}\n\nFix: {}",
            escape::line(finding.title()),
            finding.detail(),
            finding.remediation().text
        );
        let fingerprint = finding.fingerprint();
        let mut result = json!({
            "ruleId": finding.rule(),
            "level": level(finding.severity()),
            "message": { "text": escape::lines(&text).join("\n") },
            "locations": [self.location(finding)],
            // GitHub matches by the first of these alone; neither depends on a line.
            "partialFingerprints": { "primaryLocationLineHash": format!("{fingerprint}:1"), "stepwarden/1": fingerprint },
            "properties": { "severity": finding.severity(), "security-severity": score(finding.severity()), "workflow": finding.workflow() },
        });
        if let Some(fields) = result.as_object_mut() {
            self.more(fields, finding);
        }
        result
    }

    fn more(&self, fields: &mut Map<String, Value>, finding: &Finding) {
        if let Some(index) = RULES.iter().position(|r| r.meta().id == finding.rule()) {
            fields.insert("ruleIndex".to_owned(), json!(index));
        }
        if let Some(new) = self.report.is_new(finding) {
            let state = if new { "new" } else { "unchanged" };
            fields.insert("baselineState".to_owned(), json!(state));
        }
        if let Some(fixes) = fixes::of(self, finding) {
            fields.insert("fixes".to_owned(), fixes);
        }
        if let Some(suppression) = finding.suppressed() {
            let until = suppression
                .until
                .as_ref()
                .map_or_else(String::new, |day| format!(" (until {day})"));
            let why = escape::line(&format!("{}{until}", suppression.reason));
            let kept = json!([{ "kind": "external", "justification": why }]);
            fields.insert("suppressions".to_owned(), kept);
        }
        if !finding.trace().is_empty() {
            let steps: Vec<Value> = finding
                .trace()
                .iter()
                .map(|step| self.step(&format!("{}: {}", step.state, step.value), &step.pointer))
                .collect();
            let flows = json!([{ "threadFlows": [{ "locations": steps }] }]);
            fields.insert("codeFlows".to_owned(), flows);
        }
    }

    fn step(&self, message: &str, pointer: &Pointer) -> Value {
        let mut location = json!({
            "message": { "text": escape::line(message.trim_start_matches(": ")) },
            "logicalLocations": [{ "fullyQualifiedName": self.logical(Some(pointer)), "kind": "object" }],
        });
        if let (Some(at), Some(fields)) = (
            self.report.places.pointer(self.index, pointer),
            location.as_object_mut(),
        ) {
            fields.insert("physicalLocation".to_owned(), self.physical(&at));
        }
        json!({ "location": location })
    }

    fn location(&self, finding: &Finding) -> Value {
        let workflow = &self.assessment.workflow;
        let name = finding.state().unwrap_or(&workflow.name);
        let mut location = json!({ "logicalLocations": [{
            "name": escape::line(name),
            "fullyQualifiedName": self.logical(finding.pointer()),
            "kind": if finding.state().is_some() { "object" } else { "resource" },
        }] });
        if let (Some(at), Some(fields)) = (
            self.report.places.finding(self.index, finding),
            location.as_object_mut(),
        ) {
            fields.insert("physicalLocation".to_owned(), self.physical(&at));
        }
        location
    }

    fn physical(&self, at: &Location) -> Value {
        let path = self.report.places.path(at);
        json!({
            "artifactLocation": { "uri": uri(&path.to_string_lossy()) },
            "region": {
                "startLine": at.line,
                "startColumn": at.column,
                "endLine": at.end_line,
                "endColumn": at.end_column,
            },
        })
    }

    /// The workflow's ARN and the JSON pointer into its definition.
    fn logical(&self, pointer: Option<&Pointer>) -> String {
        let pointer = pointer.map(Pointer::as_str).unwrap_or_default();
        escape::line(&format!("{}#{pointer}", self.assessment.workflow.arn))
    }
}

/// A path as a URI reference (RFC 3986): relative to the working directory, or with the scheme of files.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let relative = path.trim_start_matches("./");
    let mut uri = String::new();
    if relative.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in relative.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
