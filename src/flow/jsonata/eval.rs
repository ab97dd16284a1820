//! The machine that reads expressions.

mod compose;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

use super::native::lists;
use super::path;
use super::scope::{Bound, Cx, Func};
use crate::budget;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};
use crate::flow::site::Site;
use crate::flow::strings;
use crate::loc::Pointer;
use crate::value::{Gathering, Source, Unknown, Value};

/// Steps that one expression may take; beyond, its value is anything that its state knows of.
const BUDGET: usize = 20_000;
/// What stands in a report beyond either.
const TOO_LARGE: &str = "an expression too large to follow, of which the sources are kept";
/// Nesting of expressions and calls; beyond, likewise.
const MAX_DEPTH: usize = 160;
/// Arrays written out longer than this are told by their elements.
pub const MAX_ARRAY: usize = 256;

/// Reads expressions at one place.
pub struct Machine<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) pointer: Pointer,
    budget: Cell<usize>,
    everything: OnceCell<Value>,
    /// Values that have been given a name for the time of one test.
    pub(super) names: Cell<usize>,
}

impl<'a> Machine<'a> {
    pub fn new(site: &'a Site<'a>) -> Self {
        Self {
            site,
            pointer: site.state.pointer.clone(),
            budget: Cell::new(BUDGET),
            everything: OnceCell::new(),
            names: Cell::new(0),
        }
    }

    pub fn at(mut self, pointer: &Pointer) -> Self {
        self.pointer = pointer.clone();
        self
    }

