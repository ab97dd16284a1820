//! The alert as plain text.

use std::fmt::Write as _;

use super::{Alert, Shown, omitted};
use crate::finding::Finding;
use crate::render::{counted, escape, evidence};
use crate::trigger::EventInfo;

/// Mail programs break longer lines themselves, badly.
const WIDTH: usize = 88;
const LABEL: usize = 12;
/// A list longer than this is counted; the JSON message holds it whole.
const MAX_ITEMS: usize = 30;

pub fn message(alert: &Alert<'_>, shown: Shown) -> String {
    let mut out = String::new();
    head(&mut out, alert);
    let opened: Vec<&&Finding> = alert.opened.iter().take(shown.findings).collect();
    for (index, finding) in opened.iter().enumerate() {
        one(&mut out, index + 1, finding);
    }
    if let Some(left) = omitted(alert, shown) {
        paragraph(&mut out, &left);
    }
    if shown.lists {
        lists(&mut out, alert);
    }
    let persisting = alert.persisting.in_words();
    if !persisting.is_empty() {
        let _ = writeln!(out, "Still open from before: {persisting}.");
    }
    if alert.suppressed > 0 {
        let count = counted(alert.suppressed, "finding");
        let _ = writeln!(out, "Suppressed: {count}.");
    }
    let rule = alert.opened.first().map_or("RULE", |f| f.rule().as_str());
    let _ = writeln!(out, "About a rule: `stepwarden explain {rule}`.");
    out
}

fn head(out: &mut String, alert: &Alert<'_>) {
    let workflow = alert.workflow;
    let counts = alert.counts();
    let what = match counts.total() {
        0 => alert.changes().join(", "),
        n => format!("{} ({})", counted(n, "new finding"), counts.in_words()),
    };
    let _ = writeln!(out, "{what} on workflow {}\n", escape::line(&workflow.name));
    label(out, "Workflow", &escape::line(workflow.arn.as_str()));
    label(out, "Owner", &escape::line(&workflow.owner));
    if let Some(sensitive) = &workflow.sensitive {
        label(out, "Sensitive", &escape::line(sensitive));
    }
    if let Some(event) = alert.event {
        who(out, event);
    }
    out.push('\n');
}

fn who(out: &mut String, event: &EventInfo) {
    label(
        out,
        "Change",
        &escape::line(&format!("{} at {}", event.name, event.time)),
    );
    let parts = [
        (&event.actor, ""),
        (&event.through, "through "),
        (&event.source_ip, "from "),
    ];
    let by: Vec<String> = parts
        .into_iter()
        .filter(|(part, _)| !part.is_empty())
        .map(|(part, word)| format!("{word}{}", escape::line(part)))
        .collect();
    if !by.is_empty() {
        label(out, "By", &by.join(", "));
    }
    label(out, "Event", &escape::line(&event.id));
}

fn label(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{name:<LABEL$}{value}");
}

fn one(out: &mut String, number: usize, finding: &Finding) {
    let suppressed = if finding.suppressed().is_some() {
        ", suppressed"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "{number}. {}{suppressed}: {}",
        finding.severity().word().to_uppercase(),
        finding.rule()
    );
    for line in escape::wrap(&escape::line(&finding.title()), WIDTH - 3) {
        let _ = writeln!(out, "   {line}");
    }
    for (name, lines) in evidence(finding) {
        indented(out, name, &lines);
    }
    indented(
        out,
        "why",
        &escape::wrap(&finding.detail(), WIDTH - 3 - LABEL),
    );
    indented(
        out,
        "fix",
        &escape::wrap(&finding.remediation().text, WIDTH - 3 - LABEL),
    );
    if let Some(patch) = &finding.remediation().patch {
        let text = serde_json::to_string_pretty(patch).unwrap_or_default();
        indented(out, "patch", &escape::lines(&text));
    }
    out.push('\n');
}

fn indented(out: &mut String, name: &str, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        let _ = writeln!(out, "{}", format!("   {name:<LABEL$}{line}").trim_end());
    }
}

fn paragraph(out: &mut String, text: &str) {
    for line in escape::wrap(text, WIDTH) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
}

fn lists(out: &mut String, alert: &Alert<'_>) {
    let drift = alert.drift.iter().flat_map(|d| d.lines.iter().cloned());
    list(out, "Differs from the approved baseline:", drift);
    let resolved = alert
        .resolved
        .iter()
        .map(|r| format!("{}: {}", r.rule, r.title));
    list(out, "Resolved:", resolved);
    let gaps = alert
        .incomplete
        .iter()
        .map(|g| format!("{}: {}", g.what, g.why));
    list(out, "Not checked:", gaps);
}

fn list(out: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "{heading}");
    for item in items.iter().take(MAX_ITEMS) {
        for (index, line) in escape::wrap(&escape::line(item), WIDTH - 4)
            .iter()
            .enumerate()
        {
            let mark = if index == 0 { "  - " } else { "    " };
            let _ = writeln!(out, "{mark}{line}");
        }
    }
    if items.len() > MAX_ITEMS {
        let _ = writeln!(out, "  - and {} more", items.len() - MAX_ITEMS);
    }
    out.push('\n');
}
