//! What is asked of a whole definition.

use super::{Definition, Kind, Scope, ScopeId, State, StateId, Task};

impl Definition {
    /// The state of this id.
    pub fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id.0)
    }

    /// The scope of this id.
    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.0)
    }

    /// The states that a state leads to in its own scope.
    pub fn successors(&self, id: StateId) -> Vec<StateId> {
        let Some(state) = self.state(id) else {
            return Vec::new();
        };
        let mut all: Vec<StateId> = state.next.into_iter().collect();
        if let Kind::Choice { rules, default } = &state.kind {
            all.extend(rules.iter().filter_map(|r| r.next));
            all.extend(*default);
        }
        all.extend(state.catch.iter().filter_map(|c| c.next));
        all
    }

    /// Whether some Map runs its items as executions of their own.
    pub fn has_distributed_map(&self) -> bool {
        let distributed = |s: &State| matches!(&s.kind, Kind::Map(map) if map.distributed);
        self.states.iter().any(distributed)
    }

    /// Every task state with its task.
    pub fn tasks(&self) -> impl Iterator<Item = (&State, &Task)> {
        self.states.iter().filter_map(|s| match &s.kind {
            Kind::Task(task) => Some((s, task)),
            _ => None,
        })
    }
}
