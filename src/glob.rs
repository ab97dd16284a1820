//! IAM patterns (`*` and `?`) as sets of strings: membership, inclusion, overlap
//! (AWS IAM User Guide, "IAM JSON policy elements: Resource" and "Action").

mod automaton;
mod intersect;
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
        let mut glob = Self::empty();
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
                    None => return glob,
                    Some('*') => (Token::Any, chars.as_str()),
                    Some('?') => (Token::One, chars.as_str()),
                    Some(c) => (Token::Char(c), chars.as_str()),
                }
            };
            glob.push(token);
            rest = tail;
        }
    }

    /// The pattern of the empty text.
    fn empty() -> Self {
        Self {
            tokens: Arc::default(),
        }
    }

    /// The pattern that matches this text and nothing else.
    pub fn literal(text: &str) -> Self {
        Self {
            tokens: Arc::new(text.chars().map(Token::Char).collect()),
        }
    }

    /// `*`
    pub fn any() -> Self {
        Self {
            tokens: Arc::new(vec![Token::Any]),
        }
    }

    /// Appends a token.
    pub fn push(&mut self, token: Token) {
        let tokens = Arc::make_mut(&mut self.tokens);
        match tokens.last_mut() {
            Some(last) if last.is_star() && token.is_star() => {
                if token == Token::Any {
                    *last = token;
                }
            }
            _ => tokens.push(token),
        }
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
        let mut glob = Self::empty();
        for token in self.tokens.iter() {
            glob.push(if token.is_star() { Token::Any } else { *token });
        }
        glob
    }

    fn has_within(&self) -> bool {
        self.tokens.contains(&Token::Within)
    }

    /// Appends a whole pattern.
    pub fn extend(&mut self, other: &Self) {
        for token in other.tokens.iter() {
            self.push(*token);
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
        if self.has_within() {
            return self.overlaps(&Self::literal(text));
        }
        let mut at = 0;
        let mut rest = text.chars();
        // Where to go on when the last star takes one character more; earlier stars need never take more.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let here = rest.clone();
            match (self.tokens.get(at), rest.next()) {
                (None, None) => return true,
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
                && other.tokens.iter().any(|t| t.is_star() || *t == Token::One)
                && self.overlaps(other)
                && matches!(
                    other.example_outside(std::slice::from_ref(self)),
                    Some(None)
                ))
    }

    fn includes_by_token(&self, other: &Self) -> bool {
        let Some((ours, others)) = without_common_ends(&self.tokens, &other.tokens) else {
            return false;
        };
        rows(ours, others, false, |token, theirs, near| match token {
            Token::Any => near.here || near.left || near.before,
            Token::Within => {
                let inside =
                    matches!(theirs, Token::Char(c) if c != ':') || theirs == Token::Within;
                near.here || (inside && near.left)
            }
            Token::One => near.before && !theirs.is_star(),
            Token::Char(_) => near.before && theirs == token,
        })
    }

    /// Whether some text is matched by both; where the budget is spent, whether that is not excluded at once.
    pub fn overlaps(&self, other: &Self) -> bool {
        let Some((ours, others)) = without_common_ends(&self.tokens, &other.tokens) else {
            return false;
        };
        if budget::is_spent() {
            return true;
        }
        rows(ours, others, true, |token, theirs, near| {
            let stays = |other: Token| other != Token::Char(':');
            match (token, theirs) {
                (ours, theirs) if ours.is_star() && theirs.is_star() => near.here || near.left,
                (Token::Any, _) | (_, Token::Any) => near.here || near.left || near.before,
                (Token::Within, other) => near.here || (stays(other) && near.left),
                (other, Token::Within) => near.left || (stays(other) && near.here),
                (Token::One, _) | (_, Token::One) => near.before,
                (Token::Char(a), Token::Char(b)) => near.before && a == b,
            }
        })
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

/// Two patterns without the characters that both begin and end with; `None` where they begin or end with different ones,
/// so that no text is matched by both. ARNs share most of their beginning: the rest is short.
fn without_common_ends<'a>(
    mut a: &'a [Token],
    mut b: &'a [Token],
) -> Option<(&'a [Token], &'a [Token])> {
    while let (Some((Token::Char(x), a_rest)), Some((Token::Char(y), b_rest))) =
        (a.split_first(), b.split_first())
    {
        if x != y {
            return None;
        }
        (a, b) = (a_rest, b_rest);
    }
    while let (Some((Token::Char(x), a_rest)), Some((Token::Char(y), b_rest))) =
        (a.split_last(), b.split_last())
    {
        if x != y {
            return None;
        }
        (a, b) = (a_rest, b_rest);
    }
    Some((a, b))
}

/// So many comparisons of two tokens cost a unit.
const PER_UNIT: usize = 32;

/// What is known of the neighbours in the table of [`rows`].
struct Near {
    /// With one token less of the first pattern.
    here: bool,
    /// With one token less of the second.
    left: bool,
    /// With one token less of both.
    before: bool,
}

/// Fills the table of two patterns row by row: may the first tokens of the one go with the first tokens of the other?
/// With `theirs_may_vanish`, a `*` of the second pattern may stand for nothing.
fn rows(
    ours: &[Token],
    theirs: &[Token],
    theirs_may_vanish: bool,
    fits: impl Fn(Token, Token, &Near) -> bool,
) -> bool {
    budget::spend(1 + ours.len().saturating_mul(theirs.len()) / PER_UNIT);
    let mut row = Vec::with_capacity(theirs.len() + 1);
    row.push(true);
    for token in theirs {
        let open = theirs_may_vanish && token.is_star() && row.last() == Some(&true);
        row.push(open);
    }
    let mut next = Vec::with_capacity(row.len());
    for token in ours {
        next.clear();
        next.push(token.is_star() && row.first() == Some(&true));
        for (their, pair) in theirs.iter().zip(row.windows(2)) {
            let (Some(before), Some(here)) = (pair.first(), pair.last()) else {
                continue;
            };
            let left = next.last() == Some(&true);
            let near = Near {
                here: *here,
                left,
                before: *before,
            };
            next.push(fits(*token, *their, &near));
        }
        if !next.contains(&true) {
            return false;
        }
        std::mem::swap(&mut row, &mut next);
    }
    row.last() == Some(&true)
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
