//! A whole account in one region.

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::workflow::closed;
use super::{AT_ONCE, Account, AccountCache, LookupError, Versions, answered};
use crate::arn::Arn;
use crate::gap::Unread;
use crate::snapshot::{self, Fetched};

/// Reads the whole account: every workflow with its tags, every principal, log group and function.
///
/// # Errors
/// When the workflows cannot be listed.
pub async fn whole_account<A: Account>(
    port: &A,
    cache: &AccountCache,
) -> Result<snapshot::Account, LookupError> {
    let (arns, iam, log_groups, log_resource_policies, functions) = future::join5(
        port.workflows(),
        port.authorization_details(),
        port.log_groups(""),
        port.log_resource_policies(),
        port.functions(),
    )
    .await;
    let arns = answered("ListStateMachines", arns)?.unwrap_or_default();
    let read: Vec<_> = stream::iter(arns)
        .map(|arn| async move {
            let (machine, tags) = future::join(port.workflow(&arn), port.tags(&arn)).await;
            (arn, machine, tags)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut account = snapshot::Account {
        iam_is_whole: iam.present().is_some(),
        versions_are_read: true,
        iam,
        log_groups,
        log_resource_policies,
        functions,
        organization: Fetched::NotCollected,
        ..snapshot::Account::default()
    };
    for (arn, machine, tags) in read {
        match machine {
            Fetched::Present(mut machine) => {
                machine.tags = tags;
                account.unreadable.extend(closed(&machine));
                account.workflows.push(machine);
            }
            // Deleted since it was listed.
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) | Fetched::Failed(why) => {
                // The name that its file would have: it is told as a workflow of its own.
                let name = arn.rsplit(':').next().unwrap_or_default();
                account.unreadable.push(Unread::unknown_workflow(
                    name,
                    format!("state-machines/{name}.json"),
                    why,
                ));
            }
        }
    }
    let workflows = account.workflows.iter();
    let workflows: Vec<Arn> = workflows.filter_map(|m| Arn::parse(&m.arn)).collect();
    let versions: Vec<Versions> = stream::iter(&workflows)
        .map(|workflow| super::versions(port, cache, workflow, None))
        // One call a second is what the service takes in the long run.
        .buffered(2)
        .collect()
        .await;
    for read in versions {
        account.versions.extend(read.machines);
        account.unreadable.extend(read.unread);
    }
    Ok(account)
}
