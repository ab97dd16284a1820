//! The state port: what is kept between events. Verdicts and approved baselines by workflow, an index from what they rest
//! on to the workflows, the events that were dealt with, and where a sweep stands.
//!
//! Invocations run at the same time and may end anywhere. A workflow is therefore taken before anything of it is read, and
//! its verdict is kept before it is given back: whoever reads a workflow reads it after the last verdict was kept, so that
//! no old reading replaces a newer one. Whoever ends before that is taken over when the lease runs out, or by itself when
//! the same invocation is tried again.

use std::collections::BTreeMap;
use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::arn::{AccountRegion, Arn};
use crate::finding::Counts;
use crate::moment::Moment;
use crate::trigger::{Change, EventInfo};
use crate::verdict::{Dependency, Record, StartShape};

/// Who holds a workflow, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The invocation; one that is tried again has the same name.
    pub holder: String,
    /// Now.
    pub now: Moment,
    /// When anybody may take it over.
    pub until: Moment,
}

/// Whether a workflow could be taken.
#[derive(Clone, Debug, PartialEq)]
pub enum LeaseResult {
    /// It is taken, with what is kept of it.
    Acquired(Option<Box<Record>>),
    /// Another invocation holds it.
    Held,
}

/// Why the state could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// It did not answer.
    #[error("the state table: {0}")]
    Unavailable(String),
    /// Another invocation took the workflow over meanwhile.
    #[error("another invocation took `{0}` over: this one came too late")]
    Lost(Arn),
    /// What is kept cannot be read.
    #[error("what is kept of `{0}` cannot be read: {1}")]
    Unreadable(String, String),
    /// There is more to keep than one item of the table holds.
    #[error("the verdict of `{0}` takes {1} bytes: more than an item of the table holds")]
    TooLarge(Arn, usize),
}

/// Where a sweep of one account in one region stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Identifies it.
    pub id: String,
    /// When it began, ISO 8601 in UTC.
    pub started_at: String,
    /// It is the first: what it finds is the baseline, told as one summary.
    pub first: bool,
    /// Pages of workflows that were listed.
    pub pages: u64,
    /// Workflows on them.
    pub listed: u64,
    /// All pages were listed.
    pub whole: bool,
    /// Workflows evaluated.
    pub done: u64,
    /// Those with a finding of critical severity.
    pub critical: u64,
    /// Findings.
    pub counts: Counts,
    /// It is over.
    pub finished: bool,
}

/// What a sweep counts of one workflow, in the same write as its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Where.
    pub home: AccountRegion,
    /// The sweep.
    pub sweep: String,
    /// The findings.
    pub counts: Counts,
}

/// One workflow of the index, with the last sweep that came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The workflow.
    pub workflow: Arn,
    /// The sweep.
    pub sweep: Option<String>,
}

/// What is kept of an event until nothing waits for it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// What it changed, by whom.
    pub change: Change,
    /// What CloudTrail's own record says of who called, where it was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<EventInfo>,
    /// When the record stops being waited for, in seconds since 1970.
    pub until: i64,
}

/// A workflow whose drift is held back until CloudTrail's record of an event was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The event's id.
    pub event: String,
    /// The workflow.
    pub workflow: Arn,
}

/// The state port.
pub trait Baselines: Sync {
    /// Takes a workflow: free, held by the same holder, or held by a lease that has run out.
    fn take(
        &self,
        workflow: &Arn,
        lease: &Lease,
    ) -> impl Future<Output = Result<LeaseResult, StateError>> + Send;

    /// Keeps the verdict, moves the index from what it `rested_on` before, counts it for a sweep, and gives the workflow
    /// back: all of it or nothing.
    fn keep(
        &self,
        record: &Record,
        rested_on: &[Dependency],
        lease: &Lease,
        tally: Option<&Tally>,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// Forgets a workflow that is gone, under the same conditions.
    fn forget(
        &self,
        workflow: &Arn,
        rested_on: &[Dependency],
        lease: &Lease,
        tally: Option<&Tally>,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// Gives a workflow back as it was.
    fn release(
        &self,
        workflow: &Arn,
        lease: &Lease,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// What is kept of a workflow, without taking it.
    fn look(
        &self,
        workflow: &Arn,
    ) -> impl Future<Output = Result<Option<Record>, StateError>> + Send;

    /// The workflows whose verdicts rest on this, in the order of their ARNs.
    fn resting_on(
        &self,
        rest: &Dependency,
    ) -> impl Future<Output = Result<Vec<Arn>, StateError>> + Send;

    /// The workflows of an account and region.
    fn known(
        &self,
        home: &AccountRegion,
    ) -> impl Future<Output = Result<Vec<Known>, StateError>> + Send;

    /// Whether an event was dealt with.
    fn handled(&self, event: &str) -> impl Future<Output = Result<bool, StateError>> + Send;

    /// Notes that an event was dealt with, for as long as it can come again.
    fn remember(
        &self,
        event: &str,
        until: Moment,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// Keeps what an event changed, for whoever handles its id later; what is kept already is replaced.
    fn note(&self, noted: &Noted) -> impl Future<Output = Result<(), StateError>> + Send;

    /// What is kept of the event of this id.
    fn noted(&self, event: &str) -> impl Future<Output = Result<Option<Noted>, StateError>> + Send;

    /// Notes workflows that wait for an event that was recorded there.
    fn wait(
        &self,
        recorded_in: &AccountRegion,
        waiting: &[Waiting],
        until: Moment,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// Every workflow that waits for an event that was recorded there, in the order of the events' ids.
    fn waiting(
        &self,
        recorded_in: &AccountRegion,
    ) -> impl Future<Output = Result<Vec<Waiting>, StateError>> + Send;

    /// Takes one from the list.
    fn waited(
        &self,
        recorded_in: &AccountRegion,
        waiting: &Waiting,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// Takes the second of `now` for a call of LookupEvents in an account and region; `false` where another invocation has it.
    fn turn(
        &self,
        recorded_in: &AccountRegion,
        now: Moment,
    ) -> impl Future<Output = Result<bool, StateError>> + Send;

    /// How each principal of an account may start workflows, by `role/NAME` and `user/NAME`.
    fn starts(
        &self,
        account: &str,
    ) -> impl Future<Output = Result<BTreeMap<String, StartShape>, StateError>> + Send;

    /// Keeps that of these principals; none takes one away.
    fn keep_starts(
        &self,
        account: &str,
        changed: &BTreeMap<String, Option<StartShape>>,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// The present or last sweep.
    fn sweep(
        &self,
        home: &AccountRegion,
    ) -> impl Future<Output = Result<Option<Sweep>, StateError>> + Send;

    /// Begins a sweep in the place of the one of this id; `false` where that is no longer the last.
    fn begin(
        &self,
        home: &AccountRegion,
        sweep: &Sweep,
        instead_of: Option<&str>,
    ) -> impl Future<Output = Result<bool, StateError>> + Send;

    /// Counts a page that was listed, once: `page` counts from 0.
    fn listed(
        &self,
        home: &AccountRegion,
        sweep: &str,
        page: Page,
    ) -> impl Future<Output = Result<(), StateError>> + Send;

    /// Ends a sweep; `false` where it has ended already.
    fn finish(
        &self,
        home: &AccountRegion,
        sweep: &str,
    ) -> impl Future<Output = Result<bool, StateError>> + Send;
}

/// A page of workflows of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 0.
    pub number: u64,
    /// Workflows on it.
    pub workflows: u64,
    /// It is the last one.
    pub last: bool,
}
