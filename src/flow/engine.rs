//! The fixed point: what is known at every state, whichever way a run takes.

mod errors;
mod lost;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::env::Env;
use super::knowledge::Knowledge;
use super::order::Order;
use super::site::root;
use super::transfer::{Step, Successors, Thrown};
use crate::arn::Arn;
use crate::asl::{Definition, Kind, Map, ScopeId, State, StateId};
use crate::budget;
use crate::value::{Identity, Source, Unknown, Value};

/// Visits of one place after which what still changes is given up.
const WIDENING_DELAY: usize = 4;
/// A document of so many fields more weighs as much as one way more.
const WEIGHT: usize = 256;
/// Edges gone within loops, for each way that there is, after which no more is learnt from guards: only a dense knot of loops needs
/// more, and it could need any number.
const WAYS: usize = 1;
/// Edges that may be gone beside them, so that loops of ordinary definitions have many rounds.
const MAX_LOOP_EDGES: usize = 4000;
/// What reading the arguments may cost once the walk was given up.
const AFTER: usize = budget::FLOW / 8;
/// Visits of one place after which it is left as it is. Widening ends long before.
const LIMIT: usize = 64;

/// One thing to do: enter a state, or leave a Map or Parallel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    rank: usize,
    state: usize,
    leaves: bool,
}

/// How many ways lead on from a state.
fn ways_of(state: &State) -> usize {
    let inside = match &state.kind {
        Kind::Choice { rules, .. } => rules.len(),
        Kind::Parallel(branches) => branches.len(),
        _ => 1,
    };
    1 + inside + state.catch.len()
}

/// The walk over one definition.
pub struct Engine<'a> {
    definition: &'a Definition,
    workflow: Option<&'a Arn>,
    order: Order,
    /// What is known on entry of each state.
    pub entry: Vec<Option<Arc<Env>>>,
    /// What came to each state last.
    last: Vec<Option<Arc<Env>>>,
    /// What each scope ends with, by the state that ends it.
    exits: Vec<BTreeMap<usize, (Value, Env)>>,
    /// Errors that each scope does not catch.
    throws: Vec<Thrown>,
    /// Whether several ways have come to each state.
    joined: Vec<bool>,
    visits: Vec<usize>,
    /// Edges that may still be gone before guards are given up.
    ways_left: usize,
    /// What is known once they are.
    nothing: Arc<Knowledge>,
    work: BTreeSet<Work>,
}

impl<'a> Engine<'a> {
    /// Walks the whole definition.
    pub fn run(definition: &'a Definition, workflow: Option<&'a Arn>) -> Self {
        let mut engine = Self {
            definition,
            workflow,
            order: Order::of(definition),
            entry: vec![None; definition.states.len()],
            last: vec![None; definition.states.len()],
            exits: vec![BTreeMap::new(); definition.scopes.len()],
            throws: vec![Thrown::new(); definition.scopes.len()],
            joined: vec![false; definition.states.len()],
            visits: vec![0; definition.states.len()],
            ways_left: MAX_LOOP_EDGES + WAYS * definition.states.iter().map(ways_of).sum::<usize>(),
            nothing: Arc::default(),
            work: BTreeSet::new(),
        };
        let input = Unknown::of(Source::Caller, "$").identified(root::INPUT);
        engine.enter_scope(ScopeId(0), Env::start(Value::Any(input)));
        engine.drain();
        engine.visit_unreached();
        let is_spent = budget::is_spent();
        // Where it is not known which state follows which, any may, with whatever there is.
        if is_spent || definition.has_open_ways {
            let lost = Arc::new(lost::everywhere(definition));
            engine.entry.fill(Some(lost));
        } else {
            engine.name_joined();
        }
        if is_spent {
            budget::grant(AFTER);
        }
        engine
    }

    /// Where several ways lead, what they bring is one value of the run by the name of the place.
    fn name_joined(&mut self) {
        let all = self.entry.iter_mut().zip(&self.joined).enumerate();
        for (state, (entry, _)) in all.filter(|(_, (_, joined))| **joined) {
            if let Some(env) = entry {
                *env = Arc::new(Env::clone(env).named_at(root::joined(state)));
            }
        }
    }

