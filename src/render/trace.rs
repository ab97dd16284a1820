//! A trace for a terminal and for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::escape;
use crate::trace::Trace;

/// As text.
pub fn text(trace: &Trace) -> String {
    let mut out = format!(
        "{} of state {}\n",
        shown(&trace.parameter),
        shown(&trace.state)
    );
    section(
        &mut out,
        "can be",
        trace.values.iter().map(|v| shown(v)).collect(),
    );
    let mut from = Vec::new();
    for source in &trace.sources {
        from.push(format!("{}: {}", shown(&source.kind), shown(&source.path)));
        for step in &source.steps {
            let state = match step.state.as_str() {
                "" => "execution input".to_owned(),
                state => shown(state),
            };
            // The execution's input stands at no place of the definition.
            let at = match step.pointer.as_str() {
                "" => String::new(),
                pointer => format!(" (at {})", shown(pointer)),
            };
            from.push(format!("  {state}: {}{at}", shown(&step.value)));
        }
    }
    section(&mut out, "comes from", from);
    let guards = trace.guards.iter().map(|g| {
        format!(
            "{}: {} excludes {} (at {})",
            shown(&g.state),
            shown(&g.test),
            g.excludes,
            shown(&g.pointer)
        )
    });
    section(&mut out, "guards", guards.collect());
    let mut grants = Vec::new();
    for need in &trace.grants {
        let by: Vec<String> = need
            .statements
            .iter()
            .map(|s| format!("{} statement {}", shown(&s.name), s.statement))
            .collect();
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(" by {}", by.join(", "))
        };
        grants.push(format!(
            "{} on {}: {}{by}",
            shown(&need.action),
            shown(&need.resources.join(", ")),
            need.grant
        ));
    }
    section(&mut out, "grants", grants);
    let rules = trace.rules.iter().map(|rule| {
        let word = if rule.fires { "fires" } else { "is quiet" };
        format!("{} {word}: {}", rule.rule, shown(&rule.why))
    });
    section(&mut out, "rules", rules.collect());
    out
}

fn section(out: &mut String, label: &str, lines: Vec<String>) {
    let lines = if lines.is_empty() {
        vec!["none".to_owned()]
    } else {
        lines
    };
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "  {label:<11}{line}");
    }
}

fn shown(text: &str) -> String {
    escape::line(text)
}

/// As JSON (`stepwarden/trace/1`).
pub fn json(trace: &Trace) -> Value {
    let sources: Vec<Value> = trace.sources.iter().map(|source| {
        let steps: Vec<Value> = source.steps.iter()
            .map(|step| json!({ "state": step.state, "pointer": step.pointer, "value": step.value }))
            .collect();
        json!({ "kind": source.kind, "path": source.path, "steps": steps })
    }).collect();
    let guards: Vec<Value> = trace.guards.iter()
        .map(|g| json!({ "state": g.state, "pointer": g.pointer, "test": g.test, "excludes": g.excludes }))
        .collect();
    let rules: Vec<Value> = trace
        .rules
        .iter()
        .map(|r| json!({ "rule": r.rule, "fires": r.fires, "why": r.why }))
        .collect();
    json!({
        "schema": "stepwarden/trace/1",
        "state": trace.state,
        "parameter": trace.parameter,
        "values": trace.values,
        "sources": sources,
        "guards": guards,
        "grants": trace.grants,
        "rules": rules,
    })
}
