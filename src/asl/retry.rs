//! `Retry` and `Catch`.

use serde_json::Value;

use super::parser::{Object, Parser};
use super::template::Mode;
use super::ways::{Jump, Slot};
use super::{Catcher, PathField, QueryLanguage, Retrier, StateId, Text};
use crate::loc::Pointer;

const RETRIER: &[&str] = &[
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
];
const CATCHER: &[&str] = &[
    "ErrorEquals",
    "Next",
    "ResultPath",
    "Assign",
    "Output",
    "Comment",
];

impl Parser {
    pub(super) fn retriers(
        &mut self,
        object: &Object<'_>,
        language: QueryLanguage,
    ) -> Vec<Retrier> {
        let mut retriers = Vec::new();
        let entries = self.entries(object, "Retry");
        let last = entries.len();
        for (i, (members, pointer)) in entries.into_iter().enumerate() {
            let object = Object {
                members,
                pointer: &pointer,
            };
            self.known_fields(&object, RETRIER);
            let error_equals = self.errors(&object, i + 1 == last);
            let settings = self.settings(
                &object,
                &[
                    "IntervalSeconds",
                    "MaxAttempts",
                    "BackoffRate",
                    "MaxDelaySeconds",
                ],
                language,
            );
            if let Some(value) = object.get("JitterStrategy") {
                let place = object.at("JitterStrategy");
                self.one_of(value, &place, &["FULL", "NONE"]);
            }
            retriers.push(Retrier {
                pointer,
                error_equals,
                settings,
            });
        }
        retriers
    }

    pub(super) fn catchers(
        &mut self,
        object: &Object<'_>,
        language: QueryLanguage,
        from: StateId,
        jumps: &mut Vec<Jump>,
    ) -> Vec<Catcher> {
        let mut catchers = Vec::new();
        let entries = self.entries(object, "Catch");
        let last = entries.len();
        for (i, (members, pointer)) in entries.into_iter().enumerate() {
            let object = Object {
                members,
                pointer: &pointer,
            };
            self.known_fields(&object, CATCHER);
            let error_equals = self.errors(&object, i + 1 == last);
            self.jump(&object, "Next", Slot::Catch(i), from, jumps);
            let (result_path, output) = match language {
                QueryLanguage::JsonPath => (self.path_field(&object, "ResultPath"), None),
                QueryLanguage::Jsonata => (
                    PathField::Default,
                    self.template_field(&object, "Output", Mode::Jsonata),
                ),
            };
            self.other_language(&object, language);
            let assign = self.assign(&object, language);
            catchers.push(Catcher {
                pointer,
                error_equals,
                next: None,
                result_path,
                output,
                assign,
            });
        }
        catchers
    }

    /// `ResultPath` where the language is JSONata, `Output` where it is JSONPath.
    fn other_language(&mut self, object: &Object<'_>, language: QueryLanguage) {
        let (field, theirs) = match language {
            QueryLanguage::JsonPath => ("Output", "JSONata"),
            QueryLanguage::Jsonata => ("ResultPath", "JSONPath"),
        };
        if object.has(field) {
            self.problem(&object.at(field), format!("`{field}` belongs to {theirs}"));
        }
    }

    /// The objects of an array field.
    fn entries<'a>(
        &mut self,
        object: &Object<'a>,
        name: &str,
    ) -> Vec<(&'a serde_json::Map<String, Value>, Pointer)> {
        let pointer = object.at(name);
        let Some(value) = object.get(name) else {
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.expected(&pointer, "an array");
            return Vec::new();
        };
        let mut entries = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let place = self.element(&pointer, i);
            match item.as_object() {
                Some(members) => entries.push((members, place)),
                None => self.expected(&place, "an object with `ErrorEquals`"),
            }
        }
        entries
    }

    /// `ErrorEquals`: not empty, `States.ALL` alone and in the last entry.
    fn errors(&mut self, object: &Object<'_>, last: bool) -> Vec<Text> {
        let pointer = object.at("ErrorEquals");
        let items = match object.get("ErrorEquals") {
            None => {
                self.problem(object.pointer, "`ErrorEquals` is missing");
                return Vec::new();
            }
            Some(Value::Array(items)) => items,
            Some(value) => {
                if Text::of_intrinsic(value).is_none() {
                    self.expected(&pointer, "an array of error names");
                }
                return Vec::new();
            }
        };
        if items.is_empty() {
            self.problem(&pointer, "names no error");
        }
        let mut names = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let place = self.element(&pointer, i);
            names.extend(self.text(item, &place));
        }
        if names.iter().any(|n| n.literal() == Some("States.ALL")) {
            if names.len() > 1 {
                self.problem(&pointer, "`States.ALL` stands alone in its list");
            }
            if !last {
                self.problem(&pointer, "`States.ALL` stands in the last entry only");
            }
        }
        names
    }

    /// A problem for every field that is not one of these.
    pub(super) fn known_fields(&mut self, object: &Object<'_>, names: &[&str]) {
        for name in object.members.keys() {
            if !names.contains(&name.as_str()) {
                self.problem(
                    &object.at(name),
                    format!("the language has no field `{name}` here"),
                );
            }
        }
    }

    /// A problem unless the value is one of these words, or unresolved. The word, where it is known.
    pub(super) fn one_of(
        &mut self,
        value: &Value,
        pointer: &Pointer,
        words: &[&str],
    ) -> Option<String> {
        let text = self.text(value, pointer)?;
        let word = text.literal()?;
        if !words.contains(&word) {
            let list: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
            self.expected(pointer, &format!("one of {}", list.join(", ")));
        }
        Some(word.to_owned())
    }
}
