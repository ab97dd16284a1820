//! Patterns as automata, and the subset construction over several at once: which combinations of "inside" and
//! "outside" some text can have. Inclusion in a union, coverage and the classes of a condition key all ask this.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::{Glob, Token};
use crate::budget;

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// This one.
    Char(char),
    /// This one, in either ASCII case.
    AnyCase(char),
    /// Any.
    Any,
    /// Any but `:`, inside one segment of an ARN.
    NotColon,
}

impl Class {
    fn holds(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::AnyCase(own) => own.eq_ignore_ascii_case(&c),
            Self::Any => true,
            Self::NotColon => c != ':',
        }
    }
}

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// One character of the class.
    One(Class),
    /// Any number of characters of the class.
    Many(Class),
}

/// A pattern as a sequence of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape(pub(crate) Vec<Step>);

impl From<&Glob> for Shape {
    fn from(glob: &Glob) -> Self {
        Self(
            glob.tokens()
                .iter()
                .map(|token| match token {
                    Token::Char(c) => Step::One(Class::Char(*c)),
                    Token::One => Step::One(Class::Any),
                    Token::Any => Step::Many(Class::Any),
                    Token::Within => Step::Many(Class::NotColon),
                })
                .collect(),
        )
    }
}

/// One combination that some text has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// For each pattern, whether the text is inside.
    pub(crate) inside: Vec<bool>,
    /// A shortest such text, never empty unless only the empty text is such.
    pub(crate) witness: String,
}

/// More states than this are not explored.
pub(crate) const MAX_STATES: usize = 20_000;
/// More positions in them than this are not either: states of long patterns are large.
const MAX_POSITIONS: usize = 150_000;

/// Every combination of inside and outside that some non-empty text has; `None` where there are too many states.
pub(crate) fn cells(shapes: &[Shape]) -> Option<Vec<Cell>> {
    let mut found: HashMap<Vec<bool>, String> = HashMap::new();
    let mut order = Vec::new();
    explore(shapes, false, |inside, witness| {
        let text = witness();
        if !text.is_empty() && !found.contains_key(inside) {
            found.insert(inside.to_vec(), text);
            order.push(inside.to_vec());
        }
        ControlFlow::Continue(())
    })?;
    let cell = |inside: Vec<bool>| {
        found
            .remove(&inside)
            .map(|witness| Cell { inside, witness })
    };
    Some(order.into_iter().filter_map(cell).collect())
}

/// Visits every reachable state, nearest first, with its combination and a way to get a shortest text that leads there.
/// With `within_first`, texts that cannot end inside the first pattern are left out.
/// `None` where there are more than [`MAX_STATES`], or the budget is spent, and the visitor has not stopped before.
pub(crate) fn explore(
    shapes: &[Shape],
    within_first: bool,
    mut visit: impl FnMut(&[bool], &dyn Fn() -> String) -> ControlFlow<()>,
) -> Option<()> {
    let machine = Machine::new(shapes);
    let start = machine.start();
    let mut seen = HashSet::from([start.clone()]);
    let mut queue: Vec<Visit> = vec![(start, None)];
    let mut at = 0;
    let mut second_visits = Vec::new();
    let mut positions = 0;
    while let Some((state, _)) = queue.get(at).cloned() {
        let path = || trace(&queue, at);
        if visit(&machine.inside(&state), &path).is_break() {
            return Some(());
        }
        let characters = machine.characters(&state);
        positions += 1 + state.len() * characters.len();
        budget::spend(1 + state.len() * characters.len() / 4);
        if positions > MAX_POSITIONS || budget::is_spent() {
            return None;
        }
        for c in characters {
            let next = machine.step(&state, c);
            if next.is_empty() || (within_first && !machine.first_alive(&next)) {
                if !within_first && seen.insert(next.clone()) {
                    queue.push((next, Some((at, c))));
                }
                continue;
            }
            if next == machine.start_state {
                // The start state is first visited with the empty text: once more with a text of one character.
                second_visits.push((at, c));
            }
            if seen.insert(next.clone()) {
                if seen.len() > MAX_STATES {
                    return None;
                }
                queue.push((next, Some((at, c))));
            }
        }
        at += 1;
    }
    if let Some((from, c)) = second_visits.first() {
        let path = || {
            let mut text = trace(&queue, *from);
            text.push(*c);
            text
        };
        let _ = visit(&machine.inside(&machine.start_state), &path);
    }
    Some(())
}

/// A state, the visit it was reached from, and by which character.
type Visit = (Vec<u32>, Option<(usize, char)>);

