//! What is read around the workflows that are judged.

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::evaluate::Cause;
use super::{Ports, Run};
use crate::arn::{AccountRegion, Arn};
use crate::collect::{self, Account, EntryAsk, ReadEntries, StaleRead, Surroundings};
use crate::dependencies;
use crate::snapshot::{self, Fetched, Iam, StateMachine};
use crate::starters::Serving;
use crate::trigger::Affects;

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
    let (read, (mut snapshot, late)) = future::join(
        entries(run, account, home, &iam, &named, cause),
        principals_and_parts(run, account, home, &iam, subject, cause),
    )
    .await;
    if let Some(read) = read {
        snapshot.entries = read.entries;
        if let Fetched::Present(functions) = &mut snapshot.functions {
            functions.extend(read.functions);
        }
    }
    (snapshot, late)
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
    let changed = cause
        .change()
        .filter(|c| matches!(c.affects, Affects::EntryPoints { .. }));
    let changed = changed.and_then(|change| change.time()).unwrap_or_default();
    let times = (run.now(), cause.after.max(changed));
    Some(run.watch.lately.entries(account, home, times, ask).await)
}

/// The rest: principals, log groups, functions, tags.
async fn principals_and_parts<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    iam: &Fetched<Iam>,
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
    let functions = machines
        .iter()
        .take(judged)
        .chain(versions)
        .flat_map(|machine| dependencies::invoked_functions(machine, &run.watch.config));
    let mut functions: Vec<Arn> = functions
        .filter(|arn| AccountRegion::of(arn) == *home)
        .collect();
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
