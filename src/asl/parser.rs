//! What every part of the parser shares: the tree so far, the problems, and the bounds.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::template::{Mode, open};
use super::variables;
use super::{Definition, PathField, Problem, QueryLanguage, StateId, Template, Text};
use crate::budget;
use crate::expr::jsonpath;
use crate::loc::Pointer;

/// What documents nest deeper than this is not read: no text reaches it.
const MAX_NESTING: usize = 120;

/// No more problems than this are kept: a broken definition must not become a page for every byte.
const MAX_PROBLEMS: usize = 200;

/// The pointers of one tree take no more bytes than this, whatever the length of its keys.
const MAX_POINTER_BYTES: usize = 64 << 20;

/// The parser's state.
#[derive(Default)]
pub(super) struct Parser {
    pub(super) definition: Definition,
    /// Where each state name and each map label was first seen: both are unique in the whole machine.
    pub(super) names: HashMap<String, Pointer>,
    pub(super) labels: HashMap<String, Pointer>,
    /// The states that say `"End": true`.
    pub(super) ends: HashSet<StateId>,
    depth: usize,
    pointer_bytes: usize,
}

impl Parser {
    pub(super) fn problem(&mut self, pointer: &Pointer, message: impl Into<String>) {
        if self.definition.problems.len() < MAX_PROBLEMS {
            self.definition.problems.push(Problem {
                pointer: pointer.clone(),
                message: message.into(),
            });
        }
    }

    /// Notes a place of which only the deployment knows what stands there.
    pub(super) fn leave_open(&mut self, pointer: &Pointer) {
        if self.definition.open.len() < MAX_PROBLEMS {
            self.definition.open.push(pointer.clone());
        }
    }

    /// The pointer of a member, or the root once pointers have used up their budget.
    pub(super) fn below(&mut self, pointer: &Pointer, key: &str) -> Pointer {
        if self.pointer_bytes > MAX_POINTER_BYTES {
            return Pointer::root();
        }
        pointer.key(key)
    }

    /// The pointer of an element, or the root once pointers have used up their budget.
    pub(super) fn element(&mut self, pointer: &Pointer, index: usize) -> Pointer {
        if self.pointer_bytes > MAX_POINTER_BYTES {
            return Pointer::root();
        }
        pointer.index(index)
    }

    /// Goes one level down; `false` (with a problem) where that is too far.
    pub(super) fn enter(&mut self, pointer: &Pointer) -> bool {
        self.enter_by(pointer, 1)
    }

    /// Goes some levels down at once.
    pub(super) fn enter_by(&mut self, pointer: &Pointer, levels: usize) -> bool {
        self.pointer_bytes += pointer.as_str().len();
        if self.depth >= MAX_NESTING {
            self.problem(pointer, format!("nested deeper than {MAX_NESTING} levels"));
            budget::cut("states nested too deep to be read");
            return false;
        }
        if self.pointer_bytes > MAX_POINTER_BYTES {
            self.problem(&Pointer::root(), "too large to read whole");
            budget::cut("a size beyond which nothing more is read");
            return false;
        }
        self.depth += levels;
        true
    }

    pub(super) fn leave(&mut self) {
        self.leave_by(1);
    }

    pub(super) fn leave_by(&mut self, levels: usize) {
        self.depth -= levels;
    }

    /// A problem that a value is not what it should be.
    pub(super) fn expected(&mut self, pointer: &Pointer, what: &str) {
        self.problem(pointer, format!("expected {what}"));
    }

    /// `InputPath`, `OutputPath`, `ResultPath`, `ItemsPath` of the given object.
    pub(super) fn path_field(&mut self, object: &Object<'_>, name: &str) -> PathField {
        let Some(value) = object.get(name) else {
            return PathField::Default;
        };
        let pointer = object.at(name);
        let text = match value {
            Value::Null => return PathField::Null,
            Value::String(text) => text,
            other => {
                if Text::of_intrinsic(other).is_none() {
                    self.expected(&pointer, "a path or `null`");
                }
                return PathField::Unknown;
            }
        };
        let unresolved = Text::parse(text).is_unresolved();
        match jsonpath::parse(text) {
            Ok(path) => {
                if name == "ResultPath" && !unresolved {
                    self.check_result_path(&path, &pointer);
                }
                PathField::Path(open(path))
            }
            Err(error) => {
                // `InputPath` may be an intrinsic function nowhere, but a substitution may give a path.
                if !unresolved {
                    self.problem(
                        &pointer,
                        format!(
                            "the path does not parse at byte {}: {}",
                            error.at, error.message
                        ),
                    );
                }
                PathField::Unknown
            }
        }
    }

    fn check_result_path(&mut self, path: &jsonpath::Path, pointer: &Pointer) {
        if path.root != jsonpath::Root::Input {
            self.problem(pointer, "`ResultPath` begins with `$` and a field");
        } else if !path.is_reference() {
            self.problem(
                pointer,
                "`ResultPath` is a Reference Path: only fields and single indexes",
            );
        }
    }

    /// A string that may be unresolved; `None` (with a problem) where it is something else.
    pub(super) fn text(&mut self, value: &Value, pointer: &Pointer) -> Option<Text> {
        if let Value::String(text) = value {
            return Some(Text::parse(text));
        }
        let text = Text::of_intrinsic(value);
        if text.is_none() {
            self.expected(pointer, "a string");
        }
        text
    }

    /// `Assign` of the given object.
    pub(super) fn assign(
        &mut self,
        object: &Object<'_>,
        language: QueryLanguage,
    ) -> Vec<(String, Template)> {
        let Some(value) = object.get("Assign") else {
            return Vec::new();
        };
        let pointer = object.at("Assign");
        let Some(members) = value.as_object() else {
            self.expected(&pointer, "an object of variables");
            return Vec::new();
        };
        let assigned = self.members(members, &pointer, Mode::of(language));
        for (name, template) in &assigned {
            if let Some(message) = variables::refused(name) {
                self.problem(&template.pointer, message);
            }
        }
        assigned
    }

    /// Names the members that the language does not have here.
    pub(super) fn check_members(&mut self, object: &Object<'_>, known: &[&str]) {
        for name in object.members.keys() {
            if !known.contains(&name.as_str()) {
                let message = format!("the language has no field `{name}` here");
                self.problem(&object.at(name), message);
            }
        }
    }

    /// A template field of the given object.
    pub(super) fn template_field(
        &mut self,
        object: &Object<'_>,
        name: &str,
        mode: Mode,
    ) -> Option<Template> {
        let value = object.get(name)?;
        Some(self.template(value, object.at(name), mode))
    }
}

impl Mode {
    /// How templates are read in a state of this language.
    pub(super) const fn of(language: QueryLanguage) -> Self {
        match language {
            QueryLanguage::JsonPath => Self::Path,
            QueryLanguage::Jsonata => Self::Jsonata,
        }
    }
}

/// An object and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) members: &'a serde_json::Map<String, Value>,
    pub(super) pointer: &'a Pointer,
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    pub(super) fn at(&self, name: &str) -> Pointer {
        self.pointer.key(name)
    }
}
