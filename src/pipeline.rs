//! The river: an event, a message or the schedule in; deliveries and kept verdicts out. The only orchestration.
//!
//! One event: [`event`] finds the workflows that it affects; [`evaluate`] takes each, reads it, judges it, tells what is
//! different from the last verdict, and keeps the new one. [`starters`] finds the workflows that a change of policies opens
//! to somebody. [`sweep`] goes through all of them by schedule, for what no event told.

mod approve;
mod around;
mod confirm;
mod digest;
mod evaluate;
mod event;
mod gone;
mod index;
mod read;
mod starters;
mod sweep;
mod tell;

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tracing::{info, warn};

use crate::arn::Arn;
use crate::baselines::{Baselines, StateError};
use crate::collect::{AccountCache, Accounts, LookupError};
use crate::config::Config;
use crate::moment::Moment;
use crate::queue::{Queue, QueueError};
use crate::render::metrics::Metrics;
use crate::route::{Notifier, PublishError};
use crate::trigger::Skip;
use crate::trigger::work::{self, Payload, Work};

pub use index::among;
pub use tell::Published;

/// The ports of one deployment.
pub trait Ports: Sync {
    /// Reads.
    type Accounts: Accounts;
    /// Tells.
    type Notifier: Notifier;
    /// Remembers.
    type Baselines: Baselines;
    /// Hands on.
    type Queue: Queue;
}

/// What handles events: the accounts it reads, where it tells, what it remembers, and how it judges.
#[derive(Debug)]
pub struct Services<P: Ports> {
    /// The read port.
    pub accounts: P::Accounts,
    /// The write port.
    pub notifier: P::Notifier,
    /// The state port; without it every event reports in full.
    pub baselines: Option<P::Baselines>,
    /// The work port; without it everything is done at once.
    pub queue: Option<P::Queue>,
    /// The configuration.
    pub config: Config,
    /// What was read of whole accounts lately.
    pub lately: AccountCache,
    /// What this process has published lately, for the case that its verdict could not be kept.
    pub published: Published,
}

/// One invocation.
pub struct Invocation<'a> {
    /// Its id: the same when the service tries it again.
    pub request: &'a str,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Moment + Sync),
    /// When it is cut off.
    pub deadline: Moment,
}

/// One invocation of a deployment, with what it counts.
pub(crate) struct Run<'a, P: Ports> {
    watch: &'a Services<P>,
    invocation: &'a Invocation<'a>,
    /// What it is called in leases and logs: the request, or one message of it.
    name: String,
    metrics: &'a Mutex<Metrics>,
}

