//! Origins and unknowns: how they are made, extended and merged.

use std::sync::Arc;

use super::{Guard, Identity, Origin, Piece, Refinement, Source, TraceStep, Unknown, Value};
use crate::budget;
use crate::glob::Glob;
use crate::loc::Pointer;

/// More origins than this are told as the first ones of each kind.
const MAX_ORIGINS: usize = 24;
/// More guards than this are not listed; what they let through still counts.
const MAX_GUARDS: usize = 8;
/// A trace longer than this loses its middle.
const MAX_TRACE: usize = 24;
/// A path longer than this (bytes) is not extended any more.
pub(super) const MAX_PATH: usize = 400;

impl Origin {
    /// The way from source to sink, with the source itself as first station.
    pub fn steps(&self) -> Vec<TraceStep> {
        let source = TraceStep {
            state: match &self.source {
                Source::TaskResult(state) => state.clone(),
                _ => String::new(),
            },
            pointer: Pointer::root(),
            value: self.path.clone(),
        };
        match self.trace.first() {
            Some(first) if self.source != Source::Caller => {
                let first = TraceStep {
                    value: self.path.clone(),
                    ..TraceStep::clone(first)
                };
                let rest = self.trace.iter().skip(1);
                std::iter::once(first)
                    .chain(rest.map(|step| TraceStep::clone(step)))
                    .collect()
            }
            _ => std::iter::once(source)
                .chain(self.trace.iter().map(|step| TraceStep::clone(step)))
                .collect(),
        }
    }
}

impl Unknown {
    /// Of one source, at this path, without a history.
    pub fn of(source: Source, path: impl Into<String>) -> Self {
        Self {
            origins: vec![Arc::new(Origin {
                source,
                path: path.into(),
                trace: Vec::new(),
            })],
            ..Self::default()
        }
    }

    /// The same, known to be one concrete value of the run.
    #[must_use]
    pub fn identified(mut self, root: usize) -> Self {
        self.identity = Some(Identity::new(root, ""));
        self
    }

    /// Whether somebody outside may choose it, in whole or in part.
    pub fn is_tainted(&self) -> bool {
        self.origins.iter().any(|o| o.source.is_tainted())
    }

    /// Whether anything may stand there, and nothing is known of where it comes from.
    pub fn is_unsourced(&self) -> bool {
        let is_lost = |o: &Arc<Origin>| o.source == Source::Undecided && o.path != Self::UNREACHED;
        self.allowed.is_none() && self.origins.iter().all(is_lost)
    }

    /// The path of what comes to a state that no way leads to: nothing does.
    pub const UNREACHED: &str = "input of an unreachable state";

    /// Whether it is one value of the run of which nothing is known yet, so that it may be told by its fields.
    pub const fn is_unmodified(&self) -> bool {
        self.identity.is_some() && self.allowed.is_none()
    }

    /// The answer of a test that is kept: where it is true, `subject` is one of these strings.
    pub fn answer(name: &str, subject: Value, allowed: Vec<Glob>) -> Self {
        Self {
            tells: Some(Arc::new(Refinement { subject, allowed })),
            ..Self::of(Source::Generated, name)
        }
    }

    /// Whether it is, or tells of, a value of the run that this says.
    pub fn speaks_of(&self, is_meant: &impl Fn(&Identity) -> bool) -> bool {
        self.identity.as_ref().is_some_and(is_meant)
            || self.tells.as_ref().is_some_and(|told| {
                let mut inside = told.subject.unknowns().into_iter();
                inside.any(|u| u.identity.as_ref().is_some_and(is_meant))
            })
    }

    /// What a function makes of it: the same origins and guards, no longer the same value.
    #[must_use]
    pub fn derived(&self) -> Self {
        Self {
            origins: self.origins.clone(),
            allowed: None,
            guards: self.guards.clone(),
            identity: None,
            tells: None,
            missing: self.missing,
        }
    }

