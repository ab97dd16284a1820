//! A person's approval: what is deployed becomes the baseline.

use super::evaluate::{self, Cause, Held, lease};
use super::{Error, Ports, Run, read};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::Baselines;
use crate::collect::Accounts;
use crate::history;
use crate::verdict::{Dependency, Record};

/// Reads the workflow as an event would, and keeps its posture.
pub(super) async fn approve<P: Ports>(
    run: &Run<'_, P>,
    workflow: &Arn,
    by: &str,
) -> Result<(), Error> {
    let Some(state) = &run.watch.baselines else {
        let why = "there is no table to keep the baseline in".to_owned();
        return Err(Error::NotApproved(why));
    };
    let held = evaluate::take(run, workflow).await?;
    let record = match posture(run, &held, by).await {
        Ok(record) => record,
        Err(error) => {
            evaluate::give_back(run, std::slice::from_ref(&held)).await;
            return Err(error);
        }
    };
    let before: Vec<Dependency> = held
        .record
        .as_deref()
        .map(Record::rests)
        .unwrap_or_default();
    Ok(state.keep(&record, &before, &lease(run), None).await?)
}

async fn posture<P: Ports>(run: &Run<'_, P>, held: &Held, by: &str) -> Result<Record, Error> {
    let home = AccountRegion::of(&held.workflow);
    let account = run.watch.accounts.of(&home).await?;
    let cause = Cause::person(run.now());
    let reading = read::read(run, &account, &home, std::slice::from_ref(held), &cause).await?;
    let arn = held.workflow.as_str();
    let assessment = reading
        .assessments
        .iter()
        .find(|a| a.workflow.arn == held.workflow)
        .ok_or_else(|| Error::NotApproved(format!("the account holds no workflow `{arn}`")))?;
    let approved = reading.read.get(arn).and_then(|read| {
        history::approved(held.record.as_deref(), assessment, read, by, run.now())
    });
    approved.ok_or_else(|| Error::NotApproved(format!("`{arn}` could not be read")))
}
