//! Approval by deployment: what a deployer's event widened is held back until CloudTrail's own record of the event was looked
//! up, twenty minutes at most. Records appear there within minutes (AWS CloudTrail User Guide, "Working with CloudTrail event
//! history"), and two lookups a second are all that an account and region allow.

use std::time::Duration;

use tracing::{info, warn};

use super::evaluate::{self, Cause};
use super::{Error, Ports, Run};
use crate::arn::{AccountRegion, Arn};
use crate::assess::Proof;
use crate::baselines::{Baselines, Noted, Waiting};
use crate::collect::{Account, Accounts, Lookup, Recorded};
use crate::queue::{Later, MAX_DELAY, Queue};
use crate::snapshot::Fetched;
use crate::trigger::work::Work;
use crate::trigger::{self, Change, plain};

/// Seconds for which drift is held back at most.
pub(super) const HELD: i64 = 20 * 60;
/// Seconds until the first look; each later one comes after as long again as was waited already.
const FIRST_LOOK: i64 = 120;
/// Workflows of one event that are evaluated between two notes of how far it is.
const AT_ONCE: usize = 50;
/// Pages of one look at calls of the same name.
const PAGES: usize = 5;
/// Seconds that one waits for its turn to call.
const TURNS: u32 = 20;
/// Seconds that reading and evaluating may be apart from the time in a record.
const AROUND: i64 = 2;

/// Where CloudTrail records an event: IAM's stand in the region of their envelope.
fn recorded_in(change: &Change) -> AccountRegion {
    AccountRegion {
        account: change.event.account.clone(),
        region: change.event.region.clone(),
    }
}

/// Notes that these workflows wait for the event, and sees to it that somebody asks for it.
pub(super) async fn wait<P: Ports>(
    run: &Run<'_, P>,
    change: &Change,
    workflows: &[Arn],
) -> Result<(), Error> {
    let (Some(state), Some(queue)) = (&run.watch.baselines, &run.watch.queue) else {
        return Ok(());
    };
    if workflows.is_empty() {
        return Ok(());
    }
    let id = &change.event.id;
    let until = run.now().plus(HELD);
    note(run, state, change).await?;
    let each = workflows.iter().map(|workflow| Waiting {
        event: id.clone(),
        workflow: workflow.clone(),
    });
    let each: Vec<Waiting> = each.collect();
    state.wait(&recorded_in(change), &each, until).await?;
    queue.send(&[later(id, FIRST_LOOK)]).await?;
    info!(
        event = plain(id),
        workflows = workflows.len(),
        "what a deployer's event widened waits for CloudTrail's record of it"
    );
    Ok(())
}

/// Keeps what changed for whoever handles the event's id later, and leaves what was found out since as it is.
pub(super) async fn note<P: Ports>(
    run: &Run<'_, P>,
    state: &P::Baselines,
    change: &Change,
) -> Result<(), Error> {
    let now = run.now();
    let kept = state.noted(&change.event.id).await?;
    if kept.is_some_and(|noted| noted.recorded.is_some() || noted.until > now.seconds()) {
        return Ok(());
    }
    let noted = Noted {
        change: change.clone(),
        recorded: None,
        until: now.plus(HELD).seconds(),
    };
    Ok(state.note(&noted).await?)
}

fn later(id: &str, delay: i64) -> Later {
    Later {
        work: Work::Confirm {
            event: id.to_owned(),
        },
        delay: u32::try_from(delay).unwrap_or(MAX_DELAY).min(MAX_DELAY),
    }
}