    /// A part of it, by a suffix to its path such as `.name` or `[0]`.
    #[must_use]
    pub fn part(&self, suffix: &str) -> Self {
        self.map_paths(|path| {
            (path.len() + suffix.len() <= MAX_PATH).then(|| format!("{path}{suffix}"))
        })
    }

    /// One unnamed field of it; [`Self::specialise`] names it.
    #[must_use]
    pub fn any_child(&self) -> Self {
        self.part(".*")
    }

    /// What [`Self::any_child`] is for this field.
    #[must_use]
    pub fn specialise(&self, name: &str) -> Self {
        let step = super::access::path_step(name);
        let mut named =
            self.map_paths(|path| path.strip_suffix(".*").map(|p| format!("{p}{step}")));
        // Without a name of its own it may be any of the fields.
        let is_own = |id: &Identity| !id.path.ends_with(".*");
        named.identity = named.identity.filter(is_own);
        named
    }

    /// Some element or field of it, no particular one.
    #[must_use]
    pub fn some_part(&self, suffix: &str) -> Self {
        Self {
            identity: None,
            ..self.part(suffix)
        }
    }

    pub(super) fn map_paths(&self, change: impl Fn(&str) -> Option<String>) -> Self {
        budget::spend(1 + self.origins.len());
        let origins = self
            .origins
            .iter()
            .map(|origin| match change(&origin.path) {
                Some(path) => Arc::new(Origin {
                    source: origin.source.clone(),
                    path,
                    trace: origin.trace.clone(),
                }),
                None => origin.clone(),
            })
            .collect();
        let identity = self.identity.as_ref();
        let identity = identity.and_then(|id| Some(id.with_path(change(&id.path)?)));
        Self {
            origins,
            allowed: None,
            guards: Vec::new(),
            identity,
            tells: None,
            missing: self.missing,
        }
    }

    /// Adds the other's origins, one for each source and path.
    pub fn add_origins(&mut self, other: &[Arc<Origin>]) {
        budget::spend(other.len());
        for origin in other {
            let known = |o: &Arc<Origin>| {
                Arc::ptr_eq(o, origin) || (o.source == origin.source && o.path == origin.path)
            };
            if self.origins.iter().any(known) {
                continue;
            }
            let kind = std::mem::discriminant(&origin.source);
            let room = self.origins.len() < MAX_ORIGINS;
            if room
                || !self
                    .origins
                    .iter()
                    .any(|o| std::mem::discriminant(&o.source) == kind)
            {
                self.origins.push(origin.clone());
            }
        }
    }

    /// Adds guards that are not there yet.
    pub fn add_guards(&mut self, other: &[Arc<Guard>]) {
        merge_guards(&mut self.guards, other);
    }

    /// The same with one more station on the way of each origin.
    #[must_use]
    pub fn through(&self, step: &Arc<TraceStep>) -> Self {
        budget::spend(1 + self.origins.len());
        let origins = self
            .origins
            .iter()
            .map(|origin| {
                if origin.trace.last() == Some(step) {
                    return origin.clone();
                }
                let mut next = Origin::clone(origin);
                if next.trace.len() >= MAX_TRACE {
                    next.trace.remove(MAX_TRACE / 2);
                }
                next.trace.push(step.clone());
                Arc::new(next)
            })
            .collect();
        Self {
            origins,
            ..self.clone()
        }
    }

    /// Whether the two say the same, whatever way their origins took.
    pub fn same(&self, other: &Self) -> bool {
        self.identity == other.identity
            && self.missing == other.missing
            && self.allowed == other.allowed
            && self.tells == other.tells
            && self.guards.len() == other.guards.len()
            && self.origins.len() == other.origins.len()
            && self
                .origins
                .iter()
                .zip(&other.origins)
                .all(|(a, b)| Arc::ptr_eq(a, b) || (a.source == b.source && a.path == b.path))
            && self
                .guards
                .iter()
                .zip(&other.guards)
                .all(|(a, b)| Arc::ptr_eq(a, b) || a == b)
    }
}

