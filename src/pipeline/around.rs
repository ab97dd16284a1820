//! What is read around the workflows that are judged.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::evaluate::Cause;
use super::{Ports, Run};
use crate::arn::{AccountRegion, Arn};
use crate::collect::{self, Account, EntryAsk, ReadEntries, StaleRead, Surroundings};
use crate::dependencies;
use crate::gap::Input;
use crate::iam::resources::{named, without_random};
use crate::moment::Moment;
use crate::snapshot::{self, Document, Fetched, Iam, ResourceKind, StateMachine};
use crate::starters::Serving;
use crate::trigger::{Affects, Change, same};

/// Workflows with the versions of those that are judged.
pub(super) struct Subject<'a> {
    /// Those to judge, and then those that only share a role with one.
    pub machines: Vec<StateMachine>,
    /// How many of them are judged.
    pub judged: usize,
    pub versions: &'a [StateMachine],
}

/// Everything around them: for a sweep what was read of the whole account, for an event the parts that it may have changed.
pub(super) async fn around<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    subject: Subject<'_>,
    cause: &Cause<'_>,
) -> (snapshot::Account, Vec<StaleRead>) {
    let (lately, now) = (&run.watch.lately, run.now());
    let iam = lately.principals(account, home, now, cause.after).await;
    let judged = subject.machines.iter().take(subject.judged);
    let named: Vec<(Arn, Vec<String>)> = judged
        .filter_map(|machine| {
            let own = subject.versions.iter().filter(|v| v.arn == machine.arn);
            let versions = own.filter_map(|v| v.version.clone()).collect();
            Some((Arn::parse(&machine.arn)?, versions))
        })
        .collect();
    let judged = subject.machines.iter().take(subject.judged);
    let named_by = |machine| dependencies::named_by(machine, &run.watch.config);
    let mut acted_on: BTreeMap<String, BTreeSet<Arn>> = BTreeMap::new();
    let mut functions = Vec::new();
    for machine in judged.chain(subject.versions) {
        let named = named_by(machine);
        let own = acted_on.entry(machine.arn.clone()).or_default();
        own.extend(named.holders);
        functions.extend(named.functions);
    }
    let judged = subject.machines.iter().take(subject.judged);
    let mut all = judged.chain(subject.versions);
    let logs = all.any(|machine| !machine.log_destinations.is_empty());
    let (read, log_policies, (mut snapshot, mut late)) = future::join3(
        entries(run, account, home, &iam, &named, cause),
        log_policies(run, account, home, logs, cause),
        principals_and_parts(run, account, home, &iam, functions, subject, cause),
    )
    .await;
    if let Some(read) = read {
        snapshot.entries = read.entries;
        if let Fetched::Present(functions) = &mut snapshot.functions {
            functions.extend(read.functions);
        }
    }
    if let Some(read) = log_policies {
        snapshot.log_resource_policies = read;
    }
    late.extend(policies(run, account, home, acted_on, &mut snapshot, cause).await);
    let (above, now) = (&run.watch.accounts, run.now());
    let above = lately.organization(above, &home.account, now, &mut snapshot);
    above.await;
    out_of_reach(account, &mut snapshot);
    (snapshot, late)
}

/// What no call can read of the account. Principals of which a part is missing are not all that there are.
fn out_of_reach<A: Account>(account: &A, snapshot: &mut snapshot::Account) {
    let missing = account.out_of_reach();
    snapshot.iam_is_whole &= !missing
        .iter()
        .any(|unread| unread.input == Input::Principals);
    snapshot.unreadable.extend(missing);
}

/// The resource policies of CloudWatch Logs, where one of the workflows logs; a sweep has read them.
async fn log_policies<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    logs: bool,
    cause: &Cause<'_>,
) -> Option<Fetched<Vec<Document>>> {
    if cause.sweep.is_some() || !logs {
        return None;
    }
    let changed = cause.change();
    let changed = changed.filter(|change| change.affects == Affects::LogPolicies);
    let after = changed.and_then(Change::time).unwrap_or_default();
    let lately = &run.watch.lately;
    let read = lately.log_policies(account, home, (run.now(), after)).await;
    Some(Fetched::clone(&read))
}

