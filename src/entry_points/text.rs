//! JSON as templates write it: text with holes, which are values of their own.

use serde_json::Value as Json;

use crate::value::{Piece, Unknown, Value};

/// One part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// What a request, an event or a deployment fills in.
    Hole(Value),
}

/// Stands before a hole's number inside a string.
const INSIDE: char = '\u{E000}';
/// Ends a hole's number.
const END: char = '\u{E001}';
/// Stands before a hole's number where a value is expected.
const VALUE: char = '\u{E002}';

/// The document that the text is, with its holes in their places; `None` where it is none.
pub fn document(parts: &[Part]) -> Option<Value> {
    let mut holes = Vec::new();
    let mut marked = String::new();
    let mut inside = false;
    let mut escaped = false;
    for part in parts {
        match part {
            Part::Text(text) => {
                if text.contains([INSIDE, END, VALUE]) {
                    return None;
                }
                for c in text.chars() {
                    match c {
                        '"' if !escaped => inside = !inside,
                        _ => {}
                    }
                    escaped = inside && c == '\\' && !escaped;
                    marked.push(c);
                }
            }
            Part::Hole(value) => {
                let number = holes.len();
                holes.push(value.clone());
                escaped = false;
                marked.push_str(&match inside {
                    true => format!("{INSIDE}{number}{END}"),
                    false => format!("\"{VALUE}{number}{END}\""),
                });
            }
        }
    }
    let json: Json = serde_json::from_str(&marked).ok()?;
    Some(filled(&json, &holes))
}

/// The document that a string of known parts and holes holds; `None` where it holds none.
pub fn inner(pieces: &[Piece]) -> Option<Value> {
    let parts: Vec<Part> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => Part::Text(text.clone()),
            Piece::Hole(unknown) => Part::Hole(Value::Any(unknown.clone())),
        })
        .collect();
    document(&parts)
}

fn filled(json: &Json, holes: &[Value]) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => string(text, holes),
        Json::Array(items) => Value::Array(items.iter().map(|i| filled(i, holes)).collect()),
        Json::Object(members) => {
            let mut object = Value::object([]);
            let mut named_by_holes = Unknown::default();
            for (name, member) in members {
                let value = filled(member, holes);
                match string(name, holes).as_text() {
                    Some(name) => object = object.with_field(name, value),
                    // A name that a request chooses may be any name.
                    None => {
                        named_by_holes.add_origins(&string(name, holes).collapsed().origins);
                        named_by_holes.add_origins(&value.collapsed().origins);
                    }
                }
            }
            match object {
                Value::Object { fields, .. } if !named_by_holes.origins.is_empty() => {
                    Value::Object {
                        fields: fields.map(|_, v| v.clone()),
                        rest: Some(Box::new(Value::Any(named_by_holes))),
                    }
                }
                object => object,
            }
        }
    }
}

fn string(text: &str, holes: &[Value]) -> Value {
    let hole = |number: &str| -> Value {
        let found = number.parse::<usize>().ok().and_then(|n| holes.get(n));
        found.cloned().unwrap_or(Value::Absent)
    };
    if let Some(number) = text.strip_prefix(VALUE).and_then(|t| t.strip_suffix(END)) {
        return hole(number);
    }
    let mut pieces = Vec::new();
    for (index, rest) in text.split(INSIDE).enumerate() {
        let literal = match (index, rest.split_once(END)) {
            (0, _) | (_, None) => rest,
            (_, Some((number, literal))) => {
                pieces.extend(in_text(&hole(number)));
                literal
            }
        };
        pieces.push(Piece::Literal(literal.to_owned()));
    }
    Value::from_pieces(pieces)
}

/// A value inside a string. Where a pattern lets scalars through, or an array that holds one of them, the scalars are
/// meant: an array inside a string is no name and no key.
pub fn in_text(value: &Value) -> Vec<Piece> {
    match value {
        Value::OneOf(values) if values.iter().any(|v| !is_array(v)) => {
            let scalars = values.iter().filter(|v| !is_array(v));
            let joined = scalars.fold(Value::NEVER, |all, one| all.join(one));
            match joined {
                Value::OneOf(_) => vec![Piece::Hole(joined.collapsed())],
                one => in_text(&one),
            }
        }
        Value::Text(pieces) => pieces.clone(),
        Value::Number(number) => vec![Piece::Literal(number.clone())],
        Value::Bool(truth) => vec![Piece::Literal(truth.to_string())],
        Value::Absent | Value::Null => Vec::new(),
        Value::Any(unknown) => vec![Piece::Hole(unknown.clone())],
        other => vec![Piece::Hole(other.collapsed())],
    }
}

const fn is_array(value: &Value) -> bool {
    matches!(value, Value::Each(_) | Value::Array(_))
}

/// Constant JSON.
pub fn constant(json: &Json) -> Value {
    filled(json, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Source;

    fn hole() -> Part {
        Part::Hole(Value::Any(Unknown::of(Source::Caller, "$")))
    }

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    #[test]
    fn holes_stand_for_values_and_for_parts_of_strings() {
        let parts = [
            text(r#"{"a": "#),
            hole(),
            text(r#", "b": "x-"#),
            hole(),
            text(r#"", "c": "\"{", "d": 1}"#),
        ];
        let found = document(&parts).unwrap();
        assert!(matches!(found.field("a"), Value::Any(_)));
        assert!(matches!(found.field("b"), Value::Text(p) if p.len() == 2));
        assert_eq!(found.field("c").as_text(), Some("\"{"));
        assert_eq!(found.field("d"), Value::Number("1".to_owned()));
        assert_eq!(found.field("e"), Value::Absent);
    }

    #[test]
    fn a_document_inside_a_string_is_read_again() {
        let parts = [
            text(r#"{"input": "{\"q\": \""#),
            hole(),
            text(r#"\", \"k\": true}"}"#),
        ];
        let Value::Text(pieces) = document(&parts).unwrap().field("input") else {
            panic!("no text");
        };
        let input = inner(&pieces).unwrap();
        assert!(input.field("q").is_tainted());
        assert_eq!(input.field("k"), Value::Bool(true));
    }

    #[test]
    fn a_name_that_is_chosen_may_be_every_name() {
        let found = document(&[text(r#"{"k": 1, ""#), hole(), text(r#"": 2}"#)]).unwrap();
        assert!(found.field("anything").is_tainted());
        assert!(!found.field("k").is_tainted());
    }

    #[test]
    fn what_is_no_document_is_none_and_markers_are_not_taken_from_outside() {
        assert_eq!(document(&[text("{"), hole()]), None);
        assert_eq!(document(&[text("\"\u{E002}0\u{E001}\""), hole()]), None);
        assert_eq!(document(&[]), None);
    }
}
