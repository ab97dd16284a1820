//! Conditions that are neither true nor false: in JSONata what asks about a missing value is often missing itself, and counts
//! as false wherever it stands.

use super::super::eval::Machine;
use super::super::scope::{Bound, Cx};
use super::*;

impl Machine<'_> {
    /// Whether a condition is `true` or `false` in every run, or missing only where the very value is that it asks about.
    pub(super) fn is_boolean<'e>(&self, expr: &'e Expr, cx: &Cx<'e>) -> bool {
        match &expr.kind {
            ExprKind::Bool(_) => true,
            ExprKind::Binary(op, ..) => matches!(
                op,
                BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In | BinaryOp::And | BinaryOp::Or
            ),
            ExprKind::Block(all) => all.last().is_some_and(|last| self.is_boolean(last, cx)),
            ExprKind::Conditional(_, then, Some(other)) => {
                self.is_boolean(then, cx) && self.is_boolean(other, cx)
            }
            ExprKind::Call(callee, args) => {
                let name = native(callee, cx);
                match (name, args.as_slice()) {
                    (Some("exists" | "contains"), _) => true,
                    (Some("not" | "boolean"), [inner]) => self.is_boolean(inner, cx),
                    (Some(_), _) => false,
                    (None, _) => self.gives_boolean(callee, cx),
                }
            }
            ExprKind::Variable(_) => {
                let value = self.raw(expr, cx);
                let mut all = value.alternatives().iter();
                !value.is_never()
                    && all.all(|v| match v {
                        Value::Bool(_) => true,
                        Value::Any(answer) => answer.tells.is_some(),
                        _ => false,
                    })
            }
            _ => false,
        }
    }

    /// Whether a function of the expression does.
    fn gives_boolean<'e>(&self, callee: &'e Expr, cx: &Cx<'e>) -> bool {
        let Bound::Func(func) = self.eval(callee, &mut cx.clone()) else {
            return false;
        };
        matches!(&*func, super::super::scope::Func::Lambda { body, .. } if self.is_boolean(body, cx))
    }

    /// What is known where the condition has this truth, or is missing.
    pub(super) fn unless<'e>(&self, expr: &'e Expr, truth: bool, cx: &Cx<'e>) -> Known {
        Arc::new(self.assume(expr, truth, cx).join(&cx.know))
    }
}

/// Whether the part may be missing of a text that is there: `$split(x, ':')[1]`.
pub(super) fn is_later_part(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Filter(_, at) => super::super::eval::whole_number(at) != Some(0),
        _ => false,
    }
}
