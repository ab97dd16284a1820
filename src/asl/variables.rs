//! The names of variables, and which scopes they are seen in (Amazon States Language, "Variables"; developer guide, "Passing
//! data between states with variables").

use std::collections::HashMap;

use super::parser::Parser;
use super::{Definition, Kind, ScopeId, State, StateId, Template, Text};
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

/// The state around this scope in whose own scope are the variables that are seen here; the child of a Distributed Map sees
/// none.
fn holder(definition: &Definition, scope: ScopeId) -> Option<&State> {
    let holder = definition.state(definition.scope(scope)?.parent?)?;
    match &holder.kind {
        Kind::Map(map) if map.distributed => None,
        _ => Some(holder),
    }
}

/// Which variables a scope has, and of each the one state whose catchers alone assign it.
type Names<'d> = HashMap<&'d str, Option<StateId>>;

fn note<'d>(names: &mut Names<'d>, state: &'d State) {
    for (name, template) in assigned(state) {
        let is_caught = state.catch.iter().any(|c| {
            let mut here = c.assign.iter();
            here.any(|(_, t)| t.pointer == template.pointer)
        });
        let by = is_caught.then_some(state.id);
        names
            .entry(name)
            .and_modify(|before| *before = before.filter(|b| Some(*b) == by))
            .or_insert(by);
    }
}

impl Parser {
    /// A scope inside another one reads its variables and has none of the same names. What only the catchers of the state
    /// around it assign is not there before that scope has ended: AWS takes the same name in both.
    pub(super) fn check_variables(&mut self) {
        let definition = &self.definition;
        let mut own: Vec<Names<'_>> = vec![Names::new(); definition.scopes.len()];
        for state in &definition.states {
            if let Some(names) = own.get_mut(state.scope.0) {
                note(names, state);
            }
        }
        let mut wrong: Vec<Pointer> = Vec::new();
        for state in &definition.states {
            for (name, template) in assigned(state) {
                let mut around = holder(definition, state.scope);
                while let Some(outer) = around {
                    let by = own.get(outer.scope.0).and_then(|o| o.get(name.as_str()));
                    if by.is_some_and(|by| *by != Some(outer.id)) {
                        wrong.push(template.pointer.clone());
                        break;
                    }
                    around = holder(definition, outer.scope);
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
