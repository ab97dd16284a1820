//! IAM patterns (`*` and `?`) as sets of strings: membership, inclusion, overlap
//! (AWS IAM User Guide, "IAM JSON policy elements: Resource" and "Action").

mod automaton;
mod intersect;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

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
}

/// A pattern; never two `Any` side by side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob {
    tokens: Vec<Token>,
}

impl Glob {
    /// Reads a pattern as a policy writes it: `*`, `?`, and `${*}`, `${?}`, `${$}` for the characters themselves.
    pub fn parse(text: &str) -> Self {
        let mut glob = Self { tokens: Vec::new() };
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

    /// The pattern that matches this text and nothing else.
    pub fn literal(text: &str) -> Self {
        Self {
            tokens: text.chars().map(Token::Char).collect(),
        }
    }

    /// `*`
    pub fn any() -> Self {
        Self {
            tokens: vec![Token::Any],
        }
    }

    /// Appends a token.
    pub fn push(&mut self, token: Token) {
        if token != Token::Any || self.tokens.last() != Some(&Token::Any) {
            self.tokens.push(token);
        }
    }

    /// Appends a whole pattern.
    pub fn extend(&mut self, other: &Self) {
        for token in &other.tokens {
            self.push(*token);
        }
    }

    /// The tokens.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether it is `*`.
    pub fn is_any(&self) -> bool {
        self.tokens == [Token::Any]
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

    /// Whether every text that `other` matches is matched by this; exact, except that where a `?` of this meets a `*`
    /// of the other and the answer would take more than 20,000 automaton states it is `false`.
    pub fn includes(&self, other: &Self) -> bool {
        // Token by token this is exact but for `?` against `*`: `?*` includes `*a`, though no token of it fits the star.
        self.includes_by_token(other)
            || (self.tokens.contains(&Token::One)
                && other.tokens.contains(&Token::Any)
                && self.overlaps(other)
                && matches!(
                    other.example_outside(std::slice::from_ref(self)),
                    Some(None)
                ))
    }

    fn includes_by_token(&self, other: &Self) -> bool {
        let mut row = vec![false; other.tokens.len() + 1];
        let mut reachable = true;
        row.iter_mut().take(1).for_each(|r| *r = true);
        for token in &self.tokens {
            let mut next = Vec::with_capacity(row.len());
            next.push(*token == Token::Any && row.first() == Some(&true));
            for (i, theirs) in other.tokens.iter().enumerate() {
                let here = row.get(i + 1).copied().unwrap_or(false);
                let before = row.get(i).copied().unwrap_or(false);
                let left = next.last().copied().unwrap_or(false);
                next.push(match token {
                    Token::Any => here || left || before,
                    Token::One => before && *theirs != Token::Any,
                    Token::Char(_) => before && theirs == token,
                });
            }
            reachable = next.iter().any(|r| *r);
            row = next;
            if !reachable {
                break;
            }
        }
        reachable && row.last() == Some(&true)
    }

    /// Whether some text is matched by both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let width = other.tokens.len() + 1;
        let mut row = vec![false; width];
        row.iter_mut().take(1).for_each(|r| *r = true);
        for (i, theirs) in other.tokens.iter().enumerate() {
            let open = *theirs == Token::Any && row.get(i) == Some(&true);
            if let Some(r) = row.get_mut(i + 1) {
                *r = open;
            }
        }
        for token in &self.tokens {
            let mut next = Vec::with_capacity(width);
            next.push(*token == Token::Any && row.first() == Some(&true));
            for (i, theirs) in other.tokens.iter().enumerate() {
                let here = row.get(i + 1).copied().unwrap_or(false);
                let before = row.get(i).copied().unwrap_or(false);
                let left = next.last().copied().unwrap_or(false);
                next.push(match (token, theirs) {
                    (Token::Any, _) | (_, Token::Any) => here || left || before,
                    (Token::One, _) | (_, Token::One) => before,
                    (Token::Char(a), Token::Char(b)) => before && a == b,
                });
            }
            row = next;
        }
        row.last() == Some(&true)
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

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        for token in &self.tokens {
            match token {
                Token::Any => f.write_char('*')?,
                Token::One => f.write_char('?')?,
                Token::Char('*') => f.write_str("${*}")?,
                Token::Char('?') => f.write_str("${?}")?,
                Token::Char(c) => f.write_char(*c)?,
            }
        }
        Ok(())
    }
}
