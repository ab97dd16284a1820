//! Which state follows which: transitions by name, and those that only the deployment knows.

use std::collections::HashMap;

use serde_json::Value;

use super::parser::{Object, Parser};
use super::{Kind, State, StateId, Text};
use crate::loc::Pointer;

/// A transition whose target is still a name.
pub(super) struct Jump {
    pub(super) from: StateId,
    pub(super) slot: Slot,
    pub(super) target: Way,
    pub(super) pointer: Pointer,
}

/// Where a transition leads.
pub(super) enum Way {
    /// To the state of this name.
    Named(String),
    /// Only the deployment knows.
    Open,
}

/// Which transition of its state.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    Next,
    Default,
    Catch(usize),
    Rule(usize),
}

impl Parser {
    /// Notes a transition; a problem where it is missing.
    pub(super) fn jump(
        &mut self,
        object: &Object<'_>,
        name: &str,
        slot: Slot,
        from: StateId,
        jumps: &mut Vec<Jump>,
    ) {
        let Some(value) = object.get(name) else {
            self.problem(object.pointer, format!("`{name}` is missing"));
            return;
        };
        let pointer = object.at(name);
        if let Some(target) = self.way(value, &pointer) {
            jumps.push(Jump {
                from,
                slot,
                target,
                pointer,
            });
        }
    }

    /// The state that a text leads to; `None` (with a problem) where it is no text.
    pub(super) fn way(&mut self, value: &Value, pointer: &Pointer) -> Option<Way> {
        match value {
            Value::String(name) => Some(Way::Named(name.clone())),
            _ => self.text(value, pointer).map(|_| Way::Open),
        }
    }

    pub(super) fn start(
        &mut self,
        object: &Object<'_>,
        by_name: &HashMap<String, StateId>,
    ) -> Option<StateId> {
        let Some(value) = object.get("StartAt") else {
            self.problem(object.pointer, "`StartAt` is missing");
            return None;
        };
        let pointer = object.at("StartAt");
        let way = self.way(value, &pointer)?;
        self.target(&way, &pointer, by_name).flatten()
    }

    /// The state that a way leads to, `Some(None)` (with a problem) where it leads nowhere; `None` where only the deployment
    /// knows. A state may have any name, that of a substitution too.
    fn target(
        &mut self,
        way: &Way,
        pointer: &Pointer,
        by_name: &HashMap<String, StateId>,
    ) -> Option<Option<StateId>> {
        if let Way::Named(name) = way {
            if let Some(state) = by_name.get(name) {
                return Some(Some(*state));
            }
            if !Text::parse(name).is_unresolved() {
                self.problem(pointer, "there is no state of this name here");
                return Some(None);
            }
        }
        self.leave_open(pointer);
        self.definition.has_open_ways = true;
        None
    }

    /// Gives every transition its target. Whether all of them are known.
    pub(super) fn settle(&mut self, jumps: Vec<Jump>, by_name: &HashMap<String, StateId>) -> bool {
        let mut is_known = true;
        for jump in jumps {
            let Some(target) = self.target(&jump.target, &jump.pointer, by_name) else {
                is_known = false;
                continue;
            };
            if let Some(state) = self.definition.states.get_mut(jump.from.0) {
                settle_one(state, jump.slot, target);
            }
        }
        is_known
    }
}

fn settle_one(state: &mut State, slot: Slot, target: Option<StateId>) {
    match (slot, &mut state.kind) {
        (Slot::Next, _) => state.next = target,
        (Slot::Catch(i), _) => {
            if let Some(catcher) = state.catch.get_mut(i) {
                catcher.next = target;
            }
        }
        (Slot::Default, Kind::Choice { default, .. }) => *default = target,
        (Slot::Rule(i), Kind::Choice { rules, .. }) => {
            if let Some(rule) = rules.get_mut(i) {
                rule.next = target;
            }
        }
        _ => {}
    }
}
