//! Telling of one workflow what is different, and keeping what was told.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;
use tracing::warn;

use super::evaluate::{Cause, Held, lease};
use super::read::Reading;
use super::{Error, Ports, Run};
use crate::arn::AccountRegion;
use crate::assess::Assessment;
use crate::baselines::{Baselines, Tally};
use crate::delta;
use crate::digest::Digest;
use crate::finding::Finding;
use crate::history::{Compared, Evaluation};
use crate::moment::Moment;
use crate::render::alert::{self, Alert};
use crate::render::asff::{self, Picture};
use crate::render::metrics::Metrics;
use crate::render::{Counts, chat};
use crate::route::{Delivery, Notifier, PublishError, Topic};
use crate::starters::ABOUT_STARTING;
use crate::trigger::plain;
use crate::verdict::{Dependency, Record, ReportedFinding};

/// One workflow, judged.
pub(super) struct Telling<'a> {
    pub held: &'a Held,
    pub assessment: &'a Assessment,
    pub reading: &'a Reading,
    pub cause: &'a Cause<'a>,
    pub began: Moment,
}

/// Tells and keeps: whether anything was told.
pub(super) async fn tell<P: Ports>(run: &Run<'_, P>, telling: &Telling<'_>) -> Result<bool, Error> {
    let (record, cause) = (telling.held.record.as_deref(), telling.cause);
    let mut assessment = telling.assessment.clone();
    run.count(|m| m.evaluated(&assessment));
    let gaps = assessment.gaps.iter().filter(|g| !g.optional).count();
    if gaps > 0 {
        let workflow = plain(telling.held.workflow.as_str());
        warn!(workflow, gaps, "a workflow could not be checked whole");
    }
    let Some(state) = &run.watch.baselines else {
        if let Some(principal) = cause.opened_to() {
            about_starting(&mut assessment, principal);
        }
        let alert = Alert::in_full(&assessment, cause.event_info());
        return match alert {
            None => Ok(false),
            Some(alert) => {
                publish(run, &alert, "").await?;
                let picture = Picture {
                    workflow: alert.workflow,
                    open: &open_of(&assessment),
                    told: &[],
                    gone: &[],
                    now: run.now(),
                };
                let event = alert.event.map_or("", |event| &event.id);
                hub(run, &picture, event).await?;
                Ok(true)
            }
        };
    };
    let evaluation = Evaluation {
        config: &run.watch.config,
        record,
        event: cause.event_info(),
        sweep: cause.sweep.map(|s| s.id),
        began: telling.began,
        read: telling
            .reading
            .read
            .get(telling.held.workflow.as_str())
            .cloned(),
    };
    let reviewed = evaluation.review(&assessment);
    let Compared { alert, next } = evaluation.compare(&telling.held.workflow, &reviewed);
    let alert = evaluation.because(alert);
    let first_sight_in_first_sweep = record.is_none() && cause.sweep.is_some_and(|s| s.first);
    let told = !first_sight_in_first_sweep && !alert.changes().is_empty();
    let since = record.map_or("", |r| &r.evaluated_at);
    if told {
        publish(run, &alert, since).await?;
        run.count(|m| m.told(&alert));
    }
    // A sweep tells the hub of everything, so that what it missed comes to it within a day.
    if told || cause.sweep.is_some() {
        let gone = gone_of(record, &alert);
        let picture = Picture {
            workflow: alert.workflow,
            open: &open_of(&reviewed.assessment),
            told: &next.told,
            gone: &gone,
            now: run.now(),
        };
        hub(run, &picture, since).await?;
    }
    count_untold(run, telling, &next);
    let before: Vec<Dependency> = record.map(Record::rests).unwrap_or_default();
    let tally = tally(telling, record, &reviewed.assessment.findings);
    state
        .keep(&next, &before, &lease(run), tally.as_ref())
        .await?;
    Ok(told)
}

/// The findings that are open.
fn open_of(assessment: &Assessment) -> Vec<&Finding> {
    let all = assessment.findings.iter();
    all.filter(|finding| delta::is_told(finding)).collect()
}

