//! A fix as somebody reads it who was woken: its first step, without any JSON.

use serde_json::Value;

/// Levels of a JSON value that are told.
const DEPTH: usize = 8;

/// The first thing to do: what stands before the first semicolon.
pub fn first_step(fix: &str) -> String {
    let plain = without_json(fix);
    let step = plain.split("; ").next().unwrap_or_default();
    step.to_owned()
}

/// A text with its JSON in words: `{"Variable":"$.a","StringEquals":"x"}` as `$.a StringEquals x`.
pub fn without_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut values = serde_json::Deserializer::from_str(from).into_iter::<Value>();
        let read = values.next();
        let end = values.byte_offset();
        match read {
            Some(Ok(value @ Value::Object(_))) => {
                out.push('`');
                tell(&mut out, &value, DEPTH);
                out.push('`');
                rest = from.get(end..).unwrap_or_default();
            }
            _ => {
                out.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn tell(out: &mut String, value: &Value, depth: usize) {
    let mut word = |word: &str| {
        if !out.is_empty() && !out.ends_with(['`', ' ']) {
            out.push(' ');
        }
        out.push_str(word);
    };
    match value {
        _ if depth == 0 => word("…"),
        Value::Null => {}
        Value::Bool(yes) => word(&yes.to_string()),
        Value::Number(number) => word(&number.to_string()),
        Value::String(text) => word(text.trim_start_matches("{% ").trim_end_matches(" %}")),
        Value::Array(all) => {
            for one in all {
                tell(out, one, depth - 1);
            }
        }
        // The variable of a Choice rule is what it speaks of: its name says no more.
        Value::Object(all) => {
            for (key, one) in all {
                if key != "Variable" && key != "Condition" {
                    if !out.ends_with(['`', ' ']) {
                        out.push(' ');
                    }
                    out.push_str(key);
                }
                tell(out, one, depth - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_without_json() {
        let fix = r#"before `Run`, add a Choice state with the rule {"Variable":"$.f","StringEquals":"allowed"}, its Default to a Fail state; or more"#;
        assert_eq!(
            first_step(fix),
            "before `Run`, add a Choice state with the rule `$.f StringEquals allowed`, its Default to a Fail state"
        );
        let jsonata = r#"add {"Condition":"{% $states.input.f in ['a'] %}"}"#;
        assert_eq!(first_step(jsonata), "add `$states.input.f in ['a']`");
        let policy =
            r#"for this one: {"Effect":"Allow","Action":["a:B","a:C"],"Resource":"arn:x"}"#;
        assert_eq!(
            without_json(policy),
            "for this one: `Effect Allow Action a:B a:C Resource arn:x`"
        );
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        for text in ["", "a {b} [c] `d{e`", "`$.x[0]` and {", "注{文"] {
            assert_eq!(without_json(text), text, "{text}");
        }
    }
}
