//! One event: which workflows it affects, and then each of them.

use serde_json::Value;
use tracing::{info, warn};

use super::evaluate::{self, Cause};
use super::{Done, Error, Handled, Ports, Run, confirm, index, skipped, starters};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::Baselines;
use crate::collect::{self, Accounts};
use crate::entry_points::Kind;
use crate::queue::{Later, Queue};
use crate::snapshot::ResourceKind;
use crate::trigger::work::Work;
use crate::trigger::{self, Affects, Change, GrantsStart, plain};
use crate::verdict::Dependency;

/// Seconds for which an event may come again: Lambda tries for six hours, a dead-letter queue keeps 14 days.
const COMES_AGAIN: i64 = 15 * 24 * 3600;
/// More workflows than this are handed on, where there is a queue.
const AT_ONCE: usize = 20;
/// Workflows of one message: reading the account's principals costs as much as judging many workflows.
pub(super) const OF_A_MESSAGE: usize = 50;

/// Handles one event.
pub(super) async fn handle<P: Ports>(run: &Run<'_, P>, event: &Value) -> Result<Handled, Error> {
    let change = match trigger::read(event) {
        Ok(change) => change,
        Err(skip) => {
            skipped(&skip);
            return Ok(Handled::Skipped(skip));
        }
    };
    run.count(|m| m.event());
    let id = &change.event.id;
    if let Some(state) = &run.watch.baselines
        && state.handled(id).await?
    {
        info!(
            event = plain(id),
            name = change.event.name,
            "dealt with before"
        );
        return Ok(Handled::Again);
    }
    let home = home(run, &change);
    let cause = Cause::event(&change, run.now());
    let workflows = affected(run, &home, &change.affects).await?;
    let mut done = spread(run, &home, &workflows, &cause).await?;
    if change.opens != GrantsStart::Never {
        done.add(starters::opened(run, &home, &cause, &workflows).await?);
    }
    if let Some(state) = &run.watch.baselines {
        let until = run.now().plus(COMES_AGAIN);
        // It would only be evaluated once more, to no change.
        if let Err(error) = state.remember(id, until).await {
            warn!(
                event = plain(id),
                "the event may be evaluated again: {error}"
            );
        }
    }
    info!(
        event = plain(id),
        name = change.event.name,
        workflows = done.workflows,
        alerts = done.alerts,
        handed_on = done.handed_on,
        "evaluated"
    );
    Ok(Handled::Evaluated(done))
}

/// Where the event's subject lives. IAM is global and its events bear the region that they arrive in: they concern the
/// region of the function.
fn home<P: Ports>(run: &Run<'_, P>, change: &Change) -> AccountRegion {
    let own = run.watch.accounts.own();
    if let Affects::Workflow(workflow) = &change.affects {
        return AccountRegion::of(&workflow.arn);
    }
    let regional = matches!(
        change.affects,
        Affects::LogGroup { .. }
            | Affects::Function { .. }
            | Affects::EntryPoints { .. }
            | Affects::Policy { .. }
            | Affects::LogPolicies
    );
    let or = |text: &str, own: &str| if text.is_empty() { own } else { text }.to_owned();
    AccountRegion {
        account: or(&change.event.account, &own.account),
        region: if regional {
            or(&change.event.region, &own.region)
        } else {
            own.region
        },
    }
}

/// The workflows that it affects.
async fn affected<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    affects: &Affects,
) -> Result<Vec<Arn>, Error> {
    if let Affects::Workflow(change) = affects {
        return Ok(vec![change.arn.clone()]);
    }
    let account = run.watch.accounts.of(home).await?;
    let role = |name: &String| Dependency::Role {
        account: home.account.clone(),
        name: name.clone(),
    };
    let rests: Vec<Dependency> = match affects {
        Affects::Role { name } => vec![role(name)],
        Affects::ManagedPolicy { arn } => collect::holders(&account, arn)
            .await?
            .iter()
            .map(role)
            .collect(),
        Affects::LogGroup { name } => vec![Dependency::LogGroup {
            home: home.clone(),
            name: name.clone(),
        }],
        Affects::Function { name } => vec![Dependency::Function {
            home: home.clone(),
            name: name.clone(),
        }],
        Affects::EntryPoints { kind } => vec![Dependency::EntryPoints {
            home: home.clone(),
            kind: *kind,
        }],
        Affects::Policy { kind, name, .. } => {
            let policy = Dependency::Policy {
                home: home.clone(),
                kind: *kind,
                name: name.clone(),
            };
            // Whoever may call a function may begin what it begins.
            let behind = Dependency::EntryPoints {
                home: home.clone(),
                kind: Kind::FunctionUrl,
            };
            let behind = (*kind == ResourceKind::Function).then_some(behind);
            [policy].into_iter().chain(behind).collect()
        }
        Affects::LogPolicies => vec![Dependency::LogPolicies { home: home.clone() }],
        Affects::Workflow(_) | Affects::Starters { .. } => Vec::new(),
    };
    index::resting_on(run, &account, home, &rests).await
}

/// Evaluates the workflows of a message because of an event that was noted. One that nobody noted was not sent by this
/// function.
pub(super) async fn evaluate<P: Ports>(
    run: &Run<'_, P>,
    workflows: &[Arn],
    event: &str,
) -> Result<(), Error> {
    let noted = match &run.watch.baselines {
        Some(state) => state.noted(event).await?,
        None => None,
    };
    let Some(noted) = noted else {
        warn!(
            event = plain(event),
            "work is skipped: no event of this id was handled here; somebody may be forging messages"
        );
        return Ok(());
    };
    let cause = Cause::event(&noted.change, run.now());
    let home = home(run, &noted.change);
    at_once(run, &home, workflows, &cause).await.map(drop)
}

/// Evaluates these workflows: here, or handed on where there are many.
pub(super) async fn spread<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    workflows: &[Arn],
    cause: &Cause<'_>,
) -> Result<Done, Error> {
    if let (Some(queue), Some(state), Some(change), true) = (
        &run.watch.queue,
        &run.watch.baselines,
        cause.change(),
        workflows.len() > AT_ONCE,
    ) {
        // A message names the event; what it was stands in the table.
        confirm::note(run, state, change).await?;
        let messages: Vec<Later> = workflows
            .chunks(OF_A_MESSAGE)
            .map(|part| Later {
                work: Work::Evaluate {
                    workflows: part.to_vec(),
                    sweep: None,
                    event: Some(change.event.id.clone()),
                },
                delay: 0,
            })
            .collect();
        queue.send(&messages).await?;
        return Ok(Done {
            handed_on: workflows.len(),
            ..Done::default()
        });
    }
    at_once(run, home, workflows, cause).await
}

async fn at_once<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    workflows: &[Arn],
    cause: &Cause<'_>,
) -> Result<Done, Error> {
    // A role serves every region: its workflows live in more than one where the table does.
    let mut homes: Vec<AccountRegion> = workflows.iter().map(AccountRegion::of).collect();
    homes.sort();
    homes.dedup();
    let mut done = Done::default();
    let mut first = None;
    for one in homes {
        let here = workflows.iter().filter(|w| AccountRegion::of(w) == one);
        let here: Vec<Arn> = here.cloned().collect();
        let of = if one.region.is_empty() { home } else { &one };
        match evaluate::workflows(run, of, &here, cause).await {
            Ok(more) => done.add(more),
            Err(error) => first = first.or(Some(error)),
        }
    }
    match first {
        None => Ok(done),
        Some(error) => Err(error),
    }
}
