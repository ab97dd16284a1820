//! What could not be read of who starts a workflow.

use super::{REDRIVE, START, START_SYNC, Starters};
use crate::gap::{Gap, Input};
use std::sync::Arc;

use crate::iam::{
    ActionSpec, Authority, Effect, Policy, Principal, Problem, ResourcePattern, ResourceSpec,
};

/// What was not read of who may start the workflow.
pub fn gaps(starters: &Starters<'_>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    if !starters.known {
        gaps.push(Gap::optional(
            Input::Principals,
            "who may start the workflow",
            "not all users, groups and roles of the account were read; `iam.json` holds them in an account snapshot",
        ));
    }
    if let Some((first, rest)) = starters.blind.split_first() {
        let what = match rest.len() {
            0 => format!("the policies of `{first}`"),
            n => format!("the policies of `{first}` and {n} more principals"),
        };
        let why = "a part of them could not be read, which may let them start the workflow";
        gaps.push(Gap::optional(Input::Principals, what, why));
    }
    let unread = starters.list.iter().filter(|s| s.actor.trust_unread);
    gaps.extend(unread.map(|starter| {
        Gap::new(
            Input::StarterTrust,
            format!("the trust policy of `{}`", starter.actor.arn),
            "it could not be read whole, and the role may start the workflow: who can become it is not known",
        )
    }));
    gaps.extend(starters.unread_admins.iter().map(|arn| {
        Gap::new(
            Input::StarterTrust,
            format!("the trust policy of `{arn}`"),
            "it could not be read whole, and the role is an administrator: who can become it is not known",
        )
    }));
    gaps
}

/// Whether a part of the policies that could not be read may allow a start.
pub(super) fn may_hide_a_start(authority: &Authority) -> bool {
    let parts = authority.identity.iter().flat_map(|p| &p.unreadable);
    let mut allows = parts.filter(|part| part.effect != Some(Effect::Deny));
    allows.any(|part| {
        let about = |spec: &ActionSpec| [START, START_SYNC].iter().any(|a| spec.matches(a));
        part.actions.as_ref().is_none_or(about)
    })
}

/// Whether the problem is one of a role's trust policy.
fn is_of_trust(problem: &Problem) -> bool {
    problem.policy.contains("trust policy")
}

/// Whether it is a role whose trust policy could not be read, or not whole.
pub(super) fn is_trust_unread(principal: &Principal) -> bool {
    principal.is_role
        && (principal.trust.is_none()
            || principal.problems.iter().any(|p| p.blind && is_of_trust(p)))
}

/// Whether one of these policies allows everything, as `FullAWSAccess` does.
fn lets_all_through(ceiling: &[Arc<Policy>]) -> bool {
    let mut statements = ceiling.iter().flat_map(|p| &p.statements);
    statements.any(|s| {
        let any = |p: &ResourcePattern| p.widest().is_any();
        s.effect == Effect::Allow
            && s.conditions.is_empty()
            && s.actions.covers_all()
            && matches!(&s.resources, ResourceSpec::Only(all) if all.iter().any(any))
    })
}

/// Whether nothing stands between an unconditional allow of a start and the start.
pub(super) fn is_plain(authority: &Authority) -> bool {
    let concerns = |policy: &Policy| {
        !policy.unreadable.is_empty()
            || policy.statements.iter().any(|s| {
                s.effect == Effect::Deny
                    && [START, START_SYNC, REDRIVE]
                        .iter()
                        .any(|a| s.actions.matches(a))
            })
    };
    authority.ceilings().all(lets_all_through) && !authority.all_policies().any(concerns)
}
