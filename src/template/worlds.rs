//! What a value comes to in every way in which the conditions that nothing decides may come out.
//!
//! A choice that is not decided is both of its sides. Each reader takes of them what its setting asks for: what grants or
//! admits counts on any side, what protects only where it stands on all.

use std::collections::BTreeMap;

use serde_json::Value;

use super::resolve::single;
use super::scope::Scope;

/// One way: the conditions that are not decided, and whether each holds.
pub(super) type World = Vec<(String, bool)>;

/// The ways of a value.
pub(super) struct Worlds {
    pub all: Vec<World>,
    /// They are some of more that there are.
    pub cut: bool,
}

/// Conditions of which every combination is looked at; of more, only that all hold and that none does.
const MAX_CONDITIONS: usize = 3;
/// Deeper than a template nests.
const MAX_DEPTH: usize = 160;

impl Scope {
    /// Every way in which these values may come out, that in which all conditions hold first.
    pub fn worlds<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Worlds {
        let mut names = Vec::new();
        for value in values {
            self.open_conditions(value, &mut names, 0);
        }
        let of = |bits: usize| -> World {
            let each = names.iter().enumerate();
            each.map(|(at, name)| (name.clone(), bits >> at & 1 == 0))
                .collect()
        };
        let cut = names.len() > MAX_CONDITIONS;
        let all = match cut {
            true => vec![
                of(0),
                names.iter().map(|name| (name.clone(), false)).collect(),
            ],
            false => (0..1_usize << names.len()).map(of).collect(),
        };
        Worlds { all, cut }
    }

    /// A value in every way; `None` where it is not there.
    pub fn ways(&self, value: Option<&Value>) -> Vec<Option<Value>> {
        let worlds = self.worlds(value).all;
        let each = worlds.iter().map(|world| {
            let resolved = || value.and_then(|value| self.resolve(value));
            self.in_world(world, resolved)
        });
        let mut out: Vec<Option<Value>> = Vec::new();
        for way in each {
            if !out.contains(&way) {
                out.push(way);
            }
        }
        out
    }

    /// The conditions that nothing decides and on which choices in the value rest.
    fn open_conditions(&self, value: &Value, out: &mut Vec<String>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Array(items) => items
                .iter()
                .for_each(|item| self.open_conditions(item, out, depth + 1)),
            Value::Object(members) => {
                let choice = single(members).filter(|(name, _)| *name == "Fn::If");
                let condition = choice.and_then(|(_, argument)| argument.get(0));
                match condition {
                    Some(Value::String(name)) => self.leaves(name, out, depth),
                    Some(other) => self.leaves_of(other, out, depth),
                    None => {}
                }
                for value in members.values() {
                    self.open_conditions(value, out, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The conditions that decide one: itself, or those of which it is put together.
    fn leaves(&self, name: &str, out: &mut Vec<String>, depth: usize) {
        if depth > MAX_DEPTH || out.iter().any(|n| n == name) || self.condition(name).is_some() {
            return;
        }
        let before = out.len();
        if let Some(value) = self.condition_value(name) {
            self.leaves_of(value, out, depth + 1);
        }
        if out.len() == before && !self.is_of_leaves(name, out) {
            out.push(name.to_owned());
        }
    }

    fn leaves_of(&self, condition: &Value, out: &mut Vec<String>, depth: usize) {
        let operator = condition.as_object().and_then(single);
        match operator {
            Some(("Condition", Value::String(name))) => self.leaves(name, out, depth + 1),
            Some(("Fn::And" | "Fn::Or" | "Fn::Not", Value::Array(parts))) if depth <= MAX_DEPTH => {
                for part in parts {
                    self.leaves_of(part, out, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Whether other conditions that are listed already decide it.
    fn is_of_leaves(&self, name: &str, out: &[String]) -> bool {
        let world: World = out.iter().map(|name| (name.clone(), true)).collect();
        !world.is_empty() && self.in_world(&world, || self.condition(name)).is_some()
    }
}

/// The conditions of a world, as decided ones.
pub(super) fn decided(world: &World) -> BTreeMap<String, Option<bool>> {
    let each = world
        .iter()
        .map(|(name, holds)| (name.clone(), Some(*holds)));
    each.collect()
}
