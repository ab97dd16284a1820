//! What is about to be deployed, as an account: CloudFormation and SAM templates, `cdk.out`, Terraform plans and states.
//!
//! The way is: document → resources (`stack`: loops, conditions, nested stacks; `sam`: AWS SAM's types expanded;
//! `terraform`: a plan's resources under CloudFormation's names) → account snapshot (`account`, `roles`, `machines`,
//! `entries`). Functions are resolved where a value is looked at (`resolve`, `scope`, `attributes`).
//!
//! - **A symbol has an identity.** What exists after the deployment only has a name, an ARN or an id that stands for it
//!   (`attributes`): valid, and equal for equal resources. The account and region are placeholders unless they are given.
//! - **Unknown is not absent.** A parameter without a value stays `${Name}` in a text and `{"Ref": "Name"}` as a whole
//!   value: a statement with it cannot be read, a definition with it has an unresolved part. Of a choice that is not
//!   decided, both sides are kept, or the stricter one is.
//! - **Hostile.** Loops of references end, texts and work have bounds, files are opened only by relative paths through
//!   the caller.

mod account;
mod attributes;
mod data;
mod definition;
mod entries;
mod environment;
mod files;
mod foreach;
mod holders;
mod include;
mod machines;
mod policy;
mod resolve;
mod resource;
mod roles;
mod sam;
mod scope;
mod settings;
mod stack;
mod terraform;
mod worlds;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::document::{Document, Issue, Origins};
use crate::gap::{Input, Unread};
use crate::snapshot::Account;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A CloudFormation or SAM template.
    CloudFormation,
    /// What `terraform show -json` prints of a plan.
    TerraformPlan,
    /// What `terraform show -json` prints of a state.
    TerraformState,
}

/// What a template is read with.
pub struct Options<'a> {
    /// Values for parameters, pseudo parameters such as `AWS::Region` among them; the last of one name counts.
    pub parameters: &'a [(String, String)],
    /// Opens a file that the template names: the path is relative to the working directory.
    pub open: &'a dyn Fn(&Path) -> Result<Document, String>,
}

/// A template that was read.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// What it declares.
    pub account: Account,
    /// Where that is written.
    pub origins: Origins,
    /// Definitions that are of no use: the file that they stand in, and what is wrong, in words that follow its name.
    pub broken: Vec<(PathBuf, String)>,
}

/// What a document is, by what it holds, also where there are mistakes in it.
pub fn recognise(document: &Document) -> Option<Kind> {
    let fields = document.value.as_object()?;
    if fields.contains_key("AWSTemplateFormatVersion") || is_resources(fields.get("Resources")) {
        return Some(Kind::CloudFormation);
    }
    if fields.contains_key("format_version") {
        let planned = ["planned_values", "resource_changes", "configuration"];
        if planned.iter().any(|name| fields.contains_key(*name)) {
            return Some(Kind::TerraformPlan);
        }
        if fields.contains_key("values") {
            return Some(Kind::TerraformState);
        }
    }
    None
}

/// An object some member of which names an AWS type.
fn is_resources(section: Option<&Value>) -> bool {
    let members = section.and_then(Value::as_object);
    members.into_iter().flatten().any(|(name, declaration)| {
        let kind = declaration
            .get("Type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        kind.contains("::") || name.starts_with("Fn::ForEach::")
    })
}

/// Reads a document of this kind.
///
/// # Errors
/// Where it holds nothing that could be read as one; what of it is not known is no error but a gap.
pub fn read(document: &Document, kind: Kind, options: &Options<'_>) -> Result<Template, String> {
    let given: BTreeMap<String, String> = options.parameters.iter().cloned().collect();
    let files = files::Files::new(options.open);
    let mut builder = account::Builder::default();
    match kind {
        Kind::CloudFormation => {
            if !document
                .value
                .get("Resources")
                .is_some_and(Value::is_object)
            {
                return Err("is a CloudFormation template without `Resources`".to_owned());
            }
            builder.gaps.extend(not_read(document));
            let stack = stack::read(document, &given, &files, &mut builder.gaps);
            builder.stack(&stack, &files);
        }
        Kind::TerraformPlan | Kind::TerraformState => {
            let says =
                |name: &str, what: bool| document.value.get(name) == Some(&Value::Bool(what));
            if says("errored", true) {
                return Err(
                    "is a Terraform plan that ended in an error, and holds a part only of what it would change: plan again"
                        .to_owned(),
                );
            }
            let values = match kind {
                Kind::TerraformPlan => "planned_values",
                _ => "values",
            };
            if let Some(fault) = terraform::fault(&document.value, values) {
                return Err(fault);
            }
            if says("complete", false) {
                builder.gaps.push(Unread::of_account(
                    Input::Role,
                    "what the plan leaves to a later one",
                    "it is not complete: apply it, plan again and judge that too",
                ));
            }
            let stack = terraform::read(document, &given, &mut builder.gaps);
            builder.stack(&stack, &files);
        }
    }
    let (account, origins) = builder.finish();
    // What a second declaration of a name hides may be a workflow: of none at all, nothing else would tell.
    if let Some(twice) = declared_twice(document).filter(|_| account.workflows.is_empty()) {
        return Err(twice);
    }
    Ok(Template {
        account,
        origins,
        broken: files.end(),
    })
}

/// More keys that stand twice than this are not told one by one.
const MAX_TOLD: usize = 5;

/// What of a template's text is not judged. CloudFormation takes the last of two equal keys, and so does the reader.
fn not_read(document: &Document) -> Vec<Unread> {
    // Of what is no workflow and no policy, nothing is judged that a second key would hide.
    let counts = |issue: &&Issue| {
        let tokens = issue.pointer.tokens();
        let (Some(section), Some(id)) = (tokens.first(), tokens.get(1)) else {
            return false;
        };
        let declared = document.value.get(section).and_then(|all| all.get(id));
        let kind = declared.and_then(|r| r.get("Type")).and_then(Value::as_str);
        let judged = kind.is_some_and(|k| k.ends_with("::StateMachine") || k.contains("::IAM::"));
        section == "Resources" && (tokens.len() == 2 || judged || issue.message != Issue::TWICE)
    };
    let issues = document.issues.iter().filter(counts).take(MAX_TOLD);
    let told = |issue: &Issue| {
        let what = format!("`{}` of the template", issue.pointer);
        let told = Unread::of_account(Input::Definition, what, issue.message);
        match issue.message == Issue::TWICE {
            true => told.optional(),
            false => told,
        }
    };
    issues.map(told).collect()
}

/// A resource whose name another has too.
fn declared_twice(document: &Document) -> Option<String> {
    let twice = document.issues.iter().find_map(|issue| {
        let tokens = issue.pointer.tokens();
        match tokens.as_slice() {
            [section, name] if section == "Resources" && issue.message == Issue::TWICE => {
                Some((name.clone(), &issue.pointer))
            }
            _ => None,
        }
    });
    let (name, pointer) = twice?;
    let at = document.node.find(pointer)?.key?;
    let line = document.lines.place(&document.text, at.start).line;
    Some(format!(
        "declares `{name}` twice, once more at line {line}, and no workflow is left: name each resource once"
    ))
}

/// What a plan changes: the state before it, where the plan tells of one with something in it.
pub fn before(document: &Document, options: &Options<'_>) -> Option<Template> {
    let state = Document {
        value: terraform::before(&document.value)?,
        ..document.clone()
    };
    read(&state, Kind::TerraformState, options).ok()
}

#[cfg(test)]
mod tests;
