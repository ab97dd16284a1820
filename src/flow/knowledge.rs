//! What guards have taught about the values of a run, on every way to one place.

mod facts;
mod unfold;

use std::sync::Arc;

use facts::{Facts, join_facts};

use crate::budget;
use crate::glob::Glob;
use crate::value::{Guard, Identity, MAX_ALTERNATIVES, Piece, Unknown, Value};

/// More facts than this at one place are not kept: the values that the oldest ones speak of count as unguarded.
const MAX_FACTS: usize = 256;

/// What is known of one value.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// The strings that it may be.
    pub allowed: Option<Vec<Glob>>,
    /// What it equals.
    pub equal: Option<Value>,
    /// The guards that looked at it.
    pub guards: Vec<Arc<Guard>>,
    /// How many facts were learnt before it on its way.
    age: usize,
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.allowed == other.allowed && self.equal == other.equal && self.guards == other.guards
    }
}

impl Fact {
    /// Whether guards looked at the value, and nothing came of it.
    const fn is_bare(&self) -> bool {
        self.allowed.is_none() && self.equal.is_none()
    }

    fn has_guards_of(&self, other: &Self) -> bool {
        let has = |guard: &Arc<Guard>| {
            self.guards
                .iter()
                .any(|g| Arc::ptr_eq(g, guard) || g == guard)
        };
        other.guards.iter().all(has)
    }

    /// What guards say, nothing more.
    pub fn guarded(guards: Vec<Arc<Guard>>) -> Self {
        Self {
            guards,
            ..Self::default()
        }
    }

    /// It is one of these strings.
    pub fn among(allowed: Option<Vec<Glob>>, guards: Vec<Arc<Guard>>) -> Self {
        Self {
            allowed,
            ..Self::guarded(guards)
        }
    }

    /// It is this value.
    pub fn same_as(equal: Value, guards: Vec<Arc<Guard>>) -> Self {
        Self {
            equal: Some(equal),
            ..Self::guarded(guards)
        }
    }
}

/// Facts by the value they speak of. A fact on a string with holes speaks of every string of the same parts.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    learnt: usize,
    by_identity: Facts,
    by_term: Vec<(Vec<Piece>, Arc<Fact>)>,
}

enum Key<'a> {
    One(&'a Identity),
    Term(&'a [Piece]),
}

fn key(value: &Value) -> Option<Key<'_>> {
    match value {
        Value::Any(unknown) => unknown.identity.as_ref().map(Key::One),
        Value::Text(pieces) => match pieces.as_slice() {
            [Piece::Hole(unknown)] => unknown.identity.as_ref().map(Key::One),
            [] | [Piece::Literal(_)] => None,
            pieces => pieces
                .iter()
                .all(|p| match p {
                    Piece::Literal(_) => true,
                    Piece::Hole(unknown) => unknown.identity.is_some(),
                })
                .then_some(Key::Term(pieces)),
        },
        // Unknowns of one name are the one value of its place, whichever it is.
        Value::OneOf(values) => {
            let mut names = values.iter().map(|value| match value {
                Value::Any(unknown) => unknown.identity.as_ref(),
                _ => None,
            });
            let first = names.next()??;
            names
                .all(|name| name == Some(first))
                .then_some(Key::One(first))
        }
        _ => None,
    }
}

fn same_term(a: &[Piece], b: &[Piece]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|pair| match pair {
            (Piece::Literal(a), Piece::Literal(b)) => a == b,
            (Piece::Hole(a), Piece::Hole(b)) => a.identity == b.identity,
            _ => false,
        })
}

