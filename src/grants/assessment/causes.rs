//! The order in which causes are tried.

use super::applies::applies;
use super::{Cause, Context, Unused, covered, encrypted, is_sync_rule, lower, passing, scope};
use crate::catalog;
use crate::demand::{LOGGING, LOGGING_EXTRAS, TRACING, TRACING_EXTRAS};
use crate::glob::{Glob, Token};
use crate::grants::escalation::{self, Path};
use crate::grants::role::{Grant, Piece};
use crate::iam::{ActionSpec, Test};
use crate::need::{Need, Phase};

/// The first cause that applies.
pub fn first(
    context: &Context<'_, '_>,
    grant: &Grant<'_>,
    serves: &[usize],
    held: &[Grant<'_>],
) -> Option<Cause> {
    let served: Vec<&Need> = serves
        .iter()
        .filter_map(|i| context.needs.get(*i))
        .collect();
    admin(grant)
        .or_else(|| escalation(context, grant, &served, held))
        .or_else(|| passing::pass_role(grant, &served))
        .or_else(|| scope::sync_rule(grant, &served))
        .or_else(|| wildcard_action(grant, &served))
        .or_else(|| scope::resource(context, grant, &served))
        .or_else(|| unused(context, grant, &served, held))
}

/// In effect administrator (AWS managed AdministratorAccess, PowerUserAccess and IAMFullAccess are such documents).
fn admin(grant: &Grant<'_>) -> Option<Cause> {
    let everything = Glob::parse("?*:?*");
    let all_iam = Glob::parse("iam:?*");
    let iam_resources = Glob::parse("arn:*:iam::*:*");
    for piece in &grant.pieces {
        let everywhere = piece.resources.iter().any(Glob::is_any);
        if everywhere && piece.actions.includes(&everything) {
            let how = match &grant.statement.actions {
                ActionSpec::AllBut(_) => {
                    "it allows everything but a list of actions (`NotAction`) on every resource"
                }
                ActionSpec::Only(_) => "it allows every action on every resource",
            };
            return Some(Cause::Admin { how });
        }
        let all_of_iam = everywhere
            || piece
                .resources
                .iter()
                .any(|r| is_all_iam(r) || r.includes(&iam_resources));
        if all_of_iam && piece.actions.includes(&all_iam) {
            return Some(Cause::Admin {
                how: "it allows every IAM action, with which it gives itself every other permission",
            });
        }
    }
    None
}

/// `arn:aws:iam::ACCOUNT:*`
fn is_all_iam(resource: &Glob) -> bool {
    let text = resource.to_string();
    let mut parts = text.splitn(6, ':');
    parts.nth(2) == Some("iam") && parts.nth(2) == Some("*")
}

fn escalation(
    context: &Context<'_, '_>,
    grant: &Grant<'_>,
    served: &[&Need],
    held: &[Grant<'_>],
) -> Option<Cause> {
    if is_whole_service(grant) {
        return None;
    }
    let opened: Vec<&'static Path> = opens(grant, held)
        .into_iter()
        .filter(|path| !all_needed_as_fixed(context, path, served))
        .collect();
    if opened.is_empty() {
        return None;
    }
    let used = |need: &&&Need| {
        opened
            .iter()
            .any(|p| p.actions.contains(&need.action) || is_pass_role(&need.action))
    };
    let tainted_state = served
        .iter()
        .filter(used)
        .find_map(|need| (context.tainted)(need));
    Some(Cause::Escalation {
        paths: opened,
        tainted_state,
    })
}

/// The escalation paths to which this grant is the key: it allows the path's own action, or the role passing.
pub(super) fn opens(grant: &Grant<'_>, held: &[Grant<'_>]) -> Vec<&'static Path> {
    let allows = |action: &str| grant.pieces.iter().any(|p| is_about(p, action));
    let passes = allows("iam:PassRole") && passing::is_open(grant);
    let elsewhere = |action: &String| {
        let mut pieces = held.iter().flat_map(|g| &g.pieces);
        pieces.any(|p| is_about(p, action))
    };
    let wide = grant
        .resources()
        .iter()
        .any(|r| catalog::breadth("sts:AssumeRole", r) == catalog::Breadth::Any);
    let open = |path: &&Path| match &path.pass_role_to {
        Some(service) => {
            passes && passing::admits(grant, service) && path.actions.iter().all(elsewhere)
        }
        None => {
            path.actions.iter().all(|a| allows(a))
                && (!path.everywhere || wide)
                && !path.unless.iter().any(|key| is_named(grant, key))
        }
    };
    escalation::paths().iter().filter(open).collect()
}

