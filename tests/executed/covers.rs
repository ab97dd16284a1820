//! Whether an abstract value stands for a concrete one.

use serde_json::Value as Json;
use stepwarden::glob::Glob;
use stepwarden::value::Value;

use crate::generate::MARK;

/// `Err` says what was not predicted.
pub fn covers(value: &Value, given: &Json) -> Result<(), String> {
    let refuse = |why: &str| Err(format!("{why}: {given} against {value:?}"));
    // A literal of the definition may spell a mark.
    let literal = |v: &Value| v.unknowns().is_empty() && v.finite().is_some();
    let inside = matches!(
        value,
        Value::Object { .. } | Value::Array(_) | Value::Each(_)
    );
    let explained = inside || value.is_tainted() || value.alternatives().iter().any(literal);
    if !explained && given.to_string().contains(MARK) {
        return refuse("marked, but not tainted");
    }
    match (value, given) {
        (Value::OneOf(values), _) => {
            let tried: Vec<_> = values.iter().map(|v| covers(v, given)).collect();
            match tried.iter().any(Result::is_ok) {
                true => Ok(()),
                false => refuse("no alternative fits"),
            }
        }
        (Value::Any(unknown), Json::String(text)) => {
            match unknown.patterns().iter().any(|p| p.matches(text)) {
                true => Ok(()),
                false => refuse("outside of what the guards let through"),
            }
        }
        (Value::Any(_), _) | (Value::Absent | Value::Null, Json::Null) => Ok(()),
        (Value::Text(_), Json::String(text)) => {
            let patterns = or_missing(value).patterns();
            match patterns.iter().any(|p| p.matches(text)) {
                true => Ok(()),
                false => refuse("another text"),
            }
        }
        (Value::Number(text), Json::Number(number)) => {
            match text.parse::<f64>().ok() == number.as_f64() {
                true => Ok(()),
                false => refuse("another number"),
            }
        }
        (Value::Bool(a), Json::Bool(b)) if a == b => Ok(()),
        (Value::Object { fields, rest }, Json::Object(members)) => {
            members.iter().try_for_each(|(name, member)| {
                // A name is a value like any other.
                let is_told = fields.contains_key(name) || value.key().is_tainted();
                match (fields.get(name), rest) {
                    _ if name.contains(MARK) && !is_told => refuse("a marked name, not tainted"),
                    (Some(field), _) => covers(field, member),
                    (None, Some(rest)) => covers(rest, member),
                    (None, None) => refuse("a field that was not predicted"),
                }
                .map_err(|why| format!("{name}: {why}"))
            })
        }
        // What is told by some of its fields may be anything else on another way.
        (Value::Object { rest: Some(_), .. }, _) => Ok(()),
        // Where elements may be missing, or be arrays themselves, it is each of them in any number.
        (Value::Array(values), Json::Array(items)) if values.iter().any(Value::may_be_absent) => {
            let any = value.elements();
            items.iter().try_for_each(|item| covers(&any, item))
        }
        (Value::Array(values), _) if values.iter().any(Value::may_be_absent) => {
            covers(&value.elements(), given)
        }
        (Value::Array(values), Json::Array(items)) if values.len() == items.len() => values
            .iter()
            .zip(items)
            .try_for_each(|(v, item)| covers(v, item)),
        (Value::Each(value), Json::Array(items)) => {
            items.iter().try_for_each(|item| covers(value, item))
        }
        // JSONata takes a sequence of one out of its array.
        (Value::Each(value), _) => covers(value, given),
        _ => refuse("another shape"),
    }
}

/// The same text, where each part that guards have cut may be missing, too.
fn or_missing(text: &Value) -> Value {
    text.map_unknowns(&mut |part| {
        let mut part = part.clone();
        if let Some(allowed) = &mut part.allowed {
            allowed.push(Glob::literal(""));
        }
        part
    })
}