    /// States that nothing leads to still are looked at, with an input that nobody chooses.
    fn visit_unreached(&mut self) {
        for id in 0..self.definition.states.len() {
            if budget::is_spent() {
                return;
            }
            if self.entry.get(id).is_some_and(Option::is_none) {
                self.order.add_way_in(StateId(id));
                let nothing = Unknown::of(Source::Undecided, Unknown::UNREACHED);
                self.enter(StateId(id), Env::start(Value::Any(nothing)));
                self.drain();
            }
        }
    }

    fn drain(&mut self) {
        while let Some(next) = self.work.pop_first() {
            if budget::is_spent() {
                return;
            }
            let Some(state) = self.definition.states.get(next.state) else {
                continue;
            };
            let Some(mut env) = self.entry.get(next.state).cloned().flatten() else {
                continue;
            };
            if self.order.in_cycle(state.id) {
                let mut fresh = Env::clone(&env);
                let is_stale = |root| root::state(root) == Some(state.id.0);
                fresh.forget(&|id: &Identity| id.begins_at(&is_stale));
                env = Arc::new(fresh);
            }
            if self.joined.get(next.state).is_some_and(|j| *j) {
                env = Arc::new(Env::clone(&env).named_at(root::joined(next.state)));
            }
            if next.leaves {
                self.leave(state, &env);
            } else {
                if let Some(visits) = self.visits.get_mut(next.state) {
                    *visits += 1;
                    if *visits > LIMIT {
                        continue;
                    }
                }
                self.step(state, &env);
            }
        }
    }

    fn step(&mut self, state: &'a State, env: &Env) {
        let step = Step {
            state,
            env,
            workflow: self.workflow,
        };
        match &state.kind {
            Kind::Parallel(branches) => {
                let input = step.branch_input();
                for branch in branches {
                    self.enter_scope(*branch, env.with_doc(input.clone()));
                }
                self.queue(state.id, true);
            }
            Kind::Map(map) => self.enter_map(&step, map),
            _ => {
                let ways = step.simple();
                let thrown = step.thrown(&[]);
                self.go(state, ways);
                self.throw(state, thrown);
            }
        }
    }

    fn enter_map(&mut self, step: &Step<'_>, map: &Map) {
        let item = step.item(map);
        let doc = step.iteration(map, &item);
        let env = if map.distributed {
            Env {
                item: Some(Arc::new(item)),
                know: step.env.know.clone(),
                child: true,
                ..Env::start(doc)
            }
        } else {
            Env {
                item: Some(Arc::new(item)),
                ..step.env.with_doc(doc)
            }
        };
        self.enter_scope(map.processor, env);
        self.queue(step.state.id, true);
    }

    /// A Map or Parallel whose inside is known.
    fn leave(&mut self, state: &'a State, env: &Env) {
        let step = Step {
            state,
            env,
            workflow: self.workflow,
        };
        let inner = self.thrown_in(state);
        let inner: Vec<&Thrown> = inner.iter().collect();
        // What a branch learns holds where all of them end well.
        let failed = step.fail(&inner);
        self.go(
            state,
            Successors {
                to: failed,
                out: None,
            },
        );
        self.throw(state, step.thrown(&inner));
        match &state.kind {
            Kind::Parallel(branches) => {
                let exits: Option<Vec<(Value, Env)>> =
                    branches.iter().map(|b| self.exit(*b)).collect();
                // Where no branch comes to an end, only errors lead on.
                let Some(exits) = exits else {
                    return;
                };
                let mut know = Knowledge::clone(&env.know);
                for (_, inner) in &exits {
                    know.also(&inner.know, |id| self.is_inside(id, state));
                }
                let outputs = exits.iter().map(|(value, _)| value.anonymous()).collect();
                let known = env.knowing(know);
                let ways = Step {
                    env: &known,
                    ..step
                }
                .succeed(&Value::Array(outputs));
                self.go(state, ways);
            }
            Kind::Map(map) => {
                let output = self.exit(map.processor).map(|(value, _)| value);
                let result = step.map_result(map, output.as_ref());
                let ways = step.succeed(&result);
                self.go(state, ways);
            }
            _ => {}
        }
    }

