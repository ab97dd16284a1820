//! IAM patterns (`*` and `?`) as sets of strings: membership, inclusion, overlap
//! (AWS IAM User Guide, "IAM JSON policy elements: Resource" and "Action").

mod automaton;
mod intersect;
mod rows;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::budget;

pub(crate) use automaton::{Class, Shape, Step, cells, explore};

/// One token of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// This character.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any number of any characters.
    Any,
    /// `*` inside a segment of a resource's ARN, with more of the segment behind it: any number of characters but `:`
    /// (IAM User Guide, "IAM JSON policy elements: Resource": only a `*` that ends its segment matches beyond the colon).
    Within,
}

impl Token {
    /// Whether it is a `*` of either kind.
    pub const fn is_star(self) -> bool {
        matches!(self, Self::Any | Self::Within)
    }
}

/// A pattern; never two stars side by side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    /// Shared: a pattern stands in every value that it bounds.
    tokens: Arc<Vec<Token>>,
}

impl Glob {
    /// Reads a pattern as a policy writes it: `*`, `?`, and `${*}`, `${?}`, `${$}` for the characters themselves.
    pub fn parse(text: &str) -> Self {
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        loop {
            let (token, tail) = if let Some(tail) = rest.strip_prefix("${*}") {
                (Token::Char('*'), tail)
            } else if let Some(tail) = rest.strip_prefix("${?}") {
                (Token::Char('?'), tail)
            } else if let Some(tail) = rest.strip_prefix("${$}") {
                (Token::Char('$'), tail)
            } else {
                let mut chars = rest.chars();
                match chars.next() {
                    None => return Self::from(tokens),
                    Some('*') => (Token::Any, chars.as_str()),
                    Some('?') => (Token::One, chars.as_str()),
                    Some(c) => (Token::Char(c), chars.as_str()),
                }
            };
            append(&mut tokens, token);
            rest = tail;
        }
    }

    /// The pattern that matches this text and nothing else.
    pub fn literal(text: &str) -> Self {
        let mut tokens = Vec::with_capacity(text.len());
        tokens.extend(text.chars().map(Token::Char));
        Self::from(tokens)
    }

    /// `*`
    pub fn any() -> Self {
        Self {
            tokens: Arc::new(vec![Token::Any]),
        }
    }

    /// Appends a token.
    pub fn push(&mut self, token: Token) {
        append(Arc::make_mut(&mut self.tokens), token);
    }

    /// The pattern as a resource's: each `*` that more of its segment follows stays within that segment.
    #[must_use]
    pub fn segmented(mut self) -> Self {
        let ends = self.tokens.clone();
        let next = ends.iter().skip(1).map(Some).chain([None]);
        for (token, next) in Arc::make_mut(&mut self.tokens).iter_mut().zip(next) {
            if *token == Token::Any && next.is_some_and(|t| *t != Token::Char(':')) {
                *token = Token::Within;
            }
        }
        self
    }

    /// The pattern with every `*` free to match colons: no less than it matches.
    #[must_use]
    pub fn unsegmented(&self) -> Self {
        if !self.has_within() {
            return self.clone();
        }
        let open = |t: &Token| if t.is_star() { Token::Any } else { *t };
        self.tokens.iter().map(open).collect()
    }

    fn has_within(&self) -> bool {
        self.tokens.contains(&Token::Within)
    }

    /// Appends a whole pattern.
    pub fn extend(&mut self, other: &Self) {
        let tokens = Arc::make_mut(&mut self.tokens);
        tokens.reserve(other.tokens.len());
        for token in other.tokens.iter() {
            append(tokens, *token);
        }
    }

    /// The tokens.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether it is `*`.
    pub fn is_any(&self) -> bool {
        *self.tokens == [Token::Any]
    }

    /// The one text it matches, where there is just one.
    pub fn as_literal(&self) -> Option<String> {
        self.tokens
            .iter()
            .map(|t| match t {
                Token::Char(c) => Some(*c),
                _ => None,
            })
            .collect()
    }

