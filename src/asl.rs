//! Amazon States Language: the typed workflow. Parsing is total; what is wrong stands in `problems`.
//!
//! [`parse`] and [`parse_yaml`] read a text, [`parse_value`] a document; each gives a [`Definition`], whatever it was given.
//! The way is: text → document ([`crate::document`]: repeated keys, broken ends, nesting, aliases) → scopes and their transitions
//! (`scope`) → states (`state`, with `map`, `choice`, `retry`) → the values of their fields (`template`, `settings`, `text`).
//! `fields` is the table of which field belongs to which state type and query language. [`print`] is the way back.
//!
//! - **Lenient.** No validator of the language is authoritative, so a [`Problem`] is only what Step Functions itself is known
//!   to refuse. One broken state does not hide the others; arguments of the wrong query language are still read.
//! - **Unresolved is a value.** `${Name}` and CloudFormation intrinsics stand for strings, numbers, booleans, paths, state
//!   names and whole states; they are [`Segment::Unresolved`] or [`Node::Broken`] and never a problem.
//! - **Bounded.** Nesting, problems, pointers, aliases and the height of expressions have limits; walking or dropping a tree
//!   needs no more than a small stack.

mod choice;
mod credentials;
mod definition;
mod distributed;
mod fields;
mod map;
mod parser;
mod print;
mod reads;
mod retry;
mod scope;
mod settings;
mod state;
mod template;
mod text;
mod variables;
mod ways;

pub use distributed::{ItemReader, Map, ResultWriter, Transformation};
pub use fields::StateType;
pub use print::print;
pub use reads::{Read, What};
pub use scope::{json_text, parse, parse_read, parse_value, parse_yaml};

use crate::expr::{intrinsic, jsonata, jsonpath};
use crate::loc::Pointer;

/// Index of a state in [`Definition::states`], nested ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub usize);

/// Index of a scope in [`Definition::scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub usize);

/// One whole definition. `scopes[0]` is the top level, whatever the text was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition {
    /// The top level and every Map processor and Parallel branch; outer ones before inner ones.
    pub scopes: Vec<Scope>,
    /// Every state of every scope, in the order of the text.
    pub states: Vec<State>,
    /// Whether the workflow itself has a `TimeoutSeconds`.
    pub has_timeout: bool,
    /// The workflow's own `TimeoutSeconds`.
    pub timeout: Option<Template>,
    /// What is not valid.
    pub problems: Vec<Problem>,
    /// Where the text leaves to the deployment what stands there: a state, its type, a way to another, a path, a key.
    pub open: Vec<Pointer>,
    /// Whether a way is among them: a run may come to any state with any value.
    pub has_open_ways: bool,
}

/// One thing that is surely wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub pointer: Pointer,
    /// What, in lower case, for the person who wrote it.
    pub message: String,
}

/// JSONPath or JSONata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryLanguage {
    /// The default.
    #[default]
    JsonPath,
    /// `"QueryLanguage": "JSONata"`.
    Jsonata,
}

/// A set of states with one start: the top level, one Parallel branch or one Map processor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Where its `States` object's parent stands.
    pub pointer: Pointer,
    /// The Map or Parallel state that holds it; `None` at the top.
    pub parent: Option<StateId>,
    /// Its start state, where that exists.
    pub start: Option<StateId>,
    /// Its own states, in the order of the text.
    pub states: Vec<StateId>,
    /// Its default query language.
    pub query_language: QueryLanguage,
}

/// One state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its own id.
    pub id: StateId,
    /// Its name.
    pub name: String,
    /// The scope it stands in.
    pub scope: ScopeId,
    /// Where it stands.
    pub pointer: Pointer,
    /// Its effective query language.
    pub query_language: QueryLanguage,
    /// `Comment`, where it is a text.
    pub comment: Option<String>,
    /// What it does.
    pub kind: Kind,
    /// `InputPath`.
    pub input_path: PathField,
    /// `OutputPath`.
    pub output_path: PathField,
    /// `ResultPath`.
    pub result_path: PathField,
    /// `Parameters` (JSONPath) or `Arguments` (JSONata); a Map's legacy `Parameters` are its item selector instead.
    pub arguments: Option<Template>,
    /// The language whose field they stand in: that of the state, unless it holds the other one's by mistake.
    pub arguments_language: QueryLanguage,
    /// `ResultSelector`.
    pub result_selector: Option<Template>,
    /// `Output` (JSONata).
    pub output: Option<Template>,
    /// `Assign`.
    pub assign: Vec<(String, Template)>,
    /// Where it goes, where that state exists; `None` for end states and dangling names.
    pub next: Option<StateId>,
    /// Error handlers, in order.
    pub catch: Vec<Catcher>,
    /// Retriers, in order.
    pub retry: Vec<Retrier>,
    /// Every other field whose value may be an expression, by its name: time-outs, a Wait's `Seconds` and `Timestamp`,
    /// a Fail's `Error` and `Cause`, a Map's limits, each with its `…Path` variant.
    pub settings: Vec<(String, Template)>,
}

