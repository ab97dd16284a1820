//! The order in which causes are tried.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::applies::applies;
use super::escalate::{Opened, Ways};
use super::{Cause, Context, Unused, could, covered, encrypted, is_sync_rule, passing, scope};
use crate::catalog;
use crate::demand::{LOGGING, LOGGING_EXTRAS, TRACING, TRACING_EXTRAS};
use crate::glob::{Glob, Token};
use crate::grants::role::{Grant, Piece};
use crate::iam::{ActionSpec, holds_a_partition};
use crate::need::Need;
use crate::severity::Severity;

/// The first cause that applies.
pub fn first(
    context: &Context<'_, '_>,
    at: usize,
    grant: &Grant<'_>,
    serves: &[usize],
    held: &Held<'_, '_>,
) -> Option<Cause> {
    let served: Vec<&Need> = serves
        .iter()
        .filter_map(|i| context.needs.get(*i))
        .collect();
    let together = || {
        held.all_of_iam.contains(&at).then_some(Cause::Admin {
            how: "together with others it allows every IAM action, with which the role gives itself every other permission",
        })
    };
    let opened = || held.ways.through(at);
    admin(grant)
        .or_else(together)
        .or_else(|| escalation(context, at, grant, &served, held))
        .or_else(|| passing::pass_role(grant, &served, &opened()))
        .or_else(|| scope::sync_rule(grant, &served))
        .or_else(|| wildcard_action(grant, &served, opened))
        .or_else(|| scope::resource(context, grant, &served))
        .or_else(|| unused(context, at, grant, &served, held))
}

/// What the role's grants are together.
pub struct Held<'h, 'r> {
    /// The escalation paths that they open.
    pub ways: Ways,
    /// Those that only together allow all of IAM, by index.
    pub all_of_iam: BTreeSet<usize>,
    /// The grants.
    pub grants: &'h [Grant<'r>],
}

/// Every action of IAM.
static ALL_IAM: LazyLock<Glob> = LazyLock::new(|| Glob::parse("iam:?*"));

/// In effect administrator (AWS managed AdministratorAccess, PowerUserAccess and IAMFullAccess are such documents).
fn admin(grant: &Grant<'_>) -> Option<Cause> {
    static EVERYTHING: LazyLock<Glob> = LazyLock::new(|| Glob::parse("?*:?*"));
    for piece in &grant.pieces {
        if piece.actions.includes(&EVERYTHING) && is_everywhere(piece) {
            let how = match &grant.statement.actions {
                ActionSpec::AllBut(_) => {
                    "it allows everything but a list of actions (`NotAction`) on every resource"
                }
                ActionSpec::Only(_) => "it allows every action on every resource",
            };
            return Some(Cause::Admin { how });
        }
        if piece.actions.includes(&ALL_IAM)
            && is_about_all_identities(grant, piece)
            && !excepts_iam(grant)
        {
            return Some(Cause::Admin {
                how: "it allows every IAM action, with which it gives itself every other permission",
            });
        }
    }
    None
}

