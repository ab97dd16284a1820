//! `iam:PassRole`: how wide, to whom, and against what the definition passes.

use std::collections::BTreeSet;

use super::Cause;
use super::applies::applies;
use super::causes::is_whole_service;
use super::escalate::Opened;
use crate::catalog::{self, Breadth};
use crate::glob::Glob;
use crate::grants::escalation;
use crate::grants::role::Grant;
use crate::iam::Condition;
use crate::need::{Need, Phase};
use crate::severity::Severity;

const KEY: &str = "iam:passedtoservice";

/// Whether some resource of the grant is more than one role.
pub fn is_open(grant: &Grant<'_>) -> bool {
    roles(grant).iter().any(|r| r.as_literal().is_none())
}

/// Whether something of the grant is about roles that can be passed.
pub fn concerns_roles(grant: &Grant<'_>) -> bool {
    !roles(grant).is_empty()
}

/// What of the grant is about roles that can be passed at all: those of the role's own account, whatever the pattern
/// leaves open there.
fn roles(grant: &Grant<'_>) -> Vec<Glob> {
    if grant.within("iam:PassRole", &grant.own_roles()).is_empty() {
        return Vec::new();
    }
    let mut resources: Vec<Glob> = grant.resources().iter().map(|r| grant.at_home(r)).collect();
    resources.retain(|r| applies("iam:PassRole", r));
    resources
}

/// The services of escalation paths that the statement's `iam:PassedToService` condition, if any, admits, in their global or
/// Chinese form.
pub fn admitted(grant: &Grant<'_>) -> BTreeSet<&'static str> {
    let all = escalation::services().iter().copied();
    let Some(names) = services(grant) else {
        return all.collect();
    };
    let names: Vec<Glob> = names.iter().map(|name| Glob::parse(name)).collect();
    let fits = |service: &&str| {
        let chinese = format!("{service}.cn");
        let mut names = names.iter();
        names.any(|name| name.matches(service) || name.matches(&chinese))
    };
    all.filter(fits).collect()
}

/// Whether the condition is about the service that a role is passed to.
pub fn is_on_service(condition: &Condition) -> bool {
    condition.key.eq_ignore_ascii_case(KEY)
}

/// The services that a condition on `iam:PassedToService` names; `None` where nothing limits them.
fn services<'g>(grant: &'g Grant<'_>) -> Option<&'g [String]> {
    let condition = grant.statement.conditions.iter().find(|c| {
        let limits = !c.operator.negated && !c.texts.iter().all(|t| t == "*");
        c.key.eq_ignore_ascii_case(KEY) && limits
    });
    condition.map(|c| c.texts.as_slice())
}

/// `pass-role-scope`; exact roles that no state passes are left to `unused-permission`. A pattern that stands for
/// `iam:PassRole` among others (`iam:Pass*`, `iam:*Role`) is it; all of IAM is told as that. `opened` are the escalation
/// paths to which the grant is a key, although states need them as the definition fixes them.
pub fn pass_role(grant: &Grant<'_>, served: &[&Need], opened: &[Opened]) -> Option<Cause> {
    let stands_for = grant
        .pieces
        .iter()
        .any(|p| p.actions.matches_name("iam:PassRole"));
    if !stands_for || is_whole_service(grant) || !grant.can_allow("iam:PassRole") {
        return None;
    }
    let mut cause = scope(grant, served)?;
    let administrator = opened
        .iter()
        .filter(|o| o.path.passes_role() && o.ends_at_administrator())
        .find_map(|o| o.found.administrators.named.first());
    if let (Cause::PassRole { severity, what }, Some(role)) = (&mut cause, administrator) {
        *severity = Severity::Critical;
        what.push_str(&format!(
            "; `{role}`, an administrator, is among them, and the role can run what it is passed to"
        ));
    }
    Some(cause)
}

fn scope(grant: &Grant<'_>, served: &[&Need]) -> Option<Cause> {
    let passing: Vec<&&Need> = served
        .iter()
        .filter(|n| n.phase == Phase::PassRole)
        .collect();
    if passing.is_empty() && !is_open(grant) {
        return None;
    }
    let conditioned = services(grant).is_some();
    let resources = roles(grant);
    if resources.is_empty() {
        return None;
    }
    let any = resources
        .iter()
        .any(|r| catalog::breadth("iam:PassRole", r) == Breadth::Any);
    if any {
        let severity = if conditioned {
            Severity::Medium
        } else {
            Severity::High
        };
        let what = if conditioned {
            "every role of the account may be passed to the services named"
        } else {
            "every role of the account may be passed to any service"
        };
        return Some(Cause::PassRole {
            severity,
            what: what.to_owned(),
        });
    }
    let wanted: Vec<Glob> = passing
        .iter()
        .flat_map(|n| n.resources.iter().cloned())
        .collect();
    let broader = resources
        .iter()
        .any(|r| r.as_literal().is_none() && !r.covered_by(&named(&wanted)));
    let what = match (broader, conditioned) {
        (true, true) => "the pattern takes in more roles than the definition passes",
        (true, false) => {
            "the pattern takes in more roles than the definition passes, to any service"
        }
        (false, false) => {
            "the role may be passed to any service: `iam:PassedToService` is not limited"
        }
        (false, true) => return None,
    };
    Some(Cause::PassRole {
        severity: Severity::Medium,
        what: what.to_owned(),
    })
}

/// The roles that the definition names; a need that cannot be derived names none.
fn named(wanted: &[Glob]) -> Vec<Glob> {
    let any = |r: &Glob| catalog::breadth("iam:PassRole", r) == Breadth::Any;
    wanted.iter().filter(|r| !any(r)).cloned().collect()
}
