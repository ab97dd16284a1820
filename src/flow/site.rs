//! One place where expressions are evaluated: what `$`, `$$`, `$states` and the variables stand for there.

use super::env::Env;
use super::{intrinsic, jsonata, path};
use crate::arn::Arn;
use crate::asl::{Node, Segment, State, Template, Text};
use crate::expr::jsonpath::{Path, Root};
use crate::loc::Pointer;
use crate::value::{Fields, Gathering, Identity, Piece, Source, TraceStep, Unknown, Value};

/// Where values of a run come from first, for [`Identity::root`].
pub mod root {
    /// The execution input.
    pub const INPUT: usize = 0;
    /// The context object.
    pub const CONTEXT: usize = 1;
    /// What deployment fills in.
    pub const DEPLOYMENT: usize = 2;
    const FIRST: usize = 3;
    const KINDS: usize = 5;

    /// A task's result.
    pub const fn result(state: usize) -> usize {
        FIRST + KINDS * state
    }
    /// What a state computes.
    pub const fn computed(state: usize) -> usize {
        FIRST + KINDS * state + 1
    }
    /// The item that one iteration of a map works on.
    pub const fn item(state: usize) -> usize {
        FIRST + KINDS * state + 2
    }
    /// A state's error output.
    pub const fn error(state: usize) -> usize {
        FIRST + KINDS * state + 3
    }
    /// What comes to a state by several ways.
    pub const fn joined(state: usize) -> usize {
        FIRST + KINDS * state + 4
    }
    /// The state that a root belongs to.
    pub const fn state(root: usize) -> Option<usize> {
        match root.checked_sub(FIRST) {
            Some(n) => Some(n / KINDS),
            None => None,
        }
    }
}

/// Objects of more fields than this move without a station on their way.
const MAX_TRACED: usize = 64;

/// One place.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// The state.
    pub state: &'a State,
    /// What is known on entry.
    pub env: &'a Env,
    /// What `$` (JSONPath) or `$states.input` stands for.
    pub input: &'a Value,
    /// `$states.result`, where there is one.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`, where there is one.
    pub error: Option<&'a Value>,
    /// The workflow's own ARN, where it is known.
    pub workflow: Option<&'a Arn>,
}

impl<'a> Site<'a> {
    /// The same with another `$`.
    pub fn reading(&self, input: &'a Value) -> Self {
        Self { input, ..*self }
    }

    /// A template's value, with everything known of it filled in.
    pub fn template(&self, template: &Template) -> Value {
        match &template.node {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(*value),
            Node::Number(number) => Value::Number(number.to_string()),
            Node::Text(text) => literal(text),
            Node::Path(path) => self.step(&template.pointer, &path.text, self.path(path).present()),
            Node::Intrinsic(call) => {
                let value = intrinsic::call(self, call, 0);
                self.step(&template.pointer, &call.text, value)
            }
            Node::Jsonata(expr) => {
                let value = jsonata::evaluate(self, expr);
                self.step(&template.pointer, &jsonata::print(expr), value)
            }
            Node::Array(items) => {
                let mut all = Gathering::default();
                let values = items.iter().map(|t| all.take(self.template(t)));
                Value::Array(values.collect())
            }
            Node::Object(members) => {
                let mut all = Gathering::default();
                let members = members.iter();
                let taken = members.map(|(k, member)| (k, all.take(self.template(member))));
                Value::Object {
                    fields: each_named(taken),
                    rest: None,
                }
            }
            Node::Broken => self.everything("unreadable expression"),
        }
    }

    fn step(&self, pointer: &Pointer, text: &str, value: Value) -> Value {
        // The whole document moves as it is; in a large one, single stations are not worth their copies.
        let large = matches!(&value, Value::Object { fields, .. } if fields.len() > MAX_TRACED);
        if large || matches!(text, "$" | "$states.input" | "$states.result") {
            return value;
        }
        value.through(TraceStep {
            state: self.state.name.clone(),
            pointer: pointer.clone(),
            value: text.to_owned(),
        })
    }

    /// Anything that the state knows of: what is not followed may be all of it.
    pub fn everything(&self, why: &str) -> Value {
        let mut all = Unknown::of(Source::Undecided, why);
        if self.env.lost {
            all.add_origins(&self.env.execution.collapsed().origins);
            return Value::Any(all);
        }
        let places = [Some(self.input), self.result, self.error];
        let vars = self.env.vars.values();
        for value in places.into_iter().flatten().chain(vars) {
            all.add_origins(&value.collapsed().origins);
        }
        all.add_origins(&self.env.execution.collapsed().origins);
        if let Some(item) = &self.env.item {
            all.add_origins(&item.collapsed().origins);
        }
        Value::Any(all)
    }

