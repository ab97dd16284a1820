//! A workflow's states as a graph: what a picture of it shows. A picture holds no value of the definition but names, what
//! a task calls and what a choice tests, and no credential that stands in one of these.

mod words;

use std::collections::{BTreeMap, VecDeque};

use crate::asl::{Definition, Kind, State, StateId, StateType};
use crate::loc::Pointer;
use crate::secrets::Redactor;

/// More states than this are not kept: a picture of them would not be looked at.
pub const MAX_STATES: usize = 400;

/// The states of one workflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Sets of states with one start each; the first is the top level, outer ones stand before inner ones.
    pub scopes: Vec<Scope>,
    /// The states of all scopes, in the order of the definition.
    pub states: Vec<Node>,
    /// How many states are left out.
    pub left_out: usize,
}

/// The top level, one branch of a Parallel state, or the processor of a Map state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Index of its start state.
    pub start: Option<usize>,
    /// Indexes of its own states.
    pub states: Vec<usize>,
}

/// One state.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub pointer: Pointer,
    /// Its type; `None` where the language does not have it.
    pub kind: Option<StateType>,
    /// What a task calls, such as `lambda:invoke`.
    pub calls: Option<String>,
    /// Indexes of the scopes inside it.
    pub inner: Vec<usize>,
    /// Where it leads in its own scope.
    pub edges: Vec<Edge>,
}

impl Node {
    /// The language's word for its type, or `State`.
    pub fn word(&self) -> &'static str {
        self.kind.map_or("State", StateType::word)
    }
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Index of the state that it leads to.
    pub to: usize,
    /// When it is taken.
    pub when: When,
}

/// When a transition is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// After the state.
    Next,
    /// Where a choice's rule applies; the rule in short.
    Rule(String),
    /// Where no rule of a choice applies.
    Default,
    /// On an error; its names in short.
    Error(String),
}

impl Graph {
    /// The graph of a definition, without the credentials that the redactor knows.
    pub fn of(definition: &Definition, redactor: Option<&Redactor>) -> Self {
        let kept = definition.states.len().min(MAX_STATES);
        let mut graph = Self {
            left_out: definition.states.len() - kept,
            ..Self::default()
        };
        let inside = |id: &StateId| id.0 < kept;
        for scope in &definition.scopes {
            graph.scopes.push(Scope {
                start: scope.start.filter(inside).map(|id| id.0),
                states: scope
                    .states
                    .iter()
                    .filter(|id| inside(id))
                    .map(|id| id.0)
                    .collect(),
            });
        }
        let states = definition.states.iter().take(kept);
        graph.states = states.map(|state| node(definition, state, kept)).collect();
        if let Some(redactor) = redactor.filter(|redactor| !redactor.is_empty()) {
            graph.mask(redactor);
        }
        graph
    }

    /// The indexes of the states that a finding's state name stands for: the one at the place, or all of that name.
    pub fn named(&self, name: &str, pointer: Option<&Pointer>) -> Vec<usize> {
        let named = |(_, node): &(usize, &Node)| node.name == name;
        let all = || self.states.iter().enumerate().filter(named);
        let holds = |(_, node): &(usize, &Node)| {
            let rest = pointer.and_then(|p| p.as_str().strip_prefix(node.pointer.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match all().find(holds) {
            Some((index, _)) => vec![index],
            None => all().map(|(index, _)| index).collect(),
        }
    }

    /// The scope that a state stands in.
    pub fn scope_of(&self, state: usize) -> Option<usize> {
        self.scopes
            .iter()
            .position(|scope| scope.states.contains(&state))
    }

    /// A shortest way from where executions begin to a state, both included; from outer scopes into inner ones. Empty where
    /// nothing leads there.
    pub fn path_to(&self, state: usize) -> Vec<usize> {
        let mut path = Vec::new();
        let mut target = state;
        for _ in 0..=self.scopes.len() {
            let Some(scope) = self.scope_of(target) else {
                return Vec::new();
            };
            let Some(mut part) = self.path_within(scope, target) else {
                return Vec::new();
            };
            part.append(&mut path);
            path = part;
            let holds = |node: &Node| node.inner.contains(&scope);
            match self.states.iter().position(holds) {
                Some(outer) => target = outer,
                None => break,
            }
        }
        path
    }

    fn path_within(&self, scope: usize, target: usize) -> Option<Vec<usize>> {
        let start = self.scopes.get(scope)?.start?;
        let mut from: BTreeMap<usize, Option<usize>> = BTreeMap::from([(start, None)]);
        let mut open = VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            if at == target {
                break;
            }
            for edge in &self.states.get(at)?.edges {
                if let std::collections::btree_map::Entry::Vacant(free) = from.entry(edge.to) {
                    free.insert(Some(at));
                    open.push_back(edge.to);
                }
            }
        }
        let mut path = vec![target];
        let mut at = target;
        while let Some(before) = from.get(&at)? {
            path.push(*before);
            at = *before;
        }
        path.reverse();
        Some(path)
    }

    fn mask(&mut self, redactor: &Redactor) {
        for node in &mut self.states {
            redactor.clean(&mut node.name);
            node.calls.iter_mut().for_each(|calls| {
                redactor.clean(calls);
            });
            node.pointer = node.pointer.cleaned(&|text| redactor.clean(text));
            for edge in &mut node.edges {
                if let When::Rule(text) | When::Error(text) = &mut edge.when {
                    redactor.clean(text);
                }
            }
        }
    }
}

fn node(definition: &Definition, state: &State, kept: usize) -> Node {
    let inner = definition.scopes.iter().enumerate();
    let inner = inner.filter(|(_, scope)| scope.parent == Some(state.id));
    let mut edges = Vec::new();
    let mut lead = |to: Option<StateId>, when: When| {
        if let Some(to) = to.filter(|id| id.0 < kept) {
            edges.push(Edge { to: to.0, when });
        }
    };
    lead(state.next, When::Next);
    if let Kind::Choice { rules, default } = &state.kind {
        for rule in rules {
            lead(rule.next, When::Rule(words::condition(&rule.condition)));
        }
        lead(*default, When::Default);
    }
    for catcher in &state.catch {
        lead(catcher.next, When::Error(words::errors(catcher)));
    }
    Node {
        name: state.name.clone(),
        pointer: state.pointer.clone(),
        kind: state.kind.state_type(),
        calls: match &state.kind {
            Kind::Task(task) => Some(words::called(&task.resource)),
            _ => None,
        },
        inner: inner.map(|(index, _)| index).collect(),
        edges,
    }
}

#[cfg(test)]
mod tests;
