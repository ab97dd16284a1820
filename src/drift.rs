//! Drift: in what a workflow's posture is wider than its approved baseline.
//!
//! The comparison is by inclusion: what is split, reordered or renamed is no change, and what the baseline includes is no
//! news. A part that is unknown on either side is not compared; where the present side is unknown, a gap says so.

mod entries;
mod grants;
mod logging;
mod reach;
mod starters;
mod targets;
mod trust;
mod weigh;

use serde::{Deserialize, Serialize};

use crate::gap::{Gap, Input};
use crate::posture::{LoggingPosture, Part, Posture};
use crate::severity::Severity;

/// One way in which the present posture is wider than the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
    /// What is wider.
    pub kind: Part,
    /// The same as long as the same thing is wider.
    pub key: String,
    /// That of the rule that speaks of the same thing, at least low.
    pub severity: Severity,
    /// One line: what is wider, against what.
    pub text: String,
    /// What the baseline has in its place, where there is something.
    pub before: Option<String>,
    /// What there is now.
    pub after: String,
    /// The principal that may start the workflow or be its role, where it is about one.
    pub principal: Option<String>,
}

/// One way in which the present posture is narrower: for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowing {
    /// What is narrower.
    pub kind: Part,
    /// The same as long as the same thing is narrower.
    pub key: String,
    /// One line.
    pub text: String,
    /// What the baseline has.
    pub before: String,
    /// What there is in its place, where there is something.
    pub after: Option<String>,
}

/// One way in which one posture is wider than another, before it is told as one or the other.
struct Delta {
    kind: Part,
    key: String,
    severity: Severity,
    /// What the wider side does, from a verb on: ``grants `s3:*` on `*` ``.
    does: String,
    /// How the narrower side differs, from a comma or nothing on.
    unlike: String,
    /// What the narrower side has.
    narrow: Option<String>,
    /// What the wider side has.
    wide: String,
    /// The principal, where it is about one.
    principal: Option<String>,
}

/// Who approved a baseline, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// When, ISO 8601 in UTC.
    pub approved_at: String,
    /// Who: a principal's ARN, or a name.
    pub approved_by: String,
    /// How.
    pub how: How,
}

/// How a baseline was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By `stepwarden approve`.
    Approved,
    /// By a deployment through a configured principal or stack.
    Deployment,
    /// It is what was there when the workflow was first seen.
    FirstSight,
}

impl How {
    /// For people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Deployment => "set by a deployment",
            Self::FirstSight => "taken at first sight",
        }
    }
}

/// An approved posture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Who, when and how.
    #[serde(flatten)]
    pub approval: Approval,
    /// What was approved.
    pub posture: Posture,
}

/// Since when something is wider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Since {
    /// An event told of the change.
    Event {
        /// `eventName`
        event: String,
        /// `eventTime`, ISO 8601 in UTC.
        time: String,
        /// The principal.
        actor: String,
        /// Console, command line, CloudFormation, …: what the record says of itself.
        through: String,
        /// Address, or a service's name.
        source_ip: String,
    },
    /// No event told of it.
    Sweep {
        /// When it was found, ISO 8601 in UTC.
        sweep: String,
    },
}

impl Since {
    /// Who, when, from where and through what; or that no event told.
    pub fn in_words(&self) -> String {
        match self {
            Self::Event {
                event,
                time,
                actor,
                through,
                source_ip,
            } => {
                let parts = [("by", actor), ("through", through), ("from", source_ip)];
                let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
                let parts: Vec<String> = parts
                    .map(|(word, text)| format!(" {word} {text}"))
                    .collect();
                format!("{event} at {time}{}", parts.concat())
            }
            Self::Sweep { sweep } => format!("no event told of it; found at {sweep}"),
        }
    }
}

/// Why a widening is not told yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The id of the deployer's event.
    pub event: String,
    /// When it is told at the latest, ISO 8601 in UTC.
    pub until: String,
    /// Whether what was read is what the event deployed.
    pub own: bool,
}