fn trace(queue: &[Visit], mut at: usize) -> String {
    let mut chars = Vec::new();
    while let Some((_, Some((from, c)))) = queue.get(at) {
        chars.push(*c);
        at = *from;
    }
    chars.iter().rev().collect()
}

/// All patterns laid out one after the other; a state is the sorted list of positions that are active.
struct Machine {
    /// `None` marks the end of a pattern.
    steps: Vec<Option<Step>>,
    /// Which pattern a position belongs to.
    owners: Vec<usize>,
    start_state: Vec<u32>,
    patterns: usize,
    /// A character that no pattern names.
    other: char,
}

impl Machine {
    fn new(shapes: &[Shape]) -> Self {
        let mut machine = Self {
            steps: Vec::new(),
            owners: Vec::new(),
            start_state: Vec::new(),
            patterns: shapes.len(),
            other: 'x',
        };
        let mut starts = Vec::new();
        for (owner, shape) in shapes.iter().enumerate() {
            starts.push(u32::try_from(machine.steps.len()).unwrap_or(u32::MAX));
            machine.steps.extend(shape.0.iter().copied().map(Some));
            machine.steps.push(None);
            machine.owners.resize(machine.steps.len(), owner);
        }
        let named = |c: char| {
            c == ':'
                || machine.steps.iter().flatten().any(|step| match step {
                    Step::One(class) | Step::Many(class) => {
                        !matches!(class, Class::Any | Class::NotColon) && class.holds(c)
                    }
                })
        };
        let letters = ('a'..='z').rev().chain('0'..='9').chain('\u{e000}'..);
        machine.other = letters.into_iter().find(|c| !named(*c)).unwrap_or('x');
        machine.start_state = machine.close(starts);
        machine
    }

    fn start(&self) -> Vec<u32> {
        self.start_state.clone()
    }

    fn at(&self, position: u32) -> Option<Step> {
        self.steps.get(position as usize).copied().flatten()
    }

    fn owner(&self, position: u32) -> usize {
        self.owners.get(position as usize).copied().unwrap_or(0)
    }

    /// Adds what is reached without a character, then drops what a later star of the same pattern makes needless:
    /// whatever an earlier position accepts must pass that star, which accepts it too.
    fn close(&self, mut state: Vec<u32>) -> Vec<u32> {
        let mut i = 0;
        while let Some(position) = state.get(i).copied() {
            if matches!(self.at(position), Some(Step::Many(_))) && !state.contains(&(position + 1))
            {
                state.push(position + 1);
            }
            i += 1;
        }
        state.sort_unstable();
        state.dedup();
        let mut cut = None;
        let mut kept: Vec<u32> = Vec::with_capacity(state.len());
        for position in state.into_iter().rev() {
            let owner = self.owner(position);
            if cut == Some(owner) {
                continue;
            }
            if self.at(position) == Some(Step::Many(Class::Any)) {
                cut = Some(owner);
            }
            kept.push(position);
        }
        kept.reverse();
        kept
    }

    fn step(&self, state: &[u32], c: char) -> Vec<u32> {
        let mut next = Vec::with_capacity(state.len());
        for position in state {
            match self.at(*position) {
                Some(Step::One(class)) if class.holds(c) => next.push(position + 1),
                Some(Step::Many(class)) if class.holds(c) => next.push(*position),
                _ => {}
            }
        }
        self.close(next)
    }

    /// The characters that can make a difference from here, one of each kind.
    fn characters(&self, state: &[u32]) -> Vec<char> {
        if state.is_empty() {
            return Vec::new();
        }
        let mut out = vec![self.other];
        for position in state {
            match self.at(*position) {
                Some(Step::One(Class::Char(c))) => out.push(c),
                Some(Step::One(Class::AnyCase(c))) => {
                    out.extend([c.to_ascii_lowercase(), c.to_ascii_uppercase()]);
                }
                Some(Step::One(Class::NotColon) | Step::Many(Class::NotColon)) => out.push(':'),
                _ => {}
            }
        }
        out.sort_unstable_by_key(|c| (*c != self.other, *c));
        out.dedup();
        out
    }

    fn inside(&self, state: &[u32]) -> Vec<bool> {
        let mut inside = vec![false; self.patterns];
        for position in state {
            if self.steps.get(*position as usize) == Some(&None)
                && let Some(flag) = inside.get_mut(self.owner(*position))
            {
                *flag = true;
            }
        }
        inside
    }

    fn first_alive(&self, state: &[u32]) -> bool {
        state.first().is_some_and(|p| self.owner(*p) == 0)
    }
}
