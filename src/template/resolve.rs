//! CloudFormation's functions over parsed values (CloudFormation template reference, "Intrinsic functions").
//!
//! A value that is known is replaced by itself. One that only a deployment knows stays what it is as a whole
//! (`{"Ref": "Bucket"}`), and is `${Bucket}` inside a text: both are how the rest of the program writes what it does not
//! know. Nothing is refused and nothing runs away: nesting, work and the size of texts have bounds.

mod functions;
mod sub;

use serde_json::{Map, Value};

use super::scope::Scope;

/// Deeper than a text nests, so that only functions that produce functions reach it.
const MAX_DEPTH: usize = 160;
/// Values and bytes that one template may resolve to.
const MAX_WORK: usize = 64 << 20;
/// No text of a template grows beyond this.
const MAX_TEXT: usize = 4 << 20;

/// What a function came to.
pub(super) enum Outcome {
    /// A value, known or not.
    Value(Value),
    /// `AWS::NoValue`: the member or element is not there.
    Nothing,
    /// A condition that is not decided chooses: either may be there.
    Either(Option<Value>, Option<Value>),
}

impl Scope {
    /// The value with its functions replaced as far as they are known; `None` where it is not there at all.
    pub(super) fn resolve(&self, value: &Value) -> Option<Value> {
        match self.outcome(value) {
            Outcome::Value(value) => Some(value),
            Outcome::Nothing => None,
            Outcome::Either(then, otherwise) => Some(either(then, otherwise)),
        }
    }

    /// The value as text, where it is a scalar that is known, in part at least.
    pub(super) fn text(&self, value: &Value) -> Option<String> {
        self.resolve(value).as_ref().and_then(scalar)
    }

    /// The value as text, with the name of what is not known in the place of it.
    pub(super) fn shown(&self, value: &Value) -> Option<String> {
        self.resolve(value).as_ref().and_then(text_of)
    }

    fn outcome(&self, value: &Value) -> Outcome {
        if !self.spend(1) || self.depth() >= MAX_DEPTH {
            return Outcome::Value(unknown("Fn::Unresolved", "too large to resolve"));
        }
        self.deeper(1);
        let outcome = match value {
            Value::Object(members) => match single(members) {
                Some((name, argument)) => self
                    .function(name, argument)
                    .unwrap_or_else(|| Outcome::Value(Value::Object(self.members(members)))),
                None => Outcome::Value(Value::Object(self.members(members))),
            },
            Value::Array(items) => Outcome::Value(Value::Array(self.elements(items))),
            Value::String(text) => Outcome::Value(dynamic_reference(text)),
            other => Outcome::Value(other.clone()),
        };
        self.shallower(1);
        outcome
    }

    fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let each = members
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?)));
        each.collect()
    }

    /// The elements of a list with what a choice leaves open of them: those of every side, and which are sure.
    pub(super) fn listed(&self, value: &Value) -> Vec<Listed> {
        match value {
            Value::Array(items) => {
                let each = items.iter().filter_map(|item| self.resolve(item));
                each.flat_map(|item| of_sides(&item)).collect()
            }
            Value::Object(members) => match self.decided_side(members) {
                Some(side) => self.listed(side),
                None => self.resolve(value).map_or_else(Vec::new, |v| of_sides(&v)),
            },
            other => self.resolve(other).map_or_else(Vec::new, |v| of_sides(&v)),
        }
    }

    /// The side of a choice that is decided.
    fn decided_side<'v>(&self, members: &'v Map<String, Value>) -> Option<&'v Value> {
        let (_, argument) = single(members).filter(|(name, _)| *name == "Fn::If")?;
        let [condition, then, otherwise] = argument.as_array()?.as_slice() else {
            return None;
        };
        let holds = self.decided(condition)?;
        Some(if holds { then } else { otherwise })
    }

    /// Both sides of a choice that is not decided are elements.
    fn elements(&self, items: &[Value]) -> Vec<Value> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match self.outcome(item) {
                Outcome::Value(value) => out.push(value),
                Outcome::Nothing => {}
                Outcome::Either(then, otherwise) => {
                    for side in [then, otherwise].into_iter().flatten() {
                        // A deny that may not be there takes nothing away.
                        match side {
                            side if is_deny(&side) => {}
                            Value::Array(inner) => {
                                out.extend(inner.into_iter().filter(|inner| !is_deny(inner)));
                            }
                            other => out.push(other),
                        }
                    }
                }
            }
        }
        out
    }

    /// Takes a text's size from the budget; a text beyond the bounds is not known.
    fn bounded(&self, text: String) -> Value {
        match text.len() <= MAX_TEXT && self.spend(text.len()) {
            true => Value::String(text),
            false => unknown("Fn::Unresolved", "a text too large to resolve"),
        }
    }

    fn spend(&self, cost: usize) -> bool {
        let spent = self.spent.get().saturating_add(cost);
        self.spent.set(spent);
        spent <= MAX_WORK
    }

    fn depth(&self) -> usize {
        self.depth.get()
    }

    fn deeper(&self, by: usize) {
        self.depth.set(self.depth.get() + by);
    }

    fn shallower(&self, by: usize) {
        self.depth.set(self.depth.get().saturating_sub(by));
    }
}

/// The name and argument of an object that may be a function.
pub(super) fn single(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut all = members.iter();
    let (name, argument) = all.next()?;
    let is_function = name == "Ref" || name == "Condition" || name.starts_with("Fn::");
    (is_function && all.next().is_none()).then_some((name.as_str(), argument))
}

