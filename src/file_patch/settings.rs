//! Changes of what a template says of the workflow and its role beside policies: logging, tracing, the trust policy.

use serde_json::{Value, json};

use super::{FileChange, Refusal, is_symbolic, value_at};
use crate::arn::{Arn, PLACEHOLDER_ACCOUNT};
use crate::document::edit::{self, Edit};
use crate::document::{Document, Place, Sources, WorkflowOrigin};
use crate::loc::Pointer;

/// A change of one value of a file, or why there is none.
type Change = Result<FileChange, Refusal>;

fn changed(document: &Document, at: Pointer, edit: Edit) -> FileChange {
    FileChange {
        file: document.path.clone(),
        at,
        edits: vec![edit],
        removes: false,
    }
}

/// The properties of a workflow by the type of its resource: tracing, logging.
const TYPES: [(&str, &str, &str); 2] = [
    ("AWS::Serverless::StateMachine", "Tracing", "Logging"),
    (
        "AWS::StepFunctions::StateMachine",
        "TracingConfiguration",
        "LoggingConfiguration",
    ),
];

const NOT_A_TEMPLATE: &str = "it is a setting of the deployment";
const SYMBOLIC: &str = "it is chosen by a parameter or a condition of the template";

/// Tracing on.
pub fn tracing(sources: &Sources, origin: Option<&WorkflowOrigin>) -> Change {
    let (document, properties, (name, _)) = resource(sources, origin)?;
    let at = properties.key(name);
    let change = match document.value.pointer(at.as_str()) {
        None => (properties.clone(), at, json!({"Enabled": true}), name),
        Some(present) if present.get("Enabled").is_none() => {
            (at.clone(), at.key("Enabled"), json!(true), "Enabled")
        }
        Some(_) => return literal(document, at.key("Enabled"), &json!(true)),
    };
    let (object, at, value, name) = change;
    let edit = edit::insert_member(document, &object, name, &value).ok_or(SYMBOLIC)?;
    Ok(changed(document, at, edit))
}

/// Whether a statement may give some of what tracing needs.
pub fn gives_tracing(statement: &Value) -> bool {
    let is_xray = |action: &Value| {
        let action = action.as_str().unwrap_or_default().to_ascii_lowercase();
        action.starts_with(['*', '?']) || action.starts_with("xray")
    };
    match statement.get("Action") {
        Some(Value::Array(all)) => all.iter().any(is_xray),
        Some(one) => is_xray(one),
        None => true,
    }
}

/// A level, or data left out, where the log group is chosen already.
pub(super) fn logging(sources: &Sources, origin: Option<&WorkflowOrigin>, set: &Value) -> Change {
    let (name, value) = match (set.get("level"), set.get("includeExecutionData")) {
        (Some(level), None) => ("Level", level),
        (None, Some(data @ Value::Bool(false))) => ("IncludeExecutionData", data),
        (None, Some(_)) => return Err("a person must choose whether the log may hold the data"),
        _ => return Err("a person must choose the log group"),
    };
    let (document, properties, (_, logging)) = resource(sources, origin)?;
    literal(document, properties.key(logging).key(name), value)
}

/// The condition on the account, of a trust policy's statement that admits Step Functions and nothing else.
pub(super) fn trust(sources: &Sources, origin: Option<&WorkflowOrigin>, workflow: &Arn) -> Change {
    const ELSEWHERE: &str = "the trust policy does not stand in the files that were given";
    let place = origin.and_then(|o| o.trust.as_ref()).ok_or(ELSEWHERE)?;
    let document = sources.document(&place.file).ok_or(ELSEWHERE)?;
    let policy = value_at(document, place).ok_or(ELSEWHERE)?;
    let all = place.pointer.key("Statement");
    let at = match policy.get("Statement") {
        Some(Value::Array(items)) => match items.iter().position(is_open_to_states) {
            Some(index) => all.index(index),
            None => return Err("the statement admits others too, whom the condition may keep out"),
        },
        Some(one) if is_open_to_states(one) => all,
        _ => return Err("the statement admits others too, whom the condition may keep out"),
    };
    let account = match document.value.get("Resources") {
        Some(_) => json!({"Ref": "AWS::AccountId"}),
        None if workflow.account().is_empty() || workflow.account() == PLACEHOLDER_ACCOUNT => {
            return Err("the account is not known");
        }
        None => json!(workflow.account()),
    };
    let condition = json!({"StringEquals": {"aws:SourceAccount": account}});
    let edit = edit::insert_member(document, &at, "Condition", &condition).ok_or(SYMBOLIC)?;
    Ok(changed(document, at, edit))
}

/// An allow for Step Functions alone, without a condition.
fn is_open_to_states(statement: &Value) -> bool {
    let principal = statement.get("Principal").and_then(Value::as_object);
    let Some(service) = principal
        .filter(|p| p.len() == 1)
        .and_then(|p| p.get("Service"))
    else {
        return false;
    };
    let is_states = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        name.starts_with("states.") && name.contains("amazonaws.com")
    };
    let alone = match service {
        Value::Array(names) => matches!(names.as_slice(), [one] if is_states(one)),
        one => is_states(one),
    };
    alone
        && statement.get("Effect").and_then(Value::as_str) == Some("Allow")
        && statement.get("Condition").is_none()
}

/// The document that declares the workflow, the place of its properties there, and the names of those for tracing and logging.
fn resource<'j>(
    sources: &'j Sources,
    origin: Option<&WorkflowOrigin>,
) -> Result<(&'j Document, Pointer, (&'static str, &'static str)), &'static str> {
    let place: &Place = &origin.ok_or(NOT_A_TEMPLATE)?.whole;
    let document = sources.document(&place.file).ok_or(NOT_A_TEMPLATE)?;
    let declared = value_at(document, place).ok_or(NOT_A_TEMPLATE)?;
    let kind = declared.get("Type").and_then(Value::as_str);
    let known = TYPES.iter().find(|(name, _, _)| Some(*name) == kind);
    let (_, tracing, logging) = known.ok_or(NOT_A_TEMPLATE)?;
    Ok((
        document,
        place.pointer.key("Properties"),
        (tracing, logging),
    ))
}

/// Another literal in the place of one.
fn literal(document: &Document, at: Pointer, value: &Value) -> Change {
    match document.value.pointer(at.as_str()) {
        None => Err("the template does not say it there"),
        Some(present) if present.is_object() || present.is_array() || is_symbolic(present) => {
            Err(SYMBOLIC)
        }
        Some(_) => {
            let edit = edit::replace_value(document, &at, value).ok_or(SYMBOLIC)?;
            Ok(changed(document, at, edit))
        }
    }
}
