//! Calls: of functions by name, lambdas, partial applications, chains.

use std::rc::Rc;

use super::eval::Machine;
use super::native;
use super::scope::{Bound, Cx, Func};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::flow::strings;
use crate::value::{Gathering, Value};

/// Calls within calls beyond this are told by their arguments.
const MAX_CALLS: usize = 120;

impl Machine<'_> {
    /// `callee(args)`, after `~>` with one argument before them.
    pub(super) fn call_expr<'e>(
        &self,
        callee: &'e Expr,
        args: &'e [Expr],
        first: Option<Bound<'e>>,
        cx: &mut Cx<'e>,
    ) -> Bound<'e> {
        let Bound::Func(func) = self.eval(callee, cx) else {
            return Bound::Value(Value::Absent);
        };
        let partial = args.iter().any(|a| matches!(a.kind, ExprKind::Placeholder));
        let mut all = Gathering::default();
        let given = first.into_iter().map(Some).chain(args.iter().map(|arg| {
            if matches!(arg.kind, ExprKind::Placeholder) {
                return None;
            }
            Some(match self.eval(arg, cx) {
                Bound::Value(value) => Bound::Value(all.take(value)),
                func @ Bound::Func(_) => func,
            })
        }));
        let given: Vec<Option<Bound<'e>>> = given.collect();
        if partial {
            return Bound::Func(Rc::new(Func::Partial(func, given)));
        }
        self.call(&func, given.into_iter().flatten().collect(), cx)
    }

    /// `left ~> right`
    pub(super) fn apply<'e>(&self, left: &'e Expr, right: &'e Expr, cx: &mut Cx<'e>) -> Bound<'e> {
        let first = self.eval(left, cx);
        if let ExprKind::Call(callee, args) = &right.kind
            && !args.iter().any(|a| matches!(a.kind, ExprKind::Placeholder))
        {
            return self.call_expr(callee, args, Some(first), cx);
        }
        match (first, self.eval(right, cx)) {
            (Bound::Func(f), Bound::Func(g)) => Bound::Func(Rc::new(Func::Compose(f, g))),
            (first, Bound::Func(g)) => self.call(&g, vec![first], cx),
            (first, Bound::Value(_)) => first,
        }
    }

    /// What a function makes of its arguments.
    pub(super) fn call<'e>(
        &self,
        func: &Rc<Func<'e>>,
        args: Vec<Bound<'e>>,
        cx: &mut Cx<'e>,
    ) -> Bound<'e> {
        if self.is_spent(cx.depth) || cx.depth > MAX_CALLS {
            return Bound::Value(self.everything());
        }
        match &**func {
            Func::Lambda {
                params,
                body,
                scope,
            } => {
                let mut inner = cx.clone();
                inner.depth += 1;
                inner.scope = scope.clone();
                for name in unbound(body, scope, cx) {
                    // A function that calls itself is bound only after it is made.
                    inner.scope = inner.scope.bind(name.0, name.1);
                }
                let mut args = args.into_iter();
                for param in params.iter() {
                    let arg = args.next().unwrap_or(Bound::Value(Value::Absent));
                    inner.scope = inner.scope.bind(param, arg);
                }
                self.eval(body, &mut inner)
            }
            Func::Partial(inner, given) => {
                let mut rest = args.into_iter();
                let mut all: Vec<Bound<'e>> = given
                    .iter()
                    .map(|arg| match arg {
                        Some(bound) => bound.clone(),
                        None => rest.next().unwrap_or(Bound::Value(Value::Absent)),
                    })
                    .collect();
                all.extend(rest);
                cx.depth += 1;
                let result = self.call(inner, all, cx);
                cx.depth -= 1;
                result
            }
            Func::Compose(f, g) => {
                cx.depth += 1;
                let middle = self.call(f, args, cx);
                let result = self.call(g, vec![middle], cx);
                cx.depth -= 1;
                result
            }
            Func::Transform(parts) => {
                let mut all: Vec<Value> = values(&args);
                let here = all.first().cloned().unwrap_or(Value::Absent);
                for part in parts {
                    let mut inner = cx.at(here.join(&here.children()));
                    all.push(self.value(part, &mut inner));
                }
                Bound::Value(strings::mixed(&all, "transformed"))
            }
            Func::Regex => Bound::Value(strings::mixed(&values(&args), "match")),
            Func::Native(name) => {
                if let Some(bound) = self.higher(name, &args, cx) {
                    return bound;
                }
                if args.is_empty() && self.site.env.vars.contains_key(name) {
                    return Bound::Value(Value::Absent);
                }
                Bound::Value(native::call(name, values(&args), &cx.here).bounded())
            }
        }
    }
}

/// The values among the arguments, functions as nothing.
pub fn values(args: &[Bound<'_>]) -> Vec<Value> {
    args.iter()
        .map(|arg| match arg {
            Bound::Value(value) => value.clone(),
            Bound::Func(_) => Value::Absent,
        })
        .collect()
}

/// Functions that a lambda's body calls by names that were bound after it was made.
fn unbound<'e>(
    body: &'e Expr,
    scope: &super::scope::Scope<'e>,
    cx: &Cx<'e>,
) -> Vec<(&'e str, Bound<'e>)> {
    let mut found = Vec::new();
    let mut open = vec![body];
    let mut looked = 0;
    while let Some(expr) = open.pop() {
        looked += 1;
        if looked > 400 {
            break;
        }
        if let ExprKind::Call(callee, _) = &expr.kind
            && let ExprKind::Variable(name) = &callee.kind
            && scope.get(name).is_none()
            && let Some(bound @ Bound::Func(_)) = cx.scope.get(name)
        {
            found.push((name.as_str(), bound.clone()));
        }
        open.extend(children(expr));
    }
    found
}

/// The expressions directly inside an expression.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Dot(a, b) | ExprKind::Filter(a, b) | ExprKind::Binary(_, a, b) => vec![a, b],
        ExprKind::KeepArray(a)
        | ExprKind::Focus(a, _)
        | ExprKind::IndexBind(a, _)
        | ExprKind::Negate(a)
        | ExprKind::Bind(_, a)
        | ExprKind::Lambda(_, a) => vec![a],
        ExprKind::Group(a, pairs) => std::iter::once(&**a)
            .chain(pairs.iter().flat_map(|(k, v)| [k, v]))
            .collect(),
        ExprKind::Sort(a, terms) => std::iter::once(&**a).chain(terms).collect(),
        ExprKind::Array(all) | ExprKind::Block(all) => all.iter().collect(),
        ExprKind::Object(pairs) => pairs.iter().flat_map(|(k, v)| [k, v]).collect(),
        ExprKind::Conditional(a, b, c) => [Some(&**a), Some(&**b), c.as_deref()]
            .into_iter()
            .flatten()
            .collect(),
        ExprKind::Call(callee, args) => std::iter::once(&**callee).chain(args).collect(),
        ExprKind::Transform(a, b, c) => [Some(&**a), Some(&**b), c.as_deref()]
            .into_iter()
            .flatten()
            .collect(),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Regex { .. }
        | ExprKind::Variable(_)
        | ExprKind::Field(_)
        | ExprKind::Wildcard
        | ExprKind::Descendant
        | ExprKind::Parent
        | ExprKind::Placeholder => Vec::new(),
    }
}
