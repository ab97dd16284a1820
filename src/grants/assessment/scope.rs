//! Resources: broader than needed, or open because a run chooses the target.

use super::applies::applies;
use super::{Cause, Context, causes};
use crate::catalog::{self, Breadth};
use crate::glob::Glob;
use crate::grants::role::Grant;
use crate::need::{Need, Target};
use crate::severity::Severity;

/// The three actions on a managed rule.
const RULE_ACTIONS: [&str; 3] = ["events:PutTargets", "events:PutRule", "events:DescribeRule"];

/// `sync-rule-scope`: takes the place of the generic wildcard rules for these actions.
pub fn sync_rule(grant: &Grant<'_>, served: &[&Need]) -> Option<Cause> {
    let rules = causes::sync_rules(served);
    let about_rules = grant
        .pieces
        .iter()
        .any(|p| RULE_ACTIONS.iter().any(|a| p.actions.matches_name(a)));
    if rules.is_empty() || !about_rules {
        return None;
    }
    let events_only = grant
        .action
        .service()
        .is_some_and(|s| s.eq_ignore_ascii_case("events"));
    if grant.action.has_wildcard() {
        return events_only.then_some(Cause::SyncRule { rules });
    }
    let allowed: Vec<Glob> = served
        .iter()
        .flat_map(|n| n.resources.iter().cloned())
        .collect();
    let broader = grant.resources().iter().any(|r| !r.covered_by(&allowed));
    broader.then_some(Cause::SyncRule { rules })
}

/// `wildcard-resource` or `dynamic-target-wildcard`, for a pattern that is one action.
pub fn resource(context: &Context<'_, '_>, grant: &Grant<'_>, served: &[&Need]) -> Option<Cause> {
    if grant.action.has_wildcard() || narrows(grant) {
        return None;
    }
    let users: Vec<&Need> = context
        .needs
        .iter()
        .filter(|n| n.action.eq_ignore_ascii_case(&grant.action.text))
        .collect();
    let supports = catalog::action(&grant.action.text).is_none_or(|a| a.has_resource_types());
    if users.is_empty() || !supports {
        return None;
    }
    if users
        .iter()
        .any(|n| n.target == Target::RunTime && !is_listed(n))
    {
        return dynamic(context, grant, served);
    }
    let excess = excess(grant, &users);
    if excess.is_empty() {
        return None;
    }
    severity(grant, &users, &excess).map(|severity| Cause::WildcardResource { severity, excess })
}

/// Whether guards on the way have cut what a run chooses to a finite list.
fn is_listed(need: &Need) -> bool {
    !need.resources.is_empty() && need.resources.iter().all(|r| r.as_literal().is_some())
}

/// Whether the pattern is the whole name of something that is needed and a `*` behind it, as SAM's policy templates write it.
fn is_behind_a_name(pattern: &Glob, users: &[&Need]) -> bool {
    let text = pattern.to_string();
    let named = |name: &str| {
        let mut needed = users.iter().flat_map(|n| &n.resources);
        needed.any(|r| r.as_literal().as_deref() == Some(name))
    };
    text.strip_suffix('*').is_some_and(named)
}

/// The granted patterns that the union of the needs and their companion forms does not cover.
fn excess(grant: &Grant<'_>, users: &[&Need]) -> Vec<Glob> {
    let allowed: Vec<Glob> = users
        .iter()
        .flat_map(|n| n.resources.iter().chain(&n.companions))
        .cloned()
        .collect();
    let action = &grant.action.text;
    grant
        .resources()
        .into_iter()
        .filter(|r| applies(action, r) && !r.covered_by(&allowed))
        .collect()
}

fn severity(grant: &Grant<'_>, users: &[&Need], excess: &[Glob]) -> Option<Severity> {
    let action = &grant.action.text;
    let star = excess.iter().any(Glob::is_any);
    let all_but = grant.pieces.iter().any(|p| p.all_but);
    let targets: Vec<String> = users
        .iter()
        .flat_map(|n| &n.resources)
        .map(ToString::to_string)
        .collect();
    let uses = users.iter().map(|n| n.because.as_str());
    let uses = uses.chain(targets.iter().map(String::as_str));
    if star && !all_but && catalog::is_documented_star(action, uses) {
        return Some(Severity::Low);
    }
    if !all_but && excess.iter().all(|r| is_behind_a_name(r, users)) {
        return Some(Severity::Low);
    }
    let any = all_but
        || excess
            .iter()
            .any(|r| catalog::breadth(action, r) == Breadth::Any);
    let underivable = users
        .iter()
        .any(|n| matches!(n.target, Target::NotDerivable | Target::NoResourceTypes));
    if any && underivable {
        // The definition names no target either, so that the wildcard is not broader in any way its author could cut.
        let need_is_any = users
            .iter()
            .flat_map(|n| &n.resources)
            .any(|r| catalog::breadth(action, r) == Breadth::Any);
        if need_is_any {
            return None;
        }
    }
    Some(if any {
        Severity::High
    } else {
        Severity::Medium
    })
}

/// `dynamic-target-wildcard`: tainted targets are the input rules' business.
fn dynamic(context: &Context<'_, '_>, grant: &Grant<'_>, served: &[&Need]) -> Option<Cause> {
    let any = grant
        .resources()
        .iter()
        .any(|r| catalog::breadth(&grant.action.text, r) == Breadth::Any);
    let tainted = |n: &Need| {
        n.holes
            .iter()
            .flat_map(|h| &h.origins)
            .any(|o| o.source.is_tainted())
    };
    let choosing: Vec<&&Need> = served
        .iter()
        .filter(|n| n.target == Target::RunTime)
        .collect();
    if !any || choosing.is_empty() || choosing.iter().any(|n| tainted(n)) {
        return None;
    }
    let mut states: Vec<String> = choosing.iter().map(|n| (context.state_name)(n)).collect();
    states.sort();
    states.dedup();
    Some(Cause::DynamicTarget { states })
}

/// Condition keys that cut a statement to some resources of the type (service authorization reference, condition keys).
const NARROWING: &[&str] = &[
    "aws:resourcetag/",
    "ecs:cluster",
    "ecs:resourcetag/",
    "ec2:resourcetag/",
    "iam:resourcetag/",
    "iam:policyarn",
    "s3:existingobjecttag/",
    "secretsmanager:resourcetag/",
    "ssm:resourcetag/",
    "kms:requestalias",
    "kms:resourcealiases",
    "kms:encryptioncontext:",
    "states:httpendpoint",
    "lambda:functionarn",
    "elasticmapreduce:resourcetag/",
    "glue:resourcetag/",
    "batch:resourcetag/",
    "sagemaker:resourcetag/",
];

/// Whether a condition cuts the statement to some resources.
pub fn narrows(grant: &Grant<'_>) -> bool {
    grant.statement.conditions.iter().any(|c| {
        let key = c.key.to_ascii_lowercase();
        let named = NARROWING.iter().any(|k| {
            if k.ends_with(['/', ':']) {
                key.starts_with(k)
            } else {
                key == *k
            }
        });
        let limits =
            !c.operator.negated && !c.operator.if_exists && !c.texts.iter().all(|t| t == "*");
        named && limits
    })
}
