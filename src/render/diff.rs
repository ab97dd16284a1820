//! What is wider and narrower, for a terminal and for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{counted, escape};
use crate::assess::Assessment;
use crate::drift::{Narrowing, Widening};
use crate::finding::Finding;
use crate::severity::Severity;

/// What became of a workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// It is on both sides.
    #[default]
    Kept,
    /// It is on the new side only: all that it does is new.
    New,
    /// It is on the old side only.
    Gone,
}

impl Change {
    const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// One workflow's difference.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What became of it.
    pub change: Change,
    /// What is wider.
    pub wider: Vec<Widening>,
    /// What is narrower.
    pub narrower: Vec<Narrowing>,
    /// What a new workflow brings.
    pub findings: Vec<Finding>,
    /// What could not be compared.
    pub not_compared: Vec<String>,
}

impl Difference {
    /// Of a workflow, with nothing told yet.
    pub fn of(assessment: &Assessment) -> Self {
        Self {
            name: assessment.workflow.name.clone(),
            arn: assessment.workflow.arn.to_string(),
            ..Self::default()
        }
    }

    /// The worst that widened.
    pub fn worst(&self) -> Option<Severity> {
        let wider = self.wider.iter().map(|w| w.severity);
        wider
            .chain(self.findings.iter().map(|f| f.severity()))
            .max()
    }

    fn is_empty(&self) -> bool {
        let nothing =
            self.wider.is_empty() && self.narrower.is_empty() && self.not_compared.is_empty();
        nothing && self.change == Change::Kept
    }
}

/// As text.
pub fn text(all: &[Difference]) -> String {
    let mut out = String::new();
    for one in all.iter().filter(|one| !one.is_empty()) {
        let what = match one.change {
            Change::Kept => "",
            Change::New => ": new",
            Change::Gone => ": gone",
        };
        let _ = writeln!(out, "{}{what}", escape::line(&one.name));
        for wider in &one.wider {
            let _ = writeln!(
                out,
                "  {:<9} wider: {}",
                wider.severity.word(),
                escape::line(&wider.text)
            );
            if let Some(before) = &wider.before {
                let change = format!("{before} → {}", wider.after);
                let _ = writeln!(out, "            {}", escape::line(&change));
            }
        }
        for finding in &one.findings {
            let title = escape::line(finding.title());
            let _ = writeln!(
                out,
                "  {:<9} {}: {title}",
                finding.severity().word(),
                finding.rule()
            );
        }
        for narrower in &one.narrower {
            let _ = writeln!(
                out,
                "            narrower: {}",
                escape::line(&narrower.text)
            );
        }
        for what in &one.not_compared {
            let _ = writeln!(out, "            not compared: {}", escape::line(what));
        }
    }
    let wider: usize = all
        .iter()
        .map(|one| one.wider.len() + one.findings.len())
        .sum();
    let workflows = counted(all.len(), "workflow");
    let in_part = all.iter().any(|one| !one.not_compared.is_empty());
    let in_part = if in_part {
        " in what could be compared"
    } else {
        ""
    };
    let _ = match wider {
        0 => writeln!(out, "{workflows}: nothing is wider{in_part}"),
        n => writeln!(out, "{workflows}: {}{in_part}", counted(n, "widening")),
    };
    out
}

/// As JSON (`stepwarden/diff/1`).
pub fn json(all: &[Difference]) -> Value {
    let workflows: Vec<Value> = all.iter().map(workflow).collect();
    json!({ "schema": "stepwarden/diff/1", "workflows": workflows })
}

fn workflow(one: &Difference) -> Value {
    let wider: Vec<Value> = one.wider.iter().map(|w| json!({
        "severity": w.severity, "part": w.kind, "what": w.text, "before": w.before, "after": w.after, "principal": w.principal,
    })).collect();
    let narrower: Vec<Value> = one
        .narrower
        .iter()
        .map(|n| {
            json!({
                "part": n.kind, "what": n.text, "before": n.before, "after": n.after,
            })
        })
        .collect();
    let findings: Vec<Value> = one.findings.iter().map(super::json::finding).collect();
    json!({
        "name": one.name,
        "arn": one.arn,
        "change": one.change.word(),
        "wider": wider,
        "narrower": narrower,
        "findings": findings,
        "not_compared": one.not_compared,
    })
}
