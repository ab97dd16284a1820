//! Objects merged and looked into.

use crate::value::{Unknown, Value};

/// The fields of all of them, later ones over earlier ones.
pub fn merge(objects: &[Value]) -> Value {
    objects
        .iter()
        .fold(Value::object([]), |under, over| merge_two(&under, over))
}

fn merge_two(under: &Value, over: &Value) -> Value {
    over.each_alternative(|over| under.each_alternative(|under| overlay(under, over)))
}

fn overlay(under: &Value, over: &Value) -> Value {
    match (under, over) {
        (_, Value::Absent | Value::Null) => under.clone(),
        (Value::Absent | Value::Null, _) => over.clone(),
        (
            Value::Object { fields, rest },
            Value::Object {
                fields: new,
                rest: more,
            },
        ) => {
            let mut all = fields.clone();
            if more.is_some() {
                all = all.edit(|name, field| {
                    (!new.contains_key(name)).then(|| field.join(&over.field(name)))
                });
            }
            all.extend(
                new.iter()
                    .map(|(k, v)| (k.to_owned(), over_field(v, under, k))),
            );
            let all = all.with_names(new.names());
            let all = match (fields.names(), new.names(), rest, more) {
                (Some(_), None, _, Some(implied)) | (None, Some(_), Some(implied), _) => {
                    all.with_names(Some(&implied.as_names()))
                }
                _ => all,
            };
            let rest = match (rest, more) {
                (Some(a), Some(b)) => Some(Box::new(a.join(b))),
                (a, b) => a.clone().or_else(|| b.clone()),
            };
            Value::Object { fields: all, rest }
        }
        (Value::Object { fields, rest }, Value::Any(unknown)) => {
            let child = Value::Any(unknown.any_child());
            Value::Object {
                fields: fields.map(|k, v| v.join(&over.field(k))),
                rest: Some(Box::new(match rest {
                    Some(rest) => rest.join(&child),
                    None => child,
                })),
            }
        }
        (Value::Any(unknown), Value::Object { fields, rest }) => {
            let child = Value::Any(unknown.any_child());
            Value::Object {
                fields: fields.map(|k, v| over_field(v, under, k)),
                rest: Some(Box::new(match rest {
                    Some(rest) => child.join(rest),
                    None => child,
                })),
            }
        }
        _ => {
            let mut all: Unknown = under.collapsed();
            let more = over.collapsed();
            all.add_origins(&more.origins);
            all.add_guards(&more.guards);
            Value::Any(all.derived())
        }
    }
}

/// A field over the one of its name: an object holds no field of nothing, so that the one below stays where there may be
/// none above. An empty sequence is nothing, too.
fn over_field(over: &Value, under: &Value, name: &str) -> Value {
    let is_sequence = |value: &Value| matches!(value, Value::Each(_));
    if !over.may_be_absent() && !over.alternatives().iter().any(is_sequence) {
        return over.clone();
    }
    over.clone().present().join(&under.field(name))
}

/// The field that a computed name selects: of a literal table, one of its values.
pub fn lookup(object: &Value, key: &Value) -> Value {
    match object {
        Value::OneOf(_) => object.each_alternative(|o| lookup(o, key)),
        Value::Array(_) | Value::Each(_) => Value::Each(Box::new(lookup(&object.elements(), key))),
        Value::Object { .. } | Value::Any(_) => match key.finite() {
            Some(names) if !names.is_empty() => names
                .iter()
                .map(|name| object.field(name))
                .fold(Value::NEVER, |a, b| a.join(&b)),
            _ => object.children().join(&Value::Absent),
        },
        _ => Value::Absent,
    }
}
