//! A path of an input, as the data flow tells it, followed into what an entry point fills in.

use crate::value::{Unknown, Value};

/// What stands at this path, such as `$.detail.items[*].name`; what the path says of it is not exact, so that a path which
/// ends early stands for everything below it.
pub fn follow(input: &Value, path: &str) -> Value {
    let path = path.strip_prefix("$$.Execution.Input").unwrap_or(path);
    walk(input, path.strip_prefix('$').unwrap_or(path))
}

fn walk(value: &Value, rest: &str) -> Value {
    if rest.is_empty() {
        return value.clone();
    }
    if let Some(inside) = rest.strip_prefix('[') {
        let Some((index, after)) = inside.split_once(']') else {
            return value.clone();
        };
        let quoted = index.trim_matches(['\'', '"']);
        let next = match index.parse::<i64>() {
            Ok(index) => value.element(index),
            Err(_) if quoted != index => value.field(quoted),
            Err(_) => value.elements(),
        };
        return walk(&next, after);
    }
    let Some(names) = rest.strip_prefix('.') else {
        return value.clone();
    };
    // A name may hold dots of its own: the longest one that is there is meant.
    if let Value::Object { fields, .. } = value {
        let known = fields.keys().filter(|name| {
            let after = names.strip_prefix(*name);
            after.is_some_and(|a| a.is_empty() || a.starts_with(['.', '[']))
        });
        if let Some(name) = known.max_by_key(|name| name.len()) {
            let after = names.strip_prefix(name).unwrap_or_default();
            return walk(&value.field(name), after);
        }
    }
    let end = names.find(['.', '[']).unwrap_or(names.len());
    let (name, after) = names.split_at(end);
    let next = match name {
        "*" | "" => value.children(),
        name => value.field(name),
    };
    walk(&next, after)
}

/// The parts of a value that somebody chooses. Beside a list of scalars that a pattern lets through, an array that holds
/// one of them counts only where its elements are read.
pub fn chosen(value: &Value) -> Vec<&Unknown> {
    let scalars = |v: &&Value| !matches!(v, Value::Each(_) | Value::Array(_));
    match value {
        Value::OneOf(values) if values.iter().any(|v| scalars(&v)) => {
            let values = values.iter().filter(scalars);
            values.flat_map(chosen).collect()
        }
        other => other
            .unknowns()
            .into_iter()
            .filter(|u| u.is_tainted())
            .collect(),
    }
}
