//! `approve`: what is deployed becomes the baseline of a workflow.

use super::{Failure, Host, Outcome, args, source};
use crate::arn::Arn;
use crate::assess::{self, Known};
use crate::history::{self, Read};
use crate::local::State;
use crate::render::escape;
use crate::trigger::workflow_arn;

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
    let account = source::account(&args.source, &config.accounts, host)?;
    let known = Known {
        config: &config,
        today: &host.now.day(),
        now: &host.now.iso(),
        event: None,
        deploying: None,
        undone: None,
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
    let by = (host.variable)("USER").unwrap_or_else(|| "the command line".to_owned());
    let read = Read::of(machine, &account, &assessment);
    let record = history::approved(state.get(&workflow), &assessment, &read, &by, host.now)
        .ok_or_else(|| {
            Failure::Words(format!(
                "`{workflow}` could not be read: nothing is approved"
            ))
        })?;
    state.keep(record);
    state.write()?;
    Ok(approved(&workflow))
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
    super::live::approve(workflow, config, table, &args.source.live, host)?;
    Ok(approved(workflow))
}
