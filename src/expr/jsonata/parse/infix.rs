//! What may follow an operand, and how tightly it binds.

use super::{Parser, Tree};
use crate::expr::SyntaxError;
use crate::expr::cursor::error_at;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind, lex};

/// What may follow an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Two(BinaryOp),
    Dot,
    Open,
    Brace,
    Call,
    Focus,
    Index,
    Sort,
    Question,
    Bind,
}

/// Symbols with their binding powers; a symbol that begins another stands behind it.
const SYMBOLS: &[(&str, Operator, u8)] = &[
    (":=", Operator::Bind, 10),
    ("!=", Operator::Two(BinaryOp::NotEqual), 40),
    ("<=", Operator::Two(BinaryOp::LessOrEqual), 40),
    (">=", Operator::Two(BinaryOp::GreaterOrEqual), 40),
    ("~>", Operator::Two(BinaryOp::Apply), 40),
    ("??", Operator::Two(BinaryOp::Coalesce), 40),
    ("?:", Operator::Two(BinaryOp::Elvis), 40),
    (".", Operator::Dot, 75),
    ("[", Operator::Open, 80),
    ("{", Operator::Brace, 70),
    ("(", Operator::Call, 80),
    ("@", Operator::Focus, 80),
    ("#", Operator::Index, 80),
    ("?", Operator::Question, 20),
    ("+", Operator::Two(BinaryOp::Add), 50),
    ("-", Operator::Two(BinaryOp::Subtract), 50),
    ("*", Operator::Two(BinaryOp::Multiply), 60),
    ("/", Operator::Two(BinaryOp::Divide), 60),
    ("%", Operator::Two(BinaryOp::Remainder), 60),
    ("&", Operator::Two(BinaryOp::Concat), 50),
    ("=", Operator::Two(BinaryOp::Equal), 40),
    ("<", Operator::Two(BinaryOp::Less), 40),
    (">", Operator::Two(BinaryOp::Greater), 40),
    ("^", Operator::Sort, 40),
];

/// Operators that are words.
const WORDS: &[(&str, BinaryOp, u8)] = &[
    ("and", BinaryOp::And, 30),
    ("or", BinaryOp::Or, 25),
    ("in", BinaryOp::In, 40),
];

