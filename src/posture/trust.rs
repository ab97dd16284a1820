//! A trust policy in comparable form: principals as patterns in the place of resources.

use std::collections::BTreeSet;

use super::permissions::readable;
use super::{Names, Permission, Permissions};
use crate::arn::Arn;
use crate::iam::{Effect, Policy, PrincipalEntry, PrincipalKind, PrincipalSpec};

/// What a trust policy says; `None` where a part of it could not be read.
pub(super) fn of(policy: &Policy) -> Option<Permissions> {
    let mut all = Permissions::default();
    for statement in readable(policy)? {
        let principals = match &statement.principals {
            Some(PrincipalSpec::Only(entries)) => Names::Only(patterns(entries)),
            Some(PrincipalSpec::AllBut(entries)) => Names::AllBut(patterns(entries)),
            None => continue,
        };
        let permission = Permission::of(statement, principals, policy.version);
        match statement.effect {
            Effect::Allow => all.allows.insert(permission),
            Effect::Deny => all.denies.insert(permission),
        };
    }
    Some(all)
}

fn patterns(entries: &[PrincipalEntry]) -> BTreeSet<String> {
    entries.iter().map(pattern).collect()
}

/// A pattern that holds whom the entry admits: an account holds its roles, users and sessions.
fn pattern(entry: &PrincipalEntry) -> String {
    let value = entry.value.trim();
    match entry.kind {
        _ if value == "*" => "*".to_owned(),
        PrincipalKind::Service => format!("service:{}", literal(value)),
        PrincipalKind::Federated => format!("provider:{}", literal(value)),
        PrincipalKind::CanonicalUser => format!("canonical:{}", literal(value)),
        PrincipalKind::Aws => match Arn::parse(value) {
            Some(arn) if arn.resource() == "root" => account(arn.account()),
            None if value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit()) => {
                account(value)
            }
            _ => literal(value),
        },
    }
}

fn account(id: &str) -> String {
    format!("arn:*:*::{}:*", literal(id))
}

/// Wildcards in a principal stand for themselves.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '*' => out.push_str("${*}"),
            '?' => out.push_str("${?}"),
            '$' => out.push_str("${$}"),
            c => out.push(c),
        }
    }
    out
}
