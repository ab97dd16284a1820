//! The sweep: every workflow of an account and region, by schedule, for what no event told.
//!
//! It never runs in one invocation. A page of workflows is listed and handed out in messages that become visible at the pace
//! at which the service's quota refills; then the next page is asked for by a message of its own. 100,000 workflows take
//! 93 minutes that way; the refill of DescribeStateMachine alone sets a floor of 83.

use tracing::{info, warn};

use super::evaluate::{self, Cause, SweepRef};
use super::{Error, Ports, Run, digest, event, starters, tell};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::{Baselines, Page, Sweep};
use crate::collect::{self, Accounts};
use crate::moment::Moment;
use crate::queue::{Later, MAX_DELAY, Queue};
use crate::render::summary::{self, Summary};
use crate::starters::start_shapes;
use crate::trigger::work::Work;

/// Workflows a second: nine tenths of the refill of DescribeStateMachine (20 a second in most regions; AWS Step Functions
/// Developer Guide, "Quotas related to API action throttling"), so that events find tokens left.
const PACE: usize = 18;
/// Seconds between two looks at whether it is over.
const BETWEEN_LOOKS: u32 = 60;
/// After so many looks it is said to be unfinished: longer than the retries of the queue take.
const LOOKS: u32 = 60;

/// Begins a sweep of the function's own account and of every configured one.
pub(super) async fn begin<P: Ports>(run: &Run<'_, P>) -> Result<(), Error> {
    let Some(state) = &run.watch.baselines else {
        warn!("no sweep: without `STEPWARDEN_TABLE` it would repeat every report");
        return Ok(());
    };
    let began = run.now();
    for home in homes(run) {
        let last = state.sweep(&home).await?;
        let id = format!("{} {}", began.iso(), run.name);
        if last.as_ref().is_some_and(|sweep| sweep.id == id) {
            // The same invocation again: its pages are on their way, or are handed out once more.
            start(run, &home, &id).await?;
            continue;
        }
        let sweep = Sweep {
            id: id.clone(),
            started_at: began.iso(),
            first: last.as_ref().is_none_or(|l| l.first && !l.finished),
            ..Sweep::default()
        };
        let instead = last.as_ref().map(|l| l.id.as_str());
        if state.begin(&home, &sweep, instead).await? {
            start(run, &home, &id).await?;
        }
    }
    Ok(())
}

/// The function's own account, and every configured one.
pub(super) fn homes<P: Ports>(run: &Run<'_, P>) -> Vec<AccountRegion> {
    let own = run.watch.accounts.own();
    let members = run.watch.config.accounts.ids.iter();
    let members: Vec<AccountRegion> = members
        .map(|id| AccountRegion {
            account: id.clone(),
            region: own.region.clone(),
        })
        .collect();
    std::iter::once(own).chain(members).collect()
}

async fn start<P: Ports>(run: &Run<'_, P>, home: &AccountRegion, id: &str) -> Result<(), Error> {
    info!(sweep = id, account = home.account, "a sweep begins");
    let Some(queue) = &run.watch.queue else {
        return at_once(run, home, id).await;
    };
    let page = Work::Page {
        sweep: id.to_owned(),
        home: home.clone(),
        number: 0,
        next: None,
    };
    queue
        .send(&[Later {
            work: page,
            delay: 0,
        }])
        .await?;
    Ok(())
}

/// Without a queue, as many as the time of the invocation allows.
async fn at_once<P: Ports>(run: &Run<'_, P>, home: &AccountRegion, id: &str) -> Result<(), Error> {
    let account = run.watch.accounts.of(home).await?;
    let (mut number, mut next) = (0, None);
    loop {
        let (arns, more) = collect::page(&account, next.as_deref()).await?;
        counted(run, home, id, number, arns.len(), more.is_none()).await?;
        evaluate(run, &arns, Some(id)).await?;
        (number, next) = (number + 1, more);
        if next.is_none() {
            break;
        }
    }
    finish(run, home, id, LOOKS).await
}

/// Lists one page, hands it out at the pace of the quota, and asks for the next one.
pub(super) async fn page<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    id: &str,
    number: u64,
    next: Option<&str>,
) -> Result<(), Error> {
    let (Some(queue), Some(sweep)) = (&run.watch.queue, present(run, home, id).await?) else {
        return Ok(());
    };
    if sweep.finished {
        return Ok(());
    }
    let account = run.watch.accounts.of(home).await?;
    let (arns, more) = collect::page(&account, next).await?;
    let delay = |workflows: usize| {
        u32::try_from(workflows / PACE)
            .unwrap_or(MAX_DELAY)
            .min(MAX_DELAY)
    };
    let mut messages: Vec<Later> = arns
        .chunks(event::OF_A_MESSAGE)
        .enumerate()
        .map(|(index, part)| Later {
            work: Work::Evaluate {
                workflows: part.to_vec(),
                sweep: Some(id.to_owned()),
                event: None,
            },
            delay: delay(index * event::OF_A_MESSAGE),
        })
        .collect();
    let after = match &more {
        Some(more) => Work::Page {
            sweep: id.to_owned(),
            home: home.clone(),
            number: number + 1,
            next: Some(more.clone()),
        },
        None => Work::Finish {
            sweep: id.to_owned(),
            home: home.clone(),
            looks: 0,
        },
    };
    messages.push(Later {
        work: after,
        delay: delay(arns.len()),
    });
    queue.send(&messages).await?;
    counted(run, home, id, number, arns.len(), more.is_none()).await
}

