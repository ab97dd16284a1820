//! What the function that remembers is configured with: baselines, teams' topics, member accounts.

use std::collections::BTreeMap;

use super::parse::{Fault, Value, account, each, entries, expected, text, unknown};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::snapshot::OrganizationPolicies;

/// What sets a baseline beside `stepwarden approve`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineConfig {
    /// What is there when a workflow is first seen.
    pub first_sight: bool,
    /// Deployments by these principals.
    pub principals: Vec<ArnPattern>,
    /// Deployments through CloudFormation of workflows that belong to stacks of exactly these names: whoever may make a stack
    /// chooses its name.
    pub stacks: Vec<String>,
}

impl Default for BaselineConfig {
    fn default() -> Self {
        Self {
            first_sight: true,
            principals: Vec::new(),
            stacks: Vec::new(),
        }
    }
}

/// The accounts that are watched beside the function's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountsConfig {
    /// The name of the role that is assumed in each.
    pub role: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// Their ids.
    pub ids: Vec<String>,
    /// A role of the management or a delegated administrator account, with which the organization's policies are read.
    pub organization_role: Option<Arn>,
    /// What stands above an account, by its id, as `organization.json` has it: it counts before what is read.
    pub organization_policies: BTreeMap<String, OrganizationPolicies>,
}

impl Default for AccountsConfig {
    fn default() -> Self {
        Self {
            role: "stepwarden-reader".to_owned(),
            external_id: None,
            ids: Vec::new(),
            organization_role: None,
            organization_policies: BTreeMap::new(),
        }
    }
}

/// A pattern of principals' ARNs. A wildcard stays within one part of the ARN and, in its last part, between two
/// slashes: whoever names a session must not be able to pass for another role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArnPattern {
    text: String,
    parts: Vec<Glob>,
}

impl ArnPattern {
    /// Reads a pattern; `None` where it is none of a principal: `arn:PARTITION:iam|sts::ACCOUNT:RESOURCE`, the account
    /// in full.
    pub fn parse(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        let principal = matches!(arn.service(), "iam" | "sts") && arn.region().is_empty();
        let account = arn.account();
        let full = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        (principal && full).then(|| Self {
            text: text.to_owned(),
            parts: parts(text).map(Glob::parse).collect(),
        })
    }

    /// Whether the ARN fits.
    pub fn matches(&self, arn: &Arn) -> bool {
        let theirs: Vec<&str> = parts(arn.as_str()).collect();
        let mut pairs = self.parts.iter().zip(&theirs);
        self.parts.len() == theirs.len() && pairs.all(|(own, part)| own.matches(part))
    }

    /// As configured.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([':', '/'])
}

const BASELINE: [&str; 3] = ["first-sight", "principals", "stacks"];
const ACCOUNTS: [&str; 5] = [
    "role",
    "external-id",
    "ids",
    "organization-role",
    "organization-policies",
];

pub(super) fn baseline(value: &Value<'_>) -> Result<BaselineConfig, Fault> {
    let mut config = BaselineConfig::default();
    for (key, value) in entries(value)? {
        match key.get_ref().as_ref() {
            "first-sight" => {
                let yes = value.get_ref().as_bool();
                config.first_sight = yes.ok_or_else(|| expected(value, "true or false"))?;
            }
            "principals" => config.principals = each(value, principal)?,
            "stacks" => config.stacks = each(value, stack)?,
            other => return Err(unknown(other, key.span().start, &BASELINE)),
        }
    }
    Ok(config)
}

fn principal(value: &Value<'_>) -> Result<ArnPattern, Fault> {
    let written = text(value)?;
    ArnPattern::parse(&written).ok_or_else(|| {
        (
            value.span().start,
            format!(
                "`{written}` is no pattern of a principal such as arn:aws:iam::123456789012:role/deploy-* (the account in full)"
            ),
        )
    })
}

fn stack(value: &Value<'_>) -> Result<String, Fault> {
    let written = text(value)?;
    // CloudFormation API Reference, CreateStack: letters, digits and hyphens, at most 128.
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if written.len() <= 128 && written.chars().all(allowed) {
        return Ok(written);
    }
    Err((
        value.span().start,
        format!(
            "`{written}` is no stack name: letters, digits and hyphens, and no wildcards: whoever may make a stack chooses its name"
        ),
    ))
}

