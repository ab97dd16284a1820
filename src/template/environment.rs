//! The account and region that a CloudFormation template will be deployed to, as far as something says so: the manifest
//! that `cdk synth` writes, and the literal role of a workflow, which no other account can lend.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::files::Files;
use crate::arn::Arn;
use crate::document::Document;

/// Pseudo parameters with what is assumed of them. They stand in ARNs; no condition is decided by them.
pub(super) fn assumed(document: &Document, files: &Files<'_>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let name = document
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    if let Some(name) = name.filter(|name| name.ends_with(".template.json"))
        && let Ok(manifest) = files.open(&document.path, Path::new("manifest.json"))
        && let Some((account, region)) = environment(&manifest.value, &name)
    {
        out.extend(account.map(|account| ("AWS::AccountId".to_owned(), account)));
        out.extend(region.map(|region| ("AWS::Region".to_owned(), region)));
    }
    if let Some(account) = role_account(&document.value) {
        out.entry("AWS::AccountId".to_owned()).or_insert(account);
    }
    out
}

/// `aws://ACCOUNT/REGION` of the stack whose template this is.
fn environment(manifest: &Value, file: &str) -> Option<(Option<String>, Option<String>)> {
    let artifacts = manifest.get("artifacts")?.as_object()?;
    let of_file = |artifact: &&Value| {
        let template = artifact
            .get("properties")
            .and_then(|p| p.get("templateFile"));
        template.and_then(Value::as_str) == Some(file)
    };
    let environment = artifacts
        .values()
        .find(of_file)?
        .get("environment")?
        .as_str()?;
    let (account, region) = environment.strip_prefix("aws://")?.split_once('/')?;
    let known = |text: &str| (!text.starts_with("unknown-")).then(|| text.to_owned());
    Some((known(account).filter(|a| is_account(a)), known(region)))
}

/// The account of the roles that workflows name by literal ARNs, where there is one.
fn role_account(template: &Value) -> Option<String> {
    let resources = template.get("Resources")?.as_object()?;
    let mut found = BTreeSet::new();
    for resource in resources.values() {
        let property = match resource.get("Type").and_then(Value::as_str) {
            Some("AWS::StepFunctions::StateMachine") => "RoleArn",
            Some("AWS::Serverless::StateMachine") => "Role",
            _ => continue,
        };
        let role = resource
            .get("Properties")
            .and_then(|p| p.get(property))
            .and_then(Value::as_str);
        let account = role
            .and_then(Arn::parse)
            .map(|arn| arn.account().to_owned());
        found.extend(account.filter(|account| is_account(account)));
    }
    let first = found.pop_first()?;
    found.is_empty().then_some(first)
}

/// Whether a text is an account's id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
