//! An account, its topics, a state table and a queue in memory. Every call is pending exactly once, so that invocations can
//! be interleaved at every call, and every call can be made to fail.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::*;
use crate::arn::{AccountRegion, Arn};
use crate::queue::Later;
use crate::route::{Delivery, Topic};
use crate::snapshot::{Entries, Fetched, Function, OrganizationPolicies, StateMachine};

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const REGION: &str = "eu-west-1";
/// The begin of time in the tests, 2026-11-23T09:00:00Z.
pub(super) const BEGIN: i64 = 1_795_424_400;

#[derive(Default)]
pub(super) struct State {
    pub(super) machines: BTreeMap<String, StateMachine>,
    /// Roles by name, their inline policies by name.
    pub(super) roles: BTreeMap<String, BTreeMap<String, Value>>,
    pub(super) users: BTreeMap<String, Value>,
    /// The policy and the members of each group.
    pub(super) groups: BTreeMap<String, (Value, Vec<String>)>,
    pub(super) functions: BTreeMap<String, Function>,
    /// Roles that a service may assume, by name.
    pub(super) serve: BTreeMap<String, String>,
    /// What begins executions.
    pub(super) entries: Option<Entries>,
    pub(super) organization: Option<OrganizationPolicies>,
    /// Policies of resources by ARN.
    pub(super) policies: BTreeMap<String, Value>,
    /// Published, in order.
    pub(super) sent: Vec<Delivery>,
    pub(super) queue: Vec<Later>,
    pub(super) calls: Vec<String>,
    /// Calls that fail: the beginning of the call's text, and how often yet.
    pub(super) faults: Vec<(String, u32)>,
    pub(super) table: super::table::Table,
    /// What CloudTrail's event history knows: details of events.
    pub(super) trail: Vec<Value>,
}

#[derive(Clone, Default)]
pub(super) struct World {
    state: Arc<Mutex<State>>,
    seconds: Arc<AtomicI64>,
}

/// The ports of the tests: all of them the world.
pub(super) struct Memory;

impl Ports for Memory {
    type Accounts = World;
    type Notifier = World;
    type Baselines = World;
    type Queue = World;
}

pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}")
}

pub(super) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// A workflow that does nothing; what is found of it is its role's, and that it does not log.
pub(super) fn machine(name: &str, role: &str) -> StateMachine {
    StateMachine {
        arn: arn(name),
        name: name.to_owned(),
        definition: json!({ "StartAt": "W", "States": { "W": { "Type": "Succeed" } } }).to_string(),
        role_arn: role_arn(role),
        kind: "STANDARD".to_owned(),
        ..StateMachine::default()
    }
}

pub(super) fn allow(action: &str, resource: &str) -> Value {
    json!({ "Statement": { "Effect": "Allow", "Action": action, "Resource": resource } })
}

impl World {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Deploys or changes a workflow.
    pub(super) fn deploy(&self, machine: StateMachine) {
        self.lock().machines.insert(machine.arn.clone(), machine);
    }

    pub(super) fn policy(&self, role: &str, policy: &str, document: Option<Value>) {
        let mut state = self.lock();
        let role = state.roles.entry(role.to_owned()).or_default();
        match document {
            Some(document) => role.insert(policy.to_owned(), document),
            None => role.remove(policy),
        };
    }

