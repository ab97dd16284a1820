//! Policy documents of a template as text. What is not known stays a function in it: such a statement cannot be read, and
//! counts for nothing that would make a verdict milder.

use serde_json::{Map, Value};

use super::resolve::{is_deny, is_unknown, sides};
use super::scope::Scope;
use crate::snapshot::Document;

/// The document, whether it is written as an object or as JSON text.
pub(super) fn document(scope: &Scope, value: Option<&Value>) -> Option<Document> {
    let value = scope.resolve(value?)?;
    Some(settled(&value))
}

/// A document that may not be in force: what it allows may hold, what it denies takes nothing away.
pub(super) fn without_denies(document: Document) -> Document {
    match serde_json::from_str(&document.0) {
        Ok(value) => Document(allowing(value).to_string()),
        Err(_) => document,
    }
}

/// The same of a document that is no text yet.
pub(super) fn allowing(mut document: Value) -> Value {
    match document.get_mut("Statement") {
        Some(Value::Array(statements)) => statements.retain(|statement| !is_deny(statement)),
        Some(one) if is_deny(one) => *one = Value::Array(Vec::new()),
        _ => {}
    }
    document
}

/// A resolved document with its choices settled, the wider way each.
pub(super) fn settled(value: &Value) -> Document {
    let value = match value {
        Value::String(text) => return Document(text.clone()),
        value => value,
    };
    let mut sides = sides(value).into_iter().flatten();
    let value = match (sides.next(), sides.next()) {
        (Some(one), None) => one.clone(),
        // Either document may be in force: the statements of both are.
        _ => joined(value),
    };
    let Value::Object(mut fields) = value else {
        return Document(value.to_string());
    };
    if let Some(statement) = fields.get_mut("Statement") {
        let each: Vec<Value> = match &*statement {
            Value::Array(items) => items.iter().flat_map(each_statement).collect(),
            one => each_statement(one),
        };
        *statement = Value::Array(each);
    }
    if let Some(Value::String(_)) | None = fields.get("Version") {
        return Document(Value::Object(fields).to_string());
    }
    // A date that YAML took for something else.
    fields.insert("Version".to_owned(), Value::from("2012-10-17"));
    Document(Value::Object(fields).to_string())
}

fn joined(value: &Value) -> Value {
    let mut statements = Vec::new();
    for side in sides(value).into_iter().flatten() {
        match side.get("Statement") {
            Some(Value::Array(items)) => statements.extend(items.iter().cloned()),
            Some(one) => statements.push(one.clone()),
            // It cannot be read, and must not vanish.
            None => statements.push(side.clone()),
        }
    }
    let version = ("Version".to_owned(), Value::from("2012-10-17"));
    Value::Object(Map::from_iter([
        version,
        ("Statement".to_owned(), Value::Array(statements)),
    ]))
}

fn each_statement(value: &Value) -> Vec<Value> {
    let each = sides(value)
        .into_iter()
        .flatten()
        .flat_map(|side| match side {
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        });
    each.map(|statement| match statement {
        Value::Object(fields) if !is_unknown(&Value::Object(fields.clone())) => {
            Value::Object(statement_of(&fields))
        }
        other => other,
    })
    .collect()
}

fn statement_of(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    let allows = fields.get("Effect").and_then(Value::as_str) == Some("Allow");
    for (name, value) in fields {
        match name.as_str() {
            // A deny with a choice in it stays unread: the wider one would take more away than the deployment does.
            "Action" | "Resource" if allows => {
                out.insert(name.clone(), all_sides(value));
            }
            // A condition that may not be there, or not as it stands, narrows nothing.
            "Condition" if allows && holds_choice(value, 0) => {}
            _ => {
                out.insert(name.clone(), value.clone());
            }
        }
    }
    out
}

/// A list of everything that the value may be.
fn all_sides(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let each = items
                .iter()
                .flat_map(|item| sides(item).into_iter().flatten().cloned());
            Value::Array(each.collect())
        }
        one if sides(one).len() > 1 => {
            let each = sides(one)
                .into_iter()
                .flatten()
                .flat_map(|side| match side {
                    Value::Array(items) => items.clone(),
                    one => vec![one.clone()],
                });
            Value::Array(each.collect())
        }
        one => one.clone(),
    }
}

fn holds_choice(value: &Value, depth: usize) -> bool {
    if depth > 16 || sides(value).len() > 1 {
        return true;
    }
    match value {
        Value::Array(items) => items.iter().any(|v| holds_choice(v, depth + 1)),
        Value::Object(fields) => fields.values().any(|v| holds_choice(v, depth + 1)),
        _ => false,
    }
}