async fn counted<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    id: &str,
    number: u64,
    workflows: usize,
    last: bool,
) -> Result<(), Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok(());
    };
    let page = Page {
        number,
        workflows: workflows as u64,
        last,
    };
    Ok(state.listed(home, id, page).await?)
}

/// The sweep of this id, where it is the present one: messages of an older one come to nothing.
async fn present<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    id: &str,
) -> Result<Option<Sweep>, Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok(None);
    };
    let sweep = state.sweep(home).await?;
    Ok(sweep.filter(|sweep| sweep.id == id))
}

/// Evaluates the workflows of one message of a sweep.
pub(super) async fn evaluate<P: Ports>(
    run: &Run<'_, P>,
    workflows: &[Arn],
    sweep: Option<&str>,
) -> Result<(), Error> {
    let Some(home) = workflows.first().map(AccountRegion::of) else {
        return Ok(());
    };
    let present = match sweep {
        Some(id) => present(run, &home, id).await?,
        None => None,
    };
    let Some(sweep) = &present else {
        return Ok(());
    };
    let began = Moment::parse(&sweep.started_at).unwrap_or_default();
    let sweep = SweepRef {
        id: &sweep.id,
        first: sweep.first,
    };
    let cause = Cause::sweep(sweep, began);
    evaluate::workflows(run, &home, workflows, &cause)
        .await
        .map(drop)
}

/// Looks whether the sweep is over; then evaluates what it did not come by, and tells of the first one.
pub(super) async fn finish<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    id: &str,
    looks: u32,
) -> Result<(), Error> {
    let (Some(state), Some(sweep)) = (&run.watch.baselines, present(run, home, id).await?) else {
        return Ok(());
    };
    if sweep.finished {
        return Ok(());
    }
    let over = sweep.whole && sweep.done >= sweep.listed;
    if !over && looks < LOOKS {
        return again(run, home, id, looks + 1).await;
    }
    if !over {
        let (done, listed) = (sweep.done, sweep.listed);
        warn!("a sweep ends unfinished: {done} of {listed} workflows were evaluated");
    }
    left_out(run, home, &sweep).await?;
    keep_starts(run, home).await?;
    let (_, records) = digest::records(run, home).await?;
    let summary = Summary::first(home, &sweep, &records);
    run.count(|m| m.open(summary.owners()));
    if sweep.first {
        tell::send(run, &summary::deliveries(&summary)).await?;
    }
    if state.finish(home, id).await? && over {
        run.count(|m| m.swept());
    }
    Ok(())
}

async fn again<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    id: &str,
    looks: u32,
) -> Result<(), Error> {
    let Some(queue) = &run.watch.queue else {
        return Ok(());
    };
    let work = Work::Finish {
        sweep: id.to_owned(),
        home: home.clone(),
        looks,
    };
    queue
        .send(&[Later {
            work,
            delay: BETWEEN_LOOKS,
        }])
        .await?;
    Ok(())
}

/// Workflows that are known and were not on any page: deleted, mostly, without an event that told of it.
async fn left_out<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    sweep: &Sweep,
) -> Result<(), Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok(());
    };
    let known = state.known(home).await?;
    let left: Vec<Arn> = known
        .into_iter()
        .filter(|known| known.sweep.as_deref() != Some(sweep.id.as_str()))
        .map(|known| known.workflow)
        .collect();
    let Some(queue) = &run.watch.queue else {
        return evaluate(run, &left, Some(&sweep.id)).await;
    };
    let messages: Vec<Later> = left
        .chunks(event::OF_A_MESSAGE)
        .map(|part| Later {
            work: Work::Evaluate {
                workflows: part.to_vec(),
                sweep: Some(sweep.id.clone()),
                event: None,
            },
            delay: 0,
        })
        .collect();
    if messages.is_empty() {
        return Ok(());
    }
    Ok(queue.send(&messages).await?)
}

/// What events compare with: how each principal may start workflows now.
async fn keep_starts<P: Ports>(run: &Run<'_, P>, home: &AccountRegion) -> Result<(), Error> {
    let Some(state) = &run.watch.baselines else {
        return Ok(());
    };
    let account = run.watch.accounts.of(home).await?;
    let lately = &run.watch.lately;
    let iam = lately
        .principals(&account, home, run.now(), Moment::default())
        .await;
    let Some(iam) = iam.present() else {
        return Ok(());
    };
    let kept = state.starts(&home.account).await?;
    let changed = starters::difference(&kept, &start_shapes(iam));
    Ok(state.keep_starts(&home.account, &changed).await?)
}
