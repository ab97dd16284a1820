//! JSONata's own functions that take values only (docs.jsonata.org, and those that Step Functions adds).

use super::path;
use crate::flow::{objects, strings};
use crate::value::{Piece, Source, Unknown, Value};

/// What the function makes of its arguments; a missing first argument is the context value where the function says so.
pub fn call(name: &str, mut args: Vec<Value>, here: &Value) -> Value {
    let least = match name {
        "substring" | "substringBefore" | "substringAfter" | "split" | "contains" | "match"
        | "replace" | "pad" | "lookup" | "formatNumber" => 2,
        "uppercase" | "lowercase" | "trim" | "length" | "string" | "number" | "boolean" | "not"
        | "keys" | "spread" | "base64encode" | "base64decode" | "type" | "encodeUrl"
        | "encodeUrlComponent" | "decodeUrl" | "decodeUrlComponent" => 1,
        _ => 0,
    };
    if args.len() < least {
        args.insert(0, here.clone());
    }
    let arg = |n: usize| args.get(n).unwrap_or(&Value::Absent);
    let tag = || {
        let rest: Vec<String> = args
            .iter()
            .skip(1)
            .map(|a| match a {
                Value::Number(n) => n.clone(),
                other => other.as_text().unwrap_or("?").to_owned(),
            })
            .collect();
        format!("{name}({})", rest.join(","))
    };
    let constant_rest = args.iter().skip(1).all(|a| {
        a.as_text().is_some() || matches!(a, Value::Number(_) | Value::Bool(_) | Value::Absent)
    });
    let plain = || {
        if constant_rest {
            strings::derived(&alone(arg(0)), &tag())
        } else {
            strings::mixed(&args, name)
        }
    };
    match name {
        "string" => match arg(0) {
            Value::Object { .. } | Value::Array(_) | Value::Each(_) => strings::json_text(arg(0)),
            Value::Absent => Value::Absent,
            other => Value::concat(std::slice::from_ref(other)),
        },
        "uppercase" => strings::lift(&alone(arg(0)), "uppercase()", |t| Some(t.to_uppercase())),
        "lowercase" => strings::lift(&alone(arg(0)), "lowercase()", |t| Some(t.to_lowercase())),
        "trim" => strings::lift(&alone(arg(0)), "trim()", |t| {
            Some(t.split_whitespace().collect::<Vec<_>>().join(" "))
        }),
        "substring" => substring(&args).unwrap_or_else(plain),
        "substringBefore" => around(arg(0), arg(1), true).unwrap_or_else(plain),
        "substringAfter" => around(arg(0), arg(1), false).unwrap_or_else(plain),
        "split" if arg(1).as_text().is_some() && args.len() < 3 => {
            strings::split(&alone(arg(0)), arg(1), strings::Split::Whole)
        }
        "split" => Value::Each(Box::new(anonymous(strings::derived(
            &alone(arg(0)),
            "split",
        )))),
        "join" => join(arg(0), arg(1)),
        "replace" => replace(&args).unwrap_or_else(|| strings::mixed(&args, "replace")),
        "match" => {
            let text = anonymous(strings::derived(&alone(arg(0)), "match"));
            Value::Each(Box::new(Value::object([
                ("match".to_owned(), text.clone()),
                ("index".to_owned(), generated("index")),
                ("groups".to_owned(), Value::Each(Box::new(text))),
            ])))
        }
        "contains" | "exists" | "boolean" | "not" => Value::either_bool(),
        "type" => ["null", "number", "string", "boolean", "array", "object"]
            .map(Value::text)
            .iter()
            .fold(Value::NEVER, |a, b| a.join(b)),
        "count" | "length" | "now" | "millis" | "uuid" | "hash" => generated(name),
        "random" => generated(name),
        "append" => append(arg(0), arg(1)),
        "sort" | "reverse" | "shuffle" | "distinct" => match arg(0) {
            Value::Absent => Value::Absent,
            array @ (Value::Array(_) | Value::Each(_)) => {
                Value::Each(Box::new(path::any_of(array)))
            }
            other => other.clone(),
        },
        "zip" => {
            let all = args
                .iter()
                .fold(Value::NEVER, |a, b| a.join(&path::any_of(b)));
            Value::Each(Box::new(Value::Each(Box::new(all))))
        }
        "partition" => Value::Each(Box::new(Value::Each(Box::new(path::any_of(arg(0)))))),
        "range" => Value::Each(Box::new(strings::mixed(&args, "range"))),
        "keys" => keys(arg(0)),
        "lookup" => objects::lookup(arg(0), arg(1)),
        "spread" => Value::Each(Box::new(Value::Object {
            fields: Default::default(),
            rest: Some(Box::new(path::any_of(arg(0)).children())),
        })),
        "merge" => match arg(0) {
            Value::Array(values) => objects::merge(values),
            Value::Each(one) => {
                let one = one.anonymous();
                objects::merge(&[one.clone(), one.join(&Value::object([]))])
            }
            other => other.clone(),
        },
        "max" | "min" | "sum" | "average" => anonymous(strings::mixed(&args, name)),
        "error" => Value::NEVER,
        "assert" => Value::Absent,
        "single" => path::any_of(arg(0)),
        "map" | "filter" | "reduce" | "each" | "sift" | "sort by" => {
            Value::Each(Box::new(anonymous(strings::mixed(&args, name))))
        }
        // Everything else computes a string or a number from its first argument.
        _ => plain(),
    }
}

