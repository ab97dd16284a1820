//! A request to start an execution: which workflow, with what.

use serde::{Deserialize, Serialize};

use super::text;
use crate::arn::Arn;
use crate::value::{Piece, Source, Unknown, Value};

/// Which workflows are begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Starts {
    /// This one, by its ARN without version or alias.
    Workflow(String),
    /// Whichever the role may start.
    Any,
}

/// How much of the input is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// None of it.
    Constant,
    /// Named fields, or a named part.
    Part,
    /// The request or event as it comes.
    Whole,
    /// Code decides, or a template that is not understood: counts as whole.
    Unknown,
}

impl Fill {
    /// As reports write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Part => "part",
            Self::Whole => "whole",
            Self::Unknown => "unknown",
        }
    }

    /// For people: what of the input somebody chooses.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Constant => "a constant input",
            Self::Part => "a part of the input",
            Self::Whole => "the whole input",
            Self::Unknown => "the whole input, as far as is known",
        }
    }

    /// Of an input.
    pub fn of(input: &Value) -> Self {
        match input {
            Value::Any(unknown) if unknown.is_tainted() => {
                match unknown.origins.iter().any(|o| o.path == "$") {
                    true => Self::Whole,
                    false => Self::Part,
                }
            }
            Value::Each(each) => Self::of(each),
            other if other.is_tainted() => Self::Part,
            _ => Self::Constant,
        }
    }
}

/// A request to start an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct StartRequest {
    /// Which workflow.
    pub starts: Starts,
    /// The execution's input.
    pub input: Value,
    /// How much of it is chosen.
    pub fill: Fill,
    /// Whether the execution's name is chosen.
    pub names: bool,
}

impl StartRequest {
    /// A request that somebody writes as he likes.
    pub fn free(fill: Fill) -> Self {
        Self {
            starts: Starts::Any,
            input: anything("$"),
            fill,
            names: true,
        }
    }

    /// Reads the request of `StartExecution` or `StartSyncExecution`.
    pub fn of(request: &Value) -> Self {
        let field = |lower: &str, upper: &str| match request.field(lower) {
            Value::Absent => request.field(upper),
            found => found,
        };
        let input = passed_on(&field("input", "Input"));
        Self {
            starts: workflow(&field("stateMachineArn", "StateMachineArn")),
            fill: Fill::of(&input),
            input,
            names: field("name", "Name").is_tainted(),
        }
    }

    /// Of a template that is not understood: the workflow whose ARN stands in it, with whatever a request holds.
    pub fn not_understood(template: &str) -> Self {
        let body = [
            "$input.body",
            "$input.json('$')",
            "$input.path('$')",
            "$input.json(\"$\")",
        ];
        let fill = match body.iter().any(|b| template.contains(b)) {
            true => Fill::Whole,
            false => Fill::Unknown,
        };
        let mut named: Vec<String> = template
            .split(|c: char| c.is_whitespace() || "\"'\\{}(),".contains(c))
            .filter_map(unqualified)
            .collect();
        named.sort();
        named.dedup();
        let starts = match named.as_slice() {
            [one] => Starts::Workflow(one.clone()),
            _ => Starts::Any,
        };
        Self {
            starts,
            ..Self::free(fill)
        }
    }
}

/// Anything, chosen by the requester, at this path of the request.
pub fn anything(path: &str) -> Value {
    Value::Any(Unknown::of(Source::Caller, path))
}

fn workflow(arn: &Value) -> Starts {
    let found = arn.as_text().and_then(unqualified);
    found.map_or(Starts::Any, Starts::Workflow)
}

/// A workflow's ARN without version or alias.
pub fn unqualified(text: &str) -> Option<String> {
    let arn = Arn::parse(text.trim())?;
    let name = arn.resource().strip_prefix("stateMachine:")?;
    (arn.service() == "states").then(|| {
        let name = name.split(':').next().unwrap_or(name);
        format!(
            "arn:{}:states:{}:{}:stateMachine:{name}",
            arn.partition(),
            arn.region(),
            arn.account()
        )
    })
}

/// What an `Input` comes to for the execution: JSON in a string, or, where a service writes that itself, an object.
pub fn passed_on(input: &Value) -> Value {
    match input {
        Value::Absent => Value::object([]),
        Value::Text(pieces) => match pieces.as_slice() {
            [Piece::Hole(unknown)] => Value::Any(unknown.clone()),
            pieces => text::inner(pieces).unwrap_or_else(|| Value::Any(input.collapsed())),
        },
        Value::OneOf(_) => input.each_alternative(passed_on),
        other => other.clone(),
    }
}