/// The grants that only together allow every action of IAM on every role or user.
pub fn together_all_of_iam(grants: &[Grant<'_>]) -> BTreeSet<usize> {
    let iam = &*ALL_IAM;
    let concerns = |grant: &Grant<'_>| {
        grant.statement.conditions.is_empty()
            && !excepts_iam(grant)
            && grant
                .pieces
                .iter()
                .any(|p| p.actions.overlaps(iam) && is_about_all_identities(grant, p))
    };
    let wide: Vec<(usize, &Grant<'_>)> = grants
        .iter()
        .enumerate()
        .filter(|(_, g)| concerns(g))
        .collect();
    let globs: Vec<Glob> = wide
        .iter()
        .flat_map(|(_, g)| g.pieces.iter().filter(|p| is_about_all_identities(g, p)))
        .map(|p| p.actions.clone())
        .collect();
    let all = globs.len() > 1
        && (iam.covered_by(&globs)
            || catalog::actions_matching(iam).all(|info| {
                let name = info.name();
                globs.iter().any(|g| g.matches_name(&name))
            }));
    wide.into_iter().filter(|_| all).map(|(at, _)| at).collect()
}

/// Every ARN of a partition.
fn is_everywhere(piece: &Piece) -> bool {
    piece.resources.iter().any(holds_a_partition)
}

/// Every role or user of the role's own account: whoever may do anything to them may do anything.
fn is_about_all_identities(grant: &Grant<'_>, piece: &Piece) -> bool {
    let roles = grant.own_roles();
    let users = Glob::parse(&roles.to_string().replace(":role/", ":user/"));
    [roles, users]
        .iter()
        .any(|all| all.covered_by(&piece.resources))
}

/// Whether `NotAction` leaves out a part of IAM.
fn excepts_iam(grant: &Grant<'_>) -> bool {
    match &grant.statement.actions {
        ActionSpec::AllBut(patterns) => patterns.iter().any(|p| p.glob().overlaps(&ALL_IAM)),
        ActionSpec::Only(_) => false,
    }
}

fn escalation(
    context: &Context<'_, '_>,
    at: usize,
    grant: &Grant<'_>,
    served: &[&Need],
    held: &Held<'_, '_>,
) -> Option<Cause> {
    if is_whole_service(grant) {
        return None;
    }
    let paths = held.ways.of_grant(at, context, served);
    if paths.is_empty() {
        return None;
    }
    let used = |need: &&&Need| paths.iter().any(|o| o.path.actions.contains(&need.action));
    let tainted_state = served
        .iter()
        .filter(used)
        .find_map(|need| (context.tainted)(need));
    Some(Cause::Escalation {
        paths,
        tainted_state,
    })
}

/// `svc:*`, or wider, in what is left of it.
pub(super) fn is_whole_service(grant: &Grant<'_>) -> bool {
    let open = |t: &Token| matches!(t, Token::Any | Token::One);
    let is_whole = |piece: &Piece| {
        let tokens = piece.actions.tokens();
        match tokens.iter().position(|t| *t == Token::Char(':')) {
            None => tokens.iter().any(open),
            Some(colon) => {
                // `*:PassRole` is one action, of whatever service has it.
                let name = tokens.get(colon + 1..).unwrap_or_default();
                !name.is_empty() && name.iter().all(|t| *t == Token::Any)
            }
        }
    };
    grant.action.has_wildcard() && grant.pieces.iter().any(is_whole)
}

fn wildcard_action(
    grant: &Grant<'_>,
    served: &[&Need],
    opened: impl FnOnce() -> Vec<Opened>,
) -> Option<Cause> {
    if !grant.action.has_wildcard() || served.is_empty() {
        return None;
    }
    let mut stands_for: Vec<String> = served.iter().map(|n| n.action.clone()).collect();
    stands_for.sort();
    stands_for.dedup();
    let whole_service = is_whole_service(grant);
    let spare = |action: &str| !stands_for.iter().any(|n| n.eq_ignore_ascii_case(action));
    // A pattern that covers needed actions only says the same as their list. A whole service always covers more,
    // whatever the catalog knows today.
    if !whole_service && !covered(grant).any(|action| spare(&action)) {
        return None;
    }
    Some(Cause::WildcardAction {
        stands_for,
        whole_service,
        opens: opened(),
    })
}

fn unused(
    context: &Context<'_, '_>,
    at: usize,
    grant: &Grant<'_>,
    served: &[&Need],
    held: &Held<'_, '_>,
) -> Option<Cause> {
    if !served.is_empty() || is_unknowable(context, grant) {
        return None;
    }
    // The action is needed, on something that these resources cannot be: what is missing is reported, and this grants
    // nothing.
    let same = |n: &Need| n.action.eq_ignore_ascii_case(&grant.action.text);
    let needed = !grant.action.has_wildcard() && context.needs.iter().any(same);
    // What the reference gives no resource types is granted by `*` alone: on an ARN it is missing, and so it is told.
    let only_everywhere =
        catalog::action(&grant.action.text).is_some_and(|a| !a.has_resource_types());
    let acts_on = |r: &Glob| applies(&grant.action.text, r) && !only_everywhere;
    if needed && !grant.resources().iter().any(acts_on) {
        return None;
    }
    // What fails is the statement's condition: what it does not give to the state that needs it is reported as missing.
    let left_open = |n: &Need| {
        !n.optional && grant.falls_short_of(n) && !held.grants.iter().any(|g| g.meets(n))
    };
    if context.needs.iter().any(left_open) {
        return None;
    }
    if encrypted::is_for_data(context.needs, grant) || encrypted::deploys(context.needs) {
        return None;
    }
    if covered_by_feature(grant) {
        return Some(Cause::Unused(Unused::FeatureOff));
    }
    let (mut severity, mut what) = could::of(grant);
    // A whole service that opens a path and that no state needs is told here, and is no milder than the path.
    if is_whole_service(grant)
        && let Some(opened) = held.ways.through(at).first()
    {
        severity = severity.max(Severity::High);
        if opened.ends_at_administrator() {
            severity = Severity::Critical;
        }
        what = format!(
            "it opens a privilege escalation: the role {}",
            opened.path.how
        );
    }
    Some(Cause::Unused(Unused::Could { severity, what }))
}

/// Some task's needs are not known: what looks unused may be what that task needs.
fn is_unknowable(context: &Context<'_, '_>, grant: &Grant<'_>) -> bool {
    let service = grant.action.service();
    context
        .unknown_services
        .iter()
        .any(|s| s == "*" || service.is_none_or(|own| own.eq_ignore_ascii_case(s)))
}

/// AWS's standard statements for log delivery and for tracing, with their extras.
fn covered_by_feature(grant: &Grant<'_>) -> bool {
    let features: [&[&str]; 4] = [&LOGGING, &LOGGING_EXTRAS, &TRACING, &TRACING_EXTRAS];
    !grant.action.has_wildcard()
        && features
            .into_iter()
            .flatten()
            .any(|f| grant.action.matches(f))
}

/// Whether a need is one that a `.sync` rule serves.
pub(super) fn sync_rules(served: &[&Need]) -> Vec<Glob> {
    let mut rules: Vec<Glob> = Vec::new();
    for rule in served
        .iter()
        .filter(|n| is_sync_rule(n))
        .flat_map(|n| &n.resources)
    {
        if !rules.contains(rule) {
            rules.push(rule.clone());
        }
    }
    rules
}