/// Whether it allows the action on something that the action can act on.
fn is_about(piece: &Piece, action: &str) -> bool {
    piece.actions.includes(&lower(action)) && piece.resources.iter().any(|r| applies(action, r))
}

/// Whether the statement's condition asks the key to be one of a few policies, none of which makes an administrator.
fn is_named(grant: &Grant<'_>, key: &str) -> bool {
    const ADMINISTRATORS: [&str; 3] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];
    let harmless = |text: &String| {
        let name = text.rsplit('/').next().unwrap_or_default();
        !text.contains(['*', '?', '$']) && !ADMINISTRATORS.contains(&name)
    };
    grant.statement.conditions.iter().any(|c| {
        c.key.eq_ignore_ascii_case(key)
            && !c.operator.negated
            && !c.operator.if_exists
            && c.operator.test != Test::Null
            && c.texts.iter().all(harmless)
    })
}

/// Every action of the path is needed by states that name target and content in the definition, so that the path leads
/// nowhere but where its author meant.
fn all_needed_as_fixed(context: &Context<'_, '_>, path: &Path, served: &[&Need]) -> bool {
    let fixed = |action: &String| {
        let mut uses = context
            .needs
            .iter()
            .filter(|n| n.action.eq_ignore_ascii_case(action))
            .peekable();
        uses.peek().is_some() && uses.all(|n| (context.fixed)(n))
    };
    if path.pass_role_to.is_some() {
        // A state that makes the compute with a role that the definition names passes no other; how wide the grant is
        // then is `pass-role-scope`'s business.
        let made = |n: &Need| {
            path.actions
                .first()
                .is_some_and(|a| n.action.eq_ignore_ascii_case(a))
        };
        let mut passed = served.iter().filter(|n| n.phase == Phase::PassRole);
        return context.needs.iter().any(made) && passed.all(|n| (context.fixed)(n));
    }
    !served.is_empty() && path.actions.iter().all(fixed)
}

fn is_pass_role(action: &str) -> bool {
    action.eq_ignore_ascii_case("iam:PassRole")
}

/// `svc:*`, or wider, in what is left of it.
fn is_whole_service(grant: &Grant<'_>) -> bool {
    let open = |t: &Token| matches!(t, Token::Any | Token::One);
    let is_whole = |piece: &Piece| {
        let tokens = piece.actions.tokens();
        match tokens.iter().position(|t| *t == Token::Char(':')) {
            None => tokens.iter().any(open),
            Some(colon) => {
                let (service, rest) = tokens.split_at(colon);
                let all = rest.len() > 1 && rest.iter().skip(1).all(|t| *t == Token::Any);
                all || service.iter().any(open)
            }
        }
    };
    grant.action.has_wildcard() && grant.pieces.iter().any(is_whole)
}

fn wildcard_action(grant: &Grant<'_>, served: &[&Need]) -> Option<Cause> {
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
    let opens = opens(grant, &[]);
    Some(Cause::WildcardAction {
        stands_for,
        whole_service,
        opens,
    })
}

fn unused(
    context: &Context<'_, '_>,
    grant: &Grant<'_>,
    served: &[&Need],
    held: &[Grant<'_>],
) -> Option<Cause> {
    if !served.is_empty() || is_unknowable(context, grant) {
        return None;
    }
    // The action is needed, on something that these resources cannot be: what is missing is reported, and this grants
    // nothing.
    let action = lower(&grant.action.text);
    let needed =
        !grant.action.has_wildcard() && context.needs.iter().any(|n| lower(&n.action) == action);
    if needed
        && !grant
            .resources()
            .iter()
            .any(|r| applies(&grant.action.text, r))
    {
        return None;
    }
    // What fails is the statement's condition: what it does not give to the state that needs it is reported as missing.
    let left_open =
        |n: &Need| !n.optional && grant.falls_short_of(n) && !held.iter().any(|g| g.meets(n));
    if context.needs.iter().any(left_open) {
        return None;
    }
    if encrypted::is_for_data(context.needs, grant) || encrypted::deploys(context.needs) {
        return None;
    }
    if covered_by_feature(grant) {
        return Some(Cause::Unused(Unused::FeatureOff));
    }
    let sensitive = grant
        .pieces
        .iter()
        .any(|p| catalog::pattern_sensitivity(&p.actions).is_some());
    Some(Cause::Unused(if sensitive {
        Unused::Sensitive
    } else {
        Unused::Plain
    }))
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