impl Knowledge {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.by_identity.is_empty() && self.by_term.is_empty()
    }

    /// Whether a fact on this value can be kept.
    pub fn can_hold(value: &Value) -> bool {
        key(value).is_some()
    }

    /// Learns about this value, which must not be resolved yet, on top of what is known.
    pub fn learn(&mut self, value: &Value, new: Fact) {
        let Some(key) = key(value) else { return };
        let mut fact = self.fact(&key).map(|f| Fact::clone(f)).unwrap_or_default();
        if let Some(allowed) = new.allowed {
            fact.allowed = Some(match fact.allowed.take() {
                Some(old) => intersect(&old, &allowed),
                None => allowed,
            });
        }
        fact.equal = new.equal.or(fact.equal);
        crate::value::merge_guards(&mut fact.guards, &new.guards);
        self.learnt += 1;
        fact.age = self.learnt;
        self.insert(&key, Arc::new(fact));
    }

    fn fact(&self, key: &Key<'_>) -> Option<&Arc<Fact>> {
        match key {
            Key::One(identity) => self.by_identity.get(identity),
            Key::Term(pieces) => self
                .by_term
                .iter()
                .find(|(term, _)| same_term(term, pieces))
                .map(|(_, fact)| fact),
        }
    }

    fn insert(&mut self, key: &Key<'_>, fact: Arc<Fact>) {
        match key {
            Key::One(identity) => {
                self.by_identity
                    .insert((*identity).clone(), fact, MAX_FACTS);
            }
            Key::Term(pieces) => {
                self.by_term.retain(|(term, _)| !same_term(term, pieces));
                if self.by_term.len() < MAX_ALTERNATIVES {
                    self.by_term.push((pieces.to_vec(), fact));
                }
            }
        }
    }

    /// The value with everything known of it and its parts filled in.
    pub fn resolve(&self, value: &Value) -> Value {
        if self.is_empty() {
            return value.clone();
        }
        match value {
            Value::Any(unknown) => self.resolve_unknown(unknown),
            Value::Text(pieces) => self.resolve_text(pieces),
            Value::Array(values) => Value::Array(values.iter().map(|v| self.resolve(v)).collect()),
            Value::Each(value) => Value::Each(Box::new(self.resolve(value))),
            Value::OneOf(_) => value.each_alternative(|v| self.resolve(v)),
            Value::Object { fields, rest } => Value::Object {
                fields: fields.edit(|_, v| self.speaks_of(v).then(|| self.resolve(v))),
                rest: rest.as_ref().map(|r| Box::new(self.resolve(r))),
            },
            Value::Absent | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Whether anything is known of a part of this value.
    fn speaks_of(&self, value: &Value) -> bool {
        !self.by_term.is_empty()
            || value.unknowns().iter().any(|u| {
                u.identity
                    .as_ref()
                    .is_some_and(|id| self.by_identity.get(id).is_some())
            })
    }

    fn resolve_unknown(&self, unknown: &Unknown) -> Value {
        let fact = unknown
            .identity
            .as_ref()
            .and_then(|id| self.by_identity.get(id));
        match fact {
            Some(fact) => apply(unknown, fact),
            None => Value::Any(unknown.clone()),
        }
    }

    fn resolve_text(&self, pieces: &[Piece]) -> Value {
        let filled = if pieces.iter().any(|p| self.knows_piece(p)) {
            let parts: Vec<Value> = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => Value::text(text.clone()),
                    Piece::Hole(unknown) => self.resolve_unknown(unknown),
                })
                .collect();
            Value::concat(&parts)
        } else {
            Value::Text(pieces.to_vec())
        };
        let fact = self
            .by_term
            .iter()
            .find(|(term, _)| same_term(term, pieces))
            .map(|(_, fact)| fact);
        match fact {
            Some(fact) => {
                let mut whole = Value::Text(pieces.to_vec()).collapsed();
                whole.allowed = Some(filled.patterns());
                apply(&whole, fact)
            }
            None => filled,
        }
    }

    fn knows_piece(&self, piece: &Piece) -> bool {
        match piece {
            Piece::Hole(Unknown {
                identity: Some(identity),
                ..
            }) => self.by_identity.get(identity).is_some(),
            _ => false,
        }
    }

    /// What holds whichever of two ways was taken. A guard met on one of them only is remembered, but lets everything through.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let mut both = Self {
            learnt: self.learnt.max(other.learnt),
            by_identity: self
                .by_identity
                .zip(&other.by_identity, MAX_FACTS, join_facts),
            by_term: Vec::new(),
        };
        let theirs = other
            .by_term
            .iter()
            .filter(|(t, _)| !self.by_term.iter().any(|(u, _)| same_term(t, u)));
        for (term, _) in self.by_term.iter().chain(theirs) {
            budget::spend(8);
            let key = Key::Term(term);
            let fact = join_facts(self.fact(&key), other.fact(&key));
            both.insert(&key, fact);
        }
        both
    }

    /// This, with everything given up that `new` tells otherwise, so that a loop ends.
    #[must_use]
    pub fn widened(&self, new: &Self) -> Self {
        let kept = self.by_term.iter().filter(|(term, fact)| {
            let new = new.fact(&Key::Term(term));
            new.is_some_and(|n| Arc::ptr_eq(n, fact) || n == fact)
        });
        Self {
            learnt: self.learnt,
            by_identity: self.by_identity.widened(&new.by_identity),
            by_term: kept.cloned().collect(),
        }
    }

    /// Takes over what the other knows, which holds as well, of values that are still there.
    pub fn also(&mut self, other: &Self, is_inner: impl Fn(&Identity) -> bool) {
        let mut outer = other.clone();
        outer.forget(is_inner);
        self.by_identity.extend(&outer.by_identity, MAX_FACTS);
        for (term, fact) in &outer.by_term {
            self.insert(&Key::Term(term), fact.clone());
        }
    }

    /// Whether the two know the same.
    pub fn same(&self, other: &Self) -> bool {
        self.by_term.len() == other.by_term.len()
            && self.by_identity.same(&other.by_identity)
            && self
                .by_term
                .iter()
                .zip(&other.by_term)
                .all(|((t, a), (u, b))| same_term(t, u) && (Arc::ptr_eq(a, b) || a == b))
    }

    /// Forgets everything about values of these places, which are about to be made anew.
    pub fn forget(&mut self, is_stale: impl Fn(&Identity) -> bool) {
        self.by_identity.retain(|identity, _| !is_stale(identity));
        self.by_term.retain(|(term, _)| {
            !term.iter().any(|piece| match piece {
                Piece::Hole(Unknown {
                    identity: Some(identity),
                    ..
                }) => is_stale(identity),
                _ => false,
            })
        });
    }
}

