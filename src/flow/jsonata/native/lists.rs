//! Functions that put elements of lists elsewhere: what stands in its place for certain is told with it.

use super::path;
use crate::value::Value;

/// `$append`: the elements of both, in a row.
pub fn append(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Absent, other) | (other, Value::Absent) => return other.clone(),
        _ => {}
    }
    let (mut all, more) = (in_a_row(a), in_a_row(b));
    all.extend(more);
    if all.iter().all(Value::may_be_absent) {
        return Value::Each(Box::new(path::any_of(a).join(&path::any_of(b)).anonymous()));
    }
    // Where one of them is nothing, the other stays as it is, be it an array or none.
    let alone = |one: &Value, other: &Value| match one {
        Value::Array(_) | Value::Each(_) => Value::NEVER,
        _ if may_be_nothing(other) => one.clone(),
        _ => Value::NEVER,
    };
    Value::Array(all).join(&alone(a, b)).join(&alone(b, a))
}

/// `$reverse`: the last element comes first.
pub fn reverse(list: &Value) -> Value {
    match list {
        Value::Array(values) => Value::Array(values.iter().rev().cloned().collect()),
        Value::OneOf(_) => list.each_alternative(reverse),
        // What stood at a place stands at another one.
        other => other.anonymous(),
    }
}

/// `$sort`, `$shuffle`, `^(…)`: the same elements in an order that is not known here. No place of it is the place of the same
/// number in what it was.
pub fn in_any_order(list: &Value) -> Value {
    match list {
        Value::Array(_) | Value::Each(_) => Value::Each(Box::new(path::any_of(list))),
        Value::OneOf(_) => list.each_alternative(in_any_order),
        other => other.anonymous(),
    }
}

/// `$distinct`: the first element stays first, and others may be left out. A sequence of which one is left is that one.
pub fn distinct(list: &Value) -> Value {
    match list {
        Value::Array(values) => match values.split_first() {
            Some((first, rest)) if !first.may_be_absent() && !rest.is_empty() => {
                let rest = rest.iter().map(|value| value.clone().or_absent());
                let all = std::iter::once(first.clone()).chain(rest).collect();
                Value::Array(all).join(first)
            }
            Some(_) if values.len() > 1 => Value::Each(Box::new(path::any_of(list))),
            _ => list.clone(),
        },
        Value::OneOf(_) => list.each_alternative(distinct),
        other => other.anonymous(),
    }
}

/// `$zip`: the first elements of all lists side by side, then the second ones, while every list has one.
pub fn zip(lists: &[Value]) -> Value {
    let lists = lists.iter().filter(|list| **list != Value::Absent);
    let rows: Vec<Vec<Value>> = lists.clone().map(in_a_row).collect();
    let certain = |row: &Vec<Value>| row.iter().take_while(|v| !v.may_be_absent()).count();
    let known = rows.iter().map(certain).min().unwrap_or(0);
    let is_whole = rows
        .iter()
        .any(|row| row.len() == known && certain(row) == known);
    let column =
        |at: usize| Value::Array(rows.iter().filter_map(|row| row.get(at)).cloned().collect());
    let mut all: Vec<Value> = (0..known).map(column).collect();
    if is_whole {
        return Value::Array(all);
    }
    let any = lists.fold(Value::NEVER, |any, list| any.join(&path::any_of(list)));
    let rest = Value::Each(Box::new(any.anonymous()));
    if all.is_empty() {
        return Value::Each(Box::new(rest));
    }
    all.push(rest.or_absent());
    Value::Array(all)
}

/// The elements of a list, or the one that a value is, in their places; where some may be missing or there may be several, it
/// says so.
fn in_a_row(list: &Value) -> Vec<Value> {
    let is_list = |v: &Value| matches!(v, Value::Array(_) | Value::Each(_) | Value::Any(_));
    match list {
        Value::Absent => Vec::new(),
        Value::Array(values) => values.clone(),
        Value::Text(_) | Value::Number(_) | Value::Bool(_) | Value::Null => vec![list.clone()],
        Value::Object { rest: None, .. } => vec![list.clone()],
        Value::OneOf(values) if !values.iter().any(is_list) => vec![list.clone()],
        _ => vec![path::any_of(list).anonymous().or_absent()],
    }
}

/// Whether there may be nothing in its place.
fn may_be_nothing(value: &Value) -> bool {
    matches!(value, Value::Any(_) | Value::Each(_))
        || value.may_be_absent()
        || value
            .alternatives()
            .iter()
            .any(|v| matches!(v, Value::Any(_) | Value::Each(_)))
}
