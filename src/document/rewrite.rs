//! A value of a text made into another one by the smallest changes: elements of lists go or come, members come, scalars
//! change; quotes, order, comments and indentation of all that stays are as they were.

use serde_json::Value;

use super::edit::{self, Edit};
use super::{Document, Inner, Node, Notation};
use crate::loc::Pointer;

/// The changes that make the value at a place the new one, where lists of texts are sets and a text is a list of one, as in
/// policies. `None` where it takes more than that, or the text is written in a way that this does not change.
pub fn rewrite(document: &Document, at: &Pointer, new: &Value) -> Option<Vec<Edit>> {
    let node = document.node.find(at)?;
    let old = document.value.pointer(at.as_str())?;
    let mut edits = Vec::new();
    value(document, (node, at), old, new, &mut edits)?;
    // What is aliased, or stands twice, is more than what is to be changed: the text has the last word.
    let text = edit::apply(&document.text, edits.clone())?;
    let read = Document::parse(document.path.clone(), text, document.notation).ok()?;
    let mut expected = document.value.clone();
    *expected.pointer_mut(at.as_str())? = new.clone();
    same(&read.value, &expected).then_some(edits)
}

/// Whether both mean the same.
fn same(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (texts(a), texts(b)) {
        return a.iter().all(|t| b.contains(t)) && b.iter().all(|t| a.contains(t));
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

/// A text, or a list of nothing else.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) if !items.is_empty() => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn value(
    document: &Document,
    (node, at): (&Node, &Pointer),
    old: &Value,
    new: &Value,
    edits: &mut Vec<Edit>,
) -> Option<()> {
    if same(old, new) {
        return Some(());
    }
    let (Value::Object(was), Value::Object(is), Inner::Members(members)) = (old, new, &node.inner)
    else {
        return None;
    };
    if members.len() != was.len() || was.keys().any(|key| !is.contains_key(key)) {
        return None;
    }
    for (key, member) in members {
        let (old, new) = (was.get(key)?, is.get(key)?);
        match (texts(old), texts(new), &member.inner) {
            _ if same(old, new) => {}
            (Some(old), Some(new), Inner::Items(items)) => {
                list(document, items, &old, &new, edits)?;
            }
            (Some(_), Some(new), Inner::Leaf) => {
                edits.push(scalar(document, node, member, &new)?);
            }
            _ => value(document, (member, &at.key(key)), old, new, edits)?,
        }
    }
    for (key, new) in is.iter().filter(|(key, _)| !was.contains_key(*key)) {
        edits.push(edit::insert_member(document, at, key, new)?);
    }
    Some(())
}

/// Takes what goes out of a list, and puts what comes where the first of it stood, else behind the last.
fn list(
    document: &Document,
    items: &[Node],
    old: &[&str],
    new: &[&str],
    edits: &mut Vec<Edit>,
) -> Option<()> {
    let comes: Vec<&str> = new.iter().copied().filter(|t| !old.contains(t)).collect();
    let mut goes: Vec<bool> = old.iter().map(|t| !new.contains(t)).collect();
    if !comes.is_empty() {
        let place = goes.iter().position(|goes| *goes);
        let at = place.unwrap_or(items.len().checked_sub(1)?);
        let item = items.get(at)?;
        let between = between(document, item)?;
        let kept = place.is_none().then(|| old.get(at).copied()).flatten();
        let each = kept.into_iter().chain(comes);
        let each: Vec<String> = each.map(|text| like(document, item, text)).collect();
        edits.push(Edit {
            range: item.value.start..item.value.end,
            text: each.join(&between),
        });
        *goes.get_mut(at)? = false;
    }
    if goes.iter().all(|goes| *goes) {
        return None;
    }
    match in_block(document, items.first()?) {
        true => {
            for (item, _) in items.iter().zip(&goes).filter(|(_, goes)| **goes) {
                edits.push(line_of(document, item)?);
            }
        }
        false => edits.extend(runs(items, &goes)),
    }
    Some(())
}

/// Whether the elements stand on lines of their own behind dashes.
fn in_block(document: &Document, item: &Node) -> bool {
    let (line, _) = before(document, item);
    document.notation == Notation::Yaml && line.trim() == "-"
}

/// What stands before a node on its line, and where the line begins.
fn before<'d>(document: &'d Document, node: &Node) -> (&'d str, usize) {
    let text = document.text.get(..node.value.start).unwrap_or_default();
    let begins = text.rfind('\n').map_or(0, |at| at + 1);
    (text.get(begins..).unwrap_or_default(), begins)
}

