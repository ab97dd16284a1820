//! JSONPath over abstract values.

use std::borrow::Cow;

use crate::budget;
use crate::expr::jsonpath::{Step, equalities};
use crate::value::{Source, Unknown, Value};

/// More steps than this into what is not known are told as these.
const MAX_STEPS: usize = 256;
/// Deeper than this nothing is written into a value as it is: it is told as one unknown there.
const MAX_WRITTEN: usize = 32;
/// Deeper than this `..` is told as one unknown.
const MAX_DESCENT: usize = 16;

/// What the steps lead to. A path that may name several nodes gives an array.
pub fn follow(value: &Value, steps: &[Step]) -> Value {
    let mut here = Cow::Borrowed(value);
    let mut left = steps;
    while let Some((step, rest)) = left.split_first() {
        if is_everywhere_alike(&here) && steps.len() - left.len() >= MAX_STEPS {
            break;
        }
        here = match (step, here) {
            (Step::Field(name), Cow::Borrowed(Value::Object { fields, .. }))
                if fields.contains_key(name) =>
            {
                fields
                    .get(name)
                    .map_or(Cow::Owned(Value::Absent), Cow::Borrowed)
            }
            (Step::Field(name), here) => Cow::Owned(here.field(name)),
            (Step::Index(index), here) => Cow::Owned(here.element(*index)),
            (Step::Function(name), here) => Cow::Owned(function(&here, name)),
            (_, here) => return many(&here, left),
        };
        left = rest;
    }
    here.into_owned()
}

/// Whether further steps into it change nothing but the path of its sources, which is no longer extended.
const fn is_everywhere_alike(value: &Value) -> bool {
    matches!(value, Value::Any(_) | Value::Absent)
}

/// `.length()` counts; the others compute from what is selected.
fn function(value: &Value, name: &str) -> Value {
    let mut all = value.collapsed().derived();
    if name == "length" || all.origins.is_empty() {
        all = Unknown::of(Source::Generated, format!("{name}()"));
    }
    Value::Any(all)
}

fn many(value: &Value, steps: &[Step]) -> Value {
    if let (Value::Array(values), Some((Step::Wildcard, rest))) = (value, steps.split_first())
        && rest
            .iter()
            .all(|s| matches!(s, Step::Field(_) | Step::Index(_)))
    {
        return Value::Array(values.iter().map(|v| follow(v, rest)).collect());
    }
    match matched(value, steps) {
        never if never.is_never() => Value::Array(Vec::new()),
        node => Value::Each(Box::new(node)),
    }
}

/// What any one of the nodes is that the steps lead to.
fn matched(value: &Value, steps: &[Step]) -> Value {
    let mut node = value.clone();
    for (at, step) in steps.iter().enumerate() {
        if is_everywhere_alike(&node) && at >= MAX_STEPS {
            break;
        }
        node = below(&node, step);
    }
    node
}

/// What any one of the nodes is that one step leads to.
fn below(value: &Value, step: &Step) -> Value {
    match step {
        Step::Field(name) => value.field(name),
        Step::Index(index) => value.element(*index),
        Step::Wildcard => value.children(),
        Step::Slice => value.elements().anonymous(),
        Step::Filter(text) => {
            let one = match value {
                Value::Object { .. } => value.clone(),
                Value::Any(unknown) => Value::Any(unknown.some_part("[*]")),
                other => other.elements().anonymous(),
            };
            passed(one, text)
        }
        Step::Union(steps) => steps
            .iter()
            .fold(Value::NEVER, |all, one| all.join(&below(value, one))),
        Step::Function(name) => function(value, name),
        Step::Descend(name) => descend(value, Some(name), MAX_DESCENT).anonymous(),
        Step::DescendAll => descend(value, None, MAX_DESCENT).anonymous(),
    }
}

/// What an element is, knowing that it passed a filter: what the filter compares with texts is one of them.
fn passed(element: Value, filter: &str) -> Value {
    equalities(filter).iter().fold(element, |element, known| {
        if element.is_never() {
            return element;
        }
        let before = follow(&element, &known.steps).finite().unwrap_or_default();
        let may_be = |text: &&String| before.is_empty() || before.contains(text);
        let texts = known.texts.iter().filter(may_be).map(Value::text);
        let texts = texts.fold(Value::NEVER, |a, b| a.join(&b));
        write(element, &known.steps, texts)
    })
}

/// The fields of this name (or everything) at any depth.
fn descend(value: &Value, name: Option<&str>, depth: usize) -> Value {
    if depth == 0 {
        return Value::Any(value.collapsed());
    }
    match value {
        Value::Object { fields, rest } => fields
            .iter()
            .map(|(key, field)| {
                let below = descend(field, name, depth - 1);
                if name.is_none_or(|n| n == key) {
                    below.join(field)
                } else {
                    below
                }
            })
            .chain(rest.iter().map(|rest| {
                let below = descend(rest, name, depth - 1);
                name.map_or_else(|| rest.join(&below), |n| value.field(n).join(&below))
            }))
            .fold(Value::NEVER, |a, b| a.join(&b)),
        Value::Any(unknown) => Value::Any(unknown.some_part(&format!("..{}", name.unwrap_or("*")))),
        Value::Array(_) | Value::Each(_) => {
            let element = value.elements();
            let below = descend(&element, name, depth - 1);
            if name.is_none() {
                element.join(&below)
            } else {
                below
            }
        }
        Value::OneOf(_) => value.each_alternative(|v| descend(v, name, depth - 1)),
        _ => Value::NEVER,
    }
}

/// The value with `new` written where the steps (a Reference Path) lead.
pub fn write(value: Value, steps: &[Step], new: Value) -> Value {
    match steps.get(..MAX_WRITTEN) {
        Some(upper) if steps.len() > MAX_WRITTEN => {
            budget::cut("a reference path too long to write to, of which the sources are kept");
            write_at(value, upper, Value::Any(new.collapsed().derived()))
        }
        _ => write_at(value, steps, new),
    }
}

fn write_at(value: Value, steps: &[Step], new: Value) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return new;
    };
    match step {
        Step::Field(name) => {
            let inner = if rest.is_empty() {
                new
            } else {
                write_at(value.field(name), rest, new)
            };
            value.with_field(name, inner)
        }
        Step::Index(index) => {
            let inner = write_at(value.element(*index), rest, new);
            value.with_element(*index, inner)
        }
        _ => Value::Any({
            let mut all = value.collapsed();
            all.add_origins(&new.collapsed().origins);
            all
        }),
    }
}
