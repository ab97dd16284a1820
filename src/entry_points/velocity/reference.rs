//! What the references of a template stand for.

use super::{Link, hole};
use crate::entry_points::text::Part;
use crate::value::{Source, Unknown, Value};

/// `$input.body`, `$input.json(path)`, `$input.path(path)`, `$input.params(name)`
pub(super) fn input(link: &Link) -> Option<Vec<Part>> {
    Some(match (link.name.as_str(), link.first()) {
        ("body", _) => hole(Source::Caller, "$"),
        ("json" | "path", Some(path)) => hole(Source::Caller, &path),
        ("params", Some(name)) => hole(Source::Caller, &format!("params.{name}")),
        // A path or name that is itself computed leads somewhere in the request.
        ("json" | "path" | "params", None) => hole(Source::Caller, "params"),
        _ => return None,
    })
}

/// What a caller may choose of the context: what it says of itself, and a GraphQL field's arguments.
pub(super) fn context(path: &str) -> Vec<Part> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    match first {
        "arguments" | "args" if rest.is_empty() => hole(Source::Caller, "$"),
        "arguments" | "args" => hole(Source::Caller, &format!("$.{rest}")),
        "request" | "path" => hole(Source::Caller, &format!("params.{rest}")),
        "identity" if rest.eq_ignore_ascii_case("userAgent") => {
            hole(Source::Caller, "params.user-agent")
        }
        "" => hole(Source::Caller, "$"),
        _ => hole(Source::Context(format!("$context.{path}")), path),
    }
}

pub(super) fn util(link: &Link) -> Option<Vec<Part>> {
    let arguments = link.arguments.as_deref().unwrap_or_default();
    match (link.name.as_str(), arguments) {
        ("escapeJavaScript", [value]) => Some(value.iter().map(escaped).collect()),
        (
            "toJson" | "parseJson" | "urlDecode" | "urlEncode" | "base64Encode" | "base64Decode",
            [value],
        ) => match value.as_slice() {
            [Part::Hole(_)] => Some(value.clone()),
            parts => Some(vec![Part::Hole(together(parts))]),
        },
        ("autoId" | "time" | "autoUlid" | "autoKsuid", _) => {
            Some(hole(Source::Generated, "generated"))
        }
        ("qr" | "quiet", _) => Some(Vec::new()),
        _ => None,
    }
}

/// One value that stands for all of the parts.
fn together(parts: &[Part]) -> Value {
    let mut all = Unknown::default();
    for part in parts {
        if let Part::Hole(value) = part {
            all.add_origins(&value.collapsed().origins);
        }
    }
    if all.origins.is_empty() {
        return Value::Any(Unknown::of(Source::Generated, "computed"));
    }
    Value::Any(all)
}

/// `$util.escapeJavaScript`: what is chosen stays so.
fn escaped(part: &Part) -> Part {
    let Part::Text(text) = part else {
        return part.clone();
    };
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' | '\'' | '/' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    Part::Text(out)
}

/// A member of a value, or what a method makes of it.
pub(super) fn linked(value: Vec<Part>, link: &Link) -> Option<Vec<Part>> {
    let member = match (&link.arguments, link.name.as_str()) {
        (None, name) => Some(name.to_owned()),
        (Some(_), "get" | "path") => Some(link.first().unwrap_or_else(|| "*".to_owned())),
        (Some(_), _) => None,
    };
    match (value.as_slice(), member) {
        ([Part::Hole(Value::Any(unknown))], Some(member)) => {
            let suffix = match member.strip_prefix("$.") {
                Some(rest) => format!(".{rest}"),
                None => format!(".{member}"),
            };
            Some(vec![Part::Hole(Value::Any(unknown.part(&suffix)))])
        }
        // What a method makes of something chosen is chosen, and is the same text but for its spelling.
        ([Part::Hole(_)], None) => Some(value),
        (parts, None) if parts.iter().all(|p| matches!(p, Part::Text(_))) => {
            (link.name == "toString" || link.name == "trim").then_some(value)
        }
        _ => None,
    }
}
