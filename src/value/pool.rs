//! Values side by side, one of which it is.

use super::join::join_arrays;
use super::origin::merge_guards;
use super::{MAX_ALTERNATIVES, Source, Unknown, Value};

/// Alternatives as they come together: one unknown, or two where nobody outside chooses the one and guards have cut the other;
/// one object and one array, and the scalars.
#[derive(Default)]
pub(super) struct Pool {
    any: Option<Unknown>,
    nobodys: Option<Unknown>,
    object: Option<Value>,
    array: Option<Value>,
    scalars: Vec<Value>,
}

impl Pool {
    pub(super) fn add(&mut self, value: &Value) {
        match value {
            Value::Any(unknown) => {
                let place = if is_nobodys(unknown) {
                    &mut self.nobodys
                } else {
                    &mut self.any
                };
                *place = Some(match place.take() {
                    Some(mine) => merge(&mine, unknown),
                    None => unknown.clone(),
                });
            }
            Value::Object { .. } => {
                self.object = Some(match self.object.take() {
                    Some(mine) => mine.join(value),
                    None => value.clone(),
                });
            }
            Value::Array(_) | Value::Each(_) => {
                self.array = Some(match self.array.take() {
                    Some(mine) => join_arrays(&mine, value),
                    None => value.clone(),
                });
            }
            Value::OneOf(values) => values.iter().for_each(|v| self.add(v)),
            scalar => {
                if !self.scalars.iter().any(|s| s.same(scalar)) {
                    self.scalars.push(scalar.clone());
                }
            }
        }
    }

    /// Keeps what nobody outside chooses apart from what guards, or the text around it, have cut: what the one may be is
    /// nothing that somebody outside reaches.
    fn settle(&mut self) {
        let Some(nobodys) = self.nobodys.take() else {
            return;
        };
        let (chosen, rest): (Vec<Value>, Vec<Value>) = std::mem::take(&mut self.scalars)
            .into_iter()
            .partition(Value::is_tainted);
        self.scalars = rest;
        let is_cut = |any: &Unknown| any.allowed.is_some();
        let all_cut = self.any.as_ref().map_or(!chosen.is_empty(), is_cut);
        if !all_cut || is_cut(&nobodys) {
            self.scalars.extend(chosen);
            self.any = Some(match self.any.take() {
                Some(any) => merge(&any, &nobodys),
                None => nobodys,
            });
            return;
        }
        let mut cut = self.any.take().unwrap_or_else(|| Unknown {
            allowed: Some(Vec::new()),
            ..Unknown::default()
        });
        chosen.iter().for_each(|scalar| absorb(&mut cut, scalar));
        let mut nobodys = nobodys;
        for scalar in std::mem::take(&mut self.scalars) {
            absorb(&mut nobodys, &scalar);
        }
        for one in [&mut cut, &mut nobodys] {
            one.identity = None;
            one.tells = None;
        }
        self.any = Some(cut);
        self.nobodys = Some(nobodys);
    }

    pub(super) fn value(mut self) -> Value {
        self.settle();
        let many = self.scalars.len() + 3 > MAX_ALTERNATIVES;
        if many && self.any.is_none() {
            self.any = Some(Unknown {
                allowed: Some(Vec::new()),
                ..Unknown::default()
            });
        }
        if let Some(any) = &mut self.any {
            for scalar in std::mem::take(&mut self.scalars) {
                absorb(any, &scalar);
            }
            if any
                .allowed
                .as_ref()
                .is_some_and(|a| a.len() > MAX_ALTERNATIVES)
            {
                any.allowed = None;
            }
            if any.origins.is_empty() && any.allowed.is_none() {
                any.origins = Unknown::of(Source::Generated, "one of many").origins;
            }
        }
        let unknowns = self.any.into_iter().chain(self.nobodys);
        let mut all: Vec<Value> = unknowns.map(Value::Any).collect();
        all.extend(self.object);
        all.extend(self.array);
        all.extend(self.scalars);
        match (all.len(), all.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                all.extend(last);
                Value::OneOf(all)
            }
        }
    }
}

/// Whether it is known where it comes from, and nobody outside chooses it.
fn is_nobodys(unknown: &Unknown) -> bool {
    let mut sources = unknown.origins.iter().map(|origin| &origin.source);
    !unknown.origins.is_empty() && sources.all(|s| !s.is_tainted() && *s != Source::Undecided)
}

/// Two unknowns as one.
fn merge(a: &Unknown, b: &Unknown) -> Unknown {
    let mut both = a.clone();
    both.add_origins(&b.origins);
    merge_guards(&mut both.guards, &b.guards);
    both.allowed = match (both.allowed.take(), &b.allowed) {
        (Some(mut mine), Some(theirs)) => {
            for glob in theirs {
                if !mine.contains(glob) {
                    mine.push(glob.clone());
                }
            }
            Some(mine)
        }
        _ => None,
    };
    if a.identity != b.identity {
        both.identity = None;
    }
    if a.tells != b.tells {
        both.tells = None;
    }
    both.missing |= b.missing;
    both
}

/// A scalar beside an unknown: one more value that it may have.
fn absorb(any: &mut Unknown, scalar: &Value) {
    any.identity = None;
    any.tells = None;
    any.missing |= matches!(scalar, Value::Absent);
    let holes = scalar.collapsed();
    any.add_origins(&holes.origins);
    any.add_guards(&holes.guards);
    if let Some(allowed) = &mut any.allowed {
        for glob in scalar.patterns() {
            if !allowed.contains(&glob) {
                allowed.push(glob);
            }
        }
    }
}
