//! Joining the values that two ways into one place bring: the result stands for both.

use super::pool::Pool;
use super::{Piece, Source, Unknown, Value};
use crate::budget;

impl Value {
    /// Whether the two say the same, whatever way their origins took.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any(a), Self::Any(b)) => a.same(b),
            (Self::Text(a), Self::Text(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|pair| match pair {
                        (Piece::Literal(a), Piece::Literal(b)) => a == b,
                        (Piece::Hole(a), Piece::Hole(b)) => a.same(b),
                        _ => false,
                    })
            }
            (Self::Array(a), Self::Array(b)) | (Self::OneOf(a), Self::OneOf(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Each(a), Self::Each(b)) => a.same(b),
            (
                Self::Object { fields, rest },
                Self::Object {
                    fields: theirs,
                    rest: their_rest,
                },
            ) => {
                fields.same(theirs, Self::same)
                    && match (rest, their_rest) {
                        (Some(a), Some(b)) => a.same(b),
                        (None, None) => true,
                        _ => false,
                    }
            }
            (Self::Absent, Self::Absent) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            _ => false,
        }
    }

    /// Both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        self.join_with(other, &mut Clone::clone, &mut Clone::clone)
    }

    /// Both, where what differs is first looked at as each side knows it.
    #[must_use]
    pub fn join_with(
        &self,
        other: &Self,
        left: &mut dyn FnMut(&Self) -> Self,
        right: &mut dyn FnMut(&Self) -> Self,
    ) -> Self {
        budget::spend(1);
        if self.same(other) {
            return self.clone();
        }
        match (self, other) {
            (Self::OneOf(none), x) | (x, Self::OneOf(none)) if none.is_empty() => {
                if self.is_never() { right(x) } else { left(x) }
            }
            (Self::Object { .. }, Self::Object { .. }) => {
                join_objects(self, other, None, left, right)
            }
            (Self::Any(whole), Self::Object { .. }) if whole.is_unmodified() => {
                match spread(left(self)) {
                    mine @ Self::Object { .. } => join_objects(&mine, other, None, left, right),
                    mine => pooled(&mine, &right(other)),
                }
            }
            (Self::Object { .. }, Self::Any(whole)) if whole.is_unmodified() => {
                match spread(right(other)) {
                    theirs @ Self::Object { .. } => join_objects(self, &theirs, None, left, right),
                    theirs => pooled(&left(self), &theirs),
                }
            }
            (Self::Array(a), Self::Array(b)) if a.len() == b.len() => Self::Array(
                a.iter()
                    .zip(b)
                    .map(|(a, b)| in_place([a, b], a.join_with(b, left, right)))
                    .collect(),
            ),
            _ => pooled(&left(self), &right(other)),
        }
    }

    /// Both, where `self` holds all of `before` already and nothing more has become known on its side or the other's
    /// since: fields that `other` shares with `before` are in `self`.
    #[must_use]
    pub fn join_since(
        &self,
        other: &Self,
        before: &Self,
        left: &mut dyn FnMut(&Self) -> Self,
        right: &mut dyn FnMut(&Self) -> Self,
    ) -> Self {
        match (self, other, before) {
            (Self::Object { .. }, Self::Object { .. }, Self::Object { fields, .. }) => {
                join_objects(self, other, Some(fields), left, right)
            }
            _ => self.join_with(other, left, right),
        }
    }

    /// This, grown to hold `new` as well, with everything that still changes told as unknown at once, so that a loop
    /// ends. `self` is what the place held before.
    #[must_use]
    pub fn widened(&self, new: &Self) -> Self {
        if self.same(new) {
            return self.clone();
        }
        match (self, new) {
            (
                Self::Object { fields, rest },
                Self::Object {
                    fields: theirs,
                    rest: their_rest,
                },
            ) if fields.same_names(theirs) => Self::Object {
                fields: fields.zip(theirs, |_, a, b| match (a, b) {
                    (Some(a), Some(b)) => a.widened(b),
                    (one, other) => one.or(other).cloned().unwrap_or(Self::Absent),
                }),
                rest: match (rest, their_rest) {
                    (Some(a), Some(b)) => Some(Box::new(a.widened(b))),
                    (None, None) => None,
                    (Some(a), None) | (None, Some(a)) => Some(a.clone()),
                },
            },
            (Self::Array(a), Self::Array(b)) if a.len() == b.len() => {
                let both = a.iter().zip(b);
                Self::Array(both.map(|(a, b)| in_place([a, b], a.widened(b))).collect())
            }
            (Self::Each(a), Self::Each(b)) => Self::Each(Box::new(a.widened(b))),
            _ => {
                let mut all = self.collapsed();
                let other = new.collapsed();
                all.add_origins(&other.origins);
                all.add_guards(&other.guards);
                if all.origins.is_empty() {
                    all = Unknown::of(Source::Generated, "loop");
                }
                all.missing = self.may_be_absent() || new.may_be_absent();
                Self::Any(all)
            }
        }
    }
}

/// An unknown as an object of unknown fields, so that what guards know of one of its fields is not lost where the other
/// side has written that field.
fn spread(value: Value) -> Value {
    match value {
        Value::Any(whole) if whole.is_unmodified() => Value::Object {
            fields: super::Fields::default(),
            rest: Some(Box::new(Value::Any(whole.any_child()))),
        },
        other => other,
    }
}

/// Both, as alternatives side by side.
fn pooled(a: &Value, b: &Value) -> Value {
    let mut pool = Pool::default();
    for value in a.alternatives().iter().chain(b.alternatives()) {
        pool.add(value);
    }
    pool.value()
}

fn join_objects(
    a: &Value,
    b: &Value,
    before: Option<&super::Fields>,
    left: &mut dyn FnMut(&Value) -> Value,
    right: &mut dyn FnMut(&Value) -> Value,
) -> Value {
    let (
        Value::Object { fields, rest },
        Value::Object {
            fields: theirs,
            rest: their_rest,
        },
    ) = (a, b)
    else {
        return Value::NEVER;
    };
    let joined = fields.zip_since(theirs, before, |key, x, y| match (x, y) {
        (Some(x), Some(y)) => x.join_with(y, left, right),
        _ => a.field(key).join_with(&b.field(key), left, right),
    });
    let joined = match (fields.names(), theirs.names(), rest, their_rest) {
        (Some(_), None, _, Some(rest)) | (None, Some(_), Some(rest), _) => {
            joined.with_names(Some(&rest.as_names()))
        }
        _ => joined,
    };
    let rest = match (rest, their_rest) {
        (Some(x), Some(y)) => Some(Box::new(x.join_with(y, left, right))),
        (Some(x), None) => Some(Box::new(left(x))),
        (None, Some(y)) => Some(Box::new(right(y))),
        (None, None) => None,
    };
    Value::Object {
        fields: joined,
        rest,
    }
}

/// Two elements as one: where either may be missing, those behind it may stand in its place.
fn in_place(elements: [&Value; 2], both: Value) -> Value {
    if elements.iter().any(|e| e.may_be_absent()) {
        both.or_absent()
    } else {
        both
    }
}

pub(super) fn join_arrays(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let both = x.iter().zip(y);
            Value::Array(both.map(|(x, y)| in_place([x, y], x.join(y))).collect())
        }
        _ => Value::Each(Box::new(a.elements().join(&b.elements()).anonymous())),
    }
}
