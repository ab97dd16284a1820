//! What `$match` finds: texts of the regular expression, and of its groups.

use super::eval::Machine;
use super::native::alone;
use super::regex;
use super::scope::{Bound, Cx, Func};
use crate::flow::strings;
use crate::glob::Glob;
use crate::value::{MAX_ALTERNATIVES, Source, Unknown, Value};

impl Machine<'_> {
    /// `$match(text, /pattern/)`; `None` where the pattern is no regular expression that stands there.
    pub(super) fn matches<'e>(&self, args: &[Bound<'e>], cx: &Cx<'e>) -> Option<Value> {
        let Bound::Func(func) = args.get(1)? else {
            return None;
        };
        let Func::Regex { pattern, flags } = **func else {
            return None;
        };
        let text = alone(&self.as_value(args.first()?, cx));
        if matches!(text, Value::Absent) {
            return Some(Value::Absent);
        }
        let found = |part: usize, globs: Option<Vec<Glob>>| {
            let tag = format!("match(/{pattern}/{flags},{part})");
            cut(&strings::derived(&text, &tag), globs)
        };
        let groups = groups(pattern).into_iter().enumerate().map(|(i, group)| {
            let value = found(i + 1, regex::texts(group.text, flags));
            // The others keep their places where one took no part.
            if group.is_optional && !matches!(value, Value::Any(_)) {
                value.join(&Value::Absent)
            } else {
                value
            }
        });
        let groups: Vec<Value> = groups.collect();
        let one = Value::object([
            ("match".to_owned(), found(0, regex::texts(pattern, flags))),
            (
                "index".to_owned(),
                Value::Any(Unknown::of(Source::Generated, "index")),
            ),
            ("groups".to_owned(), Value::Array(groups)),
        ]);
        // A pattern of the whole text is found once at most.
        Some(if regex::is_whole(pattern, flags) {
            one.join(&Value::Absent)
        } else {
            Value::Each(Box::new(one.anonymous()))
        })
    }
}

/// The value, which is a text that one of these matches.
fn cut(value: &Value, globs: Option<Vec<Glob>>) -> Value {
    let Some(globs) = globs.filter(|g| g.len() < MAX_ALTERNATIVES) else {
        return value.clone();
    };
    let literals: Option<Vec<String>> = globs.iter().map(Glob::as_literal).collect();
    match literals {
        Some(texts) => texts
            .into_iter()
            .map(Value::text)
            .fold(Value::NEVER, |a, b| a.join(&b)),
        None => value.map_unknowns(&mut |unknown| Unknown {
            allowed: Some(globs.clone()),
            ..unknown.clone()
        }),
    }
}

/// A group that captures.
struct Group<'p> {
    /// What stands between its parentheses.
    text: &'p str,
    /// Whether a match may do without it.
    is_optional: bool,
}

/// The groups of a regular expression that capture, in their order.
fn groups(pattern: &str) -> Vec<Group<'_>> {
    let bytes = pattern.as_bytes();
    let mut found: Vec<(usize, Option<usize>)> = Vec::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    let (mut in_class, mut at) = (false, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => {
                if bytes.get(at + 1) == Some(&b'?') {
                    open.push(None);
                } else {
                    open.push(Some(found.len()));
                    found.push((at + 1, None));
                }
            }
            b')' if !in_class => {
                if let Some(Some(group)) = open.pop()
                    && let Some(group) = found.get_mut(group)
                {
                    group.1 = Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    // What encloses a group may be left out as well, or another way be taken.
    let leaves_out = [")?", ")*", "){"].iter().any(|t| pattern.contains(t));
    let whole = |(from, to): (usize, Option<usize>)| {
        let to = to.unwrap_or(pattern.len());
        let text = pattern.get(from..to).unwrap_or_default();
        let is_choice = pattern.matches('|').count() > text.matches('|').count();
        Group {
            text,
            is_optional: is_choice || leaves_out,
        }
    };
    found.into_iter().map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_capture() {
        let shown = |pattern| {
            let all = groups(pattern).into_iter();
            all.map(|g| (g.text, g.is_optional)).collect::<Vec<_>>()
        };
        assert_eq!(shown("^a-(b|c)-(d+)$"), [("b|c", false), ("d+", true)]);
        assert_eq!(
            shown(r"^\((?:x)([)(])(y(z)?)$"),
            [("[)(]", true), ("y(z)?", true), ("z", true)]
        );
        assert_eq!(shown("^(a)(b)$"), [("a", false), ("b", false)]);
    }
}
