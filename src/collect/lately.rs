//! What was read of a whole account lately: kept in the process, so that many evaluations read it once.
//!
//! GetAccountAuthorizationDetails and the lists of groups, functions and tags cost many pages in a large account and
//! change seldom. What an event says has changed is read afresh all the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future;

use super::{Account, Accounts, EntryAsk, ReadEntries};
use crate::arn::{AccountRegion, Arn};
use crate::gap::{Input, Unread};
use crate::moment::Moment;
use crate::snapshot::{
    Document, Fetched, Function, Iam, LogGroup, NamedDocument, OrganizationPolicies, StateMachine,
    Tag, VersionRef,
};

/// Everything around the workflows of one account in one region.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The principals of the whole account.
    pub iam: Fetched<Iam>,
    /// Log groups by ARN.
    pub log_groups: Fetched<BTreeMap<String, LogGroup>>,
    /// CloudWatch Logs resource policies.
    pub log_resource_policies: Fetched<Vec<Document>>,
    /// Functions by ARN.
    pub functions: Fetched<BTreeMap<String, Function>>,
    /// Tags of workflows and stacks by ARN.
    pub tags: Fetched<BTreeMap<String, Vec<Tag>>>,
}

impl Surroundings {
    /// Nothing was read.
    pub fn unread() -> Self {
        Self {
            iam: Fetched::NotCollected,
            log_groups: Fetched::NotCollected,
            log_resource_policies: Fetched::NotCollected,
            functions: Fetched::NotCollected,
            tags: Fetched::NotCollected,
        }
    }

    /// These workflows, with all of this around them and nothing read afresh.
    pub fn with(&self, machines: Vec<StateMachine>) -> crate::snapshot::Account {
        let mut account = crate::snapshot::Account {
            iam: self.iam.clone(),
            iam_is_whole: self.iam.present().is_some(),
            versions_are_read: false,
            log_groups: self.log_groups.clone(),
            log_resource_policies: self.log_resource_policies.clone(),
            functions: self.functions.clone(),
            tags: self.tags.clone(),
            organization: Fetched::NotCollected,
            ..crate::snapshot::Account::default()
        };
        account
            .unreadable
            .extend(super::around::principals_gap(&self.iam));
        for mut machine in machines {
            machine.tags = match &self.tags {
                // A workflow that is not listed has no tags.
                Fetched::Present(tags) => {
                    Fetched::Present(tags.get(&machine.arn).cloned().unwrap_or_default())
                }
                other => super::lacking(other.clone(), |_| Fetched::Absent),
            };
            account.unreadable.extend(super::workflow::closed(&machine));
            account.workflows.push(machine);
        }
        account
    }
}

/// What was read, and when.
type Kept<T> = Option<(Moment, Arc<T>)>;

/// What was read lately, by account and region.
#[derive(Debug, Default)]
pub struct AccountCache {
    principals: Mutex<BTreeMap<String, Kept<Fetched<Iam>>>>,
    whole: Mutex<BTreeMap<AccountRegion, Kept<Surroundings>>>,
    machines: Mutex<BTreeMap<String, (Moment, StateMachine)>>,
    versions: Mutex<BTreeMap<VersionRef, StateMachine>>,
    entries: Mutex<BTreeMap<AccountRegion, KeptEntries>>,
    policies: Mutex<BTreeMap<(AccountRegion, Arn), KeptPolicy>>,
    organizations: Mutex<BTreeMap<String, Kept<Fetched<OrganizationPolicies>>>>,
    log_policies: Mutex<BTreeMap<AccountRegion, Kept<Fetched<Vec<Document>>>>>,
}

/// The policy of a resource, or that it has none, and when that was read.
type KeptPolicy = (Moment, Fetched<NamedDocument>);

/// Entry points that were read, when, and what was asked for.
type KeptEntries = Option<(Moment, EntryAsk, Arc<ReadEntries>)>;

/// Workflows that are kept.
const MACHINES: usize = 1000;

/// Versions that are kept.
const VERSIONS: usize = 200;

/// Seconds for which the organization's policies serve.
const DAY: i64 = 86_400;

/// Policies of resources that are kept.
const POLICIES: usize = 2000;

/// Seconds for which what was read serves for changes of something else.
const SERVES: i64 = 900;

impl AccountCache {
    /// The principals of the account, read after this moment.
    pub async fn principals<A: Account>(
        &self,
        port: &A,
        home: &AccountRegion,
        now: Moment,
        after: Moment,
    ) -> Arc<Fetched<Iam>> {
        let kept = lock(&self.principals).get(&home.account).cloned().flatten();
        if let Some((read, iam)) = kept
            && serves(read, now, after)
        {
            return iam;
        }
        let iam = Arc::new(port.authorization_details().await);
        // What could not be read is asked for again.
        let kept = iam.present().is_some().then(|| (now, Arc::clone(&iam)));
        lock(&self.principals).insert(home.account.clone(), kept);
        iam
    }

    /// A workflow that others are compared with: the same few come again and again while a sweep goes through those that
    /// share their role.
    pub async fn machine<A: Account>(
        &self,
        port: &A,
        arn: &Arn,
        now: Moment,
        after: Moment,
    ) -> Fetched<StateMachine> {
        let kept = lock(&self.machines).get(arn.as_str()).cloned();
        if let Some((read, machine)) = kept
            && serves(read, now, after)
        {
            return Fetched::Present(machine);
        }
        let machine = port.workflow(arn.as_str()).await;
        if let Fetched::Present(machine) = &machine {
            let mut all = lock(&self.machines);
            if all.len() >= MACHINES {
                all.clear();
            }
            all.insert(arn.to_string(), (now, machine.clone()));
        }
        machine
    }

