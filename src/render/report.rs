//! What every format prints: the workflows with their findings, where these are written, and what the configuration does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::places::Places;
use crate::assess::Assessment;
use crate::config::{Adjustment, SuppressionEntry};
use crate::evidence::starting::some_of;
use crate::finding::Finding;
use crate::severity::Severity;
use crate::snapshot::Account;
use crate::suppression::Idle;

/// A report before it is text.
#[derive(Clone, Copy, Default)]
pub struct Report<'a> {
    /// The workflows, in the order of reading.
    pub assessments: &'a [Assessment],
    /// Where they are written.
    pub places: Places<'a>,
    /// What the configuration does to the report.
    pub applied: Option<&'a Applied>,
    /// The entries of the configuration that hide nothing of it.
    pub idle: &'a [Idle],
    /// The findings of an earlier report.
    pub baseline: Option<&'a Baseline>,
    /// How many findings are not shown because they are milder than asked for.
    pub hidden: usize,
    /// What could not be read: a line each.
    pub failures: &'a [String],
    /// The accounts that were judged, for what fixes change.
    pub accounts: Accounts<'a>,
}

/// The accounts that a report is about.
#[derive(Clone, Copy, Default)]
pub struct Accounts<'a> {
    /// All of them.
    pub all: &'a [Account],
    /// The place among them of each workflow's, in the report's order.
    pub of: &'a [usize],
}

impl<'a> Accounts<'a> {
    /// The account of the workflow of this place in the report.
    pub fn of(&self, index: usize) -> Option<&'a Account> {
        self.all.get(*self.of.get(index)?)
    }
}

/// What a configuration does to a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Its file; `None` where the defaults hold.
    pub file: Option<String>,
    /// The rules that it switches off, and the severities that it sets, with the reasons.
    pub adjustments: Vec<Adjustment>,
    /// Its suppressions.
    pub suppressions: Vec<SuppressionEntry>,
    /// Whether suppressions, switched-off rules and severities are not honoured.
    pub ignored: bool,
}

/// The findings of an earlier report that were open in it: the severity by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(pub BTreeMap<String, Severity>);

impl Baseline {
    /// Reads a JSON report. What was suppressed in it was not open, and counts again once it is.
    ///
    /// # Errors
    /// When the text is no report of this schema, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| format!("it is not valid JSON at line {}", error.line()))?;
        if value.get("schema").and_then(Value::as_str) != Some("stepwarden/report/1") {
            return Err("its `schema` is not `stepwarden/report/1`".to_owned());
        }
        let shape = || "a workflow or a finding in it does not have the expected shape".to_owned();
        let workflows = value
            .get("workflows")
            .and_then(Value::as_array)
            .ok_or_else(shape)?;
        let mut all = BTreeMap::new();
        for workflow in workflows {
            let findings = workflow.get("findings").and_then(Value::as_array);
            for finding in findings.ok_or_else(shape)? {
                let text = |name: &str| finding.get(name).and_then(Value::as_str);
                let severity = text("severity").and_then(Severity::from_word);
                let (Some(fingerprint), Some(severity)) = (text("fingerprint"), severity) else {
                    return Err(shape());
                };
                if finding.get("suppressed").is_none_or(Value::is_null) {
                    let known = all.entry(fingerprint.to_owned()).or_insert(severity);
                    *known = severity.max(*known);
                }
            }
        }
        Ok(Self(all))
    }

    /// Whether the finding was not open before, or is worse than it was.
    pub fn is_new(&self, finding: &Finding) -> bool {
        let before = self.0.get(&finding.fingerprint());
        before.is_none_or(|severity| finding.severity() > *severity)
    }
}

/// How many were not checked whole: `3 not checked whole`, or `12 judged without optional files` where nothing else is
/// missing; `None` where nothing is. Files that a directory may leave out are no fault of it.
pub fn not_whole<'a>(assessments: impl Iterator<Item = &'a Assessment>) -> Option<String> {
    let (mut failed, mut optional) = (0_usize, 0_usize);
    for assessment in assessments.filter(|a| !a.gaps.is_empty()) {
        match assessment.gaps.iter().all(|gap| gap.optional) {
            true => optional += 1,
            false => failed += 1,
        }
    }
    match (failed, optional) {
        (0, 0) => None,
        (0, optional) => Some(format!("{optional} judged without optional files")),
        (failed, _) => Some(format!("{failed} not checked whole")),
    }
}

/// More suppressions that hide nothing are counted, not named.
const NAMED: usize = 8;

/// The suppressions that hide nothing: a line each of those about what was judged, one for all others, which a run over a
/// part of a repository leaves over.
fn unused(idle: &[Idle]) -> Vec<String> {
    let (here, elsewhere): (Vec<&Idle>, Vec<&Idle>) = idle.iter().partition(|i| i.judged);
    let mut lines: Vec<String> = here
        .iter()
        .take(NAMED)
        .map(|i| {
            let state = i.state.as_ref().map(|state| format!(", state `{state}`"));
            format!(
                "unused suppression: `{}` for `{}`{} hides nothing ({}, until {})",
                i.rule,
                i.workflow,
                state.unwrap_or_default(),
                i.reason,
                i.until
            )
        })
        .collect();
    if let more @ 1.. = here.len().saturating_sub(NAMED) {
        lines.push(format!("unused suppressions: {more} more"));
    }
    let names: BTreeSet<String> = elsewhere
        .iter()
        .map(|i| format!("`{}`", i.workflow))
        .collect();
    if !names.is_empty() {
        let names: Vec<String> = names.into_iter().collect();
        lines.push(format!(
            "unused here: {} for workflows that were not judged: {}",
            super::counted(elsewhere.len(), "suppression"),
            some_of(&names, NAMED)
        ));
    }
    lines
}

impl<'a> Report<'a> {
    /// A report of workflows, and nothing else.
    pub fn of(assessments: &'a [Assessment]) -> Self {
        Self {
            assessments,
            ..Self::default()
        }
    }

    /// Whether a finding is new since the earlier report; `None` without one.
    pub fn is_new(&self, finding: &Finding) -> Option<bool> {
        Some(self.baseline?.is_new(finding))
    }

    /// The place in the report of a workflow of it.
    pub fn index(&self, assessment: &Assessment) -> usize {
        let mut all = self.assessments.iter();
        all.position(|a| std::ptr::eq(a, assessment))
            .unwrap_or(usize::MAX)
    }

    /// What the configuration does, and what is not shown, in words: a line each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.hidden > 0 {
            let findings = super::counted(self.hidden, "milder finding");
            notes.push(format!("{findings} not shown (`--min-severity`)"));
        }
        let Some(applied) = self.applied else {
            return notes;
        };
        if let Some(file) = &applied.file {
            let honoured = match applied.ignored {
                true => {
                    ", whose suppressions, switched-off rules and severities are not honoured (`--no-suppress`)"
                }
                false => "",
            };
            notes.push(format!("configuration: {file}{honoured}"));
        }
        for adjustment in &applied.adjustments {
            let what = match adjustment.severity {
                Some(severity) => format!("set to {severity}"),
                None => "switched off".to_owned(),
            };
            let reason = match &adjustment.reason {
                Some(reason) => format!(": {reason}"),
                None => String::new(),
            };
            notes.push(format!("rule {} {what}{reason}", adjustment.rule));
        }
        notes.extend(unused(self.idle));
        notes
    }
}