/// What stands between two elements beside this one.
fn between(document: &Document, item: &Node) -> Option<String> {
    let (line, _) = before(document, item);
    let newline = newline(document);
    if in_block(document, item) {
        return Some(format!("{newline}{line}"));
    }
    let in_flow = document.text.get(..item.value.start)?.trim_end();
    if !in_flow.ends_with(['[', ',']) {
        return None;
    }
    Some(match line.trim().is_empty() {
        true => format!(",{newline}{line}"),
        false => ", ".to_owned(),
    })
}

fn newline(document: &Document) -> &'static str {
    match document.text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    }
}

/// A text in the quotes of what stands there.
fn like(document: &Document, node: &Node, text: &str) -> String {
    let range = node.value.start..node.value.end;
    let written = document.text.get(range).unwrap_or_default();
    match written.chars().next() {
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        Some('"') => Value::from(text).to_string(),
        _ => edit::scalar(&Value::from(text)),
    }
}

/// The whole line of an element.
fn line_of(document: &Document, item: &Node) -> Option<Edit> {
    let (line, begins) = before(document, item);
    let after = document.text.get(item.value.end..)?;
    let end = after.find('\n').map_or(after.len(), |at| at + 1);
    let rest = after.get(..end)?.trim();
    let alone = line.trim() == "-" && (rest.is_empty() || rest.starts_with('#'));
    alone.then(|| Edit {
        range: begins..item.value.end + end,
        text: String::new(),
    })
}

/// The elements that go, with the commas that they leave.
fn runs(items: &[Node], goes: &[bool]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut last: Option<&Node> = None;
    let mut open: Option<&Node> = None;
    for (item, goes) in items.iter().zip(goes) {
        match (goes, open) {
            (true, None) => open = Some(item),
            (true, Some(_)) => {}
            (false, Some(first)) => {
                edits.push(Edit {
                    range: first.value.start..item.value.start,
                    text: String::new(),
                });
                open = None;
            }
            (false, None) => {}
        }
        if !goes {
            last = Some(item);
        }
    }
    if let (Some(_), Some(last), Some(end)) = (open, last, items.last()) {
        edits.push(Edit {
            range: last.value.end..end.value.end,
            text: String::new(),
        });
    }
    edits
}

