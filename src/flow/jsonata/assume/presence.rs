//! Conditions that ask whether there is anything: `$exists(x)`, `$count(x) > 0`. What is there may be `false`.

use super::super::eval::Machine;
use super::super::scope::Cx;
use super::*;

impl Machine<'_> {
    /// What is known where the expression gives something, whatever it gives.
    pub(super) fn assume_there<'e>(&self, expr: &'e Expr, cx: &Cx<'e>) -> Known {
        match &expr.kind {
            ExprKind::Filter(base, predicate) => self.assume_some(base, predicate, cx),
            ExprKind::KeepArray(inner) => self.assume_there(inner, cx),
            ExprKind::Block(all) => match all.split_last() {
                Some((last, before)) => self.assume_there(last, &self.behind(before, cx)),
                None => cx.know.clone(),
            },
            ExprKind::Conditional(test, then, other) => {
                let yes = cx.knowing(self.assume(test, true, cx));
                let by_then = self.assume_there(then, &yes);
                match other {
                    Some(other) => {
                        let no = cx.knowing(self.assume(test, false, cx));
                        Arc::new(by_then.join(&self.assume_there(other, &no)))
                    }
                    None => by_then,
                }
            }
            ExprKind::Binary(BinaryOp::Apply, list, call) => match &call.kind {
                ExprKind::Call(callee, args) if native(callee, cx) == Some("filter") => {
                    self.assume_filter(list, args.first(), cx)
                }
                _ => cx.know.clone(),
            },
            ExprKind::Call(callee, args) => match (native(callee, cx), args.as_slice()) {
                // They give nothing where they are not true.
                (Some("match" | "filter" | "lookup"), _) => {
                    self.assume_call(expr, callee, args, true, cx)
                }
                (Some(_), [first, ..]) => self.noticed(first, true, cx),
                _ => cx.know.clone(),
            },
            _ => self.noticed(expr, true, cx),
        }
    }

    /// Some element of the list passes the function.
    pub(super) fn assume_filter<'e>(
        &self,
        list: &'e Expr,
        function: Option<&'e Expr>,
        cx: &Cx<'e>,
    ) -> Known {
        match function.map(|f| &f.kind) {
            Some(ExprKind::Lambda(params, _, body)) => {
                self.assume_cases(list, body, params.first().map(String::as_str), cx)
            }
            _ => cx.know.clone(),
        }
    }

    /// A value that a test looks at without asking whether it is true.
    pub(super) fn noticed<'e>(&self, expr: &'e Expr, truth: bool, cx: &Cx<'e>) -> Known {
        let raw = self.raw(expr, cx);
        let strength = if truth {
            Strength::TypeOnly
        } else {
            Strength::DenyList
        };
        self.teach(expr, cx, |lesson, know| lesson.only(know, &raw, strength))
    }
}

/// `x` where a comparison of `$count(x)` with a number, having this truth, says that it is not empty.
pub(super) fn counted_some<'e>(
    op: BinaryOp,
    [left, right]: [&'e Expr; 2],
    truth: bool,
    cx: &Cx<'e>,
) -> Option<&'e Expr> {
    let of_count = |expr: &'e Expr| match &expr.kind {
        ExprKind::Call(callee, args) if native(callee, cx) == Some("count") => args.first(),
        _ => None,
    };
    let (list, op, number) = match (of_count(left), of_count(right)) {
        (Some(list), None) => (list, op, right),
        (None, Some(list)) => (list, mirrored(op), left),
        _ => return None,
    };
    let ExprKind::Number(number) = number.kind else {
        return None;
    };
    let says = match (op, truth) {
        (BinaryOp::Greater, true) | (BinaryOp::LessOrEqual, false) => number >= 0.0,
        (BinaryOp::GreaterOrEqual, true) | (BinaryOp::Less, false) => number > 0.0,
        (BinaryOp::Equal, true) | (BinaryOp::NotEqual, false) => number != 0.0,
        (BinaryOp::Equal, false) | (BinaryOp::NotEqual, true) => number == 0.0,
        _ => false,
    };
    says.then_some(list)
}

/// `a < b` is `b > a`.
const fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessOrEqual => BinaryOp::GreaterOrEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterOrEqual => BinaryOp::LessOrEqual,
        other => other,
    }
}
