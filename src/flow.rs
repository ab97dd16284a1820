//! Input followed to its targets: what every parameter of every task may be, from which source, past which guards.

pub mod engine;
pub mod env;
pub mod guard;
pub mod intrinsic;
pub mod jsonata;
pub mod knowledge;
mod objects;
mod order;
pub mod path;
pub mod site;
pub mod sources;
pub mod strength;
mod strings;
pub mod transfer;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arn::Arn;
use crate::asl::{Definition, Kind, State, StateId, Template};
use crate::value::Value;

/// What is known beside the definition.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlowContext<'a> {
    /// The workflow's own ARN, where it is known.
    pub workflow: Option<&'a Arn>,
}

/// What every task of one workflow is given.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    arguments: BTreeMap<StateId, Value>,
    credentials: BTreeMap<StateId, Value>,
    readers: BTreeMap<StateId, Value>,
    writers: BTreeMap<StateId, Value>,
    entries: Vec<Option<Arc<env::Env>>>,
    workflow: Option<Arn>,
}

impl Flow {
    /// What a template of this state would give, evaluated against the state's input.
    pub fn probe(&self, state: &State, template: &Template) -> Value {
        let Some(Some(env)) = self.entries.get(state.id.0) else {
            return Value::Absent;
        };
        let step = transfer::Step {
            state,
            env,
            workflow: self.workflow.as_ref(),
        };
        step.against_input(template)
    }
}

static ABSENT: Value = Value::Absent;

impl Flow {
    /// What a task passes to its service: `Parameters` or `Arguments`, or its whole input.
    pub fn arguments(&self, state: StateId) -> &Value {
        self.arguments.get(&state).unwrap_or(&ABSENT)
    }

    /// `Credentials.RoleArn` of a task; absent where it has none.
    pub fn credentials(&self, state: StateId) -> &Value {
        self.credentials.get(&state).unwrap_or(&ABSENT)
    }

    /// The arguments of a map's item reader.
    pub fn item_reader(&self, state: StateId) -> &Value {
        self.readers.get(&state).unwrap_or(&ABSENT)
    }

    /// The arguments of a map's result writer.
    pub fn result_writer(&self, state: StateId) -> &Value {
        self.writers.get(&state).unwrap_or(&ABSENT)
    }
}

/// Follows the definition's data to a fixed point.
pub fn analyse(definition: &Definition, context: FlowContext<'_>) -> Flow {
    let walk = engine::Engine::run(definition, context.workflow);
    let mut flow = Flow {
        workflow: context.workflow.cloned(),
        ..Flow::default()
    };
    for (state, env) in definition.states.iter().zip(&walk.entry) {
        let Some(env) = env else { continue };
        let step = transfer::Step {
            state,
            env,
            workflow: context.workflow,
        };
        match &state.kind {
            Kind::Task(task) => {
                flow.arguments.insert(state.id, step.arguments());
                if let Some(template) = &task.credentials {
                    flow.credentials
                        .insert(state.id, step.against_input(template));
                }
            }
            Kind::Map(map) => {
                if let Some(template) = map.item_reader.as_ref().and_then(|r| r.arguments.as_ref())
                {
                    flow.readers.insert(state.id, step.against_input(template));
                }
                if let Some(template) = map
                    .result_writer
                    .as_ref()
                    .and_then(|w| w.arguments.as_ref())
                {
                    flow.writers.insert(state.id, step.against_input(template));
                }
            }
            _ => {}
        }
    }
    flow.entries = walk.entry;
    flow
}
