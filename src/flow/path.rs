//! JSONPath over abstract values.

use crate::expr::jsonpath::Step;
use crate::value::{Source, Unknown, Value};

/// Deeper than this `..` is told as one unknown.
const MAX_DESCENT: usize = 16;

/// What the steps lead to. A path that may name several nodes gives an array.
pub fn follow(value: &Value, steps: &[Step]) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return value.clone();
    };
    match step {
        Step::Field(name) => match value {
            Value::Object { fields, .. } => match fields.get(name) {
                Some(field) => follow(field, rest),
                None => follow(&value.field(name), rest),
            },
            _ => follow(&value.field(name), rest),
        },
        Step::Index(index) => follow(&value.element(*index), rest),
        Step::Function(name) => follow(&function(value, name), rest),
        _ => many(value, steps),
    }
}

/// `.length()` counts; the others compute from what is selected.
fn function(value: &Value, name: &str) -> Value {
    let mut all = value.collapsed().derived();
    if name == "length" || all.origins.is_empty() {
        all = Unknown::of(Source::Generated, format!("{name}()"));
    }
    Value::Any(all)
}

fn many(value: &Value, steps: &[Step]) -> Value {
    if let (Value::Array(values), Some((Step::Wildcard, rest))) = (value, steps.split_first())
        && rest
            .iter()
            .all(|s| matches!(s, Step::Field(_) | Step::Index(_)))
    {
        return Value::Array(values.iter().map(|v| follow(v, rest)).collect());
    }
    match matched(value, steps) {
        never if never.is_never() => Value::Array(Vec::new()),
        node => Value::Each(Box::new(node)),
    }
}

/// What any one of the nodes is that the steps lead to.
fn matched(value: &Value, steps: &[Step]) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return value.clone();
    };
    let node = match step {
        Step::Field(name) => value.field(name),
        Step::Index(index) => value.element(*index),
        Step::Wildcard => value.children(),
        Step::Slice => value.elements().anonymous(),
        Step::Filter(_) => match value {
            Value::Object { .. } => value.clone(),
            Value::Any(unknown) => Value::Any(unknown.some_part("[*]")),
            other => other.elements().anonymous(),
        },
        Step::Union(steps) => {
            return steps.iter().fold(Value::NEVER, |all, one| {
                let whole: Vec<Step> = std::iter::once(one.clone())
                    .chain(rest.iter().cloned())
                    .collect();
                all.join(&matched(value, &whole))
            });
        }
        Step::Function(name) => function(value, name),
        Step::Descend(name) => descend(value, Some(name), MAX_DESCENT).anonymous(),
        Step::DescendAll => descend(value, None, MAX_DESCENT).anonymous(),
    };
    matched(&node, rest)
}

/// The fields of this name (or everything) at any depth.
fn descend(value: &Value, name: Option<&str>, depth: usize) -> Value {
    if depth == 0 {
        return Value::Any(value.collapsed());
    }
    match value {
        Value::Object { fields, rest } => fields
            .iter()
            .map(|(key, field)| {
                let below = descend(field, name, depth - 1);
                if name.is_none_or(|n| n == key) {
                    below.join(field)
                } else {
                    below
                }
            })
            .chain(rest.iter().map(|rest| {
                let below = descend(rest, name, depth - 1);
                name.map_or_else(|| rest.join(&below), |n| value.field(n).join(&below))
            }))
            .fold(Value::NEVER, |a, b| a.join(&b)),
        Value::Any(unknown) => Value::Any(unknown.some_part(&format!("..{}", name.unwrap_or("*")))),
        Value::Array(_) | Value::Each(_) => {
            let element = value.elements();
            let below = descend(&element, name, depth - 1);
            if name.is_none() {
                element.join(&below)
            } else {
                below
            }
        }
        Value::OneOf(_) => value.each_alternative(|v| descend(v, name, depth - 1)),
        _ => Value::NEVER,
    }
}

/// The value with `new` written where the steps (a Reference Path) lead.
pub fn write(value: Value, steps: &[Step], new: Value) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return new;
    };
    match step {
        Step::Field(name) => {
            let inner = if rest.is_empty() {
                new
            } else {
                write(value.field(name), rest, new)
            };
            value.with_field(name, inner)
        }
        Step::Index(index) => {
            let inner = write(value.element(*index), rest, new);
            value.with_element(*index, inner)
        }
        _ => Value::Any({
            let mut all = value.collapsed();
            all.add_origins(&new.collapsed().origins);
            all
        }),
    }
}
