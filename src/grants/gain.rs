//! What somebody gains who comes by a role: what it may do and his own policies do not let him.

use super::escalation;
use crate::arn::Arn;
use crate::catalog::{self, Breadth, Level};
use crate::glob::Glob;
use crate::iam::sets::{self, Grant};
use crate::iam::{
    self, ActionPattern, ActionSpec, Authority, Context, Effect, Policy, ResourceSpec, Statement,
};

/// How much is gained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gain {
    /// Something bounded, or that only reads.
    Bounded,
    /// A run, write or assume action on everything of its kind.
    Acting,
    /// A way to raise privileges.
    Escalation,
    /// Everything.
    Administrator,
}

/// What AWS's standard statements for log delivery and X-Ray give: nothing that is worth gaining (developer guide, "Using
/// CloudWatch Logs to log execution history", "Trace requests and responses with X-Ray").
const OBSERVING: [&str; 14] = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
];

/// The grants of the role that the other does not hold too.
pub fn gained<'r>(
    role: &'r Authority,
    holder: &Arn,
    (other, taker): (&Authority, &Arn),
) -> Vec<Grant<'r>> {
    let session = role.known_of(Context::of_execution_role(holder));
    let grants = sets::grants(role);
    let worth = grants
        .into_iter()
        .filter(|g| !is_observing(g) && is_left(role, g, &session));
    worth.filter(|g| !holds(other, taker, g)).collect()
}

fn is_observing(grant: &Grant<'_>) -> bool {
    let named = |a: &ActionPattern| OBSERVING.iter().any(|o| o.eq_ignore_ascii_case(&a.text));
    grant.action.is_some_and(named)
}

/// Whether the denies that surely hold for the role's sessions, and what limits it, leave something of the grant.
fn is_left(role: &Authority, grant: &Grant<'_>, session: &Context) -> bool {
    let holds = |s: &Statement| {
        s.conditions
            .iter()
            .all(|c| session.decides(c) == Some(true))
    };
    let mut denies = role
        .all_policies()
        .flat_map(|p: &Policy| &p.statements)
        .filter(|s| s.effect == Effect::Deny && holds(s));
    let denied = denies.any(|s| covers(s, grant));
    let bounded = role.ceilings().all(|ceiling| {
        let mut allows = ceiling
            .iter()
            .flat_map(|p| &p.statements)
            .filter(|s| s.effect == Effect::Allow);
        ceiling.iter().any(|p| !p.unreadable.is_empty()) || allows.any(|s| touches(s, grant))
    });
    !denied && bounded
}

/// Whether the other's policies surely allow all of the grant.
fn holds(other: &Authority, taker: &Arn, grant: &Grant<'_>) -> bool {
    let by = |policy: &Policy| {
        let mut allows = policy.statements.iter();
        allows.any(|s| {
            let met = s.conditions.iter().all(|c| grant.conditions().contains(c));
            s.effect == Effect::Allow && met && covers(s, grant)
        })
    };
    let policies = other.identity.iter().chain(&other.boundary).map(|p| &**p);
    let denies = policies
        .flat_map(|p: &Policy| &p.statements)
        .filter(|s| s.effect == Effect::Deny);
    other.identity.iter().any(|p| by(p))
        && other
            .ceilings()
            .all(|ceiling| ceiling.iter().any(|p| by(p)))
        && !denies
            .chain(other.telling_denies(taker))
            .any(|s| touches(s, grant))
}

fn covers(statement: &Statement, grant: &Grant<'_>) -> bool {
    let actions = match (&statement.actions, grant.action) {
        (ActionSpec::Only(patterns), Some(action)) => {
            patterns.iter().any(|p| p.glob().includes(action.glob()))
        }
        (ActionSpec::AllBut(spared), Some(action)) => {
            !spared.iter().any(|p| p.glob().overlaps(action.glob()))
        }
        (spec, None) => spec.covers_all() || *spec == grant.statement.actions,
    };
    actions
        && (statement.resources.covers_all()
            || match &statement.resources {
                ResourceSpec::Only(patterns) => patterns
                    .iter()
                    .any(|p| !p.template.has_variables() && p.widest().includes(&grant.resource)),
                ResourceSpec::AllBut(spared) => {
                    !spared.iter().any(|p| p.widest().overlaps(&grant.resource))
                }
                ResourceSpec::Unstated => false,
            })
}