pub(super) fn owner_topics(value: &Value<'_>) -> Result<BTreeMap<String, Arn>, Fault> {
    entries(value)?
        .map(|(owner, topic)| Ok((owner.get_ref().to_string(), self::topic(topic)?)))
        .collect()
}

fn topic(value: &Value<'_>) -> Result<Arn, Fault> {
    let written = text(value)?;
    let arn = Arn::parse(&written).filter(|arn| {
        arn.service() == "sns"
            && !arn.region().is_empty()
            && !arn.account().is_empty()
            && !arn.resource().contains(':')
    });
    arn.ok_or_else(|| {
        (
            value.span().start,
            format!(
                "`{written}` is no topic such as arn:aws:sns:eu-west-1:123456789012:payments-alerts"
            ),
        )
    })
}

pub(super) fn accounts(value: &Value<'_>) -> Result<AccountsConfig, Fault> {
    let mut config = AccountsConfig::default();
    for (key, value) in entries(value)? {
        match key.get_ref().as_ref() {
            "role" => config.role = role(value)?,
            "external-id" => config.external_id = Some(external_id(value)?),
            "ids" => config.ids = each(value, account)?,
            "organization-role" => config.organization_role = Some(role_arn(value)?),
            "organization-policies" => config.organization_policies = above(value)?,
            other => return Err(unknown(other, key.span().start, &ACCOUNTS)),
        }
    }
    Ok(config)
}

/// What `organization.json` holds, as text, by the account that it stands above.
fn above(value: &Value<'_>) -> Result<BTreeMap<String, OrganizationPolicies>, Fault> {
    let each = entries(value)?.map(|(id, value)| {
        let id = id.get_ref().to_string();
        if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
            let why = format!("`{id}` is no account id of twelve digits");
            return Err((value.span().start, why));
        }
        let read = serde_json::from_str(&text(value)?)
            .map_err(|error| format!("it is not JSON: {error}"))
            .and_then(|json| OrganizationPolicies::read(&json));
        let why = |why| format!("what stands above the account `{id}`: {why}");
        let read = read.map_err(|words| (value.span().start, why(words)))?;
        Ok((id, read))
    });
    each.collect()
}

fn role(value: &Value<'_>) -> Result<String, Fault> {
    let written = text(value)?;
    // IAM API Reference, CreateRole; a path may stand before the name.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c);
    let name = written.rsplit('/').next().unwrap_or_default();
    if !name.is_empty() && name.len() <= 64 && written.chars().all(allowed) {
        return Ok(written);
    }
    Err((
        value.span().start,
        format!("`{written}` is no role name: give the name, not the ARN"),
    ))
}

fn role_arn(value: &Value<'_>) -> Result<Arn, Fault> {
    let read = AccountsConfig::role_arn(&text(value)?);
    read.map_err(|why| (value.span().start, why))
}

impl AccountsConfig {
    /// The ARN of a role.
    ///
    /// # Errors
    /// Where it is none: what one looks like.
    pub fn role_arn(written: &str) -> Result<Arn, String> {
        let is_role = |arn: &Arn| arn.service() == "iam" && arn.resource().starts_with("role/");
        let arn = Arn::parse(written).filter(is_role);
        arn.ok_or_else(|| {
            format!("`{written}` is no ARN of a role, such as arn:aws:iam::210987654321:role/stepwarden-organization")
        })
    }
}

fn external_id(value: &Value<'_>) -> Result<String, Fault> {
    let written = text(value)?;
    // AWS STS API Reference, AssumeRole: 2 to 1,224 characters of this alphabet.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    if (2..=1224).contains(&written.len()) && written.chars().all(allowed) {
        return Ok(written);
    }
    Err((
        value.span().start,
        "an external id has 2 to 1224 letters, digits and characters of `_+=,.@:/-`".to_owned(),
    ))
}

#[cfg(test)]
mod tests;
