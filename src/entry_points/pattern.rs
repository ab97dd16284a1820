//! What an event pattern lets through (EventBridge User Guide, "Event pattern syntax"): a guard on the event like any other.

use serde_json::Value as Json;

use super::text;
use crate::value::{Piece, Unknown, Value};

/// More patterns than this are not told apart: where an `$or` comes to more, it is left out, and lets everything through.
const MAX_PATTERNS: usize = 32;

/// The patterns without `$or` of which an event has to fit one; an `$or` stands at any level.
pub fn alternatives(pattern: &Json) -> Vec<Json> {
    let Json::Object(members) = pattern else {
        return vec![pattern.clone()];
    };
    let mut all = vec![serde_json::Map::new()];
    for (name, member) in members {
        let choices: Vec<serde_json::Map<String, Json>> = match (name.as_str(), member) {
            ("$or", Json::Array(branches)) => {
                let branches = branches.iter().flat_map(alternatives);
                branches.filter_map(|b| b.as_object().cloned()).collect()
            }
            _ => {
                let members = alternatives(member).into_iter();
                let one = |member| serde_json::Map::from_iter([(name.clone(), member)]);
                members.map(one).collect()
            }
        };
        if choices.is_empty() || all.len().saturating_mul(choices.len()) > MAX_PATTERNS {
            continue;
        }
        let with = |one: &serde_json::Map<String, Json>| {
            let one = one.clone();
            let joined = move |choice: &serde_json::Map<String, Json>| merged(&one, choice);
            choices.iter().map(joined).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all.into_iter().map(Json::Object).collect()
}

/// What both ask for. Of a field that both name, what the second says counts: each is a guard that holds.
fn merged(
    one: &serde_json::Map<String, Json>,
    other: &serde_json::Map<String, Json>,
) -> serde_json::Map<String, Json> {
    let mut all = one.clone();
    for (name, member) in other {
        let joined = match (all.get(name), member) {
            (Some(Json::Object(a)), Json::Object(b)) => Json::Object(merged(a, b)),
            _ => member.clone(),
        };
        all.insert(name.clone(), joined);
    }
    all
}

/// What stands at a place of an event that the pattern lets through, where without it this would.
pub fn let_through(pattern: &Json, open: &Unknown) -> Value {
    match alternatives(pattern).as_slice() {
        [one] => without_or(one, open),
        several => {
            let each = several.iter().map(|one| without_or(one, open));
            each.fold(Value::NEVER, |all, one| all.join(&one))
        }
    }
}

fn without_or(pattern: &Json, open: &Unknown) -> Value {
    match pattern {
        Json::Object(members) => {
            let mut object = Value::Any(open.clone());
            for (name, member) in members {
                let field = open.part(&format!(".{name}"));
                object = object.with_field(name, without_or(member, &field));
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

/// The texts that both lists name; of one that names none, what the other does.
pub fn both(
    one: Option<Vec<(String, bool)>>,
    other: Option<Vec<(String, bool)>>,
) -> Option<Vec<(String, bool)>> {
    let (one, other) = match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (one, other) => return one.or(other),
    };
    let fits = |begin: &(String, bool), text: &str| match begin.1 {
        true => begin.0 == text,
        false => text.starts_with(begin.0.as_str()),
    };
    let mut all = Vec::new();
    for a in &one {
        for b in &other {
            let shared = match (a.1, b.1) {
                (true, _) => fits(b, &a.0).then_some(a),
                (_, true) => fits(a, &b.0).then_some(b),
                _ if fits(a, &b.0) => Some(b),
                _ => fits(b, &a.0).then_some(a),
            };
            all.extend(shared.filter(|s| !all.contains(*s)).cloned());
        }
    }
    Some(all)
}

/// Whether a member's matchers let this text through; where they are none that name texts, they do.
pub fn lets(pattern: Option<&Json>, text: &str) -> bool {
    beginnings(pattern).is_none_or(|wanted| {
        let mut wanted = wanted.iter();
        wanted.any(|(begin, whole)| match whole {
            true => begin.eq_ignore_ascii_case(text),
            false => text.starts_with(begin.as_str()),
        })
    })
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
