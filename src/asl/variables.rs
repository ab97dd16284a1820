//! The names of variables, and which scopes they are seen in (Amazon States Language, "Variables"; developer guide, "Passing
//! data between states with variables").

use std::collections::HashSet;

use super::parser::Parser;
use super::{Definition, Kind, ScopeId, State, Template, Text};
use crate::loc::Pointer;

/// A variable's name may have this many characters.
const MAX_NAME: usize = 80;

/// The variable that expressions read the state's input by.
const RESERVED: &str = "states";

/// Why no variable can have this name, where none can.
pub(super) fn refused(name: &str) -> Option<&'static str> {
    if Text::parse(name).is_unresolved() {
        return None;
    }
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if !starts || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Some(
            "a variable's name begins with a letter and holds only letters, digits and `_`",
        );
    }
    if name == RESERVED {
        return Some(
            "`states` is the name by which expressions read the state's data; no variable has it",
        );
    }
    (name.chars().count() > MAX_NAME).then_some("a variable's name has at most 80 characters")
}

/// Everything that a state assigns.
fn assigned(state: &State) -> impl Iterator<Item = &(String, Template)> {
    let rules = match &state.kind {
        Kind::Choice { rules, .. } => rules.as_slice(),
        _ => &[],
    };
    let caught = state.catch.iter().flat_map(|c| &c.assign);
    let chosen = rules.iter().flat_map(|r| &r.assign);
    state.assign.iter().chain(caught).chain(chosen)
}

/// The scope around this one whose variables are seen in it; the child of a Distributed Map sees none.
fn outer(definition: &Definition, scope: ScopeId) -> Option<ScopeId> {
    let holder = definition.state(definition.scope(scope)?.parent?)?;
    match &holder.kind {
        Kind::Map(map) if map.distributed => None,
        _ => Some(holder.scope),
    }
}

impl Parser {
    /// A scope inside another one reads its variables and has none of the same names.
    pub(super) fn check_variables(&mut self) {
        let definition = &self.definition;
        let mut own: Vec<HashSet<&str>> = vec![HashSet::new(); definition.scopes.len()];
        for state in &definition.states {
            if let Some(names) = own.get_mut(state.scope.0) {
                names.extend(assigned(state).map(|(name, _)| name.as_str()));
            }
        }
        let mut wrong: Vec<Pointer> = Vec::new();
        for state in &definition.states {
            for (name, template) in assigned(state) {
                let mut around = outer(definition, state.scope);
                while let Some(scope) = around {
                    if own.get(scope.0).is_some_and(|o| o.contains(name.as_str())) {
                        wrong.push(template.pointer.clone());
                        break;
                    }
                    around = outer(definition, scope);
                }
            }
        }
        for pointer in wrong {
            self.problem(
                &pointer,
                "a scope around this one has a variable of this name, which can only be read here",
            );
        }
    }
}