/// A value that is not known, as the function that stands for it.
pub(super) fn unknown(function: &str, argument: impl Into<Value>) -> Value {
    Value::Object(Map::from_iter([(function.to_owned(), argument.into())]))
}

/// A choice whose condition is not decided, kept as such; one side alone where the other is not there.
fn either(then: Option<Value>, otherwise: Option<Value>) -> Value {
    match (then, otherwise) {
        (Some(a), Some(b)) if a == b => a,
        (then, otherwise) => {
            let side = |value: Option<Value>| value.unwrap_or(Value::Null);
            unknown("Fn::If", vec![side(then), side(otherwise)])
        }
    }
}

/// The sides of a choice that was not decided ([`Scope::resolve`]); any other value is its own only side. `None` is a
/// side on which the value is not there.
pub(super) fn sides(value: &Value) -> Vec<Option<&Value>> {
    let choice = value
        .as_object()
        .and_then(single)
        .filter(|(name, _)| *name == "Fn::If")
        .and_then(|(_, argument)| argument.as_array());
    match choice {
        Some(parts) => {
            let present = |part| {
                sides(part)
                    .into_iter()
                    .filter(|p| p.is_none_or(|v| !v.is_null()))
            };
            let mut all: Vec<Option<&Value>> = parts.iter().flat_map(present).collect();
            if parts.iter().any(Value::is_null) {
                all.push(None);
            }
            all
        }
        None => vec![Some(value)],
    }
}

/// Everything that a list may hold: its elements, or those of every side of a choice.
pub(super) fn elements(value: &Value) -> Vec<&Value> {
    let each = sides(value)
        .into_iter()
        .flatten()
        .flat_map(|side| match side {
            Value::Array(items) => items.iter().collect::<Vec<&Value>>(),
            one => vec![one],
        });
    each.flat_map(|item| sides(item).into_iter().flatten())
        .collect()
}

/// An element of a list of which a choice that is not decided may be a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Listed {
    pub value: Value,
    /// It is there whatever the choice comes to. Only then may it take something away or hold something back.
    pub sure: bool,
}

/// The elements of every side of a resolved value, each once.
pub(super) fn of_sides(value: &Value) -> Vec<Listed> {
    let each = sides(value).into_iter().map(|side| match side {
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    });
    let lists: Vec<&[Value]> = each.collect();
    if let [one] = lists.as_slice() {
        let nested = one.iter().map(|item| (item, sides(item)));
        let each = nested.flat_map(|(item, sides)| match sides.as_slice() {
            [_] => vec![Listed {
                value: item.clone(),
                sure: true,
            }],
            _ => of_sides(item),
        });
        return each.collect();
    }
    let mut out: Vec<Listed> = Vec::new();
    for value in lists.iter().copied().flatten() {
        if !out.iter().any(|one| one.value == *value) {
            out.push(Listed {
                value: value.clone(),
                sure: lists.iter().all(|list| list.contains(value)),
            });
        }
    }
    out
}

/// Whether it is a statement of a policy that denies.
pub(super) fn is_deny(value: &Value) -> bool {
    value.get("Effect").and_then(Value::as_str) == Some("Deny")
}

/// Whether a whole value is a function that was not resolved.
pub(super) fn is_unknown(value: &Value) -> bool {
    value.as_object().and_then(single).is_some()
}

/// A known scalar as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A scalar as text, unknown ones as `${Name}`.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match is_unknown(value) {
        true => Some(format!("${{{}}}", label(value))),
        false => scalar(value),
    }
}

/// A value whose unknown parts are texts, so that it can be written as JSON.
pub(super) fn as_texts(value: &Value) -> Value {
    match value {
        value if is_unknown(value) => Value::String(format!("${{{}}}", label(value))),
        Value::Array(items) => Value::Array(items.iter().map(as_texts).collect()),
        Value::Object(members) => {
            let each = members.iter().map(|(k, v)| (k.clone(), as_texts(v)));
            Value::Object(each.collect())
        }
        other => other.clone(),
    }
}

/// The name of an unknown value: letters, digits, dots, dashes and underscores.
fn label(value: &Value) -> String {
    let mut label = String::new();
    name_into(value, &mut label);
    let clean = label.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') => c,
        _ => '_',
    });
    let mut text: String = clean.take(200).collect();
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.insert(0, 'X');
    }
    text
}

fn name_into(value: &Value, out: &mut String) {
    let mut part = |text: &str| {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(text);
    };
    match value {
        Value::String(text) => part(text),
        Value::Number(number) => part(&number.to_string()),
        Value::Array(items) => items.iter().take(4).for_each(|item| name_into(item, out)),
        Value::Object(members) => {
            if let Some((name, argument)) = single(members) {
                if name != "Ref" && name != "Fn::GetAtt" {
                    part(name.trim_start_matches("Fn::"));
                }
                name_into(argument, out);
            }
        }
        _ => {}
    }
}

/// `{{resolve:service:key}}` is a value that only a deployment reads.
fn dynamic_reference(text: &str) -> Value {
    const OPEN: &str = "{{resolve:";
    if !text.contains(OPEN) {
        return Value::from(text);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((reference, tail)) = after.split_once("}}") else {
            break;
        };
        if before.is_empty() && tail.is_empty() && out.is_empty() {
            return unknown("Fn::Resolve", reference);
        }
        out.push_str(before);
        out.push_str(&format!(
            "${{{}}}",
            label(&unknown("Fn::Resolve", reference))
        ));
        rest = tail;
    }
    out.push_str(rest);
    Value::String(out)
}
