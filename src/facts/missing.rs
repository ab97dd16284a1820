//! Needs that the role does not meet.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Facts;
use super::layers::Verdict;
use crate::arn::Arn;
use crate::asl::StateId;
use crate::budget;
use crate::grants::ideal;
use crate::grants::role::Grant;
use crate::iam::{Layer, StatementRef};
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
    /// A resource whose own policy might allow it, and was not read.
    pub unread: Option<String>,
    /// The condition that a grant for these requests alone has.
    condition: Option<Value>,
}

/// Why a permission is not granted although a statement is about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// A deny or the boundary takes it away.
    Limited,
    /// The statement's condition fails in every request that the workflow makes.
    Conditioned,
    /// A service control policy denies it, or some level does not allow it.
    ByOrganization,
    /// A resource control policy, or the resource's own policy, denies it.
    Denied(StatementRef),
    /// The resource's own policy, which must allow it, does not.
    NotAllowed(Arn),
}

impl Withheld {
    /// In words.
    pub fn in_words(&self) -> String {
        let by = |layer: &str, s: &StatementRef| {
            let target = s.target.as_ref().map(|t| format!(" on `{t}`"));
            let target = target.unwrap_or_default();
            format!(
                "statement {} of the {layer} `{}`{target} denies it",
                s.statement, s.policy
            )
        };
        match self {
            Self::Limited => {
                "a statement allows it, but an explicit deny or the permissions boundary takes it away".to_owned()
            }
            Self::Conditioned => {
                "a statement allows it, but under a condition that no request of this workflow meets".to_owned()
            }
            Self::ByOrganization => {
                "a statement allows it, but the service control policies above the account take it away".to_owned()
            }
            Self::Denied(s) if s.layer == Layer::ResourceControl => by("resource control policy", s),
            Self::Denied(s) => format!("statement {} of the {} denies it", s.statement, s.policy),
            Self::NotAllowed(arn) => format!("the policy of `{arn}` does not allow it"),
        }
    }

    /// What to do, for these actions on these resources.
    pub fn fix(&self, actions: &str, resources: &str) -> String {
        match self {
            Self::Limited => format!("allow {actions} on `{resources}`"),
            Self::Conditioned => format!(
                "correct the condition of the statement that allows {actions}, or allow it on `{resources}` in one of its own"
            ),
            Self::ByOrganization => format!(
                "nothing in the role helps: except it in the service control policy, or do without {actions}"
            ),
            Self::Denied(s) if s.layer == Layer::ResourceControl => format!(
                "nothing in the role helps: except it in the resource control policy, or do without {actions}"
            ),
            Self::Denied(_) => {
                format!("except the role in that statement, or do without {actions}")
            }
            Self::NotAllowed(arn) => {
                format!(
                    "let the policy of `{arn}` allow {actions} to the role, or leave it to the account's own policies"
                )
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
    let free = role.without_service_controls();
    let held = Held {
        grants: role.grants(),
        free: free.grants(),
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
        if need.resources.is_empty() {
            continue;
        }
        let granted = held.grants.iter().any(|g| g.meets(need));
        let side = facts
            .layers
            .map_or(Verdict::Silent, |layers| layers.judge(role, need));
        let withheld = match (granted, side) {
            (true, Verdict::Silent | Verdict::Possible) | (false, Verdict::Possible) => continue,
            (_, Verdict::Denied(by)) => Some(Withheld::Denied(by)),
            (_, Verdict::NotAllowed(resource)) => Some(Withheld::NotAllowed(resource)),
            (false, Verdict::Silent) => held.withheld(need),
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
                withheld,
                unread: facts.layers.and_then(|layers| layers.unread(need)),
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
    /// Without the service control policies.
    free: Vec<Grant<'a>>,
    unlimited: Vec<Grant<'a>>,
    unconditional: Vec<Grant<'a>>,
}

impl Held<'_> {
    fn withheld(&self, need: &Need) -> Option<Withheld> {
        let within = |grants: &[Grant<'_>]| grants.iter().any(|g| g.meets(need));
        if within(&self.free) {
            Some(Withheld::ByOrganization)
        } else if within(&self.unlimited) {
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
