//! Each function by its name.

use serde_json::Value;

use super::{Outcome, as_texts, is_unknown, scalar, text_of, unknown};
use crate::template::scope::Scope;

/// What a list may be repeated to by one `Fn::Join` or `Fn::Split`.
const MAX_PARTS: usize = 100_000;

impl Scope {
    /// What the function comes to; `None` where there is none of this name here.
    pub(super) fn function(&self, name: &str, argument: &Value) -> Option<Outcome> {
        let value = match name {
            "Ref" => match argument.as_str()? {
                "AWS::NoValue" => return Some(Outcome::Nothing),
                id => self.reference(id),
            },
            "Fn::GetAtt" => return Some(Outcome::Value(self.get_att(argument))),
            "Fn::If" => return Some(self.choice(argument)),
            "Fn::Sub" => return Some(self.in_each_world(argument, || self.sub(argument))),
            "Fn::Join" => return Some(self.in_each_world(argument, || self.join(argument))),
            "Fn::Select" => return Some(self.in_each_world(argument, || self.select(argument))),
            "Fn::Split" => return Some(self.in_each_world(argument, || self.split(argument))),
            "Fn::FindInMap" => Some(self.find_in_map(argument)),
            "Fn::Length" => Some(self.length(argument)),
            "Fn::ToJsonString" => {
                let value = self.resolve(argument).unwrap_or_default();
                Some(self.bounded(as_texts(&value).to_string()))
            }
            "Fn::GetAZs" => Some(self.zones()),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Condition" => {
                let whole = unknown(name, argument.clone());
                // A `Condition` member of a policy statement is no condition of the template.
                if name == "Condition" && !argument.is_string() {
                    return None;
                }
                Some(self.decide(&whole).map_or(whole, Value::Bool))
            }
            name if name.starts_with("Fn::") => {
                let argument = self.resolve(argument).unwrap_or_default();
                Some(unknown(name, argument))
            }
            _ => return None,
        };
        Some(value.map_or(Outcome::Nothing, Outcome::Value))
    }

    /// `"Id.Attribute"` or `["Id", "Attribute"]`
    fn get_att(&self, argument: &Value) -> Value {
        let known = match argument {
            Value::String(text) => text
                .split_once('.')
                .map(|(a, b)| (a.to_owned(), b.to_owned())),
            Value::Array(parts) => match parts.as_slice() {
                [id, rest @ ..] => {
                    let rest: Option<Vec<String>> = rest.iter().map(|p| self.text(p)).collect();
                    self.text(id).zip(rest.map(|r| r.join(".")))
                }
                [] => None,
            },
            _ => None,
        };
        match known {
            Some((id, attribute)) => self.attribute(&id, &attribute),
            None => unknown("Fn::GetAtt", argument.clone()),
        }
    }

    fn choice(&self, argument: &Value) -> Outcome {
        let Some([condition, then, otherwise]) = argument.as_array().map(Vec::as_slice) else {
            return Outcome::Value(unknown("Fn::If", argument.clone()));
        };
        match self.decided(condition) {
            Some(true) => self.outcome(then),
            Some(false) => self.outcome(otherwise),
            None => Outcome::Either(self.resolve(then), self.resolve(otherwise)),
        }
    }

    /// What a function comes to: where a choice that is not decided stands in its argument, a choice between what it comes to
    /// on each side. Positions mean something there, and the sides cannot stand beside each other.
    fn in_each_world(&self, argument: &Value, what: impl Fn() -> Value) -> Outcome {
        if self.is_in_world() || !argument.is_array() {
            return Outcome::Value(what());
        }
        let worlds = self.worlds([argument]);
        let mut values: Vec<Value> = Vec::new();
        for world in &worlds.all {
            let value = self.in_world(world, &what);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if worlds.cut {
            values.push(unknown("Fn::Unresolved", "many conditions"));
        }
        let mut values = values.into_iter();
        let (first, rest) = (
            values.next().unwrap_or_default(),
            values.collect::<Vec<_>>(),
        );
        match rest.as_slice() {
            [] => Outcome::Value(first),
            [one] => Outcome::Either(Some(first), Some(one.clone())),
            _ => Outcome::Either(Some(first), Some(unknown("Fn::If", rest))),
        }
    }

    /// Whether the condition of a choice holds: a name, or a condition itself.
    pub(in crate::template) fn decided(&self, condition: &Value) -> Option<bool> {
        match condition {
            Value::String(name) => self.condition(name),
            other => self.decide(other),
        }
    }

    fn join(&self, argument: &Value) -> Value {
        let whole = || unknown("Fn::Join", self.resolve(argument).unwrap_or_default());
        let Some([delimiter, parts]) = argument.as_array().map(Vec::as_slice) else {
            return whole();
        };
        let (Some(delimiter), Some(Value::Array(parts))) =
            (self.text(delimiter), self.resolve(parts))
        else {
            return whole();
        };
        if let [part] = parts.as_slice() {
            return part.clone();
        }
        let texts: Option<Vec<String>> = parts.iter().map(text_of).collect();
        match texts {
            Some(texts) => self.bounded(texts.join(&delimiter)),
            None => whole(),
        }
    }

    fn select(&self, argument: &Value) -> Value {
        let whole = || unknown("Fn::Select", self.resolve(argument).unwrap_or_default());
        let Some([index, list]) = argument.as_array().map(Vec::as_slice) else {
            return whole();
        };
        let index = self.text(index).and_then(|text| text.parse::<usize>().ok());
        let list = self.resolve(list);
        match (index, &list) {
            (Some(index), Some(Value::Array(items))) => {
                items.get(index).cloned().unwrap_or_else(whole)
            }
            _ => whole(),
        }
    }

    fn split(&self, argument: &Value) -> Value {
        let whole = || unknown("Fn::Split", self.resolve(argument).unwrap_or_default());
        let Some([delimiter, text]) = argument.as_array().map(Vec::as_slice) else {
            return whole();
        };
        match (self.text(delimiter), self.text(text)) {
            (Some(delimiter), Some(text)) if !delimiter.is_empty() => {
                let parts = text.split(delimiter.as_str()).take(MAX_PARTS);
                Value::Array(parts.map(Value::from).collect())
            }
            _ => whole(),
        }
    }

    fn length(&self, argument: &Value) -> Value {
        match self.resolve(argument) {
            Some(Value::Array(items)) => Value::from(items.len()),
            other => unknown("Fn::Length", other.unwrap_or_default()),
        }
    }

    fn zones(&self) -> Value {
        let region = self.pseudo("AWS::Region").unwrap_or_default();
        let zone = |letter: &str| Value::String(format!("{region}{letter}"));
        Value::Array(["a", "b", "c"].map(zone).to_vec())
    }

    /// `[map, top key, second key]`, and a default. Where a key depends on what is not known, the answer is known only
    /// if every key gives the same.
    fn find_in_map(&self, argument: &Value) -> Value {
        let whole = || unknown("Fn::FindInMap", self.resolve(argument).unwrap_or_default());
        let Some([map, top, second, rest @ ..]) = argument.as_array().map(Vec::as_slice) else {
            return whole();
        };
        let map = self.text(map);
        let Some(map) = map.as_deref().and_then(|name| self.mapping(name)) else {
            return whole();
        };
        let tops: Vec<&Value> = match self.decidable_text(top) {
            Some(key) => map.get(&key).into_iter().collect(),
            None => map
                .as_object()
                .into_iter()
                .flat_map(|m| m.values())
                .collect(),
        };
        let Some(second) = self.decidable_text(second) else {
            return whole();
        };
        let mut found: Vec<&Value> = tops.iter().filter_map(|top| top.get(&second)).collect();
        let all = found.len() == tops.len();
        found.dedup();
        match found.as_slice() {
            [one] if all => (*one).clone(),
            [] => {
                let default = rest.first().and_then(|r| r.get("DefaultValue"));
                default.and_then(|d| self.resolve(d)).unwrap_or_else(whole)
            }
            _ => whole(),
        }
    }

    /// A text on which a decision may rest: no placeholder stands in for a part of it.
    pub(in crate::template) fn decidable_text(&self, value: &Value) -> Option<String> {
        if self.rests_on_placeholder(value, 0) {
            return None;
        }
        let value = self.resolve(value)?;
        match is_unknown(&value) {
            true => None,
            false => scalar(&value).filter(|text| !text.contains("${")),
        }
    }
}
