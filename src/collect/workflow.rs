//! The workflows that a change affects, with their roles and log groups.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::{AT_ONCE, Account, Blind, Collected, Unread, answered, lacking, role};
use crate::arn::Arn;
use crate::snapshot::{self, Fetched, Iam, LogGroup, StateMachine};
use crate::trigger::WorkflowChange;

/// Pauses between looks at a workflow whose change is not visible yet: three seconds in all. Reads of Step Functions are
/// eventually consistent (AWS Step Functions API Reference, DescribeStateMachine).
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
];

/// Reads one workflow. Where the event names the role: workflow, tags and the role's outline in one round, its documents
/// and the log groups in a second, the managed policies' versions in a third.
pub(super) async fn read<A: Account>(port: &A, change: &WorkflowChange) -> Collected {
    let arn = change.arn.as_str();
    let hint = async {
        match &change.role {
            Some(role) => Some(role::outline(port, role.name()).await),
            None => None,
        }
    };
    let (described, tags, hinted) =
        future::join3(settled(port, change), port.tags(arn), hint).await;
    let Settled { described, stale } = described;
    let mut machine = match described {
        Fetched::Present(machine) => machine,
        Fetched::Absent | Fetched::NotCollected if change.created => {
            return unread(
                change,
                "it was created, but is not there: deleted meanwhile, or not visible yet",
            );
        }
        Fetched::Absent | Fetched::NotCollected => {
            return Collected {
                gone: Some(change.arn.clone()),
                ..Collected::default()
            };
        }
        Fetched::Denied(why) | Fetched::Failed(why) => return unread(change, &why),
    };
    machine.tags = tags;
    let hinted = hinted.filter(|_| {
        let named = change.role.as_ref().map(Arn::as_str);
        named == Some(machine.role_arn.as_str())
    });
    let (iam, log_groups) = future::join(
        async {
            match (hinted, Arn::parse(&machine.role_arn)) {
                (Some(outline), _) => role::documents(port, outline).await,
                (None, Some(arn)) => {
                    role::documents(port, role::outline(port, arn.name()).await).await
                }
                (None, None) => Fetched::Present(Iam::default()),
            }
        },
        log_groups(port, std::slice::from_ref(&machine)),
    )
    .await;
    let mut account = snapshot::Account {
        iam,
        log_groups,
        ..blank()
    };
    account
        .unreadable
        .extend(stale.map(|why| (format!("the revision of {arn}"), why)));
    account.unreadable.extend(closed(&machine));
    account.workflows.push(machine);
    Collected {
        account,
        ..Collected::default()
    }
}

/// Reads every workflow that runs with one of these roles.
pub(super) async fn with_roles<A: Account>(port: &A, names: &[String]) -> Result<Collected, Blind> {
    if names.is_empty() {
        return Ok(Collected {
            account: blank(),
            ..Collected::default()
        });
    }
    let runs_with = |machine: &StateMachine| {
        Arn::parse(&machine.role_arn)
            .is_some_and(|role| names.iter().any(|name| name == role.name()))
    };
    affected(port, runs_with).await
}

/// Reads every workflow that logs to this group.
pub(super) async fn logging_to<A: Account>(port: &A, group: &str) -> Result<Collected, Blind> {
    let suffix = format!(":log-group:{group}");
    let logs = |machine: &StateMachine| {
        let group_of = |arn: &String| bare(arn).ends_with(&suffix);
        machine.log_destinations.iter().any(group_of)
    };
    affected(port, logs).await
}