/// Another text, or a list of some, in the place of the text that a key has.
fn scalar(document: &Document, object: &Node, member: &Node, new: &[&str]) -> Option<Edit> {
    let range = member.value.start..member.value.end;
    if let [one] = new {
        return Some(Edit {
            range,
            text: like(document, member, one),
        });
    }
    let written = document.text.get(object.value.start..object.value.end)?;
    let key = member.key?;
    let head = document.text.get(..key.start)?;
    let line = head.get(head.rfind('\n').map_or(0, |at| at + 1)..)?;
    let newline = newline(document);
    if document.notation == Notation::Yaml && !written.starts_with('{') {
        let colon = document.text.get(key.end..range.start)?.find(':')?;
        let indent = " ".repeat(line.chars().count());
        let each = new
            .iter()
            .map(|text| format!("{newline}{indent}  - {}", like(document, member, text)));
        return Some(Edit {
            range: key.end + colon + 1..range.end,
            text: each.collect(),
        });
    }
    let each: Vec<String> = new.iter().map(|t| Value::from(*t).to_string()).collect();
    let text = match line.trim().is_empty() {
        true => {
            let (outer, _) = before(document, object);
            let outer: String = outer.chars().take_while(|c| c.is_whitespace()).collect();
            let step = edit::step(written, &outer);
            let between = format!(",{newline}{line}{step}");
            let open = format!("[{newline}{line}{step}");
            format!("{open}{}{newline}{line}]", each.join(&between))
        }
        false => format!("[{}]", each.join(", ")),
    };
    Some(Edit { range, text })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use serde_json::json;

    fn rewritten(text: &str, at: &str, new: &Value) -> Option<String> {
        let notation = Notation::of_text(text);
        let document = Document::parse(PathBuf::from("a"), text.to_owned(), notation).unwrap();
        let at = at.split('/').skip(1).fold(Pointer::root(), |p, t| p.key(t));
        let edits = rewrite(&document, &at, new)?;
        edit::apply(text, edits)
    }

    const YAML: &str = "Statement:\n# first\n- Sid: A # why\n  Action:\n  - \"s3:GetObject\" # read\n  - 's3:PutObject'\n  - s3:ListBucket\n  Effect: Allow\n  Resource: '*'\n- Effect: Deny\n  Action: s3:*\n  Resource: ['*']\n";

    #[test]
    fn what_goes_takes_its_line_and_nothing_else_moves() {
        let new =
            json!({"Sid": "A", "Effect": "Allow", "Action": "s3:PutObject", "Resource": ["*"]});
        assert_eq!(
            rewritten(YAML, "/Statement/0", &new).unwrap(),
            YAML.replace("  - \"s3:GetObject\" # read\n", "")
                .replace("  - s3:ListBucket\n", "")
        );
        let new =
            json!({"Action": ["s3:GetObject", "s3:PutObject"], "Effect": "Deny", "Resource": "*"});
        assert_eq!(
            rewritten(YAML, "/Statement/1", &new).unwrap(),
            YAML.replace(
                "Action: s3:*",
                "Action:\n    - s3:GetObject\n    - s3:PutObject"
            )
        );
        let new =
            json!({"Action": ["s3:GetObject"], "Effect": "Deny", "Resource": "arn:aws:s3:::a/*"});
        assert_eq!(
            rewritten(YAML, "/Statement/1", &new).unwrap(),
            YAML.replace("Action: s3:*", "Action: s3:GetObject")
                .replace("['*']", "['arn:aws:s3:::a/*']")
        );
    }

    #[test]
    fn what_comes_is_written_as_what_it_replaces() {
        let text = "Action:\n  - \"logs:*\"\n  - 'xray:*'\nEffect: Allow\r\n".replace("\r\n", "\n");
        let new = json!({"Action": ["logs:A", "logs:B"], "Effect": "Allow"});
        let expected = "Action:\n  - \"logs:A\"\n  - \"logs:B\"\nEffect: Allow\n";
        assert_eq!(rewritten(&text, "", &new).unwrap(), expected);
        let lines = text.replace('\n', "\r\n");
        assert_eq!(
            rewritten(&lines, "", &new).unwrap(),
            expected.replace('\n', "\r\n")
        );
        let more = json!({"Action": ["logs:*", "xray:*", "s3:GetObject"], "Effect": "Allow"});
        assert_eq!(
            rewritten(&text, "", &more).unwrap(),
            text.replace("'xray:*'", "'xray:*'\n  - 's3:GetObject'")
        );
    }

    #[test]
    fn json_keeps_its_lines_and_commas() {
        let wide = "{\n  \"Action\": [\n    \"a:A\",\n    \"a:B\",\n    \"a:C\",\n    \"a:D\"\n  ],\n  \"Effect\": \"Allow\"\n}\n";
        let flat = "{\"Action\": [\"a:A\", \"a:B\",\"a:C\", \"a:D\"], \"Effect\": \"Allow\"}";
        for (kept, wide_gone, flat_now) in [
            (
                json!(["a:A", "a:B"]),
                ",\n    \"a:C\",\n    \"a:D\"",
                "[\"a:A\", \"a:B\"]",
            ),
            (
                json!(["a:C", "a:D"]),
                "\"a:A\",\n    \"a:B\",\n    ",
                "[\"a:C\", \"a:D\"]",
            ),
            (
                json!(["a:A", "a:D"]),
                "\"a:B\",\n    \"a:C\",\n    ",
                "[\"a:A\", \"a:D\"]",
            ),
        ] {
            let new = json!({"Action": kept, "Effect": "Allow"});
            assert_eq!(
                rewritten(wide, "", &new).unwrap(),
                wide.replacen(wide_gone, "", 1)
            );
            let now = format!("{{\"Action\": {flat_now}, \"Effect\": \"Allow\"}}");
            assert_eq!(rewritten(flat, "", &new).unwrap(), now);
        }
        let one = "{\n  \"Action\": \"a:*\",\n  \"Effect\": \"Allow\"\n}\n";
        let new = json!({"Action": ["a:A", "a:B"], "Effect": "Allow"});
        assert_eq!(
            rewritten(one, "", &new).unwrap(),
            one.replace("\"a:*\"", "[\n    \"a:A\",\n    \"a:B\"\n  ]")
        );
    }

    #[test]
    fn what_is_shared_or_more_than_a_change_of_lists_is_left() {
        let shared = "x: &all\n  - a:A\n  - a:B\nS:\n  Action: *all\n  Effect: Allow\n";
        assert_eq!(
            rewritten(shared, "/S", &json!({"Action": ["a:A"], "Effect": "Allow"})),
            None
        );
        let other = "NotAction: a:*\nEffect: Allow\n";
        assert_eq!(
            rewritten(other, "", &json!({"Action": ["a:A"], "Effect": "Allow"})),
            None
        );
        assert_eq!(
            rewritten("Action: [a:A]\n", "", &json!({"Action": []})),
            None
        );
    }

    #[test]
    fn a_member_that_comes_stands_before_the_others() {
        let text = "{\n  \"Action\": [\"a:A\"],\n  \"Effect\": \"Allow\"\n}\n";
        let new = json!({"Action": "a:A", "Effect": "Allow", "Condition": {"Bool": {"k": "true"}}});
        let after = rewritten(text, "", &new).unwrap();
        assert!(
            after.ends_with("\"Action\": [\"a:A\"],\n  \"Effect\": \"Allow\"\n}\n"),
            "{after}"
        );
    }
}
