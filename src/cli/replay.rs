//! `replay`: the function's handler on one event, over an account that was read and a state file, with what it would publish.

mod directory;
mod memory;
mod messages;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::Value;

use super::args::{Format, Replay};
use super::source::Configured;
use super::{Failure, Host, Outcome, report, source};
use crate::arn::Arn;
use crate::assess::{self, Assessment, Known};
use crate::collect::AccountCache;
use crate::local::{self, State};
use crate::pipeline::{self, Handled, Invocation, Ports, Published, Services};
use crate::render::escape;
use crate::route::{Delivery, Topic};
use crate::snapshot::Account;
use crate::trigger::{self, Affects, Change};
use directory::Directory;
use memory::Memory;
use messages::{Messages, NoQueue};

/// The ports of one run.
struct Once<'a>(std::marker::PhantomData<&'a ()>);

impl<'a> Ports for Once<'a> {
    type Accounts = Directory<'a>;
    type Notifier = Messages;
    type Baselines = Memory<'a>;
    type Queue = NoQueue;
}

/// Seconds that the run may take by its own clock, which stands still.
const TIME: i64 = 900;

/// Handles the event on the account and prints every message, or why there is none.
pub fn replay(args: &Replay, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let configured = source::configured(&args.report.config)?;
    let event = read(args)?;
    let change = match trigger::read(&event) {
        Ok(change) => change,
        Err(skip) if skip.is_malformed() => {
            let shown = args.event.display();
            return Err(Failure::Words(format!("`{shown}` is no event: {skip}")));
        }
        Err(skip) => return Ok(nothing(&skip.to_string(), args.report.format)),
    };
    let state = args.memory.state.as_deref().map(State::read).transpose()?;
    let account = source::account(&args.source, &configured.config.accounts, host)?;
    is_there(&change, &account, state.as_ref())?;
    let services: Services<Once<'_>> = Services {
        accounts: Directory(&account),
        notifier: Messages::default(),
        baselines: state.map(|state| Memory {
            account: &account,
            config: &configured.config,
            state: state.into(),
        }),
        queue: None,
        config: configured.config.clone(),
        lately: AccountCache::default(),
        published: Published::default(),
    };
    let handled = handle(&services, &event, host)?;
    if let Some(memory) = services.baselines {
        let state = memory.state.into_inner();
        state
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .write()?;
    }
    let sent = services.notifier.taken();
    if is_report(args.report.format) {
        return reported(&sent, &account, &change, &configured, args, host);
    }
    Ok(match told(&sent, args) {
        Some(told) => told,
        None => nothing(&why_nothing(&handled, &change), args.report.format),
    })
}

fn read(args: &Replay) -> Result<Value, Failure> {
    let text = local::read_file(&args.event)?;
    serde_json::from_str(&text).map_err(|error| {
        let (shown, line, column) = (args.event.display(), error.line(), error.column());
        Failure::Words(format!(
            "`{shown}` is not JSON (line {line}, column {column})"
        ))
    })
}

/// Runs the handler. Nothing that the ports of one run answer has to be waited for.
fn handle(
    services: &Services<Once<'_>>,
    event: &Value,
    host: &Host<'_>,
) -> Result<Handled, Failure> {
    let now = host.now;
    let invocation = Invocation {
        request: "replay",
        clock: &|| now,
        deadline: now.plus(TIME),
    };
    let mut handled = pin!(pipeline::event(services, event, &invocation));
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(handled) = handled.as_mut().poll(&mut context) {
            return handled.map_err(|error| Failure::Words(error.to_string()));
        }
    }
}

/// A workflow that the event says is there, and that is not, was not read.
fn is_there(change: &Change, account: &Account, state: Option<&State>) -> Result<(), Failure> {
    let Affects::Workflow(workflow) = &change.affects else {
        return Ok(());
    };
    let arn = &workflow.arn;
    let known = account
        .workflows
        .iter()
        .any(|machine| machine.arn == arn.as_str())
        || state.is_some_and(|state| state.get(arn).is_some());
    if known || change.event.name.starts_with("Delete") {
        return Ok(());
    }
    Err(Failure::Words(format!(
        "the account holds no workflow `{arn}`"
    )))
}

