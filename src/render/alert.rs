//! The alert: what is published when a workflow's risk changes. A subject and plain text for people, JSON for machines,
//! and attributes for subscription filter policies.

mod drift;
mod fit;
pub(crate) mod lists;
mod text;
pub(crate) mod words;

use serde_json::{Map, Value, json};

use super::{Counts, counted, escape, json as report};
use crate::assess::Assessment;
use crate::facts::entry::Entry;
use crate::finding::Finding;
use crate::gap::Gap;
use crate::route::{Attribute, MAX_SUBJECT};
use crate::severity::Severity;
use crate::trigger::EventInfo;
use crate::workflow::Workflow;

/// Everything that one alert tells.
#[derive(Clone, Debug)]
pub struct Alert<'a> {
    /// The change that led to it; `None` for a sweep.
    pub event: Option<&'a EventInfo>,
    /// The workflow.
    pub workflow: &'a Workflow,
    /// Findings that are new, worst first.
    pub opened: Vec<&'a Finding>,
    /// Findings that are gone.
    pub resolved: Vec<Resolved>,
    /// How many were there before and still are.
    pub persisting: Counts,
    /// How many were there before, and are hidden by a gap now.
    pub unseen: usize,
    /// What differs from the approved baseline, where that widens risk.
    pub drift: Option<Drift>,
    /// How many findings are suppressed.
    pub suppressed: usize,
    /// The ways by which executions begin.
    pub entry_points: &'a [Entry],
    /// What was not checked.
    pub incomplete: &'a [Gap],
    /// Whether a gap is new; an old one is told but is no change.
    pub newly_incomplete: bool,
}

/// A finding that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its rule.
    pub rule: String,
    /// Its title.
    pub title: String,
}

/// A difference from the approved baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// That of the worst of it.
    pub severity: Severity,
    /// The difference for machines.
    pub json: Value,
    /// The difference in words, worst first.
    pub changes: Vec<DriftChange>,
    /// How many more changes there are.
    pub omitted: usize,
    /// How, when and by whom the baseline was approved.
    pub baseline: String,
    /// Why a deployer's event approves nothing of it.
    pub unapproved: Option<String>,
}

/// One change against the approved baseline; every text is one harmless line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftChange {
    /// How bad.
    pub severity: Severity,
    /// What is wider.
    pub what: String,
    /// What the baseline has in its place, where there is something.
    pub before: Option<String>,
    /// What there is now.
    pub after: String,
    /// Who made it, when and from where; or that no event told of it.
    pub since: String,
    /// The call that made it, by name and time.
    pub event: Option<(String, String)>,
}

impl<'a> Alert<'a> {
    /// An alert that tells nothing yet.
    pub fn about(workflow: &'a Workflow) -> Self {
        Self {
            event: None,
            workflow,
            opened: Vec::new(),
            resolved: Vec::new(),
            persisting: Counts::default(),
            unseen: 0,
            drift: None,
            suppressed: 0,
            entry_points: &[],
            incomplete: &[],
            newly_incomplete: false,
        }
    }

    /// The alert where nothing is known of what was there before: everything that is found is new, but for what is
    /// suppressed or only worth knowing. `None` where there is nothing to tell.
    pub fn in_full(assessment: &'a Assessment, event: Option<&'a EventInfo>) -> Option<Self> {
        let tells = |f: &&Finding| f.is_open() && f.severity() > Severity::Info;
        let alert = Self {
            event,
            opened: assessment.findings.iter().filter(tells).collect(),
            suppressed: suppressed(assessment),
            entry_points: &assessment.entry_points,
            newly_incomplete: assessment.gaps.iter().any(|gap| !gap.optional),
            incomplete: &assessment.gaps,
            ..Self::about(&assessment.workflow)
        };
        (!alert.changes().is_empty()).then_some(alert)
    }

    /// The worst severity among what opened and is not suppressed, and of the drift, whatever is suppressed.
    pub fn severity(&self) -> Option<Severity> {
        let drift = self.drift.as_ref().map(|drift| drift.severity);
        self.counts().worst().max(drift)
    }

    fn counts(&self) -> Counts {
        Counts::of(self.opened.iter().copied())
    }

    /// What kinds of change it tells of.
    pub fn changes(&self) -> Vec<&'static str> {
        [
            ("opened", self.counts().total() > 0),
            ("resolved", !self.resolved.is_empty()),
            ("drift", self.drift.is_some()),
            ("incomplete", self.newly_incomplete),
        ]
        .into_iter()
        .filter_map(|(word, holds)| holds.then_some(word))
        .collect()
    }
}

/// How many findings are suppressed.
pub fn suppressed(assessment: &Assessment) -> usize {
    let all = assessment.findings.iter();
    all.filter(|f| f.suppressed().is_some()).count()
}

/// The subject line: at most 99 printable ASCII characters, the severity first. A long name is cut, not what follows it.
pub fn subject(alert: &Alert<'_>) -> String {
    let first = alert.opened.iter().find(|f| f.is_open());
    let (tag, what) = match (alert.severity(), first) {
        (Some(severity), Some(first)) => {
            let more = match alert.counts().total().saturating_sub(1) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            (severity.word(), format!(": {}{more}", first.rule()))
        }
        (Some(severity), None) => (
            severity.word(),
            " differs from its approved baseline".to_owned(),
        ),
        _ if alert.newly_incomplete => ("incomplete", " could not be checked whole".to_owned()),
        _ => (
            "resolved",
            format!(": {}", counted(alert.resolved.len(), "finding")),
        ),
    };
    let tag = format!("[{}] ", tag.to_uppercase());
    let room = MAX_SUBJECT.saturating_sub(tag.len() + what.len());
    let name = escape::subject(&escape::line(&alert.workflow.name), room);
    escape::subject(&format!("{tag}{name}{what}"), MAX_SUBJECT)
}

