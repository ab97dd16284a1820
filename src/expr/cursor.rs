//! A reading position in an expression's text, shared by the three parsers.

use super::SyntaxError;

/// Where the parser stands.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Byte offset of the next character.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes to a byte offset; one that is no character boundary is the end.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = if self.text.is_char_boundary(at) {
            at
        } else {
            self.text.len()
        };
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What was read since `from`.
    pub(crate) fn since(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(crate) fn eat(&mut self, c: char) -> bool {
        let hit = self.peek() == Some(c);
        if hit {
            self.at += c.len_utf8();
        }
        hit
    }

    pub(crate) fn eat_text(&mut self, text: &str) -> bool {
        let hit = self.rest().starts_with(text);
        if hit {
            self.at += text.len();
        }
        hit
    }

    /// Reads as long as the test holds.
    pub(crate) fn take_while(&mut self, test: impl Fn(char) -> bool) -> &'a str {
        let from = self.at;
        let rest = self.rest();
        self.at += rest.find(|c| !test(c)).unwrap_or(rest.len());
        self.since(from)
    }

    pub(crate) fn skip_spaces(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// An error at this place.
    pub(crate) fn error<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        error_at(self.at, message)
    }

    /// Reads this character or fails, saying what was found instead.
    pub(crate) fn expect(&mut self, c: char) -> Result<(), SyntaxError> {
        if self.eat(c) {
            Ok(())
        } else {
            self.error(format!("expected `{c}`, found {}", self.found()))
        }
    }

    /// The next character in words.
    pub(crate) fn found(&self) -> String {
        self.peek()
            .map_or_else(|| "the end".to_owned(), |c| format!("`{c}`"))
    }
}

/// An error at a place.
pub(crate) fn error_at<T>(at: usize, message: impl Into<String>) -> Result<T, SyntaxError> {
    Err(SyntaxError {
        at,
        message: message.into(),
    })
}
