//! Needs that the role does not meet.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Facts, ideal};
use crate::asl::StateId;
use crate::facts::role::Grant;
use crate::need::{Need, Phase};

/// Actions on the same resources, for the same part of the work of the same state, that are not granted.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The state; `None` where the workflow itself needs them.
    pub state: Option<StateId>,
    /// The state or the workflow, in words.
    pub who: String,
    /// The part of the work.
    pub phase: Phase,
    /// The actions.
    pub actions: Vec<String>,
    /// The resources.
    pub resources: Vec<String>,
    /// The catalog row.
    pub because: String,
    /// What takes the permission away although a statement allows it, in words.
    pub denied_by: Option<String>,
    passed_to: Option<&'static str>,
}

impl Missing {
    /// The statement that grants it.
    pub fn statement(&self) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Action": ideal::one_or_many(&self.actions),
            "Resource": ideal::one_or_many(&self.resources),
        });
        if let (Some(service), Some(map)) = (self.passed_to, statement.as_object_mut()) {
            let condition = json!({"StringEquals": {"iam:PassedToService": service}});
            map.insert("Condition".to_owned(), condition);
        }
        statement
    }
}

/// What is needed and not granted, by state, phase and resources. Nothing where the role could not be read whole.
pub fn find(facts: &Facts<'_>) -> Vec<Missing> {
    let Some(role) = facts.role.filter(|r| r.whole) else {
        return Vec::new();
    };
    let without_limits = role.without_limits();
    let (grants, unlimited) = (role.grants(), without_limits.grants());
    let mut found: BTreeMap<(Option<StateId>, Phase, Vec<String>), Missing> = BTreeMap::new();
    for need in facts
        .needs
        .iter()
        .filter(|n| !n.optional && n.phase != Phase::Logging)
    {
        let Some(denied_by) = lacking(&grants, &unlimited, need) else {
            continue;
        };
        let mut resources: Vec<String> = need.resources.iter().map(ToString::to_string).collect();
        resources.sort();
        let missing = found
            .entry((need.state, need.phase, resources.clone()))
            .or_insert_with(|| Missing {
                state: need.state,
                who: who(facts, need),
                phase: need.phase,
                actions: Vec::new(),
                resources,
                because: need.because.clone(),
                denied_by,
                passed_to: need.passed_to,
            });
        if !missing.actions.contains(&need.action) {
            missing.actions.push(need.action.clone());
        }
    }
    found.into_values().collect()
}

/// `Some` where no alternative of the need is granted even in part, with what takes it away, if a statement allows it.
/// A grant whose condition cannot be decided here counts as given.
fn lacking(grants: &[Grant<'_>], unlimited: &[Grant<'_>], need: &Need) -> Option<Option<String>> {
    let within = |grants: &[Grant<'_>]| grants.iter().any(|g| g.meets(need));
    if need.resources.is_empty() || within(grants) {
        return None;
    }
    Some(within(unlimited).then(|| {
        "a statement allows it, but an explicit deny or the permissions boundary takes it away"
            .to_owned()
    }))
}

fn who(facts: &Facts<'_>, need: &Need) -> String {
    match need.state.and_then(|id| facts.definition.state(id)) {
        Some(state) => format!("`{}`", state.name),
        None => "the workflow".to_owned(),
    }
}
