//! The weekly digest: what is open in each account, from what is kept. Nothing is read of the accounts, and nothing kept.

use futures_util::stream::{self, StreamExt as _};
use tracing::{info, warn};

use super::{Error, Ports, Run, sweep, tell};
use crate::arn::AccountRegion;
use crate::baselines::{Baselines, StateError};
use crate::render::summary::{self, Summary};
use crate::verdict::Record;

/// Reads of the table at once.
const AT_ONCE: usize = 32;
/// Seconds before the invocation's end at which no more is read.
const GRACE: i64 = 30;

/// Tells of every account.
pub(super) async fn tell<P: Ports>(run: &Run<'_, P>) -> Result<(), Error> {
    if run.watch.baselines.is_none() {
        warn!("no digest: without `STEPWARDEN_TABLE` nothing is remembered");
        return Ok(());
    }
    for home in sweep::homes(run) {
        let (known, records) = records(run, &home).await?;
        if records.is_empty() {
            info!(account = home.account, "no digest: no workflow is known");
            continue;
        }
        let summary = Summary::week(&home, known, &records, run.now());
        tell::send(run, &summary::deliveries(&summary)).await?;
        run.count(|m| m.open(summary.owners()));
    }
    Ok(())
}

/// What is kept of the workflows of an account and region, and how many there are: as many are read as there is time for.
pub(super) async fn records<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
) -> Result<(usize, Vec<Record>), Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok((0, Vec::new()));
    };
    let known = state.known(home).await?;
    let until = run.invocation.deadline.plus(-GRACE);
    let looks = stream::iter(&known).map(|one| state.look(&one.workflow));
    let mut looks = looks.buffered(AT_ONCE);
    let mut records = Vec::new();
    while run.now() < until
        && let Some(look) = looks.next().await
    {
        match look {
            Ok(record) => records.extend(record),
            // One that cannot be read is not counted, and so makes the summary one that is not whole.
            Err(StateError::Unreadable(of, why)) => {
                warn!("what is kept of `{of}` cannot be read: {why}")
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok((known.len(), records))
}
