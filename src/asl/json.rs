//! JSON texts as documents: what `serde_json` would give, but total. A text that breaks off gives what stood before,
//! nesting beyond the limit loses only what is nested, and a key that stands twice is told.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Problem;
use super::parser::MAX_TEXT_NESTING;
use crate::loc::Pointer;

/// A document and what is wrong with its text.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) value: Value,
    pub(super) problems: Vec<Problem>,
    /// Whether the text was not readable to its end.
    pub(super) broken: bool,
}

/// No more problems of one text than this are kept.
pub(super) const MAX_ISSUES: usize = 100;

pub(super) fn read(text: &str) -> Document {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sink = Sink::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Node {
        sink: &mut sink,
        depth: 0,
    };
    let read = seed.deserialize(&mut deserializer);
    let (value, error) = match read {
        Ok(value) => (value, deserializer.end().err()),
        Err(error) => (sink.partial.take().unwrap_or_default(), Some(error)),
    };
    let mut problems: Vec<Problem> = error
        .iter()
        .map(|error| Problem {
            pointer: Pointer::root(),
            message: format!("not valid JSON: {error}"),
        })
        .collect();
    problems.extend(sink.issues.into_iter().map(Issue::problem));
    Document {
        value,
        problems,
        broken: error.is_some(),
    }
}

/// Something wrong, with the way to it from the inside out.
struct Issue {
    way: Vec<Token>,
    message: &'static str,
}

enum Token {
    Key(String),
    Index(usize),
}

impl Issue {
    fn problem(self) -> Problem {
        let way = self.way.into_iter().rev();
        let pointer = way.fold(Pointer::root(), |pointer, token| match token {
            Token::Key(key) => pointer.key(&key),
            Token::Index(index) => pointer.index(index),
        });
        Problem {
            pointer,
            message: self.message.to_owned(),
        }
    }
}

#[derive(Default)]
struct Sink {
    issues: Vec<Issue>,
    /// On the way out after an error: what was read of the value that could not be read whole.
    partial: Option<Value>,
}

impl Sink {
    fn issue(&mut self, message: &'static str) {
        if self.issues.len() < MAX_ISSUES {
            let way = Vec::new();
            self.issues.push(Issue { way, message });
        }
    }

    /// The issues since `from` happened below this.
    fn below(&mut self, from: usize, token: impl Fn() -> Token) {
        for issue in self.issues.iter_mut().skip(from) {
            issue.way.push(token());
        }
    }
}

struct Node<'a> {
    sink: &'a mut Sink,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Node<'_> {
    fn too_deep(&mut self) -> bool {
        let deep = self.depth >= MAX_TEXT_NESTING;
        if deep {
            self.sink
                .issue("nested too deep; what stands inside is not read");
        }
        deep
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        if self.too_deep() {
            while access.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut items = Vec::new();
        loop {
            let before = self.sink.issues.len();
            let seed = Node {
                sink: &mut *self.sink,
                depth: self.depth + 1,
            };
            let item = access.next_element_seed(seed);
            let index = items.len();
            self.sink.below(before, || Token::Index(index));
            match item {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(Value::Array(items)),
                Err(error) => {
                    items.extend(self.sink.partial.take());
                    self.sink.partial = Some(Value::Array(items));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        if self.too_deep() {
            while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut members = Map::new();
        loop {
            let key: String = match access.next_key() {
                Ok(Some(key)) => key,
                Ok(None) => return Ok(Value::Object(members)),
                Err(error) => {
                    self.sink.partial = Some(Value::Object(members));
                    return Err(error);
                }
            };
            let before = self.sink.issues.len();
            if members.contains_key(&key) {
                self.sink.issue("this key stands twice in its object");
            }
            let seed = Node {
                sink: &mut *self.sink,
                depth: self.depth + 1,
            };
            let value = access.next_value_seed(seed);
            self.sink.below(before, || Token::Key(key.clone()));
            match value {
                Ok(value) => {
                    members.insert(key, value);
                }
                Err(error) => {
                    if let Some(partial) = self.sink.partial.take() {
                        members.insert(key, partial);
                    }
                    self.sink.partial = Some(Value::Object(members));
                    return Err(error);
                }
            }
        }
    }
}
