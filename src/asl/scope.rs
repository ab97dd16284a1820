//! Scopes: the top level, Map processors and Parallel branches, and the transitions between their states.

use std::collections::HashMap;

use serde_json::Value;

use super::parser::{Object, Parser};
use super::ways::Jump;
use super::{Definition, Kind, Problem, QueryLanguage, Scope, ScopeId, StateId, Text};
use crate::document::{self, Keep, Notation};
use crate::loc::Pointer;

/// A definition may take this many bytes (developer guide, "Step Functions service quotas").
const MAX_BYTES: usize = 1_048_576;

/// A state's name may have this many characters (Amazon States Language, "States").
const MAX_NAME: usize = 80;

/// A state in a state stands this many levels of JSON below it.
const STATE_LEVELS: usize = 3;

/// Parses a definition. A deployed one is JSON; a file may be YAML, which is what a text that cannot begin JSON's
/// objects, arrays and strings is read as.
pub fn parse(text: &str) -> Definition {
    read(text, Notation::of_text(text)).0
}

/// The same, with what was read: the document, and where it could not be read on.
pub fn parse_read(text: &str) -> (Definition, document::Read) {
    read(text, Notation::of_text(text))
}

/// The text of a definition as JSON: a YAML text that has no problem is written as JSON, everything else is as it is.
pub fn json_text(text: &str) -> String {
    if Notation::of_text(text) == Notation::Yaml {
        let document = document::read(text, Notation::Yaml, Keep::ValuesOnly);
        if document.fault.is_none() && document.issues.is_empty() {
            return document.value.to_string();
        }
    }
    text.to_owned()
}

/// Parses a definition in YAML, CloudFormation's short tags included. JSON is YAML too, but [`parse`] is faster.
pub fn parse_yaml(text: &str) -> Definition {
    read(text, Notation::Yaml).0
}

fn read(text: &str, notation: Notation) -> (Definition, document::Read) {
    let read = document::read(text, notation, Keep::ValuesOnly);
    let mut parser = Parser::default();
    parser.check_size(text.len());
    parser.document(&read.value);
    let mut definition = parser.definition;
    if read.fault.is_some() {
        // What is missing behind the break is no further mistake.
        definition.problems.clear();
    }
    let broken = read.fault.as_ref().map(|fault| {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let at = document::lines::place(text, fault.at);
        Problem {
            pointer: Pointer::root(),
            message: format!(
                "not valid {}: {} at line {} column {}",
                notation.word(),
                fault.message,
                at.line,
                at.column
            ),
        }
    });
    let issues = read.issues.iter().map(|issue| Problem {
        pointer: issue.pointer.clone(),
        message: issue.message.to_owned(),
    });
    definition
        .problems
        .splice(0..0, broken.into_iter().chain(issues));
    (definition, read)
}

/// Parses a definition that is a JSON document already.
pub fn parse_value(value: &Value) -> Definition {
    let mut parser = Parser::default();
    parser.document(value);
    parser.definition
}

impl Parser {
    pub(super) fn check_size(&mut self, bytes: usize) {
        if bytes > MAX_BYTES {
            self.problem(
                &Pointer::root(),
                format!(
                    "the definition has {bytes} bytes; Step Functions takes at most {MAX_BYTES}"
                ),
            );
        }
    }

    pub(super) fn document(&mut self, value: &Value) {
        let root = Pointer::root();
        if Text::of_intrinsic(value).is_some() {
            self.leave_open(&root);
            self.definition.scopes.push(Scope::default());
            return;
        }
        let Some(members) = value.as_object() else {
            self.expected(&root, "an object with `StartAt` and `States`");
            self.definition.scopes.push(Scope::default());
            return;
        };
        let object = Object {
            members,
            pointer: &root,
        };
        let known = [
            "Comment",
            "StartAt",
            "States",
            "Version",
            "TimeoutSeconds",
            "QueryLanguage",
        ];
        self.check_members(&object, &known);
        self.definition.has_timeout = object.has("TimeoutSeconds");
        self.definition.timeout = self.setting(&object, "TimeoutSeconds", QueryLanguage::JsonPath);
        let language = self.query_language(&object).unwrap_or_default();
        self.scope(&object, None, language);
        self.check_end();
        self.check_variables();
    }

    /// The object's own `QueryLanguage`.
    pub(super) fn query_language(&mut self, object: &Object<'_>) -> Option<QueryLanguage> {
        let value = object.get("QueryLanguage")?;
        match value.as_str() {
            Some("JSONPath") => Some(QueryLanguage::JsonPath),
            Some("JSONata") => Some(QueryLanguage::Jsonata),
            Some(text) if Text::parse(text).is_unresolved() => {
                self.leave_open(&object.at("QueryLanguage"));
                None
            }
            _ if Text::of_intrinsic(value).is_some() => {
                self.leave_open(&object.at("QueryLanguage"));
                None
            }
            _ => {
                self.expected(&object.at("QueryLanguage"), "`JSONPath` or `JSONata`");
                None
            }
        }
    }

