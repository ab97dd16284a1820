//! `fix`: the patches that need no person's decision, applied to the text of the files.
//!
//! Written are narrower statements of a role's policies, where the statement stands in a file as it is judged, and of a
//! template the logging level, tracing that the role has permissions for, and the account that a trust policy's source must
//! be of. What gives
//! more than was there, what a person must choose (the values that a guard lets through, a log group), and what stands in
//! a file with references that only the deployment resolves is left, and named.

mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::Fix;
use super::report::{Judged, judge};
use super::source::{self, Configured};
use super::{Failure, Host, Outcome};
use crate::document::edit::{self, Edit};
use crate::document::{Document, Place};
use crate::finding::{Finding, Patch};
use crate::loc::Pointer;
use crate::local::{self, RoleFile};

/// `stepwarden fix`
pub fn fix(args: &Fix, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let configured = source::configured(&args.config)?;
    let found = source::inputs(&args.paths, &args.beside, host)?;
    let judged = judge(found, &configured, host)?;
    let mut left = Vec::new();
    let edited = edited(&judged, &mut left);
    let (before, after) = (
        count(&judged),
        rejudged(args, &configured, &judged, &edited, host)?,
    );
    let mut out = String::new();
    for (path, text) in &edited {
        let Some(document) = judged.sources.document(path) else {
            continue;
        };
        match args.write {
            true => write(path, &document.text, text)?,
            false => out.push_str(&unified(path, &document.text, text)),
        }
    }
    host.done();
    host.note(&format!(
        "{} of {before} findings cured in {}; {after} left",
        before.saturating_sub(after),
        crate::render::counted(edited.len(), "file")
    ));
    left.sort();
    left.dedup();
    left.iter().for_each(|line| host.note(line));
    Ok(Outcome::clean(out).with(judged.failures))
}

fn count(judged: &Judged) -> usize {
    let all = judged.assessments.iter().flat_map(|a| &a.findings);
    all.filter(|f| f.is_open()).count()
}

