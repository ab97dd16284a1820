//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), for code scanning services.

use serde_json::{Value, json};

use super::escape;
use crate::assess::Assessment;
use crate::finding::Finding;
use crate::loc::Pointer;
use crate::rules::RULES;
use crate::severity::Severity;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The whole report. `uri` gives the file that a workflow's results are about, relative to the working directory, and its
/// text where that is the definition itself, so that results get a line.
pub fn report<'a>(
    assessments: &[Assessment],
    uri: impl Fn(&Assessment) -> Option<(String, Option<&'a str>)>,
) -> Value {
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for assessment in assessments {
        let file = uri(assessment);
        for finding in &assessment.findings {
            results.push(result(finding, assessment, file.as_ref()));
        }
        for gap in &assessment.gaps {
            notifications.push(json!({
                "level": if gap.optional { "note" } else { "warning" },
                "message": { "text": escape::line(&format!("{}: not checked: {}: {}", assessment.workflow.name, gap.what, gap.why)) },
            }));
        }
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "stepwarden",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            } },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rules() -> Vec<Value> {
    RULES
        .iter()
        .map(|rule| {
            let meta = rule.meta();
            json!({
                "id": meta.id,
                "shortDescription": { "text": meta.summary },
                "help": { "text": plain_page(meta.page), "markdown": plain_page(meta.page) },
            })
        })
        .collect()
}

/// The page without its scenarios, which are for the tests.
fn plain_page(page: &str) -> &str {
    page.split("\n## Scenarios").next().unwrap_or(page).trim()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What GitHub sorts by: a number like a CVSS score.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn result(
    finding: &Finding,
    assessment: &Assessment,
    file: Option<&(String, Option<&str>)>,
) -> Value {
    let text = format!(
        "{}\n\n{}\n\nFix: {}",
        escape::line(&finding.title),
        finding.detail,
        finding.remediation.text
    );
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": escape::lines(&text).join("\n") },
        "locations": [location(finding, assessment, file)],
        "partialFingerprints": { "stepwarden/1": finding.fingerprint() },
        "properties": { "severity": finding.severity, "security-severity": score(finding.severity), "workflow": finding.workflow },
    });
    let Some(fields) = result.as_object_mut() else {
        return result;
    };
    if let Some(index) = RULES.iter().position(|r| r.meta().id == finding.rule) {
        fields.insert("ruleIndex".to_owned(), json!(index));
    }
    if let Some(suppression) = &finding.suppressed {
        let until = suppression
            .until
            .as_ref()
            .map_or_else(String::new, |day| format!(" (until {day})"));
        fields.insert(
            "suppressions".to_owned(),
            json!([{ "kind": "external", "justification": escape::line(&format!("{}{until}", suppression.reason)) }]),
        );
    }
    if !finding.trace.is_empty() {
        let steps: Vec<Value> = finding
            .trace
            .iter()
            .map(|step| {
                let message = format!("{}: {}", step.state, step.value);
                json!({ "location": {
                    "message": { "text": escape::line(message.trim_start_matches(": ")) },
                    "logicalLocations": [{ "fullyQualifiedName": logical(assessment, Some(&step.pointer)), "kind": "object" }],
                } })
            })
            .collect();
        fields.insert(
            "codeFlows".to_owned(),
            json!([{ "threadFlows": [{ "locations": steps }] }]),
        );
    }
    result
}

/// The workflow's ARN and the JSON pointer into its definition.
fn logical(assessment: &Assessment, pointer: Option<&Pointer>) -> String {
    let pointer = pointer.map(Pointer::as_str).unwrap_or_default();
    escape::line(&format!("{}#{pointer}", assessment.workflow.arn))
}

fn location(
    finding: &Finding,
    assessment: &Assessment,
    file: Option<&(String, Option<&str>)>,
) -> Value {
    let name = finding
        .state
        .as_deref()
        .unwrap_or(&assessment.workflow.name);
    let mut location = json!({ "logicalLocations": [{
        "name": escape::line(name),
        "fullyQualifiedName": logical(assessment, finding.pointer.as_ref()),
        "kind": if finding.state.is_some() { "object" } else { "resource" },
    }] });
    if let (Some((uri, text)), Some(fields)) = (file, location.as_object_mut()) {
        let mut physical = json!({ "artifactLocation": { "uri": encoded(uri) } });
        let line = text
            .zip(finding.pointer.as_ref())
            .and_then(|(t, p)| line_of(t, p));
        if let (Some(line), Some(fields)) = (line, physical.as_object_mut()) {
            fields.insert("region".to_owned(), json!({ "startLine": line }));
        }
        fields.insert("physicalLocation".to_owned(), physical);
    }
    location
}

/// A path as a URI reference (RFC 3986).
fn encoded(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The line of the definition's text that a pointer leads to: its keys are looked up one after the other, as quoted or
/// plain keys, which is right for definitions as people write them and never needed for more than showing the place.
fn line_of(text: &str, pointer: &Pointer) -> Option<usize> {
    let mut at = 0;
    for token in pointer.tokens() {
        if token.parse::<usize>().is_ok() {
            continue;
        }
        let rest = text.get(at..)?;
        let quoted = serde_json::to_string(&token).ok()?;
        let offset = [quoted, format!("{token}:")]
            .iter()
            .filter_map(|key| rest.find(key))
            .min()?;
        at += offset + 1;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    Some(1 + text.bytes().take(at).filter(|b| *b == b'\n').count())
}
