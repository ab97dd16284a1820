//! Needs that the role does not meet.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Facts;
use crate::asl::StateId;
use crate::budget;
use crate::grants::ideal;
use crate::grants::role::Grant;
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
    /// Why it is not granted although a statement is about it.
    pub withheld: Option<Withheld>,
    /// The condition that a grant for these requests alone has.
    condition: Option<Value>,
}

/// Why a permission is not granted although a statement is about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// A deny or the boundary takes it away.
    Limited,
    /// The statement's condition fails in every request that the workflow makes.
    Conditioned,
}

impl Withheld {
    /// In words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Limited => {
                "a statement allows it, but an explicit deny or the permissions boundary takes it away"
            }
            Self::Conditioned => {
                "a statement allows it, but under a condition that no request of this workflow meets"
            }
        }
    }
}

impl Missing {
    /// The statement that grants it.
    pub fn statement(&self) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Action": ideal::one_or_many(&self.actions),
            "Resource": ideal::one_or_many(&self.resources),
        });
        if let (Some(condition), Some(map)) = (&self.condition, statement.as_object_mut()) {
            map.insert("Condition".to_owned(), condition.clone());
        }
        statement
    }
}

/// What is needed and not granted, by state, phase and resources. Nothing where the role could not be read whole.
pub fn find(facts: &Facts<'_>) -> Vec<Missing> {
    let Some(role) = facts.role.filter(|r| r.whole) else {
        return Vec::new();
    };
    let (unlimited, unconditional) = (role.without_limits(), role.without_conditions());
    let held = Held {
        grants: role.grants(),
        unlimited: unlimited.grants(),
        unconditional: unconditional.grants(),
    };
    let mut found: BTreeMap<(Option<StateId>, Phase, Vec<String>), Missing> = BTreeMap::new();
    for need in facts
        .needs
        .iter()
        .filter(|n| !n.optional && n.phase != Phase::Logging)
    {
        // What cannot be compared any more is not called missing: that would send its owner after nothing.
        if budget::is_spent() {
            break;
        }
        if need.resources.is_empty() || held.grants.iter().any(|g| g.meets(need)) {
            continue;
        }
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
                withheld: held.withheld(need),
                condition: ideal::condition(need),
            });
        if !missing.actions.contains(&need.action) {
            missing.actions.push(need.action.clone());
        }
    }
    let mut told: Vec<Missing> = Vec::new();
    for missing in found.into_values() {
        // A call on several resources lacks the same actions on each of them: that is told once.
        let same = |other: &&mut Missing| {
            other.state == missing.state
                && other.phase == missing.phase
                && other.actions == missing.actions
                && other.withheld == missing.withheld
                && other.condition == missing.condition
        };
        match told.iter_mut().find(same) {
            Some(other) => {
                let new = |r: &String| !other.resources.contains(r);
                let more: Vec<String> = missing.resources.into_iter().filter(new).collect();
                other.resources.extend(more);
                other.resources.sort();
            }
            None => told.push(missing),
        }
    }
    told
}

/// The role's grants, and what they would be without what limits them. A grant whose condition cannot be decided here
/// counts as given.
struct Held<'a> {
    grants: Vec<Grant<'a>>,
    unlimited: Vec<Grant<'a>>,
    unconditional: Vec<Grant<'a>>,
}

impl Held<'_> {
    fn withheld(&self, need: &Need) -> Option<Withheld> {
        let within = |grants: &[Grant<'_>]| grants.iter().any(|g| g.meets(need));
        if within(&self.unlimited) {
            Some(Withheld::Limited)
        } else {
            within(&self.unconditional).then_some(Withheld::Conditioned)
        }
    }
}

fn who(facts: &Facts<'_>, need: &Need) -> String {
    match need.state.and_then(|id| facts.definition.state(id)) {
        Some(state) => format!("`{}`", state.name),
        None => "the workflow".to_owned(),
    }
}