/// What was kept of the findings that are gone.
fn gone_of(record: Option<&Record>, alert: &Alert<'_>) -> Vec<ReportedFinding> {
    let told = record.into_iter().flat_map(|r| &r.told);
    let gone = told.filter(|t| {
        alert
            .resolved
            .iter()
            .any(|r| r.fingerprint == t.fingerprint)
    });
    gone.cloned().collect()
}

/// Tells Security Hub of one workflow, where that is switched on.
pub(super) async fn hub<P: Ports>(
    run: &Run<'_, P>,
    picture: &Picture<'_>,
    since: &str,
) -> Result<(), Error> {
    let topic = Topic::Hub(AccountRegion::of(&picture.workflow.arn));
    if !run.watch.notifier.takes(&topic) {
        return Ok(());
    }
    let batches = asff::batches(picture).into_iter().enumerate();
    let all: Vec<Delivery> = batches
        .map(|(number, batch)| Delivery {
            topic: topic.clone(),
            subject: None,
            message: batch.to_string(),
            attributes: Vec::new(),
            dedup: format!("hub {number} {since} {}", picture.workflow.arn),
            workflow: Some(picture.workflow.arn.clone()),
            worst: None,
        })
        .collect();
    send(run, &all).await
}

/// Where nothing is remembered, and the workflow itself has not changed, only what concerns who may start it is news.
fn about_starting(assessment: &mut Assessment, principal: &str) {
    let name = principal
        .split_once('/')
        .map_or(principal, |(_, name)| name);
    let named = |finding: &Finding| {
        let mut all = finding.principals().iter();
        // A group stands for its members; from a message it is not known who. Of very many not all are named.
        principal.is_empty()
            || principal.starts_with("group/")
            || finding.more_principals() > 0
            || all.any(|p| p.rsplit(['/', ':']).next() == Some(name))
    };
    assessment
        .findings
        .retain(|f| ABOUT_STARTING.contains(&f.rule()) && named(f));
    assessment.gaps.clear();
}

/// A sweep that finds another workflow than the last evaluation did has found a change that no event told of.
fn count_untold<P: Ports>(run: &Run<'_, P>, telling: &Telling<'_>, next: &Record) {
    let Some(sweep) = telling.cause.sweep else {
        return;
    };
    let changed = match telling.held.record.as_deref() {
        Some(old) => old.basis != next.basis,
        None => !sweep.first,
    };
    if changed {
        let workflow = plain(telling.held.workflow.as_str());
        warn!(workflow, "a sweep found a change that no event told of");
        run.count(|m| m.untold());
    }
}

/// What a sweep counts, once for each workflow.
fn tally(telling: &Telling<'_>, record: Option<&Record>, findings: &[Finding]) -> Option<Tally> {
    let sweep = telling.cause.sweep?;
    let counted = record.is_some_and(|r| r.sweep.as_deref() == Some(sweep.id));
    (!counted).then(|| Tally {
        home: crate::arn::AccountRegion::of(&telling.held.workflow),
        sweep: sweep.id.to_owned(),
        counts: Counts::of(findings),
    })
}

/// One message for people, the same in the owner's topic where there is one, and one for machines. An owner is what a tag
/// says: it adds a reader, and takes none away.
fn deliveries<P: Ports>(run: &Run<'_, P>, alert: &Alert<'_>, since: &str) -> Vec<Delivery> {
    let attributes = alert::attributes(alert);
    let key = key(alert, since);
    let people = Delivery {
        topic: Topic::People,
        subject: Some(alert::subject(alert)),
        message: alert::text(alert),
        attributes: attributes.clone(),
        dedup: format!("people {key}"),
        workflow: Some(alert.workflow.arn.clone()),
        worst: alert.severity(),
    };
    let team = run.watch.config.owner_topics.get(&alert.workflow.owner);
    let team = team.map(|topic| Delivery {
        topic: Topic::Team(topic.clone()),
        dedup: format!("team {key}"),
        ..people.clone()
    });
    let other = |topic: Topic, kind: &str, message: fn(&Alert<'_>) -> String| {
        run.watch.notifier.takes(&topic).then(|| Delivery {
            topic,
            subject: None,
            message: message(alert),
            dedup: format!("{kind} {key}"),
            ..people.clone()
        })
    };
    let others = [
        other(Topic::Machines, "machines", alert::json),
        other(Topic::Chat, "chat", chat::notification),
        other(Topic::Bus, "bus", alert::detail),
    ];
    let for_people = [Some(people), team].into_iter();
    for_people.chain(others).flatten().collect()
}