    /// Reads one scope with everything inside it.
    pub(super) fn scope(
        &mut self,
        object: &Object<'_>,
        parent: Option<StateId>,
        query_language: QueryLanguage,
    ) -> ScopeId {
        let id = ScopeId(self.definition.scopes.len());
        self.definition.scopes.push(Scope {
            pointer: object.pointer.clone(),
            parent,
            query_language,
            ..Scope::default()
        });
        let mut jumps = Vec::new();
        let states = self.states(object, id, &mut jumps);
        let by_name: HashMap<String, StateId> = states
            .iter()
            .filter_map(|s| Some((self.definition.state(*s)?.name.clone(), *s)))
            .collect();
        let start = self.start(object, &by_name);
        let settled = self.settle(jumps, &by_name);
        if let (Some(start), true) = (start, settled) {
            self.check_reached(&states, start);
        }
        if let Some(scope) = self.definition.scopes.get_mut(id.0) {
            scope.start = start;
            scope.states = states;
        }
        id
    }

    fn states(
        &mut self,
        object: &Object<'_>,
        scope: ScopeId,
        jumps: &mut Vec<Jump>,
    ) -> Vec<StateId> {
        let pointer = object.at("States");
        let members = match object.get("States") {
            None => {
                self.problem(object.pointer, "`States` is missing");
                return Vec::new();
            }
            Some(value) if Text::of_intrinsic(value).is_some() => {
                self.leave_open(&pointer);
                return Vec::new();
            }
            Some(Value::Object(members)) => members,
            Some(_) => {
                self.expected(&pointer, "an object of states");
                return Vec::new();
            }
        };
        if members.is_empty() {
            self.problem(&pointer, "there are no states");
        }
        let mut ids = Vec::with_capacity(members.len());
        for (name, value) in members {
            let place = self.below(&pointer, name);
            if !self.enter_by(&place, STATE_LEVELS) {
                continue;
            }
            self.check_name(name, &place);
            ids.push(self.state(name, value, place, scope, jumps));
            self.leave_by(STATE_LEVELS);
        }
        ids
    }

    fn check_name(&mut self, name: &str, place: &Pointer) {
        if name.chars().count() > MAX_NAME {
            self.problem(
                place,
                format!("a state's name has at most {MAX_NAME} characters"),
            );
        }
        match self.names.get(name).cloned() {
            Some(first) => self.problem(
                place,
                format!("a state of this name stands at `{first}` too; names are unique in the whole machine"),
            ),
            None => {
                self.names.insert(name.to_owned(), place.clone());
            }
        }
    }

    /// Names the states that no way from the start leads to (`MISSING_TRANSITION_TARGET`), where every state was readable.
    fn check_reached(&mut self, states: &[StateId], start: StateId) {
        let mut hit = vec![false; self.definition.states.len()];
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            match hit.get_mut(id.0) {
                Some(hit @ false) => *hit = true,
                _ => continue,
            }
            open.extend(self.definition.successors(id));
        }
        let mut lost = Vec::new();
        for id in states {
            let Some(state) = self.definition.state(*id) else {
                return;
            };
            if state.kind == Kind::Unknown {
                return;
            }
            if hit.get(id.0) == Some(&false) {
                lost.push(state.pointer.clone());
            }
        }
        for pointer in lost {
            self.problem(&pointer, "no way from the start leads here");
        }
    }

    /// A workflow of which every state goes on to another never ends (`MISSING_END_STATE`).
    fn check_end(&mut self) {
        let goes_on = |id: &StateId| {
            self.definition.state(*id).is_some_and(|s| match &s.kind {
                Kind::Choice { .. } => true,
                Kind::Succeed | Kind::Fail | Kind::Unknown => false,
                _ => s.next.is_some(),
            })
        };
        let endless = |scope: &&Scope| {
            let ends = scope.states.iter().any(|id| self.ends.contains(id));
            !ends && !scope.states.is_empty() && scope.states.iter().all(goes_on)
        };
        let scopes = self.definition.scopes.iter().filter(endless);
        let wrong: Vec<(Pointer, bool)> = scopes
            .map(|s| (s.pointer.key("States"), s.parent.is_none()))
            .collect();
        for (pointer, is_top) in wrong {
            let what = if is_top { "the workflow" } else { "this part" };
            self.problem(&pointer, format!("no state ends {what}"));
        }
    }
}
