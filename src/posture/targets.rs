//! What the tasks act on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::analysis::TaskFacts;
use crate::asl::Kind as StateKind;
use crate::catalog::IntegrationKind;
use crate::facts::Facts;
use crate::flow::Flow;
use crate::need::{Need, Phase, Target};
use crate::sinks::{self, Kind};

/// One action on one target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetPosture {
    /// The action; the parameter behind it where it names another party than a resource.
    pub action: String,
    /// What it acts on, as a pattern.
    pub resource: String,
    /// Who chooses it.
    pub chosen: Chosen,
    /// The account it belongs to, where that is neither the workflow's nor a trusted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<String>,
}

/// Who chooses a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chosen {
    /// The definition names it.
    Static,
    /// The definition names it in part, or it has no name.
    Pattern,
    /// A run chooses it.
    RunTime,
}

pub(super) fn of(facts: &Facts<'_>, flow: &Flow) -> Vec<TargetPosture> {
    let mut found = BTreeSet::new();
    for need in facts.needs.iter().filter(|n| is_target(n)) {
        for resource in &need.resources {
            let resource = resource.to_string();
            found.insert(TargetPosture {
                action: need.action.clone(),
                foreign: foreign(facts, &resource),
                chosen: chosen(need.target),
                resource,
            });
        }
    }
    for task in facts.tasks {
        found.extend(parties(facts, flow, task));
        found.extend(beside_the_catalog(facts, task));
    }
    found.into_iter().collect()
}

/// Whether the need is the task's own work rather than what AWS does around it.
fn is_target(need: &Need) -> bool {
    let own = matches!(
        need.phase,
        Phase::Start
            | Phase::PassRole
            | Phase::AssumeRole
            | Phase::ItemReader
            | Phase::ResultWriter
    );
    own && need.state.is_some() && !need.optional
}

const fn chosen(target: Target) -> Chosen {
    match target {
        Target::Static => Chosen::Static,
        Target::RunTime => Chosen::RunTime,
        Target::Partial | Target::Deployment | Target::NoResourceTypes | Target::NotDerivable => {
            Chosen::Pattern
        }
    }
}

/// Parameters that choose another party: a URL, a telephone number, a bucket that a result is written to.
fn parties(facts: &Facts<'_>, flow: &Flow, task: &TaskFacts) -> Vec<TargetPosture> {
    let arguments = flow.arguments(task.state);
    let mut found = Vec::new();
    for sink in sinks::of(task.integration.service(), task.integration.operation()) {
        let Kind::Target { action, .. } = &sink.kind else {
            continue;
        };
        for value in crate::taint::values_at(arguments, &sink.parameter) {
            let open = !value.unknowns().is_empty();
            for pattern in value.patterns() {
                let resource = pattern.to_string();
                found.push(TargetPosture {
                    action: format!("{action} {}", sink.parameter),
                    foreign: foreign(facts, &resource),
                    chosen: if open {
                        Chosen::RunTime
                    } else {
                        Chosen::Static
                    },
                    resource,
                });
            }
        }
    }
    found
}

/// An activity's worker is a target that needs no permission; of what is not known, its resource is all that is known.
fn beside_the_catalog(facts: &Facts<'_>, task: &TaskFacts) -> Option<TargetPosture> {
    let action = match task.integration.kind {
        IntegrationKind::Activity => "an activity's worker",
        IntegrationKind::Unknown { .. } | IntegrationKind::Unresolved => "an unknown integration",
        _ => return None,
    };
    let state = facts.definition.state(task.state)?;
    let StateKind::Task(own) = &state.kind else {
        return None;
    };
    let resource = own.resource.display();
    Some(TargetPosture {
        action: action.to_owned(),
        foreign: foreign(facts, &resource),
        chosen: Chosen::Static,
        resource,
    })
}

/// The fixed account of an ARN pattern, where it is foreign.
fn foreign(facts: &Facts<'_>, resource: &str) -> Option<String> {
    let own = facts.workflow.arn.account();
    let account = resource
        .starts_with("arn:")
        .then(|| resource.split(':').nth(4))??;
    let is_id = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let known = account == own || facts.config.trusted_accounts.iter().any(|a| a == account);
    (is_id && !own.is_empty() && !known).then(|| account.to_owned())
}
