//! `replay`: the function's handler on one event, with the notification that it would publish.

mod remembered;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::args::{Format, Replay};
use super::{Failure, Host, Outcome, report, source};
use crate::analysis::WorkflowAnalysis;
use crate::arn::Arn;
use crate::assess::{self, Assessment, Known};
use crate::config::Config;
use crate::dependencies::{self, Dependency, PolicyHolders};
use crate::entry_points::Kind;
use crate::iam::Principals;
use crate::local::{self, State};
use crate::pipeline::about_starting;
use crate::render::alert::{self, Alert};
use crate::render::{Counts, escape};
use crate::snapshot::{Account, Iam, ResourceKind, Role, StateMachine};
use crate::starters::{self, StartIndex};
use crate::trigger::{self, Affects, Change, GrantsStart};

/// Handles the event on the account and prints every alert, or why there is none.
pub fn replay(args: &Replay, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let configured = source::configured(&args.report.config)?;
    let config = configured.config.clone();
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
    let affected = affected(&account, &config, &change);
    let opened = opened(&account, &change, &affected);
    if affected.is_empty() && opened.is_empty() && !is_gone(&change, args) {
        return no_workflow(&change, args.report.format);
    }
    if let Some(path) = &args.memory.state {
        let mut state = State::read(path)?;
        let concerned = affected.union(&opened).copied().collect();
        return remembered::replay(
            args, host, &config, &account, &change, &concerned, &mut state,
        );
    }
    let known = Known {
        config: &config,
        today: &host.now.day(),
        now: &host.now.iso(),
        event: Some(&change.event),
        deploying: None,
        undone: Some(&change),
        remembered: &BTreeMap::new(),
    };
    let mut assessments: Vec<Assessment> = Vec::new();
    for mut assessment in assess::remembering(&account, &known, account.workflows.len()) {
        let arn = assessment.workflow.arn.as_str();
        if affected.contains(arn) {
            assessments.push(assessment);
        } else if opened.contains(arn) {
            about_starting(&mut assessment, &change.principal().unwrap_or_default());
            assessments.push(assessment);
        }
    }
    if matches!(
        args.report.format,
        Format::Sarif | Format::Markdown | Format::Html
    ) {
        let judged = report::Judged {
            assessments,
            ..report::Judged::default()
        };
        return report::outcome(judged, &args.report, &configured.applied, None, host);
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
    Ok(told(&alerts, args))
}

/// Every alert, and what the worst that opened makes of the exit status.
fn told(alerts: &[Alert<'_>], args: &Replay) -> Outcome {
    let worst = Counts::of(alerts.iter().flat_map(|a| a.opened.iter().copied())).worst();
    let printed = alerts.iter().map(|alert| print(alert, args.report.format));
    let separator = if args.report.format == Format::Json {
        ""
    } else {
        "\n"
    };
    Outcome::judged(
        printed.collect::<Vec<_>>().join(separator),
        worst,
        args.report.fail_on,
    )
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
        _ => Outcome::clean(String::new()),
    }
}

/// A deletion is told where it is remembered what was told before.
fn is_gone(change: &Change, args: &Replay) -> bool {
    args.memory.state.is_some() && matches!(change.affects, Affects::Workflow(_))
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
        Affects::Function { name } => Ok(nothing(
            &format!("no workflow invokes the function `{name}`"),
            format,
        )),
        Affects::EntryPoints { kind } => Ok(nothing(
            &format!("no workflow may be begun by a {}", kind.word()),
            format,
        )),
        Affects::Policy { kind, name, .. } => Ok(nothing(
            &format!("no workflow acts on the {} `{name}`", kind.word()),
            format,
        )),
        Affects::LogPolicies => Ok(nothing("no workflow logs", format)),
        Affects::Starters { principal } => Ok(nothing(
            &format!("no workflow is opened to `{principal}`"),
            format,
        )),
    }
}

