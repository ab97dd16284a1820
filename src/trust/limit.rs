//! Which conditions of a trust policy keep strangers out.

use super::{Who, subject};
use crate::arn::Arn;
use crate::iam::condition::{SetPrefix, Test};
use crate::iam::{Condition, are_most_addresses};

/// A condition that keeps strangers out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `aws:PrincipalOrgID`, `aws:PrincipalOrgPaths`: accounts of an organization.
    Organization,
    /// `sts:ExternalId`
    ExternalId,
    /// `aws:PrincipalAccount`, `aws:PrincipalArn`, `aws:userid` with a fixed account or principal.
    Principal,
    /// `aws:SourceAccount`, `aws:SourceArn` with a fixed account: a service acts for these accounts only.
    SourceAccounts(Vec<String>),
    /// `aws:SourceOrgID`, `aws:SourceOrgPaths`: a service acts for an organization only.
    SourceOrganization,
    /// `aws:SourceIp`, `aws:SourceVpc`, `aws:SourceVpce` of one's own.
    Network,
    /// A federated identity's subject, or a claim that names its tenant.
    Subject,
    /// Another claim of a federated identity, such as its audience.
    Claim,
    /// A claim that everybody has who asks: an identity pool's guests.
    Guests,
}

impl Limit {
    /// For people.
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::ExternalId => "external id",
            Self::Principal => "principal",
            Self::SourceAccounts(_) => "source account",
            Self::SourceOrganization => "source organization",
            Self::Network => "network",
            Self::Subject => "subject",
            Self::Claim => "audience or another claim, not the subject",
            Self::Guests => "being a guest, whom nobody vouches for",
        }
    }
}

/// The limits among the conditions of an allow.
pub fn of(conditions: &[Condition], who: &Who) -> Vec<Limit> {
    conditions
        .iter()
        .filter(|c| is_positive(c, who))
        .filter_map(|c| limit(c, who))
        .collect()
}

/// The limit that a deny under this one condition amounts to: everybody is denied for whom the negated test is true.
pub fn of_denied(condition: &Condition, who: &Who) -> Option<Limit> {
    let negated = condition.operator.negated && condition.operator.set != SetPrefix::ForAny;
    // A stranger's request need not hold the key at all; a negated operator is then true, and the stranger denied.
    negated.then(|| limit(condition, who)).flatten()
}

/// Whether the condition is false for everybody whom its values do not name. Requests of services always hold the keys
/// that name their source, so that `IfExists` changes nothing there.
fn is_positive(condition: &Condition, who: &Who) -> bool {
    let operator = &condition.operator;
    let always_there = matches!(who, Who::Service(_));
    !operator.negated
        && operator.test != Test::Null
        && operator.set != SetPrefix::ForAll
        && (!operator.if_exists || always_there)
}

fn limit(condition: &Condition, who: &Who) -> Option<Limit> {
    let key = condition.key.to_ascii_lowercase();
    let every = |good: fn(&str) -> bool| {
        !condition.texts.is_empty() && condition.texts.iter().all(|t| good(t))
    };
    let named = |limit: Limit| every(is_named).then_some(limit);
    match key.as_str() {
        "aws:principalorgid" | "aws:principalaccount" | "aws:sourceaccount" | "aws:sourceorgid"
            if !every(is_whole) =>
        {
            None
        }
        "aws:principalorgid" => Some(Limit::Organization),
        "aws:principalorgpaths" => every(has_organization).then_some(Limit::Organization),
        "sts:externalid" => named(Limit::ExternalId),
        "aws:principalaccount" => Some(Limit::Principal),
        "aws:userid" => named(Limit::Principal),
        "aws:principalarn" => every(|t| account_of(t).is_some()).then_some(Limit::Principal),
        "aws:sourceaccount" => Some(Limit::SourceAccounts(condition.texts.clone())),
        "aws:sourcearn" => {
            let accounts: Option<Vec<String>> =
                condition.texts.iter().map(|t| source_account(t)).collect();
            accounts
                .filter(|a| !a.is_empty())
                .map(Limit::SourceAccounts)
        }
        "aws:sourceorgid" => Some(Limit::SourceOrganization),
        "aws:sourceorgpaths" => every(has_organization).then_some(Limit::SourceOrganization),
        "aws:sourcevpc" | "aws:sourcevpce" => named(Limit::Network),
        "aws:sourceip" | "aws:vpcsourceip" => (!condition.texts.is_empty()
            && !are_most_addresses(&condition.texts))
        .then_some(Limit::Network),
        _ => match who {
            Who::Federated(provider) => subject::limit(provider, &key, &condition.texts),
            _ => None,
        },
    }
}