/// What a look brought.
enum Answer {
    Known,
    /// Not there yet, or not asked: it may come.
    NotYet(&'static str),
    Lacking(String),
}

/// Looks for the event's record, and evaluates what waits for it in the light of that.
pub(super) async fn confirm<P: Ports>(run: &Run<'_, P>, id: &str) -> Result<(), Error> {
    let (Some(state), Some(queue)) = (&run.watch.baselines, &run.watch.queue) else {
        return Ok(());
    };
    let Some(noted) = state.noted(id).await? else {
        warn!(
            event = plain(id),
            "nothing is known of the event that is to be confirmed: somebody may be forging messages"
        );
        return Ok(());
    };
    let place = recorded_in(&noted.change);
    let all = state.waiting(&place).await?;
    let own: Vec<Waiting> = all.iter().filter(|w| w.event == id).cloned().collect();
    if own.is_empty() {
        return Ok(());
    }
    let answer = look(run, state, &place, &noted, &all).await?;
    let left = noted.until - run.now().seconds();
    let lacking = match answer {
        Answer::Known => None,
        Answer::NotYet(_) if left > 0 => {
            let next = (HELD - left).clamp(FIRST_LOOK, left.max(FIRST_LOOK));
            queue.send(&[later(id, next)]).await?;
            return Ok(());
        }
        Answer::NotYet(why) => Some(why.to_owned()),
        Answer::Lacking(why) => Some(why),
    };
    let proof = match &lacking {
        None => Proof::Known,
        Some(why) => {
            warn!(
                event = plain(id),
                "a deployer's event is not confirmed: {why}"
            );
            Proof::Lacking(why)
        }
    };
    settle(run, state, &place, &noted.change, proof, &own).await
}

async fn settle<P: Ports>(
    run: &Run<'_, P>,
    state: &P::Baselines,
    place: &AccountRegion,
    change: &Change,
    proof: Proof<'_>,
    own: &[Waiting],
) -> Result<(), Error> {
    let mut homes: Vec<AccountRegion> =
        own.iter().map(|w| AccountRegion::of(&w.workflow)).collect();
    homes.sort();
    homes.dedup();
    let cause = Cause::confirmed(change, proof, run.now());
    for home in homes {
        let here: Vec<&Waiting> = own
            .iter()
            .filter(|w| AccountRegion::of(&w.workflow) == home)
            .collect();
        for part in here.chunks(AT_ONCE) {
            let workflows: Vec<Arn> = part.iter().map(|w| w.workflow.clone()).collect();
            evaluate::workflows(run, &home, &workflows, &cause).await?;
            for waiting in part {
                state.waited(place, waiting).await?;
            }
        }
    }
    Ok(())
}

/// Asks CloudTrail, once for all events of the same name that wait.
async fn look<P: Ports>(
    run: &Run<'_, P>,
    state: &P::Baselines,
    place: &AccountRegion,
    noted: &Noted,
    all: &[Waiting],
) -> Result<Answer, Error> {
    if noted.recorded.is_some() {
        return Ok(judged(noted));
    }
    let mut wanted = vec![noted.clone()];
    let mut others: Vec<&String> = all.iter().map(|w| &w.event).collect();
    others.dedup();
    others.retain(|other| **other != noted.change.event.id);
    for other in others.into_iter().take(AT_ONCE) {
        let other = state.noted(other).await?.filter(|other| {
            other.recorded.is_none() && other.change.event.name == noted.change.event.name
        });
        wanted.extend(other);
    }
    let account = run.watch.accounts.of(place).await?;
    let lookup = lookup(&wanted);
    let mut next = None;
    for _ in 0..PAGES {
        if !turn(run, state, place).await? {
            return Ok(Answer::NotYet("CloudTrail could not be asked in time"));
        }
        let page = match account.recorded(&lookup, next.as_deref()).await {
            Fetched::Present((page, more)) => {
                next = more;
                page
            }
            Fetched::Absent | Fetched::NotCollected => Vec::new(),
            Fetched::Denied(why) => return Ok(Answer::Lacking(why)),
            Fetched::Failed(_) => {
                return Ok(Answer::NotYet(
                    "`cloudtrail:LookupEvents` was throttled or failed for too long",
                ));
            }
        };
        if let Some(answer) = found(state, &mut wanted, &page, &noted.change.event.id).await? {
            return Ok(answer);
        }
        if next.is_none() {
            break;
        }
    }
    Ok(Answer::NotYet("CloudTrail does not know the event"))
}

/// Keeps what a page tells of the events that are wanted; the answer for this one, where it is among them.
async fn found<B: Baselines>(
    state: &B,
    wanted: &mut [Noted],
    page: &[Recorded],
    id: &str,
) -> Result<Option<Answer>, Error> {
    let mut answer = None;
    for noted in wanted {
        let record = page.iter().find(|r| r.id == noted.change.event.id);
        let Some(record) = record else { continue };
        noted.recorded = trigger::recorded(&record.record);
        if noted.recorded.is_none() {
            // A record that is not understood confirms nobody.
            noted.recorded = Some(trigger::EventInfo::default());
        }
        state.note(noted).await?;
        if noted.change.event.id == id {
            answer = Some(judged(noted));
        }
    }
    Ok(answer)
}

/// Whether the record names the same call of the same caller.
fn judged(noted: &Noted) -> Answer {
    let event = &noted.change.event;
    let same = noted.recorded.as_ref().is_some_and(|recorded| {
        (&recorded.id, &recorded.name, &recorded.actor) == (&event.id, &event.name, &event.actor)
            && (&recorded.issuer, &recorded.invoked_by) == (&event.issuer, &event.invoked_by)
    });
    match same {
        true => Answer::Known,
        false => {
            Answer::Lacking("CloudTrail's record of the event names another caller".to_owned())
        }
    }
}

fn lookup(wanted: &[Noted]) -> Lookup {
    let times = wanted.iter().filter_map(|noted| noted.change.time());
    let (from, to) = (times.clone().min(), times.max());
    match (wanted, from, to) {
        ([one, _, ..], Some(from), Some(to)) => Lookup::Calls {
            name: one.change.event.name.clone(),
            from: from.plus(-AROUND),
            to: to.plus(AROUND),
        },
        (all, ..) => Lookup::Event(
            all.first()
                .map(|one| one.change.event.id.clone())
                .unwrap_or_default(),
        ),
    }
}

/// Waits for a second in which nobody else asks; `false` where there was none.
async fn turn<P: Ports>(
    run: &Run<'_, P>,
    state: &P::Baselines,
    place: &AccountRegion,
) -> Result<bool, Error> {
    for _ in 0..TURNS {
        if state.turn(place, run.now()).await? {
            return Ok(true);
        }
        run.pause(Duration::from_secs(1)).await;
    }
    Ok(false)
}