/// Describes every workflow and reads those that are affected whole, each role once.
async fn affected<A: Account>(
    port: &A,
    is_affected: impl Fn(&StateMachine) -> bool,
) -> Result<Collected, Blind> {
    let arns = answered("ListStateMachines", port.workflows().await)?.unwrap_or_default();
    let described: Vec<(String, Fetched<StateMachine>)> = stream::iter(arns)
        .map(|arn| async move {
            let described = port.workflow(&arn).await;
            (arn, described)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut collected = Collected {
        account: blank(),
        ..Collected::default()
    };
    let mut machines = Vec::new();
    for (arn, described) in described {
        match described {
            Fetched::Present(machine) if is_affected(&machine) => machines.push(machine),
            // Not concerned, or deleted since it was listed.
            Fetched::Present(_) | Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) | Fetched::Failed(why) => collected
                .unread
                .extend(Arn::parse(&arn).map(|workflow| Unread { workflow, why })),
        }
    }
    let (tags, iam, log_groups) = future::join3(
        stream::iter(&machines)
            .map(|m| port.tags(&m.arn))
            .buffered(AT_ONCE)
            .collect::<Vec<_>>(),
        roles(port, &machines),
        log_groups(port, &machines),
    )
    .await;
    collected.account.iam = iam;
    collected.account.log_groups = log_groups;
    for (mut machine, tags) in machines.into_iter().zip(tags) {
        machine.tags = tags;
        collected.account.unreadable.extend(closed(&machine));
        collected.account.workflows.push(machine);
    }
    Ok(collected)
}

/// The roles of these workflows, each once.
async fn roles<A: Account>(port: &A, machines: &[StateMachine]) -> Fetched<Iam> {
    let mut names: Vec<String> = machines
        .iter()
        .filter_map(|machine| Some(Arn::parse(&machine.role_arn)?.name().to_owned()))
        .collect();
    names.sort();
    names.dedup();
    let read: Vec<Fetched<Iam>> = stream::iter(&names)
        .map(|name| async move { role::documents(port, role::outline(port, name).await).await })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut whole = Iam::default();
    for part in read {
        match part {
            Fetched::Present(part) => {
                whole.roles.extend(part.roles);
                whole.managed.extend(part.managed);
            }
            other => return other,
        }
    }
    whole.managed.sort_by(|a, b| a.arn.cmp(&b.arn));
    whole.managed.dedup_by(|a, b| a.arn == b.arn);
    Fetched::Present(whole)
}

/// The log groups that these workflows name.
async fn log_groups<A: Account>(
    port: &A,
    machines: &[StateMachine],
) -> Fetched<BTreeMap<String, LogGroup>> {
    let mut wanted: Vec<&str> = machines
        .iter()
        .flat_map(|m| &m.log_destinations)
        .map(|arn| bare(arn))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let read: Vec<_> = stream::iter(wanted)
        .map(|arn| async move {
            let name = arn.split_once(":log-group:").map_or("", |(_, name)| name);
            let found = if name.is_empty() {
                Fetched::Absent
            } else {
                port.log_groups(name).await
            };
            lacking(found, |groups| {
                let group = groups.into_iter().find(|(found, _)| found == arn);
                group.map_or(Fetched::Absent, Fetched::Present)
            })
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut groups = BTreeMap::new();
    for group in read {
        match group {
            Fetched::Present((arn, group)) => {
                groups.insert(arn, group);
            }
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) => return Fetched::Denied(why),
            Fetched::Failed(why) => return Fetched::Failed(why),
        }
    }
    Fetched::Present(groups)
}

/// What became of waiting for a change to show.
struct Settled {
    described: Fetched<StateMachine>,
    /// Why what was read may not be what the event made.
    stale: Option<String>,
}

/// Describes until the change is visible, or the pauses are used up.
async fn settled<A: Account>(port: &A, change: &WorkflowChange) -> Settled {
    let mut described = port.workflow(change.arn.as_str()).await;
    for pause in PAUSES {
        if is_settled(&described, change) {
            break;
        }
        port.pause(pause).await;
        described = port.workflow(change.arn.as_str()).await;
    }
    let stale = match &described {
        Fetched::Present(machine) if !is_settled(&described, change) => mismatch(machine, change),
        _ => None,
    };
    Settled { described, stale }
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
pub(super) fn closed(machine: &StateMachine) -> Option<(String, String)> {
    machine.definition.is_empty().then(|| {
        let why = "it is encrypted with a key that may not be used here; allow `kms:Decrypt` on it";
        (format!("the definition of {}", machine.arn), why.to_owned())
    })
}

fn unread(change: &WorkflowChange, why: &str) -> Collected {
    Collected {
        account: blank(),
        unread: vec![Unread {
            workflow: change.arn.clone(),
            why: why.to_owned(),
        }],
        gone: None,
    }
}

/// An account of which an event reads a part: who may start workflows and what functions may do is not in it.
fn blank() -> snapshot::Account {
    snapshot::Account {
        iam: Fetched::Present(Iam::default()),
        iam_is_whole: false,
        log_groups: Fetched::NotCollected,
        log_resource_policies: Fetched::NotCollected,
        functions: Fetched::NotCollected,
        tags: Fetched::NotCollected,
        ..snapshot::Account::default()
    }
}

/// A log group's ARN without `:*`.
fn bare(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}
