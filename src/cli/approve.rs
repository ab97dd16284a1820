//! `approve`: what is deployed becomes the baseline of a workflow.

use super::{Failure, Host, Outcome, args, source};
use crate::arn::Arn;
use crate::assess::{self, Assessment, Known};
use crate::facts;
use crate::facts::drift::{Approval, Baseline, How};
use crate::local::State;
use crate::render::escape;
use crate::trigger::workflow_arn;
use crate::verdict::Record;

/// `stepwarden approve`
pub fn approve(args: &args::Approve, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let workflow = Arn::parse(&args.arn)
        .and_then(|arn| workflow_arn(&arn))
        .ok_or_else(|| Failure::Words(format!("`{}` is no ARN of a workflow", args.arn)))?;
    let config = source::config(&args.config)?;
    let Some(path) = &args.memory.state else {
        return table(args, &workflow, config, host);
    };
    let mut state = State::read(path)?;
    let account = source::account(&args.source, host)?;
    let known = Known {
        config: &config,
        today: &host.now.day(),
        now: &host.now.iso(),
        event: None,
        remembered: &std::collections::BTreeMap::new(),
    };
    let assessments = assess::remembering(&account, &known, account.workflows.len());
    let found = assessments.into_iter().find(|a| a.workflow.arn == workflow);
    let assessment = found
        .ok_or_else(|| Failure::Words(format!("the account holds no workflow `{workflow}`")))?;
    let machine = account
        .workflows
        .iter()
        .find(|m| m.arn == workflow.as_str())
        .ok_or_else(|| Failure::Words(format!("`{workflow}` could not be read")))?;
    let approval = Approval {
        approved_at: host.now.iso(),
        approved_by: (host.variable)("USER").unwrap_or_else(|| "the command line".to_owned()),
        how: How::Approved,
    };
    let baseline = baseline(&assessment, approval)?;
    let record = match state.get(&workflow) {
        Some(record) => Record {
            baseline: Some(baseline),
            widened: std::collections::BTreeMap::new(),
            ..record.clone()
        },
        // Nothing was told of it yet: the next event tells all of it.
        None => Record {
            owner: assessment.workflow.owner.clone(),
            evaluated_at: host.now.iso(),
            revision: machine.revision_id.clone(),
            basis: facts::basis(machine, &account),
            rests_on: facts::rests_on(machine, &account, &config),
            baseline: Some(baseline),
            ..Record::blank(&workflow)
        },
    };
    state.keep(record);
    state.write()?;
    Ok(approved(&workflow))
}

/// What may be approved: not what could not be read.
pub(crate) fn baseline(assessment: &Assessment, approval: Approval) -> Result<Baseline, Failure> {
    let posture = assessment.posture.clone().map(|p| p.bounded());
    let posture = posture.ok_or_else(|| {
        let arn = &assessment.workflow.arn;
        Failure::Words(format!("`{arn}` could not be read: nothing is approved"))
    })?;
    Ok(Baseline { approval, posture })
}

fn approved(workflow: &Arn) -> Outcome {
    let shown = escape::line(workflow.as_str());
    Outcome::clean(format!("approved: {shown} as it is deployed now\n"))
}

#[cfg(not(feature = "live"))]
fn table(
    _args: &args::Approve,
    workflow: &Arn,
    _config: crate::config::Config,
    _host: &mut Host<'_>,
) -> Result<Outcome, Failure> {
    Err(Failure::Words(format!(
        "nowhere to keep the baseline of `{workflow}`: name a state file with `--state FILE`"
    )))
}

#[cfg(feature = "live")]
fn table(
    args: &args::Approve,
    workflow: &Arn,
    config: crate::config::Config,
    host: &mut Host<'_>,
) -> Result<Outcome, Failure> {
    let table = (host.variable)("STEPWARDEN_TABLE").filter(|name| !name.trim().is_empty());
    let (Some(table), None) = (table, &args.source.snapshot) else {
        return Err(Failure::Words(format!(
            "nowhere to keep the baseline of `{workflow}`: name a state file with `--state FILE`, or the function's table in `STEPWARDEN_TABLE` for the live account"
        )));
    };
    super::live::approve(workflow, config, table, host)?;
    Ok(approved(workflow))
}
