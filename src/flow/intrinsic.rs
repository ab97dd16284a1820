//! The `States.*` intrinsic functions over abstract values.

use super::site::Site;
use super::strings;
use crate::expr::intrinsic::{Arg, Call};
use crate::value::{Gathering, Source, Unknown, Value};

const MAX_NESTING: usize = 16;

/// What a call gives.
pub fn call(site: &Site<'_>, call: &Call, depth: usize) -> Value {
    if depth > MAX_NESTING {
        return Value::Any(Unknown::of(Source::Undecided, "deeply nested call"));
    }
    let mut all = Gathering::default();
    let args: Vec<Value> = call
        .args
        .iter()
        .map(|arg| match arg {
            Arg::Text(text) => Value::text(text.clone()),
            Arg::Number(text) => Value::Number(text.clone()),
            Arg::Bool(value) => Value::Bool(*value),
            Arg::Null => Value::Null,
            Arg::Path(path) => site.path(path).present(),
            Arg::Call(inner) => self::call(site, inner, depth + 1),
        })
        .map(|arg| all.take(arg))
        .collect();
    if call.name == "States.ArrayContains"
        && let Some(Arg::Path(path)) = call.args.get(1)
    {
        return contains(&args, site.raw_path(path));
    }
    // What is known of an element that was tested is known of the call that takes it out.
    let value = apply(&call.name, &args).bounded();
    site.env.know.resolve(&value)
}

/// Whether a list holds a value: for a list of literals, an allow-list that a later Choice state can test.
fn contains(args: &[Value], subject: Value) -> Value {
    let list = args.first().map(Value::elements).unwrap_or(Value::NEVER);
    match list.finite() {
        Some(texts) if !texts.is_empty() => Value::Any(Unknown::answer(
            "States.ArrayContains",
            subject,
            list.patterns(),
        )),
        _ => Value::either_bool(),
    }
}

fn apply(name: &str, args: &[Value]) -> Value {
    let arg = |n: usize| args.get(n).unwrap_or(&Value::Absent);
    match name {
        "States.Array" => Value::Array(args.to_vec()),
        // The parts of one value of the run: each is told by its place.
        "States.ArrayPartition"
            if let (Some(list), Value::Number(size)) = (named(arg(0)), arg(1)) =>
        {
            Value::Any(list.derived_by(&format!("{name}({size})")))
        }
        "States.ArrayUnique" if let Some(list) = named(arg(0)) => Value::Any(list.derived_by(name)),
        "States.ArrayPartition" => Value::Each(Box::new(Value::Each(Box::new(
            arg(0).elements().anonymous(),
        )))),
        "States.ArrayContains" => Value::either_bool(),
        "States.ArrayGetItem" => match arg(1) {
            Value::Number(n) => match n.parse() {
                Ok(n) => arg(0).element(n),
                Err(_) => arg(0).elements().anonymous(),
            },
            _ => arg(0).elements().anonymous(),
        },
        "States.ArrayLength" => generated(name),
        "States.ArrayRange" => Value::Each(Box::new(strings::mixed(args, "range"))),
        "States.ArrayUnique" => Value::Each(Box::new(arg(0).elements().anonymous())),
        "States.Base64Encode" => strings::derived(arg(0), "base64"),
        "States.Base64Decode" => strings::derived(arg(0), "unbase64"),
        "States.Hash" | "States.UUID" => generated(name),
        "States.JsonMerge" => super::objects::merge(args.get(..2).unwrap_or(args)),
        "States.JsonToString" => strings::json_text(arg(0)),
        "States.StringToJson" => arg(0).each_alternative(|text| {
            let known = text.as_text().and_then(strings::parsed_json);
            known.unwrap_or_else(|| strings::derived(text, "json"))
        }),
        "States.MathAdd" => add(arg(0), arg(1)),
        "States.MathRandom" => strings::mixed(args, "random"),
        "States.StringSplit" => strings::split(arg(0), arg(1), strings::Split::AnyOf),
        "States.Format" => format(args),
        _ => strings::mixed(args, name),
    }
}

/// The value where it is one of the run that nothing is known of but its name.
fn named(value: &Value) -> Option<&Unknown> {
    match value {
        Value::Any(unknown) if unknown.identity.is_some() => Some(unknown),
        _ => None,
    }
}

/// Made at run time, chosen by nobody: a digest, an id or a length is no name that a caller picks.
fn generated(name: &str) -> Value {
    Value::Any(Unknown::of(Source::Generated, name))
}

fn add(a: &Value, b: &Value) -> Value {
    if let (Value::Number(x), Value::Number(y)) = (a, b)
        && let (Ok(x), Ok(y)) = (x.parse::<i64>(), y.parse::<i64>())
        && let Some(sum) = x.checked_add(y)
    {
        return Value::Number(sum.to_string());
    }
    strings::mixed(&[a.clone(), b.clone()], "sum")
}

/// `{}` in the template stands for the next argument; `\{`, `\}` and `\\` for themselves.
fn format(args: &[Value]) -> Value {
    let Some((Some(template), rest)) = args
        .split_first()
        .map(|(template, rest)| (template.as_text(), rest))
    else {
        return strings::mixed(args, "format");
    };
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut values = rest.iter();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '{' if chars.peek() == Some(&'}') => {
                chars.next();
                parts.push(Value::text(std::mem::take(&mut text)));
                parts.push(values.next().cloned().unwrap_or(Value::Absent));
            }
            c => text.push(c),
        }
    }
    parts.push(Value::text(text));
    Value::concat(&parts)
}
