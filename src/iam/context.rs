//! The request context: what is known of a request's condition keys
//! (IAM User Guide, "AWS global condition context keys").

use std::collections::BTreeMap;

use super::template::Variable;
use super::{Condition, Template};
use crate::arn::Arn;
use crate::glob::Glob;

/// What is known of the keys. A key that is not here is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// By key in lower case; `None` is known to be absent.
    facts: BTreeMap<String, Option<Vec<String>>>,
}

/// Keys that every request carries ("Availability: always included in the request context").
const ALWAYS: [&str; 9] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principaltype",
    "aws:securetransport",
    "aws:userid",
    "aws:viaawsservice",
];

/// Keys whose only values are `true` and `false`.
const BOOLEAN: [&str; 4] = [
    "aws:multifactorauthpresent",
    "aws:principalisawsservice",
    "aws:securetransport",
    "aws:viaawsservice",
];

/// Global keys whose value type is multivalued (IAM User Guide, "AWS global condition context keys"); all others have one value.
const MULTIVALUED: [&str; 6] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
];

/// Services with one endpoint for the partition (IAM User Guide, "AWS global condition context keys",
/// `aws:RequestedRegion`; AWS General Reference, "Service endpoints").
const GLOBAL: [&str; 8] = [
    "account",
    "budgets",
    "ce",
    "cloudfront",
    "iam",
    "organizations",
    "route53",
    "support",
];

/// The region that calls to a global service carry; `None` for every other service, and where it is not known.
pub fn global_region(partition: &str, service: &str) -> Option<&'static str> {
    let is_global = GLOBAL.contains(&service);
    match partition {
        "aws" if is_global => Some("us-east-1"),
        "aws-cn" if service == "iam" => Some("cn-north-1"),
        "aws-us-gov" if service == "iam" => Some("us-gov-west-1"),
        _ => None,
    }
}

pub(super) fn is_always_present(lower: &str) -> bool {
    ALWAYS.contains(&lower)
}

/// Whether a request can hold several values of the key; of services' own keys that is not told.
pub(super) fn can_have_several(lower: &str) -> bool {
    !lower.starts_with("aws:") || MULTIVALUED.contains(&lower)
}

pub(super) fn is_boolean(lower: &str) -> bool {
    BOOLEAN.contains(&lower)
}

