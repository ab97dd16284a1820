//! Changes of one value in a text, by its place: every other byte stays.

use std::ops::Range;

use serde_json::{Value, json};

use super::{Document, Inner, Node, Notation};
use crate::loc::Pointer;

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

/// Puts other elements, or none, in the place of one element of an array; `None` where the text is written in a way that this
/// does not change.
pub fn replace_element(
    document: &Document,
    array: &Pointer,
    index: usize,
    with: &[Value],
) -> Option<Edit> {
    let whole = document.node.find(array)?;
    let element = whole.get(&index.to_string())?;
    if with.is_empty() {
        return remove(document, element);
    }
    Some(replace(document, element, with))
}

/// Puts another value in the place of one.
pub fn replace_value(document: &Document, at: &Pointer, with: &Value) -> Option<Edit> {
    let node = document.node.find(at)?;
    Some(replace(document, node, std::slice::from_ref(with)))
}

/// Adds a member to an object, before the others: how the last one ends does not matter then. `None` where it has no other, or
/// has this one.
pub fn insert_member(
    document: &Document,
    object: &Pointer,
    name: &str,
    value: &Value,
) -> Option<Edit> {
    let node = document.node.find(object)?;
    let Inner::Members(members) = &node.inner else {
        return None;
    };
    if members.iter().any(|(known, _)| known == name) {
        return None;
    }
    let at = members.first()?.1.key?.start;
    let before = document.text.get(..at)?;
    let line = before.rsplit('\n').next()?;
    let written = document.text.get(node.value.start..at)?;
    let block = document.notation == Notation::Yaml && !written.starts_with('{');
    let text = if block {
        let column = line.chars().count();
        let member = block_text(&json!({name: value}), column);
        format!("{member}\n{}", " ".repeat(column))
    } else if written.contains('\n') {
        let blank = |c: &char| *c == ' ' || *c == '\t';
        let indent: String = line.chars().take_while(blank).collect();
        let step = if indent.contains('\t') { "\t" } else { "  " };
        format!(
            "{}: {},\n{indent}",
            Value::from(name),
            pretty(value, &indent, step)
        )
    } else {
        format!("{}: {value}, ", Value::from(name))
    };
    let newline = if document.text.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    Some(Edit {
        range: at..at,
        text: text.replace('\n', newline),
    })
}

/// Applies changes that do not overlap; `None` where they do.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|edit| edit.range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.range.start)?);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