/// Adds guards that are not there yet.
pub fn merge_guards(into: &mut Vec<Arc<Guard>>, other: &[Arc<Guard>]) {
    for guard in other {
        if into.len() >= MAX_GUARDS {
            return;
        }
        if !into.iter().any(|g| Arc::ptr_eq(g, guard) || g == guard) {
            into.push(guard.clone());
        }
    }
}

impl Value {
    /// Every unknown inside, outermost first.
    pub fn unknowns(&self) -> Vec<&Unknown> {
        let mut found = Vec::new();
        let mut open = vec![self];
        let mut parts = 0;
        while let Some(value) = open.pop() {
            parts += 1;
            match value {
                Self::Any(unknown) => found.push(unknown),
                Self::Text(pieces) => found.extend(pieces.iter().filter_map(|p| match p {
                    Piece::Hole(unknown) => Some(unknown),
                    Piece::Literal(_) => None,
                })),
                Self::Array(values) | Self::OneOf(values) => open.extend(values.iter().rev()),
                Self::Each(value) => open.push(value),
                Self::Object { fields, rest } => {
                    open.extend(fields.names());
                    open.extend(rest.as_deref());
                    open.extend(fields.values());
                }
                Self::Absent | Self::Null | Self::Bool(_) | Self::Number(_) => {}
            }
        }
        budget::spend(parts / 4);
        found
    }

    /// Whether somebody outside chooses any of it.
    pub fn is_tainted(&self) -> bool {
        self.unknowns().iter().any(|u| u.is_tainted())
    }

    /// One unknown that stands for all of it: every origin and guard, nothing of its shape.
    pub fn collapsed(&self) -> Unknown {
        let mut all = Unknown::default();
        for unknown in self.unknowns() {
            all.add_origins(&unknown.origins);
            all.add_guards(&unknown.guards);
        }
        all
    }

    /// The same with every unknown changed.
    #[must_use]
    pub fn map_unknowns(&self, change: &mut impl FnMut(&Unknown) -> Unknown) -> Self {
        budget::spend(1);
        match self {
            Self::Any(unknown) => Self::Any(change(unknown)),
            Self::Text(pieces) => Self::Text(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Hole(unknown) => Piece::Hole(change(unknown)),
                        Piece::Literal(text) => Piece::Literal(text.clone()),
                    })
                    .collect(),
            ),
            Self::Array(values) => {
                Self::Array(values.iter().map(|v| v.map_unknowns(change)).collect())
            }
            Self::OneOf(values) => {
                Self::OneOf(values.iter().map(|v| v.map_unknowns(change)).collect())
            }
            Self::Each(value) => Self::Each(Box::new(value.map_unknowns(change))),
            Self::Object { fields, rest } => Self::Object {
                fields: fields.map(|_, v| v.map_unknowns(change)),
                rest: rest.as_ref().map(|r| Box::new(r.map_unknowns(change))),
            },
            Self::Absent | Self::Null | Self::Bool(_) | Self::Number(_) => self.clone(),
        }
    }

    /// The same with one more station on the way of everything in it.
    #[must_use]
    pub fn through(&self, step: TraceStep) -> Self {
        let step = Arc::new(step);
        self.map_unknowns(&mut |unknown| unknown.through(&step))
    }
}

impl Unknown {
    /// What a function that gives the same for the same makes of it: `tag` names the function with its other arguments,
    /// so that the same call elsewhere is the same value.
    #[must_use]
    pub fn derived_by(&self, tag: &str) -> Self {
        let identity = self.identity.as_ref().and_then(|id| {
            let fits = id.path.len() + tag.len() < MAX_PATH;
            fits.then(|| id.with_path(format!("{}|{tag}", id.path)))
        });
        Self {
            identity,
            ..self.derived()
        }
    }
}
