//! Verdicts: what is kept of a workflow between two evaluations, and the keys under which it is found again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::arn::Arn;
pub use crate::dependencies::Dependency;
use crate::digest::Digest;
use crate::drift::{Baseline, Held, Since};
use crate::severity::Severity;
use crate::snapshot::VersionRef;
pub use crate::starters::StartShape;

/// Everything that is kept of one workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The workflow.
    pub workflow: Arn,
    /// Who was told.
    pub owner: String,
    /// When the evaluation began, ISO 8601 in UTC.
    pub evaluated_at: String,
    /// `revisionId` of what was evaluated.
    #[serde(default)]
    pub revision: Option<String>,
    /// The digest of what was evaluated: definition, settings, role. Another one without an event is a change that no
    /// event told of.
    pub basis: String,
    /// What was told and is not told to be gone.
    pub told: Vec<ReportedFinding>,
    /// What was not checked.
    #[serde(default)]
    pub gaps: BTreeSet<String>,
    /// On what else of the account the verdict rests.
    #[serde(default)]
    pub depends_on: BTreeSet<Dependency>,
    /// What is approved.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// What is wider than that, each with the change that made it so.
    #[serde(default)]
    pub widened: BTreeMap<String, Since>,
    /// Of those, what is not told yet: a deployer's event names it as its own, and CloudTrail has yet to confirm that.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, Held>,
    /// When each revision and policy document was last judged (ISO 8601 in UTC), by its digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub judged: BTreeMap<String, String>,
    /// The published versions, and when they were listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<ListedVersions>,
    /// The last sweep that came by.
    #[serde(default)]
    pub sweep: Option<String>,
}

/// The published versions of a workflow, as they were listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedVersions {
    /// When, ISO 8601 in UTC.
    pub at: String,
    /// Newest first.
    pub all: Vec<VersionRef>,
}

/// The digest under which a revision or a policy document is remembered: of a document, however it is laid out.
pub fn judged_as(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    let mut digest = Digest::default();
    digest.part(&value.map_or_else(|_| text.to_owned(), |value| value.to_string()));
    digest.hex()
}

/// A finding that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedFinding {
    /// Identifies it.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// How bad it was.
    pub severity: Severity,
    /// Its title.
    pub title: String,
    /// The day on which it was first seen, `YYYY-MM-DD`; empty in what earlier versions kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub since: String,
    /// What of the account it is about, where other workflows may have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Record {
    /// On what the verdict rests, as a list.
    pub fn rests(&self) -> Vec<Dependency> {
        self.depends_on.iter().cloned().collect()
    }

    /// Of a workflow of which nothing was told yet.
    pub fn blank(workflow: &Arn) -> Self {
        Self {
            workflow: workflow.clone(),
            owner: String::new(),
            evaluated_at: String::new(),
            revision: None,
            basis: String::new(),
            told: Vec::new(),
            gaps: BTreeSet::new(),
            depends_on: BTreeSet::new(),
            baseline: None,
            widened: BTreeMap::new(),
            held: BTreeMap::new(),
            judged: BTreeMap::new(),
            versions: None,
            sweep: None,
        }
    }
}
