//! Giving values of a run the names by which guards on them are remembered.

use std::sync::Arc;

use super::access::path_step;
use super::{Identity, Piece, Unknown, Value};

impl Value {
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
            other => other,
        }
    }
}

impl Unknown {
    fn named_at(mut self, root: usize, place: &str) -> Self {
        if self.identity.is_none() {
            self.identity = Some(Identity {
                root,
                path: Arc::from(place),
            });
        }
        self
    }
}