/// The workflows whose verdicts rest on what the change is about, by ARN.
fn affected<'a>(account: &'a Account, config: &Config, change: &Change) -> BTreeSet<&'a str> {
    let begins = begun_by(account, config, change);
    let hit = |machine: &&StateMachine| match &change.affects {
        Affects::Workflow(workflow) => machine.arn == workflow.arn.as_str(),
        Affects::Role { name } => rests(account, config, machine)
            .any(|rest| matches!(rest, Dependency::Role { name: role, .. } if role == *name)),
        Affects::ManagedPolicy { arn } => account
            .iam
            .present()
            .and_then(|iam| role(iam, &machine.role_arn))
            .is_some_and(|role| holds(role, arn.as_str())),
        Affects::LogGroup { name } => rests(account, config, machine)
            .any(|rest| matches!(rest, Dependency::LogGroup { name: group, .. } if group == *name)),
        Affects::Function { name } => rests(account, config, machine).any(
            |rest| matches!(rest, Dependency::Function { name: function, .. } if function == *name),
        ),
        Affects::EntryPoints { kind } => begins(machine, *kind),
        Affects::Policy { kind, name, .. } => {
            let is_function = *kind == ResourceKind::Function;
            rests(account, config, machine).any(|rest| {
                matches!(rest, Dependency::Policy { kind: of, name: own, .. } if of == *kind && own == *name)
            }) || is_function && begins(machine, Kind::FunctionUrl)
        }
        Affects::LogPolicies => rests(account, config, machine)
            .any(|rest| matches!(rest, Dependency::LogPolicies { .. })),
        Affects::Starters { .. } => false,
    };
    let all = account.workflows.iter().filter(hit);
    all.map(|machine| machine.arn.as_str()).collect()
}

/// Whether a kind of entry point may begin a workflow's executions, asked of the account's principals where it is asked at all.
fn begun_by<'a>(
    account: &'a Account,
    config: &'a Config,
    change: &Change,
) -> impl Fn(&StateMachine, Kind) -> bool + use<'a> {
    let asked = matches!(
        change.affects,
        Affects::EntryPoints { .. } | Affects::Policy { .. }
    );
    let iam = account.iam.present().filter(|_| asked);
    let index = iam.map(|iam| {
        let around = starters::Surroundings::of(account, &config.trusted_accounts);
        StartIndex::new(&Principals::new(iam), &around)
    });
    move |machine, kind| {
        let Some(index) = &index else { return false };
        let analysis = WorkflowAnalysis::new(account, machine, config);
        let starters = index.starters(&analysis.workflow, None);
        starters.serves.contains(&kind)
    }
}

fn rests(
    account: &Account,
    config: &Config,
    machine: &StateMachine,
) -> impl Iterator<Item = Dependency> + use<> {
    let named = dependencies::named_by(machine, config);
    let holders = PolicyHolders::new(account).of(machine, &named.holders);
    let policies = dependencies::policies_of(machine, &holders);
    let rests = dependencies::depends_on(machine, account, &named.functions);
    rests.into_iter().chain(policies)
}

/// The workflows that the change opens to the principal that it names.
fn opened<'a>(
    account: &'a Account,
    change: &Change,
    affected: &BTreeSet<&str>,
) -> BTreeSet<&'a str> {
    let (Some(iam), Some(name)) = (account.iam.present(), change.principal()) else {
        return BTreeSet::new();
    };
    let grants = match &change.document {
        Some(document) => starters::mentions_start(document),
        None => true,
    };
    if change.opens != GrantsStart::New || !grants {
        return BTreeSet::new();
    }
    let members = |shape: &str| match name.strip_prefix("group/") {
        Some(group) => iam
            .users
            .iter()
            .any(|u| shape == format!("user/{}", u.name) && u.groups.iter().any(|g| g == group)),
        None => shape == name,
    };
    let shapes = starters::start_shapes(iam);
    let patterns: BTreeSet<String> = shapes
        .into_iter()
        .filter(|(shape, _)| members(shape))
        .flat_map(|(_, shape)| shape.patterns)
        .collect();
    let opens = |arn: &&str| {
        Arn::parse(arn).is_some_and(|a| starters::any_opens(&patterns, &a))
            && !affected.contains(arn)
    };
    let all = account.workflows.iter().map(|machine| machine.arn.as_str());
    all.filter(opens).collect()
}

fn role<'a>(iam: &'a Iam, arn: &str) -> Option<&'a Role> {
    iam.roles.iter().find(|role| role.arn == arn)
}

fn holds(role: &Role, policy: &str) -> bool {
    let attached = role.attached.present();
    role.boundary.as_deref() == Some(policy)
        || attached.is_some_and(|all| all.iter().any(|a| a.arn == policy))
}
