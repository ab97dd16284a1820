//! Who may be a role, by its trust policy: every admitted principal with what limits it.
//!
//! A condition counts as a limit only where it surely keeps strangers out: a positive operator, without `IfExists`, whose
//! every value fixes what the key is about. What is not understood limits nothing.

mod document;
mod limit;
mod others;
mod subject;

use std::collections::BTreeSet;

use crate::arn::Arn;
use crate::gap::{Gap, Input};
use crate::iam::{
    Effect, Policy, Principal, PrincipalEntry, PrincipalKind, PrincipalSpec, Problem, ResourceSpec,
    Statement,
};
use crate::need::{Need, Phase};

pub use document::ideal;
pub use limit::{Limit, of as limits, of_denied as limits_of_denied};

/// One principal, or kind of principals, that a trust policy admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Who.
    pub who: Who,
    /// What keeps some of them out; empty where nothing does.
    pub limits: Vec<Limit>,
    /// The statement's index.
    pub statement: usize,
}

/// Whom a trust policy names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// `*`, or everybody but some.
    Anyone,
    /// Every principal of an account that the account's own policies let in.
    Account(String),
    /// One user, role or session.
    Principal(Arn),
    /// An AWS service.
    Service(String),
    /// Whoever an identity provider vouches for, by its host name or ARN.
    Federated(String),
    /// Something that is no ARN and no account: the unique id of a deleted principal, or a mistake.
    Other(String),
}

impl Who {
    /// As a report names it.
    pub fn text(&self) -> &str {
        match self {
            Self::Anyone => "*",
            Self::Principal(arn) => arn.as_str(),
            Self::Account(text)
            | Self::Service(text)
            | Self::Federated(text)
            | Self::Other(text) => text,
        }
    }

    /// The account, where it is one's.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Account(account) => Some(account),
            Self::Principal(arn) => Some(arn.account()),
            _ => None,
        }
    }
}

/// Who can be a workflow's execution role.
#[derive(Clone, Debug, Default)]
pub struct TrustFacts {
    /// Everybody whom the trust policy admits.
    pub admissions: Vec<Admission>,
    /// The trust policy as it should be; `None` where the present one was not read.
    pub ideal: Option<serde_json::Value>,
    /// The trust policy as read; `None` where it was not.
    pub policy: Option<Policy>,
    /// The other workflows that run with the role.
    pub sharers: Sharers,
}

/// The other workflows with the same execution role: a thousand of them are told by the first few and their number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharers {
    /// How many there are.
    pub count: usize,
    /// The names of the first of them, in the order of the account.
    pub named: Vec<String>,
    /// Whether they need other permissions than each other or this one, so that each may do what only another needs.
    pub differ: bool,
}

/// Reads the trust policy of a workflow's role.
pub fn gather(
    trust: Option<&Policy>,
    workflow: &Arn,
    has_distributed_map: bool,
    sharers: Sharers,
) -> TrustFacts {
    // The children of a Distributed Map act under the workflow's ARN with the map's label behind it.
    let sources = match (sharers.count == 0, has_distributed_map) {
        (false, _) => Vec::new(),
        (true, false) => vec![workflow.to_string()],
        (true, true) => vec![workflow.to_string(), format!("{workflow}/*")],
    };
    TrustFacts {
        admissions: trust.map(admitted).unwrap_or_default(),
        ideal: trust.map(|t| ideal(t, workflow.account(), &sources)),
        policy: trust.cloned(),
        sharers,
    }
}

/// What of a role's trust policy could not be read.
pub fn gaps(role: &Principal) -> Vec<Gap> {
    let about = |p: &&Problem| p.blind && p.policy.contains("trust policy");
    let what = |p: &Problem| match p.statement {
        Some(n) => format!("statement {n} of the execution role's trust policy"),
        None => "the execution role's trust policy".to_owned(),
    };
    let gap = |p: &Problem| Gap::new(Input::RoleTrust, what(p), &p.why);
    role.problems.iter().filter(about).map(gap).collect()
}

/// A workflow's needs in comparable form: those of its own states, not those that every workflow has of its own.
pub fn comparable(needs: &[Need]) -> BTreeSet<String> {
    let own = |n: &&Need| n.state.is_some() && !n.optional && n.phase != Phase::MapRun;
    let text = |n: &Need| {
        let mut resources: Vec<String> = n.resources.iter().map(ToString::to_string).collect();
        resources.sort();
        format!("{} {}", n.action, resources.join(" "))
    };
    needs.iter().filter(own).map(text).collect()
}

