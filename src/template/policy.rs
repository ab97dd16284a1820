//! Policy documents of a template as text. What is not known stays a function in it: such a statement cannot be read, and
//! counts for nothing that would make a verdict milder.

use serde_json::{Map, Value};

use super::resolve::{is_deny, is_unknown, of_sides, sides, unknown};
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

/// Two documents of which either may be in force.
pub(super) fn either(a: &Document, b: &Document) -> Document {
    let read = |document: &Document| {
        let text = Value::String(document.0.clone());
        serde_json::from_str::<Value>(&document.0).unwrap_or(text)
    };
    let (a, b) = (read(a), read(b));
    match a == b {
        true => Document(a.to_string()),
        false => settled(&unknown("Fn::If", vec![a, b])),
    }
}

/// A resolved document with its choices settled, the wider way each.
pub(super) fn settled(value: &Value) -> Document {
    let value = match (value, sides(value).as_slice()) {
        // Written as text: what is not known stands in it by name, as in one that is not.
        (Value::String(text), _) => match serde_json::from_str::<Value>(text) {
            Ok(document @ Value::Object(_)) => document,
            _ => return Document(text.clone()),
        },
        (_, [Some(one)]) => (*one).clone(),
        // Either document may be in force: what one of them allows may be allowed.
        (value, _) => joined(value),
    };
    let Value::Object(mut fields) = value else {
        return Document(value.to_string());
    };
    if let Some(statement) = fields.get_mut("Statement") {
        *statement = Value::Array(each_statement(statement));
    }
    if let Some(Value::String(_)) | None = fields.get("Version") {
        return Document(Value::Object(fields).to_string());
    }
    // A date that YAML took for something else.
    fields.insert("Version".to_owned(), Value::from("2012-10-17"));
    Document(Value::Object(fields).to_string())
}

/// The statements of every side as one document, as a choice between them.
fn joined(value: &Value) -> Value {
    let statements = |side: Option<&Value>| match side {
        None => Value::Null,
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(document) => statements_of(&document),
            Err(_) => Value::Array(vec![Value::String(text.clone())]),
        },
        Some(side) => statements_of(side),
    };
    let each: Vec<Value> = sides(value).into_iter().map(statements).collect();
    let version = ("Version".to_owned(), Value::from("2012-10-17"));
    let statement = ("Statement".to_owned(), unknown("Fn::If", each));
    Value::Object(Map::from_iter([version, statement]))
}

fn statements_of(document: &Value) -> Value {
    match document.get("Statement") {
        Some(Value::Array(items)) => Value::Array(items.clone()),
        Some(one) => Value::Array(of_sides(one).into_iter().map(|s| s.value).collect()),
        // It cannot be read, and must not vanish.
        None => Value::Array(vec![document.clone()]),
    }
}

fn each_statement(value: &Value) -> Vec<Value> {
    let each = of_sides(value).into_iter();
    // A deny that may not be there takes nothing away.
    let each = each.filter(|listed| listed.sure || !is_deny(&listed.value));
    let mut beside = Vec::new();
    let mut all: Vec<Value> = each
        .map(|listed| match listed.value {
            Value::Object(fields) if !is_unknown(&Value::Object(fields.clone())) => {
                let (read, unread) = statement_of(&fields);
                beside.extend(unread.map(Value::Object));
                Value::Object(read)
            }
            other => other,
        })
        .collect();
    // Behind the others, so that these keep their numbers.
    all.extend(beside);
    all
}

/// The statement with its choices settled; and with what is not known of its actions or resources, where a part of them is.
fn statement_of(fields: &Map<String, Value>) -> (Map<String, Value>, Option<Map<String, Value>>) {
    let allows = fields.get("Effect").and_then(Value::as_str) == Some("Allow");
    let mut read = Map::new();
    let mut unread: Option<Map<String, Value>> = None;
    for (name, value) in fields {
        match name.as_str() {
            "Action" | "Resource" if allows => {
                let (known, open) = parted(all_sides(value));
                if let Some(open) = open {
                    let of_open = unread.get_or_insert_with(|| fields.clone());
                    of_open.insert(name.clone(), open);
                }
                read.insert(name.clone(), known);
            }
            // A deny with a choice or something unknown in it stays unread: the wider one would take more away than the
            // deployment does.
            "Action" | "NotAction" | "Resource" | "NotResource" => {
                read.insert(name.clone(), marked(value, !allows));
            }
            // A condition that may not be there, or not as it stands, narrows nothing.
            "Condition" if allows && holds_choice(value, 0) => {}
            "Principal" | "NotPrincipal" => {
                read.insert(name.clone(), with_texts(value, 0));
            }
            _ => {
                read.insert(name.clone(), value.clone());
            }
        }
    }
    (read, unread)
}

/// The elements of which something is known, and the others, where there are both.
fn parted(value: Value) -> (Value, Option<Value>) {
    let Value::Array(items) = marked(&value, false) else {
        return (marked(&value, false), None);
    };
    let (open, known): (Vec<Value>, Vec<Value>) = items.into_iter().partition(is_unknown);
    match known.is_empty() || open.is_empty() {
        true => (Value::Array(known.into_iter().chain(open).collect()), None),
        false => (Value::Array(known), Some(Value::Array(open))),
    }
}

/// Texts of which the deployment decides what they are about, as functions again: those that begin with what is not known, or
/// hold it anywhere.
fn marked(value: &Value, anywhere: bool) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| marked(item, anywhere)).collect(),
        Value::String(text) if is_open(text, anywhere) => unknown("Fn::Unresolved", text.as_str()),
        other => other.clone(),
    }
}

/// Whether a name in the text is not known: a variable of the policy itself has a colon in its name.
fn is_open(text: &str, anywhere: bool) -> bool {
    let mut parts = text.split("${");
    let first = parts.next().unwrap_or_default();
    let mut named = parts.map(|part| {
        let name = part.split('}').next().unwrap_or_default();
        !name.contains([':', '*', '?', '$']) && !name.is_empty()
    });
    match anywhere {
        true => named.any(|open| open),
        false => first.is_empty() && named.next() == Some(true),
    }
}

/// Numbers as the texts that CloudFormation makes of them.
fn with_texts(value: &Value, depth: usize) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(items) if depth < 8 => {
            items.iter().map(|v| with_texts(v, depth + 1)).collect()
        }
        Value::Object(fields) if depth < 8 => {
            let each = fields
                .iter()
                .map(|(key, value)| (key.clone(), with_texts(value, depth + 1)));
            Value::Object(each.collect())
        }
        other => other.clone(),
    }
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
