//! Steps of a JSONata path: they map over arrays, drop what is missing and take single results out of their array.

use crate::value::{Gathering, Value};

/// What `f` makes of each context value.
pub fn map_over(value: &Value, mut f: impl FnMut(&Value) -> Value) -> Value {
    map_dyn(value, &mut f)
}

fn map_dyn(value: &Value, f: &mut dyn FnMut(&Value) -> Value) -> Value {
    match value {
        Value::Absent => Value::Absent,
        Value::Array(values) => {
            let mut all = Gathering::default();
            let results = values.iter().map(|v| all.take(map_dyn(v, f)));
            sequence(results.collect())
        }
        Value::Each(element) => match map_dyn(element, f) {
            Value::Absent => Value::Absent,
            Value::Each(inner) => Value::Each(inner),
            one => Value::Each(Box::new(one.anonymous())),
        },
        Value::OneOf(_) => value.each_alternative(|v| map_dyn(v, f)),
        Value::Any(unknown) => {
            let one = f(value);
            if matches!(one, Value::Any(_) | Value::Absent) {
                return one;
            }
            // It may be an array, too: then there is a result for each element.
            let each = f(&Value::Any(unknown.some_part("[*]")));
            one.join(&Value::Each(Box::new(any_of(&each))))
        }
        one => f(one),
    }
}

/// What an array constructor as a step gives: of several context values their arrays side by side, which are not spliced.
pub fn kept_apart(contexts: &Value, spliced: Value) -> Value {
    let is_one = |v: &Value| !matches!(v, Value::Array(_) | Value::Each(_) | Value::Any(_));
    if contexts.alternatives().iter().all(is_one) {
        return spliced;
    }
    let array = Value::Each(Box::new(any_of(&spliced)));
    spliced.join(&Value::Each(Box::new(array)))
}

/// Results in a row, arrays among them spliced in.
pub fn sequence(results: Vec<Value>) -> Value {
    let mut flat = Vec::new();
    let mut open = false;
    for result in results {
        match result {
            Value::Absent => {}
            Value::Array(inner) => flat.extend(inner),
            Value::Each(inner) => {
                open = true;
                flat.push(*inner);
            }
            one => {
                open |= one
                    .alternatives()
                    .iter()
                    .any(|v| matches!(v, Value::Absent));
                flat.push(one);
            }
        }
    }
    if open {
        let any = flat.iter().fold(Value::NEVER, |a, b| a.join(b));
        return Value::Each(Box::new(any.anonymous()));
    }
    match (flat.len(), flat.pop()) {
        (1, Some(one)) => one,
        (_, None) => Value::Absent,
        (_, Some(last)) => {
            flat.push(last);
            Value::Array(flat)
        }
    }
}

/// The field of this name of each context value.
pub fn field(value: &Value, name: &str) -> Value {
    map_over(value, |v| v.field(name))
}

/// What any one value of a sequence is: of an array its elements, of anything else itself.
pub fn any_of(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Each(_) => value.elements().anonymous(),
        Value::OneOf(_) => value.each_alternative(any_of),
        Value::Any(unknown) => Value::Any(unknown.some_part("[*]")),
        one => one.clone(),
    }
}

/// The element at an index; anything but an array is its own only element.
pub fn index(value: &Value, at: i64) -> Value {
    match value {
        // There may be fewer elements.
        Value::Each(_) => match value.element(at) {
            Value::Any(open) if open.allowed.is_none() => Value::Any(open),
            one => one.or_absent(),
        },
        Value::Array(_) | Value::Any(_) => value.element(at),
        Value::OneOf(_) => value.each_alternative(|v| index(v, at)),
        one if at == 0 || at == -1 => one.clone(),
        _ => Value::Absent,
    }
}
