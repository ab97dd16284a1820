//! Tests that constants decide: of the two ways of a condition only one is taken.
//!
//! Operands count only where they are written out. A value that is told by one text because a guard has cut it may be missing,
//! and what is missing equals nothing.

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

/// A parameter that stands for a number which is known: the place of an element.
pub type Place<'e> = Option<(&'e str, usize)>;

impl Machine<'_> {
    /// The truth of a test that is the same in every run.
    pub(super) fn decided<'e>(&self, test: &'e Expr, at: Place<'e>, cx: &Cx<'e>) -> Option<bool> {
        match &test.kind {
            ExprKind::Bool(truth) => Some(*truth),
            ExprKind::Block(all) => match all.as_slice() {
                [one] => self.decided(one, at, cx),
                _ => None,
            },
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                let sides = [self.decided(left, at, cx), self.decided(right, at, cx)];
                let ends = *op == BinaryOp::Or;
                if sides.contains(&Some(ends)) {
                    return Some(ends);
                }
                (sides == [Some(!ends); 2]).then_some(!ends)
            }
            ExprKind::Binary(op, left, right) => self.compared(*op, left, right, at, cx),
            ExprKind::Call(callee, args) => {
                let ExprKind::Variable(name) = &callee.kind else {
                    return None;
                };
                if cx.scope.get(name).is_some() {
                    return None;
                }
                match (name.as_str(), args.as_slice()) {
                    ("not", [inner]) => self.decided(inner, at, cx).map(|truth| !truth),
                    ("boolean", [inner]) => self.decided(inner, at, cx),
                    ("contains", [text, part]) => {
                        match (self.constant(text, at, cx)?, self.constant(part, at, cx)?) {
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
        at: Place<'e>,
        cx: &Cx<'e>,
    ) -> Option<bool> {
        let one = self.constant(left, at, cx)?;
        if op == BinaryOp::In {
            let list = match &right.kind {
                ExprKind::Array(items) => items.as_slice(),
                _ => std::slice::from_ref(right),
            };
            let list = list.iter().map(|item| self.constant(item, at, cx));
            let list: Option<Vec<Constant>> = list.collect();
            return list.map(|list| list.contains(&one));
        }
        let other = self.constant(right, at, cx)?;
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

    fn constant<'e>(&self, expr: &'e Expr, at: Place<'e>, cx: &Cx<'e>) -> Option<Constant> {
        match (&expr.kind, at) {
            (ExprKind::Variable(name), Some((place, number))) if name == place => {
                u32::try_from(number)
                    .ok()
                    .map(|n| Constant::Number(n.into()))
            }
            _ if is_written_out(expr) => Constant::of(&self.raw(expr, cx)),
            _ => None,
        }
    }
}

/// Whether it is made of literals alone.
fn is_written_out(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null => true,
        ExprKind::Negate(inner) => is_written_out(inner),
        ExprKind::Block(all) => matches!(all.as_slice(), [one] if is_written_out(one)),
        ExprKind::Binary(BinaryOp::Concat, left, right) => {
            is_written_out(left) && is_written_out(right)
        }
        _ => false,
    }
}
