//! The resources whose own policies decide something of a workflow: what its states act on, the keys of its log groups, and
//! the queues and buckets behind what begins its executions.

use std::collections::{BTreeMap, BTreeSet};

use super::Dependency;
use crate::analysis::WorkflowAnalysis;
use crate::arn::{AccountRegion, Arn};
use crate::config::Config;
use crate::entry_points::EntryPoints;
use crate::functions;
use crate::iam::resources::{holder, named, unqualified, without_random};
use crate::need::Need;
use crate::snapshot::{Account, ResourceKind, StateMachine};

/// What a definition names of its account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The functions that it invokes, by unqualified ARN.
    pub functions: Vec<Arn>,
    /// The resources with a policy of their own that it acts on.
    pub holders: BTreeSet<Arn>,
}

/// Reads the definition for them.
pub fn named_by(machine: &StateMachine, config: &Config) -> Named {
    let analysis = WorkflowAnalysis::new(&Account::default(), machine, config);
    let functions = functions::named(&analysis.needs).into_values();
    Named {
        functions: functions.map(|(arn, _)| arn).collect(),
        holders: acted_on(&analysis.needs),
    }
}

/// The resources with a policy of their own among those that these needs name.
pub fn acted_on(needs: &[Need]) -> BTreeSet<Arn> {
    let resources = needs.iter().flat_map(|need| &need.resources);
    resources.filter_map(holder).collect()
}

/// The resources whose policies decide something of each workflow of an account.
#[derive(Debug)]
pub struct PolicyHolders<'a> {
    account: &'a Account,
    /// The queues and buckets behind what begins executions, by the workflow's ARN.
    doors: BTreeMap<String, BTreeSet<Arn>>,
}

impl<'a> PolicyHolders<'a> {
    /// Of an account whose log groups and entry points were read.
    pub fn new(account: &'a Account) -> Self {
        let mut doors: BTreeMap<String, BTreeSet<Arn>> = BTreeMap::new();
        for (workflow, door) in EntryPoints::doors(account) {
            doors.entry(workflow).or_default().insert(door);
        }
        Self { account, doors }
    }

    /// Those of one workflow, beside what it acts on the functions of versions and aliases, the keys of its log groups and the doors of its entry points; of its own
    /// account and region, for no other can be asked for. A bucket's ARN names neither.
    pub fn of(&self, machine: &StateMachine, acted_on: &BTreeSet<Arn>) -> BTreeSet<Arn> {
        let Some(workflow) = Arn::parse(&machine.arn) else {
            return BTreeSet::new();
        };
        let groups = self.account.log_groups.present();
        let keys = machine.log_destinations.iter().filter_map(|group| {
            let group = groups?.get(group.strip_suffix(":*").unwrap_or(group))?;
            Arn::parse(group.kms_key.as_deref()?)
        });
        let doors = self.doors.get(&machine.arn).into_iter().flatten().cloned();
        let home = AccountRegion::of(&workflow);
        let is_own = |arn: &Arn| {
            let at_home = arn.account().is_empty() || AccountRegion::of(arn) == home;
            named(arn).is_some() && at_home
        };
        let functions = acted_on.iter().filter_map(unqualified);
        let acted_on = acted_on.iter().cloned();
        let all = acted_on.chain(functions).chain(keys).chain(doors);
        all.filter(is_own).collect()
    }
}

/// The resources to ask for, by the ARN of the workflow that names them, of those workflows that `named` says what they act on.
pub fn ask(
    account: &Account,
    named: &BTreeMap<String, BTreeSet<Arn>>,
) -> BTreeMap<String, BTreeSet<Arn>> {
    let holders = PolicyHolders::new(account);
    let mut ask: BTreeMap<String, BTreeSet<Arn>> = BTreeMap::new();
    for machine in account.workflows.iter().chain(&account.versions) {
        if let Some(acted_on) = named.get(&machine.arn) {
            let of = holders.of(machine, acted_on);
            ask.entry(machine.arn.clone()).or_default().extend(of);
        }
    }
    ask
}

/// What a change of their policies concerns.
pub fn policies_of(machine: &StateMachine, holders: &BTreeSet<Arn>) -> Vec<Dependency> {
    let Some(workflow) = Arn::parse(&machine.arn) else {
        return Vec::new();
    };
    let home = AccountRegion::of(&workflow);
    let of = |kind: ResourceKind, name: &str| Dependency::Policy {
        home: home.clone(),
        kind,
        name: name.to_owned(),
    };
    let mut all = Vec::new();
    for (kind, name) in holders.iter().filter_map(named) {
        all.push(of(kind, name));
        // Events tell the name alone, and a secret's ARN has more.
        all.extend(without_random(kind, name).map(|name| of(kind, name)));
    }
    all
}
