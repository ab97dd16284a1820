//! The river: an event in, deliveries out. The only orchestration.

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use serde_json::Value;
use tracing::{info, warn};

use crate::assess::{self, Assessment};
use crate::collect::{self, Account, Blind, Collected};
use crate::config::Config;
use crate::render::alert::{self, Alert};
use crate::route::{Delivery, Notifier, PublishError, Topic};
use crate::trigger::{self, Skip, plain};

/// What handles events: the account it reads, where it tells, and how it judges.
#[derive(Clone, Debug)]
pub struct Watch<A, N> {
    /// The read port.
    pub account: A,
    /// The write port.
    pub notifier: N,
    /// The configuration.
    pub config: Config,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handled {
    /// There was nothing to evaluate.
    Skipped(Skip),
    /// So many workflows were evaluated, and of so many something was told.
    Evaluated {
        /// Affected workflows.
        workflows: usize,
        /// Alerts published.
        alerts: usize,
    },
}

/// Why an event was not dealt with: it must be delivered again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Reading.
    #[error(transparent)]
    Blind(#[from] Blind),
    /// Publishing, of one alert at least; the others were published.
    #[error("{failed} of {all} messages were not published: {first}")]
    Publish {
        /// How many.
        failed: usize,
        /// Of how many.
        all: usize,
        /// The first reason.
        first: PublishError,
    },
}

/// Handles one event. `today` is `YYYY-MM-DD`, for the expiry of suppressions.
///
/// # Errors
/// When something that had to be told was not, or it is not known what to tell.
pub async fn handle<A: Account, N: Notifier>(
    watch: &Watch<A, N>,
    event: &Value,
    today: &str,
) -> Result<Handled, Error> {
    let change = match trigger::read(event) {
        Ok(change) => change,
        Err(skip) => return Ok(skipped(skip)),
    };
    // Boxed: the clients' futures nest so deep that the compiler gives up on the layout of an unboxed one.
    let collected = collect::collect(&watch.account, &change.affects)
        .boxed_local()
        .await?;
    let assessments = judged(&collected, &watch.config, today);
    let alerts: Vec<Alert<'_>> = assessments
        .iter()
        .filter_map(|assessment| Alert::in_full(assessment, Some(&change.event)))
        .collect();
    let id = &change.event.id;
    publish(
        &watch.notifier,
        alerts.iter().flat_map(|alert| deliveries(alert, id)),
    )
    .await?;
    let handled = Handled::Evaluated {
        workflows: assessments.len(),
        alerts: alerts.len(),
    };
    info!(
        event = plain(id),
        name = change.event.name,
        workflows = assessments.len(),
        alerts = alerts.len(),
        "evaluated"
    );
    Ok(handled)
}

fn skipped(skip: Skip) -> Handled {
    if skip.is_malformed() {
        warn!("{skip}");
    } else {
        info!("skipped: {skip}");
    }
    Handled::Skipped(skip)
}

/// Every affected workflow, those of which nothing could be read included.
fn judged(collected: &Collected, config: &Config, today: &str) -> Vec<Assessment> {
    let mut assessments = assess::account(&collected.account, config, today);
    let unread = collected.unread.iter();
    assessments.extend(unread.map(|u| assess::unread(&u.workflow, &u.why, config, today)));
    assessments
}

/// One message for people, one for machines.
fn deliveries(alert: &Alert<'_>, event: &str) -> [Delivery; 2] {
    let attributes = alert::attributes(alert);
    let dedup = format!("{event} {}", alert.workflow.arn);
    [
        Delivery {
            topic: Topic::People,
            subject: Some(alert::subject(alert)),
            message: alert::text(alert),
            attributes: attributes.clone(),
            dedup: dedup.clone(),
        },
        Delivery {
            topic: Topic::Machines,
            subject: None,
            message: alert::json(alert),
            attributes,
            dedup,
        },
    ]
}

/// Tries every delivery, whatever becomes of the others.
async fn publish(
    notifier: &impl Notifier,
    deliveries: impl Iterator<Item = Delivery>,
) -> Result<(), Error> {
    let deliveries: Vec<Delivery> = deliveries.collect();
    let sent = join_all(deliveries.iter().map(|delivery| notifier.publish(delivery))).await;
    let mut failures = sent.into_iter().filter_map(Result::err);
    match failures.next() {
        None => Ok(()),
        Some(first) => Err(Error::Publish {
            failed: failures.count() + 1,
            all: deliveries.len(),
            first,
        }),
    }
}

#[cfg(test)]
mod tests;
