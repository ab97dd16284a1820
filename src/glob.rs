//! IAM patterns (`*` and `?`) as sets of strings: membership, inclusion, overlap
//! (AWS IAM User Guide, "IAM JSON policy elements: Resource" and "Action").

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

    /// Whether the text matches, in time proportional to the product of the lengths.
    pub fn matches(&self, text: &str) -> bool {
        self.includes(&Self::literal(text))
    }

    /// Whether every text that `other` matches is matched by this.
    pub fn includes(&self, other: &Self) -> bool {
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

    /// Whether the union of `others` includes this.
    pub fn covered_by(&self, others: &[Self]) -> bool {
        others.iter().any(|o| o.includes(self))
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
