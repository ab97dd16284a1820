//! Definitions: the text, the object or the file beside the template, with substitutions made, in every way in which the
//! conditions that nothing decides may come out.

use serde_json::{Map, Value};

use super::account::Builder;
use super::files::Files;
use super::include;
use super::resolve::{as_texts, is_unknown, text_of};
use super::resource::Resource;
use super::scope::Scope;
use crate::asl;
use crate::document::{self, Keep, Notation, Place, lines};
use crate::loc::Pointer;

/// A definition with where it was written.
pub(super) struct Definition {
    pub text: String,
    /// What else it may be.
    pub others: Vec<String>,
    pub place: Place,
    /// The parameters without a value, and the substitutions that rest on one, of which something is in the text.
    pub open: Vec<String>,
    /// It may be more than that.
    pub cut: bool,
}

impl Definition {
    /// Stands for one that could not be read.
    pub fn unread(resource: &Resource) -> Self {
        Self {
            text: String::new(),
            others: Vec::new(),
            place: resource.declaration(),
            open: Vec::new(),
            cut: false,
        }
    }
}

/// A definition before substitutions are made.
enum Written {
    /// The text of a file.
    File(String),
    /// `DefinitionString`
    Text(Value),
    /// `Definition`
    Object(Value),
}

/// The definition of a state machine.
pub(super) fn of(
    scope: &Scope,
    resource: &Resource,
    files: &Files<'_>,
    builder: &mut Builder,
) -> Result<Definition, String> {
    let (written, place) = written(scope, resource, files, builder)?;
    let substitutions = resource.get("DefinitionSubstitutions");
    let chosen = match &written {
        Written::File(_) => None,
        Written::Text(value) | Written::Object(value) => Some(value),
    };
    let worlds = scope.worlds(chosen.into_iter().chain(substitutions));
    let mut texts: Vec<String> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for world in &worlds.all {
        let made = || {
            let substitutions = substitutions.and_then(|value| scope.resolve(value));
            made(scope, &written, &substitutions.unwrap_or_default())
        };
        let Some((text, names)) = scope.in_world(world, made) else {
            continue;
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
        open.extend(names);
    }
    open.sort();
    open.dedup();
    let mut texts = texts.into_iter();
    let Some(text) = texts.next() else {
        return Err("it is known to the deployment only".to_owned());
    };
    if let Written::Text(_) = written
        && let Some(fault) = fault_in(&text)
    {
        let declared = format!("declares `{}` with a definition that is", resource.id);
        files.tell(&resource.file, format!("{declared} {fault}"));
    }
    Ok(Definition {
        text,
        others: texts.collect(),
        place,
        open,
        cut: worlds.cut,
    })
}

/// The text in one world with the names of what is open in it; `None` where it is not known.
fn made(scope: &Scope, written: &Written, substitutions: &Value) -> Option<(String, Vec<String>)> {
    let text = match written {
        Written::File(text) => text.clone(),
        Written::Text(value) => match scope.resolve(value)? {
            Value::String(text) => text,
            _ => return None,
        },
        Written::Object(value) => as_texts(&scope.resolve(value)?).to_string(),
    };
    let (whole, cut) = substituted(&text, substitutions);
    let mut open = open_in(&text, scope, substitutions);
    open.extend(cut);
    Some((whole, open))
}

/// The file beside the template, the text, or the object.
fn written(
    scope: &Scope,
    resource: &Resource,
    files: &Files<'_>,
    builder: &mut Builder,
) -> Result<(Written, Place), String> {
    for name in ["DefinitionUri", "DefinitionS3Location"] {
        let Some(location) = resource.get(name) else {
            continue;
        };
        let document = match asset(scope, location) {
            Some(key) => files.open_text(
                &resource.file,
                std::path::Path::new(&format!("asset.{key}")),
            )?,
            None => {
                let path = include::path(location, scope)?;
                files.needed_text(&resource.file, std::path::Path::new(&path))?
            }
        };
        if let Some(fault) = fault_in(&document.text) {
            files.tell(&document.path, format!("is {fault}"));
        }
        let place = Place {
            file: document.path,
            pointer: Pointer::root(),
        };
        return Ok((Written::File(document.text), place));
    }
    for name in ["DefinitionString", "Definition"] {
        let Some(value) = resource.get(name) else {
            continue;
        };
        let value = include::expand(value, scope, files, &resource.file, &mut builder.gaps);
        let place = resource.place(&Pointer::root().key(name));
        return Ok(match name {
            "Definition" => (Written::Object(value), place),
            _ => (Written::Text(value), place),
        });
    }
    Err("the template gives it none".to_owned())
}

/// What makes a definition's text none, as it is written: that a substitution breaks it is another matter.
fn fault_in(text: &str) -> Option<String> {
    let notation = Notation::of_text(text);
    let fault = document::read(text, notation, Keep::ValuesOnly).fault?;
    let at = lines::place(text, fault.at);
    let (notation, line, column) = (notation.word(), at.line, at.column);
    Some(match text.trim().is_empty() {
        true => "empty".to_owned(),
        false => format!(
            "not valid {notation} at line {line}, column {column}: {}",
            fault.message
        ),
    })
}

/// What of a definition's text only the deployment knows, by name.
fn open_in(text: &str, scope: &Scope, substitutions: &Value) -> Vec<String> {
    let named = substitutions.as_object();
    let is_open = |value: &Value| text_of(value).is_none_or(|text| text.contains("${"));
    let substituted = named.into_iter().flatten();
    let substituted = substituted.filter(|(_, value)| is_open(value));
    let names = substituted.map(|(name, _)| name.as_str());
    let names = names.chain(scope.without_value());
    let mut open: Vec<String> = names
        .filter(|name| text.contains(&format!("${{{name}}}")))
        .map(str::to_owned)
        .collect();
    open.sort();
    open.dedup();
    open
}

/// The key of a place in S3: `cdk synth` writes what it will put there beside the template, as `asset.KEY`.
fn asset(scope: &Scope, location: &Value) -> Option<String> {
    scope
        .text(location.get("Key")?)
        .filter(|key| !key.contains(['/', '$']))
}

/// No definition that can be deployed is longer (AWS Step Functions Developer Guide, "Quotas": 1 MiB).
const MAX_LENGTH: usize = 4 << 20;

/// The text with `${Name}` replaced by what is known of it, as JSON; and the name at which it grew too long.
fn substituted(text: &str, substitutions: &Value) -> (String, Option<String>) {
    let empty = Map::new();
    let named = substitutions.as_object().unwrap_or(&empty);
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut cut) = (text, None);
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let end = after.find('}');
        let name = end.and_then(|end| after.get(..end));
        let value = name
            .and_then(|name| named.get(name.trim()))
            .filter(|value| !is_unknown(value))
            .and_then(text_of);
        let fits = |value: &String| out.len() + value.len() <= MAX_LENGTH.max(text.len());
        if value.as_ref().is_some_and(|value| !fits(value)) {
            cut = cut.or(name.map(|name| name.trim().to_owned()));
        }
        match (value.filter(fits), end) {
            (Some(value), Some(end)) => {
                out.push_str(&value);
                rest = after.get(end + 1..).unwrap_or_default();
            }
            _ => {
                out.push_str("${");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (asl::json_text(&out), cut)
}
