//! The difference between what was told of a workflow and what is found now: opened, resolved, persisting, unseen.
//!
//! What was told and is not found now is resolved only where everything was looked at that could show it. Where a gap
//! hides it, it is *unseen*: not told to be gone, and kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::Assessment;
use crate::finding::Finding;
use crate::gap::Input;
use crate::rule_id::RuleId;
use crate::rules;
use crate::severity::Severity;
use crate::verdict::ReportedFinding;

/// What is different.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta<'a> {
    /// Findings that are new, or worse than they were told; worst first.
    pub opened: Vec<&'a Finding>,
    /// Findings that were told and are gone.
    pub resolved: Vec<ReportedFinding>,
    /// How bad those are that were told and are still there.
    pub persisting: Vec<Severity>,
    /// Findings that were told, and of which nothing is known now.
    pub unseen: Vec<ReportedFinding>,
    /// Whether something was not checked that was checked before.
    pub newly_incomplete: bool,
    /// What is told after this: the next evaluation compares with it.
    pub told: Vec<ReportedFinding>,
    /// What was not checked.
    pub gaps: BTreeSet<String>,
}

/// What was told before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before<'a> {
    /// The findings.
    pub told: &'a [ReportedFinding],
    /// The gaps.
    pub gaps: Option<&'a BTreeSet<String>>,
    /// The findings whose subject has grown since, so that they are to be told once more.
    pub grown: &'a [RuleId],
}

/// Whether a finding is told at all: neither suppressed nor only worth knowing.
pub fn is_told(finding: &Finding) -> bool {
    finding.is_open() && finding.severity() > Severity::Info
}

/// The rule that tells of what is over already.
const TRANSIENT: &str = "transient-change";

/// Compares.
pub fn between<'a>(before: Before<'_>, now: &'a Assessment) -> Delta<'a> {
    let mut delta = Delta::default();
    let mut present = BTreeSet::new();
    let old: BTreeMap<&str, &ReportedFinding> = before
        .told
        .iter()
        .map(|told| (told.fingerprint.as_str(), told))
        .collect();
    for finding in &now.findings {
        let fingerprint = finding.fingerprint();
        if is_told(finding) {
            let grown = before.grown.contains(&finding.rule());
            match old.get(fingerprint.as_str()) {
                Some(old) if old.severity >= finding.severity() && !grown => {
                    delta.persisting.push(finding.severity());
                }
                _ => delta.opened.push(finding),
            }
            // What is over already is told once, and never told to be gone.
            if finding.rule() == TRANSIENT {
                continue;
            }
            delta.told.push(told(finding, &fingerprint));
        }
        // One that is suppressed now, or milder than what is told, has not gone away.
        present.insert(fingerprint);
    }
    for old in before.told {
        if present.contains(&old.fingerprint) {
            continue;
        }
        if now.gaps.iter().any(|gap| is_hidden(&old.rule, gap.input)) {
            delta.unseen.push(old.clone());
            delta.told.push(old.clone());
        } else {
            delta.resolved.push(old.clone());
        }
    }
    let gaps = now.gaps.iter().filter(|gap| !gap.optional);
    delta.gaps = gaps.map(|gap| gap.what.clone()).collect();
    delta.newly_incomplete = delta
        .gaps
        .iter()
        .any(|gap| before.gaps.is_none_or(|old| !old.contains(gap)));
    delta
}

/// Whether a gap may hide a finding of this rule; of an id of an earlier version it is not known what it judged from.
fn is_hidden(rule: &str, input: Input) -> bool {
    RuleId::parse(rule).is_none_or(|id| rules::is_hidden(id, input))
}

fn told(finding: &Finding, fingerprint: &str) -> ReportedFinding {
    ReportedFinding {
        fingerprint: fingerprint.to_owned(),
        rule: finding.rule().to_string(),
        severity: finding.severity(),
        title: finding.title().chars().take(MAX_TITLE).collect(),
        since: String::new(),
        cause: None,
    }
}

/// Characters of a title that are kept.
const MAX_TITLE: usize = 160;

#[cfg(test)]
mod tests;
