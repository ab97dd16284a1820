//! What decides the security of workflows that are described already: their roles, who may start them, where they log, and
//! the functions that they invoke. Each part is read afresh, or taken from what was read of the whole account lately.

use std::collections::BTreeMap;

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::{AT_ONCE, Account, Surroundings, lacking, role};
use crate::arn::Arn;
use crate::gap::{Input, Unread};
use crate::snapshot::{self, Fetched, Function, Iam, LogGroup, StateMachine, Tag};
use crate::trigger::Expected;

/// What to read, and what is known already.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The workflows to judge, and then those that only share a role with one.
    pub machines: Vec<StateMachine>,
    /// How many of them are to be judged.
    pub judged: usize,
    /// Published versions of those that are judged.
    pub versions: Vec<StateMachine>,
    /// ARNs of functions that they invoke.
    pub functions: Vec<Arn>,
    /// Roles, by name, that must be read afresh beside their own.
    pub roles: Vec<String>,
    /// What a role must look like, where an event said so.
    pub expects: Option<&'a Expected>,
    /// The whole account, as it was read lately.
    pub lately: &'a Surroundings,
    /// Tag keys that name owners: where a workflow has none, its stack may.
    pub owner_tags: &'a [String],
}

/// Reads it, and says what is not visible yet.
pub async fn around<A: Account>(port: &A, ask: Ask<'_>) -> (snapshot::Account, Vec<StaleRead>) {
    let judged = ask.machines.get(..ask.judged).unwrap_or(&ask.machines);
    let all = || judged.iter().chain(&ask.versions);
    let mut names: Vec<String> = all()
        .filter_map(|machine| Some(Arn::parse(&machine.role_arn)?.name().to_owned()))
        .chain(ask.roles.iter().cloned())
        .collect();
    names.sort();
    names.dedup();
    let (fresh, log_groups, functions, tags) = future::join4(
        roles(port, &names, ask.expects),
        log_groups(port, all()),
        functions(port, &ask.functions),
        stream::iter(judged)
            .map(|machine| port.tags(&machine.arn))
            .buffered(AT_ONCE)
            .collect::<Vec<_>>(),
    )
    .await;
    let stacks = stacks(port, &tags, &fresh.iam, ask.owner_tags).await;
    let mut account = snapshot::Account {
        iam_is_whole: ask.lately.iam.present().is_some(),
        versions_are_read: false,
        log_groups,
        functions,
        tags: stacks,
        log_resource_policies: ask.lately.log_resource_policies.clone(),
        organization: Fetched::NotCollected,
        ..snapshot::Account::default()
    };
    let Roles { iam, stale } = fresh;
    account.iam = match iam {
        Fetched::Present(iam) => Fetched::Present(overlaid(&ask.lately.iam, iam)),
        other => other,
    };
    account.unreadable.extend(principals_gap(&ask.lately.iam));
    for (index, mut machine) in ask.machines.into_iter().enumerate() {
        if let Some(tags) = tags.get(index) {
            machine.tags = tags.clone();
        }
        account.unreadable.extend(super::workflow::closed(&machine));
        account.workflows.push(machine);
    }
    account.versions = ask.versions;
    (account, stale)
}

