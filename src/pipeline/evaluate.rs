//! Workflows of one account and region: taken, read, judged, told of, kept.

use std::collections::BTreeMap;
use std::time::Duration;

use tracing::warn;

use super::read::{self, Reading};
use super::tell::{self, Telling};
use super::{Done, Error, Ports, Run, confirm, gone};
use crate::arn::{AccountRegion, Arn};
use crate::assess::{Deploying, Proof};
use crate::baselines::{Baselines, Lease, LeaseResult};
use crate::collect::Accounts;
use crate::moment::Moment;
use crate::trigger::{Affects, Change, EventInfo, GrantsStart, WorkflowChange};
use crate::verdict::Record;

/// Workflows that are held at once: those of one message.
const AT_ONCE: usize = 50;
/// Looks at a workflow that another invocation holds: twenty seconds in all.
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// Seconds beyond the invocation's end after which nobody can be at a workflow any more.
const GRACE: i64 = 30;

/// Why workflows are evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause<'a> {
    /// The change that an event told of.
    change: Option<&'a Change>,
    /// Whether CloudTrail knows the event, for a deployer's.
    proof: Option<Proof<'a>>,
    /// The workflows themselves have not changed: this principal may start them, or no more.
    opened_to: Option<&'a str>,
    /// The sweep that comes by.
    pub sweep: Option<SweepRef<'a>>,
    /// Whether reads may still lag behind the change.
    pub recent: bool,
    /// What was read of principals before this moment may be older than the change.
    pub after: Moment,
}

/// A sweep.
#[derive(Clone, Copy, Debug)]
pub(super) struct SweepRef<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it finds is the baseline, told as one summary.
    pub first: bool,
}

impl<'a> Cause<'a> {
    /// An event.
    pub fn event(change: &'a Change, now: Moment) -> Self {
        Self {
            change: Some(change),
            proof: None,
            opened_to: None,
            sweep: None,
            recent: change.is_recent(now),
            after: principals_after(&change.event, change.opens != GrantsStart::Never),
        }
    }

    /// An event that opens these workflows to somebody.
    pub fn opened(change: &'a Change, to: &'a str, now: Moment) -> Self {
        Self {
            opened_to: Some(to),
            after: principals_after(&change.event, true),
            ..Self::event(change, now)
        }
    }

    /// A deployer's event, after CloudTrail was asked for it. Everything is read afresh.
    pub const fn confirmed(change: &'a Change, proof: Proof<'a>, now: Moment) -> Self {
        Self {
            change: Some(change),
            proof: Some(proof),
            opened_to: None,
            sweep: None,
            recent: false,
            after: now.plus(-1),
        }
    }

    /// A person who wants to see what there is now.
    pub const fn person(now: Moment) -> Self {
        Self {
            change: None,
            proof: None,
            opened_to: None,
            sweep: None,
            recent: false,
            after: now.plus(-1),
        }
    }

    /// A sweep.
    pub const fn sweep(sweep: SweepRef<'a>, began: Moment) -> Self {
        Self {
            change: None,
            proof: None,
            opened_to: None,
            sweep: Some(sweep),
            recent: false,
            after: began,
        }
    }

    pub fn event_info(&self) -> Option<&'a EventInfo> {
        Some(&self.change?.event)
    }

    /// What is known of the event, where its caller may be a deployer; `waiting` is what holds before CloudTrail was asked.
    pub fn deploying(&self, waiting: Proof<'a>) -> Option<Deploying<'a>> {
        Some(Deploying {
            change: self.change?,
            proof: self.proof.unwrap_or(waiting),
        })
    }

    /// To whom an event opens the workflows, where it does nothing else to them.
    pub const fn opened_to(&self) -> Option<&'a str> {
        self.opened_to
    }

    pub const fn change(&self) -> Option<&'a Change> {
        self.change
    }

    /// What the event says of this workflow.
    pub fn of(&self, workflow: &Arn) -> Option<&'a WorkflowChange> {
        match &self.change?.affects {
            Affects::Workflow(change) if change.arn == *workflow => Some(change),
            _ => None,
        }
    }
}

/// Changes of workflows, groups and functions say nothing of principals: what was read of them lately serves.
fn principals_after(event: &EventInfo, opens: bool) -> Moment {
    let time = Moment::parse(&event.time).filter(|_| opens);
    time.unwrap_or_default()
}

/// One workflow that is held, with what is kept of it.
#[derive(Debug)]
pub(super) struct Held {
    pub workflow: Arn,
    pub record: Option<Box<Record>>,
}