fn generated(name: &str) -> Value {
    Value::Any(Unknown::of(Source::Generated, format!("${name}()")))
}

fn anonymous(value: Value) -> Value {
    value.anonymous()
}

/// A sequence of one is its only value.
fn alone(value: &Value) -> Value {
    match value {
        Value::Each(one) => Value::clone(one),
        Value::Array(values) => match values.as_slice() {
            [one] => one.clone(),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn substring(args: &[Value]) -> Option<Value> {
    let start = number(args.get(1)?)?;
    let length = match args.get(2) {
        Some(value) => Some(usize::try_from(number(value)?.max(0)).ok()?),
        None => None,
    };
    let cut = |text: &str| -> Option<String> {
        let count = i64::try_from(text.chars().count()).ok()?;
        let from = if start < 0 {
            (count + start).max(0)
        } else {
            start
        };
        let rest = text.chars().skip(usize::try_from(from).ok()?);
        Some(match length {
            Some(length) => rest.take(length).collect(),
            None => rest.collect(),
        })
    };
    let value = alone(args.first()?);
    let constant = value.finite().is_some() && !matches!(value, Value::Array(_));
    constant.then(|| strings::lift(&value, "substring", cut))
}

/// `$substringBefore` and `$substringAfter`, where the separator stands in the known beginning.
fn around(value: &Value, separator: &Value, before: bool) -> Option<Value> {
    let separator = separator.as_text().filter(|s| !s.is_empty())?;
    let Value::Text(pieces) = alone(value) else {
        let value = alone(value);
        return value.finite().filter(|list| !list.is_empty()).map(|_| {
            strings::lift(&value, "around", |text| {
                Some(
                    match text.split_once(separator) {
                        Some((head, tail)) => {
                            if before {
                                head
                            } else {
                                tail
                            }
                        }
                        None => text,
                    }
                    .to_owned(),
                )
            })
        });
    };
    let Some((Piece::Literal(first), rest)) = pieces.split_first() else {
        return None;
    };
    match first.split_once(separator) {
        Some((head, _)) if before => Some(Value::text(head)),
        Some((_, tail)) => Some(Value::from_pieces(
            std::iter::once(Piece::Literal(tail.to_owned())).chain(rest.iter().cloned()),
        )),
        None if rest.is_empty() => Some(Value::text(first.clone())),
        None => None,
    }
}

fn join(values: &Value, separator: &Value) -> Value {
    match values {
        Value::Array(all) => {
            let mut parts = Vec::with_capacity(all.len() * 2);
            for (i, one) in all.iter().enumerate() {
                if i > 0 {
                    parts.push(separator.clone());
                }
                parts.push(one.clone());
            }
            Value::concat(&parts)
        }
        Value::Text(_) => values.clone(),
        Value::OneOf(_) => values.each_alternative(|v| join(v, separator)),
        other => strings::mixed(&[other.clone(), separator.clone()], "join").anonymous(),
    }
}

fn replace(args: &[Value]) -> Option<Value> {
    let pattern = args.get(1)?.as_text()?;
    let with = args.get(2)?.as_text()?;
    if args.len() > 3 || pattern.is_empty() {
        return None;
    }
    let value = alone(args.first()?);
    Some(match value.finite() {
        Some(_) => strings::lift(&value, "replace", |text| Some(text.replace(pattern, with))),
        None => strings::derived(&value, &format!("replace({pattern},{with})")),
    })
}

fn append(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Absent, other) | (other, Value::Absent) => other.clone(),
        (Value::Array(x), Value::Array(y)) => Value::Array(x.iter().chain(y).cloned().collect()),
        (Value::Array(x), y @ (Value::Text(_) | Value::Object { .. })) => {
            Value::Array(x.iter().chain([y]).cloned().collect())
        }
        (a, b) => Value::Each(Box::new(path::any_of(a).join(&path::any_of(b)).anonymous())),
    }
}

fn keys(value: &Value) -> Value {
    match value {
        Value::Object { fields, rest: None } => {
            Value::Array(fields.keys().map(Value::text).collect())
        }
        Value::Absent => Value::Absent,
        other => Value::Each(Box::new(Value::Any(other.collapsed().derived()))),
    }
}
