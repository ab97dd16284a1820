//! A workflow that is there no more: everything that was told of it is resolved, and it is forgotten.

use super::evaluate::{Cause, Held, lease};
use super::{Error, Ports, Run, tell};
use crate::arn::AccountRegion;
use crate::baselines::{Baselines, Tally};
use crate::finding::Counts;
use crate::history;
use crate::render::asff::Picture;
use crate::verdict::{Dependency, Record};

/// Tells and forgets: whether anything was told.
pub(super) async fn tell<P: Ports>(
    run: &Run<'_, P>,
    held: &Held,
    cause: &Cause<'_>,
) -> Result<bool, Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok(false);
    };
    let record = held.record.as_deref();
    let mut told = false;
    if let Some(record) = record.filter(|r| !r.told.is_empty()) {
        let workflow = history::last_seen(record);
        let alert = history::gone(&workflow, record, cause.event_info());
        tell::publish(run, &alert, &record.evaluated_at).await?;
        run.count(|m| m.told(&alert));
        let picture = Picture {
            workflow: &workflow,
            open: &[],
            told: &[],
            gone: &record.told,
            now: run.now(),
        };
        tell::hub(run, &picture, &record.evaluated_at).await?;
        told = true;
    }
    if cause.sweep.is_some() && record.is_some() {
        run.count(|m| m.untold());
    }
    let rests: Vec<Dependency> = record.map(Record::rests).unwrap_or_default();
    let tally = cause.sweep.map(|sweep| Tally {
        home: AccountRegion::of(&held.workflow),
        sweep: sweep.id.to_owned(),
        counts: Counts::default(),
    });
    state
        .forget(&held.workflow, &rests, &lease(run), tally.as_ref())
        .await?;
    Ok(told)
}
