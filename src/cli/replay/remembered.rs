//! `replay --state`: as the function with its table, one event after the other.

use std::collections::BTreeSet;

use super::{Failure, Host, Outcome, Replay, no_workflow, nothing, told};
use crate::assess::{self, Assessment, Known};
use crate::config::Config;
use crate::history::{self, Compared, Evaluation, Read, Reviewed};
use crate::local::State;
use crate::render::alert::Alert;
use crate::snapshot::Account;
use crate::trigger::{Affects, Change};
use crate::verdict::Record;

/// Tells what is different from what is remembered, and remembers what there is now.
pub(super) fn replay(
    args: &Replay,
    host: &Host<'_>,
    config: &Config,
    account: &Account,
    change: &Change,
    concerned: &BTreeSet<&str>,
    state: &mut State,
) -> Result<Outcome, Failure> {
    if concerned.is_empty() {
        return gone(args, change, state);
    }
    let known = Known {
        config,
        today: &host.now.day(),
        now: &host.now.iso(),
        event: Some(&change.event),
        deploying: None,
        undone: Some(change),
        remembered: &state.remembered(),
    };
    let all = assess::remembering(account, &known, account.workflows.len());
    let assessments: Vec<Assessment> = all
        .into_iter()
        .filter(|a| concerned.contains(a.workflow.arn.as_str()))
        .collect();
    let evaluations: Vec<(Evaluation<'_>, Reviewed)> = assessments
        .iter()
        .map(|assessment| {
            let evaluation = Evaluation {
                config,
                record: state.get(&assessment.workflow.arn),
                event: Some(&change.event),
                sweep: None,
                began: host.now,
                read: read(account, assessment),
            };
            let reviewed = evaluation.review(assessment);
            (evaluation, reviewed)
        })
        .collect();
    let compared = evaluations.iter().map(|(evaluation, reviewed)| {
        let arn = &reviewed.assessment.workflow.arn;
        let Compared { alert, next } = evaluation.compare(arn, reviewed);
        (evaluation.because(alert), next)
    });
    let (alerts, records): (Vec<Alert<'_>>, Vec<Record>) = compared.unzip();
    let changed: Vec<Alert<'_>> = alerts
        .into_iter()
        .filter(|alert| !alert.changes().is_empty())
        .collect();
    let outcome = if changed.is_empty() {
        let why = "nothing to tell: nothing opened, resolved or drifted";
        nothing(why, args.report.format)
    } else {
        told(&changed, args)
    };
    drop(changed);
    drop(evaluations);
    for record in records {
        state.keep(record);
    }
    state.write()?;
    Ok(outcome)
}

fn read(account: &Account, assessment: &Assessment) -> Option<Read> {
    let arn = assessment.workflow.arn.as_str();
    let machine = account.workflows.iter().find(|m| m.arn == arn)?;
    Some(Read::of(machine, account, assessment))
}

/// A workflow that is there no more: what was told of it is resolved.
fn gone(args: &Replay, change: &Change, state: &mut State) -> Result<Outcome, Failure> {
    let Affects::Workflow(workflow) = &change.affects else {
        return no_workflow(change, args.report.format);
    };
    let Some(record) = state.forget(&workflow.arn) else {
        return no_workflow(change, args.report.format);
    };
    state.write()?;
    let workflow = history::last_seen(&record);
    let alert = history::gone(&workflow, &record, Some(&change.event));
    Ok(match alert.changes().is_empty() {
        true => nothing("it is gone, and nothing was told of it", args.report.format),
        false => told(&[alert], args),
    })
}