    /// A published version: it never changes, so that it is read once.
    pub async fn version<A: Account>(
        &self,
        port: &A,
        version: &VersionRef,
    ) -> Fetched<StateMachine> {
        let kept = lock(&self.versions).get(version).cloned();
        if let Some(machine) = kept {
            return Fetched::Present(machine);
        }
        let machine = port.workflow(&version.arn).await;
        if let Fetched::Present(machine) = &machine
            && !version.created.is_empty()
            && !machine.definition.is_empty()
        {
            let mut all = lock(&self.versions);
            if all.len() >= VERSIONS {
                all.clear();
            }
            all.insert(version.clone(), machine.clone());
        }
        machine
    }

    /// The same entry points, where they were read lately.
    pub(super) fn kept_entries(
        &self,
        home: &AccountRegion,
        ask: &EntryAsk,
        (now, after): (Moment, Moment),
    ) -> Option<Arc<ReadEntries>> {
        let (read, asked, kept) = lock(&self.entries).get(home).cloned().flatten()?;
        (asked == *ask && serves(read, now, after)).then_some(kept)
    }

    pub(super) fn keep_entries(&self, home: &AccountRegion, kept: KeptEntries) {
        lock(&self.entries).insert(home.clone(), kept);
    }

    /// The policy of a resource, where it was read lately.
    pub(super) fn kept_policy(
        &self,
        home: &AccountRegion,
        resource: &Arn,
        (now, after): (Moment, Moment),
    ) -> Option<Fetched<NamedDocument>> {
        let place = (home.clone(), resource.clone());
        let (read, kept) = lock(&self.policies).get(&place).cloned()?;
        serves(read, now, after).then_some(kept)
    }

    /// Keeps what was answered. What was not is asked for again, and what was read before it is no answer any more.
    pub(super) fn keep_policy(
        &self,
        home: &AccountRegion,
        resource: &Arn,
        now: Moment,
        answer: &Fetched<NamedDocument>,
    ) {
        let mut all = lock(&self.policies);
        let place = (home.clone(), resource.clone());
        if answer.is_lacking() {
            all.remove(&place);
            return;
        }
        if all.len() >= POLICIES {
            all.clear();
        }
        all.insert(place, (now, answer.clone()));
    }

    /// The resource policies of CloudWatch Logs.
    pub async fn log_policies<A: Account>(
        &self,
        port: &A,
        home: &AccountRegion,
        (now, after): (Moment, Moment),
    ) -> Arc<Fetched<Vec<Document>>> {
        let kept = lock(&self.log_policies).get(home).cloned().flatten();
        if let Some((read, policies)) = kept
            && serves(read, now, after)
        {
            return policies;
        }
        let policies = Arc::new(port.log_resource_policies().await);
        let kept = policies.present().map(|_| (now, Arc::clone(&policies)));
        lock(&self.log_policies).insert(home.clone(), kept);
        policies
    }

    /// Reads the policies of the organization above an account into it, once a day for all of its evaluations. Where they could
    /// not be read, every finding says so, and none is resolved that rests on them.
    pub async fn organization<A: Accounts>(
        &self,
        accounts: &A,
        id: &str,
        now: Moment,
        account: &mut crate::snapshot::Account,
    ) {
        match self.above(accounts, id, now).await {
            Fetched::Denied(why) | Fetched::Failed(why) => {
                account.organization = Fetched::NotCollected;
                let what = "the policies of the organization";
                let unread = Unread::of_account(Input::Organization, what, why);
                account.unreadable.push(unread);
            }
            read => account.organization = read,
        }
    }

    async fn above<A: Accounts>(
        &self,
        accounts: &A,
        id: &str,
        now: Moment,
    ) -> Fetched<OrganizationPolicies> {
        let kept = lock(&self.organizations).get(id).cloned().flatten();
        if let Some((read, policies)) = kept
            && now.since(read) <= DAY
        {
            return Fetched::clone(&policies);
        }
        let policies = Arc::new(accounts.organization(id).await);
        let kept = policies.present().map(|_| (now, Arc::clone(&policies)));
        lock(&self.organizations).insert(id.to_owned(), kept);
        Fetched::clone(&policies)
    }

    /// Everything around the workflows.
    pub async fn whole<A: Account>(
        &self,
        port: &A,
        home: &AccountRegion,
        now: Moment,
        after: Moment,
    ) -> Arc<Surroundings> {
        let kept = lock(&self.whole).get(home).cloned().flatten();
        if let Some((read, all)) = kept
            && serves(read, now, after)
        {
            return all;
        }
        let (iam, log_groups, log_resource_policies, functions, tags) = future::join5(
            self.principals(port, home, now, after),
            port.log_groups(""),
            port.log_resource_policies(),
            port.functions(),
            port.all_tags(),
        )
        .await;
        let all = Arc::new(Surroundings {
            iam: Fetched::clone(&iam),
            log_groups,
            log_resource_policies,
            functions,
            tags,
        });
        let whole = all.iam.present().is_some()
            && all.log_groups.present().is_some()
            && all.functions.present().is_some()
            && all.tags.present().is_some();
        let kept = whole.then(|| (now, Arc::clone(&all)));
        lock(&self.whole).insert(home.clone(), kept);
        all
    }
}

fn serves(read: Moment, now: Moment, after: Moment) -> bool {
    read > after && now.since(read) <= SERVES
}

/// A panic elsewhere leaves a map that is whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