fn touches(statement: &Statement, grant: &Grant<'_>) -> bool {
    let actions = match (&statement.actions, grant.action) {
        (ActionSpec::Only(patterns), Some(action)) => {
            patterns.iter().any(|p| p.glob().overlaps(action.glob()))
        }
        (ActionSpec::AllBut(spared), Some(action)) => {
            !spared.iter().any(|p| p.glob().includes(action.glob()))
        }
        (_, None) => true,
    };
    actions
        && match &statement.resources {
            ResourceSpec::Only(patterns) => patterns
                .iter()
                .any(|p| p.widest().overlaps(&grant.resource)),
            ResourceSpec::AllBut(spared) => !spared
                .iter()
                .any(|p| !p.template.has_variables() && p.widest().includes(&grant.resource)),
            ResourceSpec::Unstated => true,
        }
}

/// How much the gained grants are together; `needed` says which actions states need with static target and content.
/// `None` where nothing is gained.
pub fn weigh(
    role: &Authority,
    holder: &Arn,
    gained: &[Grant<'_>],
    needed: &dyn Fn(&str) -> bool,
) -> Option<Gain> {
    let admin = iam::administrator(role, holder, &Context::new());
    let is_admin = |g: &Grant<'_>| admin.as_ref().is_some_and(|by| *by == g.reference());
    if gained.iter().any(is_admin) {
        return Some(Gain::Administrator);
    }
    let all = sets::grants(role);
    let each = gained
        .iter()
        .map(|grant| match escalates(&all, grant, needed) {
            true => Gain::Escalation,
            false if acts(grant) && is_everywhere(grant) => Gain::Acting,
            false => Gain::Bounded,
        });
    each.max()
}

fn is_about(grant: &Grant<'_>, action: &str) -> bool {
    match grant.action {
        Some(pattern) => pattern.matches(action),
        None => grant.statement.actions.matches(action),
    }
}

fn escalates(all: &[Grant<'_>], grant: &Grant<'_>, needed: &dyn Fn(&str) -> bool) -> bool {
    let closed = |path: &escalation::Path| {
        let mut keys = grant.conditions().iter().map(|c| c.key.as_str());
        keys.any(|k| path.unless.iter().any(|u| u.eq_ignore_ascii_case(k)))
    };
    // What a state needs as it is stands fixed in the role.
    let exact = grant.action.is_some_and(|a| !a.has_wildcard());
    escalation::paths().iter().any(|path| {
        let own = path.actions.iter().find(|a| is_about(grant, a));
        let whole = path
            .actions
            .iter()
            .all(|a| all.iter().any(|g| is_about(g, a)));
        let wide = !path.everywhere || is_everywhere(grant);
        own.is_some_and(|own| whole && wide && !closed(path) && !(exact && needed(own)))
    })
}

fn acts(grant: &Grant<'_>) -> bool {
    let Some(action) = grant.action else {
        return true;
    };
    match action.has_wildcard() {
        false => catalog::action(&action.text)
            .is_none_or(|info| !matches!(info.level(), Level::Read | Level::List)),
        true => {
            let name = action.text.split(':').nth(1).unwrap_or_default();
            !["Get", "List", "Describe", "BatchGet"]
                .iter()
                .any(|read| name.starts_with(read))
        }
    }
}

fn is_everywhere(grant: &Grant<'_>) -> bool {
    let any = |resource: &Glob| match grant.action.filter(|a| !a.has_wildcard()) {
        Some(action) => catalog::breadth(&action.text, resource) == Breadth::Any,
        None => catalog::breadth("", resource) == Breadth::Any,
    };
    grant.resource.is_any() || any(&grant.resource)
}
