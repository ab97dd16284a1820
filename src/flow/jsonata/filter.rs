//! Filters: `x[0]`, `x[$i]`, `x[name = 'a']`.

use super::eval::{Machine, whole_number};
use super::path;
use super::scope::{Bound, Cx};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::flow::site::root;
use crate::value::{Unknown, Value};

impl Machine<'_> {
    pub(super) fn filter<'e>(&self, base: &'e Expr, predicate: &'e Expr, cx: &mut Cx<'e>) -> Value {
        let value = self.value(base, cx);
        let cx = &*cx;
        self.placed(&value, predicate, cx)
            .unwrap_or_else(|| value.each_alternative(|one| self.filtered(one, predicate, cx)))
    }

    /// A field, or what stands at a place of it, as it is: what is known of it is known of the whole path.
    pub(super) fn bare_step<'e>(&self, step: &'e Expr, here: &Value, cx: &Cx<'e>) -> Option<Value> {
        match &step.kind {
            ExprKind::Field(name) => Some(path::field(here, name)),
            ExprKind::Filter(base, predicate) => {
                self.placed(&self.bare_step(base, here, cx)?, predicate, cx)
            }
            _ => None,
        }
    }

    /// What stands at a place that is a number, or that a value says which is the same for every element.
    fn placed<'e>(&self, value: &Value, predicate: &'e Expr, cx: &Cx<'e>) -> Option<Value> {
        if let (Value::Any(whole), Some(name)) = (value, self.workflow_variable(predicate, cx)) {
            return Some(Value::Any(whole.at_variable(name)));
        }
        if let Some(at) = self.index_of(predicate, cx) {
            return Some(path::index(value, at));
        }
        match (value, self.place_of(predicate, cx)) {
            (Value::Any(whole), Some(place)) => Some(Value::Any(whole.at(&place))),
            _ => None,
        }
    }

    /// The value of the run by which a predicate chooses, where it is the same for every element.
    fn place_of<'e>(&self, predicate: &'e Expr, cx: &Cx<'e>) -> Option<Unknown> {
        let mut base = predicate;
        while let ExprKind::Dot(inner, step) = &base.kind {
            matches!(step.kind, ExprKind::Field(_)).then_some(())?;
            base = inner;
        }
        let ExprKind::Variable(name) = &base.kind else {
            return None;
        };
        if name.is_empty() || name == "$" {
            return None;
        }
        match self.raw(predicate, cx) {
            // The context says something else in each iteration.
            Value::Any(place) => place
                .identity
                .as_ref()
                .map(|id| id.root != root::CONTEXT)?
                .then_some(place),
            _ => None,
        }
    }

    /// The workflow variable that a predicate is.
    fn workflow_variable<'p>(&self, predicate: &'p Expr, cx: &Cx<'_>) -> Option<&'p str> {
        let ExprKind::Variable(name) = &predicate.kind else {
            return None;
        };
        let is_of_workflow = cx.scope.get(name).is_none() && self.site.env.vars.contains_key(name);
        is_of_workflow.then_some(name)
    }

    /// The whole number that a predicate is: written out, or kept under a name.
    fn index_of(&self, predicate: &Expr, cx: &Cx<'_>) -> Option<i64> {
        let ExprKind::Variable(name) = &predicate.kind else {
            return whole_number(predicate);
        };
        let value = match cx.scope.get(name) {
            Some(Bound::Value(value)) => value,
            Some(Bound::Func(_)) => return None,
            None => self.site.env.vars.get(name)?,
        };
        match value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    fn filtered<'e>(&self, value: &Value, predicate: &'e Expr, cx: &Cx<'e>) -> Value {
        match value {
            Value::Array(_) | Value::Each(_) => {
                let element = self.passing(&value.elements(), predicate, cx);
                if element.is_never() {
                    return Value::Absent;
                }
                Value::Each(Box::new(element.anonymous()))
            }
            Value::Absent => Value::Absent,
            // An array, or one value that is filtered like an array of one.
            Value::Any(_) => match self.passing(&path::any_of(value), predicate, cx) {
                open @ Value::Any(_) => open.anonymous(),
                element if element.is_never() => Value::Absent,
                element => Value::Each(Box::new(element.anonymous())),
            },
            _ => {
                let one = self.passing(value, predicate, cx);
                one.join(&path::any_of(&one)).join(&Value::Absent)
            }
        }
    }

    /// What an element is, knowing that it passed the predicate.
    fn passing<'e>(&self, element: &Value, predicate: &'e Expr, cx: &Cx<'e>) -> Value {
        let (named, temporary) = self.named(element);
        let known = self.assume(predicate, true, &cx.at(named.clone()));
        temporary.off(&known.unfold(&named))
    }
}
