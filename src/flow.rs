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

use crate::arn::Arn;
use crate::asl::{Definition, Kind, StateId};
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
    let mut flow = Flow::default();
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
    flow
}