/// Everyone, cut to named accounts or principals, is those; an account cut to others is nobody.
pub fn narrow(who: Who, limits: Vec<Limit>, conditions: &[Condition]) -> Vec<(Who, Vec<Limit>)> {
    let positive = conditions.iter().filter(|c| is_positive(c, &who));
    let named: Vec<Vec<Who>> = positive.filter_map(principals).collect();
    cut(who, limits, &named)
}

/// What a deny of all but the principals that this one condition names leaves.
pub fn narrow_by_denial(
    who: Who,
    limits: Vec<Limit>,
    condition: &Condition,
) -> Vec<(Who, Vec<Limit>)> {
    let named: Vec<Vec<Who>> = principals(condition).into_iter().collect();
    cut(who, limits, &named)
}

/// Each of `named` is one condition's list, and every condition must hold.
fn cut(who: Who, limits: Vec<Limit>, named: &[Vec<Who>]) -> Vec<(Who, Vec<Limit>)> {
    let possible = |who: &Who| {
        let fits = |list: &Vec<Who>| list.iter().any(|n| n.account() == who.account());
        who.account().is_none() || named.iter().all(fits)
    };
    let narrowest = named
        .iter()
        .find(|list| list.iter().any(|w| matches!(w, Who::Principal(_))))
        .or_else(|| named.first());
    match (&who, narrowest) {
        (Who::Anyone, Some(list)) => {
            let rest: Vec<Limit> = limits
                .into_iter()
                .filter(|l| *l != Limit::Principal)
                .collect();
            let left = list.iter().filter(|w| possible(w));
            left.map(|w| (w.clone(), rest.clone())).collect()
        }
        _ if possible(&who) => vec![(who, limits)],
        _ => Vec::new(),
    }
}

/// The principals that a condition's values name, where every one fixes an account.
fn principals(condition: &Condition) -> Option<Vec<Who>> {
    let each = |read: fn(&str) -> Option<Who>| condition.texts.iter().map(|t| read(t)).collect();
    match condition.key.to_ascii_lowercase().as_str() {
        "aws:principalarn" => each(|t| account_of(t).and_then(|_| principal(t))),
        "aws:principalaccount" => each(|t| is_whole(t).then(|| Who::Account(t.to_owned()))),
        _ => None,
    }
}

fn principal(text: &str) -> Option<Who> {
    let arn = Arn::parse(text)?;
    Some(if text.contains(['*', '?']) {
        Who::Account(arn.account().to_owned())
    } else {
        Who::Principal(arn)
    })
}

/// A value that names one account or organization: `o-*` is every organization.
fn is_whole(text: &str) -> bool {
    !text.is_empty() && !text.contains(['*', '?'])
}

/// An organization's path whose organization is fixed: `o-…/r-…/*`.
fn has_organization(text: &str) -> bool {
    text.split('/').next().is_some_and(is_whole)
}

/// A value that does not begin with a wildcard: `*` and `?*` name nobody.
fn is_named(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['*', '?'])
}

/// The account of a principal's ARN pattern, where it is fixed.
fn account_of(text: &str) -> Option<String> {
    let account = text.split(':').nth(4)?;
    let fixed = !account.is_empty() && !account.contains(['*', '?']);
    (fixed && text.starts_with("arn:")).then(|| account.to_owned())
}

/// The account of a source's ARN pattern. A bucket's ARN has none; its name is unique and stands for its account.
fn source_account(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "s3", "", "", bucket] if is_named(bucket) => {
            Some("its bucket's owner".to_owned())
        }
        _ => account_of(text),
    }
}
