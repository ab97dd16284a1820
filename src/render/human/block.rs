//! Findings that tell of one thing, put together: what a caller steers in one state, who gains by it, and the guard that
//! does not hold are one story with one fix.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::assess::Assessment;
use crate::finding::Finding;
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// One story.
pub struct Block<'a> {
    /// The finding that tells it.
    pub lead: &'a Finding,
    /// Findings that add to it, worst first.
    pub also: Vec<&'a Finding>,
}

impl<'a> Block<'a> {
    /// The worst severity of its findings.
    pub fn severity(&self) -> Severity {
        let all = self.also.iter().map(|f| f.severity());
        all.fold(self.lead.severity(), Severity::max)
    }

    /// All its findings, the lead first.
    pub fn findings(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.lead).chain(self.also.iter().copied())
    }

    /// The rules, the lead's first, each once.
    pub fn rules(&self) -> Vec<RuleId> {
        let mut rules = vec![self.lead.rule()];
        for finding in &self.also {
            if !rules.contains(&finding.rule()) {
                rules.push(finding.rule());
            }
        }
        rules
    }
}

/// The stories of findings, worst first; a story whose own cause is as bad as what follows from it goes before others.
pub fn of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Block<'a>> {
    let mut by_state: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut blocks = Vec::new();
    for finding in findings {
        match finding.state().filter(|_| is_steered(finding)) {
            Some(state) => by_state.entry(state).or_default().push(finding),
            None => blocks.push(Block {
                lead: finding,
                also: Vec::new(),
            }),
        }
    }
    for mut told in by_state.into_values() {
        told.sort_by_key(|f| (!f.rule().is_tainted(), Reverse(f.severity())));
        if let Some((lead, rest)) = told.split_first() {
            let mut also = rest.to_vec();
            also.sort_by_key(|f| Reverse(f.severity()));
            blocks.push(Block { lead, also });
        }
    }
    blocks.sort_by_key(|b| {
        let told = b.also.len();
        (
            Reverse(b.severity()),
            Reverse(b.lead.severity()),
            Reverse(told),
        )
    });
    with_starters(blocks)
}

/// That many may start a workflow is high because of what they can choose in it: it belongs to that story.
fn with_starters(mut blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let broad =
        |b: &Block<'_>| b.lead.rule() == "broad-invocation" && b.lead.severity() >= Severity::High;
    let chosen = |b: &Block<'_>| b.lead.rule().is_tainted() && b.lead.severity() >= Severity::High;
    let at = (
        blocks.iter().position(broad),
        blocks.iter().position(chosen),
    );
    if let (Some(from), Some(to)) = at {
        let starters = blocks.get(from).map(|b| b.lead);
        if let Some(told) = blocks.get_mut(to) {
            told.also.extend(starters);
            blocks.remove(from);
        }
    }
    blocks
}

/// Whether the finding is about what a caller chooses in a state.
fn is_steered(finding: &Finding) -> bool {
    finding.rule().is_tainted()
        || matches!(
            finding.rule().as_str(),
            "weak-validation" | "escalation-path"
        )
}

/// How urgent a workflow is; the greatest comes first: criticals by their own cause, criticals by who may start it, then
/// the number of stories of each severity.
pub fn urgency(assessment: &Assessment) -> Vec<usize> {
    let open = assessment
        .findings
        .iter()
        .filter(|f| f.suppressed().is_none());
    let blocks = of(open);
    let count = |of: Severity| blocks.iter().filter(|b| b.severity() == of).count();
    let own = |b: &&Block<'_>| {
        b.lead.severity() == Severity::Critical && b.lead.rule() != "escalation-path"
    };
    let causes = blocks.iter().filter(own);
    std::iter::once(causes.count())
        .chain(Severity::WORST_FIRST.map(count))
        .collect()
}

/// A cause that many workflows share.
pub struct Common<'a> {
    /// The finding of the first of them.
    pub example: &'a Finding,
    /// The names of the workflows, in the order of the report.
    pub workflows: Vec<&'a str>,
    /// Whom the findings name, with in how many.
    pub principals: Vec<(&'a str, usize)>,
}

/// In so many workflows, and in one of so many, the same finding is told once for all.
const MANY: usize = 5;
/// See [`MANY`].
const SHARE: usize = 10;

/// What many workflows share, worst and most first. Findings of high and more are told where they are.
pub fn common<'a>(ordered: &[&'a Assessment]) -> Vec<Common<'a>> {
    let mut by: BTreeMap<(&str, String), Common<'a>> = BTreeMap::new();
    for assessment in ordered {
        let findings = super::shown(assessment);
        for finding in
            findings.filter(|f| f.suppressed().is_none() && f.severity() < Severity::High)
        {
            let entry = by.entry(kind(finding)).or_insert_with(|| Common {
                example: finding,
                workflows: Vec::new(),
                principals: Vec::new(),
            });
            entry.workflows.push(&assessment.workflow.name);
            for principal in finding.principals() {
                match entry.principals.iter_mut().find(|(p, _)| p == principal) {
                    Some((_, times)) => *times += 1,
                    None => entry.principals.push((principal, 1)),
                }
            }
        }
    }
    let mut all: Vec<Common<'a>> = by.into_values().collect();
    for one in &mut all {
        one.workflows.dedup();
        one.principals.sort_by_key(|(_, times)| Reverse(*times));
    }
    let many = MANY.max(ordered.len() / SHARE);
    all.retain(|c| c.workflows.len() >= many);
    all.sort_by_key(|c| {
        (
            Reverse(c.example.severity()),
            Reverse(c.workflows.len()),
            c.example.rule(),
        )
    });
    all
}

/// Rule and title, numbers aside: `3 principals …` and `4 principals …` are the same.
pub fn kind(finding: &Finding) -> (&'static str, String) {
    let title: String = finding
        .title()
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect();
    (
        finding.rule().as_str(),
        title.replace("##", "#").replace("##", "#"),
    )
}
