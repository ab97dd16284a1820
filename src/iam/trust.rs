//! Trust policies: who may assume a role, and what limits them
//! (IAM User Guide, "AWS JSON policy elements: Principal", "The confused deputy problem").

use super::condition::{SetPrefix, Test};
use super::{Condition, Effect, Policy, PrincipalEntry, PrincipalKind, PrincipalSpec, Statement};
use crate::arn::Arn;

/// Who may assume a role.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Whom an allow admits.
    pub admits: Vec<Trustee>,
    /// Whom a deny keeps out, with its conditions.
    pub denies: Vec<Trustee>,
    /// Whether a part of the policy could not be read, which may admit somebody more.
    pub incomplete: bool,
}

/// One principal of one statement.
#[derive(Clone, Debug)]
pub struct Trustee {
    /// Who.
    pub kind: TrusteeKind,
    /// The statement's index.
    pub statement: usize,
    /// The statement's Sid.
    pub sid: Option<String>,
    /// The statement's conditions.
    pub conditions: Vec<Condition>,
}

/// Kinds of principal in a trust policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrusteeKind {
    /// An AWS service, by its principal such as `states.amazonaws.com`.
    Service(String),
    /// An account, by its id or its root's ARN: whoever in it has been given `sts:AssumeRole`.
    Account(String),
    /// One role or user.
    Principal(Arn),
    /// One session of a role, or a federated user.
    Session(Arn),
    /// An identity provider: the ARN of one of the account, or a public provider's name.
    Federated(String),
    /// A canonical user id.
    CanonicalUser(String),
    /// `*`: anyone in any account.
    Anyone,
    /// `NotPrincipal` in an allow: anyone but these.
    AnyoneBut(Vec<String>),
    /// A unique id that IAM puts in the place of a deleted principal, or text that is no principal.
    Other(String),
}

/// The actions by which a role is assumed, in lower case.
const ASSUME: [&str; 3] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
];

/// Providers whose tokens are given to many unrelated tenants, so that a condition on the audience alone names nobody
/// (IAM User Guide, "Create a role for OpenID Connect federation": identity provider controls for shared OIDC providers).
const SHARED_PROVIDERS: [&str; 14] = [
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "cognito-identity.amazonaws.com",
    "accounts.google.com",
    "www.amazon.com",
    "graph.facebook.com",
    "app.terraform.io",
    "api.pulumi.com/oidc",
    "oidc.codefresh.io",
    "agent.buildkite.com",
    "oidc.vercel.com",
    "sandboxes.cloud",
    "studio.datachain.ai",
    "io.upbound.io",
];

/// Claims that name the tenant's own project or user, after the provider's name.
const SUBJECT_CLAIMS: [&str; 7] = [
    "sub",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "user_id",
];

impl Trust {
    /// Reads a parsed trust policy.
    pub fn of(policy: &Policy) -> Self {
        let mut trust = Self {
            incomplete: !policy.unreadable.is_empty(),
            ..Self::default()
        };
        for statement in &policy.statements {
            if !ASSUME.iter().any(|a| statement.actions.matches(a)) {
                continue;
            }
            let list = match statement.effect {
                Effect::Allow => &mut trust.admits,
                Effect::Deny => &mut trust.denies,
            };
            list.extend(trustees(statement));
        }
        trust
    }

    /// Whether what admits this trustee, or a deny beside it, holds the request's source to an account, an
    /// organization or a resource of a fixed account: `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID`,
    /// `aws:SourceOrgPaths`. The forms with `IfExists` count, for Step Functions always sends the account and the ARN.
    pub fn is_source_restricted(&self, trustee: &Trustee) -> bool {
        let guards = |deny: &Trustee| {
            deny.kind.holds(&trustee.kind)
                && matches!(deny.conditions.as_slice(), [c] if restricts_source(c, true))
        };
        trustee.has_source_condition() || self.denies.iter().any(guards)
    }
}

fn trustees(statement: &Statement) -> Vec<Trustee> {
    let trustee = |kind| Trustee {
        kind,
        statement: statement.index,
        sid: statement.sid.clone(),
        conditions: statement.conditions.clone(),
    };
    match &statement.principals {
        None => Vec::new(),
        Some(PrincipalSpec::Only(entries)) => {
            let kinds = entries.iter().map(TrusteeKind::of);
            kinds.map(trustee).collect()
        }
        Some(PrincipalSpec::AllBut(entries)) => {
            let but = entries.iter().map(|e| e.value.clone()).collect();
            vec![trustee(TrusteeKind::AnyoneBut(but))]
        }
    }
}

