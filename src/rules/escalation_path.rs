use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule};
use crate::arn::Arn;
use crate::evidence::starting::{by_statement, in_words, listed, some_of};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::glob::Glob;
use crate::loc::Pointer;
use crate::severity::Severity;
use crate::starters::Starter;
use crate::taint::TaintedSink;

/// `escalation-path`
pub struct EscalationPath;

/// More principals, or statements, than this are counted in the detail, not named.
const NAMED: usize = 5;

/// A state that a caller steers.
#[derive(Default)]
struct Steered<'f> {
    findings: Vec<&'f Finding>,
    principals: Vec<&'f Starter<'f>>,
    named: BTreeSet<&'f Arn>,
    actions: Vec<String>,
}

impl Rule for EscalationPath {
    fn meta(&self) -> &'static Meta {
        meta!(
            "escalation-path",
            from [Principals, EntryPoints, Organization],
            builds_on ["tainted-target", "tainted-command", "tainted-credentials"],
            "critical for a run, write or assume action, else high",
            "a principal that may start it can do through it what it may not do itself"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn review(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        let mut states: BTreeMap<&str, Steered<'_>> = BTreeMap::new();
        for finding in found.iter().filter(|f| is_open(f)) {
            let Some(pointer) = &finding.pointer else {
                continue;
            };
            if is_external(facts, pointer) {
                continue;
            }
            let state = facts
                .state_at(pointer)
                .map_or(pointer.as_str(), |s| s.pointer.as_str());
            let steered = states.entry(state).or_default();
            steered.findings.push(finding);
            for starter in facts.starters.list.iter().filter(|s| s.starts()) {
                for action in &finding.actions {
                    if starter.may_everywhere(facts, action, &reach(facts, finding, action)) {
                        continue;
                    }
                    if !steered.actions.contains(action) {
                        steered.actions.push(action.clone());
                    }
                    if steered.named.insert(&starter.actor.arn) {
                        steered.principals.push(starter);
                    }
                }
            }
        }
        for (state, mut steered) in states {
            if !steered.principals.is_empty() {
                let principals = listed(&mut steered.principals);
                out.extend(tell(facts, self.meta().id, state, &steered, principals));
            }
        }
    }
}

/// Whether the caller chooses among more than a list that the grant makes: of a list, `tainted-target` is low and
/// `tainted-credentials` is medium.
fn is_open(finding: &Finding) -> bool {
    let least = match finding.rule {
        "tainted-credentials" => Severity::High,
        _ => Severity::Medium,
    };
    finding.rule.starts_with("tainted-") && finding.severity >= least
}

/// Whether outside data decides there and no caller: who starts the workflow then chooses nothing.
fn is_external(facts: &Facts<'_>, pointer: &Pointer) -> bool {
    let mut here = facts
        .taint
        .iter()
        .filter(|s| s.parameters.iter().any(|p| p.pointer == *pointer))
        .peekable();
    here.peek().is_some() && here.all(TaintedSink::is_external)
}

/// What a caller can choose there for the action: the reach of what is told, else the resources of the grant.
fn reach(facts: &Facts<'_>, finding: &Finding, action: &str) -> Vec<Glob> {
    let told = |sink: &&TaintedSink| {
        let pointer = sink.parameters.first().map(|p| &p.pointer);
        pointer == finding.pointer.as_ref() && sink.actions().iter().any(|a| a == action)
    };
    let mut globs: Vec<Glob> = Vec::new();
    for reach in facts
        .taint
        .iter()
        .filter(told)
        .filter_map(|s| s.reach.as_ref())
    {
        globs.extend(reach.globs.iter().cloned());
    }
    if globs.is_empty() {
        globs = finding
            .resources
            .iter()
            .map(|r| Glob::parse(r).segmented())
            .collect();
    }
    if globs.is_empty() {
        globs.push(Glob::any());
    }
    globs
}

fn tell(
    facts: &Facts<'_>,
    id: &'static str,
    state: &str,
    steered: &Steered<'_>,
    principals: Vec<String>,
) -> Option<Finding> {
    let worst = steered.findings.iter().max_by_key(|f| f.severity)?;
    let acts = steered.actions.iter().any(|a| facts.acts(a));
    let severity = if acts {
        Severity::Critical
    } else {
        Severity::High
    };
    let name = worst.state.clone().unwrap_or_default();
    let who: Vec<String> = steered.principals.iter().map(|s| in_words(s)).collect();
    let who = some_of(&who, NAMED);
    let grants: Vec<String> = by_statement(&steered.principals)
        .iter()
        .map(|(grant, _)| {
            let statement = &grant.statement;
            format!("statement {} of `{}`", statement.statement, statement.name)
        })
        .collect();
    let reach = match &worst.reach {
        Some(reach) => reach.clone(),
        None if worst.resources.is_empty() => "*".to_owned(),
        None => worst.resources.join(", "),
    };
    let actions = steered.actions.join(", ");
    let whose = match steered.principals.as_slice() {
        [one] => format!("`{}`", one.actor.arn.name()),
        many => format!("{} principals", many.len()),
    };
    let mut finding = facts.finding(
        id,
        severity,
        state,
        format!("{whose} can use state `{name}` for {actions}, beyond their own permissions"),
        format!(
            "{who} → `{}` → state `{name}` → {actions} on `{reach}`: the start permission is theirs, the state takes from its input what it acts on, and their own policies do not allow it",
            facts.workflow.name
        ),
        format!(
            "{}; or take the start permission from whoever may not do this: {}",
            worst.remediation.text,
            some_of(&grants, NAMED)
        ),
    );
    finding.state = worst.state.clone();
    finding.pointer = worst.pointer.clone();
    finding.actions = steered.actions.clone();
    finding.resources = worst.resources.clone();
    finding.reach = worst.reach.clone();
    finding.trace = worst.trace.clone();
    finding.principals = principals;
    Some(finding)
}
