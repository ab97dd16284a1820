//! Findings: what is wrong, with the evidence and the fix. A finding holds no reference into the facts.

use serde::Serialize;

use crate::arn::Arn;
use crate::config::SuppressionEntry;
use crate::digest::Digest;
use crate::glob::Glob;
use crate::loc::Pointer;
use crate::severity::Severity;
use crate::value::TraceStep;

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The workflow.
    pub workflow: Arn,
    /// The state's own name; `None` for a whole-workflow finding.
    pub state: Option<String>,
    /// Every state it concerns, `state` the first of them; empty where that is the only one.
    pub states: Vec<String>,
    /// Where in the definition.
    pub pointer: Option<Pointer>,
    /// One line.
    pub title: String,
    /// What and why, plain text.
    pub detail: String,
    /// The actions concerned, as the policy writes them.
    pub actions: Vec<String>,
    /// The resources concerned, as the policy writes them.
    pub resources: Vec<String>,
    /// How far a caller can reach, for the input rules.
    pub reach: Option<String>,
    /// From the source to the sink.
    pub trace: Vec<TraceStep>,
    /// The policy statement concerned.
    pub policy: Option<StatementRef>,
    /// The principals concerned.
    pub principals: Vec<String>,
    /// The workflows that hand the input on, the one that is started first at the front.
    pub via: Vec<Arn>,
    /// Set by the suppression step only.
    pub suppressed: Option<Suppression>,
    /// The published version that it is about; `None` for the current revision. No part of the fingerprint.
    pub version: Option<String>,
    /// What to do.
    pub remediation: Remediation,
    /// What identifies the subject across evaluations: state path, statement content, principal; never an index.
    pub subject: String,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementRef {
    /// The policy's name.
    pub name: String,
    /// The statement's index from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
}

/// Why a finding is suppressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// The reason given.
    pub reason: String,
    /// The last day, `YYYY-MM-DD`; `None` for a tag on the workflow and for a comment.
    pub until: Option<String>,
    /// By what.
    pub by: By,
}

/// By what a finding is suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// An entry of the configuration.
    Configuration,
    /// A comment in the source file that is judged.
    Comment,
    /// A tag on the workflow, where the configuration lets tags speak for the rule.
    Tag,
}

/// What to do about a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remediation {
    /// In words, concrete.
    pub text: String,
    /// To paste.
    pub patch: Option<Patch>,
}

/// A change to paste. Each kind can be applied by [`crate::patch`], which is how it is tested.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Patch {
    /// Replace one statement of a role's policy by these (none: remove it).
    PolicyStatement {
        /// The policy's name.
        policy: String,
        /// The statement's index from 0.
        statement: usize,
        /// The statements as they should be.
        replace_with: Vec<serde_json::Value>,
    },
    /// Add these statements to the role (as a new inline policy of this name).
    AddStatements {
        /// The new inline policy's name.
        policy: String,
        /// Its statements.
        statements: Vec<serde_json::Value>,
    },
    /// Detach a managed policy that other principals hold too, and give the role these statements of its own instead.
    ReplaceAttachment {
        /// The managed policy's ARN.
        detach: String,
        /// The new inline policy's name.
        policy: String,
        /// Its statements.
        statements: Vec<serde_json::Value>,
    },
    /// Replace the role's trust policy.
    TrustPolicy {
        /// The document as it should be.
        document: serde_json::Value,
    },
    /// Replace the workflow's `loggingConfiguration` (fields given replace the present ones).
    LoggingConfiguration {
        /// The fields to set.
        set: serde_json::Value,
    },
    /// Replace the workflow's `tracingConfiguration`.
    TracingConfiguration {
        /// The value.
        set: serde_json::Value,
    },
    /// All of these together: a guard in the definition and the role statement that fits it.
    Several {
        /// The patches.
        patches: Vec<Self>,
    },
    /// RFC 6902 operations on the definition.
    Definition {
        /// The operations in order.
        operations: Vec<serde_json::Value>,
    },
}

/// How many findings of each severity, suppressed ones left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; 5]);

impl Counts {
    /// Counts the findings that are not suppressed.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            if finding.suppressed.is_none() {
                counts.add(finding.severity, 1);
            }
        }
        counts
    }

    /// Counts more of one severity.
    pub fn add(&mut self, severity: Severity, more: usize) {
        if let Some(n) = self.0.get_mut(severity as usize) {
            *n += more;
        }
    }

    /// How many of this severity.
    pub fn get(&self, severity: Severity) -> usize {
        self.0.get(severity as usize).copied().unwrap_or_default()
    }

    /// How many in all.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// The worst severity that is there.
    pub fn worst(&self) -> Option<Severity> {
        Severity::WORST_FIRST.into_iter().find(|s| self.get(*s) > 0)
    }

    /// `2 critical, 1 low`; empty where there is nothing.
    pub fn in_words(&self) -> String {
        Severity::WORST_FIRST
            .into_iter()
            .filter(|s| self.get(*s) > 0)
            .map(|s| format!("{} {s}", self.get(s)))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl Finding {
    /// A finding with the parts that none can be without; the rest is set by the rule.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        workflow: &Arn,
        subject: impl Into<String>,
        title: impl Into<String>,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity,
            workflow: workflow.clone(),
            state: None,
            states: Vec::new(),
            pointer: None,
            title: title.into(),
            detail: detail.into(),
            actions: Vec::new(),
            resources: Vec::new(),
            reach: None,
            trace: Vec::new(),
            policy: None,
            principals: Vec::new(),
            via: Vec::new(),
            version: None,
            suppressed: None,
            remediation: Remediation {
                text: fix.into(),
                patch: None,
            },
            subject: subject.into(),
        }
    }

    /// Whether a suppression is about this finding, of whatever workflow. One that names a principal says nothing of a finding
    /// that is about others too, one that names a state nothing of what concerns another state.
    pub fn is_meant_by(&self, entry: &SuppressionEntry) -> bool {
        let state = |name: &String| {
            let concerned = self.concerned_states();
            !concerned.is_empty() && concerned.iter().all(|one| one == name)
        };
        let principal = |pattern: &String| {
            let pattern = Glob::parse(pattern);
            !self.principals.is_empty() && self.principals.iter().all(|p| pattern.matches(p))
        };
        let fingerprint = |text: &String| *text == self.fingerprint();
        entry.rule == self.rule
            && entry.state.as_ref().is_none_or(state)
            && entry.principal.as_ref().is_none_or(principal)
            && entry.fingerprint.as_ref().is_none_or(fingerprint)
    }

    /// The names of every state it concerns, the first one first.
    pub fn concerned_states(&self) -> Vec<&str> {
        if self.states.is_empty() {
            return self.state.as_deref().into_iter().collect();
        }
        self.states.iter().map(String::as_str).collect()
    }

    /// Identifies the finding across evaluations: hex SHA-256 over workflow ARN, rule and subject, cut to 128 bits.
    pub fn fingerprint(&self) -> String {
        let mut digest = Digest::default();
        for part in [self.workflow.as_str(), self.rule, &self.subject] {
            digest.part(part);
        }
        digest.hex()
    }
}
