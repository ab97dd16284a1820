//! What the policies of another account's resources must say: there the role's own policy does not suffice
//! (IAM User Guide, "Cross-account policy evaluation logic").

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::arn::{Arn, PLACEHOLDER_ACCOUNT};
use crate::grants::one_or_many;
use crate::iam::resources::named;
use crate::need::{Need, Phase};

/// The statement that a resource's policy must hold for a need; `None` where the resource is of the workflow's own account, or
/// of a kind without policies, or not known whole.
pub fn statement(need: &Need, role: &Arn) -> Option<(Arn, Value)> {
    let [resource] = need.resources.as_slice() else {
        return None;
    };
    let resource = Arn::parse(&resource.as_literal()?)?;
    let is_role = need.phase == Phase::AssumeRole;
    // Before a template is deployed, no account is known.
    let known = |account: &str| !account.is_empty() && account != PLACEHOLDER_ACCOUNT;
    let foreign = known(role.account())
        && !resource.account().is_empty()
        && resource.account() != role.account();
    if !foreign || named(&resource).is_none() && !is_role {
        return None;
    }
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {"AWS": role.as_str()},
        "Action": need.action,
    });
    // A trust policy names no resource.
    if let (false, Some(fields)) = (is_role, statement.as_object_mut()) {
        let kms = resource.service() == "kms";
        let on = if kms { "*" } else { resource.as_str() };
        fields.insert("Resource".to_owned(), Value::String(on.to_owned()));
    }
    Some((resource, statement))
}

/// One line for each resource of another account: the statement that its policy must hold.
pub fn lines(needs: &[Need], role: &Arn) -> Vec<String> {
    let mut by_resource: BTreeMap<String, (Value, Vec<String>)> = BTreeMap::new();
    for need in needs.iter().filter(|n| !n.optional) {
        let Some((resource, statement)) = statement(need, role) else {
            continue;
        };
        let (_, actions) = by_resource
            .entry(resource.to_string())
            .or_insert_with(|| (statement, Vec::new()));
        if !actions.contains(&need.action) {
            actions.push(need.action.clone());
        }
    }
    let line = |(resource, (mut statement, actions)): (String, (Value, Vec<String>))| {
        if let Some(fields) = statement.as_object_mut() {
            fields.insert("Action".to_owned(), one_or_many(&actions));
        }
        format!(
            "`{resource}` is in another account, and its own policy must allow it, too: {statement}"
        )
    };
    by_resource.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glob::Glob;
    use crate::need::Target;

    fn need(action: &str, resource: &str, phase: Phase) -> Need {
        Need {
            action: action.to_owned(),
            resources: vec![Glob::literal(resource)],
            chosen: Vec::new(),
            companions: Vec::new(),
            target: Target::Static,
            holes: Vec::new(),
            phase,
            optional: false,
            passed_to: None,
            request: Vec::new(),
            tags: None,
            region: None,
            state: None,
            because: "a test".to_owned(),
        }
    }

    #[test]
    fn only_another_accounts_resources_with_policies_are_named() {
        let role = Arn::parse("arn:aws:iam::111111111111:role/r").unwrap();
        let key = "arn:aws:kms:eu-west-1:222222222222:key/k";
        let needs = [
            need(
                "sqs:SendMessage",
                "arn:aws:sqs:eu-west-1:111111111111:q",
                Phase::Start,
            ),
            need(
                "sqs:SendMessage",
                "arn:aws:sqs:eu-west-1:222222222222:q",
                Phase::Start,
            ),
            need("kms:Decrypt", key, Phase::Start),
            need("kms:GenerateDataKey", key, Phase::Start),
            need(
                "glue:StartJobRun",
                "arn:aws:glue:eu-west-1:222222222222:job/j",
                Phase::Start,
            ),
            need(
                "sts:AssumeRole",
                "arn:aws:iam::222222222222:role/t",
                Phase::AssumeRole,
            ),
            need("s3:GetObject", "arn:aws:s3:::b/k", Phase::Start),
        ];
        let lines = lines(&needs, &role);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines[0].contains("role/t") && !lines[0].contains("Resource"));
        assert!(lines[1].contains(r#""Action":["kms:Decrypt","kms:GenerateDataKey"]"#));
        assert!(lines[1].contains(r#""Resource":"*""#));
        assert!(lines[2].contains(r#""Resource":"arn:aws:sqs:eu-west-1:222222222222:q""#));
    }
}
