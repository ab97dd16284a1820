//! The names of a run's values by which guards on them are remembered: how they are given, and what they depend on.

use std::sync::Arc;

use super::access::path_step;
use super::{Chooser, Identity, Piece, Unknown, Value};

impl Value {
    /// The same, where what a workflow variable chose has no name: the variable may be set to another value.
    #[must_use]
    pub fn off_variables(self) -> Self {
        let is_of_one = |id: &Identity| id.is_by_variable(&|_| true);
        if !self.unknowns().iter().any(|u| u.speaks_of(&is_of_one)) {
            return self;
        }
        self.map_unknowns(&mut |unknown| {
            let mut free = unknown.clone();
            if free.speaks_of(&is_of_one) {
                free.tells = None;
            }
            free.identity = free.identity.filter(|id| !is_of_one(id));
            free
        })
    }

    /// The same, where every part that stands for just one value of the run and has no name is named by this place.
    #[must_use]
    pub fn named_at(self, root: usize, place: &str) -> Self {
        match self {
            Self::Any(unknown) => Self::Any(unknown.named_at(root, place)),
            Self::Text(pieces) => Self::Text(
                pieces
                    .into_iter()
                    .enumerate()
                    .map(|(i, piece)| match piece {
                        Piece::Hole(unknown) => {
                            Piece::Hole(unknown.named_at(root, &format!("{place}#{i}")))
                        }
                        literal @ Piece::Literal(_) => literal,
                    })
                    .collect(),
            ),
            // Where elements may be missing, a place is no one element.
            Self::Array(values) if !values.iter().any(Self::may_be_absent) => Self::Array(
                values
                    .into_iter()
                    .enumerate()
                    .map(|(i, v)| v.named_at(root, &format!("{place}[{i}]")))
                    .collect(),
            ),
            Self::Object { fields, rest } => Self::Object {
                fields: fields.edit(|key, value| {
                    let is_bare = value.unknowns().iter().any(|u| u.identity.is_none());
                    is_bare.then(|| {
                        let place = format!("{place}{}", path_step(key));
                        value.clone().named_at(root, &place)
                    })
                }),
                rest: rest.map(|rest| match *rest {
                    // Each of the other fields is one value, told by its own name.
                    Self::Any(unknown) if unknown.is_any_child() => {
                        Box::new(Self::Any(unknown.named_at(root, &format!("{place}.*"))))
                    }
                    other => Box::new(other),
                }),
            },
            // An array of which nothing is known but where its elements come from is told by its places.
            Self::Each(one) => match *one {
                Self::Any(element) if element.is_plain() => {
                    Self::Any(element.list().named_at(root, place))
                }
                other => Self::Each(Box::new(other)),
            },
            // Whichever of them it is, it is the one value of this place.
            Self::OneOf(values) if values.iter().all(|v| matches!(v, Self::Any(_))) => {
                let named = values.into_iter().map(|v| v.named_at(root, place));
                Self::OneOf(named.collect())
            }
            other => other,
        }
    }
}

impl Unknown {
    /// Whether nothing more is known of it than where it comes from.
    const fn is_plain(&self) -> bool {
        self.identity.is_none()
            && self.allowed.is_none()
            && self.guards.is_empty()
            && self.tells.is_none()
    }

    fn named_at(mut self, root: usize, place: &str) -> Self {
        if self.identity.is_none() {
            self.identity = Some(Identity::new(root, place));
        }
        self
    }
}

impl Unknown {
    /// What stands at the place of it that another value of the run says: the same where both are.
    #[must_use]
    pub fn at(&self, place: &Self) -> Self {
        match &place.identity {
            Some(at) => self.chosen(Chooser::Value(at.clone())),
            None => self.some_part("[*]"),
        }
    }

    /// What stands at the place of it that a workflow variable says, until the variable is set again.
    #[must_use]
    pub fn at_variable(&self, name: &str) -> Self {
        self.chosen(Chooser::Variable(Arc::from(name)))
    }

    fn chosen(&self, by: Chooser) -> Self {
        let identity = self.identity.as_ref();
        Self {
            identity: identity.and_then(|id| id.chosen(by)),
            ..self.some_part("[*]")
        }
    }

    /// The list of which this is any one element, as nobody has looked at it yet.
    #[must_use]
    pub fn list(&self) -> Self {
        Self {
            identity: None,
            ..self.map_paths(|path| path.strip_suffix("[*]").map(str::to_owned))
        }
    }
}
