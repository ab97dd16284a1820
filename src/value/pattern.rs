//! Values as patterns over strings: what a parameter may be, with everything not known as `*`.

use super::{MAX_ALTERNATIVES, Piece, Source, Unknown, Value};
use crate::budget;
use crate::glob::Glob;

/// A string of more pieces than this, or longer than this many bytes, is told as unknown.
const MAX_PIECES: usize = 64;
const MAX_TEXT: usize = 8192;

impl Unknown {
    /// What it may be as a string.
    pub fn patterns(&self) -> Vec<Glob> {
        self.allowed.clone().unwrap_or_else(|| vec![Glob::any()])
    }

    /// The finitely many strings that it may be, where guards leave no more.
    pub fn finite(&self) -> Option<Vec<String>> {
        self.allowed
            .as_ref()?
            .iter()
            .map(Glob::as_literal)
            .collect()
    }
}

impl Value {
    /// Every string that it may be (an array: each of its elements), as patterns whose union holds.
    pub fn patterns(&self) -> Vec<Glob> {
        let mut out = match self {
            // What is told by some of its fields may be a text on another way; and of what a caller put together it is
            // the service's word, not ours, that it names nothing.
            Self::Object { rest, .. } if rest.is_some() || self.collapsed().is_tainted() => {
                vec![Glob::any()]
            }
            Self::Absent | Self::Null | Self::Object { .. } => Vec::new(),
            Self::Bool(value) => vec![Glob::literal(if *value { "true" } else { "false" })],
            Self::Number(text) => vec![Glob::literal(text)],
            Self::Text(pieces) => text_patterns(pieces),
            Self::Array(values) | Self::OneOf(values) => {
                values.iter().flat_map(Self::patterns).collect()
            }
            Self::Each(value) => value.patterns(),
            Self::Any(unknown) => unknown.patterns(),
        };
        out.sort();
        out.dedup();
        if out.len() > MAX_ALTERNATIVES {
            out = vec![Glob::any()];
        }
        out
    }

    /// The same, where every part of a text that nobody outside chooses stands for one word.
    #[must_use]
    pub fn settled(&self) -> Self {
        let is_known = |hole: &Unknown| {
            let is_lost = |o: &std::sync::Arc<super::Origin>| o.source == Source::Undecided;
            !hole.is_tainted() && !hole.origins.is_empty() && !hole.origins.iter().any(is_lost)
        };
        match self {
            Self::Text(pieces) => Self::from_pieces(pieces.iter().map(|piece| match piece {
                Piece::Hole(hole) if is_known(hole) => Piece::Literal("known".to_owned()),
                other => other.clone(),
            })),
            Self::OneOf(values) => Self::OneOf(values.iter().map(Self::settled).collect()),
            other => other.clone(),
        }
    }

    /// The finitely many strings that it may be, where nothing about it is open.
    pub fn finite(&self) -> Option<Vec<String>> {
        self.patterns().iter().map(Glob::as_literal).collect()
    }

    /// The strings that it may be as alternatives of pieces, for putting it into a longer string.
    pub fn spelled(&self) -> Vec<Vec<Piece>> {
        match self {
            Self::Absent => vec![Vec::new()],
            Self::Null => vec![vec![Piece::Literal("null".to_owned())]],
            Self::Bool(value) => vec![vec![Piece::Literal(value.to_string())]],
            Self::Number(text) => vec![vec![Piece::Literal(text.clone())]],
            Self::Text(pieces) => vec![pieces.clone()],
            Self::OneOf(values) if values.len() <= MAX_ALTERNATIVES => {
                values.iter().flat_map(Self::spelled).collect()
            }
            Self::Any(unknown) => vec![vec![Piece::Hole(unknown.clone())]],
            other => vec![vec![Piece::Hole(other.collapsed())]],
        }
    }

    /// The strings that these values make one after the other.
    pub fn concat(parts: &[Self]) -> Self {
        let mut all: Vec<Vec<Piece>> = vec![Vec::new()];
        for part in parts {
            if part.is_never() {
                return Self::NEVER;
            }
            let mut spelled = part.spelled();
            if all.len() * spelled.len() > MAX_ALTERNATIVES {
                spelled = vec![vec![Piece::Hole(part.collapsed())]];
            }
            budget::spend(all.len());
            if let [tail] = spelled.as_slice() {
                all.iter_mut().for_each(|head| head.extend_from_slice(tail));
                continue;
            }
            all = all
                .iter()
                .flat_map(|head| {
                    spelled
                        .iter()
                        .map(|tail| head.iter().chain(tail).cloned().collect())
                })
                .collect();
        }
        all.into_iter()
            .map(|pieces| Self::bounded_text(&pieces))
            .fold(Self::NEVER, |a, b| a.join(&b))
    }

    /// A string of these pieces; one too long to be told is an unknown of the same origins.
    fn bounded_text(pieces: &[Piece]) -> Self {
        let length: usize = pieces
            .iter()
            .map(|p| match p {
                Piece::Literal(text) => text.len(),
                Piece::Hole(_) => 1,
            })
            .sum();
        let text = Self::from_pieces(pieces.iter().cloned());
        if pieces.len() <= MAX_PIECES && length <= MAX_TEXT {
            return text;
        }
        let mut whole = text.collapsed().derived();
        if whole.origins.is_empty() {
            whole = Unknown::of(Source::Generated, "a long text");
        }
        Self::Any(whole)
    }
}

fn text_patterns(pieces: &[Piece]) -> Vec<Glob> {
    let mut all = vec![Glob::literal("")];
    for piece in pieces {
        let mut next = match piece {
            Piece::Literal(text) => vec![Glob::literal(text)],
            Piece::Hole(unknown) => unknown.patterns(),
        };
        if all.len() * next.len() > MAX_ALTERNATIVES {
            next = vec![Glob::any()];
        }
        all = all
            .iter()
            .flat_map(|head| {
                next.iter().map(|tail| {
                    let mut whole = head.clone();
                    whole.extend(tail);
                    whole
                })
            })
            .collect();
    }
    all
}