/// Evaluates them, a few at a time. One that fails stops no other: the first error is told when all were tried.
pub(super) async fn workflows<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    workflows: &[Arn],
    cause: &Cause<'_>,
) -> Result<Done, Error> {
    let mut all: Vec<&Arn> = workflows.iter().collect();
    all.sort();
    all.dedup();
    let mut done = Done::default();
    let mut first = None;
    let mut left = all.len();
    for part in all.chunks(AT_ONCE) {
        if run.now() >= run.invocation.deadline.plus(-GRACE) {
            first = first.or(Some(Error::Late { left }));
            break;
        }
        left -= part.len();
        let (more, error) = some(run, home, part, cause).await;
        done.add(more);
        first = first.or(error);
    }
    match first {
        None => Ok(done),
        Some(error) => Err(error),
    }
}

async fn some<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    workflows: &[&Arn],
    cause: &Cause<'_>,
) -> (Done, Option<Error>) {
    let mut first = None;
    let mut held = Vec::new();
    for workflow in workflows {
        match take(run, workflow).await {
            Ok(one) => held.push(one),
            Err(error) => first = first.or(Some(error)),
        }
    }
    let account = match run.watch.accounts.of(home).await {
        Ok(account) => account,
        Err(blind) => {
            give_back(run, &held).await;
            return (Done::default(), Some(blind.into()));
        }
    };
    let began = run.now();
    let reading = match read::read(run, &account, home, &held, cause).await {
        Ok(reading) => reading,
        Err(error) => {
            give_back(run, &held).await;
            return (Done::default(), first.or(Some(error)));
        }
    };
    if let Err(error) = hold(run, &reading, cause).await {
        give_back(run, &held).await;
        return (Done::default(), first.or(Some(error)));
    }
    let mut done = Done::default();
    for (one, ended) in settle(run, &held, &reading, cause, began).await {
        match ended {
            Ok(told) => {
                done.workflows += 1;
                done.alerts += usize::from(told);
            }
            Err(error) => {
                give_back(run, std::slice::from_ref(one)).await;
                first = first.or(Some(error));
            }
        }
    }
    (done, first)
}

/// Sees to it that CloudTrail is asked for the event where that can approve what it deployed.
async fn hold<P: Ports>(
    run: &Run<'_, P>,
    reading: &Reading,
    cause: &Cause<'_>,
) -> Result<(), Error> {
    let Some(change) = cause.change() else {
        return Ok(());
    };
    let waiting = reading.assessments.iter().filter(|a| a.to_confirm);
    let waiting: Vec<Arn> = waiting.map(|a| a.workflow.arn.clone()).collect();
    confirm::wait(run, change, &waiting).await
}

/// Takes a workflow, waiting for whoever holds it.
pub(super) async fn take<P: Ports>(run: &Run<'_, P>, workflow: &Arn) -> Result<Held, Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok(Held {
            workflow: workflow.clone(),
            record: None,
        });
    };
    for _ in 0..LOOKS {
        if let LeaseResult::Acquired(record) = state.take(workflow, &lease(run)).await? {
            return Ok(Held {
                workflow: workflow.clone(),
                record,
            });
        }
        run.pause(BETWEEN_LOOKS).await;
    }
    Err(Error::Busy {
        workflow: workflow.to_string(),
    })
}

/// The lease under which this run holds workflows.
pub(super) fn lease<P: Ports>(run: &Run<'_, P>) -> Lease {
    Lease {
        holder: run.name.clone(),
        now: run.now(),
        until: run.invocation.deadline.plus(GRACE),
    }
}

/// So that nobody has to wait for the lease to run out.
pub(super) async fn give_back<P: Ports>(run: &Run<'_, P>, held: &[Held]) {
    let Some(state) = &run.watch.baselines else {
        return;
    };
    for one in held {
        if let Err(error) = state.release(&one.workflow, &lease(run)).await {
            warn!("a workflow stays taken until the lease runs out: {error}");
        }
    }
}

/// Tells of each workflow and keeps its verdict: whether something was told, or why not.
async fn settle<'h, P: Ports>(
    run: &Run<'_, P>,
    held: &'h [Held],
    reading: &Reading,
    cause: &Cause<'_>,
    began: Moment,
) -> Vec<(&'h Held, Result<bool, Error>)> {
    let by_arn: BTreeMap<&str, &crate::assess::Assessment> = reading
        .assessments
        .iter()
        .map(|a| (a.workflow.arn.as_str(), a))
        .collect();
    let mut all = Vec::with_capacity(held.len());
    for one in held {
        let ended = match by_arn.get(one.workflow.as_str()) {
            Some(assessment) => {
                let telling = Telling {
                    held: one,
                    assessment,
                    reading,
                    cause,
                    began,
                };
                tell::tell(run, &telling).await
            }
            None => gone::tell(run, one, cause).await,
        };
        all.push((one, ended));
    }
    all
}