    pub(super) fn now(&self) -> Moment {
        let seconds = BEGIN + self.seconds.load(Ordering::Relaxed);
        Moment::from_seconds(u64::try_from(seconds).unwrap())
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Such calls fail, so often.
    pub(super) fn fail(&self, call: &str, times: u32) {
        self.lock().faults.push((call.to_owned(), times));
    }

    /// What was published on the topic of machines since the last look.
    pub(super) fn alerts(&self) -> Vec<Value> {
        let sent = std::mem::take(&mut self.lock().sent);
        let machines = sent.iter().filter(|d| d.topic == Topic::Machines);
        machines
            .map(|d| serde_json::from_str(&d.message).unwrap())
            .collect()
    }

    /// The calls since the last look: of AWS APIs, which are written as such, and with those of the table and the topics.
    pub(super) fn calls_made(&self, what: &str) -> (usize, usize) {
        let calls = std::mem::take(&mut self.lock().calls);
        let of_aws = |call: &&String| call.starts_with(char::is_uppercase);
        let read: Vec<&String> = calls.iter().filter(of_aws).collect();
        println!(
            "{what}: {} calls of AWS, {} in all: {read:?}",
            read.len(),
            calls.len()
        );
        (read.len(), calls.len())
    }

    /// One call: pending once, and then failed or not.
    pub(super) async fn call(&self, call: String) -> Result<(), String> {
        let fails = {
            let mut state = self.lock();
            let fault = state
                .faults
                .iter_mut()
                .find(|(begins, left)| call.starts_with(begins.as_str()) && *left > 0);
            let fails = fault.map(|(_, left)| *left -= 1).is_some();
            state.calls.push(call.clone());
            fails
        };
        Once(false).await;
        if fails {
            return Err(format!("`{call}` failed"));
        }
        Ok(())
    }

    /// Lets time pass.
    pub(super) async fn wait(&self, time: Duration) {
        let seconds = time.as_millis().div_ceil(1000);
        self.pass(i64::try_from(seconds).unwrap());
        Once(false).await;
    }

    pub(super) async fn read<T>(
        &self,
        call: String,
        read: impl FnOnce(&State) -> Option<T>,
    ) -> Fetched<T> {
        match self.call(call).await {
            Err(why) => Fetched::Failed(why),
            Ok(()) => read(&self.lock()).map_or(Fetched::Absent, Fetched::Present),
        }
    }
}

/// Pending once.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Runs futures to their ends, one step of one at a time; `choose` says whose turn it is among so many.
pub(super) fn interleave<'a, T>(
    mut futures: Vec<Pin<Box<dyn Future<Output = T> + 'a>>>,
    mut choose: impl FnMut(usize) -> usize,
) -> Vec<T> {
    let mut context = Context::from_waker(Waker::noop());
    let mut ended: Vec<(usize, T)> = Vec::new();
    let mut open: Vec<usize> = (0..futures.len()).collect();
    for _ in 0..1_000_000 {
        if open.is_empty() {
            ended.sort_by_key(|(index, _)| *index);
            return ended.into_iter().map(|(_, value)| value).collect();
        }
        let turn = choose(open.len()) % open.len();
        let index = open[turn];
        if let Poll::Ready(value) = futures[index].as_mut().poll(&mut context) {
            ended.push((index, value));
            open.remove(turn);
        }
    }
    panic!("the futures never end");
}

impl Accounts for World {
    type Account = Self;

    fn own(&self) -> AccountRegion {
        AccountRegion {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
        }
    }

    async fn of(&self, home: &AccountRegion) -> Result<Self, LookupError> {
        // IAM's events are recorded in us-east-1.
        assert_eq!(home.account, self.own().account);
        assert!(home.region == REGION || home.region == "us-east-1");
        Ok(self.clone())
    }

    async fn organization(&self, account: &str) -> Fetched<OrganizationPolicies> {
        let read = |state: &State| state.organization.clone();
        // Nobody is configured who reads it.
        if read(&self.lock()).is_none() {
            return Fetched::NotCollected;
        }
        self.read(format!("Organization {account}"), read).await
    }

    async fn pause(&self, time: Duration) {
        self.wait(time).await;
    }
}

impl Notifier for World {
    async fn publish(&self, delivery: &Delivery) -> Result<(), PublishError> {
        delivery.check()?;
        let call = format!("Publish {:?}", delivery.topic);
        self.call(call).await.map_err(PublishError::Refused)?;
        self.lock().sent.push(delivery.clone());
        Ok(())
    }
}

impl Queue for World {
    async fn send(&self, work: &[Later]) -> Result<(), QueueError> {
        self.call("SendMessageBatch".to_owned())
            .await
            .map_err(QueueError)?;
        self.lock().queue.extend(work.iter().cloned());
        Ok(())
    }
}

pub(super) fn watch(world: &World, state: bool, queue: bool) -> Services<Memory> {
    Services {
        accounts: world.clone(),
        notifier: world.clone(),
        baselines: state.then(|| world.clone()),
        queue: queue.then(|| world.clone()),
        config: Config::default(),
        lately: AccountCache::default(),
        published: Published::default(),
    }
}

/// The only test of the state port's words here: [`Arn`]s are parsed once.
pub(super) fn parsed(name: &str) -> Arn {
    Arn::parse(&arn(name)).unwrap()
}