impl Context {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key has this one value.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.with_values(key, vec![value.into()])
    }

    /// The key has these values.
    #[must_use]
    pub fn with_values(mut self, key: &str, values: Vec<String>) -> Self {
        self.facts.insert(key.to_ascii_lowercase(), Some(values));
        self
    }

    /// The key is known to be absent.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.facts.insert(key.to_ascii_lowercase(), None);
        self
    }

    /// What `other` knows stands where this knows nothing.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        for (key, fact) in other.facts {
            self.facts.entry(key).or_insert(fact);
        }
        self
    }

    /// What is known of a key, by its name in lower case: `None` nothing, `Some(None)` that it is absent.
    pub(super) fn get(&self, lower: &str) -> Option<Option<&[String]>> {
        self.facts.get(lower).map(|fact| fact.as_deref())
    }

    /// The one value that the key is known to have.
    pub fn only(&self, key: &str) -> Option<&str> {
        match self.get(&key.to_ascii_lowercase()).flatten() {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    /// Whether anything is known of the key.
    pub fn knows(&self, key: &str) -> bool {
        self.facts.contains_key(&key.to_ascii_lowercase())
    }

    /// Whether the condition holds; `None` where that hangs on a key of which nothing is known.
    pub fn decides(&self, condition: &Condition) -> Option<bool> {
        let own = self.get(&condition.lower)?;
        // Without the key no value is compared, so that the variables in the values do not matter.
        let open = own.is_some()
            && condition
                .values
                .iter()
                .flat_map(Template::variables)
                .any(|v| self.get(&v.key.to_ascii_lowercase()).is_none());
        (!open).then(|| condition.holds(&|key| self.get(key).flatten()))
    }

    /// No less than what a pattern can match: variables of which nothing is known are `*`. `None` where it matches nothing,
    /// because a variable's key is known to be absent.
    pub fn widest(&self, template: &Template) -> Option<Glob> {
        let facts = |key: &str| self.get(&key.to_ascii_lowercase());
        if template.variables().any(|v| facts(&v.key).is_none()) {
            let missing = |v: &Variable| v.default.is_none() && facts(&v.key) == Some(None);
            return (!template.variables().any(missing)).then(|| template.widest());
        }
        template.glob(&|key| match facts(key).flatten() {
            Some([value]) => Some(value.as_str()),
            _ => None,
        })
    }

    /// What a principal's ARN tells (IAM User Guide, "Request information that you can use for policy variables",
    /// "Properties of the principal"): its account, its type, its own ARN, a user's name, and that it is no AWS service.
    /// A role session carries the role's ARN in `aws:PrincipalArn`; the session's ARN does not tell the role's path, so
    /// that the key stays unknown there. Nothing is told of `aws:userid` or of tags.
    pub fn of_principal(principal: &Arn) -> Self {
        let mut context = Self::new()
            .with("aws:PrincipalAccount", principal.account())
            .with("aws:PrincipalIsAWSService", "false")
            .without("aws:PrincipalServiceName")
            .without("aws:PrincipalServiceNamesList");
        let kind = principal.resource().split('/').next().unwrap_or_default();
        let own = principal.as_str();
        context = match (principal.service(), kind) {
            ("iam", "user") => context
                .with("aws:PrincipalArn", own)
                .with("aws:PrincipalType", "User")
                .with("aws:username", principal.name()),
            ("iam", "role") => context
                .with("aws:PrincipalArn", own)
                .with("aws:PrincipalType", "AssumedRole")
                .without("aws:username"),
            ("sts", "assumed-role") => context
                .with("aws:PrincipalType", "AssumedRole")
                .without("aws:username"),
            ("sts", "federated-user") => context
                .with("aws:PrincipalArn", own)
                .with("aws:PrincipalType", "FederatedUser")
                .without("aws:username"),
            ("iam", "root") => context
                .with("aws:PrincipalArn", own)
                .with("aws:PrincipalType", "Account")
                .without("aws:username"),
            _ => context,
        };
        context
    }

    /// What is known of a principal's own calls to IAM in its account. IAM has one endpoint a partition, whose region such a
    /// call carries (IAM User Guide, "AWS global condition context keys", `aws:RequestedRegion`).
    pub fn of_calls_to_iam(principal: &Arn) -> Self {
        let own = Self::of_principal(principal)
            .with("aws:ResourceAccount", principal.account())
            .with("aws:SecureTransport", "true")
            .with("aws:ViaAWSService", "false")
            .without("aws:CalledVia")
            .without("aws:CalledViaFirst")
            .without("aws:CalledViaLast");
        match global_region(principal.partition(), "iam") {
            Some(region) => own.with("aws:RequestedRegion", region),
            None => own,
        }
    }

    /// What is known of every request that Step Functions makes with an execution role.
    ///
    /// The service holds a session of the role, made by `sts:AssumeRole` as a service principal: there is no MFA, no
    /// federation and no source identity, and the transport is TLS. `aws:SourceArn` and `aws:SourceAccount` are there only
    /// in calls by a service principal, which these are not. A service that is called may go on with the role's permissions
    /// (forward access sessions), so that nothing is known of `aws:CalledVia` and `aws:ViaAWSService`; `aws:RequestedRegion`
    /// is that of the call and so left to the caller, as are network keys: the service's own network is not documented.
    /// Of a role without an account, which stands for one that nobody named, its own ARN tells nothing.
    pub fn of_execution_role(role: &Arn) -> Self {
        let principal = if role.account().is_empty() {
            Self::new()
        } else {
            Self::of_principal(role)
        };
        principal
            .with("aws:PrincipalIsAWSService", "false")
            .with("aws:PrincipalType", "AssumedRole")
            .without("aws:PrincipalServiceName")
            .without("aws:PrincipalServiceNamesList")
            .without("aws:username")
            .with("aws:SecureTransport", "true")
            .without("aws:FederatedProvider")
            .without("aws:MultiFactorAuthAge")
            .without("aws:MultiFactorAuthPresent")
            .without("aws:SourceAccount")
            .without("aws:SourceArn")
            .without("aws:SourceIdentity")
            .without("aws:SourceOrgID")
            .without("aws:SourceOrgPaths")
            .without("aws:referer")
    }
}
