//! Calls: of functions by name, lambdas, partial applications, chains, and values that may be functions.

use std::rc::Rc;

use super::eval::Machine;
use super::native;
use super::scope::{Bound, Cx, Func};
use super::signature::{Given, Kinds, Signature};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::flow::strings;
use crate::value::{Gathering, Source, Unknown, Value};

mod function;

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
        let func = self.eval(callee, cx).into_function();
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
        let second = self.eval(right, cx).into_function();
        match first {
            Bound::Func(first) => Bound::Func(Rc::new(Func::Compose(first, second))),
            // What may be a function makes a chain, and what is a value goes through it.
            Bound::Value(value) if Kinds::of(&value).may_be_function() => {
                let chain = Func::Compose(Rc::new(Func::Opaque(value.clone())), second.clone());
                let through = self.call(&second, vec![Bound::Value(value)], cx);
                let chain = self.as_value(&Bound::Func(Rc::new(chain)), cx);
                Bound::Value(self.as_value(&through, cx).join(&chain))
            }
            first => self.call(&second, vec![first], cx),
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
            Func::Lambda { .. } => self.call_lambda(func, args, cx),
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
                let mut all: Vec<Value> = self.values(&args, cx);
                let here = all.first().cloned().unwrap_or(Value::Absent);
                for part in parts {
                    let mut inner = cx.at(here.join(&here.children()));
                    all.push(self.value(part, &mut inner));
                }
                Bound::Value(strings::mixed(&all, "transformed"))
            }
            Func::Regex { .. } => Bound::Value(strings::mixed(&self.values(&args, cx), "match")),
            Func::Either(functions) => {
                cx.depth += 1;
                let results = functions.iter().map(|f| self.call(f, args.clone(), cx));
                let results: Vec<Bound<'e>> = results.collect();
                cx.depth -= 1;
                self.either(results, cx)
            }
            Func::Opaque(value) => {
                let mut all = self.values(&args, cx);
                all.push(value.clone());
                Bound::Value(open_result(&all))
            }
            Func::Native(name) => self.call_native(name, args, cx),
        }
    }

    fn call_lambda<'e>(&self, func: &Func<'e>, args: Vec<Bound<'e>>, cx: &mut Cx<'e>) -> Bound<'e> {
        let Func::Lambda {
            params,
            signature,
            body,
            here,
            scope,
        } = func
        else {
            return Bound::Value(self.everything());
        };
        let signature = signature.and_then(Signature::read);
        let readings = self.readings(signature.as_ref(), &args, cx);
        let results = readings.into_iter().map(|args| {
            let mut inner = cx.clone();
            inner.depth += 1;
            inner.here = here.clone();
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
        });
        let results: Vec<Bound<'e>> = results.collect();
        self.either(results, cx)
    }

    fn call_native<'e>(&self, name: &str, args: Vec<Bound<'e>>, cx: &mut Cx<'e>) -> Bound<'e> {
        let signature = Signature::of_native(name);
        let readings = self.readings(signature.as_ref(), &args, cx);
        let mut results = Vec::with_capacity(readings.len());
        for args in readings {
            results.push(match self.higher(name, &args, cx) {
                Some(bound) => bound,
                None => Bound::Value(native::call(name, &self.values(&args, cx)).bounded()),
            });
        }
        self.either(results, cx)
    }

    /// The arguments as the signature puts them in place, once for each way to read the call.
    fn readings<'e>(
        &self,
        signature: Option<&Signature>,
        args: &[Bound<'e>],
        cx: &Cx<'e>,
    ) -> Vec<Vec<Bound<'e>>> {
        let Some(signature) = signature else {
            return vec![args.to_vec()];
        };
        let kinds: Vec<Kinds> = args.iter().map(Bound::kinds).collect();
        let readings = signature.readings(&kinds, Kinds::of(&cx.here));
        if readings.is_empty() {
            // The call fails, or its arguments are not what they seem.
            return vec![args.to_vec()];
        }
        let filled = |reading: Vec<Given>| {
            let given = reading.into_iter().map(|given| match given {
                Given::Arg(at) => args.get(at).cloned(),
                Given::Context => Some(Bound::Value(Value::clone(&cx.here))),
                Given::Nothing => None,
            });
            given
                .map(|g| g.unwrap_or(Bound::Value(Value::Absent)))
                .collect()
        };
        readings.into_iter().map(filled).collect()
    }

    /// One of these.
    fn either<'e>(&self, mut results: Vec<Bound<'e>>, cx: &Cx<'e>) -> Bound<'e> {
        if results.len() == 1 {
            return results.pop().unwrap_or_else(|| Bound::Value(Value::Absent));
        }
        let is_function = |b: &Bound<'e>| matches!(b, Bound::Func(_));
        if !results.is_empty() && results.iter().all(is_function) {
            let functions = results.into_iter().map(Bound::into_function).collect();
            return Bound::Func(Rc::new(Func::Either(functions)));
        }
        let values = results.iter().map(|r| self.as_value(r, cx));
        Bound::Value(values.fold(Value::NEVER, |a, b| a.join(&b)))
    }
}

/// What a call gives of which nothing is known but what went into it.
fn open_result(all: &[Value]) -> Value {
    let mixed = strings::mixed(all, "a call").anonymous();
    // A function made of what is known gives what it is made of.
    let is_known = all.last().is_some_and(|function| {
        let all = function.collapsed().origins;
        !all.is_empty() && all.iter().all(|o| o.source != Source::Undecided)
    });
    match mixed {
        Value::Any(mut unknown) if !is_known => {
            unknown.add_origins(&Unknown::of(Source::Undecided, "a call").origins);
            Value::Any(unknown)
        }
        other => other,
    }
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
        open.extend(expr.children());
    }
    found
}
