//! Which findings are suppressed, by what: an entry of the configuration, a comment in a source file, or a tag that the
//! configuration lets speak for a rule. Nobody switches the guard off by what the guard watches.

use std::collections::BTreeSet;

use crate::config::{self, SUPPRESS_TAG, SuppressionEntry};
use crate::facts::Facts;
use crate::finding::{By, Finding, Suppression};
use crate::glob::Glob;
use crate::rule_id::RuleId;
use crate::workflow::Workflow;

/// Marks the findings that are suppressed; those whose suppression has ended say so.
pub fn mark(findings: &mut [Finding], facts: &Facts<'_>, today: &str) {
    for finding in findings {
        let by = of(finding, facts, today);
        let is_open = by.is_none();
        finding.set_suppressed(by);
        let void = entries(finding, facts).next().cloned();
        if let Some(void) = void.filter(|_| is_open) {
            finding.add_to_detail(&format!(
                "the suppression of it (`{}`) ended on {} and is void",
                void.reason, void.until
            ));
        }
    }
}

/// The configuration's entries that fit, those that have ended included.
fn entries<'f>(
    finding: &'f Finding,
    facts: &'f Facts<'_>,
) -> impl Iterator<Item = &'f SuppressionEntry> {
    let all = facts.config.suppressions.iter();
    all.filter(move |entry| names(entry, facts.workflow) && finding.is_meant_by(entry))
}

/// Whether an entry is about this workflow.
fn names(entry: &SuppressionEntry, workflow: &Workflow) -> bool {
    let pattern = Glob::parse(&entry.workflow);
    pattern.matches(&workflow.name) || pattern.matches(workflow.arn.as_str())
}

/// Which entries of a configuration had something to do in a run, by their place.
#[derive(Debug, Default)]
pub struct Use {
    /// Those about a workflow that was judged.
    about: BTreeSet<usize>,
    /// Those that are about a finding.
    meant: BTreeSet<usize>,
}

/// An entry that hides nothing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Idle {
    /// The rule's id.
    pub rule: RuleId,
    /// The workflow as the entry names it.
    pub workflow: String,
    /// The state, where it names one.
    pub state: Option<String>,
    /// Why it was written.
    pub reason: String,
    /// Its last day.
    pub until: String,
    /// Whether a workflow that it is about was judged.
    pub judged: bool,
}

impl Use {
    /// Adds what one workflow's findings have to do with the entries.
    pub fn note(
        &mut self,
        entries: &[SuppressionEntry],
        workflow: &Workflow,
        findings: &[Finding],
    ) {
        for (place, entry) in entries.iter().enumerate() {
            if !names(entry, workflow) {
                continue;
            }
            self.about.insert(place);
            if findings.iter().any(|f| f.is_meant_by(entry)) {
                self.meant.insert(place);
            }
        }
    }

    /// Adds those of another part of the run.
    pub fn merge(&mut self, other: Self) {
        self.about.extend(other.about);
        self.meant.extend(other.meant);
    }

    /// The entries that were about nothing: the next finding of theirs would be hidden unseen.
    pub fn idle(&self, entries: &[SuppressionEntry]) -> Vec<Idle> {
        let places = entries.iter().enumerate();
        let idle = places.filter(|(place, _)| !self.meant.contains(place));
        idle.map(|(place, entry)| Idle {
            rule: entry.rule,
            workflow: entry.workflow.clone(),
            state: entry.state.clone(),
            reason: entry.reason.clone(),
            until: entry.until.clone(),
            judged: self.about.contains(&place),
        })
        .collect()
    }
}

fn of(finding: &Finding, facts: &Facts<'_>, today: &str) -> Option<Suppression> {
    if let Some(entry) = entries(finding, facts).find(|s| s.until.as_str() >= today) {
        return Some(Suppression {
            reason: entry.reason.clone(),
            until: Some(entry.until.clone()),
            by: By::Configuration,
        });
    }
    by_comment(finding, facts).or_else(|| by_tag(finding, facts))
}

fn by_tag(finding: &Finding, facts: &Facts<'_>) -> Option<Suppression> {
    let mut tags = facts.workflow.tags.iter();
    let (_, tag) = tags.find(|(key, _)| key == SUPPRESS_TAG)?;
    let mut allowed = facts.config.tag_suppressible.iter();
    let allowed = allowed.any(|rule| *rule == finding.rule());
    let listed = config::listed_rules(tag).any(|id| finding.rule() == id);
    (allowed && listed).then(|| Suppression {
        reason: format!("tag `{SUPPRESS_TAG}` on the workflow"),
        until: None,
        by: By::Tag,
    })
}

/// `stepwarden: ignore[rule] reason` in the comment of the finding's own state, where a source file is judged: what AWS
/// answers of a workflow that is deployed is none, in whatever file it stands.
fn by_comment(finding: &Finding, facts: &Facts<'_>) -> Option<Suppression> {
    if !facts.config.honours_comments || facts.workflow.declared.is_none() {
        return None;
    }
    let name = finding.state()?;
    let pointer = finding.pointer()?;
    let state = facts.state_at(pointer).filter(|s| s.name == name)?;
    let (rule, reason) = config::ignored(state.comment.as_deref()?)?;
    (finding.rule() == rule && !reason.is_empty()).then(|| Suppression {
        reason: reason.to_owned(),
        until: None,
        by: By::Comment,
    })
}
