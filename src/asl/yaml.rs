//! YAML texts as documents, read event by event: nothing recurses, aliases have a budget, and the short tags of
//! CloudFormation (`!Ref`, `!Sub`, `!GetAtt`, …) become the intrinsic objects that they stand for.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use super::Problem;
use super::json::{Document, MAX_ISSUES};
use super::parser::MAX_TEXT_NESTING;
use crate::loc::Pointer;

/// Nodes and bytes that all aliases of one text may add up to.
const MAX_COPIED: usize = 2 << 20;

pub(super) fn read(text: &str) -> Document {
    let mut builder = Builder::default();
    let mut error = None;
    for event in Parser::new_from_str(text) {
        match event {
            Ok((Event::DocumentEnd, _)) if builder.root.is_some() => break,
            Ok((event, _)) => builder.event(event),
            Err(scan) => {
                error = Some(scan.to_string());
                break;
            }
        }
    }
    builder.close();
    let broken = error.is_some();
    if let Some(error) = error {
        builder.problems.insert(
            0,
            Problem {
                pointer: Pointer::root(),
                message: format!("not valid YAML: {error}"),
            },
        );
    }
    Document {
        value: builder.root.unwrap_or_default(),
        problems: builder.problems,
        broken,
    }
}

#[derive(Default)]
struct Builder {
    open: Vec<Frame>,
    /// How many containers are open beyond the nesting limit.
    skipped: usize,
    anchors: HashMap<usize, Value>,
    copied: usize,
    root: Option<Value>,
    problems: Vec<Problem>,
}

/// A container that is not closed.
struct Frame {
    content: Content,
    anchor: usize,
    tag: Option<String>,
}

enum Content {
    Sequence(Vec<Value>),
    /// With the key whose value comes next.
    Mapping(Map<String, Value>, Option<String>),
}

impl Builder {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Scalar(text, style, anchor, tag) if self.skipped == 0 => {
                let value = match style {
                    ScalarStyle::Plain if tag.as_deref().is_none_or(is_core_but_string) => {
                        plain(&text)
                    }
                    _ => Value::String(text.into_owned()),
                };
                self.done(value, anchor, local(tag.as_deref()));
            }
            Event::Alias(anchor) if self.skipped == 0 => self.alias(anchor),
            Event::SequenceStart(anchor, tag) => {
                self.begin(Content::Sequence(Vec::new()), anchor, local(tag.as_deref()));
            }
            Event::MappingStart(anchor, tag) => {
                let content = Content::Mapping(Map::new(), None);
                self.begin(content, anchor, local(tag.as_deref()));
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => {}
        }
    }

    fn begin(&mut self, content: Content, anchor: usize, tag: Option<String>) {
        if self.open.len() >= MAX_TEXT_NESTING || self.skipped > 0 {
            self.skipped += 1;
            return;
        }
        self.open.push(Frame {
            content,
            anchor,
            tag,
        });
    }

    fn end(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            if self.skipped == 0 {
                self.problem("nested too deep; what stands inside is not read");
                self.done(Value::Null, 0, None);
            }
            return;
        }
        if let Some(frame) = self.open.pop() {
            let value = match frame.content {
                Content::Sequence(items) => Value::Array(items),
                Content::Mapping(members, _) => Value::Object(members),
            };
            self.done(value, frame.anchor, frame.tag);
        }
    }

    /// Closes what the end of a broken text left open.
    fn close(&mut self) {
        self.skipped = 0;
        while !self.open.is_empty() {
            self.end();
        }
    }

    /// A value is complete: it goes where it belongs.
    fn done(&mut self, value: Value, anchor: usize, tag: Option<String>) {
        let value = match tag {
            Some(tag) => intrinsic(&tag, value),
            None => value,
        };
        if anchor > 0 && self.afford(&value) {
            self.anchors.insert(anchor, value.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.root.get_or_insert(value);
            return;
        };
        match &mut frame.content {
            Content::Sequence(items) => items.push(value),
            Content::Mapping(members, key) => match key.take() {
                None => match key_text(value) {
                    Some(text) => *key = Some(text),
                    None => {
                        *key = Some(String::new());
                        self.problem("a key is a plain text");
                    }
                },
                Some(key) if key == "<<" => merge(members, value),
                Some(key) => {
                    if members.insert(key, value).is_some() {
                        self.problem("a key stands twice in this object");
                    }
                }
            },
        }
    }

    fn alias(&mut self, anchor: usize) {
        let value = match self.anchors.get(&anchor) {
            Some(value) => value.clone(),
            None => Value::Null,
        };
        let value = if self.afford(&value) {
            value
        } else {
            self.problem("the aliases grow too large; they are not read");
            Value::Null
        };
        self.done(value, 0, None);
    }

    /// Takes the cost of one more copy from the budget, if it is there.
    fn afford(&mut self, value: &Value) -> bool {
        let cost = weight(value);
        let fits = self.copied.saturating_add(cost) <= MAX_COPIED;
        if fits {
            self.copied += cost;
        }
        fits
    }

    fn problem(&mut self, message: &str) {
        if self.problems.len() >= MAX_ISSUES {
            return;
        }
        let pointer =
            self.open
                .iter()
                .fold(Pointer::root(), |pointer, frame| match &frame.content {
                    Content::Sequence(items) => pointer.index(items.len()),
                    Content::Mapping(_, Some(key)) => pointer.key(key),
                    Content::Mapping(_, None) => pointer,
                });
        self.problems.push(Problem {
            pointer,
            message: message.to_owned(),
        });
    }
}

/// The name of a tag that is the text's own, such as `Ref` of `!Ref`.
fn local(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|t| t.handle == "!" && !t.suffix.is_empty())?;
    Some(tag.suffix.clone())
}

/// Whether the tag is one of YAML's own and leaves a plain scalar what it looks like.
fn is_core_but_string(tag: &Tag) -> bool {
    tag.is_yaml_core_schema() && tag.suffix != "str"
}

/// The intrinsic object that a short tag stands for (CloudFormation user guide, "Intrinsic function reference").
fn intrinsic(tag: &str, value: Value) -> Value {
    let name = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        other => format!("Fn::{other}"),
    };
    Value::Object(Map::from_iter([(name, value)]))
}

/// A plain scalar after YAML 1.2's core schema.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !numeric {
        return Value::from(text);
    }
    if let Ok(number) = text.parse::<i64>() {
        return Value::from(number);
    }
    let number = text.parse::<f64>().ok().and_then(Number::from_f64);
    number.map_or_else(|| Value::from(text), Value::Number)
}

/// A scalar as a key. What YAML reads as a number or a boolean is a name all the same.
fn key_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// `<<: *anchor`: the members that the mapping has not itself.
fn merge(members: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(other) => {
            for (key, value) in other {
                members.entry(key).or_insert(value);
            }
        }
        Value::Array(others) => {
            for other in others {
                if other.is_object() {
                    merge(members, other);
                }
            }
        }
        _ => {}
    }
}

/// Nodes and bytes of a value. It nests no deeper than [`MAX_TEXT_NESTING`].
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len(),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            let inside = members.iter().map(|(k, v)| k.len() + weight(v));
            1 + inside.sum::<usize>()
        }
        _ => 1,
    }
}
