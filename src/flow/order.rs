//! The order in which states are looked at: each before those it leads to, the inside of a Map or Parallel between
//! its two ends; and which states lie on a cycle.

use crate::asl::{Definition, Kind, ScopeId, StateId};

/// Ranks of the states of one definition.
pub struct Order {
    enter: Vec<usize>,
    leave: Vec<usize>,
    cyclic: Vec<bool>,
    ways_in: Vec<usize>,
}

/// How many ways lead into each state.
fn ways_in(definition: &Definition) -> Vec<usize> {
    let mut ways = vec![0; definition.states.len()];
    let starts = definition.scopes.iter().filter_map(|s| s.start);
    let onward = definition.states.iter().flat_map(|state| {
        let rules = match &state.kind {
            Kind::Choice { rules, .. } => rules.as_slice(),
            _ => &[],
        };
        let default = match state.kind {
            Kind::Choice { default, .. } => default,
            _ => None,
        };
        let chosen = rules.iter().filter_map(|rule| rule.next);
        let caught = state.catch.iter().filter_map(|catcher| catcher.next);
        state
            .next
            .into_iter()
            .chain(default)
            .chain(chosen)
            .chain(caught)
    });
    for to in starts.chain(onward) {
        if let Some(count) = ways.get_mut(to.0) {
            *count += 1;
        }
    }
    ways
}

impl Order {
    /// Ranks every state.
    pub fn of(definition: &Definition) -> Self {
        let count = definition.states.len();
        let mut post = Vec::with_capacity(count);
        let mut cyclic = vec![false; count];
        let mut seen = vec![Mark::New; count];
        let starts = definition.scopes.iter().filter_map(|s| s.start);
        for start in starts.chain((0..count).map(StateId)) {
            walk(definition, start, &mut seen, &mut post);
        }
        mark_cycles(definition, &post, &mut cyclic);
        let mut per_scope: Vec<Vec<StateId>> = vec![Vec::new(); definition.scopes.len()];
        for id in post.into_iter().rev() {
            if let Some(list) = definition
                .state(id)
                .and_then(|s| per_scope.get_mut(s.scope.0))
            {
                list.push(id);
            }
        }
        let mut order = Self {
            enter: vec![usize::MAX; count],
            leave: vec![usize::MAX; count],
            cyclic,
            ways_in: ways_in(definition),
        };
        order.number(definition, &per_scope);
        order
    }

    fn number(&mut self, definition: &Definition, per_scope: &[Vec<StateId>]) {
        enum Todo {
            Scope(ScopeId),
            State(StateId),
            Leave(StateId),
        }
        let mut next = 0;
        let mut todo = vec![Todo::Scope(ScopeId(0))];
        while let Some(one) = todo.pop() {
            next += 1;
            match one {
                Todo::Scope(scope) => {
                    let states = per_scope.get(scope.0).map_or(&[][..], Vec::as_slice);
                    todo.extend(states.iter().rev().map(|s| Todo::State(*s)));
                }
                Todo::State(id) => {
                    if let Some(rank) = self.enter.get_mut(id.0) {
                        *rank = next;
                    }
                    todo.push(Todo::Leave(id));
                    match definition.state(id).map(|s| &s.kind) {
                        Some(Kind::Map(map)) => todo.push(Todo::Scope(map.processor)),
                        Some(Kind::Parallel(branches)) => {
                            todo.extend(branches.iter().rev().map(|b| Todo::Scope(*b)));
                        }
                        _ => {}
                    }
                }
                Todo::Leave(id) => {
                    if let Some(rank) = self.leave.get_mut(id.0) {
                        *rank = next;
                    }
                }
            }
        }
    }

    /// Whether runs come to it by one way only.
    pub fn has_one_way_in(&self, state: StateId) -> bool {
        self.ways_in.get(state.0) == Some(&1)
    }

    /// Counts one way more into a state.
    pub fn add_way_in(&mut self, state: StateId) {
        if let Some(ways) = self.ways_in.get_mut(state.0) {
            *ways += 1;
        }
    }

    /// When to look at this state.
    pub fn rank(&self, state: StateId, leaves: bool) -> usize {
        let ranks = if leaves { &self.leave } else { &self.enter };
        ranks.get(state.0).copied().unwrap_or(usize::MAX)
    }

    /// Whether a run can come back to this state within its scope.
    pub fn in_cycle(&self, state: StateId) -> bool {
        self.cyclic.get(state.0).copied().unwrap_or(false)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
}

fn walk(definition: &Definition, start: StateId, seen: &mut [Mark], post: &mut Vec<StateId>) {
    let mut stack: Vec<(StateId, Vec<StateId>)> = Vec::new();
    let mut open = |id: StateId, stack: &mut Vec<(StateId, Vec<StateId>)>| {
        if let Some(mark @ Mark::New) = seen.get_mut(id.0) {
            *mark = Mark::Open;
            stack.push((id, definition.successors(id)));
        }
    };
    open(start, &mut stack);
    while let Some((id, rest)) = stack.last_mut() {
        match rest.pop() {
            Some(next) => open(next, &mut stack),
            None => {
                post.push(*id);
                stack.pop();
            }
        }
    }
}

/// Kosaraju's second walk: components of more than one state, and states that lead to themselves.
fn mark_cycles(definition: &Definition, post: &[StateId], cyclic: &mut [bool]) {
    let count = cyclic.len();
    let mut back: Vec<Vec<StateId>> = vec![Vec::new(); count];
    for index in 0..count {
        for next in definition.successors(StateId(index)) {
            if next.0 == index
                && let Some(mark) = cyclic.get_mut(index)
            {
                *mark = true;
            }
            if let Some(list) = back.get_mut(next.0) {
                list.push(StateId(index));
            }
        }
    }
    let mut seen = vec![false; count];
    for start in post.iter().rev() {
        let mut component = Vec::new();
        let mut stack = vec![*start];
        while let Some(id) = stack.pop() {
            match seen.get_mut(id.0) {
                Some(mark @ false) => *mark = true,
                _ => continue,
            }
            component.push(id);
            stack.extend(back.get(id.0).into_iter().flatten().copied());
        }
        if component.len() > 1 {
            for id in component {
                if let Some(mark) = cyclic.get_mut(id.0) {
                    *mark = true;
                }
            }
        }
    }
}