/// Formats of reports rather than of messages.
const fn is_report(format: Format) -> bool {
    matches!(format, Format::Sarif | Format::Markdown | Format::Html)
}

/// A report of the workflows of which something would be published.
fn reported(
    sent: &[Delivery],
    account: &Account,
    change: &Change,
    configured: &Configured,
    args: &Replay,
    host: &mut Host<'_>,
) -> Result<Outcome, Failure> {
    let told: BTreeSet<&Arn> = sent.iter().filter_map(|d| d.workflow.as_ref()).collect();
    let known = Known {
        config: &configured.config,
        today: &host.now.day(),
        now: &host.now.iso(),
        event: Some(&change.event),
        deploying: None,
        undone: Some(change),
        remembered: &BTreeMap::new(),
    };
    let all = assess::remembering(account, &known, account.workflows.len());
    let is_told = |assessment: &Assessment| told.contains(&assessment.workflow.arn);
    let judged = report::Judged {
        assessments: all.into_iter().filter(is_told).collect(),
        ..report::Judged::default()
    };
    report::outcome(judged, &args.report, &configured.applied, None, host)
}

/// People's mails, or the JSON of each alert in a line, and what the worst of them makes of the exit status.
fn told(sent: &[Delivery], args: &Replay) -> Option<Outcome> {
    let json = args.report.format == Format::Json;
    let topic = if json { Topic::Machines } else { Topic::People };
    let printed: Vec<String> = sent
        .iter()
        .filter(|delivery| delivery.topic == topic)
        .map(|delivery| match &delivery.subject {
            Some(subject) => format!("Subject: {subject}\n\n{}", delivery.message),
            None => format!("{}\n", delivery.message),
        })
        .collect();
    let worst = sent.iter().filter_map(|delivery| delivery.worst).max();
    let between = if json { "" } else { "\n" };
    (!printed.is_empty())
        .then(|| Outcome::judged(printed.join(between), worst, args.report.fail_on))
}

/// No message; machines get no line at all.
fn nothing(why: &str, format: Format) -> Outcome {
    match format {
        Format::Human => Outcome::clean(format!("no notification: {}\n", escape::line(why))),
        _ => Outcome::clean(String::new()),
    }
}

fn why_nothing(handled: &Handled, change: &Change) -> String {
    match handled {
        Handled::Skipped(skip) => return skip.to_string(),
        Handled::Evaluated(done) if done.workflows == 0 => {}
        Handled::Again | Handled::Evaluated(_) => {
            return match &change.affects {
                Affects::Workflow(workflow) if change.event.name.starts_with("Delete") => {
                    format!("`{}` is gone", workflow.arn)
                }
                _ => "nothing to tell: nothing opened, resolved or drifted".to_owned(),
            };
        }
    }
    match &change.affects {
        Affects::Workflow(workflow) => format!("`{}` is gone", workflow.arn),
        Affects::Role { name } => format!("no workflow runs with the role `{name}`"),
        Affects::ManagedPolicy { arn } => format!("no workflow's role has the policy `{arn}`"),
        Affects::LogGroup { name } => format!("no workflow logs to `{name}`"),
        Affects::Function { name } => format!("no workflow invokes the function `{name}`"),
        Affects::EntryPoints { kind } => format!(
            "no workflow may be begun by an entry point of the kind `{}`",
            kind.word()
        ),
        Affects::Policy { kind, name, .. } => {
            format!("no workflow acts on the {} `{name}`", kind.word())
        }
        Affects::LogPolicies => "no workflow logs".to_owned(),
        Affects::Starters { principal } => format!("no workflow is opened to `{principal}`"),
    }
}