/// The policies of the resources that the workflows act on, that their log groups are encrypted with, and behind which their
/// executions begin.
async fn policies<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    acted_on: BTreeMap<String, BTreeSet<Arn>>,
    snapshot: &mut snapshot::Account,
    cause: &Cause<'_>,
) -> Option<StaleRead> {
    let ask = dependencies::ask(snapshot, &acted_on);
    let changed = cause.change().and_then(|change| match &change.affects {
        Affects::Policy {
            kind,
            name,
            document,
        } => {
            let document = document.as_deref().filter(|_| cause.recent);
            Some((*kind, name.as_str(), document, change.time()?))
        }
        _ => None,
    });
    // Only the policy that the event is about is not in what was read before it.
    let before = match cause.change() {
        Some(_) => Moment::default(),
        None => cause.after,
    };
    let after = |arn: &Arn| match changed {
        Some((kind, name, _, time)) if is_of(arn, kind, name) => time,
        _ => before,
    };
    let lately = &run.watch.lately;
    let times = (run.now(), &after as &(dyn Fn(&Arn) -> Moment + Sync));
    lately.policies(account, home, times, &ask, snapshot).await;
    let (kind, name, document, _) = changed?;
    let written = document?;
    let policies = &snapshot.resource_policies;
    let was_answered = policies.only.get(&kind)?.contains(name);
    let read = policies.of_kind(kind)?.present()?.get(name);
    let stale = was_answered && !read.is_some_and(|read| same(read, written));
    stale.then(|| {
        let what = format!("the policy of the {} `{name}`", kind.word());
        let why = "what is read is not what the event says was written";
        StaleRead::of_account(Input::ResourcePolicies, what, why)
    })
}

fn is_of(resource: &Arn, kind: ResourceKind, name: &str) -> bool {
    named(resource).is_some_and(|(of, own)| {
        of == kind && (own == name || without_random(kind, own) == Some(name))
    })
}

/// What begins their executions; `None` where it is not known which roles may.
async fn entries<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    iam: &Fetched<Iam>,
    workflows: &[(Arn, Vec<String>)],
    cause: &Cause<'_>,
) -> Option<ReadEntries> {
    let Serving {
        kinds,
        function_roles,
    } = Serving::new(iam.present()?);
    let mut targets = Vec::new();
    if EntryAsk::is_by_target(&kinds) {
        let each = workflows.iter();
        let read = stream::iter(each)
            .map(|(workflow, versions)| collect::targets(account, workflow, versions))
            .buffered(16);
        targets = read.concat().await;
    }
    let ask = EntryAsk {
        kinds,
        function_roles,
        targets: Some(targets),
    };
    // A change of an entry point is not in what was read before it.
    let of_function = |c: &&Change| matches!(&c.affects, Affects::Policy { kind, .. } if *kind == ResourceKind::Function);
    let changed = cause
        .change()
        .filter(|c| matches!(c.affects, Affects::EntryPoints { .. }) || of_function(c));
    let changed = changed.and_then(Change::time).unwrap_or_default();
    let times = (run.now(), cause.after.max(changed));
    Some(run.watch.lately.entries(account, home, times, ask).await)
}

/// The rest: principals, log groups, functions, tags.
async fn principals_and_parts<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    iam: &Fetched<Iam>,
    mut functions: Vec<Arn>,
    subject: Subject<'_>,
    cause: &Cause<'_>,
) -> (snapshot::Account, Vec<StaleRead>) {
    let Subject {
        machines,
        judged,
        versions,
    } = subject;
    let (lately, now) = (&run.watch.lately, run.now());
    if cause.sweep.is_some() {
        let whole = lately.whole(account, home, now, cause.after).await;
        let with = snapshot::Account {
            versions: versions.to_vec(),
            ..whole.with(machines)
        };
        return (with, Vec::new());
    }
    let surroundings = Surroundings {
        iam: Fetched::clone(iam),
        ..Surroundings::unread()
    };
    let affected_role = cause.change().and_then(|change| match &change.affects {
        Affects::Role { name } => Some(name.clone()),
        _ => None,
    });
    functions.retain(|arn| AccountRegion::of(arn) == *home);
    functions.sort();
    functions.dedup();
    let ask = collect::Ask {
        functions,
        versions: versions.to_vec(),
        machines,
        judged,
        roles: affected_role.into_iter().collect(),
        expects: cause
            .change()
            .filter(|_| cause.recent)
            .and_then(|change| change.expects.as_ref()),
        lately: &surroundings,
        owner_tags: &run.watch.config.owner_tags,
    };
    collect::around(account, ask).await
}
