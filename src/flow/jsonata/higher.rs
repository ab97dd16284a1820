//! Functions that take functions.

use std::rc::Rc;

use super::eval::{MAX_ARRAY, Machine};
use super::path;
use super::scope::{Bound, Cx, Func};
use crate::value::{Gathering, Identity, Source, Unknown, Value};

/// Elements of a known array that a reduction is followed over one by one.
const MAX_FOLD: usize = 32;

/// A value given a name for the time of one test, so that the test can teach about it.
pub struct Temporary(Option<usize>);

impl Temporary {
    /// The value without that name.
    pub fn off(&self, value: &Value) -> Value {
        let Some(root) = self.0 else {
            return value.clone();
        };
        value.map_unknowns(&mut |unknown| Unknown {
            identity: unknown.identity.clone().filter(|id| id.root != root),
            ..unknown.clone()
        })
    }
}

impl Machine<'_> {
    /// Names a value for the time of one test.
    pub(super) fn named(&self, value: &Value, depth: usize) -> (Value, Temporary) {
        match value {
            Value::Any(unknown) if unknown.identity.is_none() => {
                let root = usize::MAX - depth;
                let identity = Some(Identity {
                    root,
                    path: std::sync::Arc::from("$"),
                });
                let unknown = Unknown {
                    identity,
                    ..unknown.clone()
                };
                (Value::Any(unknown), Temporary(Some(root)))
            }
            other => (other.clone(), Temporary(None)),
        }
    }

    /// `$map`, `$filter`, …; `None` for functions that take none.
    pub(super) fn higher<'e>(
        &self,
        name: &str,
        args: &[Bound<'e>],
        cx: &mut Cx<'e>,
    ) -> Option<Bound<'e>> {
        let value = match args.first()? {
            Bound::Value(value) => value.clone(),
            Bound::Func(_) => return None,
        };
        let func = match args.get(1) {
            Some(Bound::Func(func)) => func.clone(),
            _ => return None,
        };
        let result = match name {
            "map" => self.map(&value, &func, cx),
            "filter" => {
                let one = self.kept(&path::any_of(&value), &func, cx);
                if one.is_never() {
                    Value::Absent
                } else {
                    Value::Each(Box::new(one))
                }
            }
            "single" => self.kept(&path::any_of(&value), &func, cx),
            "sort" => Value::Each(Box::new(path::any_of(&value))),
            "reduce" => {
                let start = match args.get(2) {
                    Some(Bound::Value(start)) => Some(start.clone()),
                    _ => None,
                };
                self.reduce(&value, &func, start, cx)
            }
            "each" => self.each(&value, &func, cx),
            "sift" => match &value {
                Value::Object { fields, rest } => Value::Object {
                    fields: fields.map(|_, v| v.join(&Value::Absent)),
                    rest: rest.clone(),
                },
                other => other.clone(),
            },
            // A replacement computed by a function.
            "replace" => return None,
            _ => return None,
        };
        Some(Bound::Value(result))
    }

    fn result<'e>(&self, func: &Rc<Func<'e>>, args: Vec<Value>, cx: &mut Cx<'e>) -> Value {
        let args = args.into_iter().map(Bound::Value).collect();
        match self.call(func, args, cx) {
            Bound::Value(value) => value,
            Bound::Func(_) => Value::Absent,
        }
    }

    fn map<'e>(&self, value: &Value, func: &Rc<Func<'e>>, cx: &mut Cx<'e>) -> Value {
        let index = Value::Any(Unknown::of(Source::Generated, "index"));
        match value {
            Value::Array(values) if values.len() <= MAX_ARRAY => {
                let mut all = Gathering::default();
                let results = values.iter().map(|v| {
                    all.take(self.result(func, vec![v.clone(), index.clone(), value.clone()], cx))
                });
                path::sequence(results.collect())
            }
            Value::Absent => Value::Absent,
            _ => {
                let one = path::any_of(value);
                let made = self.result(func, vec![one, index, value.clone()], cx);
                Value::Each(Box::new(made.anonymous()))
            }
        }
    }

    /// What an element is, knowing that the function let it through.
    fn kept<'e>(&self, element: &Value, func: &Rc<Func<'e>>, cx: &Cx<'e>) -> Value {
        let Func::Lambda {
            params,
            body,
            scope,
        } = &**func
        else {
            return element.clone();
        };
        let (named, temporary) = self.named(element, cx.depth);
        let mut inner = cx.clone();
        inner.depth += 1;
        inner.scope = scope.clone();
        if let Some(param) = params.first() {
            inner.scope = inner.scope.bind(param, Bound::Value(named.clone()));
        }
        let known = self.assume(body, true, &inner);
        temporary.off(&known.resolve(&named)).anonymous()
    }

    fn reduce<'e>(
        &self,
        value: &Value,
        func: &Rc<Func<'e>>,
        start: Option<Value>,
        cx: &mut Cx<'e>,
    ) -> Value {
        if let Value::Array(values) = value
            && values.len() <= MAX_FOLD
        {
            let mut values = values.iter();
            let mut all = match start.or_else(|| values.next().cloned()) {
                Some(first) => first,
                None => return Value::Absent,
            };
            for next in values {
                all = self.result(func, vec![all, next.clone()], cx);
            }
            return all;
        }
        let one = path::any_of(value);
        let mut all = start.unwrap_or_else(|| one.clone());
        for round in 0..4 {
            let next = all.join(&self.result(func, vec![all.clone(), one.clone()], cx));
            if next.same(&all) {
                return all;
            }
            all = if round < 2 { next } else { all.widened(&next) };
        }
        // Not settled: every origin that went in, nothing of the shape.
        let mut open = all.collapsed();
        open.add_origins(&one.collapsed().origins);
        Value::Any(open)
    }

    fn each<'e>(&self, value: &Value, func: &Rc<Func<'e>>, cx: &mut Cx<'e>) -> Value {
        match value {
            Value::Object { fields, rest: None } => {
                let mut all = Gathering::default();
                let results = fields
                    .iter()
                    .map(|(k, v)| all.take(self.result(func, vec![v.clone(), Value::text(k)], cx)));
                path::sequence(results.collect())
            }
            other => {
                let key = Value::Any(other.collapsed().derived());
                let made = self.result(func, vec![other.children(), key], cx);
                Value::Each(Box::new(made.anonymous()))
            }
        }
    }
}
