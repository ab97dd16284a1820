//! Single definition files, with or without a role: what `check`, `policy` and `map` read.

use std::path::Path;

use serde_json::Value;

use super::{Error, broken, describe, json_error};
use crate::asl;
use crate::snapshot::{
    Account, Document, Fetched, Iam, ManagedPolicy, NamedDocument, Role, StateMachine,
};

/// The ARN of a workflow of which only a name is known: empty region and account stand for unknown ones.
pub fn unknown_arn(name: &str) -> String {
    format!("arn:aws:states:::stateMachine:{name}")
}

/// An account with the one workflow that a file defines: a definition in JSON or YAML, or a DescribeStateMachine
/// response. `role` is the text of a policy document, an array of them, or an object with `policies`, `trust` and
/// `boundary`, with the file's name.
///
/// # Errors
/// When the role's text is none of these, or the file looks like a DescribeStateMachine response and is none. A broken
/// definition is no error here: its analysis reports it.
pub fn definition_file(
    path: &Path,
    text: &str,
    role: Option<(&Path, &str)>,
) -> Result<Account, Error> {
    let stem = stem(path);
    let mut machine = match describe::loose(text, &stem) {
        Some(Ok(machine)) => machine,
        Some(Err(why)) => return Err(broken(&path.to_string_lossy(), why)),
        None => StateMachine {
            arn: unknown_arn(&stem),
            name: stem.clone(),
            status: "ACTIVE".to_owned(),
            definition: asl::json_text(text),
            kind: "STANDARD".to_owned(),
            tags: Fetched::NotCollected,
            ..StateMachine::default()
        },
    };
    let mut account = Account {
        iam: Fetched::NotCollected,
        log_groups: Fetched::NotCollected,
        log_resource_policies: Fetched::NotCollected,
        functions: Fetched::NotCollected,
        tags: Fetched::NotCollected,
        ..Account::default()
    };
    if let Some((role_path, role_text)) = role {
        if machine.role_arn.is_empty() {
            machine.role_arn = format!("arn:aws:iam:::role/{stem}");
        }
        let iam = role_file(role_text, &machine.role_arn)
            .map_err(|why| broken(&role_path.to_string_lossy(), why))?;
        account.iam = Fetched::Present(iam);
    }
    account.workflows.push(machine);
    Ok(account)
}

/// The file's name without `.asl.json` and the like.
fn stem(path: &Path) -> String {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut stem = name.as_str();
    for extension in [".json", ".yaml", ".yml", ".asl"] {
        stem = stem.strip_suffix(extension).unwrap_or(stem);
    }
    if stem.is_empty() { "workflow" } else { stem }.to_owned()
}

/// A role of this ARN with the policies of the text.
fn role_file(text: &str, arn: &str) -> Result<Iam, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| json_error(&e))?;
    let mut iam = Iam::default();
    let mut role = Role {
        arn: arn.to_owned(),
        name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        trust: Fetched::NotCollected,
        inline: Fetched::Present(Vec::new()),
        attached: Fetched::Present(Vec::new()),
        boundary: None,
        tags: Vec::new(),
    };
    let policies = match &value {
        Value::Array(policies) => policies.clone(),
        Value::Object(fields) if fields.contains_key("Statement") => vec![value.clone()],
        Value::Object(fields) if fields.contains_key("PolicyDocument") => vec![value.clone()],
        Value::Object(fields) if fields.contains_key("policies") => {
            if let Some(trust) = fields.get("trust").filter(|t| !t.is_null()) {
                role.trust = Fetched::Present(document(trust));
            }
            if let Some(boundary) = fields.get("boundary").filter(|b| !b.is_null()) {
                role.boundary = Some(BOUNDARY.to_owned());
                iam.managed.push(ManagedPolicy {
                    name: "boundary".to_owned(),
                    arn: BOUNDARY.to_owned(),
                    document: Fetched::Present(document(boundary)),
                });
            }
            match fields.get("policies") {
                Some(Value::Array(policies)) => policies.clone(),
                _ => return Err("its `policies` is no array of policy documents".to_owned()),
            }
        }
        _ => return Err(NO_POLICY.to_owned()),
    };
    let mut inline = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let named = policy.get("PolicyName").and_then(Value::as_str);
        let body = policy.get("PolicyDocument").unwrap_or(policy);
        if !(body.is_string() || body.get("Statement").is_some()) {
            return Err(NO_POLICY.to_owned());
        }
        inline.push(NamedDocument {
            name: named.map_or_else(|| format!("policies[{index}]"), str::to_owned),
            document: document(body),
        });
    }
    role.inline = Fetched::Present(inline);
    iam.roles.push(role);
    Ok(iam)
}

const BOUNDARY: &str = "arn:aws:iam:::policy/boundary";
const NO_POLICY: &str =
    "it is no policy document (an object with `Statement`) and no array of them";

fn document(value: &Value) -> Document {
    Document(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests;