fn apply(unknown: &Unknown, fact: &Fact) -> Value {
    if let Some(equal) = &fact.equal {
        return equal.clone();
    }
    let mut next = unknown.clone();
    next.add_guards(&fact.guards);
    // What is one of these is there.
    next.missing &= fact.allowed.is_none();
    if let Some(allowed) = &fact.allowed {
        let cut = match &unknown.allowed {
            Some(old) => intersect(old, allowed),
            None => allowed.clone(),
        };
        let literals: Option<Vec<String>> = cut.iter().map(Glob::as_literal).collect();
        if let Some(literals) = literals
            && literals.len() < MAX_ALTERNATIVES
        {
            return literals
                .into_iter()
                .map(Value::text)
                .fold(Value::NEVER, |a, b| a.join(&b));
        }
        next.allowed = Some(cut);
    }
    Value::Any(next)
}

/// Patterns whose union holds every string that both lists match.
fn intersect(a: &[Glob], b: &[Glob]) -> Vec<Glob> {
    let mut out: Vec<Glob> = Vec::new();
    for glob in a.iter().flat_map(|x| b.iter().flat_map(|y| x.intersect(y))) {
        if !out.contains(&glob) {
            out.push(glob);
        }
    }
    if out.len() > MAX_ALTERNATIVES {
        // Either list alone holds them, too.
        return if a.len() <= b.len() {
            a.to_vec()
        } else {
            b.to_vec()
        };
    }
    out
}
