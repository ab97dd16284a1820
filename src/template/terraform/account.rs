//! The region and account of a plan. A plan does not say them; what exists already, or what only the own account can be,
//! does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::plan::{Instance, Plan};
use crate::arn::Arn;
use crate::template::environment::is_account;

/// Pseudo parameters with what is assumed of them.
pub(super) fn assumed(plan: &Plan<'_>) -> Vec<(&'static str, String)> {
    let region = region(plan).map(|region| ("AWS::Region", region));
    let account = account(plan).map(|account| ("AWS::AccountId", account));
    region.into_iter().chain(account).collect()
}

fn region(plan: &Plan<'_>) -> Option<String> {
    let providers = plan
        .document
        .get("configuration")
        .and_then(|c| c.get("provider_config"));
    let expression = providers.and_then(|p| p.get("aws")?.get("expressions")?.get("region"));
    let constant = expression
        .and_then(|e| e.get("constant_value"))
        .and_then(Value::as_str);
    let data = || {
        plan.instances()
            .iter()
            .find(|i| i.kind == "aws_region")
            .and_then(|i| i.known("name"))
    };
    let variable = || {
        let name = expression?
            .get("references")?
            .get(0)?
            .as_str()?
            .strip_prefix("var.")?;
        plan.document
            .get("variables")?
            .get(name)?
            .get("value")?
            .as_str()
    };
    let existing = || {
        arns(plan)
            .map(|arn| arn.region().to_owned())
            .find(|region| !region.is_empty())
    };
    let known = constant
        .or_else(|| data().and_then(Value::as_str))
        .or_else(variable);
    known.map(str::to_owned).or_else(existing)
}

/// In the order of certainty: who asks, what exists, whom the roles' trust policies name as their own account, whose role
/// runs a workflow; else the one account that the texts name.
fn account(plan: &Plan<'_>) -> Option<String> {
    let identity = plan
        .instances()
        .iter()
        .find(|i| i.kind == "aws_caller_identity");
    if let Some(account) = identity
        .and_then(|i| i.known("account_id"))
        .and_then(Value::as_str)
    {
        return Some(account.to_owned());
    }
    if let Some(account) = arns(plan)
        .map(|arn| arn.account().to_owned())
        .find(|a| is_account(a))
    {
        return Some(account);
    }
    let texts = |kind: &'static str, attribute: &'static str| {
        let of_kind = plan.instances().iter().filter(move |i| i.kind == kind);
        of_kind.filter_map(move |i: &Instance<'_>| i.known(attribute)?.as_str())
    };
    let own = texts("aws_iam_role", "assume_role_policy").find_map(source_account);
    let role = || {
        texts("aws_sfn_state_machine", "role_arn")
            .find_map(|arn| Some(Arn::parse(arn)?.account().to_owned()))
    };
    own.or_else(role)
        .filter(|a| is_account(a))
        .or_else(|| only_one(plan))
}

/// The ARNs of what exists.
fn arns<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = Arn> + 'p {
    let managed = plan
        .instances()
        .iter()
        .filter(|i| !i.is_data && i.kind.starts_with("aws_"));
    managed.filter_map(|i| Arn::parse(i.known("arn")?.as_str()?))
}

/// `aws:SourceAccount` of a trust policy: AWS calls in the name of the own account.
fn source_account(text: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find("aws:sourceaccount")?;
    let digits = text
        .get(at..)?
        .split(|c: char| !c.is_ascii_digit())
        .find(|d| is_account(d))?;
    Some(digits.to_owned())
}

/// The account that all ARNs in definitions and policies name, where there is only one.
fn only_one(plan: &Plan<'_>) -> Option<String> {
    let mut found = BTreeSet::new();
    for instance in plan.instances() {
        for attribute in [
            "definition",
            "policy",
            "assume_role_policy",
            "inline_policy.0.policy",
        ] {
            let text = instance
                .known(attribute)
                .and_then(Value::as_str)
                .unwrap_or_default();
            for rest in text.split("arn:").skip(1) {
                let account = rest.split(':').nth(3).unwrap_or_default();
                if is_account(account) {
                    found.insert(account.to_owned());
                }
            }
        }
    }
    let first = found.pop_first()?;
    found.is_empty().then_some(first)
}