    /// Whether the text matches, in time at most proportional to the product of the lengths.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_all(text.chars())
    }

    /// Whether the text matches in lower case, as an action's name in any case a pattern of actions.
    pub fn matches_name(&self, text: &str) -> bool {
        self.matches_all(text.chars().map(|c| c.to_ascii_lowercase()))
    }

    fn matches_all(&self, text: impl Iterator<Item = char> + Clone) -> bool {
        let mut at = 0;
        let mut rest = text.clone();
        // Where to go on when the last star takes one character more; earlier stars need never take more.
        let mut retry = None;
        loop {
            let here = rest.clone();
            match (self.tokens.get(at), rest.next()) {
                (None, None) => return true,
                (Some(Token::Within), _) => {
                    return self.overlaps(&text.map(Token::Char).collect());
                }
                (Some(Token::Any), _) => {
                    at += 1;
                    rest = here.clone();
                    retry = Some((at, here));
                }
                (Some(Token::One), Some(_)) => at += 1,
                (Some(Token::Char(own)), Some(c)) if *own == c => at += 1,
                _ => {
                    let Some((after, mut from)) = retry.take() else {
                        return false;
                    };
                    if from.next().is_none() {
                        return false;
                    }
                    at = after;
                    rest = from.clone();
                    retry = Some((after, from));
                }
            }
        }
    }

    /// Whether every text that `other` matches is matched by this; exact, except that where a `?` or a `*` within a
    /// segment of this meets a `*` of the other and the answer would take more than 20,000 automaton states, or the
    /// budget is spent, it is `false`.
    pub fn includes(&self, other: &Self) -> bool {
        if self.is_any() || Arc::ptr_eq(&self.tokens, &other.tokens) {
            return true;
        }
        if budget::is_spent() {
            return self == other;
        }
        // Token by token this is exact but for `?` against `*`: `?*` includes `*a`, though no token of it fits the star;
        // and for `*` within a segment: followed by a colon and one more it includes a colon and a free `*`.
        self.includes_by_token(other)
            || ((self.tokens.contains(&Token::One) || self.has_within())
                && self.matches(&other.shortest())
                && other.tokens.iter().any(|t| t.is_star() || *t == Token::One)
                && self.overlaps(other)
                && matches!(
                    other.example_outside(std::slice::from_ref(self)),
                    Some(None)
                ))
    }

    /// A text that it matches, with nothing in the place of every star.
    fn shortest(&self) -> String {
        let text = |token: &Token| match token {
            Token::Char(c) => Some(*c),
            Token::One => Some('a'),
            Token::Any | Token::Within => None,
        };
        self.tokens.iter().filter_map(text).collect()
    }

    fn includes_by_token(&self, other: &Self) -> bool {
        rows::include(&self.tokens, &other.tokens)
    }

    /// Whether some text is matched by both; where the budget is spent, whether that is not excluded at once.
    pub fn overlaps(&self, other: &Self) -> bool {
        rows::overlap(&self.tokens, &other.tokens)
    }

    /// The same of a part of a pattern.
    pub(crate) fn overlaps_tokens(&self, other: &[Token]) -> bool {
        rows::overlap(&self.tokens, other)
    }

    /// Whether the union of `others` includes this; exact, except that where the exact answer would take more than
    /// 20,000 automaton states it is `true` only if one of the others alone includes it.
    pub fn covered_by(&self, others: &[Self]) -> bool {
        if others.iter().any(|o| o.includes(self)) {
            return true;
        }
        if others.iter().filter(|o| o.overlaps(self)).count() < 2 {
            return false;
        }
        matches!(self.example_outside(others), Some(None))
    }

    /// A shortest text that this matches and none of `others` does: `Some(None)` where there is no such text,
    /// `None` where the answer would take too many automaton states.
    pub fn example_outside(&self, others: &[Self]) -> Option<Option<String>> {
        let mut shapes = vec![Shape::from(self)];
        shapes.extend(others.iter().filter(|o| o.overlaps(self)).map(Shape::from));
        let mut example = None;
        automaton::explore(&shapes, true, |inside, witness| {
            if inside.first() == Some(&true) && !inside.iter().skip(1).any(|i| *i) {
                example = Some(witness());
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Some(example)
    }
}

/// Longer than ARNs are.
const LONG: usize = 1024;

/// Appends a token to a pattern's: two stars side by side are one, the wider of the two.
fn append(tokens: &mut Vec<Token>, token: Token) {
    match tokens.last_mut() {
        Some(last) if last.is_star() && token.is_star() => {
            if token == Token::Any {
                *last = token;
            }
        }
        _ => tokens.push(token),
    }
}

impl From<Vec<Token>> for Glob {
    /// Takes tokens among which no two stars stand side by side.
    fn from(tokens: Vec<Token>) -> Self {
        Self {
            tokens: Arc::new(tokens),
        }
    }
}

impl FromIterator<Token> for Glob {
    fn from_iter<I: IntoIterator<Item = Token>>(iter: I) -> Self {
        let iter = iter.into_iter();
        let (least, most) = iter.size_hint();
        let mut tokens = Vec::with_capacity(most.filter(|m| *m <= LONG).unwrap_or(least));
        iter.for_each(|token| append(&mut tokens, token));
        Self::from(tokens)
    }
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        for token in self.tokens.iter() {
            match token {
                Token::Any | Token::Within => f.write_char('*')?,
                Token::One => f.write_char('?')?,
                Token::Char('*') => f.write_str("${*}")?,
                Token::Char('?') => f.write_str("${?}")?,
                Token::Char(c) => f.write_char(*c)?,
            }
        }
        Ok(())
    }
}