/// How a workflow differs from its approved baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftFacts {
    /// The baseline.
    pub approval: Approval,
    /// What is wider, worst first, and since when.
    pub widenings: Vec<(Widening, Since)>,
    /// What is wider, and not told yet.
    pub held: Vec<(Widening, Since, Held)>,
    /// Why a deployer's event approves nothing of it.
    pub unapproved: Option<String>,
    /// What is narrower.
    pub narrowings: Vec<Narrowing>,
    /// What the baseline logs, to be restored.
    pub logging: Option<LoggingPosture>,
}

impl DriftFacts {
    /// The severity of the worst widening.
    pub fn severity(&self) -> Option<Severity> {
        self.widenings.iter().map(|(w, _)| w.severity).max()
    }
}

/// In what `now` is wider than `baseline`, worst first.
pub fn widened(baseline: &Posture, now: &Posture) -> Vec<Widening> {
    let mut all: Vec<Widening> = deltas(baseline, now)
        .into_iter()
        .map(Delta::widening)
        .collect();
    all.sort_by(|a, b| (b.severity, a.kind, &a.key).cmp(&(a.severity, b.kind, &b.key)));
    all.dedup_by(|a, b| a.key == b.key);
    all
}

/// In what `now` is narrower than `baseline`.
pub fn narrowed(baseline: &Posture, now: &Posture) -> Vec<Narrowing> {
    let mut all: Vec<Narrowing> = deltas(now, baseline)
        .into_iter()
        .map(Delta::narrowing)
        .collect();
    all.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    all.dedup_by(|a, b| a.key == b.key);
    all
}

/// What of the present posture cannot be compared although the baseline knows it, and what the baseline left out.
pub fn gaps(baseline: &Posture, now: &Posture) -> Vec<Gap> {
    let hidden = Part::ALL
        .into_iter()
        .filter(|part| baseline.knows(*part) && !now.knows(*part));
    let hidden = hidden.map(|part| {
        Gap::optional(
            Input::Baseline,
            format!("drift in {}", part.in_words()),
            "the baseline knows it, but it could not be read whole now",
        )
    });
    let left_out = baseline.left_out.iter().map(|part| {
        Gap::optional(
            Input::Baseline,
            format!("drift in {}", part.in_words()),
            "it was too large to be kept with the baseline",
        )
    });
    hidden.chain(left_out).collect()
}

/// The part of the posture that a widening's key is about; `None` for a key of another version.
pub fn part_of(key: &str) -> Option<Part> {
    match key.split(' ').next()? {
        "outside" => Some(Part::Starter),
        word => Part::ALL.into_iter().find(|part| part.word() == word),
    }
}

fn deltas(narrow: &Posture, wide: &Posture) -> Vec<Delta> {
    let mut all = Vec::new();
    if let (Some(old), Some(new)) = (&narrow.grants, &wide.grants) {
        all.extend(grants::compare(old, new, wide.role.as_deref()));
    }
    if let (Some(old), Some(new)) = (&narrow.reach, &wide.reach) {
        all.extend(reach::compare(old, new));
    }
    if let (Some(old), Some(new)) = (&narrow.targets, &wide.targets) {
        all.extend(targets::compare(old, new));
    }
    if let (Some(old), Some(new)) = (&narrow.logging, &wide.logging) {
        all.extend(logging::compare(old, new));
    }
    if let (Some(old), Some(new)) = (&narrow.starters, &wide.starters) {
        all.extend(starters::compare(old, new));
    }
    if let (Some(old), Some(new)) = (&narrow.entries, &wide.entries) {
        all.extend(entries::compare(old, new));
    }
    if let (Some(old), Some(new)) = (&narrow.trust, &wide.trust) {
        all.extend(trust::compare(old, new, wide.role.as_deref()));
    }
    all
}

impl Delta {
    fn widening(self) -> Widening {
        Widening {
            kind: self.kind,
            key: self.key,
            severity: self.severity.max(Severity::Low),
            text: format!("{}{}", self.does, self.unlike),
            before: self.narrow,
            after: self.wide,
            principal: self.principal,
        }
    }

    fn narrowing(self) -> Narrowing {
        Narrowing {
            kind: self.kind,
            key: self.key,
            text: format!("no longer {}", self.does),
            before: self.wide,
            after: self.narrow,
        }
    }
}

#[cfg(test)]
mod tests;
