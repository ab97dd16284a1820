//! Reading and judging the workflows that are held, with whatever their verdicts rest on.

use std::collections::BTreeMap;

use futures_util::future;
use futures_util::stream::{self, StreamExt as _};
use tracing::info;

use super::around::{self, Subject};
use super::evaluate::{Cause, Held};
use super::{Error, Ports, Run, confirm, index};
use crate::arn::{AccountRegion, Arn};
use crate::assess::{self, Assessment, Known, Proof, Remembered};
use crate::collect::{self, Account, Described, StaleRead, Versions};
use crate::gap::{Input, Unread};
use crate::history::Read;
use crate::queue::{Later, Queue};
use crate::snapshot::{self, Fetched, StateMachine, VersionRef};
use crate::trigger::work::Work;
use crate::trigger::{SETTLES, plain};
use crate::verdict::Dependency;

/// Workflows that share a role and are compared with each other; the role of more is shared beyond comparison.
const SHARERS: usize = 25;
/// Reads at once.
const AT_ONCE: usize = 16;

/// What was read and judged.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// One for each workflow that is there, or could not be read.
    pub assessments: Vec<Assessment>,
    /// What was read, by ARN.
    pub read: BTreeMap<String, Read>,
}

/// Reads and judges.
pub(super) async fn read<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    held: &[Held],
    cause: &Cause<'_>,
) -> Result<Reading, Error> {
    let described: Vec<(Described, Versions)> = stream::iter(held)
        .map(|one| {
            let described = collect::describe(
                account,
                &one.workflow,
                cause.of(&one.workflow),
                cause.recent,
            );
            future::join(described, versions(run, account, one, cause))
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut machines = Vec::new();
    let mut late = Vec::new();
    let mut unread = Vec::new();
    let mut published = Published::default();
    for (one, of_one) in described {
        match one.machine {
            Fetched::Present(machine) => {
                published.add(&machine.arn, of_one);
                late.extend(one.stale.map(|why| {
                    let what = format!("the revision of {}", machine.arn);
                    Unread::of_workflow(&machine.arn, Input::Workflow, what, why)
                }));
                machines.push(machine);
            }
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) | Fetched::Failed(why) => unread.push((one.arn, why)),
        }
    }
    let judged = machines.len();
    let (sharers, beyond) = sharers(run, account, home, &machines, cause).await?;
    machines.extend(sharers);
    let subject = Subject {
        machines,
        judged,
        versions: &published.machines,
    };
    let (mut snapshot, late_roles) = around::around(run, account, home, subject, cause).await;
    late.extend(late_roles);
    snapshot.unreadable.extend(beyond);
    snapshot.unreadable.extend(published.unread);
    snapshot
        .unreadable
        .extend(look_again(run, held, cause, late).await);
    let mut reading = judge(run, &snapshot, judged, unread, held, cause);
    for (arn, listed) in published.listed {
        if let Some(read) = reading.read.get_mut(&arn) {
            read.versions = Some(listed);
        }
    }
    Ok(reading)
}

/// Days for which a sweep goes by the versions that were listed: the service takes one such call a second in the long run,
/// and events tell of what is published and deleted meanwhile.
const LISTED_FOR: i64 = 7;
const DAY: i64 = 86_400;

/// What was read of the versions of all.
#[derive(Default)]
struct Published {
    machines: Vec<StateMachine>,
    unread: Vec<Unread>,
    listed: BTreeMap<String, Vec<VersionRef>>,
}

impl Published {
    fn add(&mut self, workflow: &str, read: Versions) {
        self.machines.extend(read.machines);
        self.unread.extend(read.unread);
        let listed = read.listed.map(|all| (workflow.to_owned(), all));
        self.listed.extend(listed);
    }
}

/// The published versions of one workflow. What a sweep does not list anew keeps the time of its list.
async fn versions<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    held: &Held,
    cause: &Cause<'_>,
) -> Versions {
    let kept = held.record.as_ref().and_then(|r| r.versions.as_ref());
    let since = run.now().plus(-LISTED_FOR * DAY).iso();
    let known = kept.filter(|kept| cause.sweep.is_some() && kept.at > since);
    let known = known.map(|kept| &kept.all);
    let cache = &run.watch.lately;
    let read = collect::versions(account, cache, &held.workflow, known).await;
    Versions {
        listed: read.listed.filter(|_| known.is_none()),
        ..read
    }
}

