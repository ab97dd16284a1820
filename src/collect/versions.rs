//! Published versions: each can be started by its ARN, whether an alias points at it or not.

use futures_util::stream::{self, StreamExt as _};

use super::{AT_ONCE, Account, AccountCache, answered};
use crate::arn::Arn;
use crate::gap::{Input, Unread};
use crate::snapshot::{Fetched, StateMachine, VersionRef};

/// Versions of one workflow that are read: the newest, and those that aliases point at. An account keeps up to a thousand
/// (AWS Step Functions Developer Guide, "Quotas related to state machine versions and aliases").
const MOST: usize = 50;

/// The published versions of one workflow.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// What was read, each with the ARN of the workflow.
    pub machines: Vec<StateMachine>,
    /// What there is, newest first; `None` where it was not listed.
    pub listed: Option<Vec<VersionRef>>,
    /// What was not read.
    pub unread: Vec<Unread>,
}

/// Reads them; `known` is the list of an earlier look, where that is fresh enough.
pub async fn versions<A: Account>(
    port: &A,
    cache: &AccountCache,
    workflow: &Arn,
    known: Option<&Vec<VersionRef>>,
) -> Versions {
    let mut read = Versions::default();
    let mut wanted = match known {
        Some(known) => known.clone(),
        None => list(port, workflow, &mut read).await,
    };
    read.listed = Some(wanted.clone()).filter(|_| read.unread.is_empty());
    if wanted.len() > MOST {
        let beyond = wanted.split_off(MOST);
        let aliased = aliased(port, workflow).await.unwrap_or_default();
        let (reached, left): (Vec<_>, Vec<_>) =
            beyond.into_iter().partition(|v| aliased.contains(&v.arn));
        wanted.extend(reached);
        let why = "there are too many; delete those that nobody starts (`aws stepfunctions delete-state-machine-version`)";
        let what = format!("{} older versions of {workflow}", left.len());
        read.unread.push(gap(workflow, what, why));
    }
    let described: Vec<(String, Fetched<StateMachine>)> = stream::iter(wanted)
        .map(|version| async move {
            let machine = cache.version(port, &version).await;
            (version.arn, machine)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    for (arn, machine) in described {
        match machine {
            Fetched::Present(machine) => read.machines.extend(machine.of_version()),
            // Deleted since it was listed.
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) | Fetched::Failed(why) => {
                read.unread
                    .push(gap(workflow, format!("the version {arn}"), &why));
            }
        }
    }
    read
}

fn gap(workflow: &Arn, what: String, why: &str) -> Unread {
    Unread::of_workflow(workflow.as_str(), Input::Versions, what, why)
}

/// What there is; where that is not told, at least what aliases point at.
async fn list<A: Account>(port: &A, workflow: &Arn, read: &mut Versions) -> Vec<VersionRef> {
    let why = match port.versions(workflow.as_str()).await {
        Fetched::Present(all) => return all,
        Fetched::Absent => return Vec::new(),
        Fetched::NotCollected => None,
        Fetched::Denied(why) | Fetched::Failed(why) => Some(why),
    };
    let aliased = aliased(port, workflow).await;
    if let Some(why) = why.or_else(|| aliased.as_ref().err().cloned()) {
        let what = format!("the published versions of {workflow}");
        read.unread.push(gap(workflow, what, &why));
    }
    let each = aliased.unwrap_or_default().into_iter();
    let version = |arn| VersionRef {
        arn,
        created: String::new(),
    };
    each.map(version).collect()
}

/// The versions that aliases point at.
async fn aliased<A: Account>(port: &A, workflow: &Arn) -> Result<Vec<String>, String> {
    let aliases = answered(
        "ListStateMachineAliases",
        port.aliases(workflow.as_str()).await,
    );
    let aliases = aliases.map_err(|error| error.why)?.unwrap_or_default();
    let routed: Vec<_> = stream::iter(aliases)
        .map(|alias| async move { port.alias(&alias).await })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut all = Vec::new();
    for one in routed {
        let routed = answered("DescribeStateMachineAlias", one);
        all.extend(routed.map_err(|error| error.why)?.unwrap_or_default());
    }
    all.sort();
    all.dedup();
    Ok(all)
}
