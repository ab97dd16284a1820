//! Credentials that stand in a definition: where and of what kind, and what takes them out of everything that is shown.
//! The credential itself is in the [`Redactor`] alone, which shows none.

mod encoded;
mod inside;
mod joined;
mod names;
mod phrases;
mod plausible;
mod redact;
mod shapes;

pub use redact::Redactor;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::budget;
use crate::document::{self, Keep, Notation};
use crate::loc::Pointer;
use names::Names;

/// A credential's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSite {
    /// Where it stands.
    pub pointer: Pointer,
    /// What it looks like, such as `AWS access key id`.
    pub kind: &'static str,
}

/// The credentials of one definition.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Where they stand, one for each value that holds some.
    pub sites: Vec<SecretSite>,
    /// What takes them out of texts.
    pub redactor: Redactor,
}

/// More places than this are not listed; what stands there is masked all the same.
const MAX_SITES: usize = 1000;
/// More text than this is of no definition's credentials: they would overlap.
const MAX_LENGTH: usize = 1 << 20;
/// How deep texts that are documents are read within texts that are.
const MAX_TEXTS: usize = 4;
/// A list of more texts than this is no command.
const MAX_WORDS: usize = 64;

/// Finds them in a whole definition; of one that could not be read to its end, `unread` is the rest of the text.
pub fn find(definition: &Value, unread: &str) -> Secrets {
    let mut search = Search::default();
    search.walk(definition, None, 0);
    if !unread.is_empty() {
        search.text(unread, None, 0);
    }
    Secrets {
        sites: search.sites,
        redactor: Redactor::new(search.values),
    }
}

/// One step of the way to a value.
enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

#[derive(Default)]
struct Search<'v> {
    way: Vec<Step<'v>>,
    sites: Vec<SecretSite>,
    values: BTreeSet<String>,
    /// How long all of them are.
    length: usize,
}

impl<'v> Search<'v> {
    fn found(&mut self, kind: &'static str, secret: &str) {
        self.keep(secret);
        let pointer = self
            .way
            .iter()
            .fold(Pointer::root(), |to, step| match step {
                Step::Key(key) => to.key(key),
                Step::Index(index) => to.index(*index),
            });
        if self.sites.len() >= MAX_SITES {
            budget::cut("a number of credentials beyond which no more are listed");
            return;
        }
        // A value that holds several is one place.
        if self.sites.last().is_none_or(|last| last.pointer != pointer) {
            self.sites.push(SecretSite { pointer, kind });
        }
    }

    /// What is to be taken out of texts.
    fn keep(&mut self, secret: &str) {
        if self.length + secret.len() > MAX_LENGTH {
            return budget::cut("a length of credentials beyond which no more are told apart");
        }
        if self.values.insert(secret.to_owned()) {
            self.length += secret.len();
        }
    }