/// The tags of the stacks that made workflows or roles without a tag that names an owner.
async fn stacks<A: Account>(
    port: &A,
    workflows: &[Fetched<Vec<Tag>>],
    iam: &Fetched<Iam>,
    owner_tags: &[String],
) -> Fetched<BTreeMap<String, Vec<Tag>>> {
    let own = workflows.iter().filter_map(Fetched::present);
    let roles = iam.present().into_iter().flat_map(|iam| &iam.roles);
    let mut wanted: Vec<&str> = own
        .chain(roles.map(|role| &role.tags))
        .filter(|tags| !tags.iter().any(|tag| owner_tags.contains(&tag.key)))
        .flatten()
        .filter(|tag| tag.key == STACK_ID)
        .map(|tag| tag.value.as_str())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Fetched::NotCollected;
    }
    let read: Vec<_> = stream::iter(wanted)
        .map(|arn| async move {
            lacking(port.stack_tags(arn).await, |tags| {
                Fetched::Present((arn.to_owned(), tags))
            })
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    gathered(read)
}

/// Set by CloudFormation on what it makes.
const STACK_ID: &str = "aws:cloudformation:stack-id";

/// Who may start workflows could not be read, although it was asked.
pub(super) fn principals_gap(iam: &Fetched<Iam>) -> Option<Unread> {
    match iam {
        Fetched::Denied(why) | Fetched::Failed(why) => {
            let what = "the principals of the account";
            Some(Unread::of_account(Input::Principals, what, why))
        }
        Fetched::Present(_) | Fetched::Absent | Fetched::NotCollected => None,
    }
}

/// The whole account's principals, with these roles and policies in the place of their older selves.
fn overlaid(lately: &Fetched<Iam>, fresh: Iam) -> Iam {
    let Fetched::Present(lately) = lately else {
        return fresh;
    };
    let mut whole = lately.clone();
    whole
        .roles
        .retain(|old| !fresh.roles.iter().any(|new| new.arn == old.arn));
    whole
        .managed
        .retain(|old| !fresh.managed.iter().any(|new| new.arn == old.arn));
    whole.roles.extend(fresh.roles);
    whole.managed.extend(fresh.managed);
    whole
}

/// What is not visible yet, and why that matters.
pub type StaleRead = Unread;

struct Roles {
    iam: Fetched<Iam>,
    /// Roles that do not look yet as the event says.
    stale: Vec<StaleRead>,
}

/// These roles, each once.
async fn roles<A: Account>(port: &A, names: &[String], expects: Option<&Expected>) -> Roles {
    let read: Vec<(Fetched<Iam>, Option<StaleRead>)> = stream::iter(names)
        .map(|name| role::settled(port, name, expects))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut whole = Iam::default();
    let mut stale = Vec::new();
    for (part, late) in read {
        stale.extend(late);
        match part {
            Fetched::Present(part) => {
                whole.roles.extend(part.roles);
                whole.managed.extend(part.managed);
            }
            other => return Roles { iam: other, stale },
        }
    }
    whole.managed.sort_by(|a, b| a.arn.cmp(&b.arn));
    whole.managed.dedup_by(|a, b| a.arn == b.arn);
    Roles {
        iam: Fetched::Present(whole),
        stale,
    }
}

/// The log groups that these workflows name.
async fn log_groups<A: Account>(
    port: &A,
    machines: impl Iterator<Item = &StateMachine>,
) -> Fetched<BTreeMap<String, LogGroup>> {
    let mut wanted: Vec<&str> = machines
        .flat_map(|m| &m.log_destinations)
        .map(|arn| super::workflow::bare(arn))
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
    gathered(read)
}

/// The functions, by unqualified ARN.
async fn functions<A: Account>(port: &A, arns: &[Arn]) -> Fetched<BTreeMap<String, Function>> {
    let read: Vec<_> = stream::iter(arns)
        .map(|arn| async move {
            lacking(port.function(arn.as_str()).await, |function| {
                Fetched::Present((arn.as_str().to_owned(), function))
            })
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    gathered(read)
}

/// What is there by its ARN; what is not there is left out, and one that could not be read stands for all.
fn gathered<T>(read: Vec<Fetched<(String, T)>>) -> Fetched<BTreeMap<String, T>> {
    let mut all = BTreeMap::new();
    for one in read {
        match one {
            Fetched::Present((arn, value)) => {
                all.insert(arn, value);
            }
            Fetched::Absent => {}
            Fetched::NotCollected => return Fetched::NotCollected,
            Fetched::Denied(why) => return Fetched::Denied(why),
            Fetched::Failed(why) => return Fetched::Failed(why),
        }
    }
    Fetched::Present(all)
}
