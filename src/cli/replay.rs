//! `replay`: the function's handler on one event, with the notification that it would publish.

use serde_json::Value;

use super::args::{Format, Replay};
use super::{Failure, Host, Outcome, report, source};
use crate::assess::{self, Assessment};
use crate::local;
use crate::render::alert::{self, Alert};
use crate::render::{Counts, escape};
use crate::snapshot::{Account, Iam, Role, StateMachine};
use crate::trigger::{self, Affects, Change};

/// Handles the event on the account and prints every alert, or why there is none.
pub fn replay(args: &Replay, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.report.config)?;
    let text = local::read_file(&args.event)?;
    let shown = args.event.display();
    let event: Value = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::Words(format!(
            "`{shown}` is not JSON (line {line}, column {column})"
        ))
    })?;
    let change = match trigger::read(&event) {
        Ok(change) => change,
        Err(skip) if skip.is_malformed() => {
            return Err(Failure::Words(format!("`{shown}` is no event: {skip}")));
        }
        Err(skip) => return Ok(nothing(&skip.to_string(), args.report.format)),
    };
    let account = source::account(&args.source, host)?;
    let affected = affected(&account, &change.affects);
    if affected.is_empty() {
        return no_workflow(&change, args.report.format);
    }
    let assessments: Vec<Assessment> = assess::account(&account, &config, &host.now.day())
        .into_iter()
        .filter(|a| affected.iter().any(|w| w.arn == a.workflow.arn.as_str()))
        .collect();
    if args.report.format == Format::Sarif {
        return Ok(report::outcome(&assessments, &[], &args.report, host));
    }
    let alerts: Vec<Alert<'_>> = assessments
        .iter()
        .filter_map(|a| Alert::in_full(a, Some(&change.event)))
        .collect();
    if alerts.is_empty() {
        return Ok(nothing(
            "nothing to tell: no finding, nothing unchecked",
            args.report.format,
        ));
    }
    let worst = Counts::of(alerts.iter().flat_map(|a| a.opened.iter().copied())).worst();
    let printed = alerts.iter().map(|alert| print(alert, args.report.format));
    let separator = if args.report.format == Format::Json {
        ""
    } else {
        "\n"
    };
    Ok(Outcome::judged(
        printed.collect::<Vec<_>>().join(separator),
        worst,
        args.report.fail_on,
    ))
}

/// People's mail, or one line of JSON.
fn print(alert: &Alert<'_>, format: Format) -> String {
    match format {
        Format::Json => format!("{}\n", alert::json(alert)),
        _ => format!(
            "Subject: {}\n\n{}",
            alert::subject(alert),
            alert::text(alert)
        ),
    }
}

/// No message; machines get no line at all.
fn nothing(why: &str, format: Format) -> Outcome {
    match format {
        Format::Human => Outcome::clean(format!("no notification: {}\n", escape::line(why))),
        Format::Json | Format::Sarif => Outcome::clean(String::new()),
    }
}

fn no_workflow(change: &Change, format: Format) -> Result<Outcome, Failure> {
    let deleted = change.event.name.starts_with("Delete");
    match &change.affects {
        Affects::Workflow(workflow) if !deleted => Err(Failure::Words(format!(
            "the account holds no workflow `{}`",
            workflow.arn
        ))),
        Affects::Workflow(workflow) => Ok(nothing(&format!("`{}` is gone", workflow.arn), format)),
        Affects::Role { name } => Ok(nothing(
            &format!("no workflow runs with the role `{name}`"),
            format,
        )),
        Affects::ManagedPolicy { arn } => Ok(nothing(
            &format!("no workflow's role has the policy `{arn}`"),
            format,
        )),
        Affects::LogGroup { name } => Ok(nothing(&format!("no workflow logs to `{name}`"), format)),
    }
}

/// The workflows that a change can affect.
fn affected<'a>(account: &'a Account, affects: &Affects) -> Vec<&'a StateMachine> {
    let hit = |machine: &&StateMachine| match affects {
        Affects::Workflow(workflow) => machine.arn == workflow.arn.as_str(),
        Affects::Role { name } => role_name(&machine.role_arn) == Some(name),
        Affects::ManagedPolicy { arn } => account
            .iam
            .present()
            .and_then(|iam| role(iam, &machine.role_arn))
            .is_some_and(|role| holds(role, arn.as_str())),
        Affects::LogGroup { name } => machine.log_destinations.iter().any(|group| {
            group
                .trim_end_matches(":*")
                .ends_with(&format!(":log-group:{name}"))
        }),
    };
    account.workflows.iter().filter(hit).collect()
}

/// The name behind the path of a role's ARN: IAM events carry nothing else.
fn role_name(arn: &str) -> Option<&str> {
    arn.split_once(":role/")
        .map(|(_, path)| path.rsplit('/').next().unwrap_or(path))
}

fn role<'a>(iam: &'a Iam, arn: &str) -> Option<&'a Role> {
    iam.roles.iter().find(|role| role.arn == arn)
}

fn holds(role: &Role, policy: &str) -> bool {
    let attached = role.attached.present();
    role.boundary.as_deref() == Some(policy)
        || attached.is_some_and(|all| all.iter().any(|a| a.arn == policy))
}
