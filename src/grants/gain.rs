//! What somebody gains who comes by a role: what it may do and his own policies do not let him.

use std::collections::BTreeSet;

use super::escalation;
use crate::arn::Arn;
use crate::catalog::{self, Breadth, Level};
use crate::glob::Glob;
use crate::iam::sets::{self, Grant};
use crate::iam::{
    self, ActionPattern, ActionSpec, Authority, Context, Effect, Policy, ResourceSpec, Statement,
    StatementRef,
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

/// What a role has that is worth gaining, each grant with how much it is.
pub struct Prize<'r> {
    grants: Vec<(Grant<'r>, Gain)>,
    /// The service of each, in lower case, where it names one.
    services: Vec<Option<String>>,
}

impl<'r> Prize<'r> {
    /// Of the role with this ARN; `needed` says which actions states need with static target and content.
    pub fn of(role: &'r Authority, holder: &Arn, needed: &dyn Fn(&str) -> bool) -> Self {
        let session = role.known_of(Context::of_execution_role(holder));
        let all = sets::grants(role);
        let weights = Weights::of(role, holder, &all, needed);
        let worth = |g: &&Grant<'r>| !is_observing(g) && is_left(role, g, &session);
        let grants: Vec<(Grant<'r>, Gain)> = all
            .iter()
            .filter(worth)
            .map(|g| (g.clone(), weights.of_grant(g)))
            .collect();
        let service = |grant: &Grant<'_>| {
            let service = grant.action?.service()?;
            Some(service.to_ascii_lowercase())
        };
        Self {
            services: grants.iter().map(|(g, _)| service(g)).collect(),
            grants,
        }
    }

    /// The grants that the other does not hold too. `may_hold` tells of a service whether the other surely holds nothing.
    pub fn beyond<'p>(
        &'p self,
        (other, taker): (&'p Authority, &'p Arn),
        may_hold: &'p dyn Fn(&str) -> bool,
    ) -> impl Iterator<Item = usize> + 'p {
        let each = self.grants.iter().zip(&self.services).enumerate();
        each.filter(move |(_, ((grant, _), service))| {
            let may = service.as_ref().is_none_or(|s| may_hold(s));
            !(may && holds(other, taker, grant))
        })
        .map(|(place, _)| place)
    }

    /// The grant at this place, with how much it is.
    pub fn grant(&self, place: usize) -> Option<&(Grant<'r>, Gain)> {
        self.grants.get(place)
    }

    /// How many grants there are.
    pub fn grant_count(&self) -> usize {
        self.grants.len()
    }
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
    actions && statement.resources.may_touch(&grant.resource)
}

/// How much grants of one role are.
struct Weights<'w> {
    /// The statement that makes an administrator.
    admin: Option<StatementRef>,
    /// Of the actions of escalation paths, those that the role's grants are about.
    held: BTreeSet<&'static str>,
    needed: &'w dyn Fn(&str) -> bool,
}

impl<'w> Weights<'w> {
    fn of(
        role: &Authority,
        holder: &Arn,
        all: &[Grant<'_>],
        needed: &'w dyn Fn(&str) -> bool,
    ) -> Self {
        let actions = escalation::actions().iter().copied();
        Self {
            admin: iam::administrator(role, holder, &Context::new()),
            held: actions
                .filter(|a| all.iter().any(|g| is_about(g, a)))
                .collect(),
            needed,
        }
    }

    fn of_grant(&self, grant: &Grant<'_>) -> Gain {
        if self
            .admin
            .as_ref()
            .is_some_and(|by| *by == grant.reference())
        {
            Gain::Administrator
        } else if self.escalates(grant) {
            Gain::Escalation
        } else if acts(grant) && is_everywhere(grant) {
            Gain::Acting
        } else {
            Gain::Bounded
        }
    }

    fn escalates(&self, grant: &Grant<'_>) -> bool {
        let closed = |path: &escalation::Path| {
            let mut keys = grant.conditions().iter().map(|c| c.key.as_str());
            keys.any(|k| path.unless.iter().any(|u| u.eq_ignore_ascii_case(k)))
        };
        // What a state needs as it is stands fixed in the role.
        let exact = grant.action.is_some_and(|a| !a.has_wildcard());
        let held = |a: &String| self.held.contains(a.as_str());
        escalation::paths().iter().any(|path| {
            path.actions.iter().all(held)
                && path
                    .actions
                    .iter()
                    .find(|a| is_about(grant, a))
                    .is_some_and(|own| !(exact && (self.needed)(own)))
                && (!path.everywhere || is_everywhere(grant))
                && !closed(path)
        })
    }
}

fn is_about(grant: &Grant<'_>, action: &str) -> bool {
    match grant.action {
        Some(pattern) => pattern.matches(action),
        None => grant.statement.actions.matches(action),
    }
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
