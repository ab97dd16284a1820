//! `fix`: the patches that need no person's decision, applied to the text of the files.
//!
//! Written are narrower statements of a role's policies, where the statement stands in a file as it is judged, and of a
//! template the logging level, tracing that the role has permissions for, and the account that a trust policy's source must
//! be of. What gives
//! more than was there, what a person must choose (the values that a guard lets through, a log group), and what stands in
//! a file with references that only the deployment resolves is left, and named.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::Fix;
use super::report::{Judged, judge};
use super::source::{self, Configured};
use super::{Failure, Host, Outcome};
use crate::document::edit;
use crate::document::{Document, Place};
use crate::file_patch::{self, FileChange};
use crate::finding::{Finding, Patch};
use crate::loc::Pointer;
use crate::local::{self, RoleFile};
use crate::secrets;

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
            false => out.push_str(&unified(path, document, text)),
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
    let mut wanted: BTreeMap<PathBuf, Vec<FileChange>> = BTreeMap::new();
    let traced = traced(judged);
    let hold = |place: &Place, written: &Value| {
        let is_needed = traced.contains(place) && file_patch::gives_tracing(written);
        is_needed
            .then_some("it gives what tracing needs, which is switched on now: run `fix` again")
    };
    for (assessment, origin) in judged.assessments.iter().zip(&judged.origins) {
        for finding in assessment.findings.iter().filter(|f| f.is_open()) {
            let name = &assessment.workflow.name;
            let change = file_patch::change(&judged.sources, origin.as_ref(), finding, &hold);
            match change {
                Ok(change) => {
                    let all = wanted.entry(change.file.clone()).or_default();
                    // Two findings on one statement have one patch; a second that differs waits for the next run.
                    if !all.iter().any(|other| other.at == change.at) {
                        all.push(change);
                    }
                }
                // What was not read is nothing that a change of the file cures.
                Err(_) if finding.rule() == "evaluation-incomplete" => {}
                Err(why) => left.push(format!("{name}: {} is left: {why}", finding.rule())),
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (file, mut changes) in wanted {
        let Some(document) = judged.sources.document(&file) else {
            continue;
        };
        if keep_last_statements(document, &mut changes) {
            left.push(format!(
                "`{}`: a policy of which no statement is needed is left: take it out whole",
                file.display()
            ));
        }
        if changes.is_empty() {
            continue;
        }
        let edits = changes
            .into_iter()
            .flat_map(|change| change.edits)
            .collect();
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

/// Drops the changes that together take every statement out of a policy: a document without one is no policy.
fn keep_last_statements(document: &Document, changes: &mut Vec<FileChange>) -> bool {
    let mut removed: BTreeMap<Pointer, usize> = BTreeMap::new();
    for array in changes
        .iter()
        .filter(|c| c.removes)
        .filter_map(|c| c.at.parent())
    {
        *removed.entry(array).or_default() += 1;
    }
    removed.retain(|array, count| {
        let all = document.value.pointer(array.as_str());
        all.and_then(Value::as_array)
            .is_some_and(|all| all.len() <= *count)
    });
    let before = changes.len();
    changes.retain(|change| {
        let array = change.at.parent();
        let emptied = array.is_some_and(|array| removed.contains_key(&array));
        !(change.removes && emptied)
    });
    changes.len() < before
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
            && file_patch::tracing(&judged.sources, origin.as_ref()).is_ok()
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

/// The lines around a change stand there so that it finds its place; those with a credential are not repeated for that.
const CONTEXT: usize = 3;

fn unified(path: &Path, was: &Document, text: &str) -> String {
    let name = path.display().to_string();
    let name = name.trim_start_matches("./").trim_start_matches('/');
    let redactor = secrets::find(&was.value, was.beside_value()).redactor;
    let diff = similar::TextDiff::from_lines(was.text.as_str(), text);
    let with = |context: usize| {
        let mut diff = diff.unified_diff();
        diff.context_radius(context);
        diff.header(&format!("a/{name}"), &format!("b/{name}"))
            .to_string()
    };
    let clean = |shown: &String| matches!(redactor.text(shown), Cow::Borrowed(_));
    let shown = (0..=CONTEXT).rev().map(with).find(clean);
    shown.unwrap_or_else(|| redactor.text(&with(0)).into_owned())
}
