//! A principal as an execution role: its policies with where each stands, and what of them could not be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arn::Arn;
use crate::gap::{Gap, Input};
use crate::grants::RoleFacts;
use crate::grants::role::{HeldPolicy, PolicySource};
use crate::iam::{Context, Principal, Problem};
use crate::snapshot::{Attachment, Iam, Role};

/// A principal as an execution role, with what of it could not be read. The snapshot lists the policies in the order in
/// which the principal holds them: inline ones, then attached ones.
pub(super) fn role_facts(
    principal: &Principal,
    role: &Role,
    holders: &BTreeMap<&str, usize>,
) -> (RoleFacts, Vec<Gap>) {
    let inline = role.inline.present().map_or(0, Vec::len);
    let attached: &[Attachment] = role.attached.present().map_or(&[], Vec::as_slice);
    let source = |index: usize| match index.checked_sub(inline).and_then(|i| attached.get(i)) {
        None => PolicySource::Inline,
        Some(attachment) => PolicySource::Managed {
            arn: attachment.arn.clone(),
            shared: is_aws_managed(&attachment.arn)
                || holders.get(attachment.arn.as_str()).is_some_and(|n| *n > 1),
        },
    };
    let policies = principal
        .authority
        .identity
        .iter()
        .enumerate()
        .map(|(index, policy)| HeldPolicy {
            policy: Arc::clone(policy),
            source: source(index),
        })
        .collect();
    let about_trust = |p: &&Problem| p.policy.contains("trust policy");
    let what = |p: &Problem| match p.statement {
        Some(n) => format!(
            "statement {n} of the policy `{}` of the execution role",
            p.policy
        ),
        None => format!("the policy `{}` of the execution role", p.policy),
    };
    let gaps: Vec<Gap> = principal
        .problems
        .iter()
        .filter(|p| p.blind && !about_trust(p))
        .map(|p| Gap::new(Input::Role, what(p), &p.why))
        .collect();
    let whole = gaps.is_empty();
    let facts = RoleFacts {
        arn: principal.arn.clone(),
        policies,
        authority: principal.authority.clone(),
        whole,
        known: match principal.tags.as_slice() {
            [] => Context::new(),
            _ => principal.context(&principal.authority),
        },
    };
    (facts, gaps)
}

fn is_aws_managed(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|a| a.account() == "aws")
}

/// How many roles, users and groups hold each managed policy.
pub(super) fn holders(iam: &Iam) -> BTreeMap<&str, usize> {
    let roles = iam
        .roles
        .iter()
        .filter_map(|r| r.attached.present())
        .flatten();
    let users = iam.users.iter().flat_map(|u| &u.attached);
    let groups = iam.groups.iter().flat_map(|g| &g.attached);
    let mut count = BTreeMap::new();
    for attachment in roles.chain(users).chain(groups) {
        *count.entry(attachment.arn.as_str()).or_default() += 1;
    }
    count
}
