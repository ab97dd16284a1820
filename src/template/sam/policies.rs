//! `Policies` of a function or state machine: names and ARNs of managed policies, documents, and policy templates.

use serde_json::{Map, Value, json};

use super::{Expansion, members};
use crate::gap::{Input, Unread};
use crate::loc::Pointer;
use crate::template::data;
use crate::template::policy::allowing;
use crate::template::resolve::{is_unknown, single, unknown};
use crate::template::resource::Resource;

/// Puts into a role what its owner's `Policies` say. `managed` it has anyway; `more` stands behind the others.
pub(super) fn fill(
    expansion: &mut Expansion<'_>,
    owner: &Resource,
    mut role: Resource,
    mut managed: Vec<Value>,
    more: Vec<Value>,
) -> Resource {
    let (listed, is_list) = match owner.get("Policies") {
        Some(Value::Array(items)) => (items.clone(), true),
        Some(one) => (vec![one.clone()], false),
        None => (Vec::new(), false),
    };
    let at = owner.pointer.key("Policies");
    let mut inline = Vec::new();
    for (index, entry) in listed.into_iter().chain(more).enumerate() {
        let place = if is_list { at.index(index) } else { at.clone() };
        let place = if owner.moved.is_empty() {
            place
        } else {
            owner.place(&Pointer::root().key("Policies")).pointer
        };
        let (sides, is_open) = sides(expansion, &entry);
        for side in sides {
            match entry_of(expansion, owner, &side) {
                Entry::Document(document) if is_open => {
                    let inside = Pointer::root()
                        .key("Policies")
                        .index(inline.len())
                        .key("PolicyDocument");
                    inline.push(policy(&role.id, index, allowing(document)));
                    role = role.with_moved(&inside, place.clone());
                }
                Entry::Managed(policy) if is_open => managed.push(perhaps(policy)),
                Entry::Managed(policy) => managed.push(policy),
                Entry::Document(document) => {
                    let inside = Pointer::root()
                        .key("Policies")
                        .index(inline.len())
                        .key("PolicyDocument");
                    inline.push(policy(&role.id, index, document));
                    role = role.with_moved(&inside, place.clone());
                }
                Entry::Generated(document) => {
                    let base = Pointer::root()
                        .key("Policies")
                        .index(inline.len())
                        .key("PolicyDocument");
                    inline.push(policy(&role.id, index, document));
                    // The entry is what a person can change; the statements are not written anywhere.
                    role = role.with_moved(&base, place.clone());
                    for statement in 0..8 {
                        let inside = base.key("Statement").index(statement);
                        role = role.with_moved(&inside, place.clone());
                    }
                }
                Entry::Unknown => {
                    let inside = Pointer::root()
                        .key("Policies")
                        .index(inline.len())
                        .key("PolicyDocument");
                    inline.push(policy(&role.id, index, side));
                    role = role.with_moved(&inside, place.clone());
                }
                Entry::Nothing => {}
            }
        }
    }
    managed.dedup();
    if !managed.is_empty() {
        role.properties
            .insert("ManagedPolicyArns".to_owned(), Value::Array(managed));
    }
    if !inline.is_empty() {
        role.properties
            .insert("Policies".to_owned(), Value::Array(inline));
    }
    role
}

fn policy(role: &str, index: usize, document: Value) -> Value {
    json!({"PolicyName": format!("{role}Policy{index}"), "PolicyDocument": document})
}

enum Entry {
    Managed(Value),
    Document(Value),
    Generated(Value),
    Unknown,
    Nothing,
}

/// A choice that nothing decides between the policy and none.
fn perhaps(policy: Value) -> Value {
    let open = unknown("Fn::Unresolved", "a condition");
    unknown("Fn::If", vec![open, policy, unknown("Ref", "AWS::NoValue")])
}

/// What a choice among policies may come to, and whether that is open.
fn sides(expansion: &Expansion<'_>, entry: &Value) -> (Vec<Value>, bool) {
    let choice = entry
        .as_object()
        .and_then(single)
        .filter(|(name, _)| *name == "Fn::If");
    let Some([condition, then, otherwise]) =
        choice.and_then(|(_, a)| a.as_array()).map(Vec::as_slice)
    else {
        return (vec![entry.clone()], false);
    };
    let (chosen, mut is_open) = match expansion.scope.decided(condition) {
        Some(true) => (vec![then], false),
        Some(false) => (vec![otherwise], false),
        None => (vec![then, otherwise], true),
    };
    let mut all = Vec::new();
    for side in chosen {
        let items = match side {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for item in items {
            let (inner, open) = sides(expansion, item);
            is_open |= open;
            all.extend(inner);
        }
    }
    (all, is_open)
}

fn entry_of(expansion: &mut Expansion<'_>, owner: &Resource, entry: &Value) -> Entry {
    match entry {
        Value::Null => Entry::Nothing,
        Value::String(name) => Entry::Managed(managed(expansion, name)),
        Value::Object(fields) if fields.contains_key("Statement") => Entry::Document(entry.clone()),
        Value::Object(fields) => {
            if let Some((name, argument)) = single(fields) {
                if name == "Ref" && argument.as_str() == Some("AWS::NoValue") {
                    return Entry::Nothing;
                }
                return match expansion.scope.resolve(entry) {
                    Some(Value::String(name)) => Entry::Managed(managed(expansion, &name)),
                    Some(value) if is_unknown(&value) => Entry::Managed(value),
                    Some(_) => Entry::Unknown,
                    None => Entry::Nothing,
                };
            }
            template(expansion, owner, fields)
        }
        _ => Entry::Unknown,
    }
}

/// The ARN of a managed policy that is named, or is its ARN already.
fn managed(expansion: &Expansion<'_>, name: &str) -> Value {
    if name.starts_with("arn:") || name.contains("${") {
        return Value::from(name);
    }
    let path = data::managed_path(name).unwrap_or(name);
    let partition = expansion.scope.pseudo("AWS::Partition").unwrap_or_default();
    Value::String(format!("arn:{partition}:iam::aws:policy/{path}"))
}

/// `{"TemplateName": {"Parameter": value}}` (AWS SAM Developer Guide, "AWS SAM policy templates").
fn template(expansion: &mut Expansion<'_>, owner: &Resource, fields: &Map<String, Value>) -> Entry {
    let mut all = fields.iter();
    let (Some((name, given)), None) = (all.next(), all.next()) else {
        return Entry::Unknown;
    };
    let Some(template) = data::policy_template(name) else {
        let why = format!("AWS SAM has no policy template `{name}` that this version knows");
        expansion.gaps.push(Unread::of_account(
            Input::Role,
            format!("a policy of `{}`", owner.id),
            why,
        ));
        return Entry::Unknown;
    };
    let empty = Map::new();
    let given = members(given).unwrap_or(&empty);
    Entry::Generated(json!({"Statement": filled(template, given, 0)}))
}

/// The template's statements with references to its parameters replaced.
fn filled(value: &Value, given: &Map<String, Value>, depth: usize) -> Value {
    if depth > 32 {
        return value.clone();
    }
    match value {
        Value::Object(fields) => {
            if let Some(("Ref", Value::String(name))) = single(fields)
                && let Some(value) = given.get(name)
            {
                return value.clone();
            }
            let each = fields
                .iter()
                .map(|(key, value)| (key.clone(), filled(value, given, depth + 1)));
            Value::Object(each.collect())
        }
        Value::Array(items) => items
            .iter()
            .map(|item| filled(item, given, depth + 1))
            .collect(),
        other => other.clone(),
    }
}
