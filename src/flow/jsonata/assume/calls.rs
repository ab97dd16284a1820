//! What the answer of a function tells of what it was asked about.

use super::super::eval::Machine;
use super::super::scope::{Bound, Cx, Func};
use super::*;

impl Machine<'_> {
    pub(super) fn assume_call<'e>(
        &self,
        whole: &'e Expr,
        callee: &'e Expr,
        args: &'e [Expr],
        truth: bool,
        cx: &Cx<'e>,
    ) -> Known {
        let Some(name) = native(callee, cx) else {
            return self.assume_function(callee, args, truth, cx);
        };
        match (name, args) {
            // Of what is missing `$not` is missing, too.
            ("not", [inner]) if !truth && !self.is_boolean(inner, cx) => {
                self.unless(inner, true, cx)
            }
            ("not", [inner]) => self.assume(inner, !truth, cx),
            ("boolean", [inner]) => self.assume(inner, truth, cx),
            ("exists" | "count", [inner]) if truth => self.assume_there(inner, cx),
            ("exists", [inner]) => {
                let raw = self.raw(inner, cx);
                if !matches!(inner.kind, ExprKind::Dot(..) | ExprKind::Variable(_)) {
                    return cx.know.clone();
                }
                self.teach(whole, cx, |lesson, know| {
                    lesson.is(know, &raw, Value::Absent)
                })
            }
            ("contains" | "match", [pattern]) => {
                let here = Value::clone(&cx.here);
                self.assume_pattern(whole, here, Some(pattern), name == "match", truth, cx)
            }
            ("contains" | "match", [text, pattern, ..]) => {
                let raw = self.raw(text, cx);
                self.assume_pattern(whole, raw, Some(pattern), name == "match", truth, cx)
            }
            ("lookup", [table, key]) => {
                let table = self.value(table, &mut cx.clone());
                let Value::Object { fields, rest: None } = table else {
                    return self.noticed(key, truth, cx);
                };
                let raw = self.raw(key, cx);
                self.teach(whole, cx, |lesson, know| {
                    if truth {
                        let globs = fields.keys().map(Glob::literal).collect();
                        lesson.allowed(know, &raw, globs, false);
                    } else {
                        let is_true = |text: &str| fields.get(text).is_some_and(is_truthy);
                        lesson.excluded(know, &raw, is_true);
                    }
                })
            }
            ("filter", [list, function]) if truth => self.assume_filter(list, Some(function), cx),
            (_, [first, ..]) => self.noticed(first, truth, cx),
            _ => cx.know.clone(),
        }
    }

    /// A lambda used as a condition: its body, with its parameters bound.
    fn assume_function<'e>(
        &self,
        callee: &'e Expr,
        args: &'e [Expr],
        truth: bool,
        cx: &Cx<'e>,
    ) -> Known {
        let Bound::Func(func) = self.eval(callee, &mut cx.clone()) else {
            return cx.know.clone();
        };
        let Func::Lambda {
            params,
            body,
            scope,
            here,
            signature: None,
        } = &*func
        else {
            return cx.know.clone();
        };
        let mut inner = cx.clone();
        inner.here = here.clone();
        inner.scope = scope.clone();
        let mut args = args.iter();
        for param in params.iter() {
            let given = args.next().map_or(Value::Absent, |arg| self.raw(arg, cx));
            inner.scope = inner.scope.bind(param, Bound::Value(given));
        }
        self.assume(body, truth, &inner)
    }

    /// A value matches a regular expression, or contains a string.
    pub(super) fn assume_pattern<'e>(
        &self,
        whole: &'e Expr,
        raw: Value,
        pattern: Option<&'e Expr>,
        is_match: bool,
        truth: bool,
        cx: &Cx<'e>,
    ) -> Known {
        let matched = match pattern.map(|p| &p.kind) {
            Some(ExprKind::Regex { pattern, flags }) => regex::read(pattern, flags),
            Some(ExprKind::Text(part)) if !is_match => Some(regex::Matches::containing(part)),
            _ => None,
        };
        self.teach(whole, cx, |lesson, know| match (matched, truth) {
            (Some(matched), true) => {
                lesson.allowed(know, &raw, matched.globs, matched.any_text);
            }
            (Some(_), false) => lesson.excluded(know, &raw, |_| false),
            (None, _) => lesson.only(know, &raw, Strength::DenyList),
        })
    }
}

/// Whether a value is true as a condition, whatever the run.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.parse::<f64>().is_ok_and(|n| n != 0.0),
        other => other.as_text().is_some_and(|text| !text.is_empty()),
    }
}