/// `InputPath`, `OutputPath`, `ResultPath`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PathField {
    /// Absent: `$`.
    #[default]
    Default,
    /// `null`: discards (an empty object for InputPath and OutputPath, the result for ResultPath).
    Null,
    /// A path.
    Path(jsonpath::Path),
    /// Not readable (a problem is recorded), or unresolved until deployment.
    Unknown,
}

/// One `Retry` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrier {
    /// Where it stands.
    pub pointer: Pointer,
    /// `ErrorEquals`
    pub error_equals: Vec<Text>,
    /// Its numbers and its `JitterStrategy`, by name.
    pub settings: Vec<(String, Template)>,
}

/// One `Catch` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Catcher {
    /// Where it stands.
    pub pointer: Pointer,
    /// `ErrorEquals`
    pub error_equals: Vec<Text>,
    /// Where it goes.
    pub next: Option<StateId>,
    /// `ResultPath` (JSONPath).
    pub result_path: PathField,
    /// `Output` (JSONata).
    pub output: Option<Template>,
    /// `Assign`.
    pub assign: Vec<(String, Template)>,
}

/// What a state does.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Calls something.
    Task(Task),
    /// Passes data on; `Result` where given.
    Pass(Option<Template>),
    /// Branches.
    Choice {
        /// The rules in order.
        rules: Vec<ChoiceRule>,
        /// `Default`.
        default: Option<StateId>,
    },
    /// Waits.
    Wait,
    /// Ends well.
    Succeed,
    /// Ends badly.
    Fail,
    /// Runs branches side by side.
    Parallel(Vec<ScopeId>),
    /// Runs its processor once an item.
    Map(Box<Map>),
    /// A type that the language does not have (a problem is recorded).
    Unknown,
}

impl Kind {
    /// The type; `None` for one that the language does not have.
    pub const fn state_type(&self) -> Option<StateType> {
        Some(match self {
            Self::Task(_) => StateType::Task,
            Self::Pass(_) => StateType::Pass,
            Self::Choice { .. } => StateType::Choice,
            Self::Wait => StateType::Wait,
            Self::Succeed => StateType::Succeed,
            Self::Fail => StateType::Fail,
            Self::Parallel(_) => StateType::Parallel,
            Self::Map(_) => StateType::Map,
            Self::Unknown => return None,
        })
    }
}

/// A task's own fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// `Resource`, as written.
    pub resource: Text,
    /// `Credentials.RoleArn`, where `Credentials` is given.
    pub credentials: Option<Template>,
    /// Whether it has `TimeoutSeconds` or `TimeoutSecondsPath`.
    pub has_timeout: bool,
    /// Whether it has `HeartbeatSeconds` or `HeartbeatSecondsPath`.
    pub has_heartbeat: bool,
}

/// One rule of a Choice state.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceRule {
    /// Where it stands.
    pub pointer: Pointer,
    /// What it tests.
    pub condition: Condition,
    /// Where it goes.
    pub next: Option<StateId>,
    /// `Assign`.
    pub assign: Vec<(String, Template)>,
    /// `Output` (JSONata).
    pub output: Option<Template>,
}

/// What a choice rule tests.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these.
    And(Vec<Condition>),
    /// Any of these.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// One comparison.
    Compare {
        /// `Variable`.
        variable: jsonpath::Path,
        /// The operator's name, such as `StringEquals` or `NumericLessThanPath`.
        operator: String,
        /// Its operand.
        operand: Operand,
    },
    /// A JSONata `Condition`.
    Jsonata(Template),
    /// Not readable (a problem is recorded): may be true or false.
    Unknown,
}

/// What a comparison compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A literal.
    Literal(Template),
    /// A path, for the `…Path` operators.
    Path(jsonpath::Path),
}

/// Text of which some parts are unresolved until deployment: `${Name}` substitutions or CloudFormation intrinsics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Segment>);

/// One part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Known.
    Literal(String),
    /// Known at deployment only, with its name or a short form of the intrinsic.
    Unresolved(String),
}

impl Text {
    /// The text, where it is known whole.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Segment::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text for people: unresolved parts as `${Name}`.
    pub fn display(&self) -> String {
        self.0
            .iter()
            .map(|s| match s {
                Segment::Literal(text) => text.clone(),
                Segment::Unresolved(name) => format!("${{{name}}}"),
            })
            .collect()
    }
}

/// A payload template: JSON whose leaves may be expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Where it stands.
    pub pointer: Pointer,
    /// What it is.
    pub node: Node,
}

/// One node of a payload template.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string that is no expression.
    Text(Text),
    /// `"key.$": "$.path"`; the key stands in the object without its `.$`.
    Path(jsonpath::Path),
    /// `"key.$": "States.…"`.
    Intrinsic(intrinsic::Call),
    /// `{% … %}`.
    Jsonata(jsonata::Expr),
    /// An array.
    Array(Vec<Template>),
    /// An object, in the order of the text.
    Object(Vec<(String, Template)>),
    /// An expression that does not parse (a problem is recorded): any value, of any origin.
    Broken,
}

#[cfg(test)]
mod tests;
