//! What leads where in a definition, and which names are taken.

use std::collections::{HashMap, HashSet};

use crate::asl::{Definition, Kind, StateId};
use crate::loc::Pointer;

/// What a guard's wiring has to know of the whole definition, gathered once.
#[derive(Debug, Default)]
pub struct Wiring {
    names: HashSet<String>,
    /// Everything that leads to a state in its scope.
    pub references: HashMap<StateId, Vec<Pointer>>,
}

impl Wiring {
    /// Gathers it.
    pub fn of(definition: &Definition) -> Self {
        let mut wiring = Self::default();
        for scope in &definition.scopes {
            wiring.lead(scope.start, || scope.pointer.key("StartAt"));
        }
        for state in &definition.states {
            wiring.names.insert(state.name.clone());
            wiring.lead(state.next, || state.pointer.key("Next"));
            if let Kind::Choice { rules, default } = &state.kind {
                for rule in rules {
                    wiring.lead(rule.next, || rule.pointer.key("Next"));
                }
                wiring.lead(*default, || state.pointer.key("Default"));
            }
            for catcher in &state.catch {
                wiring.lead(catcher.next, || catcher.pointer.key("Next"));
            }
        }
        wiring
    }

    fn lead(&mut self, to: Option<StateId>, from: impl FnOnce() -> Pointer) {
        if let Some(to) = to {
            self.references.entry(to).or_default().push(from());
        }
    }

    /// A name for a new state that no other has.
    pub fn fresh_name(&self, verb: &str, name: &str) -> String {
        let cut: String = name.chars().take(60).collect();
        let mut candidate = format!("{verb} {cut}");
        let mut count = 1;
        while self.names.contains(&candidate) {
            count += 1;
            candidate = format!("{verb} {cut} {count}");
        }
        candidate
    }
}
