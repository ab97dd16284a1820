//! One state: its common fields and what its type adds.

use serde_json::Value;

use super::credentials::role_arn;
use super::fields::{StateType, misplaced};
use super::parser::{Object, Parser};
use super::template::Mode;
use super::ways::{Jump, Slot};
use super::{Kind, Node, PathField, QueryLanguage, ScopeId, State, StateId, Task, Text};
use crate::arn::Arn;
use crate::loc::Pointer;

/// Fields that go to [`State::settings`].
const SETTINGS: &[&str] = &[
    "TimeoutSeconds",
    "TimeoutSecondsPath",
    "HeartbeatSeconds",
    "HeartbeatSecondsPath",
    "Seconds",
    "SecondsPath",
    "Timestamp",
    "TimestampPath",
    "Error",
    "ErrorPath",
    "Cause",
    "CausePath",
    "MaxConcurrency",
    "MaxConcurrencyPath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
];

/// What a branch may hold, by the most lenient of the public validators.
const BRANCH: &[&str] = &[
    "Comment",
    "StartAt",
    "States",
    "QueryLanguage",
    "TimeoutSeconds",
    "Version",
];

impl Parser {
    pub(super) fn state(
        &mut self,
        name: &str,
        value: &Value,
        pointer: Pointer,
        scope: ScopeId,
        jumps: &mut Vec<Jump>,
    ) -> StateId {
        let id = StateId(self.definition.states.len());
        let state = blank(id, name, pointer.clone(), scope);
        self.definition.states.push(state);
        if Text::of_intrinsic(value).is_some() {
            self.leave_open(&pointer);
            return id;
        }
        let Some(members) = value.as_object() else {
            self.expected(&pointer, "an object with a `Type`");
            return id;
        };
        let object = Object {
            members,
            pointer: &pointer,
        };
        let state = self.read(&object, id, scope, jumps, name);
        if let Some(place) = self.definition.states.get_mut(id.0) {
            *place = state;
        }
        id
    }

    fn read(
        &mut self,
        object: &Object<'_>,
        id: StateId,
        scope: ScopeId,
        jumps: &mut Vec<Jump>,
        name: &str,
    ) -> State {
        let language = self.language_of(object);
        let kind = self.state_type(object);
        if let Some(kind) = kind {
            self.check_fields(object, kind, language);
        }
        let mode = Mode::of(language);
        let mut state = blank(id, name, object.pointer.clone(), scope);
        let comment = object.get("Comment").and_then(Value::as_str);
        state.comment = comment.map(str::to_owned);
        state.query_language = language;
        state.arguments_language = language;
        // Arguments of the other language are a problem, but what the task does with them is still to be seen.
        match language {
            QueryLanguage::JsonPath => {
                state.input_path = self.path_field(object, "InputPath");
                state.output_path = self.path_field(object, "OutputPath");
                state.result_path = self.path_field(object, "ResultPath");
                state.arguments = self.template_field(object, "Parameters", mode);
                self.strange_arguments(&mut state, object, "Arguments", QueryLanguage::Jsonata);
                state.result_selector = self.template_field(object, "ResultSelector", mode);
            }
            QueryLanguage::Jsonata => {
                state.arguments = self.template_field(object, "Arguments", mode);
                self.strange_arguments(&mut state, object, "Parameters", QueryLanguage::JsonPath);
                state.output = self.template_field(object, "Output", mode);
            }
        }
        state.assign = self.assign(object, language);
        state.settings = self.settings(object, SETTINGS, language);
        state.retry = self.retriers(object, language);
        state.catch = self.catchers(object, language, id, jumps);
        if kind.is_none_or(StateType::has_next) {
            self.transition(object, id, jumps, kind.is_some());
        }
        state.kind = match kind {
            None => Kind::Unknown,
            Some(StateType::Task) => self.task(object, &state),
            Some(StateType::Pass) => {
                Kind::Pass(self.template_field(object, "Result", Mode::Literal))
            }
            Some(StateType::Choice) => self.choice(object, id, language, jumps),
            Some(StateType::Wait) => self.wait(object),
            Some(StateType::Succeed) => Kind::Succeed,
            Some(StateType::Fail) => Kind::Fail,
            Some(StateType::Parallel) => self.parallel(object, id),
            Some(StateType::Map) => self.map(object, &mut state),
        };
        state
    }

