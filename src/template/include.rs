//! Files that a template takes in where a value stands: `AWS::Include`, `DefinitionUri`, `BodyS3Location`.

use std::path::Path;

use serde_json::{Value, json};

use super::files::Files;
use super::resolve::{scalar, single};
use super::scope::Scope;
use super::stack::Gaps;
use crate::gap::{Input, Unread};

/// The value with every `Fn::Transform` of `AWS::Include` in it replaced by the file, where that stands beside the template.
pub(super) fn expand(
    value: &Value,
    scope: &Scope,
    files: &Files<'_>,
    from: &Path,
    gaps: &mut Gaps,
) -> Value {
    expand_at(value, scope, files, from, gaps, 0)
}

fn expand_at(
    value: &Value,
    scope: &Scope,
    files: &Files<'_>,
    from: &Path,
    gaps: &mut Gaps,
    depth: usize,
) -> Value {
    if depth > 100 {
        return value.clone();
    }
    match value {
        Value::Object(members) => {
            let include = single(members).filter(|(name, _)| *name == "Fn::Transform");
            let location = include
                .filter(|(_, argument)| argument.get("Name") == Some(&json!("AWS::Include")))
                .and_then(|(_, argument)| argument.get("Parameters")?.get("Location"));
            if let Some(location) = location {
                return file(location, scope, files, from).unwrap_or_else(|why| {
                    gaps.push(Unread::of_account(
                        Input::EntryPoints,
                        "a file that the template includes".to_owned(),
                        why,
                    ));
                    value.clone()
                });
            }
            let each = members.iter().map(|(key, value)| {
                (
                    key.clone(),
                    expand_at(value, scope, files, from, gaps, depth + 1),
                )
            });
            Value::Object(each.collect())
        }
        Value::Array(items) => {
            let each = items
                .iter()
                .map(|item| expand_at(item, scope, files, from, gaps, depth + 1));
            Value::Array(each.collect())
        }
        other => other.clone(),
    }
}

/// The content of a file that a template names by its path; an address in S3 is none.
pub(super) fn file(
    location: &Value,
    scope: &Scope,
    files: &Files<'_>,
    from: &Path,
) -> Result<Value, String> {
    let path = path(location, scope)?;
    files
        .needed(from, Path::new(&path))
        .map(|document| document.value)
}

/// A path beside the template.
pub(super) fn path(location: &Value, scope: &Scope) -> Result<String, String> {
    let path = scope.resolve(location).as_ref().and_then(scalar);
    let path = path.ok_or("where it lies is known to the deployment only")?;
    match path.contains("://") || path.contains("${") {
        true => Err(format!("`{path}` is no file beside the template")),
        false => Ok(path),
    }
}