    /// Whether there is no budget left for another step.
    pub(super) fn is_spent(&self, depth: usize) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        budget::spend(1);
        let spent = left == 0 || depth > MAX_DEPTH || budget::is_spent();
        if spent {
            budget::cut(TOO_LARGE);
        }
        spent
    }

    /// Anything that the state knows of: what an expression that is not followed may be.
    pub(super) fn everything(&self) -> Value {
        let all = || self.site.everything("expression too large to follow");
        self.everything.get_or_init(all).clone()
    }

    /// An expression's value.
    pub fn value<'e>(&self, expr: &'e Expr, cx: &mut Cx<'e>) -> Value {
        let bound = self.eval(expr, cx);
        self.as_value(&bound, cx)
    }

    /// Its value where nothing is known of what it reads: the form that knowledge is kept by.
    pub(super) fn raw<'e>(&self, expr: &'e Expr, cx: &Cx<'e>) -> Value {
        self.value(expr, &mut cx.knowing(Arc::default()))
    }

    pub(super) fn eval<'e>(&self, expr: &'e Expr, cx: &mut Cx<'e>) -> Bound<'e> {
        if self.is_spent(cx.depth) {
            return Bound::Value(self.everything());
        }
        cx.depth += 1;
        let bound = self.kind(expr, cx);
        cx.depth -= 1;
        let bound = match bound {
            Bound::Value(value) => Bound::Value(value.bounded()),
            func @ Bound::Func(_) => func,
        };
        match bound {
            Bound::Value(value) if !cx.know.is_empty() && is_reading(expr) => {
                Bound::Value(cx.know.resolve(&value))
            }
            bound => bound,
        }
    }

    fn kind<'e>(&self, expr: &'e Expr, cx: &mut Cx<'e>) -> Bound<'e> {
        if let Some(value) = self.located(expr, cx) {
            return Bound::Value(value);
        }
        let value = match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Number(number) => written(*number),
            ExprKind::Text(text) => Value::text(text.clone()),
            ExprKind::Regex { pattern, flags } => {
                return Bound::Func(Rc::new(Func::Regex { pattern, flags }));
            }
            ExprKind::Variable(name) => return self.variable(name, cx),
            ExprKind::Field(name) => path::field(&cx.here, name),
            ExprKind::Wildcard => path::map_over(&cx.here, |v| Value::Each(Box::new(v.children()))),
            ExprKind::Descendant => {
                let step = [crate::expr::jsonpath::Step::DescendAll];
                crate::flow::path::follow(&cx.here, &step)
            }
            ExprKind::Parent => cx
                .trail
                .iter()
                .fold(Value::NEVER, |a, b| a.join(&path::any_of(b)).join(b)),
            ExprKind::Dot(base, step) => return self.dot(base, step, cx),
            ExprKind::Filter(base, predicate) => self.filter(base, predicate, cx),
            ExprKind::KeepArray(base) => match self.value(base, cx) {
                Value::Absent => Value::Absent,
                array @ (Value::Array(_) | Value::Each(_) | Value::Any(_)) => array,
                one => Value::Array(vec![one]),
            },
            ExprKind::Group(base, pairs) => {
                let here = self.value(base, cx);
                let group = path::any_of(&here).join(&here);
                self.object(pairs, &mut cx.at(group))
            }
            ExprKind::Sort(base, _) => lists::in_any_order(&self.value(base, cx)),
            ExprKind::Focus(base, name) => {
                let value = self.value(base, cx);
                cx.scope = cx.scope.bind(name, Bound::Value(path::any_of(&value)));
                value.join(&Value::Each(Box::new(cx.here.anonymous())))
            }
            ExprKind::IndexBind(base, name) => {
                let value = self.value(base, cx);
                let index = Value::Any(Unknown::of(Source::Generated, "index"));
                cx.scope = cx.scope.bind(name, Bound::Value(index));
                value
            }
            ExprKind::Negate(inner) => strings::derived(&self.value(inner, cx), "negated"),
            ExprKind::Binary(op, left, right) => return self.binary(*op, left, right, cx),
            ExprKind::Array(items) => self.array(items, cx),
            ExprKind::Object(pairs) => self.object(pairs, cx),
            ExprKind::Block(all) => return self.block(all, cx),
            ExprKind::Conditional(test, then, other) => {
                return self.conditional(test, then, other.as_deref(), cx);
            }
            ExprKind::Bind(name, inner) => {
                let bound = self.eval(inner, cx);
                cx.scope = cx.scope.bind(name, bound.clone());
                return bound;
            }
            ExprKind::Lambda(params, signature, body) => {
                return Bound::Func(Rc::new(Func::Lambda {
                    params,
                    signature: signature.as_deref(),
                    body,
                    here: cx.here.clone(),
                    scope: cx.scope.clone(),
                }));
            }
            ExprKind::Call(callee, args) => return self.call_expr(callee, args, None, cx),
            ExprKind::Placeholder => Value::Absent,
            ExprKind::Transform(pattern, update, delete) => {
                let parts = [Some(&**pattern), Some(&**update), delete.as_deref()];
                return Bound::Func(Rc::new(Func::Transform(
                    parts.into_iter().flatten().collect(),
                )));
            }
        };
        Bound::Value(value)
    }

    /// `$states.input.a.b` and `$variable.a.b` without copying what is passed on the way.
    fn located(&self, expr: &Expr, cx: &Cx<'_>) -> Option<Value> {
        let mut fields = Vec::new();
        let mut base = expr;
        while let ExprKind::Dot(inner, step) = &base.kind {
            let ExprKind::Field(name) = &step.kind else {
                return None;
            };
            fields.push(name.as_str());
            base = inner;
        }
        let ExprKind::Variable(name) = &base.kind else {
            return None;
        };
        let mut value = if name == "states" && cx.scope.get(name).is_none() {
            match fields.pop()? {
                "input" => self.site.input,
                "result" => self.site.result.unwrap_or(&Value::Absent),
                "errorOutput" => self.site.error.unwrap_or(&Value::Absent),
                "context" if fields.ends_with(&["Input", "Execution"]) => {
                    fields.truncate(fields.len() - 2);
                    &self.site.env.execution
                }
                _ => return None,
            }
        } else if name.is_empty() || name == "$" || cx.scope.get(name).is_some() {
            return None;
        } else {
            self.site.env.vars.get(name)?
        };
        while let Some(name) = fields.last() {
            match value {
                Value::Object { fields: known, .. } if known.contains_key(name) => {
                    value = known.get(name)?;
                    fields.pop();
                }
                _ => break,
            }
        }
        let mut value = value.clone();
        while let Some(name) = fields.pop() {
            value = path::field(&value, name);
        }
        Some(value)
    }

    fn variable<'e>(&self, name: &'e str, cx: &Cx<'e>) -> Bound<'e> {
        if let Some(bound) = cx.scope.get(name) {
            return bound.clone();
        }
        match name {
            "" | "$" => Bound::Value(Value::clone(&cx.here)),
            "states" => Bound::Value(self.states()),
            _ => Bound::Func(Rc::new(Func::Native(name.to_owned()))),
        }
    }

    fn states(&self) -> Value {
        let missing = Value::Absent;
        Value::object(
            [
                ("input", self.site.input.clone()),
                ("result", self.site.result.unwrap_or(&missing).clone()),
                ("errorOutput", self.site.error.unwrap_or(&missing).clone()),
                ("context", self.site.context()),
            ]
            .map(|(k, v)| (k.to_owned(), v)),
        )
    }

    fn dot<'e>(&self, base: &'e Expr, step: &'e Expr, cx: &mut Cx<'e>) -> Bound<'e> {
        let value = self.value(base, cx);
        cx.trail.push(Arc::new(value.clone()));
        if cx.trail.len() > 16 {
            cx.trail.remove(0);
        }
        let mut scope = cx.scope.clone();
        let result = path::map_over(&value, |one| {
            if let Some(value) = self.bare_step(step, one, cx) {
                return value;
            }
            let (named, temporary) = self.named(one);
            let mut inner = cx.at(named);
            let result = self.value(step, &mut inner);
            scope = inner.scope.clone();
            temporary.off(&result)
        });
        cx.scope = scope;
        Bound::Value(if matches!(step.kind, ExprKind::Array(_)) {
            path::kept_apart(&value, result)
        } else {
            result
        })
    }
}

/// A number as texts have it. Very large and very small ones are written with an exponent, which is not followed.
fn written(number: f64) -> Value {
    if number != 0.0 && !(1e-6..1e21).contains(&number.abs()) {
        return Value::Any(Unknown::of(Source::Generated, "a number"));
    }
    Value::Number(number.to_string())
}

/// The whole number that an index is, `-1` included.
pub fn whole_number(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Number(n) => floor(*n),
        ExprKind::Negate(inner) => match inner.kind {
            ExprKind::Number(n) => floor(-n),
            _ => None,
        },
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked against the range in which every whole number is exact"
)]
fn floor(n: f64) -> Option<i64> {
    let n = n.floor();
    (n.abs() < 9_007_199_254_740_992.0).then_some(n as i64)
}

/// Whether an expression's value is one that knowledge may speak of.
fn is_reading(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Dot(..)
            | ExprKind::Variable(_)
            | ExprKind::Field(_)
            | ExprKind::Filter(..)
            | ExprKind::Call(..)
            | ExprKind::Binary(BinaryOp::Concat | BinaryOp::Apply, ..)
    )
}