/// Why something was not dealt with: it must be delivered again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Reading.
    #[error(transparent)]
    LookupError(#[from] LookupError),
    /// Remembering.
    #[error(transparent)]
    State(#[from] StateError),
    /// Handing on.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Publishing, of one message at least; the others were published.
    #[error("{failed} of {all} messages were not published: {first}")]
    Publish {
        /// How many.
        failed: usize,
        /// Of how many.
        all: usize,
        /// The first reason.
        first: PublishError,
    },
    /// Another invocation is at the same workflow, and did not end in time.
    #[error("another invocation is at `{workflow}` and did not end in time")]
    Busy {
        /// The workflow.
        workflow: String,
    },
    /// An approval without anything to approve.
    #[error("nothing is approved: {0}")]
    NotApproved(String),
    /// The time of the invocation is nearly over.
    #[error("there is no time left in this invocation: {left} workflows are not evaluated")]
    Late {
        /// How many.
        left: usize,
    },
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handled {
    /// There was nothing to evaluate.
    Skipped(Skip),
    /// It was dealt with before.
    Again,
    /// So many workflows were evaluated, and of so many something was told.
    Evaluated(Done),
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Workflows evaluated.
    pub workflows: usize,
    /// Alerts published.
    pub alerts: usize,
    /// Workflows handed on to the queue.
    pub handed_on: usize,
}

impl Done {
    fn add(&mut self, more: Self) {
        self.workflows += more.workflows;
        self.alerts += more.alerts;
        self.handed_on += more.handed_on;
    }
}

/// Handles one invocation: the answer for the service, and what was counted.
///
/// # Errors
/// When something that had to be told or kept was not. Messages of a queue fail one by one, in the answer.
pub async fn handle<P: Ports>(
    watch: &Services<P>,
    payload: &Value,
    invocation: &Invocation<'_>,
) -> (Result<Value, Error>, Metrics) {
    let metrics = Mutex::new(Metrics::default());
    let run = |name: String| Run {
        watch,
        invocation,
        name,
        metrics: &metrics,
    };
    let answer = match work::payload(payload) {
        Err(skip) => {
            skipped(&skip);
            Ok(Value::Null)
        }
        Ok(Payload::Event(event)) => event::handle(&run(invocation.request.to_owned()), event)
            .await
            .map(|_| Value::Null),
        Ok(Payload::Work(work)) => run(invocation.request.to_owned())
            .work(&work)
            .await
            .map(|()| Value::Null),
        Ok(Payload::Batch(messages)) => {
            let mut failures = Vec::new();
            for (id, work) in messages {
                if let Err(error) = run(id.clone()).message(&id, work).await {
                    warn!(message = id, "the message must be delivered again: {error}");
                    failures.push(json!({ "itemIdentifier": id }));
                }
            }
            Ok(json!({ "batchItemFailures": failures }))
        }
    };
    let mut metrics = metrics.into_inner().unwrap_or_default();
    metrics.failed(answer.is_err());
    (answer, metrics)
}

/// Handles one event at once: what became of it.
///
/// # Errors
/// As [`handle`].
pub async fn event<P: Ports>(
    watch: &Services<P>,
    event: &Value,
    invocation: &Invocation<'_>,
) -> Result<Handled, Error> {
    let run = Run {
        watch,
        invocation,
        name: invocation.request.to_owned(),
        metrics: &Mutex::default(),
    };
    event::handle(&run, event).await
}

/// Takes what is deployed of a workflow as its baseline. Nothing is told; the next evaluation resolves the drift that was.
///
/// # Errors
/// When the workflow cannot be read, or the baseline not be kept.
pub async fn approve<P: Ports>(
    watch: &Services<P>,
    workflow: &Arn,
    by: &str,
    invocation: &Invocation<'_>,
) -> Result<(), Error> {
    let run = Run {
        watch,
        invocation,
        name: invocation.request.to_owned(),
        metrics: &Mutex::default(),
    };
    approve::approve(&run, workflow, by).await
}

fn skipped(skip: &Skip) {
    if skip.is_malformed() {
        warn!("{skip}");
    } else {
        info!("skipped: {skip}");
    }
}

impl<P: Ports> Run<'_, P> {
    fn now(&self) -> Moment {
        (self.invocation.clock)()
    }

    /// Counts.
    fn count(&self, count: impl FnOnce(&mut Metrics)) {
        if let Ok(mut metrics) = self.metrics.lock() {
            count(&mut metrics);
        }
    }

    /// One message of a queue. One that is not understood never will be: it is said, and done with.
    async fn message(&self, id: &str, work: Result<Work, Skip>) -> Result<(), Error> {
        match work {
            Ok(work) => self.work(&work).await,
            Err(skip) => {
                warn!(message = id, "{skip}");
                Ok(())
            }
        }
    }

    async fn work(&self, work: &Work) -> Result<(), Error> {
        match work {
            Work::Sweep => sweep::begin(self).await,
            Work::Digest => digest::tell(self).await,
            Work::Page {
                sweep,
                home,
                number,
                next,
            } => sweep::page(self, home, sweep, *number, next.as_deref()).await,
            Work::Evaluate {
                workflows,
                sweep,
                event,
            } => match event {
                Some(event) => event::evaluate(self, workflows, event).await,
                None => sweep::evaluate(self, workflows, sweep.as_deref()).await,
            },
            Work::Confirm { event } => confirm::confirm(self, event).await,
            Work::Finish { sweep, home, looks } => sweep::finish(self, home, sweep, *looks).await,
        }
    }

    /// Waits.
    async fn pause(&self, time: Duration) {
        self.watch.accounts.pause(time).await;
    }
}

#[cfg(test)]
mod tests;
