//! Which workflows an entry point may begin, by its role.

use crate::entry_points::EntryPoint;
use crate::iam::{Decision, Principals, Request, evaluate};
use crate::starters::{self, START, START_SYNC};
use crate::workflow::{Workflow, WorkflowType};

/// Whether the entry point's role may start the workflow; of one that was not read nothing else is known.
pub(in crate::facts) fn may_start(
    point: &EntryPoint,
    workflow: &Workflow,
    principals: &Principals,
    whole: bool,
) -> bool {
    // Of a role that is not known, nothing keeps it from starting any.
    let Some(role) = &point.role else {
        return true;
    };
    let Some(principal) = principals.get(role) else {
        return !whole;
    };
    let context = starters::of_workflow(workflow, None);
    // A STANDARD workflow is not started synchronously.
    let actions: &[&str] = match workflow.kind {
        WorkflowType::Standard => &[START],
        WorkflowType::Express => &[START, START_SYNC],
    };
    actions.iter().any(|action| {
        let request = Request {
            principal: Some(role),
            action,
            resource: workflow.arn.as_str(),
            context: &context,
        };
        matches!(
            evaluate(&principal.authority, &request),
            Decision::Allow { .. } | Decision::Depends { .. }
        )
    })
}
