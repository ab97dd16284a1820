//! Workflows: described, until what an event made of them is visible.

use super::{Account, PAUSES};
use crate::arn::Arn;
use crate::gap::{Input, Unread};
use crate::snapshot::{Fetched, StateMachine};
use crate::trigger::WorkflowChange;

/// One workflow as it was described.
#[derive(Clone, Debug)]
pub struct Described {
    /// Which.
    pub arn: Arn,
    /// What was read.
    pub machine: Fetched<StateMachine>,
    /// Why what was read may not be what the event made.
    pub stale: Option<String>,
}

/// Describes a workflow. `change` is what an event said of it: where that is recent, reads again until the change is
/// visible, or the pauses are used up.
pub async fn describe<A: Account>(
    port: &A,
    arn: &Arn,
    change: Option<&WorkflowChange>,
    recent: bool,
) -> Described {
    let mut machine = port.workflow(arn.as_str()).await;
    let mut stale = None;
    if let Some(change) = change.filter(|_| recent) {
        for pause in PAUSES {
            if is_settled(&machine, change) {
                break;
            }
            port.pause(pause).await;
            machine = port.workflow(arn.as_str()).await;
        }
        stale = match &machine {
            Fetched::Present(found) if !is_settled(&machine, change) => mismatch(found, change),
            _ => None,
        };
        if change.created && matches!(machine, Fetched::Absent) {
            let why = "it was created, but is not there: deleted meanwhile, or not visible yet";
            machine = Fetched::Failed(why.to_owned());
        }
    }
    Described {
        arn: arn.clone(),
        machine: given_up(machine),
        stale,
    }
}

/// A workflow that is being deleted starts nothing any more (AWS Step Functions API Reference, DeleteStateMachine).
fn given_up(machine: Fetched<StateMachine>) -> Fetched<StateMachine> {
    match machine {
        Fetched::Present(machine) if machine.status == "DELETING" => Fetched::Absent,
        machine => machine,
    }
}

fn is_settled(described: &Fetched<StateMachine>, change: &WorkflowChange) -> bool {
    match described {
        Fetched::Present(machine) => change
            .revision
            .as_ref()
            .is_none_or(|revision| machine.revision_id.as_ref() == Some(revision)),
        Fetched::Absent => !change.created,
        _ => true,
    }
}

/// Why this may be another revision. A service that tells no revision, and names the role of the event, is believed.
fn mismatch(machine: &StateMachine, change: &WorkflowChange) -> Option<String> {
    let other_role = change
        .role
        .as_ref()
        .is_some_and(|role| role.as_str() != machine.role_arn);
    (machine.revision_id.is_some() || other_role).then(|| {
        "the revision that the event made did not show up in time: what was checked is older or newer; \
         `stepwarden scan` checks what is deployed now"
            .to_owned()
    })
}

/// A definition that came back empty is closed by its key.
pub(super) fn closed(machine: &StateMachine) -> Option<Unread> {
    machine.definition.is_empty().then(|| {
        let why = "it is encrypted with a key that may not be used here; allow `kms:Decrypt` on it";
        let what = format!("the definition of {}", machine.arn);
        Unread::of_workflow(&machine.arn, Input::Workflow, what, why)
    })
}

/// A log group's ARN without `:*`.
pub(super) fn bare(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}
