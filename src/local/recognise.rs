//! What a file is, by what it holds: a definition, a DescribeStateMachine response, a template, a plan; or what else, in
//! one line that says what to do with it.

use std::path::Path;

use serde_json::{Map, Value};

use super::Error;
use crate::document::{Document, Fault, Notation, lines};
use crate::template;

/// What a file holds that can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A definition in the Amazon States Language.
    Definition,
    /// A DescribeStateMachine response, or what CreateStateMachine takes.
    Described,
    /// A CloudFormation or SAM template, or a Terraform plan.
    Template(template::Kind),
}

/// A file whose grammar is valid, of whatever kind.
///
/// # Errors
/// When it is empty, or its text is not valid in the notation of its name: a name in `.json` is JSON, one in `.yaml` or
/// `.yml` YAML, and of any other the text decides.
pub fn document(path: &Path, text: String) -> Result<Document, Error> {
    let unusable = |what: String| Error::Unusable {
        path: path.to_owned(),
        what,
    };
    if is_terraform_source(path) {
        return Err(unusable(
            "is not a workflow definition, template or plan: it is Terraform source; give what `terraform show -json` prints of its plan".to_owned(),
        ));
    }
    let notation = notation(path, &text);
    if is_blank(&text, notation) {
        return Err(unusable(
            "is empty: it holds no workflow definition, template or plan".to_owned(),
        ));
    }
    if let Some(at) = conflict(&text) {
        let line = lines::place(&text, at).line;
        return Err(unusable(format!(
            "holds an unresolved merge conflict at line {line}: resolve it first"
        )));
    }
    if let Some(what) = page(&text) {
        return Err(unusable(format!(
            "is not a workflow definition, template or plan: it is {what}"
        )));
    }
    // What a fault is told of is the text as it was before the parser took it.
    let lines = lines::Lines::of(&text);
    let kept = text.clone();
    Document::parse(path.to_owned(), text, notation).map_err(|fault| {
        let at = lines.place(&kept, fault.at);
        let Fault { message, .. } = fault;
        let notation = notation.word();
        let (line, column) = (at.line, at.column);
        unusable(format!(
            "is not valid {notation} at line {line}, column {column}: {message}"
        ))
    })
}

/// What a document is.
///
/// # Errors
/// When it is nothing that can be judged.
pub fn content(document: &Document) -> Result<Content, Error> {
    if let Some(kind) = template::recognise(document) {
        return Ok(Content::Template(kind));
    }
    let fields = match &document.value {
        Value::Object(fields) => fields,
        other => return Err(wrong(document, shape(other))),
    };
    let has = |name: &str| fields.contains_key(name);
    if has("StartAt") || has("States") {
        return Ok(Content::Definition);
    }
    if has("stateMachineArn") && !has("executionArn")
        || has("definition") && is_definition(fields.get("definition"))
    {
        return Ok(Content::Described);
    }
    Err(wrong(document, &kind(fields)))
}

fn wrong(document: &Document, what: &str) -> Error {
    Error::Unusable {
        path: document.path.clone(),
        what: format!("is not a workflow definition, template or plan: it is {what}"),
    }
}

/// A definition as a response gives it, or as people write it in its place.
fn is_definition(value: Option<&Value>) -> bool {
    match value {
        Some(Value::String(_)) => true,
        Some(Value::Object(fields)) => {
            fields.contains_key("States") || fields.contains_key("StartAt")
        }
        _ => false,
    }
}

/// Whether the file's name is one of Terraform's own language.
fn is_terraform_source(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_ascii_lowercase());
    extension
        .as_deref()
        .and_then(|e| e.to_str())
        .is_some_and(|e| matches!(e, "tf" | "tfvars" | "hcl"))
}

/// How the text is written, by the file's name, else by itself.
fn notation(path: &Path, text: &str) -> Notation {
    let extension = path.extension().map(|e| e.to_ascii_lowercase());
    match extension.as_deref().and_then(|e| e.to_str()) {
        Some("json") => Notation::Json,
        Some("yaml" | "yml") => Notation::Yaml,
        _ => Notation::of_text(text),
    }
}

