//! What is known where the walk is given up: nothing but the sources that the definition has at all. Each value of each
//! place may come from each of them.

use std::sync::Arc;

use crate::asl::{Definition, Kind};
use crate::flow::env::Env;
use crate::flow::sources::{self, ResultKind};
use crate::value::{Fields, Source, Unknown, Value};

/// What holds at every state of the definition, whichever way a run takes.
pub(super) fn everywhere(definition: &Definition) -> Env {
    let mut all = Unknown::of(Source::Caller, "$");
    let undecided = Unknown::of(
        Source::Undecided,
        "a workflow that costs too much to follow",
    );
    all.add_origins(&undecided.origins);
    if definition
        .states
        .iter()
        .any(|state| has_external(&state.kind))
    {
        let external = Unknown::of(Source::External, "a result or an item from outside");
        all.add_origins(&external.origins);
    }
    let all = Value::Any(all);
    let mut vars = Fields::default();
    for state in &definition.states {
        let rules = match &state.kind {
            Kind::Choice { rules, .. } => rules.as_slice(),
            _ => &[],
        };
        let assigned = state
            .assign
            .iter()
            .chain(state.catch.iter().flat_map(|c| &c.assign))
            .chain(rules.iter().flat_map(|r| &r.assign));
        for (name, _) in assigned {
            vars.insert(name.as_str(), all.clone());
        }
    }
    Env {
        vars: Arc::new(vars),
        item: Some(Arc::new(all.clone())),
        lost: true,
        ..Env::start(all)
    }
}

/// Whether a state takes in what somebody outside of the account writes.
fn has_external(kind: &Kind) -> bool {
    match kind {
        Kind::Task(task) => {
            [sources::of_task(task), sources::error_of_task(task)].contains(&ResultKind::External)
        }
        Kind::Map(map) => map.item_reader.as_ref().is_some_and(sources::reads_content),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::asl;
    use crate::budget;
    use crate::flow::{FlowContext, analyse};

    #[test]
    fn a_walk_that_is_given_up_keeps_the_caller() {
        let definition = asl::parse(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "T"},
                "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                    "Parameters": {"FunctionName.$": "$.a.b.f", "Qualifier": "1"}}}}"#,
        );
        for units in [0, 1, 4, 16, 64, 256] {
            let (flow, _) = budget::within(units, || analyse(&definition, FlowContext::default()));
            let flow = flow.unwrap();
            let (state, _) = definition.tasks().next().unwrap();
            let arguments = flow.arguments(state.id);
            assert!(arguments.field("FunctionName").is_tainted(), "{units}");
            assert!(!arguments.field("Qualifier").is_tainted(), "{units}");
        }
    }
}
