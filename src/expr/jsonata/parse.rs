//! The JSONata parser: operator precedence after Pratt, as the reference implementation does it.

use super::lex;
use super::{Expr, ExprKind};
use crate::expr::cursor::{Cursor, error_at};
use crate::expr::{MAX_DEPTH, MAX_HEIGHT, Span, SyntaxError};

mod infix;
mod prefix;

/// Parses the text between `{%` and `%}`.
///
/// # Errors
/// Where the text is no expression, or nests deeper than [`MAX_DEPTH`] or [`MAX_HEIGHT`].
pub fn parse(text: &str) -> Result<Expr, SyntaxError> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        brackets: 0,
        pending: 0,
    };
    let tree = parser.expression(0)?;
    lex::skip(&mut parser.cursor)?;
    match parser.cursor.peek() {
        None => Ok(tree.expr),
        Some(c) => parser.cursor.error(format!("unexpected `{c}`")),
    }
}

/// An expression and the height of its tree.
struct Tree {
    expr: Expr,
    height: usize,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// How many brackets are open.
    brackets: usize,
    /// How many expressions are begun and not ended.
    pending: usize,
}

impl Parser<'_> {
    /// Reads an expression up to an operator that binds no tighter than `power`.
    fn expression(&mut self, power: u8) -> Result<Tree, SyntaxError> {
        self.pending += 1;
        if self.pending > 2 * MAX_DEPTH {
            return self.cursor.error("the expression nests too deep");
        }
        let mut left = self.operand()?;
        loop {
            let end = self.cursor.at();
            match self.operator()? {
                Some((operator, binding)) if binding > power => {
                    left = self.led(left, operator, binding)?;
                }
                _ => {
                    // The blanks that were passed over are no part of the expression.
                    self.cursor.seek(end);
                    break;
                }
            }
        }
        self.pending -= 1;
        Ok(left)
    }

    /// Reads something between brackets of which the first is already read.
    fn inside<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.brackets += 1;
        if self.brackets > MAX_DEPTH {
            return self
                .cursor
                .error(format!("brackets nest deeper than {MAX_DEPTH}"));
        }
        let inner = read(self)?;
        self.brackets -= 1;
        Ok(inner)
    }

    /// Makes a node from `from` to here over children of which the highest is given.
    fn node(&self, from: usize, height: usize, kind: ExprKind) -> Result<Tree, SyntaxError> {
        if height >= MAX_HEIGHT {
            return error_at(
                from,
                format!("the expression has more than {MAX_HEIGHT} levels"),
            );
        }
        let span = Span {
            start: from,
            end: self.cursor.at(),
        };
        Ok(Tree {
            expr: Expr { span, kind },
            height: height + 1,
        })
    }

    /// Passes over blanks and looks at what comes.
    fn peek(&mut self) -> Result<Option<char>, SyntaxError> {
        lex::skip(&mut self.cursor)?;
        Ok(self.cursor.peek())
    }

    /// Passes over blanks and reads this character, if it comes.
    fn eat(&mut self, c: char) -> Result<bool, SyntaxError> {
        lex::skip(&mut self.cursor)?;
        Ok(self.cursor.eat(c))
    }

    /// Passes over blanks and reads this character, or fails.
    fn expect(&mut self, c: char) -> Result<(), SyntaxError> {
        lex::skip(&mut self.cursor)?;
        self.cursor.expect(c)
    }

    /// Expressions between commas up to `close`, which is read too. Gives the greatest height as well.
    fn list(
        &mut self,
        close: char,
        mut one: impl FnMut(&mut Self) -> Result<Tree, SyntaxError>,
    ) -> Result<(Vec<Expr>, usize), SyntaxError> {
        let mut items = Vec::new();
        let mut height = 0;
        if self.eat(close)? {
            return Ok((items, height));
        }
        loop {
            let tree = one(self)?;
            height = height.max(tree.height);
            items.push(tree.expr);
            if !self.eat(',')? {
                self.expect(close)?;
                return Ok((items, height));
            }
        }
    }

    /// `key: value, …}`
    fn pairs(&mut self) -> Result<(Vec<(Expr, Expr)>, usize), SyntaxError> {
        let mut pairs = Vec::new();
        let mut height = 0;
        if self.eat('}')? {
            return Ok((pairs, height));
        }
        loop {
            let key = self.expression(0)?;
            self.expect(':')?;
            let value = self.expression(0)?;
            height = height.max(key.height).max(value.height);
            pairs.push((key.expr, value.expr));
            if !self.eat(',')? {
                self.expect('}')?;
                return Ok((pairs, height));
            }
        }
    }
}