/// Nothing but blanks, and in YAML comments and marks of documents.
fn is_blank(text: &str, notation: Notation) -> bool {
    let says_nothing = |line: &str| {
        let line = line.trim();
        line.is_empty()
            || notation == Notation::Yaml
                && (line.starts_with('#') || matches!(line, "---" | "..."))
    };
    text.lines().all(says_nothing)
}

/// Where an unresolved conflict of a merge begins: its three marks, each at the beginning of a line, in their order.
fn conflict(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut begins = None;
    let mut parted = false;
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            mark if mark == "<<<<<<<" || mark.starts_with("<<<<<<< ") => {
                begins = begins.or(Some(at))
            }
            "=======" => parted = begins.is_some(),
            mark if parted && (mark == ">>>>>>>" || mark.starts_with(">>>>>>> ")) => return begins,
            _ => {}
        }
        at += line.len();
    }
    None
}

/// A page of the web or other markup, such as a proxy's error in the place of a download.
fn page(text: &str) -> Option<&'static str> {
    let begins: String = text.trim_start().chars().take(16).collect();
    let begins = begins.to_ascii_lowercase();
    match begins.as_str() {
        html if html.starts_with("<!doctype") || html.starts_with("<html") => Some("an HTML page"),
        xml if xml.starts_with("<?xml") => Some("an XML document"),
        _ => None,
    }
}

/// A document that is no object.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "plain text",
        Value::Array(_) => "an array; give one definition a file",
        Value::Object(_) => "an object",
    }
}

/// What an object that cannot be judged is, as far as its keys tell, and what to do with it.
fn kind(fields: &Map<String, Value>) -> String {
    let has = |names: &[&str]| names.iter().all(|name| fields.contains_key(*name));
    let known = [
        (
            &["Statement"][..],
            "an IAM policy document; give it with `--role` beside a definition",
        ),
        (
            &["PolicyDocument"],
            "an IAM policy; give it with `--role` beside a definition",
        ),
        (
            &["detail-type", "detail"],
            "an EventBridge event; `stepwarden replay` takes one",
        ),
        (&["Records"], "a list of event records"),
        (
            &["stateMachines"],
            "a ListStateMachines response; read each workflow with DescribeStateMachine",
        ),
        (
            &["RoleDetailList"],
            "a GetAccountAuthorizationDetails response; it belongs in an account directory for `stepwarden scan --snapshot`",
        ),
        (
            &["TemplateBody"],
            "a GetTemplate response; give the template that is its `TemplateBody`",
        ),
        (
            &["Role"],
            "a GetRole response; it belongs in the `iam.json` of an account directory",
        ),
        (
            &["executionArn"],
            "an execution, and no workflow; read its workflow with DescribeStateMachine",
        ),
        (
            &["terraform_version", "lineage"],
            "a Terraform state file; give what `terraform show -json` prints",
        ),
        (
            &["resource_changes"],
            "a part of a Terraform plan; give all of what `terraform show -json` prints",
        ),
        (
            &["stepFunctions"],
            "a Serverless Framework file; run `serverless package` and give the template that it writes",
        ),
        (&["apiVersion", "kind"], "a Kubernetes manifest"),
        (&["runs", "version"], "a SARIF report"),
        (
            &["workflows", "summary"],
            "a report; `--baseline` takes one",
        ),
        (&["findings"], "a report"),
    ];
    if fields.is_empty() {
        return "an empty object".to_owned();
    }
    if let Some((_, what)) = known.iter().find(|(names, _)| has(names)) {
        return (*what).to_owned();
    }
    let names: Vec<String> = fields.keys().take(3).map(|name| short(name)).collect();
    let more = match fields.len() {
        0..=3 => "",
        _ => ", …",
    };
    format!(
        "an object with {}{more}; a definition has `StartAt` and `States`",
        names.join(", ")
    )
}

/// A key for a message.
fn short(name: &str) -> String {
    let text: String = name.chars().take(40).collect();
    let more = if text.len() < name.len() { "…" } else { "" };
    format!("`{text}{more}`")
}
