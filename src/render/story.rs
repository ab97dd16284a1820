//! Findings that tell of one thing, put together: what a caller steers in one state, who gains by it, and the guard that
//! does not hold are one story with one fix; so is what one statement of a policy is wrong in.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::rule_id::{RuleId, rule_ids};
use crate::rules;
use crate::severity::Severity;

/// One story.
pub struct Story<'a> {
    /// The finding that tells it.
    pub lead: &'a Finding,
    /// Findings that add to it, worst first.
    pub also: Vec<&'a Finding>,
}

impl<'a> Story<'a> {
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

/// The stories of findings of one workflow, worst first; a story whose own cause is as bad as what follows from it goes
/// before others.
pub fn of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Story<'a>> {
    let mut by_state: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut stories = Vec::new();
    for finding in findings {
        match finding.state().filter(|_| is_steered(finding)) {
            Some(state) => by_state.entry(state).or_default().push(finding),
            None => stories.push(Story {
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
            stories.push(Story { lead, also });
        }
    }
    stories.sort_by_key(|b| {
        let told = b.also.len();
        (
            Reverse(b.severity()),
            Reverse(b.lead.severity()),
            Reverse(told),
        )
    });
    with_what_stands_on_it(stories)
}

/// The same, with what one statement of a policy is wrong in told once: one statement is one thing to change.
pub fn by_statement<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Story<'a>> {
    let mut stories: Vec<Story<'a>> = Vec::new();
    for story in of(findings) {
        let statement = |f: &Finding| f.policy().map(|p| (p.name.clone(), p.statement));
        let same = |told: &&mut Story<'_>| {
            let own = statement(story.lead);
            own.is_some()
                && own == statement(told.lead)
                && told.lead.version() == story.lead.version()
        };
        match stories.iter_mut().find(same) {
            Some(told) => told.also.extend(story.findings()),
            None => stories.push(story),
        }
    }
    stories
}

/// That many, or anybody, may start a workflow is as bad as what they can choose in it: it belongs to that story.
fn with_what_stands_on_it(mut stories: Vec<Story<'_>>) -> Vec<Story<'_>> {
    let bad = |finding: &Finding| finding.severity() >= Severity::High;
    for rule in rule_ids!["public-invocation", "broad-invocation"] {
        let Some(builds_on) = rules::by_id(*rule).map(|rule| rule.meta().builds_on) else {
            continue;
        };
        let from = stories
            .iter()
            .position(|s| s.lead.rule() == *rule && bad(s.lead));
        let to = stories
            .iter()
            .position(|s| builds_on.contains(&s.lead.rule()) && bad(s.lead));
        if let (Some(from), Some(to)) = (from, to) {
            let starters = stories.get(from).map(|s| s.lead);
            if let Some(told) = stories.get_mut(to) {
                told.also.extend(starters);
                stories.remove(from);
            }
        }
    }
    stories
}

/// Whether the finding is about what a caller chooses in a state.
fn is_steered(finding: &Finding) -> bool {
    finding.rule().is_tainted()
        || matches!(
            finding.rule().as_str(),
            "weak-validation" | "escalation-path"
        )
}