    /// The state's query language. Nested states have the machine's default, whatever holds them
    /// (measured with `ValidateStateMachineDefinition`).
    fn language_of(&mut self, object: &Object<'_>) -> QueryLanguage {
        let machine = self.machine_language();
        let own = self.query_language(object);
        if (machine, own) == (QueryLanguage::Jsonata, Some(QueryLanguage::JsonPath)) {
            self.problem(
                &object.at("QueryLanguage"),
                "a state of a JSONata workflow cannot be JSONPath",
            );
        }
        own.unwrap_or(machine)
    }

    pub(super) fn machine_language(&self) -> QueryLanguage {
        let top = self.definition.scopes.first();
        top.map(|s| s.query_language).unwrap_or_default()
    }

    fn state_type(&mut self, object: &Object<'_>) -> Option<StateType> {
        let Some(value) = object.get("Type") else {
            self.problem(object.pointer, "`Type` is missing");
            return None;
        };
        let pointer = object.at("Type");
        let text = self.text(value, &pointer)?;
        let Some(word) = text.literal() else {
            self.leave_open(&pointer);
            return None;
        };
        let kind = StateType::parse(word);
        if kind.is_none() {
            self.problem(&pointer, "the language has no such state type");
        }
        kind
    }

    fn check_fields(&mut self, object: &Object<'_>, kind: StateType, language: QueryLanguage) {
        for name in object.members.keys() {
            if let Some(message) = misplaced(name, kind, language) {
                self.problem(&object.at(name), message);
            }
        }
        if let Some(value) = object.get("Comment")
            && !value.is_string()
            && Text::of_intrinsic(value).is_none()
        {
            self.expected(&object.at("Comment"), "a string");
        }
    }

    /// `Next` or `End`.
    fn transition(
        &mut self,
        object: &Object<'_>,
        id: StateId,
        jumps: &mut Vec<Jump>,
        required: bool,
    ) {
        let ends = match object.get("End") {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(value) if Text::of_intrinsic(value).is_some() => true,
            Some(Value::String(text)) if Text::parse(text).is_unresolved() => true,
            Some(_) => {
                self.expected(&object.at("End"), "`true`");
                true
            }
        };
        if ends {
            self.ends.insert(id);
        }
        match (object.has("Next"), ends) {
            (true, true) => self.problem(object.pointer, "`Next` and `End` exclude each other"),
            (false, false) if required => {
                self.problem(object.pointer, "`Next` or `End` is missing");
            }
            _ => {}
        }
        if object.has("Next") {
            self.jump(object, "Next", Slot::Next, id, jumps);
        }
    }

    fn task(&mut self, object: &Object<'_>, state: &State) -> Kind {
        let resource = match object.get("Resource") {
            Some(value) => self.resource(value, &object.at("Resource")),
            None => {
                self.problem(object.pointer, "`Resource` is missing");
                Text::default()
            }
        };
        self.check_heartbeat(state);
        let mode = Mode::of(state.query_language);
        let credentials = self.template_field(object, "Credentials", mode);
        self.check_credentials(credentials.as_ref());
        Kind::Task(Task {
            resource,
            credentials: credentials.map(role_arn),
            has_timeout: object.has("TimeoutSeconds") || object.has("TimeoutSecondsPath"),
            has_heartbeat: object.has("HeartbeatSeconds") || object.has("HeartbeatSecondsPath"),
        })
    }

    /// A `Resource`: an ARN, if it is known.
    pub(super) fn resource(&mut self, value: &Value, pointer: &Pointer) -> Text {
        let text = self.text(value, pointer).unwrap_or_default();
        if value.is_string() && text.literal().is_some_and(|t| Arn::parse(t).is_none()) {
            self.problem(pointer, "`Resource` is an ARN; this is none");
        }
        if text.literal().is_some_and(has_bad_qualifier) {
            self.problem(
                pointer,
                "what stands behind a function's name is a version or an alias: letters, digits, `-` and `_`, or `$LATEST`",
            );
        }
        text
    }

