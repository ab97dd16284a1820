//! What an event pattern lets through (EventBridge User Guide, "Event pattern syntax"): a guard on the event like any other.

use serde_json::Value as Json;

use super::text;
use crate::value::{Piece, Unknown, Value};

/// What stands at a place of an event that the pattern lets through, where without it this would.
pub fn let_through(pattern: &Json, open: &Unknown) -> Value {
    match pattern {
        Json::Object(members) => {
            let mut object = Value::Any(open.clone());
            for (name, member) in members.iter().filter(|(name, _)| *name != "$or") {
                let field = open.part(&format!(".{name}"));
                object = object.with_field(name, let_through(member, &field));
            }
            object
        }
        Json::Array(matchers) => {
            let scalars = matchers.iter().map(|m| matched(m, open));
            // An array fits where one of its elements does: the others are open.
            let array = Value::Each(Box::new(Value::Any(open.some_part("[*]"))));
            scalars.fold(array, |all, one| all.join(&one))
        }
        _ => Value::Any(open.clone()),
    }
}

fn matched(matcher: &Json, open: &Unknown) -> Value {
    let hole = || Piece::Hole(open.clone());
    let literal = |text: &str| Piece::Literal(text.to_owned());
    match matcher {
        Json::Object(test) => match test.iter().next() {
            Some((key, Json::String(text))) => match key.as_str() {
                "prefix" => Value::from_pieces([literal(text), hole()]),
                "suffix" => Value::from_pieces([hole(), literal(text)]),
                "equals-ignore-case" => Value::text(text.clone()),
                "wildcard" => {
                    Value::from_pieces(text.split('*').enumerate().flat_map(|(index, part)| {
                        let before = (index > 0).then(hole);
                        before
                            .into_iter()
                            .chain([literal(part)])
                            .collect::<Vec<_>>()
                    }))
                }
                _ => Value::Any(open.clone()),
            },
            Some((key, Json::Bool(false))) if key == "exists" => Value::Absent,
            Some((key, _)) if key == "numeric" => Value::Number(String::new()),
            _ => Value::Any(open.clone()),
        },
        scalar => text::constant(scalar),
    }
}

/// The texts that a list of matchers names, where each is a literal or a beginning: with whether it is whole.
pub fn beginnings(pattern: Option<&Json>) -> Option<Vec<(String, bool)>> {
    let list = pattern?.as_array()?.iter();
    list.map(|matcher| match matcher {
        Json::String(text) => Some((text.clone(), true)),
        Json::Object(test) => match test.iter().next() {
            Some((key, Json::String(text))) => match key.as_str() {
                "prefix" => Some((text.clone(), false)),
                "equals-ignore-case" => Some((text.clone(), true)),
                "wildcard" => {
                    let whole = !text.contains('*');
                    Some((text.split('*').next().unwrap_or_default().to_owned(), whole))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
    .collect()
}
