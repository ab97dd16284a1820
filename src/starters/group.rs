//! Principals that no question about a workflow tells apart: an account of thousands has a few dozen kinds of them, and
//! each kind is asked once.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Actor, REDRIVE, START, START_SYNC, takers};
use crate::iam::{Authority, Context, Policy, Statement};
use crate::trust::Who;

/// Principals of which everything that decides a question is the same.
#[derive(Debug)]
pub struct Group {
    /// The one that stands first in the account.
    pub first: usize,
    /// All of them, by ARN; never empty.
    pub members: Vec<usize>,
}

/// Condition keys that differ from principal to principal, by the beginning of their names.
const OF_A_PRINCIPAL: [&str; 2] = ["aws:principal", "aws:user"];

/// What decides how the principal starts workflows, and what is told of it; `None` where some of that is its own: a function
/// that runs with it, who becomes it, a condition on its name.
pub(super) fn of_starting(actor: &Actor) -> Option<String> {
    let by_services = |who: &Who| matches!(who, Who::Service(_));
    let own = actor.trust_unread
        || !actor.runs.iter().all(|r| r.starts_with("workflow "))
        || !actor.admissions.iter().all(|a| by_services(&a.who));
    if own {
        return None;
    }
    let mut text = format!(
        "{} {} {} {:?} {} {:?}\n",
        actor.runs.is_empty(),
        actor.arn.partition(),
        actor.arn.account(),
        actor.serves,
        actor.configured,
        actor.asker
    );
    let about = |s: &Statement| {
        [START, START_SYNC, REDRIVE]
            .iter()
            .any(|a| s.actions.matches(a))
    };
    describe(actor, about, &mut text)?;
    Some(text)
}

/// What decides which workflows the principal takes over; `None` where some of that is its own.
pub(super) fn of_taking(actor: &Actor) -> Option<String> {
    if !actor.runs.is_empty() {
        return None;
    }
    let mut text = format!("{} {}\n", actor.arn.partition(), actor.arn.account());
    let about = |s: &Statement| takers::TAKING.iter().any(|a| s.actions.matches(a));
    describe(actor, about, &mut text)?;
    Some(text)
}

/// Writes the statements about something as they stand, with everything that could not be read, and what the principal's
/// own name decides of them; `None` where that cannot be told.
pub(super) fn describe(
    actor: &Actor,
    about: impl Fn(&Statement) -> bool,
    text: &mut String,
) -> Option<()> {
    let Authority {
        identity,
        boundary,
        session,
        service_controls,
        organization,
    } = &actor.authority;
    let _ = writeln!(text, "{organization:?}");
    let own = actor.asker.own().clone();
    let known = own.or(Context::of_principal(&actor.arn));
    let mut layer = |name: &str, policies: &[Arc<Policy>]| -> Option<()> {
        // That there is a layer decides, whatever stands in it.
        let _ = writeln!(text, "{name}");
        let mut each = policies.iter();
        each.try_for_each(|p| of_policy(p, &known, &about, text))
    };
    layer("identity", identity)?;
    boundary
        .iter()
        .try_for_each(|p| layer("boundary", std::slice::from_ref(p)))?;
    session.iter().try_for_each(|all| layer("session", all))?;
    let mut levels = service_controls.iter();
    levels.try_for_each(|level| layer(&level.target, &level.policies))
}

fn of_policy(
    policy: &Policy,
    known: &Context,
    about: &impl Fn(&Statement) -> bool,
    text: &mut String,
) -> Option<()> {
    let mut named = false;
    let mut name = |text: &mut String| {
        if !std::mem::replace(&mut named, true) {
            let _ = writeln!(text, "{:?} {:?}", policy.name, policy.version);
        }
    };
    for part in &policy.unreadable {
        name(text);
        let _ = writeln!(text, "{part:?}");
    }
    for statement in &policy.statements {
        let several = statement.conditions.iter().filter(|c| c.is_multivalued());
        for condition in several {
            let _ = writeln!(text, "several {}", condition.lower);
        }
        if !about(statement) {
            continue;
        }
        name(text);
        let _ = writeln!(text, "{} {}", statement.index, statement.raw);
        let mut variables = statement.variables();
        if variables.any(is_of_a_principal) {
            return None;
        }
        for condition in statement
            .conditions
            .iter()
            .filter(|c| is_of_a_principal(&c.key))
        {
            let _ = writeln!(text, "{:?}", known.decides(condition));
        }
    }
    Some(())
}

fn is_of_a_principal(key: &str) -> bool {
    OF_A_PRINCIPAL.iter().any(|with| {
        let head = key.get(..with.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(with))
    })
}