/// The same for the same difference from the same verdict.
fn key(alert: &Alert<'_>, since: &str) -> String {
    let mut digest = Digest::default();
    let mut part = |text: &str| digest.part(text);
    part(alert.workflow.arn.as_str());
    part(since);
    part(alert.event.map_or("", |event| &event.id));
    for finding in &alert.opened {
        part(&finding.fingerprint());
        part(finding.severity().word());
    }
    for gone in &alert.resolved {
        part(&gone.fingerprint);
    }
    // Since when is left out: a sweep that tries again says another time.
    let drift = alert
        .drift
        .iter()
        .filter_map(|drift| drift.json.get("widened")?.as_array());
    for widened in drift.flatten() {
        part(
            widened
                .get("text")
                .and_then(|text| text.as_str())
                .unwrap_or_default(),
        );
    }
    for gap in alert.incomplete {
        part(&gap.what);
    }
    digest.hex()
}

/// Tries every delivery that was not made yet, whatever becomes of the others.
pub(super) async fn publish<P: Ports>(
    run: &Run<'_, P>,
    alert: &Alert<'_>,
    since: &str,
) -> Result<(), Error> {
    send(run, &deliveries(run, alert, since)).await
}

/// Publishes what this process has not published already.
pub(super) async fn send<P: Ports>(run: &Run<'_, P>, all: &[Delivery]) -> Result<(), Error> {
    let published = &run.watch.published;
    let open: Vec<&Delivery> = all.iter().filter(|d| !published.has(&d.dedup)).collect();
    let sent = join_all(open.iter().map(|delivery| one(run, delivery))).await;
    let mut failures = Vec::new();
    for (delivery, sent) in open.iter().zip(sent) {
        match sent {
            Ok(()) => published.note(&delivery.dedup),
            Err(error) => failures.push(error),
        }
    }
    let failed = failures.len();
    match failures.into_iter().next() {
        None => Ok(()),
        Some(first) => Err(Error::Publish {
            failed,
            all: all.len(),
            first,
        }),
    }
}

/// A team's topic that takes nothing must not hold the alert up: everybody's topic has it.
async fn one<P: Ports>(run: &Run<'_, P>, delivery: &Delivery) -> Result<(), PublishError> {
    let notifier = &run.watch.notifier;
    match (notifier.publish(delivery).await, &delivery.topic) {
        (Err(error), Topic::Team(topic)) => {
            warn!(
                "the topic `{topic}` of a team did not take an alert, which the common one has: {error}"
            );
            Ok(())
        }
        // Trying again would change nothing; the people have the alert, and the metric has its alarm.
        (Err(PublishError::Nobody(why)), _) => {
            warn!("{why}");
            run.count(Metrics::unheard);
            Ok(())
        }
        (sent, _) => sent,
    }
}

/// What this process published lately. When a verdict cannot be kept after its alert was published, the event comes again
/// and finds the same difference; mostly in the same process, which then does not tell it twice.
#[derive(Debug, Default)]
pub struct Published(Mutex<VecDeque<String>>);

/// Deliveries that are remembered.
const REMEMBERED: usize = 4096;

impl Published {
    fn has(&self, key: &str) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|k| k == key)
    }

    fn note(&self, key: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.pop_front();
        }
        all.push_back(key.to_owned());
    }

    /// As another process.
    #[cfg(test)]
    pub(super) fn forget(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