/// How far outside an account an admitted principal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outside {
    /// It belongs to another account, or to another one of the organization.
    Account,
    /// An identity provider vouches for more than this account's own people and jobs.
    Provider,
    /// Anyone with an AWS account.
    Anyone,
}

impl Admission {
    /// Whether, and how far, the principal is outside this account. Accounts in `trusted` are not.
    pub fn outside(&self, own: &str, trusted: &[String]) -> Option<Outside> {
        let known = |account: &str| account == own || trusted.iter().any(|t| t == account);
        match &self.who {
            // An external id keeps no stranger out who knows it: it is a name, and no secret.
            Who::Anyone if self.limits.iter().all(|l| *l == Limit::ExternalId) => {
                Some(Outside::Anyone)
            }
            Who::Anyone => {
                let inside = self.limits.iter().any(|l| match l {
                    Limit::SourceAccounts(accounts) => accounts.iter().all(|a| known(a)),
                    _ => false,
                });
                (!inside).then_some(Outside::Account)
            }
            Who::Account(_) | Who::Principal(_) => {
                let account = self.who.account().unwrap_or_default();
                (!known(account)).then_some(Outside::Account)
            }
            Who::Federated(_) if self.limits.contains(&Limit::Guests) => Some(Outside::Anyone),
            Who::Federated(provider) => {
                let bound = self.limits.iter().any(|l| match l {
                    Limit::Subject => true,
                    Limit::Claim => !subject::is_shared(provider),
                    _ => false,
                });
                (!bound).then_some(Outside::Provider)
            }
            Who::Service(_) | Who::Other(_) => None,
        }
    }

    /// Whether an external id is asked for.
    pub fn has_external_id(&self) -> bool {
        self.limits.contains(&Limit::ExternalId)
    }

    /// Whether only the organization's own accounts get in.
    pub fn is_within_organization(&self) -> bool {
        self.limits.contains(&Limit::Organization)
    }

    /// Whether it is Step Functions.
    pub fn is_states(&self) -> bool {
        matches!(&self.who, Who::Service(name) if is_states(name))
    }

    /// Whether a service acts for known accounts or an organization only.
    pub fn has_source(&self) -> bool {
        let source = |l: &Limit| matches!(l, Limit::SourceAccounts(_) | Limit::SourceOrganization);
        self.limits.iter().any(source)
    }

    /// Who and under what limits, for people.
    pub fn in_words(&self) -> String {
        let who = match &self.who {
            Who::Anyone => "anyone (`*`)".to_owned(),
            Who::Account(account) => format!("any principal of account {account}"),
            Who::Principal(arn) => format!("`{arn}`"),
            Who::Service(name) => format!("the service `{name}`"),
            Who::Federated(provider) => format!("identities of `{provider}`"),
            Who::Other(text) => format!("`{text}`"),
        };
        let limits: Vec<&str> = self.limits.iter().map(Limit::in_words).collect();
        match limits.as_slice() {
            [] => who,
            limits => format!("{who}, limited by {}", limits.join(" and ")),
        }
    }
}

/// Whether a service principal is Step Functions' own, in its global, regional or Chinese form.
pub fn is_states(service: &str) -> bool {
    let host = service
        .strip_suffix(".cn")
        .unwrap_or(service)
        .strip_suffix(".amazonaws.com");
    host.is_some_and(|h| h == "states" || h.starts_with("states."))
}

/// Everybody whom a trust policy admits, in the order of its statements.
pub fn admitted(policy: &Policy) -> Vec<Admission> {
    let mut admitted = Vec::new();
    for statement in &policy.statements {
        if statement.effect == Effect::Allow {
            admit(statement, &mut admitted);
        }
    }
    for statement in &policy.statements {
        if statement.effect == Effect::Deny {
            deny(statement, &mut admitted);
        }
    }
    admitted
}

/// Takes away whom a resource control policy keeps from a role, as a deny of its trust policy would.
pub fn held_by(policy: &Policy, role: &Arn, admitted: &mut Vec<Admission>) {
    let denies = policy
        .statements
        .iter()
        .filter(|s| s.effect == Effect::Deny);
    for statement in denies {
        let about = match &statement.resources {
            ResourceSpec::Only(all) => all.iter().any(|p| p.widest().matches(role.as_str())),
            ResourceSpec::AllBut(spared) => {
                !spared.iter().any(|p| p.widest().matches(role.as_str()))
            }
            ResourceSpec::Unstated => true,
        };
        if about {
            deny(statement, admitted);
        }
    }
}

