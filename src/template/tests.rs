//! Templates as accounts: what they declare is what comes out, and what they do not say is not made up.

mod choices;
mod cloudformation;
mod entries;
mod functions;
mod hostile;
mod plans;
mod sam;
mod terraform;
mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Kind, Options, Template, read, recognise};
use crate::document::{Document, Notation};
use crate::snapshot::{Role, StateMachine};

/// Files beside a template, by path.
type Beside<'a> = &'a [(&'a str, &'a str)];

fn document(path: &str, text: &str) -> Document {
    let notation = Notation::of_text(text);
    Document::parse(PathBuf::from(path), text.to_owned(), notation).unwrap()
}

/// A template at `app/template.yaml`, with values for its parameters and files beside it.
fn with(text: &str, parameters: &[(&str, &str)], beside: Beside<'_>) -> Template {
    let files: BTreeMap<PathBuf, &str> = beside
        .iter()
        .map(|(path, text)| (PathBuf::from(path), *text))
        .collect();
    let open = |path: &Path| match files.get(path) {
        Some(text) => Ok(document(&path.to_string_lossy(), text)),
        None => Err(format!("cannot read `{}`: it is not there", path.display())),
    };
    let parameters: Vec<(String, String)> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let document = document("app/template.yaml", text);
    let kind = recognise(&document).unwrap();
    read(
        &document,
        kind,
        &Options {
            parameters: &parameters,
            open: &open,
        },
    )
    .unwrap()
}

fn template(text: &str) -> Template {
    with(text, &[], &[])
}

/// The resources under `Resources`, with a workflow `Flow` that runs with the role of that name.
fn resources(text: &str) -> Template {
    template(&format!("Resources:\n{text}"))
}

impl Template {
    fn workflow(&self, name: &str) -> &StateMachine {
        let found = self.account.workflows.iter().find(|w| w.name == name);
        found.unwrap_or_else(|| panic!("no workflow `{name}`"))
    }

    fn role(&self, name: &str) -> &Role {
        let iam = self.account.iam.present().unwrap();
        iam.roles
            .iter()
            .find(|r| r.name == name)
            .unwrap_or_else(|| panic!("no role `{name}`"))
    }

    /// The statements of a role's inline policies.
    fn statements(&self, role: &str) -> Vec<Value> {
        let inline = self.role(role).inline.present().unwrap();
        let documents = inline
            .iter()
            .map(|p| serde_json::from_str::<Value>(&p.document.0).unwrap());
        documents
            .flat_map(|d| d["Statement"].as_array().cloned().unwrap_or_default())
            .collect()
    }

    fn gaps(&self) -> Vec<&str> {
        self.account
            .unreadable
            .iter()
            .map(|one| one.what.as_str())
            .collect()
    }
}

#[test]
fn what_a_document_is_stands_in_it() {
    let kind = |text: &str| recognise(&document("x", text));
    assert_eq!(
        kind("Resources:\n  A: {Type: 'AWS::SNS::Topic'}\n"),
        Some(Kind::CloudFormation)
    );
    assert_eq!(
        kind("AWSTemplateFormatVersion: '2010-09-09'\n"),
        Some(Kind::CloudFormation)
    );
    assert_eq!(
        kind(r#"{"format_version": "1.2", "planned_values": {}}"#),
        Some(Kind::TerraformPlan)
    );
    assert_eq!(
        kind(r#"{"format_version": "1.0", "values": {}}"#),
        Some(Kind::TerraformState)
    );
    for other in [
        "Resources: {A: {Type: Task}}",
        r#"{"StartAt": "A", "States": {}}"#,
        r#"{"version": 4, "resources": []}"#,
        "[]",
        "kind: Deployment",
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
}