    fn walk(&mut self, value: &'v Value, name: Option<&str>, depth: usize) {
        if depth > document::MAX_NESTING {
            return;
        }
        match value {
            Value::String(text) => self.text(text, name, 0),
            Value::Array(items) => self.items(items, name, depth),
            Value::Object(map) => {
                let names = Names::of(map, name);
                for (key, item) in map {
                    self.way.push(Step::Key(key));
                    shapes::find(key, &mut |kind, secret| self.found(kind, secret));
                    self.walk(item, names.of_member(key), depth + 1);
                    self.way.pop();
                }
            }
            Value::Number(number) => self.number(&number.to_string(), name),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// A number where only a password can stand.
    fn number(&mut self, number: &str, name: Option<&str>) {
        let named = name.and_then(plausible::name);
        if named == Some(plausible::Named::Surely) && number.len() >= 6 {
            self.found(inside::NAMED, number);
        }
    }

    fn items(&mut self, items: &'v [Value], name: Option<&str>, depth: usize) {
        let mut flag: Option<&str> = None;
        for (i, item) in items.iter().enumerate() {
            self.way.push(Step::Index(i));
            self.walk(item, flag.or(name), depth + 1);
            self.way.pop();
            // `["--password", "…"]`: a flag of its own names the argument behind it.
            flag = item
                .as_str()
                .and_then(|text| text.strip_prefix("--").or(text.strip_prefix('-')))
                .filter(|flag| flag.len() > 2 && !flag.contains(['=', ' ']));
        }
        // The words of one command, each a text of its own: `["curl", "-u", "app:…"]`.
        let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
        let Some(command) = words.filter(|w| (2..=MAX_WORDS).contains(&w.len())) else {
            return;
        };
        let mut hits = Vec::new();
        let command = command.join(" ");
        let mut hit = |kind: &'static str, secret: &str| hits.push((kind, secret.to_owned()));
        shapes::find(&command, &mut hit);
        inside::letters(&command, &mut hit);
        for (kind, secret) in hits {
            if !self.values.contains(&secret) {
                self.found(kind, &secret);
            }
        }
    }

    /// A text in a field of this name. Texts that are documents themselves are read as such.
    fn text(&mut self, text: &str, name: Option<&str>, inner: usize) {
        if text.len() < 6 {
            return;
        }
        let trimmed = text.trim();
        let is_expression = trimmed.starts_with("{%");
        let is_intrinsic = trimmed.starts_with("States.");
        let whole = match is_expression || is_intrinsic {
            true => joined::joined(trimmed),
            false => None,
        };
        if let Some(name) = name
            && let Some(named) = plausible::name(name)
        {
            if plausible::value(text, name, named) || phrases::is_one(text, name) {
                return self.found(inside::NAMED, trimmed);
            }
            if is_expression || is_intrinsic {
                self.computed(trimmed, whole.as_deref(), name, named);
            }
        }
        let mut hits: Vec<(&'static str, String)> = Vec::new();
        let mut hit = |kind: &'static str, secret: &str| hits.push((kind, secret.to_owned()));
        shapes::find(text, &mut hit);
        if let Some(joined) = whole {
            let literals = inside::literals(trimmed);
            let mut whole = |kind: &'static str, secret: &str| {
                hit(kind, secret);
                for part in joined::parts(secret, &literals) {
                    hit(kind, &part);
                }
            };
            shapes::find(&joined, &mut whole);
            for literal in inside::literals(&joined) {
                inside::find(&literal, false, &mut whole);
            }
        }
        if text.contains(['=', ':', '>', '-']) {
            inside::find(text, is_expression, &mut hit);
            // A text of the expression is a text like any other: `'https://example.org/?token=…&o=' & $states.input.o`.
            if is_expression {
                for literal in inside::literals(trimmed) {
                    inside::find(&literal, false, &mut hit);
                }
            }
        }
        for (kind, secret) in hits {
            self.found(kind, &secret);
        }
        if inner < MAX_TEXTS && trimmed.starts_with(['{', '[', '"']) && !is_expression {
            let read = document::read(trimmed, Notation::Json, Keep::ValuesOnly);
            self.nested(&read.value, None, inner + 1, 0);
        } else if inner < MAX_TEXTS {
            for (encoded, plain) in encoded::texts(trimmed) {
                let before = self.values.len();
                self.text(&plain, None, inner + 1);
                // Who has the one has the other.
                if self.values.len() > before {
                    self.keep(encoded);
                }
            }
        }
    }

    /// A field so named whose value is computed of texts alone, `whole` with those together that it puts side by side.
    fn computed(&mut self, text: &str, whole: Option<&str>, name: &str, named: plausible::Named) {
        let plain = whole.unwrap_or(text);
        if plain.contains('$') {
            return;
        }
        for literal in inside::literals(plain) {
            if plausible::value(&literal, name, named) || phrases::is_one(&literal, name) {
                self.found(inside::NAMED, &literal);
                for part in joined::parts(&literal, &inside::literals(text)) {
                    self.keep(&part);
                }
            }
        }
    }

    /// A document inside a text: its parts have no place of their own.
    fn nested(&mut self, value: &Value, name: Option<&str>, inner: usize, depth: usize) {
        if depth > document::MAX_NESTING {
            return;
        }
        match value {
            Value::String(text) => self.text(text, name, inner),
            Value::Array(items) => items
                .iter()
                .for_each(|item| self.nested(item, name, inner, depth + 1)),
            Value::Object(map) => {
                let names = Names::of(map, name);
                for (key, item) in map {
                    self.nested(item, names.of_member(key), inner, depth + 1);
                }
            }
            Value::Number(number) => self.number(&number.to_string(), name),
            Value::Bool(_) | Value::Null => {}
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod variants;
