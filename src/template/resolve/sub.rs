//! `Fn::Sub`.

use serde_json::{Map, Value};

use super::{scalar, text_of, unknown};
use crate::template::scope::Scope;

/// A part of the text.
enum Part<'t> {
    Literal(&'t str),
    /// `${!Name}`, which stands for `${Name}`.
    Escaped(&'t str),
    /// `${Name}`
    Name(&'t str),
}

impl Scope {
    /// `"text"` or `["text", {"Name": value, …}]`
    pub(super) fn sub(&self, argument: &Value) -> Value {
        let (text, own) = match argument {
            Value::Array(items) => match items.as_slice() {
                [text, Value::Object(own), ..] => (text.as_str(), Some(own)),
                [text] => (text.as_str(), None),
                _ => (None, None),
            },
            other => (other.as_str(), None),
        };
        let Some(text) = text else {
            return unknown("Fn::Sub", self.resolve(argument).unwrap_or_default());
        };
        let parts = parts(text);
        if let [Part::Name(name)] = parts.as_slice() {
            return self.named(name, own).unwrap_or_default();
        }
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Escaped(name) => out.push_str(&format!("${{{name}}}")),
                Part::Name(name) => {
                    let value = self.named(name, own);
                    let text = value.as_ref().and_then(text_of);
                    out.push_str(&text.unwrap_or_else(|| format!("${{{name}}}")));
                }
            }
        }
        self.bounded(out)
    }

    fn named(&self, name: &str, own: Option<&Map<String, Value>>) -> Option<Value> {
        let value = match own.and_then(|own| own.get(name)) {
            Some(value) => self.resolve(value),
            None => match name.split_once('.') {
                Some((id, attribute)) => Some(self.attribute(id, attribute)),
                None => self.reference(name),
            },
        };
        value.map(|value| scalar(&value).map_or(value, Value::String))
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            out.push(Part::Literal(before));
        }
        out.push(match name.strip_prefix('!') {
            Some(escaped) => Part::Escaped(escaped),
            None => Part::Name(name.trim()),
        });
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(Part::Literal(rest));
    }
    out
}