/// Attributes for filter policies: severity, owner, change, account, region. SNS refuses empty values, so what is not
/// known stays out.
pub fn attributes(alert: &Alert<'_>) -> Vec<(String, Attribute)> {
    let arn = &alert.workflow.arn;
    // Nothing opened is no alarm, and a filter on a severity must still be able to let the message through.
    let severity = alert.severity().unwrap_or(Severity::Info);
    let changes = alert.changes().into_iter().map(str::to_owned).collect();
    let one = |name: &str, text: &str| (name.to_owned(), Attribute::One(clean(text)));
    let mut all = vec![
        one("severity", severity.word()),
        one("owner", &alert.workflow.owner),
        ("change".to_owned(), Attribute::Many(changes)),
        one("account", arn.account()),
        one("region", arn.region()),
    ];
    all.retain(|(_, value)| *value != Attribute::One(String::new()));
    all
}

/// Attribute values go to filter policies and to e-mail gateways: one bounded line.
fn clean(text: &str) -> String {
    escape::line(text).chars().take(256).collect()
}

/// The mail: what changed, who did it, how bad it is and what to do first, in at most 60 lines of 100 columns. Patches and
/// whatever else there is stand in the JSON alert.
pub fn text(alert: &Alert<'_>) -> String {
    text::message(alert)
}

/// The alert for machines, `stepwarden/alert/1`.
pub fn json(alert: &Alert<'_>) -> String {
    fit::largest(alert, |shown| document(alert, shown).to_string())
}

/// The alert as the detail of an event on a bus. A bus takes as much as a topic, its envelope included (Amazon EventBridge
/// User Guide, "Calculating PutEvents event entry size"), which is less than what a topic's attributes and subject take.
pub fn detail(alert: &Alert<'_>) -> String {
    json(alert)
}

/// How much of an alert a message has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// That many of the opened findings, the worst.
    findings: usize,
    /// Whether resolved findings, drift and gaps are listed, or only counted.
    lists: bool,
}

fn document(alert: &Alert<'_>, shown: Shown) -> Value {
    let arn = &alert.workflow.arn;
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let event = alert.event.map(|event| {
        json!({
            "id": event.id, "name": event.name, "time": event.time, "actor": known(&event.actor),
            "through": known(&event.through), "source_ip": known(&event.source_ip),
        })
    });
    let opened: Vec<Value> = alert
        .opened
        .iter()
        .take(shown.findings)
        .map(|f| report::finding(f))
        .collect();
    let lists = |value: Value, empty: Value| if shown.lists { value } else { empty };
    let resolved = alert
        .resolved
        .iter()
        .map(|r| json!({ "fingerprint": r.fingerprint, "rule": r.rule, "title": escape::line(&r.title) }))
        .collect();
    let drift = alert.drift.as_ref().map_or(Value::Null, |d| d.json.clone());
    let mut document = Map::from_iter([
        ("schema".to_owned(), json!("stepwarden/alert/1")),
        ("event".to_owned(), json!(event)),
        (
            "workflow".to_owned(),
            json!({
                "arn": arn, "name": alert.workflow.name, "owner": alert.workflow.owner,
                "account": arn.account(), "region": arn.region(),
            }),
        ),
        ("opened".to_owned(), Value::Array(opened)),
        ("resolved".to_owned(), lists(resolved, json!([]))),
        ("persisting".to_owned(), report::counts(&alert.persisting)),
        ("drift".to_owned(), lists(drift, Value::Null)),
        (
            "incomplete".to_owned(),
            lists(report::gaps(alert.incomplete), json!([])),
        ),
    ]);
    if alert.suppressed > 0 {
        document.insert("suppressed".to_owned(), json!(alert.suppressed));
    }
    if alert.unseen > 0 {
        document.insert("unseen".to_owned(), json!(alert.unseen));
    }
    if let Some(omitted) = omitted(alert, shown) {
        document.insert(
            "omitted".to_owned(),
            json!({
                "opened": alert.opened.len() - shown.findings.min(alert.opened.len()),
                "lists": !shown.lists,
                "text": omitted,
            }),
        );
    }
    Value::Object(document)
}

/// What was left out for want of room, and where the whole report is; `None` where nothing was.
fn omitted(alert: &Alert<'_>, shown: Shown) -> Option<String> {
    let left = alert.opened.len().saturating_sub(shown.findings);
    if left == 0 && shown.lists {
        return None;
    }
    let mut what = Vec::new();
    if left > 0 {
        what.push(format!(
            "{} of {} ({})",
            counted(left, "finding"),
            alert.opened.len(),
            least(alert, shown)
        ));
    }
    if !shown.lists {
        what.push("the lists of what is resolved, drifted and unchecked".to_owned());
    }
    let arn = &alert.workflow.arn;
    Some(format!(
        "left out over the size limit of a message: {}. The whole report: `stepwarden scan --format json` with read access to account {} in {}, under {}",
        what.join(" and "),
        arn.account(),
        arn.region(),
        escape::line(arn.as_str()),
    ))
}

fn least(alert: &Alert<'_>, shown: Shown) -> String {
    let left: Vec<&Finding> = alert.opened.iter().skip(shown.findings).copied().collect();
    match Counts::of(left).in_words() {
        words if words.is_empty() => "all suppressed".to_owned(),
        words => words,
    }
}

#[cfg(test)]
mod tests;