    /// Whether a value first appears inside this Map or Parallel, or may be told by a variable of the inside.
    fn is_inside(&self, identity: &Identity, outer: &State) -> bool {
        let states = &self.definition.states;
        let is_below = |root: usize| {
            let place = root::state(root).and_then(|place| states.get(place));
            place.is_some_and(|s| {
                let below = s.pointer.as_str().strip_prefix(outer.pointer.as_str());
                s.id != outer.id && below.is_some_and(|rest| rest.starts_with('/'))
            })
        };
        identity.is_by_variable(&|_| true) || identity.begins_at(&is_below)
    }

    /// What a scope ends with, whichever of its ends a run comes to.
    fn exit(&self, scope: ScopeId) -> Option<(Value, Env)> {
        let mut ends = self.exits.get(scope.0)?.values();
        let first = ends.next()?.clone();
        Some(ends.fold(first, |(value, known), (other, env)| {
            let know = known.know.join(&env.know);
            (value.join(other), known.knowing(know))
        }))
    }

    fn go(&mut self, state: &State, ways: Successors) {
        for (next, env) in ways.to {
            // What is not entered now is told as lost with everything else.
            if budget::is_spent() {
                return;
            }
            self.enter(next, env);
        }
        let Some((output, env)) = ways.out else {
            return;
        };
        let output = env.know.unfold(&output);
        let Some(slot) = self.exits.get_mut(state.scope.0) else {
            return;
        };
        slot.insert(state.id.0, (output, env));
        let parent = self.definition.scope(state.scope).and_then(|s| s.parent);
        if let Some(parent) = parent {
            self.queue(parent, true);
        }
    }

    fn enter_scope(&mut self, scope: ScopeId, env: Env) {
        if let Some(start) = self.definition.scope(scope).and_then(|s| s.start) {
            self.enter(start, env);
        }
    }

    fn enter(&mut self, state: StateId, env: Env) {
        let is_end = self.definition.state(state).is_some_and(|s| match s.kind {
            Kind::Fail => s.scope == ScopeId(0) || !Step::is_told_by_input(s),
            Kind::Succeed => s.scope == ScopeId(0),
            _ => false,
        });
        let widen = self
            .visits
            .get(state.0)
            .is_some_and(|v| *v >= WIDENING_DELAY);
        let mut env = env;
        let loops = self.order.in_cycle(state);
        if loops {
            let fields = match &*env.doc {
                Value::Object { fields, .. } => fields.len(),
                _ => 0,
            };
            self.ways_left = self.ways_left.saturating_sub(1 + fields / WEIGHT);
        }
        let is_spent = self.ways_left == 0;
        let give_up = |env: &mut Env, nothing: &Arc<Knowledge>| {
            env.know = nothing.clone();
            // What goes round and still changes keeps its sources, not its shape.
            if loops && !matches!(*env.doc, Value::Any(_)) {
                env.doc = Arc::new(Value::Any(env.doc.collapsed()));
            }
        };
        if is_spent {
            give_up(&mut env, &self.nothing);
        }
        let env = Arc::new(env);
        let (Some(slot), Some(last)) = (self.entry.get_mut(state.0), self.last.get_mut(state.0))
        else {
            return;
        };
        match slot {
            None => *slot = Some(env.clone()),
            // Nothing comes of what a run brings to its end.
            Some(_) if is_end => return,
            // The only way into it brings more than before, not something beside it.
            Some(old) if self.order.has_one_way_in(state) => {
                if env.same(old) {
                    return;
                }
                *slot = Some(env.clone());
            }
            Some(old) => {
                if is_spent && !old.know.is_empty() {
                    let mut bare = Env::clone(old);
                    give_up(&mut bare, &self.nothing);
                    *old = Arc::new(bare);
                    *last = None;
                }
                let joined = old.join(&env, last.as_deref(), widen || is_spent);
                if let Some(mark) = self.joined.get_mut(state.0) {
                    *mark = true;
                }
                *last = Some(env);
                if joined.same(old) {
                    return;
                }
                *slot = Some(Arc::new(joined));
                self.queue(state, false);
                return;
            }
        }
        *last = Some(env);
        self.queue(state, false);
    }

    fn queue(&mut self, state: StateId, leaves: bool) {
        self.work.insert(Work {
            rank: self.order.rank(state, leaves),
            state: state.0,
            leaves,
        });
    }
}