fn admit(statement: &Statement, admitted: &mut Vec<Admission>) {
    let entries = match &statement.principals {
        Some(PrincipalSpec::Only(entries)) => entries.clone(),
        // Everybody but some: an allow of this kind lets strangers in.
        Some(PrincipalSpec::AllBut(_)) => vec![PrincipalEntry {
            kind: PrincipalKind::Aws,
            value: "*".to_owned(),
        }],
        None => return,
    };
    for entry in &entries {
        if !assumes(statement, entry) {
            continue;
        }
        let who = who(entry);
        let limits = limit::of(&statement.conditions, &who);
        for (who, limits) in limit::narrow(who, limits, &statement.conditions) {
            let admission = Admission {
                who,
                limits,
                statement: statement.index,
            };
            if !admitted.contains(&admission) {
                admitted.push(admission);
            }
        }
    }
}

/// Whether the statement is about becoming the role in the way of that kind of principal; `sts:TagSession` alone is not.
fn assumes(statement: &Statement, entry: &PrincipalEntry) -> bool {
    let actions: &[&str] = match entry.kind {
        PrincipalKind::Federated => &["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"],
        // `"Principal": "*"` stands for every kind.
        _ if entry.value == "*" => &[
            "sts:AssumeRole",
            "sts:AssumeRoleWithWebIdentity",
            "sts:AssumeRoleWithSAML",
        ],
        _ => &["sts:AssumeRole"],
    };
    actions.iter().any(|a| statement.actions.matches(a))
}

fn who(entry: &PrincipalEntry) -> Who {
    let value = entry.value.trim();
    match entry.kind {
        _ if value == "*" => Who::Anyone,
        PrincipalKind::Service => Who::Service(value.to_owned()),
        PrincipalKind::Federated => Who::Federated(provider(value).to_owned()),
        PrincipalKind::CanonicalUser => Who::Other(value.to_owned()),
        PrincipalKind::Aws => match Arn::parse(value) {
            Some(arn) if arn.resource() == "root" => Who::Account(arn.account().to_owned()),
            Some(arn) => Who::Principal(arn),
            None if value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit()) => {
                Who::Account(value.to_owned())
            }
            None => Who::Other(value.to_owned()),
        },
    }
}

/// `arn:aws:iam::ACCOUNT:oidc-provider/HOST` → `HOST`; a SAML provider stays an ARN.
fn provider(value: &str) -> &str {
    match value.split_once(":oidc-provider/") {
        Some((_, host)) => host,
        None => value,
    }
}

/// What a deny takes away: those it names without a condition, and, where a negated condition denies everybody who does
/// not belong, all but those who do.
fn deny(statement: &Statement, admitted: &mut Vec<Admission>) {
    let Some(principals) = &statement.principals else {
        return;
    };
    let about = |who: &Who| match principals {
        PrincipalSpec::Only(entries) => entries
            .iter()
            .any(|e| assumes(statement, e) && (e.value == "*" || self::who(e) == *who)),
        PrincipalSpec::AllBut(entries) => {
            statement.actions.matches("sts:AssumeRole")
                && *who != Who::Anyone
                && !entries.iter().any(|e| spares(e, who))
        }
    };
    if statement.conditions.is_empty() {
        admitted.retain(|a| !about(&a.who));
        return;
    }
    let before = std::mem::take(admitted);
    for mut admission in before {
        let service = matches!(admission.who, Who::Service(_));
        // The usual exception for services leaves no stranger in.
        let mut conditions = statement
            .conditions
            .iter()
            .filter(|c| service || !c.key.eq_ignore_ascii_case("aws:PrincipalIsAWSService"));
        let limit = match (conditions.next(), conditions.next()) {
            (Some(condition), None) if about(&admission.who) => {
                limit::of_denied(condition, &admission.who).map(|limit| (condition, limit))
            }
            _ => None,
        };
        let Some((condition, limit)) = limit else {
            admitted.push(admission);
            continue;
        };
        admission.limits.push(limit);
        let left = limit::narrow_by_denial(admission.who, admission.limits, condition);
        admitted.extend(left.into_iter().map(|(who, limits)| Admission {
            who,
            limits,
            statement: admission.statement,
        }));
    }
}

/// Whether a deny for all but this entry spares the principal; naming a role spares its sessions, naming an account is
/// not enough to spare its principals, but to be sure of a denial it is taken so.
fn spares(entry: &PrincipalEntry, who: &Who) -> bool {
    let named = self::who(entry);
    named == *who
        || named == Who::Anyone
        || named.account().is_some_and(|a| who.account() == Some(a))
}

#[cfg(test)]
mod tests;