impl TrusteeKind {
    fn of(entry: &PrincipalEntry) -> Self {
        let value = entry.value.clone();
        match entry.kind {
            PrincipalKind::Service => Self::Service(value.to_ascii_lowercase()),
            PrincipalKind::Federated if value == "*" => Self::Anyone,
            PrincipalKind::Federated => Self::Federated(value),
            PrincipalKind::CanonicalUser => Self::CanonicalUser(value),
            PrincipalKind::Aws if value == "*" => Self::Anyone,
            PrincipalKind::Aws => {
                if value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit()) {
                    return Self::Account(value);
                }
                match Arn::parse(&value) {
                    Some(arn) if arn.resource() == "root" => {
                        Self::Account(arn.account().to_owned())
                    }
                    Some(arn) if arn.service() == "sts" => Self::Session(arn),
                    Some(arn) => Self::Principal(arn),
                    None => Self::Other(value),
                }
            }
        }
    }

    /// Whether a deny of this keeps the other out.
    fn holds(&self, other: &Self) -> bool {
        match self {
            Self::Anyone => true,
            Self::AnyoneBut(but) => match other {
                Self::Service(name) | Self::Federated(name) => !but.contains(name),
                _ => false,
            },
            same => same == other,
        }
    }

    /// The account that it belongs to; `None` for services, providers by name and `*`.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Account(id) => Some(id),
            Self::Principal(arn) | Self::Session(arn) => Some(arn.account()),
            _ => None,
        }
    }

    /// Whether it is Step Functions: `states.amazonaws.com`, also by region or partition.
    pub fn is_step_functions(&self) -> bool {
        self.service_name() == Some("states")
    }

    /// A service principal's service: `lambda` of `lambda.amazonaws.com`, `states` of `states.eu-west-1.amazonaws.com`.
    pub fn service_name(&self) -> Option<&str> {
        let Self::Service(name) = self else {
            return None;
        };
        let host = name.strip_suffix(".cn").unwrap_or(name);
        let host = host.strip_suffix(".amazonaws.com").unwrap_or(host);
        let is_region =
            |part: &str| part.contains('-') && part.ends_with(|c: char| c.is_ascii_digit());
        match host.split_once('.') {
            Some((service, region)) if is_region(region) => Some(service),
            _ => Some(host),
        }
    }
}

impl std::fmt::Display for TrusteeKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Service(text)
            | Self::Account(text)
            | Self::Federated(text)
            | Self::CanonicalUser(text)
            | Self::Other(text) => f.write_str(text),
            Self::Principal(arn) | Self::Session(arn) => f.write_str(arn.as_str()),
            Self::Anyone => f.write_str("*"),
            Self::AnyoneBut(but) => write!(f, "anyone but {}", but.join(", ")),
        }
    }
}

impl Trustee {
    /// Whether its own statement holds the source to a fixed account, organization or resource.
    pub fn has_source_condition(&self) -> bool {
        self.conditions.iter().any(|c| restricts_source(c, false))
    }

    /// Whether an external id is asked for: `sts:ExternalId`, which a request without one does not pass.
    pub fn has_external_id(&self) -> bool {
        self.requires("sts:externalid")
    }

    /// Whether it is held to the organization: `aws:PrincipalOrgID` or `aws:PrincipalOrgPaths`.
    pub fn is_held_to_organization(&self) -> bool {
        self.requires("aws:principalorgid") || self.requires("aws:principalorgpaths")
    }

    /// The accounts that a condition on `aws:PrincipalAccount` or `aws:PrincipalArn` holds it to; `None` where there is none.
    pub fn held_to_accounts(&self) -> Option<Vec<String>> {
        let mut found: Option<Vec<String>> = None;
        for condition in self.conditions.iter().filter(|c| is_strict(c)) {
            let account = |text: &String| match condition.lower.as_str() {
                "aws:principalaccount" => Some(text.clone()),
                "aws:principalarn" => Some(text.split(':').nth(4)?.to_owned()),
                _ => None,
            };
            let accounts: Option<Vec<String>> = condition.texts.iter().map(account).collect();
            let fixed = |a: &String| !a.is_empty() && !a.contains(['*', '?']);
            if let Some(accounts) = accounts.filter(|a| a.iter().all(fixed)) {
                found.get_or_insert(accounts);
            }
        }
        found
    }