/// What is not visible yet is looked at again when it must be; only where nobody can is it a gap.
async fn look_again<P: Ports>(
    run: &Run<'_, P>,
    held: &[Held],
    cause: &Cause<'_>,
    late: Vec<StaleRead>,
) -> Vec<StaleRead> {
    let (Some(queue), Some(state), Some(change), false) = (
        &run.watch.queue,
        &run.watch.baselines,
        cause.change(),
        late.is_empty(),
    ) else {
        return late;
    };
    let event = &change.event;
    let again = Later {
        work: Work::Evaluate {
            workflows: held.iter().map(|one| one.workflow.clone()).collect(),
            sweep: None,
            event: Some(event.id.clone()),
        },
        delay: u32::try_from(SETTLES).unwrap_or_default(),
    };
    if confirm::note(run, state, change).await.is_err() {
        return late;
    }
    match queue.send(&[again]).await {
        Ok(()) => {
            info!(
                event = plain(&event.id),
                "a change is not visible yet: looking again later"
            );
            Vec::new()
        }
        Err(_) => late,
    }
}

/// The other workflows of the same roles, and what of them is not compared.
async fn sharers<P: Ports, A: Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    machines: &[StateMachine],
    cause: &Cause<'_>,
) -> Result<(Vec<StateMachine>, Vec<Unread>), Error> {
    // Without an index they are found by looking at every workflow.
    if run.watch.baselines.is_none() && !account.is_at_hand() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut roles: Vec<Arn> = machines
        .iter()
        .filter_map(|m| Arn::parse(&m.role_arn))
        .collect();
    roles.sort();
    roles.dedup();
    let (mut found, mut beyond) = (Vec::new(), Vec::new());
    for role in roles {
        let rest = Dependency::Role {
            account: home.account.clone(),
            name: role.name().to_owned(),
        };
        let mut others = index::resting_on(run, account, home, &[rest]).await?;
        others.retain(|arn| {
            AccountRegion::of(arn) == *home && !machines.iter().any(|m| m.arn == arn.as_str())
        });
        if others.len() > SHARERS {
            let why = format!(
                "{} more workflows have it; the needs of {SHARERS} of them are compared",
                others.len()
            );
            beyond.push(Unread::of_account(
                Input::OtherWorkflows,
                format!("the workflows that share the role `{role}`"),
                why,
            ));
            others.truncate(SHARERS);
        }
        found.extend(others);
    }
    let now = run.now();
    // For an event they are read afresh; a sweep compares many with the same few.
    let after = cause.sweep.map_or(now, |_| cause.after);
    let described: Vec<Fetched<StateMachine>> = stream::iter(&found)
        .map(|arn| run.watch.lately.machine(account, arn, now, after))
        .buffered(AT_ONCE)
        .collect()
        .await;
    // The index also knows workflows whose functions run with the role, and ones that have another role by now.
    let same = |machine: &StateMachine| machines.iter().any(|m| m.role_arn == machine.role_arn);
    let sharers = described.into_iter().filter_map(|one| match one {
        Fetched::Present(machine) if same(&machine) => Some(machine),
        _ => None,
    });
    Ok((sharers.collect(), beyond))
}

fn judge<P: Ports>(
    run: &Run<'_, P>,
    snapshot: &snapshot::Account,
    judged: usize,
    unread: Vec<(Arn, String)>,
    held: &[Held],
    cause: &Cause<'_>,
) -> Reading {
    let remembered: BTreeMap<String, Remembered> = held
        .iter()
        .filter_map(|one| {
            let remembered = Remembered::of(one.record.as_ref()?)?;
            Some((one.workflow.to_string(), remembered))
        })
        .collect();
    let now = run.now();
    let (today, iso) = (now.day(), now.iso());
    let until = now.plus(confirm::HELD).iso();
    let waiting = match (&run.watch.baselines, &run.watch.queue) {
        (Some(_), Some(_)) => Proof::Awaited(&until),
        _ => Proof::Lacking(
            "without a table and a queue nothing waits for CloudTrail's record of the event",
        ),
    };
    let known = Known {
        config: &run.watch.config,
        today: &today,
        now: &iso,
        remembered: &remembered,
        event: cause.event_info(),
        deploying: cause.deploying(waiting),
        undone: cause.change().filter(|_| !cause.recent),
    };
    let mut reading = Reading {
        assessments: assess::remembering(snapshot, &known, judged),
        ..Reading::default()
    };
    for (arn, why) in unread {
        let assessment = assess::unread(&arn, &why, known.config, known.today);
        reading.assessments.push(assessment);
    }
    for machine in snapshot.workflows.iter().take(judged) {
        let assessment = reading
            .assessments
            .iter()
            .find(|a| a.workflow.arn.as_str() == machine.arn);
        let read = assessment.map(|assessment| Read::of(machine, snapshot, assessment));
        reading
            .read
            .extend(read.map(|read| (machine.arn.clone(), read)));
    }
    reading
}
