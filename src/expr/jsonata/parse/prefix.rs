//! Operands: whatever may begin an expression.

use super::{Parser, Tree};
use crate::expr::SyntaxError;
use crate::expr::jsonata::{BinaryOp, ExprKind, lex};

/// How tightly the sign binds: tighter than every operator but the path ones.
const SIGN: u8 = 70;

impl Parser<'_> {
    pub(super) fn operand(&mut self) -> Result<Tree, SyntaxError> {
        let c = self.peek()?;
        let from = self.cursor.at();
        match c {
            None => self
                .cursor
                .error("the expression ends where a value is due"),
            Some('"' | '\'') => {
                let text = lex::string(&mut self.cursor)?;
                self.node(from, 0, ExprKind::Text(text))
            }
            Some('`') => {
                let name = lex::back_quoted(&mut self.cursor)?;
                self.node(from, 0, ExprKind::Field(name))
            }
            Some('/') => {
                let (pattern, flags) = lex::regex(&mut self.cursor)?;
                self.node(from, 0, ExprKind::Regex { pattern, flags })
            }
            Some(c) if c.is_ascii_digit() => {
                let number = lex::number(&mut self.cursor)?;
                self.node(from, 0, ExprKind::Number(number))
            }
            Some(c @ ('-' | '*' | '%' | '(' | '[' | '{' | '|')) => self.punctuation(from, c),
            Some(_) => self.word(from),
        }
    }

    fn punctuation(&mut self, from: usize, c: char) -> Result<Tree, SyntaxError> {
        self.cursor.bump();
        match c {
            '-' => {
                let operand = self.expression(SIGN)?;
                let height = operand.height;
                self.node(from, height, ExprKind::Negate(Box::new(operand.expr)))
            }
            '*' if self.cursor.eat('*') => self.node(from, 0, ExprKind::Descendant),
            '*' => self.node(from, 0, ExprKind::Wildcard),
            '%' => self.node(from, 0, ExprKind::Parent),
            '(' => self.block(from),
            '[' => {
                let (items, height) = self.inside(|p| p.list(']', Self::item))?;
                self.node(from, height, ExprKind::Array(items))
            }
            '{' => {
                let (pairs, height) = self.inside(Self::pairs)?;
                self.node(from, height, ExprKind::Object(pairs))
            }
            _ => self.transform(from),
        }
    }

    /// `a; b; c)`
    fn block(&mut self, from: usize) -> Result<Tree, SyntaxError> {
        let (items, height) = self.inside(|parser| {
            let mut items = Vec::new();
            let mut height = 0;
            while parser.peek()? != Some(')') {
                let tree = parser.expression(0)?;
                height = height.max(tree.height);
                items.push(tree.expr);
                if !parser.eat(';')? {
                    break;
                }
            }
            parser.expect(')')?;
            Ok((items, height))
        })?;
        self.node(from, height, ExprKind::Block(items))
    }

    /// One element of an array: a value or a range.
    fn item(&mut self) -> Result<Tree, SyntaxError> {
        let first = self.expression(0)?;
        if self.peek()? != Some('.') || !self.cursor.eat_text("..") {
            return Ok(first);
        }
        let last = self.expression(0)?;
        let height = first.height.max(last.height);
        let from = first.expr.span.start;
        let kind = ExprKind::Binary(BinaryOp::Range, Box::new(first.expr), Box::new(last.expr));
        self.node(from, height, kind)
    }

    /// `pattern | update, delete |`
    fn transform(&mut self, from: usize) -> Result<Tree, SyntaxError> {
        self.inside(|parser| {
            let pattern = parser.expression(0)?;
            parser.expect('|')?;
            let update = parser.expression(0)?;
            let mut height = pattern.height.max(update.height);
            let mut delete = None;
            if parser.eat(',')? {
                let tree = parser.expression(0)?;
                height = height.max(tree.height);
                delete = Some(Box::new(tree.expr));
            }
            parser.expect('|')?;
            let kind = ExprKind::Transform(Box::new(pattern.expr), Box::new(update.expr), delete);
            parser.node(from, height, kind)
        })
    }

    /// A variable, a constant, a field name or the beginning of a function.
    fn word(&mut self, from: usize) -> Result<Tree, SyntaxError> {
        let word = lex::word(&mut self.cursor);
        let kind = match word {
            "" => {
                let found = self.cursor.found();
                return self
                    .cursor
                    .error(format!("expected a value, found {found}"));
            }
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            "function" | "λ" if self.peek()? == Some('(') => return self.lambda(from),
            word => match word.strip_prefix('$') {
                Some(name) => ExprKind::Variable(name.to_owned()),
                None => ExprKind::Field(word.to_owned()),
            },
        };
        self.cursor.seek(from + word.len());
        self.node(from, 0, kind)
    }

    /// `($a, $b)<signature>{ body }`
    fn lambda(&mut self, from: usize) -> Result<Tree, SyntaxError> {
        self.expect('(')?;
        let mut parameters = Vec::new();
        if !self.eat(')')? {
            loop {
                lex::skip(&mut self.cursor)?;
                match lex::word(&mut self.cursor).strip_prefix('$') {
                    Some(name) => parameters.push(name.to_owned()),
                    None => return self.cursor.error("a function's parameters are variables"),
                }
                if !self.eat(',')? {
                    self.expect(')')?;
                    break;
                }
            }
        }
        let signature = self.signature()?;
        self.expect('{')?;
        let body = self.inside(|parser| {
            let body = parser.expression(0)?;
            parser.expect('}')?;
            Ok(body)
        })?;
        let height = body.height;
        self.node(
            from,
            height,
            ExprKind::Lambda(parameters, signature, Box::new(body.expr)),
        )
    }

    /// `<…>`, which constrains types and says where the context value stands in.
    fn signature(&mut self) -> Result<Option<String>, SyntaxError> {
        if self.peek()? != Some('<') {
            return Ok(None);
        }
        let from = self.cursor.at();
        let mut open = 0usize;
        loop {
            match self.cursor.bump() {
                Some('<') => open += 1,
                Some('>') if open <= 1 => return Ok(Some(self.cursor.since(from).to_owned())),
                Some('>') => open -= 1,
                Some('{') | None => return self.cursor.error("the signature does not end"),
                Some(_) => {}
            }
        }
    }
}