    /// Whether the provider is one that many tenants share.
    pub fn is_shared_provider(&self) -> bool {
        let TrusteeKind::Federated(provider) = &self.kind else {
            return false;
        };
        let name = provider
            .split_once("oidc-provider/")
            .map_or(provider.as_str(), |(_, n)| n);
        SHARED_PROVIDERS.iter().any(|shared| {
            name.strip_prefix(shared)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether a condition fixes the subject: the provider's `sub` or another claim that names the tenant, equal to
    /// a text or beginning with one that names the tenant whole (`repo:ORG/*`, not `repo:ORG*`, which another
    /// organization's name can begin with).
    pub fn is_subject_fixed(&self) -> bool {
        self.conditions.iter().filter(|c| is_strict(c)).any(|c| {
            let claim = c.lower.rsplit(':').next().unwrap_or_default();
            SUBJECT_CLAIMS.contains(&claim) && c.texts.iter().all(|t| names_tenant(c, claim, t))
        })
    }

    /// Whether a federated trustee is open to people whom the policy does not name: without any condition, or, for a
    /// shared provider, without one on the subject.
    pub fn is_open_federation(&self) -> bool {
        matches!(self.kind, TrusteeKind::Federated(_))
            && if self.is_shared_provider() {
                !self.is_subject_fixed()
            } else {
                !self.conditions.iter().any(|c| is_strict(c) && !is_open(c))
            }
    }

    fn requires(&self, lower: &str) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|c| c.lower == lower && is_strict(c) && !is_open(c))
    }
}

/// A positive comparison that a request without the key does not pass.
fn is_strict(condition: &Condition) -> bool {
    let operator = &condition.operator;
    let compares = matches!(
        operator.test,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn
    );
    compares && !operator.negated && !operator.if_exists && operator.set != SetPrefix::ForAll
}

/// Whether a value lets anything through.
fn is_open(condition: &Condition) -> bool {
    let wild = matches!(condition.operator.test, Test::StringLike | Test::Arn);
    let all = |t: &String| t.chars().all(|c| "*?:".contains(c));
    wild && condition.texts.iter().any(all)
}

fn names_tenant(condition: &Condition, claim: &str, text: &str) -> bool {
    if condition.operator.test != Test::StringLike {
        return !text.is_empty();
    }
    let Some(wild) = text.find(['*', '?']) else {
        return !text.is_empty();
    };
    let fixed = text.get(..wild).unwrap_or_default();
    let whole_parts = fixed.matches([':', '/']).count();
    // `repo:ORG/` has the kind of thing before the tenant; `ORG/` has not.
    whole_parts >= if claim == "sub" { 2 } else { 1 }
}

/// Whether the condition (or, for a deny, its negation) holds the request's source to something fixed.
fn restricts_source(condition: &Condition, deny: bool) -> bool {
    let operator = &condition.operator;
    let compares = matches!(
        operator.test,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn
    );
    if !compares || operator.negated != deny || condition.texts.is_empty() {
        return false;
    }
    let wild = matches!(operator.test, Test::StringLike | Test::Arn);
    let open = |text: &str| text.is_empty() || (wild && text.contains(['*', '?']));
    condition
        .texts
        .iter()
        .all(|text| match condition.lower.as_str() {
            "aws:sourceaccount" | "aws:sourceorgid" => !open(text),
            "aws:sourceorgpaths" => {
                text.starts_with("o-") && !open(text.get(..3).unwrap_or_default())
            }
            "aws:sourcearn" => {
                let mut parts = text.splitn(6, ':').skip(4);
                let account = parts.next().unwrap_or_default();
                let resource = parts.next().unwrap_or_default();
                // Some ARNs, such as a bucket's, have no account; then the resource must be named.
                !open(account)
                    || (account.is_empty()
                        && !resource.is_empty()
                        && !resource.starts_with(['*', '?']))
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests;