impl Parser<'_> {
    /// The operator that comes, with its binding power. It is not read yet.
    pub(super) fn operator(&mut self) -> Result<Option<(Operator, u8)>, SyntaxError> {
        lex::skip(&mut self.cursor)?;
        let rest = self.cursor.rest();
        if rest.starts_with("..") || rest.starts_with("**") {
            return Ok(None);
        }
        if let Some((_, operator, power)) = SYMBOLS.iter().find(|(s, _, _)| rest.starts_with(s)) {
            return Ok(Some((*operator, *power)));
        }
        let word = lex::word(&mut self.cursor.clone());
        Ok(WORDS
            .iter()
            .find(|(w, _, _)| *w == word)
            .map(|(_, op, power)| (Operator::Two(*op), *power)))
    }

    fn pass(&mut self, operator: Operator) {
        let symbol = SYMBOLS.iter().find(|(_, o, _)| *o == operator);
        match (symbol, operator) {
            (Some((text, _, _)), _) => {
                self.cursor.eat_text(text);
            }
            _ => {
                lex::word(&mut self.cursor);
            }
        }
    }

    /// Reads the operator and what belongs to it.
    pub(super) fn led(
        &mut self,
        left: Tree,
        operator: Operator,
        power: u8,
    ) -> Result<Tree, SyntaxError> {
        let from = left.expr.span.start;
        let at = self.cursor.at();
        self.pass(operator);
        match operator {
            Operator::Two(op) => {
                let right = self.expression(power)?;
                self.two(left, right, |l, r| ExprKind::Binary(op, l, r))
            }
            Operator::Dot => {
                let mut left = left;
                let mut right = self.expression(power)?;
                step(&mut left.expr)?;
                step(&mut right.expr)?;
                self.two(left, right, ExprKind::Dot)
            }
            Operator::Open => self.predicate(left),
            Operator::Brace if matches!(left.expr.kind, ExprKind::Group(..)) => {
                error_at(at, "a step has one grouping at most")
            }
            Operator::Brace => {
                let (pairs, height) = self.inside(Self::pairs)?;
                let height = height.max(left.height);
                self.node(from, height, ExprKind::Group(Box::new(left.expr), pairs))
            }
            Operator::Call => {
                let (args, height) = self.inside(|p| p.list(')', Self::argument))?;
                let height = height.max(left.height);
                self.node(from, height, ExprKind::Call(Box::new(left.expr), args))
            }
            Operator::Focus => {
                let name = self.binding(power)?;
                let height = left.height;
                self.node(from, height, ExprKind::Focus(Box::new(left.expr), name))
            }
            Operator::Index => {
                let name = self.binding(power)?;
                let height = left.height;
                self.node(from, height, ExprKind::IndexBind(Box::new(left.expr), name))
            }
            Operator::Sort => self.sort(left),
            Operator::Question => self.conditional(left),
            Operator::Bind => {
                let ExprKind::Variable(name) = left.expr.kind else {
                    return error_at(at, "only a variable can stand left of `:=`");
                };
                let value = self.expression(power - 1)?;
                let height = value.height;
                self.node(from, height, ExprKind::Bind(name, Box::new(value.expr)))
            }
        }
    }

    fn two(
        &self,
        left: Tree,
        right: Tree,
        make: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind,
    ) -> Result<Tree, SyntaxError> {
        let height = left.height.max(right.height);
        let from = left.expr.span.start;
        self.node(
            from,
            height,
            make(Box::new(left.expr), Box::new(right.expr)),
        )
    }

    /// `predicate]` or `]`
    fn predicate(&mut self, left: Tree) -> Result<Tree, SyntaxError> {
        let from = left.expr.span.start;
        if self.eat(']')? {
            let height = left.height;
            return self.node(from, height, ExprKind::KeepArray(Box::new(left.expr)));
        }
        if matches!(left.expr.kind, ExprKind::Group(..)) {
            return self.cursor.error("a predicate cannot follow a grouping");
        }
        let inner = self.inside(|parser| {
            let inner = parser.expression(0)?;
            parser.expect(']')?;
            Ok(inner)
        })?;
        self.two(left, inner, ExprKind::Filter)
    }

    /// An argument: an expression, or `?` for one that is given later.
    fn argument(&mut self) -> Result<Tree, SyntaxError> {
        if self.eat('?')? {
            let from = self.cursor.at().saturating_sub(1);
            return self.node(from, 0, ExprKind::Placeholder);
        }
        self.expression(0)
    }

    /// The variable behind `@` or `#`.
    fn binding(&mut self, power: u8) -> Result<String, SyntaxError> {
        match self.expression(power)?.expr.kind {
            ExprKind::Variable(name) => Ok(name),
            _ => self
                .cursor
                .error("only a variable can stand behind `@` and `#`"),
        }
    }

    /// `(<a, >b)`
    fn sort(&mut self, left: Tree) -> Result<Tree, SyntaxError> {
        self.expect('(')?;
        let from = left.expr.span.start;
        let (terms, height) = self.inside(|p| p.list(')', Self::term))?;
        if terms.is_empty() {
            return self.cursor.error("the sort has no terms");
        }
        let height = height.max(left.height);
        self.node(from, height, ExprKind::Sort(Box::new(left.expr), terms))
    }

    fn term(&mut self) -> Result<Tree, SyntaxError> {
        if !self.eat('<')? {
            self.eat('>')?;
        }
        self.expression(0)
    }

    /// `then : else`
    fn conditional(&mut self, left: Tree) -> Result<Tree, SyntaxError> {
        let from = left.expr.span.start;
        let then = self.expression(0)?;
        let mut height = left.height.max(then.height);
        let mut other = None;
        if self.eat(':')? {
            let tree = self.expression(0)?;
            height = height.max(tree.height);
            other = Some(Box::new(tree.expr));
        }
        let kind = ExprKind::Conditional(Box::new(left.expr), Box::new(then.expr), other);
        self.node(from, height, kind)
    }
}

/// Makes a step of a path: a string there is the name of a field, whatever quotes it stands in. Fails where the expression
/// can be no step.
fn step(expr: &mut Expr) -> Result<(), SyntaxError> {
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null => error_at(
            expr.span.start,
            "a number or constant cannot be a step of a path",
        ),
        ExprKind::Text(name) => {
            expr.kind = ExprKind::Field(std::mem::take(name));
            Ok(())
        }
        // The sign makes a step of its own, and what it stands before is no name.
        ExprKind::Negate(inner) if matches!(inner.kind, ExprKind::Text(_)) => Ok(()),
        ExprKind::KeepArray(base)
        | ExprKind::Filter(base, _)
        | ExprKind::Focus(base, _)
        | ExprKind::IndexBind(base, _)
        | ExprKind::Negate(base) => step(base),
        _ => Ok(()),
    }
}
