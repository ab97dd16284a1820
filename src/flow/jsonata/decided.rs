//! Tests that constants decide: of the two ways of a condition only one is taken.

use super::eval::Machine;
use super::scope::Cx;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};
use crate::value::Value;

/// A known value that is no structure.
#[derive(PartialEq)]
enum Constant {
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
}

impl Constant {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(value) => Some(Self::Bool(*value)),
            Value::Number(text) => text.parse().ok().map(Self::Number),
            other => other.as_text().map(|text| Self::Text(text.to_owned())),
        }
    }
}

impl Machine<'_> {
    /// The truth of a test that is the same in every run, as far as its operands are written out or made of what is.
    pub(super) fn decided<'e>(&self, test: &'e Expr, cx: &Cx<'e>) -> Option<bool> {
        match &test.kind {
            ExprKind::Bool(truth) => Some(*truth),
            ExprKind::Block(all) => match all.as_slice() {
                [one] => self.decided(one, cx),
                _ => None,
            },
            ExprKind::Binary(BinaryOp::And, left, right) => {
                match (self.decided(left, cx), self.decided(right, cx)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            ExprKind::Binary(BinaryOp::Or, left, right) => {
                match (self.decided(left, cx), self.decided(right, cx)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
            ExprKind::Binary(op, left, right) => self.compared(*op, left, right, cx),
            ExprKind::Call(callee, args) => {
                let ExprKind::Variable(name) = &callee.kind else {
                    return None;
                };
                if cx.scope.get(name).is_some() {
                    return None;
                }
                match (name.as_str(), args.as_slice()) {
                    ("not", [inner]) => self.decided(inner, cx).map(|truth| !truth),
                    ("boolean", [inner]) => self.decided(inner, cx),
                    ("contains", [text, part]) => {
                        match (self.constant(text, cx)?, self.constant(part, cx)?) {
                            (Constant::Text(text), Constant::Text(part)) => {
                                Some(text.contains(&part))
                            }
                            _ => None,
                        }
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn compared<'e>(
        &self,
        op: BinaryOp,
        left: &'e Expr,
        right: &'e Expr,
        cx: &Cx<'e>,
    ) -> Option<bool> {
        let is_test = matches!(
            op,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::In
                | BinaryOp::Less
                | BinaryOp::LessOrEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterOrEqual
        );
        if !is_test {
            return None;
        }
        let one = self.constant(left, cx)?;
        if op == BinaryOp::In {
            let list = match self.raw(right, cx) {
                Value::Array(list) => list,
                other => vec![other],
            };
            let list: Option<Vec<Constant>> = list.iter().map(Constant::of).collect();
            return list.map(|list| list.contains(&one));
        }
        let other = self.constant(right, cx)?;
        match (op, &one, &other) {
            (BinaryOp::Equal, ..) => Some(one == other),
            (BinaryOp::NotEqual, ..) => Some(one != other),
            (BinaryOp::Less, Constant::Number(a), Constant::Number(b)) => Some(a < b),
            (BinaryOp::LessOrEqual, Constant::Number(a), Constant::Number(b)) => Some(a <= b),
            (BinaryOp::Greater, Constant::Number(a), Constant::Number(b)) => Some(a > b),
            (BinaryOp::GreaterOrEqual, Constant::Number(a), Constant::Number(b)) => Some(a >= b),
            _ => None,
        }
    }

    fn constant<'e>(&self, expr: &'e Expr, cx: &Cx<'e>) -> Option<Constant> {
        Constant::of(&self.raw(expr, cx))
    }
}
