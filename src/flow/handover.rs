//! What a workflow hands to the workflows that it starts, by field: `startExecution` in every form, and `startSyncExecution`
//! (Step Functions API Reference, StartExecution). Whoever looks at a whole account follows a child's field to the fields of
//! its starters by it, one look-up a start and field.

use std::collections::BTreeSet;

use super::{Flow, sources};
use crate::asl::{Definition, StateId};
use crate::value::{Source, Value};

/// One start of another workflow.
#[derive(Clone, Debug)]
pub struct Handover {
    /// The task that starts it.
    pub state: StateId,
    /// Which workflow: `StateMachineArn`, a version or an alias among what it may be.
    pub workflow: Value,
    /// What it is given as its execution input; an empty object where the task gives nothing.
    pub input: Value,
    /// What it is named; absent where AWS makes the name.
    pub name: Value,
}

impl Flow {
    /// Every start of another workflow, in the order of the states.
    pub fn handovers(&self, definition: &Definition) -> Vec<Handover> {
        let starts = definition
            .tasks()
            .filter(|(_, task)| sources::starts_workflow(task));
        let handed = starts.map(|(state, _)| {
            let arguments = self.arguments(state.id);
            let field = |upper: &str, lower: &str| match arguments.field(upper) {
                Value::Absent => arguments.field(lower),
                value => value,
            };
            Handover {
                state: state.id,
                workflow: field("StateMachineArn", "stateMachineArn"),
                input: match field("Input", "input") {
                    Value::Absent => Value::object([]),
                    value => value,
                },
                name: field("Name", "name"),
            }
        });
        handed.collect()
    }
}

impl Handover {
    /// The sources in the starter of what stands at a path of the child's input, such as `$.detail.bucket`, as
    /// [`crate::value::Origin::path`] writes it. Of `$$.Execution.Name` those of the name.
    pub fn sources_of(&self, path: &str) -> BTreeSet<(Source, String)> {
        let value = match path.strip_prefix('$') {
            Some("$.Execution.Name") => self.name.clone(),
            Some(steps) if !steps.starts_with('$') => at(&self.input, steps),
            _ => Value::Absent,
        };
        let unknowns = value.unknowns().into_iter();
        let origins = unknowns.flat_map(|unknown| &unknown.origins);
        origins
            .map(|origin| (origin.source.clone(), origin.path.clone()))
            .collect()
    }
}

/// What stands where these steps lead; everything below where they are not understood.
fn at(value: &Value, steps: &str) -> Value {
    if steps.is_empty() {
        return value.clone();
    }
    // A text is JSON of which the fields are not told apart.
    if matches!(value, Value::Text(_)) {
        return value.clone();
    }
    match step(steps) {
        Some((Step::Field(name), rest)) => at(&value.field(&name), rest),
        Some((Step::Index(index), rest)) => at(&value.element(index), rest),
        Some((Step::Some, rest)) => at(&value.children(), rest),
        None => value.clone(),
    }
}

enum Step {
    Field(String),
    Index(i64),
    Some,
}

/// The first step of a path and what follows it.
fn step(path: &str) -> Option<(Step, &str)> {
    if let Some(rest) = path.strip_prefix("[*]").or_else(|| path.strip_prefix(".*")) {
        return Some((Step::Some, rest));
    }
    if let Some(plain) = path.strip_prefix('.') {
        let end = plain.find(['.', '[']).unwrap_or(plain.len());
        let (name, rest) = plain.split_at(end);
        return (!name.is_empty()).then(|| (Step::Field(name.to_owned()), rest));
    }
    if let Some(quoted) = path.strip_prefix("['") {
        let mut name = String::new();
        let mut chars = quoted.char_indices();
        loop {
            match chars.next()?.1 {
                '\\' => name.push(chars.next()?.1),
                '\'' => {
                    let (at, _) = chars.next()?;
                    let rest = quoted.get(at + 1..)?;
                    return Some((Step::Field(name), rest));
                }
                c => name.push(c),
            }
        }
    }
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((Step::Index(index.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::asl;
    use crate::flow::{self, FlowContext};

    fn handed(resource: &str, arguments: serde_json::Value) -> Vec<Handover> {
        let definition = asl::parse(
            &json!({"StartAt": "S", "States": {"S": {
                "Type": "Task", "Resource": resource, "Parameters": arguments, "End": true}}})
            .to_string(),
        );
        flow::analyse(&definition, FlowContext::default()).handovers(&definition)
    }

    fn paths(handover: &Handover, path: &str) -> Vec<String> {
        let all = handover.sources_of(path).into_iter();
        all.filter(|(source, _)| source.is_tainted())
            .map(|(_, path)| path)
            .collect()
    }

    #[test]
    fn a_child_is_handed_what_each_field_of_its_input_is_made_of() {
        let input = json!({"fixed": "x", "a.$": "$.p", "o": {"b.$": "$.q.r"}, "whole.$": "$.w", "l.$": "$.l[*].n"});
        for resource in [
            "arn:aws:states:::states:startExecution",
            "arn:aws:states:::states:startExecution.sync:2",
            "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        ] {
            let all = handed(
                resource,
                json!({"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:c", "Input": input}),
            );
            let [one] = all.as_slice() else {
                panic!("{resource}: {}", all.len());
            };
            assert_eq!(paths(one, "$.fixed"), Vec::<String>::new());
            assert_eq!(paths(one, "$.a"), ["$.p"]);
            assert_eq!(paths(one, "$.o.b"), ["$.q.r"]);
            assert_eq!(paths(one, "$['o']['b']"), ["$.q.r"]);
            assert_eq!(paths(one, "$.whole.deep[0].x"), ["$.w.deep[0].x"]);
            assert_eq!(paths(one, "$.l[2]").len(), 1);
            assert_eq!(paths(one, "$.none"), Vec::<String>::new());
            assert_eq!(paths(one, "$").len(), 4);
            assert_eq!(one.workflow.finite().map(|all| all.len()), Some(1));
        }
    }

    #[test]
    fn a_child_that_is_handed_a_text_or_the_whole_input_tells_no_field_apart() {
        let text = handed(
            "arn:aws:states:::aws-sdk:sfn:startExecution",
            json!({"StateMachineArn.$": "$.m", "Input.$": "States.JsonToString($.p)"}),
        );
        assert_eq!(paths(&text[0], "$.any"), ["$.p.any"]);
        assert!(text[0].workflow.is_tainted());
        let other = handed("arn:aws:states:::sqs:sendMessage", json!({"Input.$": "$"}));
        assert!(other.is_empty());
    }
}
