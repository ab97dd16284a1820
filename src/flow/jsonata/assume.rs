//! What a JSONata condition teaches where it holds, and where it does not.

mod calls;
mod missing;
mod parts;
mod presence;

use std::sync::Arc;

use super::eval::Machine;
use super::scope::{Bound, Cx};
use super::{path, print, regex};
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};
use crate::flow::guard::{Lesson, is_undecided};
use crate::flow::knowledge::Knowledge;
use crate::glob::Glob;
use crate::value::{Strength, Value};

/// Elements of a literal list that are tried one by one.
const MAX_CASES: usize = 64;

type Known = Arc<Knowledge>;

impl Machine<'_> {
    /// What is known where the condition has this truth.
    pub(super) fn assume<'e>(&self, expr: &'e Expr, truth: bool, cx: &Cx<'e>) -> Known {
        if self.is_spent(cx.depth) {
            return cx.know.clone();
        }
        let mut cx = cx.clone();
        cx.depth += 1;
        let cx = &cx;
        match &expr.kind {
            ExprKind::Binary(op, left, right) => {
                self.assume_binary(expr, *op, left, right, truth, cx)
            }
            ExprKind::Block(all) => match all.split_last() {
                Some((last, before)) => self.assume(last, truth, &self.behind(before, cx)),
                None => cx.know.clone(),
            },
            ExprKind::Conditional(test, then, other) => {
                let yes = cx.knowing(self.assume(test, true, cx));
                let no = cx.knowing(self.assume(test, false, cx));
                let by_then = constant(then).map_or_else(
                    || Some(self.assume(then, truth, &yes)),
                    |fixed| (fixed == truth).then(|| yes.know.clone()),
                );
                let by_other = match other {
                    Some(other) => constant(other).map_or_else(
                        || Some(self.assume(other, truth, &no)),
                        |fixed| (fixed == truth).then(|| no.know.clone()),
                    ),
                    None => (!truth).then(|| no.know.clone()),
                };
                match (by_then, by_other) {
                    (Some(a), Some(b)) => Arc::new(a.join(&b)),
                    (Some(one), None) | (None, Some(one)) => one,
                    (None, None) => cx.know.clone(),
                }
            }
            ExprKind::Call(callee, args) => self.assume_call(expr, callee, args, truth, cx),
            ExprKind::Filter(base, predicate) if truth => self.assume_some(base, predicate, cx),
            ExprKind::KeepArray(inner) => self.assume(inner, truth, cx),
            _ => self.looked_at(expr, truth, cx),
        }
    }

    /// What is in sight and known behind the first expressions of a block.
    fn behind<'e>(&self, before: &'e [Expr], cx: &Cx<'e>) -> Cx<'e> {
        let mut inner = cx.clone();
        for one in before {
            self.eval(one, &mut inner);
            inner.know = self.after(one, &inner);
        }
        inner
    }

    /// A value used as a condition: it is there, or it is not.
    fn looked_at<'e>(&self, expr: &'e Expr, truth: bool, cx: &Cx<'e>) -> Known {
        let raw = self.raw(expr, cx);
        self.teach(expr, cx, |lesson, know| {
            let strength = if truth {
                lesson.holds(know, &raw);
                Strength::TypeOnly
            } else {
                Strength::DenyList
            };
            lesson.only(know, &raw, strength);
        })
    }

    fn teach(
        &self,
        test: &Expr,
        cx: &Cx<'_>,
        f: impl FnOnce(&Lesson<'_>, &mut Knowledge),
    ) -> Known {
        let lesson = Lesson {
            state: &self.site.state.name,
            pointer: &self.pointer,
            test: print(test),
        };
        let mut know = Knowledge::clone(&cx.know);
        f(&lesson, &mut know);
        Arc::new(know)
    }

    fn assume_binary<'e>(
        &self,
        whole: &'e Expr,
        op: BinaryOp,
        left: &'e Expr,
        right: &'e Expr,
        truth: bool,
        cx: &Cx<'e>,
    ) -> Known {
        if let Some(list) = presence::counted_some(op, [left, right], truth, cx) {
            return self.assume_there(list, cx);
        }
        match (op, truth) {
            (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                let first = cx.knowing(self.assume(left, truth, cx));
                self.assume(right, truth, &first)
            }
            (BinaryOp::And, false) | (BinaryOp::Or, true) => {
                let first = self.assume(left, truth, cx);
                let before = cx.knowing(self.assume(left, !truth, cx));
                Arc::new(first.join(&self.assume(right, truth, &before)))
            }
            (BinaryOp::Equal, _) => self.assume_equal(whole, [left, right], truth, false, cx),
            (BinaryOp::NotEqual, _) => self.assume_equal(whole, [left, right], !truth, true, cx),
            (BinaryOp::In, _) => self.assume_in(whole, left, right, truth, cx),
            (BinaryOp::Apply, _) => match &right.kind {
                ExprKind::Call(callee, args) if native(callee, cx) == Some("contains") => {
                    let raw = self.raw(left, cx);
                    self.assume_pattern(whole, raw, args.first(), false, truth, cx)
                }
                _ => cx.know.clone(),
            },
            _ => self.both_looked_at(whole, left, right, cx),
        }
    }

    fn both_looked_at<'e>(
        &self,
        whole: &'e Expr,
        left: &'e Expr,
        right: &'e Expr,
        cx: &Cx<'e>,
    ) -> Known {
        let measured = |expr: &'e Expr| match &expr.kind {
            ExprKind::Call(callee, args) if native(callee, cx) == Some("length") => {
                args.first().unwrap_or(expr)
            }
            _ => expr,
        };
        let values = [left, right].map(|side| self.raw(measured(side), cx));
        self.teach(whole, cx, |lesson, know| {
            for value in &values {
                lesson.only(know, value, Strength::DenyList);
            }
        })
    }

    /// `left = right`, or `left != right`, which is false where one of them is missing, too.
    fn assume_equal<'e>(
        &self,
        whole: &'e Expr,
        [left, right]: [&'e Expr; 2],
        truth: bool,
        is_negated: bool,
        cx: &Cx<'e>,
    ) -> Known {
        for (one, other) in [(left, right), (right, left)] {
            if let ExprKind::Bool(fixed) = other.kind
                && !matches!(one.kind, ExprKind::Dot(..) | ExprKind::Variable(_))
            {
                // What is no boolean is neither of the two.
                return if truth && !is_negated || self.is_boolean(one, cx) {
                    self.assume(one, truth == fixed, cx)
                } else {
                    self.unless(one, truth == fixed, cx)
                };
            }
            // `$type(x) = 'string'` and the like say nothing about which string.
            if let ExprKind::Call(callee, args) = &one.kind
                && matches!(native(callee, cx), Some("type" | "length" | "count"))
                && let Some(arg) = args.first()
            {
                return self.noticed(arg, true, cx);
            }
        }
        let raws = [self.raw(left, cx), self.raw(right, cx)];
        let known = raws.clone().map(|raw| cx.know.resolve(&raw));
        let [left_raw, right_raw] = raws;
        let [left_known, right_known] = known;
        let mut wholes = Vec::new();
        if truth {
            for (part, text) in [(left, &right_known), (right, &left_known)] {
                if is_negated && missing::is_later_part(part) {
                    continue;
                }
                let texts = text.finite().filter(|texts| !texts.is_empty());
                wholes.extend(texts.and_then(|texts| self.whole_of(part, &texts, cx)));
            }
        }
        self.teach(whole, cx, |lesson, know| {
            lesson.equal(know, &left_raw, &right_known, truth);
            lesson.equal(know, &right_raw, &left_known, truth);
            if truth && is_negated {
                // It may be missing instead.
                for (raw, other) in [(&left_raw, &right_known), (&right_raw, &left_known)] {
                    if other.finite().is_some_and(|texts| !texts.is_empty()) {
                        lesson.is(know, raw, other.clone().or_absent());
                    }
                }
            }
            for (subject, globs) in wholes {
                lesson.allowed(know, &subject, globs, true);
            }
        })
    }

    fn assume_in<'e>(
        &self,
        whole: &'e Expr,
        left: &'e Expr,
        right: &'e Expr,
        truth: bool,
        cx: &Cx<'e>,
    ) -> Known {
        let raw = self.raw(left, cx);
        let list = cx.know.resolve(&self.raw(right, cx));
        let one = match &list {
            Value::Text(_) | Value::Number(_) => list.clone(),
            other => other.elements(),
        };
        let texts = one.finite().filter(|texts| truth && !texts.is_empty());
        let subject = texts.and_then(|texts| self.whole_of(left, &texts, cx));
        self.teach(whole, cx, |lesson, know| {
            if let Some((subject, globs)) = subject {
                lesson.allowed(know, &subject, globs, true);
            }
            if truth {
                match one.finite() {
                    Some(texts) if !texts.is_empty() => {
                        lesson.allowed(know, &raw, one.patterns(), false);
                    }
                    _ if !one.is_tainted() && !one.is_never() && !is_undecided(&one) => {
                        lesson.is(know, &raw, one)
                    }
                    _ => lesson.equal(know, &raw, &one, true),
                }
            } else {
                let out = one.finite().unwrap_or_default();
                lesson.excluded(know, &raw, |text| out.iter().any(|o| o == text));
            }
        })
    }

    /// Some element of the list passes the predicate.
    fn assume_some<'e>(&self, base: &'e Expr, predicate: &'e Expr, cx: &Cx<'e>) -> Known {
        if super::eval::whole_number(predicate).is_some() {
            return cx.know.clone();
        }
        self.assume_cases(base, predicate, None, cx)
    }

    fn assume_cases<'e>(
        &self,
        list: &'e Expr,
        test: &'e Expr,
        param: Option<&'e str>,
        cx: &Cx<'e>,
    ) -> Known {
        let value = cx.know.resolve(&self.raw(list, cx));
        let cases = match &value {
            Value::Array(values) if values.len() <= MAX_CASES => values.clone(),
            Value::OneOf(values) => values.iter().map(path::any_of).collect(),
            other => vec![path::any_of(other)],
        };
        let mut all: Option<Knowledge> = None;
        for case in cases {
            let inner = match param {
                Some(param) => {
                    let mut inner = cx.clone();
                    inner.scope = inner.scope.bind(param, Bound::Value(case));
                    inner
                }
                None => cx.at(case),
            };
            let known = self.assume(test, true, &inner);
            all = Some(match all {
                Some(all) => all.join(&known),
                None => Knowledge::clone(&known),
            });
        }
        all.map_or_else(|| cx.know.clone(), Arc::new)
    }

    /// What is known after an expression of a block came to its end: `$assert` held, and no `$error` was met.
    pub(super) fn after<'e>(&self, expr: &'e Expr, cx: &Cx<'e>) -> Known {
        match &expr.kind {
            ExprKind::Call(callee, args) if native(callee, cx) == Some("assert") => {
                match args.first() {
                    Some(test) => self.assume(test, true, cx),
                    None => cx.know.clone(),
                }
            }
            ExprKind::Conditional(test, then, other) => {
                let fails = |e: &'e Expr, truth: bool| {
                    let known = self.assume(test, truth, cx);
                    self.value(e, &mut cx.knowing(known)).is_never()
                };
                if fails(then, true) {
                    self.assume(test, false, cx)
                } else if other.as_deref().is_some_and(|o| fails(o, false)) {
                    self.assume(test, true, cx)
                } else {
                    cx.know.clone()
                }
            }
            ExprKind::Bind(_, inner) => self.after(inner, cx),
            _ => cx.know.clone(),
        }
    }
}

fn constant(expr: &Expr) -> Option<bool> {
    match expr.kind {
        ExprKind::Bool(value) => Some(value),
        _ => None,
    }
}

/// The name of a function of the language, where no variable of the expression has it.
fn native<'e>(callee: &'e Expr, cx: &Cx<'e>) -> Option<&'e str> {
    name_of(callee).filter(|name| cx.scope.get(name).is_none())
}

fn name_of(callee: &Expr) -> Option<&str> {
    match &callee.kind {
        ExprKind::Variable(name) => Some(name),
        _ => None,
    }
}