    /// `HeartbeatSeconds` is smaller than `TimeoutSeconds` (Amazon States Language, "Task State").
    fn check_heartbeat(&mut self, state: &State) {
        let number = |name: &str| {
            let (_, template) = state.settings.iter().find(|(n, _)| n == name)?;
            match &template.node {
                Node::Number(number) => Some((number.as_f64()?, template.pointer.clone())),
                _ => None,
            }
        };
        if let (Some((timeout, _)), Some((heartbeat, pointer))) =
            (number("TimeoutSeconds"), number("HeartbeatSeconds"))
            && heartbeat >= timeout
        {
            self.problem(
                &pointer,
                "`HeartbeatSeconds` is smaller than `TimeoutSeconds`",
            );
        }
    }

    fn wait(&mut self, object: &Object<'_>) -> Kind {
        let names = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
        match names.iter().filter(|n| object.has(n)).count() {
            0 => self.problem(
                object.pointer,
                "a Wait state needs `Seconds`, `SecondsPath`, `Timestamp` or `TimestampPath`",
            ),
            1 => {}
            _ => self.problem(
                object.pointer,
                "`Seconds`, `SecondsPath`, `Timestamp` and `TimestampPath` exclude each other",
            ),
        }
        Kind::Wait
    }

    fn parallel(&mut self, object: &Object<'_>, id: StateId) -> Kind {
        let pointer = object.at("Branches");
        let items = match object.get("Branches") {
            None => {
                self.problem(object.pointer, "`Branches` is missing");
                return Kind::Parallel(Vec::new());
            }
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.expected(&pointer, "an array of branches");
                return Kind::Parallel(Vec::new());
            }
        };
        if items.is_empty() {
            self.problem(&pointer, "there are no branches");
        }
        let language = self.machine_language();
        let mut branches = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let place = self.element(&pointer, i);
            match item.as_object() {
                Some(members) => {
                    let branch = Object {
                        members,
                        pointer: &place,
                    };
                    self.check_members(&branch, BRANCH);
                    branches.push(self.scope(&branch, Some(id), language));
                }
                None => self.expected(&place, "an object with `StartAt` and `States`"),
            }
        }
        Kind::Parallel(branches)
    }

    /// Arguments in the field of the other language, where the state has none in its own.
    fn strange_arguments(
        &mut self,
        state: &mut State,
        object: &Object<'_>,
        field: &str,
        language: QueryLanguage,
    ) {
        if state.arguments.is_none() {
            state.arguments = self.template_field(object, field, Mode::of(language));
            if state.arguments.is_some() {
                state.arguments_language = language;
            }
        }
    }
}

fn blank(id: StateId, name: &str, pointer: Pointer, scope: ScopeId) -> State {
    State {
        id,
        name: name.to_owned(),
        scope,
        pointer,
        query_language: QueryLanguage::default(),
        comment: None,
        kind: Kind::Unknown,
        input_path: PathField::Default,
        output_path: PathField::Default,
        result_path: PathField::Default,
        arguments: None,
        arguments_language: QueryLanguage::JsonPath,
        result_selector: None,
        output: None,
        assign: Vec::new(),
        next: None,
        catch: Vec::new(),
        retry: Vec::new(),
        settings: Vec::new(),
    }
}

/// Whether a Lambda function's ARN goes on behind its name with what is no version and no alias (Lambda API Reference,
/// Invoke, `FunctionName`).
fn has_bad_qualifier(text: &str) -> bool {
    let Some(arn) = Arn::parse(text).filter(|arn| arn.service() == "lambda") else {
        return false;
    };
    let function = arn.resource().strip_prefix("function:");
    let qualifier = function.and_then(|name| Some(name.split_once(':')?.1));
    let is_named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    qualifier
        .is_some_and(|q| !q.starts_with("$LATEST") && (q.is_empty() || !q.chars().all(is_named)))
}
