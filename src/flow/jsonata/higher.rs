//! Functions that take functions.

use std::ops::Range;
use std::rc::Rc;

use super::eval::{MAX_ARRAY, Machine};
use super::native::lists;
use super::path;
use super::scope::{Bound, Cx, Func};
use super::signature::Kinds;
use crate::expr::jsonata::Expr;
use crate::value::{Gathering, Identity, Source, Unknown, Value};

/// Elements of a known array that a reduction is followed over one by one.
const MAX_FOLD: usize = 32;

/// A value given a name for the time of one test, so that the test can teach about it.
pub struct Temporary(Range<usize>);

impl Temporary {
    /// The value without that name.
    pub fn off(&self, value: &Value) -> Value {
        without_names(value, &self.0)
    }
}

/// The value without the names that were given under these numbers.
pub fn without_names(value: &Value, numbers: &Range<usize>) -> Value {
    if numbers.is_empty() {
        return value.clone();
    }
    let is_number = |root: usize| numbers.contains(&LAST_ROOT.abs_diff(root));
    let is_given = |id: &Identity| id.begins_at(&is_number);
    value.map_unknowns(&mut |unknown| {
        let mut free = unknown.clone();
        if free.speaks_of(&is_given) {
            free.tells = None;
        }
        free.identity = free.identity.filter(|id| !is_given(id));
        free
    })
}

/// The root of the first value that is given a name for the time of one test; those of others come before it.
const LAST_ROOT: usize = usize::MAX - 1;