fn replace(document: &Document, node: &Node, with: &[Value]) -> Edit {
    let range = node.value.start..node.value.end;
    let written = document.text.get(range.clone()).unwrap_or_default();
    let before = document.text.get(..range.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let block = document.notation == Notation::Yaml && !written.starts_with(['{', '[', '"', '\'']);
    let newline = if document.text.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let text = if block {
        let column = line.chars().count();
        let dash = format!("\n{}- ", " ".repeat(column.saturating_sub(2)));
        let each = with.iter().map(|value| block_text(value, column));
        each.collect::<Vec<_>>().join(&dash)
    } else if written.contains('\n') {
        let indent: String = line
            .chars()
            .take_while(|c| *c == ' ' || *c == '\t')
            .collect();
        let step = step(written, &indent);
        let each = with.iter().map(|value| pretty(value, &indent, &step));
        each.collect::<Vec<_>>().join(&format!(",\n{indent}"))
    } else {
        let each = with.iter().map(Value::to_string);
        each.collect::<Vec<_>>().join(", ")
    };
    let text = if newline == "\n" {
        text
    } else {
        text.replace('\n', newline)
    };
    Edit { range, text }
}

/// By how much the text indents what stands inside.
pub(super) fn step(written: &str, indent: &str) -> String {
    let inner = written.lines().skip(1).find(|line| !line.trim().is_empty());
    let own: String = inner
        .unwrap_or_default()
        .chars()
        .take_while(|c| *c == ' ' || *c == '\t')
        .collect();
    match own.strip_prefix(indent) {
        Some(step) if !step.is_empty() => step.to_owned(),
        _ => "  ".to_owned(),
    }
}

/// JSON over several lines, the first without indentation.
fn pretty(value: &Value, indent: &str, step: &str) -> String {
    let inner = format!("{indent}{step}");
    match value {
        Value::Object(members) if !members.is_empty() => {
            let each = members.iter().map(|(key, value)| {
                format!(
                    "{inner}{}: {}",
                    Value::from(key.as_str()),
                    pretty(value, &inner, step)
                )
            });
            format!("{{\n{}\n{indent}}}", each.collect::<Vec<_>>().join(",\n"))
        }
        Value::Array(items) if !items.is_empty() => {
            let each = items
                .iter()
                .map(|item| format!("{inner}{}", pretty(item, &inner, step)));
            format!("[\n{}\n{indent}]", each.collect::<Vec<_>>().join(",\n"))
        }
        other => other.to_string(),
    }
}

/// YAML in blocks, the first line without indentation; scalars in double quotes, which are JSON's.
fn block_text(value: &Value, column: usize) -> String {
    let indent = " ".repeat(column);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let each = members.iter().map(|(key, value)| {
                let key = key_text(key);
                match value {
                    Value::Object(inner) if !inner.is_empty() => {
                        let below = block_text(value, column + 2);
                        format!("{key}:\n{}{below}", " ".repeat(column + 2))
                    }
                    Value::Array(items) if !items.is_empty() => {
                        let each = items
                            .iter()
                            .map(|item| format!("{indent}  - {}", block_text(item, column + 4)));
                        format!("{key}:\n{}", each.collect::<Vec<_>>().join("\n"))
                    }
                    other => format!("{key}: {}", scalar(other)),
                }
            });
            each.collect::<Vec<_>>().join(&format!("\n{indent}"))
        }
        other => scalar(other),
    }
}

fn key_text(key: &str) -> String {
    match !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric()) {
        true => key.to_owned(),
        false => Value::from(key).to_string(),
    }
}

/// A scalar as people write it, where that is one: `Allow`, `s3:GetObject`.
pub(super) fn scalar(value: &Value) -> String {
    let plain = |text: &str| {
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let word = text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '/' | '.'));
        let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
        begins
            && word
            && !text.ends_with(':')
            && !special.contains(&text.to_ascii_lowercase().as_str())
    };
    match value {
        Value::String(text) if plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Takes an element out with its comma, or with its lines.
fn remove(document: &Document, element: &Node) -> Option<Edit> {
    let text = &document.text;
    let (start, end) = (element.value.start, element.value.end);
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let in_flow = before.trim_end().ends_with(['[', ',']);
    if document.notation == Notation::Yaml && !in_flow {
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let stands_alone = text.get(line..start)?.trim() == "-";
        let to = after.find('\n').map_or(text.len(), |at| end + at + 1);
        // The last element of all would leave a key without a value.
        let dash = text.get(line..start)?.trim_end();
        let says = |l: &&str| !l.trim().is_empty() && !l.trim_start().starts_with('#');
        let next = text.get(to..)?.lines().find(says);
        let mut above = text.get(..line)?.lines().rev();
        let others =
            next.is_some_and(|l| l.starts_with(dash)) || above.any(|l| l.starts_with(dash));
        return (stands_alone && others).then(|| Edit {
            range: line..to,
            text: String::new(),
        });
    }
    let gap = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let rest = after.get(gap + 1..)?;
        let blanks = rest.len() - rest.trim_start().len();
        return Some(Edit {
            range: start..end + gap + 1 + blanks,
            text: String::new(),
        });
    }
    let trimmed = before.trim_end();
    let from = match trimmed.strip_suffix(',') {
        Some(head) => head.len(),
        None => trimmed.len(),
    };
    Some(Edit {
        range: from..end,
        text: String::new(),
    })
}
