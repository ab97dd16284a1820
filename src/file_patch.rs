//! A finding's fix as changes of the text of the files that were judged: what needs no decision of a person, where it stands
//! in a file as it is judged. What gives more than was there, what a person must choose, and what stands there with
//! references that only the deployment resolves is refused, in words.

mod settings;

use std::path::PathBuf;

use serde_json::Value;

use crate::arn::PLACEHOLDER_ACCOUNT;
use crate::document::edit::{self, Edit};
use crate::document::{Document, Place, Sources, WorkflowOrigin, rewrite};
use crate::finding::{Finding, Patch};
use crate::loc::Pointer;

pub use settings::{gives_tracing, tracing};

/// The change of one value of a file.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The value that changes.
    pub at: Pointer,
    /// The changes of its text, none within another.
    pub edits: Vec<Edit>,
    /// Whether the value goes.
    pub removes: bool,
}

/// Why a fix is not written, in words.
pub type Refusal = &'static str;

/// The statement that a change is about, with the policy's place: `Some` refuses it.
pub type Hold<'h> = &'h dyn Fn(&Place, &Value) -> Option<Refusal>;

/// The change that fixes a finding.
///
/// # Errors
/// Why there is none, or `hold`'s reason for a statement of a policy.
pub fn change(
    sources: &Sources,
    origin: Option<&WorkflowOrigin>,
    finding: &Finding,
    hold: Hold<'_>,
) -> Result<FileChange, Refusal> {
    let Some(patch) = &finding.remediation().patch else {
        return Err(match finding.policy() {
            Some(_) => {
                "what else the role is for is not known, or a person must choose; see what it says to do"
            }
            None => "it has no patch; see what it says to do",
        });
    };
    let Patch::PolicyStatement {
        policy,
        statement,
        replace_with,
    } = patch
    else {
        return Err(match patch {
            Patch::TracingConfiguration { .. } => return tracing(sources, origin),
            Patch::LoggingConfiguration { set } => return settings::logging(sources, origin, set),
            Patch::TrustPolicy { .. } if finding.rule().as_str() == "unconditioned-role-trust" => {
                return settings::trust(sources, origin, finding.workflow());
            }
            Patch::Definition { .. } | Patch::Several { .. } => {
                "a person must choose what the guard lets through"
            }
            Patch::AddStatements { .. } => "it gives the role more, which a person must want",
            Patch::TrustPolicy { .. } => "the trust policy is a person's to change",
            _ => "it is a setting of the deployment",
        });
    };
    if finding.rule().is_tainted() || finding.rule() == "weak-validation" {
        return Err("a person must choose the targets that are meant");
    }
    let elsewhere = "the policy does not stand in the files that were given";
    let place = origin
        .and_then(|o| o.policies.get(policy))
        .ok_or(elsewhere)?;
    let document = sources.document(&place.file).ok_or(elsewhere)?;
    let policy = value_at(document, place).ok_or(elsewhere)?;
    let all = place.pointer.key("Statement");
    let (written, at) = match policy.get("Statement") {
        Some(Value::Array(items)) => {
            let written = items.get(*statement).ok_or(elsewhere)?;
            if items.len() == 1 && replace_with.is_empty() {
                return Err(
                    "it is the only statement of a policy of which nothing is needed: take it out whole",
                );
            }
            (written, all.index(*statement))
        }
        Some(written @ Value::Object(_)) => (written, all.clone()),
        _ => return Err(elsewhere),
    };
    if is_symbolic(written) || !is_known(document, written, replace_with) {
        return Err("the statement has references that only the deployment resolves");
    }
    if let Some(why) = hold(place, written) {
        return Err(why);
    }
    let least = match replace_with.as_slice() {
        [one] => rewrite::rewrite(document, &at, one),
        _ => None,
    };
    let whole = || match at == all {
        false => edit::replace_element(document, &all, *statement, replace_with),
        true => {
            let with = match replace_with.as_slice() {
                [one] => one.clone(),
                many => Value::Array(many.to_vec()),
            };
            edit::replace_value(document, &all, &with)
        }
    };
    let edits = least.or_else(|| Some(vec![whole()?]));
    Ok(FileChange {
        file: place.file.clone(),
        removes: at != all && replace_with.is_empty(),
        at,
        edits: edits.ok_or("it is written in a way that is not changed by itself")?,
    })
}

fn value_at<'d>(document: &'d Document, place: &Place) -> Option<&'d Value> {
    document.value.pointer(place.pointer.as_str())
}

/// Whether some part of a value is a function of a template, or a text with a substitution in it.
fn is_symbolic(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key == "Ref" || key.starts_with("Fn::") || is_symbolic(value)),
        Value::Array(items) => items.iter().any(is_symbolic),
        Value::String(text) => text.contains("${"),
        _ => false,
    }
}

/// Whether every name that the statements have is one that the deployment will have too. In a template, an ARN without an
/// account may be of something that the deployment names.
fn is_known(document: &Document, written: &Value, with: &[Value]) -> bool {
    let is_template = document.value.get("Resources").is_some();
    let old = written.to_string();
    let mut texts = Vec::new();
    with.iter().for_each(|value| strings(value, &mut texts));
    let is_new = |text: &str| !old.contains(&Value::from(text).to_string());
    let named = |text: &str| is_template && text.starts_with("arn:");
    !with.iter().any(is_placeholder) && !texts.iter().any(|text| is_new(text) && named(text))
}

fn strings<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, out)),
        _ => {}
    }
}

/// Whether a value names what stands for an account that is not known.
fn is_placeholder(value: &Value) -> bool {
    let text = value.to_string();
    text.contains(PLACEHOLDER_ACCOUNT) || text.contains(":states:::stateMachine:")
}