impl Machine<'_> {
    /// Names a value for the time of one test.
    pub(super) fn named(&self, value: &Value) -> (Value, Temporary) {
        let number = self.names.get();
        let is_bare = |u: &&Unknown| u.identity.is_none();
        if !value.unknowns().iter().any(is_bare) {
            return (value.clone(), Temporary(number..number));
        }
        self.names.set(number + 1);
        let named = value.clone().named_at(LAST_ROOT - number, "$");
        (named, Temporary(number..number + 1))
    }

    /// `$map`, `$filter`, …; `None` for functions that take none.
    pub(super) fn higher<'e>(
        &self,
        name: &str,
        args: &[Bound<'e>],
        cx: &mut Cx<'e>,
    ) -> Option<Bound<'e>> {
        if name == "match" {
            return self.matches(args, cx).map(Bound::Value);
        }
        let value = self.as_value(args.first()?, cx);
        let func = match args.get(1)? {
            Bound::Func(func) => func.clone(),
            Bound::Value(value) if Kinds::of(value).may_be_function() => {
                Rc::new(Func::Opaque(value.clone()))
            }
            Bound::Value(_) => return None,
        };
        let result = match name {
            "map" => self.map(&value, &func, cx),
            "filter" => self.filter_by(&value, &func, cx),
            "single" => self.kept(&path::any_of(&value), &value, &func, cx),
            "sort" => lists::in_any_order(&value),
            "reduce" => {
                let start = args.get(2).map(|start| self.as_value(start, cx));
                let start = start.filter(|s| !matches!(s, Value::Absent));
                self.reduce(&value, &func, start, cx)
            }
            "each" => self.each(&value, &func, cx),
            "sift" => match &value {
                Value::Object { fields, rest } => Value::Object {
                    fields: fields.map(|k, v| {
                        let args = vec![v.clone(), Value::text(k), value.clone()];
                        match self.result(&func, args, cx) {
                            Value::Bool(true) => v.clone(),
                            Value::Bool(false) => Value::Absent,
                            _ => v.join(&Value::Absent),
                        }
                    }),
                    rest: rest.clone(),
                },
                // A field that it leaves out is one of what it was.
                other => other.anonymous(),
            },
            _ => return None,
        };
        Some(Bound::Value(result))
    }

    fn result<'e>(&self, func: &Rc<Func<'e>>, args: Vec<Value>, cx: &mut Cx<'e>) -> Value {
        // A function is given no more than it has parameters.
        let arity = self.arity(func);
        let args = args.into_iter().take(arity).map(Bound::Value).collect();
        let result = self.call(func, args, cx);
        self.as_value(&result, cx)
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
                let (one, temporary) = self.named(&path::any_of(value));
                let made = self.result(func, vec![one, index, value.clone()], cx);
                Value::Each(Box::new(temporary.off(&made).anonymous()))
            }
        }
    }

    /// The body of a function that is given these, and what is in sight there; `None` where it is not written out.
    fn inside<'e>(func: &Func<'e>, args: [Value; 3], cx: &Cx<'e>) -> Option<(&'e Expr, Cx<'e>)> {
        let Func::Lambda {
            params,
            body,
            scope,
            here,
            signature: None,
        } = func
        else {
            return None;
        };
        let mut inner = cx.clone();
        inner.depth += 1;
        inner.here = here.clone();
        inner.scope = scope.clone();
        let mut args = args.into_iter();
        for param in params.iter() {
            let arg = args.next().unwrap_or(Value::Absent);
            inner.scope = inner.scope.bind(param, Bound::Value(arg));
        }
        Some((*body, inner))
    }

    /// What an element of all of these is, knowing that the function let it through.
    fn kept<'e>(&self, element: &Value, all: &Value, func: &Func<'e>, cx: &Cx<'e>) -> Value {
        let (named, temporary) = self.named(element);
        let index = Value::Any(Unknown::of(Source::Generated, "index"));
        let Some((body, inner)) = Self::inside(func, [named.clone(), index, all.clone()], cx)
        else {
            return element.clone();
        };
        let known = self.assume(body, true, &inner);
        temporary.off(&known.unfold(&named)).anonymous()
    }

    /// `$filter`: of a list whose first element passes for certain, that one comes first.
    fn filter_by<'e>(&self, all: &Value, func: &Func<'e>, cx: &Cx<'e>) -> Value {
        let (sure, any) = match all {
            Value::Array(values) if values.len() <= MAX_FOLD => self.passed(values, all, func, cx),
            _ => (Vec::new(), self.kept(&path::any_of(all), all, func, cx)),
        };
        match (sure.is_empty(), any.is_never()) {
            (true, true) => Value::Absent,
            (true, false) => Value::Each(Box::new(any.anonymous())),
            (false, true) => path::sequence(sure),
            (false, false) => {
                // One that is left alone is no array.
                let alone = match sure.as_slice() {
                    [one] => one.clone(),
                    _ => Value::NEVER,
                };
                let rest = any.anonymous().or_absent();
                Value::Array(sure.into_iter().chain([rest]).collect()).join(&alone)
            }
        }
    }

    /// The elements that pass for certain before any that may; and what any of the others is that may pass.
    fn passed<'e>(
        &self,
        values: &[Value],
        all: &Value,
        func: &Func<'e>,
        cx: &Cx<'e>,
    ) -> (Vec<Value>, Value) {
        let mut sure = Vec::new();
        let mut others = Value::NEVER;
        let mut is_placed = true;
        for (at, value) in values.iter().enumerate() {
            is_placed &= !value.may_be_absent();
            let place = match params(func) {
                [_, index, rest @ ..] if is_placed && !rest.contains(index) => {
                    Some((index.as_str(), at))
                }
                _ => None,
            };
            let index = Value::Any(Unknown::of(Source::Generated, "index"));
            let inside = Self::inside(func, [value.clone(), index, all.clone()], cx);
            match inside.and_then(|(body, inner)| self.decided(body, place, &inner)) {
                Some(true) if is_placed && others.is_never() => sure.push(value.clone()),
                Some(false) => {}
                _ => others = others.join(&self.kept(&path::any_of(value), all, func, cx)),
            }
        }
        (sure, others)
    }

    fn reduce<'e>(
        &self,
        value: &Value,
        func: &Rc<Func<'e>>,
        start: Option<Value>,
        cx: &mut Cx<'e>,
    ) -> Value {
        let index = Value::Any(Unknown::of(Source::Generated, "index"));
        if let Value::Array(values) = value
            && values.len() <= MAX_FOLD
            && !values.iter().any(Value::may_be_absent)
        {
            let mut values = values.iter();
            let mut all = match start.or_else(|| values.next().cloned()) {
                Some(first) => first,
                None => return Value::Absent,
            };
            for next in values {
                let args = vec![all, next.clone(), index.clone(), value.clone()];
                all = self.result(func, args, cx);
            }
            return all;
        }
        let one = path::any_of(value);
        let mut all = start.unwrap_or_else(|| one.clone());
        for round in 0..4 {
            // For the time of one round an element is one value: what it is tested for, it is.
            let (element, temporary) = self.named(&one);
            let args = vec![all.clone(), element, index.clone(), value.clone()];
            let made = temporary.off(&self.result(func, args, cx));
            let next = all.join(&made.anonymous());
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
            // In which order they come is not known here.
            Value::Object { fields, rest: None } if fields.len() < 2 => path::sequence(
                fields
                    .iter()
                    .map(|(k, v)| {
                        let args = vec![v.clone(), Value::text(k), value.clone()];
                        self.result(func, args, cx)
                    })
                    .collect(),
            ),
            other => {
                let (one, temporary) = self.named(&other.children());
                let (key, key_temporary) = self.named(&other.key());
                let made = self.result(func, vec![one, key, other.clone()], cx);
                let made = key_temporary.off(&temporary.off(&made));
                Value::Each(Box::new(made.anonymous()))
            }
        }
    }
}

/// The names that a function gives its arguments, where it is written out.
fn params<'e>(func: &Func<'e>) -> &'e [String] {
    match func {
        Func::Lambda { params, .. } => params,
        _ => &[],
    }
}
