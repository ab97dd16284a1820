use serde_json::{Value, json};

use super::*;

mod field_problems;
mod hostile;
mod problems;
mod refused;
mod samples;
mod tree;
mod unresolved;

/// The problems of a definition as `pointer message`.
fn problems(definition: &Definition) -> Vec<String> {
    let problems = definition.problems.iter();
    problems
        .map(|p| format!("{} {}", p.pointer, p.message))
        .collect()
}

/// A definition of one state, called `A`.
fn one(state: Value) -> Value {
    json!({"StartAt": "A", "States": {"A": state}})
}

/// The state of this name.
fn state<'a>(definition: &'a Definition, name: &str) -> &'a State {
    definition.states.iter().find(|s| s.name == name).unwrap()
}
