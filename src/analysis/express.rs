//! What an EXPRESS workflow does not have, so that Step Functions refuses its definition.

use super::TaskFacts;
use crate::asl::{Definition, Kind, Problem};
use crate::catalog::{IntegrationKind, Pattern};

/// The states that only a STANDARD workflow may have (Step Functions Developer Guide, "Choosing workflow type": service
/// integration patterns, activities, Distributed Map).
pub fn problems(definition: &Definition, tasks: &[TaskFacts]) -> Vec<Problem> {
    let mut found = Vec::new();
    for task in tasks {
        let what = match (task.integration.pattern, &task.integration.kind) {
            (_, IntegrationKind::Activity) => "activities".to_owned(),
            (Pattern::RequestResponse, _) => continue,
            (pattern, _) => format!("`{}`", pattern.suffix()),
        };
        let Some(state) = definition.state(task.state) else {
            continue;
        };
        found.push(Problem {
            pointer: state.pointer.key("Resource"),
            message: format!("EXPRESS workflows do not have {what}"),
        });
    }
    for state in &definition.states {
        if matches!(&state.kind, Kind::Map(map) if map.distributed) {
            found.push(Problem {
                pointer: state.pointer.clone(),
                message: "EXPRESS workflows do not have Distributed Map".to_owned(),
            });
        }
    }
    found
}
