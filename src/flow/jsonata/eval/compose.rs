//! Arrays, objects, blocks, conditionals and operators.

use super::super::higher::without_names;
use super::super::scope::{Bound, Cx, Func};
use super::*;

impl<'a> Machine<'a> {
    pub(super) fn array<'e>(&self, items: &'e [Expr], cx: &mut Cx<'e>) -> Value {
        let mut values = Vec::with_capacity(items.len().min(MAX_ARRAY));
        let mut open = items.len() > MAX_ARRAY;
        let mut all = Gathering::default();
        for item in items {
            match all.take(self.value(item, cx)) {
                Value::Absent => {}
                // It may be nothing, and it may be an array whose elements come in its place.
                Value::Any(unknown)
                    if items.len() > 1 && !matches!(item.kind, ExprKind::Array(_)) =>
                {
                    values.push(Value::Any(unknown).or_absent());
                }
                one @ Value::OneOf(_) if items.len() > 1 && has_array(&one) => {
                    values.push(path::any_of(&one).or_absent());
                }
                Value::Array(inner) if !matches!(item.kind, ExprKind::Array(_)) => {
                    values.extend(inner);
                }
                Value::Each(inner)
                    if items.len() < 2 && !matches!(item.kind, ExprKind::Array(_)) =>
                {
                    open = true;
                    values.push(*inner);
                }
                Value::Each(inner) if !matches!(item.kind, ExprKind::Array(_)) => {
                    values.push(inner.or_absent());
                }
                one => values.push(one),
            }
        }
        if open || values.len() > MAX_ARRAY {
            let any = values.iter().fold(Value::NEVER, |a, b| a.join(b));
            return Value::Each(Box::new(any.anonymous()));
        }
        Value::Array(values)
    }

    pub(super) fn object<'e>(&self, pairs: &'e [(Expr, Expr)], cx: &mut Cx<'e>) -> Value {
        let mut all = Value::object([]);
        let mut room = Gathering::default();
        for (key, value) in pairs {
            let key = self.value(key, cx);
            let value = room.take(self.value(value, cx));
            if matches!(value, Value::Absent) {
                continue;
            }
            // A name that is there already would be an error.
            all = all.with_field_named(&key, value);
        }
        all
    }

    pub(super) fn block<'e>(&self, all: &'e [Expr], cx: &mut Cx<'e>) -> Bound<'e> {
        let before = self.names.get();
        let last = self.block_with(all, cx, true);
        let named = before..self.names.get();
        match last {
            _ if named.is_empty() => last,
            Bound::Value(value) => Bound::Value(without_names(&value, &named)),
            // A function takes the names in sight with it, and its calls elsewhere must not have them.
            Bound::Func(_) => self.block_with(all, cx, false),
        }
    }

    /// The last value of a block; with `names`, guards in it may speak of what it keeps under a name.
    fn block_with<'e>(&self, all: &'e [Expr], cx: &Cx<'e>, names: bool) -> Bound<'e> {
        let mut inner = cx.clone();
        let mut last = Bound::Value(Value::Absent);
        for one in all {
            last = self.eval(one, &mut inner);
            if let Bound::Value(value) = &last {
                if value.is_never() {
                    return last;
                }
                if let (ExprKind::Bind(name, _), true) = (&one.kind, names) {
                    let (named, _) = self.named(value);
                    inner.scope = inner.scope.bind(name, Bound::Value(named));
                }
            }
            inner.know = self.after(one, &inner);
        }
        last
    }

    pub(super) fn conditional<'e>(
        &self,
        test: &'e Expr,
        then: &'e Expr,
        other: Option<&'e Expr>,
        cx: &mut Cx<'e>,
    ) -> Bound<'e> {
        let decided = self.decided(test, None, cx);
        let yes = || self.eval(then, &mut cx.knowing(self.assume(test, true, cx)));
        if decided == Some(true) {
            return yes();
        }
        let no = || match other {
            Some(other) => self.eval(other, &mut cx.knowing(self.assume(test, false, cx))),
            None => Bound::Value(Value::Absent),
        };
        if decided == Some(false) {
            return no();
        }
        match (yes(), no()) {
            (Bound::Value(a), Bound::Value(b)) => Bound::Value(a.join(&b)),
            (Bound::Func(f), Bound::Value(v)) | (Bound::Value(v), Bound::Func(f)) => {
                if v.is_never() {
                    return Bound::Func(f);
                }
                let other = Rc::new(Func::Opaque(v));
                Bound::Func(Rc::new(Func::Either(vec![f, other])))
            }
            (Bound::Func(f), Bound::Func(g)) => Bound::Func(Rc::new(Func::Either(vec![f, g]))),
        }
    }

    pub(super) fn binary<'e>(
        &self,
        op: BinaryOp,
        left: &'e Expr,
        right: &'e Expr,
        cx: &mut Cx<'e>,
    ) -> Bound<'e> {
        let value = match op {
            BinaryOp::Apply => return self.apply(left, right, cx),
            BinaryOp::Concat => {
                let left = self.value(left, cx);
                let right = self.value(right, cx);
                Value::concat(&[left, right])
            }
            BinaryOp::Elvis | BinaryOp::Coalesce => {
                let known = self.assume(left, true, cx);
                let first = self.value(left, &mut cx.knowing(known));
                match &first {
                    Value::Absent => self.value(right, cx),
                    Value::Null if op == BinaryOp::Coalesce => self.value(right, cx),
                    Value::Text(pieces) if !pieces.is_empty() => first,
                    Value::Object { .. } if op == BinaryOp::Coalesce => first,
                    _ => first.join(&self.value(right, cx)),
                }
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => {
                if let Some(number) = computed(op, left, right) {
                    return Bound::Value(written(number));
                }
                let args = [self.value(left, cx), self.value(right, cx)];
                strings::mixed(&args, "arithmetic")
            }
            BinaryOp::Range => {
                let args = [self.value(left, cx), self.value(right, cx)];
                Value::Each(Box::new(strings::mixed(&args, "range")))
            }
            BinaryOp::In | BinaryOp::Equal => self.answer(op, left, right, cx),
            _ => Value::either_bool(),
        };
        Bound::Value(value)
    }

    /// The answer of a test against literals, which may be kept and asked later.
    fn answer<'e>(&self, op: BinaryOp, left: &'e Expr, right: &'e Expr, cx: &mut Cx<'e>) -> Value {
        let list = match (op, self.value(right, cx)) {
            (BinaryOp::In, list @ (Value::Array(_) | Value::Each(_))) => list.elements(),
            (_, one @ Value::Text(_)) => one,
            _ => return Value::either_bool(),
        };
        if let (BinaryOp::Equal, Some(right)) = (op, list.as_text())
            && let Some(left) = self.value(left, cx).as_text()
        {
            return Value::Bool(left == right);
        }
        match list.finite() {
            Some(texts) if !texts.is_empty() => {
                let subject = self.raw(left, cx);
                Value::Any(Unknown::answer("answer", subject, list.patterns()))
            }
            _ => Value::either_bool(),
        }
    }
}

/// Arithmetic on numbers that are written out, where it gives a whole one.
fn computed(op: BinaryOp, left: &Expr, right: &Expr) -> Option<f64> {
    let number = |expr: &Expr| match &expr.kind {
        ExprKind::Block(all) => match all.as_slice() {
            [one] => literal(one),
            _ => None,
        },
        _ => literal(expr),
    };
    let (a, b) = (number(left)?, number(right)?);
    let number = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        _ => return None,
    };
    (number.fract() == 0.0).then_some(number + 0.0)
}

/// A number that is written out, with its sign, or computed of such ones.
fn literal(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number(number) => Some(*number),
        ExprKind::Negate(inner) => literal(inner).map(|number| 0.0 - number),
        ExprKind::Binary(op, left, right) => computed(*op, left, right),
        _ => None,
    }
}

/// Whether some alternative is an array.
fn has_array(value: &Value) -> bool {
    let mut all = value.alternatives().iter();
    all.any(|v| matches!(v, Value::Array(_) | Value::Each(_)))
}
