//! The rules as SARIF describes them: what GitHub shows beside each alert, and sorts and filters alerts by.

use serde_json::{Value, json};

use super::{level, score};
use crate::pages;
use crate::rules::{Meta, RULES};
use crate::severity::Severity;

/// Every rule, in the order of `ruleIndex`.
pub fn all() -> Vec<Value> {
    RULES.iter().map(|rule| described(rule.meta())).collect()
}

fn described(meta: &Meta) -> Value {
    let worst = worst(meta);
    let page = pages::plain(meta.page);
    json!({
        "id": meta.id,
        "name": meta.id,
        "shortDescription": { "text": meta.summary },
        "fullDescription": { "text": paragraph(page).unwrap_or_else(|| meta.summary.to_owned()) },
        "helpUri": meta.id.address(),
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(worst) },
        "properties": {
            "security-severity": score(worst),
            "problem.severity": match level(worst) { "note" => "recommendation", other => other },
            "precision": "high",
            "tags": tags(meta),
        },
    })
}

/// The worst severity that a rule can have: GitHub knows one a rule.
fn worst(meta: &Meta) -> Severity {
    let words = meta.severity.split(|c: char| !c.is_ascii_alphabetic());
    let known = words.filter_map(Severity::from_word);
    known.max().unwrap_or(Severity::Medium)
}

fn tags(meta: &Meta) -> Vec<&'static str> {
    let id = meta.id;
    let has = |words: &[&str]| words.iter().any(|word| id.as_str().contains(word));
    let mut tags = vec!["security", "aws", "step-functions"];
    let subjects: [(&[&str], &'static str); 5] = [
        (&["tainted", "validation"], "external/cwe/cwe-441"),
        (&["role", "permission", "wildcard", "scope"], "permissions"),
        (&["invocation", "escalation", "takeover", "trust"], "access"),
        (&["log", "tracing", "express"], "logging"),
        (&["secret"], "external/cwe/cwe-798"),
    ];
    for (words, tag) in subjects {
        if has(words) {
            tags.push(tag);
        }
    }
    tags
}

/// The first paragraph under the title.
fn paragraph(page: &str) -> Option<String> {
    let mut paragraphs = page.split("\n\n").map(str::trim);
    let first = paragraphs.find(|p| !p.is_empty() && !p.starts_with('#'))?;
    Some(first.split_whitespace().collect::<Vec<_>>().join(" "))
}
