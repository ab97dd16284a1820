//! `Fn::ForEach` (CloudFormation template reference, "Fn::ForEach"): loops written out before anything else is read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::scope::Scope;
use crate::loc::Pointer;

/// No template is written out to more members than this; CloudFormation itself takes 500 resources.
const MAX_MEMBERS: usize = 20_000;
/// Bytes that one loop may write out.
const MAX_BYTES: usize = 16 << 20;
/// What the key of a loop begins with.
const LOOP: &str = "Fn::ForEach::";
/// Loops inside loops; CloudFormation takes 5 levels.
const MAX_LOOPS: usize = 8;

/// The members with every loop among them written out. What loops over a list that is not known stays as it is.
pub(super) fn expand(members: &Map<String, Value>, scope: &Scope) -> Map<String, Value> {
    let mut left = MAX_MEMBERS;
    expand_members(members, scope, 0, &mut left)
}

/// Where the members that come of loops are written. Of bodies with several members, the first tells about where.
pub(super) fn places(section: &Map<String, Value>, scope: &Scope) -> BTreeMap<String, Pointer> {
    let mut out = BTreeMap::new();
    for (key, value) in section.iter().filter(|(key, _)| key.starts_with(LOOP)) {
        let alone = Map::from_iter([(key.clone(), value.clone())]);
        let at = body(key, value);
        let ids = expand(&alone, scope).into_iter();
        out.extend(ids.map(|(id, _)| (id, at.clone())));
    }
    out
}

/// Where the first member that a loop writes out stands.
fn body(key: &str, value: &Value) -> Pointer {
    let mut at = Pointer::root().key("Resources").key(key).index(2);
    let mut inner = value.get(2);
    for _ in 0..MAX_LOOPS {
        let first = inner
            .and_then(Value::as_object)
            .and_then(|m| m.iter().next());
        let Some((key, value)) = first else { break };
        at = at.key(key);
        if !key.starts_with(LOOP) {
            break;
        }
        at = at.index(2);
        inner = value.get(2);
    }
    at
}

fn expand_members(
    members: &Map<String, Value>,
    scope: &Scope,
    depth: usize,
    left: &mut usize,
) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in members {
        match one_loop(key, value, scope) {
            Some(each) if depth < MAX_LOOPS => {
                for member in each {
                    let inner = expand_members(&member, scope, depth + 1, left);
                    for (key, value) in inner {
                        if *left == 0 {
                            return out;
                        }
                        *left -= 1;
                        out.insert(key, value);
                    }
                }
            }
            _ => {
                out.insert(key.clone(), nested(value, scope, left));
            }
        }
    }
    out
}

/// Loops deeper inside, such as among a resource's properties.
fn nested(value: &Value, scope: &Scope, left: &mut usize) -> Value {
    match value {
        Value::Object(members) if has_loop(value, 0) => {
            Value::Object(expand_members(members, scope, 0, left))
        }
        Value::Array(items) if has_loop(value, 0) => {
            Value::Array(items.iter().map(|item| nested(item, scope, left)).collect())
        }
        other => other.clone(),
    }
}

fn has_loop(value: &Value, depth: usize) -> bool {
    if depth > 128 {
        return false;
    }
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(key, value)| key.starts_with("Fn::ForEach::") || has_loop(value, depth + 1)),
        Value::Array(items) => items.iter().any(|item| has_loop(item, depth + 1)),
        _ => false,
    }
}

/// `"Fn::ForEach::Name": ["Variable", [values], {members}]`: the members once for each value.
fn one_loop(key: &str, value: &Value, scope: &Scope) -> Option<Vec<Map<String, Value>>> {
    key.strip_prefix(LOOP)?;
    let [variable, list, Value::Object(body)] = value.as_array()?.as_slice() else {
        return None;
    };
    let variable = variable.as_str()?;
    let Some(Value::Array(items)) = scope.resolve(list) else {
        return None;
    };
    let each = items.iter().map(|item| {
        let text = super::resolve::scalar(item)?;
        match replaced(&Value::Object(body.clone()), variable, &text) {
            Value::Object(members) => Some(members),
            _ => None,
        }
    });
    let size = value.to_string().len().max(1);
    each.take((MAX_BYTES / size).min(MAX_MEMBERS)).collect()
}

/// The value with the loop's variable in keys, texts and references replaced.
fn replaced(value: &Value, variable: &str, text: &str) -> Value {
    let in_text = |s: &str| {
        s.replace(&format!("${{{variable}}}"), text)
            .replace(&format!("&{{{variable}}}"), &alphanumeric(text))
    };
    match value {
        Value::Object(members) => {
            if let Some(("Ref", Value::String(name))) = super::resolve::single(members)
                && name == variable
            {
                return Value::from(text);
            }
            let each = members
                .iter()
                .map(|(key, value)| (in_text(key), replaced(value, variable, text)));
            Value::Object(each.collect())
        }
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| replaced(item, variable, text))
                .collect(),
        ),
        Value::String(s) => Value::String(in_text(s)),
        other => other.clone(),
    }
}

fn alphanumeric(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
