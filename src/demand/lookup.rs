//! Finding a request's parameters in the abstract value of a task's arguments.

use crate::value::{Piece, Value};

/// More values of one parameter than this are not told apart.
pub(super) const MAX_VALUES: usize = 64;

/// The values at a path such as `Entries[].EventBusName`, [`Value::Absent`] among them where it may be absent.
/// Names are compared without regard to case: a task writes `FunctionName` where the API has `functionName`.
pub(super) fn lookup(arguments: &Value, path: &str) -> Vec<Value> {
    let mut found = vec![arguments.clone()];
    for step in path.split('.') {
        let (name, each) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        let mut next = Vec::new();
        for value in &found {
            for inner in field(value, name) {
                if each {
                    next.extend(elements(&inner));
                } else {
                    next.push(inner);
                }
            }
        }
        next.truncate(MAX_VALUES);
        found = next;
    }
    found
}

/// Whether the path surely holds something.
pub(super) fn is_present(arguments: &Value, path: &str) -> bool {
    let found = lookup(arguments, path);
    !found.is_empty()
        && found
            .iter()
            .all(|v| !matches!(v, Value::Absent | Value::Null))
}

/// Whether a request holds a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// In every run.
    Always,
    /// In some, or it is not known.
    Maybe,
    /// In none.
    Never,
}

/// Whether the path holds something.
pub(super) fn presence(arguments: &Value, path: &str) -> Presence {
    let found = lookup(arguments, path);
    let absent = |v: &Value| match v {
        // A switch that is off asks for nothing.
        Value::Absent | Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object { fields, rest: None } => fields.is_empty(),
        _ => false,
    };
    if found.iter().all(absent) {
        Presence::Never
    } else if found.iter().any(absent) || matches!(arguments, Value::Any(_)) {
        Presence::Maybe
    } else {
        Presence::Always
    }
}

fn field(value: &Value, name: &str) -> Vec<Value> {
    match value {
        Value::OneOf(values) => values.iter().flat_map(|v| field(v, name)).collect(),
        Value::Object { fields, rest } => fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.clone())
            .or_else(|| rest.as_deref().cloned())
            .map_or_else(|| vec![Value::Absent], |v| vec![v]),
        Value::Any(_) => vec![value.field(name)],
        Value::Array(values) => values.iter().flat_map(|v| field(v, name)).collect(),
        Value::Each(inner) => field(inner, name),
        _ => vec![Value::Absent],
    }
}

fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::OneOf(values) => values.iter().flat_map(elements).collect(),
        Value::Array(values) => values.clone(),
        Value::Each(inner) => vec![(**inner).clone()],
        Value::Any(_) => vec![value.elements()],
        other => vec![other.clone()],
    }
}

/// The strings that a value may be, as pieces; lists count as each of their elements, what is no string as nothing.
pub(super) fn spellings(value: &Value) -> Vec<Vec<Piece>> {
    match value {
        Value::Text(pieces) => vec![pieces.clone()],
        Value::Number(number) => vec![vec![Piece::Literal(number.clone())]],
        Value::Any(unknown) => vec![vec![Piece::Hole(unknown.clone())]],
        Value::Each(inner) => spellings(inner),
        Value::Array(values) | Value::OneOf(values) => {
            let mut found: Vec<_> = values.iter().flat_map(spellings).collect();
            found.truncate(MAX_VALUES);
            found
        }
        // What is told by some of its fields may be a text on another way; and of what a caller put together it is the
        // service's word, not ours, that it names nothing.
        Value::Object { rest, .. } => {
            let all = value.collapsed();
            match rest.is_some() || all.is_tainted() {
                true => vec![vec![Piece::Hole(all)]],
                false => Vec::new(),
            }
        }
        Value::Absent | Value::Null | Value::Bool(_) => Vec::new(),
    }
}
