//! JSONata's own functions that take values only (docs.jsonata.org, and those that Step Functions adds).

pub mod lists;

use super::path;
use crate::flow::{objects, strings};
use crate::value::{Fields, Piece, Source, Unknown, Value};

/// What the function makes of its arguments, each in its place.
pub fn call(name: &str, args: &[Value]) -> Value {
    let arg = |n: usize| args.get(n).unwrap_or(&Value::Absent);
    let tag = tag_of(name, args.get(1..).unwrap_or_default());
    let constant_rest = args.iter().skip(1).all(|a| {
        a.as_text().is_some() || matches!(a, Value::Number(_) | Value::Bool(_) | Value::Absent)
    });
    let plain = || {
        if constant_rest {
            strings::derived(&alone(arg(0)), &tag)
        } else {
            strings::mixed(args, name)
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
        "substring" => substring(args, &tag).unwrap_or_else(plain),
        "substringBefore" => around(arg(0), arg(1), true, &tag).unwrap_or_else(plain),
        "substringAfter" => around(arg(0), arg(1), false, &tag).unwrap_or_else(plain),
        "split" if arg(1).as_text().is_some() && *arg(2) == Value::Absent => {
            strings::split(&alone(arg(0)), arg(1), strings::Split::Whole)
        }
        "split" if arg(1).as_text().is_some() && number(arg(2)).is_some() => {
            let parts = strings::split(&alone(arg(0)), arg(1), strings::Split::Whole);
            first_of(parts, number(arg(2)).unwrap_or_default(), &tag)
        }
        "split" => Value::Each(Box::new(anonymous(strings::mixed(args, "split")))),
        "pad" if is_as_long(arg(0), arg(1)) => arg(0).clone(),
        "join" => join(arg(0), arg(1)),
        "replace" => replace(args, &tag).unwrap_or_else(|| strings::mixed(args, "replace")),
        "match" => {
            let text = anonymous(strings::mixed(args, "match"));
            Value::Each(Box::new(Value::object([
                ("match".to_owned(), text.clone()),
                ("index".to_owned(), generated("index")),
                ("groups".to_owned(), Value::Each(Box::new(text))),
            ])))
        }
        "contains" | "exists" | "boolean" | "not" => Value::either_bool(),
        "type" => type_of(arg(0)),
        "count" | "length" | "millis" | "uuid" | "hash" | "random" => generated(name),
        // What stands in a picture outside of brackets is written as it is.
        "now"
            if args
                .iter()
                .all(|a| *a == Value::Absent || a.as_text().is_some()) =>
        {
            generated(name)
        }
        "now" => anonymous(strings::mixed(args, name)),
        "append" => lists::append(arg(0), arg(1)),
        "reverse" => lists::reverse(arg(0)),
        "distinct" => lists::distinct(arg(0)),
        "zip" => lists::zip(args),
        "sort" | "shuffle" => lists::in_any_order(arg(0)),
        "partition" => Value::Each(Box::new(Value::Each(Box::new(path::any_of(arg(0)))))),
        "range" => Value::Each(Box::new(strings::mixed(args, "range"))),
        "keys" => keys(arg(0)),
        "lookup" => objects::lookup(arg(0), arg(1)),
        "spread" => spread(arg(0)),
        "merge" => match arg(0) {
            Value::Array(values) => objects::merge(values),
            Value::Each(one) => {
                let one = one.anonymous();
                objects::merge(&[one.clone(), one.join(&Value::object([]))])
            }
            // Of a list its last values, which are not those of the same names in the list.
            other => other.anonymous(),
        },
        "max" | "min" | "sum" | "average" => anonymous(strings::mixed(args, name)),
        "error" => Value::NEVER,
        "assert" => Value::Absent,
        "single" => path::any_of(arg(0)),
        "map" | "filter" | "reduce" | "each" | "sift" => anonymous(strings::mixed(args, name)),
        // Everything else computes a string or a number from its first argument.
        _ => plain(),
    }
}

/// One of the words for kinds of values; of nothing there is none.
fn type_of(value: &Value) -> Value {
    let words = [
        "null", "number", "string", "boolean", "array", "object", "function",
    ];
    let all = words.map(Value::text);
    let all = all.iter().fold(Value::NEVER, |a, b| a.join(b));
    match value {
        Value::Absent => Value::Absent,
        Value::Any(_) | Value::Each(_) | Value::OneOf(_) => all.or_absent(),
        _ => all,
    }
}

/// A function with its constant arguments after the first, so that no two calls that may differ have the same name.
fn tag_of(name: &str, rest: &[Value]) -> String {
    let rest: Vec<String> = rest
        .iter()
        .map(|arg| match arg {
            Value::Number(number) => number.clone(),
            Value::Bool(value) => value.to_string(),
            other => other
                .as_text()
                .map_or_else(|| "?".to_owned(), |text| format!("{text:?}")),
        })
        .collect();
    format!("{name}({})", rest.join(","))
}

fn generated(name: &str) -> Value {
    Value::Any(Unknown::of(Source::Generated, format!("${name}()")))
}

fn anonymous(value: Value) -> Value {
    value.anonymous()
}

/// A sequence of one is its only value.
pub fn alone(value: &Value) -> Value {
    match value {
        // There may be none.
        Value::Each(one) => match &**one {
            open @ Value::Any(_) => open.clone(),
            one => one.clone().or_absent(),
        },
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

fn substring(args: &[Value], tag: &str) -> Option<Value> {
    // No character of whatever it is, wherever it begins.
    if args
        .get(2)
        .and_then(number)
        .is_some_and(|length| length <= 0)
    {
        return Some(Value::text("").or_absent());
    }
    let start = number(args.get(1)?)?;
    let length = match args.get(2) {
        Some(Value::Absent) | None => None,
        Some(value) => Some(usize::try_from(number(value)?).ok()?),
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
    // A part of the known beginning is known.
    if let (Value::Text(pieces), Some(length), 0..) = (&value, length, start)
        && let Some(Piece::Literal(first)) = pieces.first()
        && usize::try_from(start).ok()?.checked_add(length)? <= first.chars().count()
    {
        return cut(first).map(Value::text);
    }
    let constant = value.finite().is_some() && !matches!(value, Value::Array(_));
    constant.then(|| strings::lift(&value, tag, cut))
}

/// Whether a known text has this many characters already, so that nothing is put beside it.
fn is_as_long(text: &Value, width: &Value) -> bool {
    let length = text.as_text().map(|text| text.chars().count());
    let width = number(width).map(i64::unsigned_abs);
    width
        .zip(length)
        .is_some_and(|(width, length)| u64::try_from(length).is_ok_and(|length| length >= width))
}

/// `$substringBefore` and `$substringAfter`, where the separator stands in the known beginning.
fn around(value: &Value, separator: &Value, before: bool, tag: &str) -> Option<Value> {
    let separator = separator.as_text().filter(|s| !s.is_empty())?;
    let Value::Text(pieces) = alone(value) else {
        let value = alone(value);
        return value.finite().filter(|list| !list.is_empty()).map(|_| {
            strings::lift(&value, tag, |text| {
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
    let mut before_it: Vec<Piece> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => match text.split_once(separator) {
                Some((head, _)) if before => {
                    before_it.push(Piece::Literal(head.to_owned()));
                    return Some(Value::from_pieces(before_it));
                }
                Some((_, tail)) => {
                    let rest = pieces.get(at + 1..).unwrap_or_default();
                    let tail = std::iter::once(Piece::Literal(tail.to_owned()));
                    return Some(Value::from_pieces(tail.chain(rest.iter().cloned())));
                }
                None => before_it.push(piece.clone()),
            },
            // Where it cannot stand within the open part, nor begin or end in it.
            Piece::Hole(hole) if strings::never_meets(hole, separator) => {
                before_it.push(piece.clone());
            }
            Piece::Hole(_) => return None,
        }
    }
    Some(Value::Text(pieces))
}

/// Of what a text was split into, the first parts.
fn first_of(parts: Value, limit: i64, tag: &str) -> Value {
    match parts {
        Value::Array(mut values) => {
            values.truncate(usize::try_from(limit).unwrap_or_default());
            Value::Array(values)
        }
        Value::OneOf(_) => parts.each_alternative(|v| first_of(v.clone(), limit, tag)),
        other => strings::derived(&other, tag),
    }
}

fn join(values: &Value, separator: &Value) -> Value {
    match values {
        Value::Array(all) if !all.iter().any(Value::may_be_absent) => {
            let mut parts = Vec::with_capacity(all.len() * 2);
            for (i, one) in all.iter().enumerate() {
                if i > 0 {
                    parts.push(separator.clone());
                }
                parts.push(one.clone());
            }
            Value::concat(&parts)
        }
        // What is known before the first element that may be missing, or be several, stands at the beginning.
        Value::Array(all) => {
            let known = all.iter().take_while(|v| !v.may_be_absent()).count();
            let (first, open) = all.split_at_checked(known).unwrap_or((all, &[]));
            let mut rest = open.to_vec();
            rest.push(separator.clone());
            let rest = strings::mixed(&rest, "join").anonymous();
            if first.is_empty() {
                return rest;
            }
            let first = join(&Value::Array(first.to_vec()), separator);
            Value::concat(&[first, separator.clone(), rest])
        }
        Value::Text(_) => values.clone(),
        Value::OneOf(_) => values.each_alternative(|v| join(v, separator)),
        other => strings::mixed(&[other.clone(), separator.clone()], "join").anonymous(),
    }
}

fn replace(args: &[Value], tag: &str) -> Option<Value> {
    let pattern = args.get(1)?.as_text()?;
    let is_limited = args.get(3).is_some_and(|limit| *limit != Value::Absent);
    if is_limited || pattern.is_empty() {
        return None;
    }
    let value = alone(args.first()?);
    let Some(with) = args.get(2)?.as_text() else {
        return filled_in(&value, pattern, args.get(2)?);
    };
    Some(match value.finite() {
        Some(_) => strings::lift(&value, tag, |text| Some(text.replace(pattern, with))),
        None => strings::derived(&value, tag),
    })
}

/// A known text with something else in the place of each occurrence.
fn filled_in(value: &Value, pattern: &str, with: &Value) -> Option<Value> {
    let text = value.as_text()?;
    let is_one_text = matches!(with, Value::Any(_) | Value::Text(_));
    is_one_text.then(|| {
        let mut parts = Vec::new();
        for (at, part) in text.split(pattern).enumerate() {
            if at > 0 {
                parts.push(with.clone());
            }
            parts.push(Value::text(part));
        }
        Value::concat(&parts)
    })
}

/// An object as objects of one field each; what is none stays as it is.
fn spread(value: &Value) -> Value {
    let one = path::any_of(value);
    if let Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Null = one {
        return value.clone();
    }
    let fields = Fields::named_by(one.key());
    let parts = Value::Each(Box::new(Value::Object {
        fields,
        rest: Some(Box::new(one.children())),
    }));
    match value {
        Value::Object { .. } => parts,
        Value::Array(_) | Value::Each(_) => parts.join(&Value::Each(Box::new(one.anonymous()))),
        other => parts.join(&other.anonymous()),
    }
}

fn keys(value: &Value) -> Value {
    match value {
        Value::Absent => Value::Absent,
        Value::Object { fields, rest: None } if fields.len() < 2 => {
            path::sequence(fields.keys().map(Value::text).collect())
        }
        Value::Array(_) | Value::Each(_) => keys(&path::any_of(value)),
        // In which order they come is not known here.
        other => Value::Each(Box::new(other.key())),
    }
}