/// The texts as they should be, by file.
fn edited(judged: &Judged, left: &mut Vec<String>) -> BTreeMap<PathBuf, String> {
    let mut wanted: BTreeMap<PathBuf, Vec<(Pointer, Edit)>> = BTreeMap::new();
    let traced = traced(judged);
    for (assessment, origin) in judged.assessments.iter().zip(&judged.origins) {
        for finding in assessment.findings.iter().filter(|f| f.is_open()) {
            let name = &assessment.workflow.name;
            let change = change(judged, origin.as_ref(), finding, &traced);
            match change {
                Ok((file, at, edit)) => {
                    let all = wanted.entry(file).or_default();
                    // Two findings on one statement have one patch; a second that differs waits for the next run.
                    if !all.iter().any(|(other, _)| *other == at) {
                        all.push((at, edit));
                    }
                }
                // What was not read is nothing that a change of the file cures.
                Err(_) if finding.rule() == "evaluation-incomplete" => {}
                Err(why) => left.push(format!("{name}: {} is left: {why}", finding.rule())),
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (file, mut edits) in wanted {
        let Some(document) = judged.sources.document(&file) else {
            continue;
        };
        if keep_last_statements(document, &mut edits) {
            left.push(format!(
                "`{}`: a policy of which no statement is needed is left: take it out whole",
                file.display()
            ));
        }
        if edits.is_empty() {
            continue;
        }
        let edits = edits.into_iter().map(|(_, edit)| edit).collect();
        match edit::apply(&document.text, edits).filter(|text| is_sound(document, text)) {
            Some(text) => {
                texts.insert(file, text);
            }
            None => left.push(format!(
                "`{}` is left as it is: its changes do not fit together",
                file.display()
            )),
        }
    }
    texts
}

/// Drops the edits that together take every statement out of a policy: a document without one is no policy.
fn keep_last_statements(document: &Document, edits: &mut Vec<(Pointer, Edit)>) -> bool {
    let mut removed: BTreeMap<Pointer, usize> = BTreeMap::new();
    for (at, edit) in edits.iter() {
        if edit.text.is_empty()
            && let Some(array) = at.parent()
        {
            *removed.entry(array).or_default() += 1;
        }
    }
    removed.retain(|array, count| {
        let all = document.value.pointer(array.as_str());
        all.and_then(Value::as_array)
            .is_some_and(|all| all.len() <= *count)
    });
    let before = edits.len();
    edits.retain(|(at, edit)| {
        let emptied = at
            .parent()
            .is_some_and(|array| removed.contains_key(&array));
        !(edit.text.is_empty() && emptied)
    });
    edits.len() < before
}

/// The policies of workflows for which tracing is switched on: what they give it was needed by nothing, and is now.
fn traced(judged: &Judged) -> BTreeSet<Place> {
    let pairs = judged.assessments.iter().zip(&judged.origins);
    let traced = pairs.filter(|(assessment, origin)| {
        let is_off = |f: &&Finding| {
            let patch = &f.remediation().patch;
            f.is_open() && matches!(patch, Some(Patch::TracingConfiguration { .. }))
        };
        assessment.findings.iter().any(|f| is_off(&f))
            && settings::tracing(judged, origin.as_ref()).is_ok()
    });
    let policies = traced.filter_map(|(_, origin)| origin.as_ref());
    policies
        .flat_map(|o| o.policies.values().cloned())
        .collect()
}

/// Whether the text can still be read.
fn is_sound(document: &Document, text: &str) -> bool {
    Document::parse(document.path.clone(), text.to_owned(), document.notation).is_ok()
}

/// What a finding changes, or why it changes nothing.
fn change(
    judged: &Judged,
    origin: Option<&crate::document::WorkflowOrigin>,
    finding: &Finding,
    traced: &BTreeSet<Place>,
) -> Result<(PathBuf, Pointer, Edit), &'static str> {
    let Some(patch) = &finding.remediation().patch else {
        return Err("it has no patch; see what it says to do");
    };
    let Patch::PolicyStatement {
        policy,
        statement,
        replace_with,
    } = patch
    else {
        return Err(match patch {
            Patch::TracingConfiguration { .. } => return settings::tracing(judged, origin),
            Patch::LoggingConfiguration { set } => return settings::logging(judged, origin, set),
            Patch::TrustPolicy { .. } if finding.rule().as_str() == "unconditioned-role-trust" => {
                return settings::trust(judged, origin, finding.workflow());
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
    let document = judged.sources.document(&place.file).ok_or(elsewhere)?;
    let policy = value_at(document, place).ok_or(elsewhere)?;
    let needed = "it gives what tracing needs, which is switched on now: run `fix` again";
    let is_needed = |written: &Value| traced.contains(place) && settings::gives_tracing(written);
    let resolved = "the statement has references that only the deployment resolves";
    let all = place.pointer.key("Statement");
    match policy.get("Statement") {
        Some(Value::Array(items)) => {
            let written = items.get(*statement).ok_or(elsewhere)?;
            if is_symbolic(written) || !is_known(document, written, replace_with) {
                return Err(resolved);
            }
            if is_needed(written) {
                return Err(needed);
            }
            let edit = edit::replace_element(document, &all, *statement, replace_with);
            let edit = edit.ok_or("it is written in a way that is not changed by itself")?;
            Ok((place.file.clone(), all.index(*statement), edit))
        }
        Some(written @ Value::Object(_)) => {
            if is_symbolic(written) || !is_known(document, written, replace_with) {
                return Err(resolved);
            }
            if is_needed(written) {
                return Err(needed);
            }
            let with = match replace_with.as_slice() {
                [one] => one.clone(),
                many => Value::Array(many.to_vec()),
            };
            let edit = edit::replace_value(document, &all, &with).ok_or(elsewhere)?;
            Ok((place.file.clone(), all, edit))
        }
        _ => Err(elsewhere),
    }
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
    text.contains(crate::template::PLACEHOLDER_ACCOUNT) || text.contains(":states:::stateMachine:")
}

/// How many findings are left once the files are as they should be.
fn rejudged(
    args: &Fix,
    configured: &Configured,
    judged: &Judged,
    edited: &BTreeMap<PathBuf, String>,
    host: &mut Host<'_>,
) -> Result<usize, Failure> {
    if edited.is_empty() {
        return Ok(count(judged));
    }
    let role = match &args.beside.role {
        Some(path) => Some(match edited.get(path) {
            Some(text) => RoleFile::parse(path, text.clone())?,
            None => RoleFile::read(path)?,
        }),
        None => None,
    };
    let parameters = source::parameters(&args.beside)?;
    let options = local::Options {
        role: role.as_ref(),
        parameters: &parameters,
    };
    let mut found = local::inputs(&args.paths, &options);
    for input in &mut found.inputs {
        if let Some(text) = edited.get(&input.path) {
            *input = local::input(&input.path, text.clone(), &options)?;
        }
    }
    Ok(count(&judge(found, configured, host)?))
}

/// Writes a file whose text is still the one that was read; its byte order mark stays.
fn write(path: &Path, was: &str, text: &str) -> Result<(), Failure> {
    let failed = |why: String| Failure::Words(format!("cannot write `{}`: {why}", path.display()));
    let now = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let mark = if now.starts_with('\u{feff}') {
        "\u{feff}"
    } else {
        ""
    };
    if now.strip_prefix('\u{feff}').unwrap_or(&now) != was {
        return Err(failed("it has changed since it was read".to_owned()));
    }
    std::fs::write(path, format!("{mark}{text}")).map_err(|error| failed(error.to_string()))
}

fn unified(path: &Path, was: &str, text: &str) -> String {
    let name = path.display().to_string();
    let name = name.trim_start_matches("./").trim_start_matches('/');
    let diff = similar::TextDiff::from_lines(was, text);
    let mut diff = diff.unified_diff();
    diff.header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
