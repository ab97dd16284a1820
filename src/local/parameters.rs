//! The file of `--parameters`: values of a template's parameters, in the shapes that AWS's own tools take.

use std::path::Path;

use serde_json::Value;

use super::{Error, read, recognise};

/// Reads `{"Key": "value"}`, `{"Parameters": {"Key": "value"}}` (a template configuration of CodePipeline),
/// `[{"ParameterKey": "Key", "ParameterValue": "value"}]` (`create-stack`) or `["Key=value"]` (`deploy`).
///
/// # Errors
/// When the file cannot be read, or has another shape.
pub fn parameters(path: &Path) -> Result<Vec<(String, String)>, Error> {
    let document = recognise::document(path, read::read_file(path)?)?;
    let read = match &document.value {
        Value::Object(fields) => {
            let inner = fields.get("Parameters").and_then(Value::as_object);
            let values = inner.unwrap_or(fields).iter();
            values
                .map(|(key, value)| Some((key.clone(), text(value)?)))
                .collect()
        }
        Value::Array(all) => all.iter().map(entry).collect(),
        _ => None,
    };
    read.ok_or_else(|| Error::Unusable {
        path: path.to_owned(),
        what: "does not hold parameters: write {\"Key\": \"value\"}, or what `aws cloudformation create-stack --parameters` takes".to_owned(),
    })
}

fn entry(value: &Value) -> Option<(String, String)> {
    if let Value::String(text) = value {
        let (key, value) = text.split_once('=')?;
        return Some((key.to_owned(), value.to_owned()));
    }
    let key = value.get("ParameterKey")?.as_str()?;
    Some((key.to_owned(), text(value.get("ParameterValue")?)?))
}

/// A value as CloudFormation takes it; a list is joined by commas.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Array(all) => {
            let all: Option<Vec<String>> = all.iter().map(text).collect();
            Some(all?.join(","))
        }
        Value::Null | Value::Object(_) => None,
    }
}
