//! Which workflows rest on something: from the index of the table, or, where nothing is remembered, by looking at every
//! workflow of the account.

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::{Error, Ports, Run};
use crate::analysis::WorkflowAnalysis;
use crate::arn::{AccountRegion, Arn};
use crate::baselines::Baselines;
use crate::collect::{self, EntryAsk};
use crate::config::Config;
use crate::dependencies::{self, Dependency, PolicyHolders};
use crate::entry_points::Kind;
use crate::iam::Principals;
use crate::snapshot::{self, Fetched, StateMachine};
use crate::starters::{self, Revision, StartIndex};

/// Reads at once.
const AT_ONCE: usize = 16;

/// The workflows whose verdicts rest on any of these, in the order of their ARNs.
pub(super) async fn resting_on<P: Ports, A: collect::Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    rests: &[Dependency],
) -> Result<Vec<Arn>, Error> {
    let mut found = Vec::new();
    match &run.watch.baselines {
        Some(state) => {
            for rest in rests {
                found.extend(state.resting_on(rest).await?);
            }
        }
        None if rests.is_empty() => {}
        None => found = among_all(run, account, home, rests).await?,
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Reads every workflow, and what tells on what it rests. Those that could not be read may rest on anything.
async fn among_all<P: Ports, A: collect::Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    rests: &[Dependency],
) -> Result<Vec<Arn>, Error> {
    let all = collect::workflows(account).await?;
    let now = run.now();
    // What a workflow was before says nothing of what it rests on now.
    let described = stream::iter(&all).map(|arn| run.watch.lately.machine(account, arn, now, now));
    let described = described.buffered(AT_ONCE).collect::<Vec<_>>();
    let around = around(run, account, home, rests);
    let (described, mut around) = future::join(described, around).await;
    let mut found = Vec::new();
    for (arn, machine) in all.into_iter().zip(described) {
        match machine {
            Fetched::Present(machine) => around.workflows.push(machine),
            // Deleted since it was listed.
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(_) | Fetched::Failed(_) => found.push(arn),
        }
    }
    found.extend(among(&around, &run.watch.config, rests));
    Ok(found)
}

/// What is read of an account beside its workflows to know which of them rest on these.
async fn around<P: Ports, A: collect::Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    rests: &[Dependency],
) -> snapshot::Account {
    let (lately, now) = (&run.watch.lately, run.now());
    let mut around = snapshot::Account::default();
    let any = |is_one: fn(&Dependency) -> bool| rests.iter().any(is_one);
    if any(|rest| matches!(rest, Dependency::Role { .. })) {
        around.functions = account.functions().await;
    }
    let of_policies = any(|rest| matches!(rest, Dependency::Policy { .. }));
    if of_policies || any(|rest| matches!(rest, Dependency::EntryPoints { .. })) {
        let iam = lately
            .principals(account, home, now, Default::default())
            .await;
        around.iam = Fetched::clone(&iam);
        around.iam_is_whole = iam.present().is_some();
    }
    if of_policies {
        around.log_groups = account.log_groups("").await;
    }
    if let (true, Some(iam)) = (of_policies, around.iam.present()) {
        let times = (now, Default::default());
        let read = lately
            .entries(account, home, times, EntryAsk::of(iam))
            .await;
        around.entries = read.entries;
    }
    around
}

/// The workflows of an account that was read whose verdicts rest on any of these.
pub fn among(account: &snapshot::Account, config: &Config, rests: &[Dependency]) -> Vec<Arn> {
    let holders = PolicyHolders::new(account);
    let begun = Begun::new(account, config, rests);
    let hit = |machine: &&StateMachine| {
        let named = dependencies::named_by(machine, config);
        let policies = dependencies::policies_of(machine, &holders.of(machine, &named.holders));
        let own = dependencies::depends_on(machine, account, &named.functions);
        own.into_iter()
            .chain(policies)
            .any(|own| rests.contains(&own))
            || begun.is(machine)
    };
    let all = account.workflows.iter().filter(hit);
    all.filter_map(|machine| Arn::parse(&machine.arn)).collect()
}

/// Which workflows entry points of some kinds may begin: asked of the account's principals, where it is asked at all.
struct Begun<'a> {
    account: &'a snapshot::Account,
    config: &'a Config,
    kinds: Vec<Kind>,
    index: Option<StartIndex>,
}

impl<'a> Begun<'a> {
    fn new(account: &'a snapshot::Account, config: &'a Config, rests: &[Dependency]) -> Self {
        let kind = |rest: &Dependency| match rest {
            Dependency::EntryPoints { kind, .. } => Some(*kind),
            _ => None,
        };
        let kinds: Vec<Kind> = rests.iter().filter_map(kind).collect();
        let iam = account.iam.present().filter(|_| !kinds.is_empty());
        let index = iam.map(|iam| {
            let around = starters::Surroundings::of(account, &config.trusted_accounts);
            StartIndex::new(&Principals::new(iam), &around)
        });
        Self {
            account,
            config,
            kinds,
            index,
        }
    }

    fn is(&self, machine: &StateMachine) -> bool {
        let Some(index) = &self.index else {
            return false;
        };
        let analysis = WorkflowAnalysis::new(self.account, machine, self.config);
        let serves = index
            .starters(&analysis.workflow, None, &Revision::CURRENT)
            .serves;
        self.kinds.iter().any(|kind| serves.contains(kind))
    }
}
