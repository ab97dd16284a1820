//! The posture: what a workflow's risk rests on, in a form that is kept and compared later.
//!
//! A part that could not be read is `None`, which is never the same as empty. Everything is sorted and without
//! repetition, so that the same workflow under reordered policies gives the same text.

mod bound;
mod entries;
mod logging;
mod permissions;
mod reach;
mod starters;
mod targets;
mod trust;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::secrets::Redactor;

pub use bound::MAX_BYTES;
pub use entries::EntryPosture;
pub use logging::{GroupPosture, Level, LoggingPosture};
pub use permissions::{Asked, Names, Permission, Permissions};
pub use reach::{By, ReachPosture, SinkWord};
pub use starters::{OutsidePosture, StarterPosture, StartersPosture};
pub use targets::{Chosen, TargetPosture};

/// Which form of a posture a text holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schema {
    /// The first.
    #[default]
    #[serde(rename = "stepwarden/posture/1")]
    V1,
}

/// What one workflow's risk rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posture {
    /// `stepwarden/posture/1`
    pub schema: Schema,
    /// The execution role's ARN.
    pub role: Option<String>,
    /// What the role's policies say; `None` where a part of them could not be read.
    pub grants: Option<Permissions>,
    /// What the tasks act on; `None` where the definition could not be read.
    pub targets: Option<Vec<TargetPosture>>,
    /// What somebody outside decides; `None` where the definition or the role could not be read.
    pub reach: Option<Vec<ReachPosture>>,
    /// What executions leave behind; `None` where only a definition file is known.
    pub logging: Option<LoggingPosture>,
    /// Who may start it; `None` where not every principal of the account was read.
    pub starters: Option<StartersPosture>,
    /// What begins its executions; `None` where not every kind of entry point that may was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<EntryPosture>>,
    /// Whom the role's trust policy admits: principals stand in the place of resources. `None` where a part of it could
    /// not be read.
    pub trust: Option<Permissions>,
    /// Parts that are `None` because they would make the posture larger than [`MAX_BYTES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Part>,
}

/// A part of a posture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What the role grants.
    Grant,
    /// What somebody outside decides.
    Reach,
    /// What the tasks act on.
    Target,
    /// What executions leave behind.
    Logging,
    /// Who may start it.
    Starter,
    /// What begins its executions.
    Entry,
    /// Who can be its role.
    Trust,
}

impl Part {
    /// All of them, in the order in which drift is told.
    pub const ALL: [Self; 7] = [
        Self::Grant,
        Self::Reach,
        Self::Target,
        Self::Logging,
        Self::Starter,
        Self::Entry,
        Self::Trust,
    ];

    /// The word that JSON uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Reach => "reach",
            Self::Target => "target",
            Self::Logging => "logging",
            Self::Starter => "starter",
            Self::Entry => "entry",
            Self::Trust => "trust",
        }
    }

    /// What it is, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Grant => "what the role grants",
            Self::Reach => "what a caller reaches",
            Self::Target => "what the tasks act on",
            Self::Logging => "what executions leave behind",
            Self::Starter => "who may start the workflow",
            Self::Entry => "what begins its executions",
            Self::Trust => "who can be the role",
        }
    }
}

impl Posture {
    /// The posture of a workflow, whatever its size; [`Posture::bounded`] is what may be kept.
    pub fn of(facts: &Facts<'_>) -> Self {
        let role = facts.role.filter(|role| role.whole);
        let whole = Self {
            schema: Schema::V1,
            role: facts.workflow.role.as_ref().map(ToString::to_string),
            grants: role.and_then(|role| Permissions::of_authority(&role.authority)),
            targets: facts.flow.map(|flow| targets::of(facts, flow)),
            reach: role.and(facts.flow).map(|_| reach::of(facts)),
            logging: logging::of(facts),
            starters: facts.starters.known.then(|| starters::of(facts)),
            entries: facts.entry.points_are_whole.then(|| entries::of(facts)),
            trust: facts.trust.policy.as_ref().and_then(trust::of),
            left_out: Vec::new(),
        };
        whole.masked(facts.redactor)
    }

    /// The same without the credentials of the definition: a baseline is kept, and shown where it is drifted from.
    fn masked(self, redactor: Option<&Redactor>) -> Self {
        let Some(redactor) = redactor.filter(|r| !r.is_empty()) else {
            return self;
        };
        let Ok(mut value) = serde_json::to_value(&self) else {
            return Self::default();
        };
        if !redactor.clean_json(&mut value) {
            return self;
        }
        serde_json::from_value(value).unwrap_or_default()
    }

    /// Whether this part is known.
    pub const fn knows(&self, part: Part) -> bool {
        match part {
            Part::Grant => self.grants.is_some(),
            Part::Reach => self.reach.is_some(),
            Part::Target => self.targets.is_some(),
            Part::Logging => self.logging.is_some(),
            Part::Starter => self.starters.is_some(),
            Part::Entry => self.entries.is_some(),
            Part::Trust => self.trust.is_some(),
        }
    }

    /// Whether nothing at all is known.
    pub fn is_blank(&self) -> bool {
        !Part::ALL.iter().any(|part| self.knows(*part))
    }
}

#[cfg(test)]
mod tests;