    /// What a path leads to, with everything known of it filled in.
    pub fn path(&self, path: &Path) -> Value {
        self.env.know.resolve(&self.raw_path(path))
    }

    /// What a path leads to, as it stands.
    pub fn raw_path(&self, path: &Path) -> Value {
        match &path.root {
            Root::Input => path::follow(self.input, &path.steps),
            Root::Context => path::follow(&self.context(), &path.steps),
            Root::Variable(name) => self
                .env
                .vars
                .get(name)
                .map_or(Value::Absent, |value| path::follow(value, &path.steps)),
        }
    }

    /// The context object (developer guide, "Accessing execution data from the Context object").
    pub fn context(&self) -> Value {
        let fixed = |name: &str| Value::Any(context(Source::Context(name.to_owned()), name));
        let chosen = |name: &str| Value::Any(context(Source::Caller, name));
        let text = |value: &str| Value::text(value);
        let name = if self.env.child {
            fixed("Execution.Name")
        } else {
            chosen("Execution.Name")
        };
        let id = match self.workflow.filter(|a| !a.account().is_empty()) {
            Some(arn) => Value::concat(&[
                text(&format!(
                    "arn:{}:states:{}:{}:execution:{}:",
                    arn.partition(),
                    arn.region(),
                    arn.account(),
                    arn.name()
                )),
                name.clone(),
            ]),
            None if self.env.child => fixed("Execution.Id"),
            // Whoever names the execution chooses the last part alone.
            None => {
                let own = |part: &str| fixed(&format!("Execution.Id ({part})"));
                Value::concat(&[
                    text("arn:"),
                    own("partition"),
                    text(":states:"),
                    own("region"),
                    text(":"),
                    own("account"),
                    text(":execution:"),
                    own("workflow"),
                    text(":"),
                    name.clone(),
                ])
            }
        };
        let machine = match self.workflow.filter(|a| !a.account().is_empty()) {
            Some(arn) => [("Id", text(arn.as_str())), ("Name", text(arn.name()))],
            None => [
                ("Id", fixed("StateMachine.Id")),
                ("Name", fixed("StateMachine.Name")),
            ],
        };
        let object = |fields: Vec<(&str, Value)>| {
            Value::object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)))
        };
        let item = self.env.item.as_ref().map_or_else(
            || Value::Absent,
            |item| {
                object(vec![
                    ("Index", fixed("Map.Item.Index")),
                    ("Key", Value::Any(item.collapsed())),
                    ("Value", Value::clone(item)),
                    ("Source", fixed("Map.Item.Source")),
                ])
            },
        );
        let execution = vec![
            ("Input", Value::clone(&self.env.execution)),
            ("Name", name),
            ("Id", id),
            ("RoleArn", fixed("Execution.RoleArn")),
            ("StartTime", fixed("Execution.StartTime")),
            ("RedriveCount", fixed("Execution.RedriveCount")),
            ("RedriveTime", fixed("Execution.RedriveTime")),
        ];
        let state = vec![
            ("Name", text(&self.state.name)),
            ("EnteredTime", fixed("State.EnteredTime")),
            ("RetryCount", fixed("State.RetryCount")),
        ];
        object(vec![
            ("Execution", object(execution)),
            ("State", object(state)),
            ("StateMachine", object(machine.into())),
            ("Task", object(vec![("Token", fixed("Task.Token"))])),
            ("Map", object(vec![("Item", item)])),
        ])
    }
}

/// Fields by name. Of `x` and `x.$` side by side either may stand.
pub fn each_named<'n>(members: impl Iterator<Item = (&'n String, Value)>) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in members {
        let value = match fields.get(name) {
            Some(other) => other.join(&value),
            None => value,
        };
        fields.insert(name.as_str(), value);
    }
    fields
}

fn context(source: Source, name: &str) -> Unknown {
    let mut unknown = Unknown::of(source, format!("$$.{name}"));
    unknown.identity = Some(Identity::new(root::CONTEXT, name));
    unknown
}

/// Text of the definition, with its unresolved parts as holes.
pub fn literal(text: &Text) -> Value {
    Value::from_pieces(text.0.iter().map(|segment| match segment {
        Segment::Literal(text) => Piece::Literal(text.clone()),
        Segment::Unresolved(name) => {
            let mut unknown = Unknown::of(Source::Deployment(name.clone()), format!("${{{name}}}"));
            unknown.identity = Some(Identity::new(root::DEPLOYMENT, name.as_str()));
            Piece::Hole(unknown)
        }
    }))
}
