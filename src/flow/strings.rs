//! What string functions make of abstract values: constants stay constants, everything else keeps its origins.

use crate::value::{Piece, Source, Unknown, Value};

/// How a separator is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Any of its characters separates (`States.StringSplit`), and empty parts vanish.
    AnyOf,
    /// It separates as a whole (`$split`).
    Whole,
}

/// What a function of one value gives that is not followed further: a string of the same origins. The same function
/// of the same value is the same value.
pub fn derived(value: &Value, tag: &str) -> Value {
    match value {
        Value::Any(unknown) => Value::Any(unknown.derived_by(tag)),
        Value::Text(pieces) => match pieces.as_slice() {
            [Piece::Hole(unknown)] => Value::Any(unknown.derived_by(tag)),
            _ => Value::Any(some(value.collapsed(), tag)),
        },
        Value::OneOf(_) => value.each_alternative(|v| derived(v, tag)),
        Value::Absent => Value::Absent,
        other => Value::Any(some(other.collapsed(), tag)),
    }
}

/// What a function of several values gives that is not followed further.
pub fn mixed(args: &[Value], tag: &str) -> Value {
    let mut all = Unknown::default();
    for arg in args {
        let one = arg.collapsed();
        all.add_origins(&one.origins);
        all.add_guards(&one.guards);
    }
    Value::Any(some(all, tag))
}

fn some(unknown: Unknown, tag: &str) -> Unknown {
    if unknown.origins.is_empty() {
        Unknown::of(Source::Generated, tag)
    } else {
        unknown.derived()
    }
}

/// Applies a function of constants; what is not constant keeps its origins under this tag.
pub fn lift(value: &Value, tag: &str, constant: impl Fn(&str) -> Option<String>) -> Value {
    value.each_alternative(
        |one| match one.as_text().map(|text| constant(text).map(Value::text)) {
            Some(Some(value)) => value,
            _ => derived(one, tag),
        },
    )
}

/// A value as JSON text.
pub fn json_text(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) | Value::Null => {
            Value::concat(std::slice::from_ref(value))
        }
        Value::Any(unknown) => Value::Any(unknown.derived_by("string")),
        Value::OneOf(values) if values.iter().all(|v| v.as_text().is_some()) => {
            value.each_alternative(json_text)
        }
        other => match other.as_text() {
            Some(text) => Value::text(serde_json::Value::from(text).to_string()),
            None => mixed(std::slice::from_ref(other), "json text"),
        },
    }
}

/// The value that a JSON text is, where it is one.
pub fn parsed_json(text: &str) -> Option<Value> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(of_json(json))
}

fn of_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::text(text),
        serde_json::Value::Array(items) => Value::Array(items.into_iter().map(of_json).collect()),
        serde_json::Value::Object(members) => {
            Value::object(members.into_iter().map(|(k, v)| (k, of_json(v))))
        }
    }
}

/// The parts of a string. Known parts before the first hole stay exact; of a string with holes that may hold the
/// separator, only what any part may be.
pub fn split(value: &Value, separator: &Value, how: Split) -> Value {
    let Some(separator) = separator.as_text().filter(|s| !s.is_empty()) else {
        return Value::Each(Box::new(mixed(
            &[value.clone(), separator.clone()],
            "split",
        )));
    };
    let function = match how {
        Split::Whole => "split",
        Split::AnyOf => "States.StringSplit",
    };
    value.each_alternative(|one| match one {
        Value::Text(pieces) => split_pieces(pieces, separator, how),
        Value::Absent => Value::Absent,
        // The parts of one value of the run: each is told by its place.
        Value::Any(unknown) if unknown.identity.is_some() => {
            Value::Any(unknown.derived_by(&format!("{function}({separator:?})")))
        }
        other => Value::Each(Box::new(match derived(other, "split") {
            Value::Any(unknown) => Value::Any(unknown.derived()),
            other => other,
        })),
    })
}

fn split_pieces(pieces: &[Piece], separator: &str, how: Split) -> Value {
    let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut exact = true;
    for piece in pieces {
        match piece {
            Piece::Literal(text) => {
                let cut: Vec<&str> = match how {
                    Split::Whole => text.split(separator).collect(),
                    Split::AnyOf => text.split(|c| separator.contains(c)).collect(),
                };
                for (i, part) in cut.into_iter().enumerate() {
                    if i > 0 {
                        parts.push(Vec::new());
                    }
                    if let Some(last) = parts.last_mut() {
                        last.push(Piece::Literal(part.to_owned()));
                    }
                }
            }
            Piece::Hole(unknown) => {
                exact &= holds_none_of(unknown, separator);
                if let Some(last) = parts.last_mut() {
                    last.push(Piece::Hole(unknown.clone()));
                }
            }
        }
    }
    let mut values: Vec<Value> = parts.into_iter().map(Value::from_pieces).collect();
    if how == Split::AnyOf {
        values.retain(|v| v.as_text() != Some(""));
    }
    if exact {
        Value::Array(values)
    } else {
        // A part may also begin or end within what is open.
        let open = pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(unknown) => Some(Value::Any(unknown.derived())),
            Piece::Literal(_) => None,
        });
        let any = values.into_iter().chain(open);
        let any = any.fold(Value::NEVER, |a, b| a.join(&b));
        Value::Each(Box::new(any.anonymous()))
    }
}

/// Whether a separator cannot stand within it, nor begin or end in it.
pub fn never_meets(unknown: &Unknown, separator: &str) -> bool {
    let mut all = separator.chars();
    let (Some(first), rest) = (all.next(), all.as_str()) else {
        return false;
    };
    // What is written out in ARNs before the workflow's name is no word that a separator goes on with.
    let is_place = |path: &str| {
        let part = path.strip_prefix("$$.Execution.Id (");
        part.is_some_and(|part| !part.starts_with("workflow"))
    };
    holds_none_of(unknown, first.encode_utf8(&mut [0; 4]))
        && (rest.is_empty() || unknown.origins.iter().all(|o| is_place(&o.path)))
}

/// An execution's name has none of the characters that ARNs and paths are taken apart at (StartExecution, `name`), and no
/// more have the parts of its ARN.
pub fn holds_none_of(unknown: &Unknown, separator: &str) -> bool {
    let name = |path: &str| path == "$$.Execution.Name" || path.starts_with("$$.Execution.Id (");
    !unknown.origins.is_empty()
        && unknown.identity.is_some()
        && unknown.origins.iter().all(|o| name(&o.path))
        && separator.chars().all(|c| ":/#,;|\\ ".contains(c))
}
