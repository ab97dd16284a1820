//! A person's approval: what is deployed becomes the baseline.

use super::evaluate::{self, Cause, Held, lease};
use super::{Error, Ports, Run, read};
use crate::arn::{Arn, Home};
use crate::baselines::Baselines;
use crate::collect::Accounts;
use crate::facts::drift::{Approval, Baseline, How};
use crate::verdict::{Record, Rest};

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
    let before: Vec<Rest> = match &held.record {
        Some(record) => record.rests_on.iter().cloned().collect(),
        None => Vec::new(),
    };
    Ok(state.keep(&record, &before, &lease(run), None).await?)
}

async fn posture<P: Ports>(run: &Run<'_, P>, held: &Held, by: &str) -> Result<Record, Error> {
    let home = Home::of(&held.workflow);
    let account = run.watch.accounts.of(&home).await?;
    let cause = Cause::person(run.now());
    let reading = read::read(run, &account, &home, std::slice::from_ref(held), &cause).await?;
    let arn = held.workflow.as_str();
    let assessment = reading
        .assessments
        .iter()
        .find(|a| a.workflow.arn == held.workflow)
        .ok_or_else(|| Error::NotApproved(format!("the account holds no workflow `{arn}`")))?;
    let (Some(posture), Some(read)) = (&assessment.posture, reading.read.get(arn)) else {
        let why = format!("`{arn}` could not be read");
        return Err(Error::NotApproved(why));
    };
    let approval = Approval {
        approved_at: run.now().iso(),
        approved_by: by.to_owned(),
        how: How::Approved,
    };
    let old = held.record.as_deref().cloned();
    // Of a workflow that nothing is kept of, nothing was told: the next event tells all of it.
    let old = old.unwrap_or_else(|| Record {
        owner: assessment.workflow.owner.clone(),
        evaluated_at: run.now().iso(),
        revision: read.revision.clone(),
        basis: read.basis.clone(),
        rests_on: read.rests_on.clone(),
        ..Record::blank(&held.workflow)
    });
    Ok(Record {
        baseline: Some(Baseline {
            approval,
            posture: posture.clone().bounded(),
        }),
        widened: std::collections::BTreeMap::new(),
        ..old
    })
}
