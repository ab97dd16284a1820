//! Where a workflow logs: its log groups as CloudWatch Logs describes them, and whether its role may deliver to them.

mod closed;

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::Arn;
use crate::gap::{Gap, Input};
use crate::iam::{Authority, Effect, Statement};
use crate::snapshot::{Fetched, LogGroup};
use crate::workflow::Workflow;

pub use crate::demand::LOGGING as DELIVERY_ACTIONS;
use crate::demand::TRACING as TRACING_ACTIONS;
pub use closed::{look_at_delivery, look_at_keys};

/// The one action of the eight that Step Functions makes to end a delivery.
const STOPS_DELIVERY: &str = "logs:DeleteLogDelivery";

/// Where a workflow logs, or could.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggingFacts {
    /// Its log groups, in the order of the configuration; empty where it does not log.
    pub groups: Vec<Destination>,
    /// The log group to suggest where it does not log: the name that needs no resource policy of its own.
    pub suggested: Option<Destination>,
    /// Delivery actions that the role surely does not grant; empty where it grants all, or where that is not known.
    pub undeliverable: Vec<&'static str>,
    /// A deny or the permissions boundary takes delivery actions away: a further grant does not help.
    pub held_back: bool,
    /// X-Ray actions that the role surely does not grant.
    pub untraceable: Vec<&'static str>,
}

/// One configured log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its ARN, without `:*`.
    pub arn: Arn,
    /// What is known of it.
    pub state: GroupState,
    /// What CloudWatch Logs must be allowed with the group's key, and the key's policy surely does not allow it.
    pub key_refuses: Vec<&'static str>,
    /// What the delivery must be allowed on the group, and the account's resource policies of CloudWatch Logs surely do not
    /// allow it.
    pub delivery_refused: Vec<&'static str>,
}

/// What is known of a configured log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// It is there.
    Exists(LogGroup),
    /// It is not in the account's list.
    Missing,
    /// The list was not read, or does not cover the group's account and region.
    NotRead,
}

impl Destination {
    /// The log group's name.
    pub fn name(&self) -> &str {
        let resource = self.arn.resource();
        resource.strip_prefix("log-group:").unwrap_or(resource)
    }

    /// The log group, where it was read and exists.
    pub const fn existing(&self) -> Option<&LogGroup> {
        match &self.state {
            GroupState::Exists(group) => Some(group),
            GroupState::Missing | GroupState::NotRead => None,
        }
    }
}

/// Whether a deny or a boundary may take delivery actions away from a role.
pub fn held_back(authority: &Authority) -> bool {
    let denies = |s: &Statement| {
        s.effect == Effect::Deny && DELIVERY_ACTIONS.iter().any(|a| s.actions.matches(a))
    };
    authority.boundary.is_some()
        || authority
            .all_policies()
            .flat_map(|p| &p.statements)
            .any(denies)
}

/// Looks up the workflow's log groups. `lacks` says of an action that the role surely does not grant it on `*`.
pub fn gather(
    workflow: &Workflow,
    log_groups: &Fetched<BTreeMap<String, LogGroup>>,
    mut lacks: impl FnMut(&str) -> bool,
) -> (LoggingFacts, Vec<Gap>) {
    let mut facts = LoggingFacts {
        undeliverable: DELIVERY_ACTIONS.into_iter().filter(|a| lacks(a)).collect(),
        untraceable: TRACING_ACTIONS.into_iter().filter(|a| lacks(a)).collect(),
        ..LoggingFacts::default()
    };
    // What only takes a delivery away again is not needed to deliver: AWS's own samples go without it.
    if facts.undeliverable == [STOPS_DELIVERY] {
        facts.undeliverable.clear();
    }
    let mut gaps = Vec::new();
    match workflow.logging.as_ref() {
        Some(logging) if logging.is_on() => {
            gaps.extend(unread(log_groups));
            facts.groups = logging
                .destinations
                .iter()
                .map(|arn| destination(workflow, arn.clone(), log_groups))
                .collect();
        }
        Some(_) => {
            facts.suggested =
                suggested_arn(workflow).map(|arn| destination(workflow, arn, log_groups));
        }
        None => {}
    }
    (facts, gaps)
}

/// Takes back what the list of log groups says of those that stand outside of what it covers, and names them.
pub fn leave_out(facts: &mut LoggingFacts, elsewhere: &BTreeSet<String>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for group in &mut facts.groups {
        if elsewhere.contains(group.arn.as_str()) {
            group.state = GroupState::NotRead;
            gaps.push(Gap::optional(
                Input::LogGroups,
                format!("the log group `{}`", group.name()),
                "it is not declared here: `scan` reads it once this is deployed",
            ));
        }
    }
    gaps
}

fn destination(
    workflow: &Workflow,
    arn: Arn,
    log_groups: &Fetched<BTreeMap<String, LogGroup>>,
) -> Destination {
    let covered = arn.service() == "logs"
        && arn.account() == workflow.arn.account()
        && arn.region() == workflow.arn.region();
    let state = match log_groups.present() {
        Some(all) if covered => all
            .get(arn.as_str().trim_end_matches(":*"))
            .map_or(GroupState::Missing, |g| GroupState::Exists(g.clone())),
        _ => GroupState::NotRead,
    };
    Destination {
        arn,
        state,
        key_refuses: Vec::new(),
        delivery_refused: Vec::new(),
    }
}

/// Only where region and account are known, so that it can be pasted. Log groups under `/aws/vendedlogs/` need no entry
/// in the log resource policy, whose size is limited (developer guide, "CloudWatch Logs resource policy size limits").
fn suggested_arn(workflow: &Workflow) -> Option<Arn> {
    let arn = &workflow.arn;
    if arn.region().is_empty() || arn.account().is_empty() {
        return None;
    }
    let group = format!("log-group:/aws/vendedlogs/states/{}", workflow.name);
    Arn::new(arn.partition(), "logs", arn.region(), arn.account(), &group)
}

fn unread(log_groups: &Fetched<BTreeMap<String, LogGroup>>) -> Option<Gap> {
    let what = "the log groups";
    match log_groups {
        Fetched::Present(_) => None,
        Fetched::NotCollected | Fetched::Absent => Some(Gap::optional(
            Input::LogGroups,
            what,
            "`log-groups.json` is not in the snapshot; add it with `aws logs describe-log-groups`",
        )),
        Fetched::Denied(why) => Some(Gap::new(
            Input::LogGroups,
            what,
            format!("access denied: {why}; grant `logs:DescribeLogGroups`"),
        )),
        Fetched::Failed(why) => Some(Gap::new(
            Input::LogGroups,
            what,
            format!("reading failed: {why}; the next evaluation tries again"),
        )),
    }
}

#[cfg(test)]
mod tests;
