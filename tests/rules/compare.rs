//! Expectations against findings, one to one.

use serde_json::{Map, Value};
use stepwarden::finding::Finding;
use stepwarden::render;

/// Whether the findings are those expected; the error shows both.
pub fn one_to_one(expect: &[Map<String, Value>], found: &[&Finding]) -> Result<(), String> {
    let found: Vec<Value> = found.iter().map(|f| render::json::finding(f)).collect();
    let mut pairs = vec![None; found.len()];
    let unmet: Vec<usize> = (0..expect.len())
        .filter(|e| {
            !assign(
                *e,
                expect,
                &found,
                &mut pairs,
                &mut vec![false; found.len()],
            )
        })
        .collect();
    if unmet.is_empty() && expect.len() == found.len() {
        return Ok(());
    }
    let mut report = String::new();
    for index in unmet {
        report.push_str(&format!(
            "  missing  {}\n",
            Value::Object(expect[index].clone())
        ));
        if let Some((difference, near)) = nearest(&expect[index], &found) {
            report.push_str(&format!(
                "  nearest  {near}\n    {}\n",
                difference.join("\n    ")
            ));
        }
    }
    for (finding, taken) in found.iter().zip(&pairs) {
        if taken.is_none() {
            report.push_str(&format!("  surplus  {}\n", short(finding)));
        }
    }
    Err(report)
}

/// Kuhn's matching: gives expectation `e` a finding, moving others where they have a choice.
fn assign(
    e: usize,
    expect: &[Map<String, Value>],
    found: &[Value],
    pairs: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for f in 0..found.len() {
        if seen[f] || !differences(&expect[e], &found[f]).is_empty() {
            continue;
        }
        seen[f] = true;
        let free = match pairs[f] {
            None => true,
            Some(other) => assign(other, expect, found, pairs, seen),
        };
        if free {
            pairs[f] = Some(e);
            return true;
        }
    }
    false
}

fn nearest(expect: &Map<String, Value>, found: &[Value]) -> Option<(Vec<String>, String)> {
    found
        .iter()
        .map(|f| (differences(expect, f), short(f)))
        .min_by_key(|(d, _)| d.len())
}

fn short(finding: &Value) -> String {
    let keep = [
        "severity",
        "state",
        "pointer",
        "title",
        "actions",
        "resources",
        "reach",
        "policy",
        "principals",
    ];
    let fields: Map<String, Value> = keep
        .iter()
        .filter(|k| !finding[**k].is_null())
        .map(|k| ((*k).to_owned(), finding[*k].clone()))
        .collect();
    Value::Object(fields).to_string()
}

fn differences(expect: &Map<String, Value>, found: &Value) -> Vec<String> {
    expect
        .iter()
        .filter_map(|(key, want)| {
            let ok = match key.strip_suffix('~') {
                Some(name) => contains(&field(found, name), want),
                None => found.get(key).is_some_and(|have| same(want, have)),
            };
            let name = key.trim_end_matches('~');
            (!ok).then(|| format!("{key}: expected {want}, found {}", field(found, name)))
        })
        .collect()
}

/// A field of the finding; `remediation` stands for its text.
fn field(found: &Value, name: &str) -> Value {
    match name {
        "remediation" => found["remediation"]["text"].clone(),
        name => found.get(name).cloned().unwrap_or(Value::Null),
    }
}

fn contains(have: &Value, want: &Value) -> bool {
    let holds = |have: &Value, want: &str| match have {
        Value::String(text) => text.contains(want),
        other => other.to_string().contains(want),
    };
    match want {
        Value::String(want) => holds(have, want),
        Value::Array(all) => all
            .iter()
            .all(|w| w.as_str().is_some_and(|w| holds(have, w))),
        _ => false,
    }
}

/// Equal; arrays as sets, objects by the fields that are expected.
fn same(want: &Value, have: &Value) -> bool {
    match (want, have) {
        (Value::Array(want), Value::Array(have)) => {
            want.len() == have.len()
                && want.iter().all(|w| have.iter().any(|h| same(w, h)))
                && have.iter().all(|h| want.iter().any(|w| same(w, h)))
        }
        (Value::Object(want), Value::Object(have)) => want
            .iter()
            .all(|(key, w)| have.get(key).is_some_and(|h| same(w, h))),
        (want, have) => want == have,
    }
}
