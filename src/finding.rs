//! Findings: what is wrong, with the evidence and the fix. A finding holds no reference into the facts, and no rule can make
//! one that has no subject or stands nowhere: [`FindingBuilder`] is the only way to one.

mod builder;
mod counts;
mod patch;

use serde::Serialize;

use crate::arn::Arn;
use crate::config::SuppressionEntry;
use crate::digest::Digest;
use crate::glob::Glob;
use crate::loc::Pointer;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::value::TraceStep;

pub use builder::{FindingBuilder, FindingPlace, Subject, Words};
pub use counts::Counts;
pub use patch::{Patch, Remediation};

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    rule: RuleId,
    severity: Severity,
    workflow: Arn,
    place: FindingPlace,
    states: Vec<String>,
    title: String,
    detail: String,
    actions: Vec<String>,
    resources: Vec<String>,
    reach: Option<String>,
    trace: Vec<TraceStep>,
    policy: Option<StatementRef>,
    principals: Vec<String>,
    more_principals: usize,
    via: Vec<Arn>,
    suppressed: Option<Suppression>,
    version: Option<String>,
    declared: Option<String>,
    remediation: Remediation,
    subject: Subject,
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

impl Finding {
    /// The rule's id.
    pub const fn rule(&self) -> RuleId {
        self.rule
    }

    /// How bad.
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// The workflow.
    pub fn workflow(&self) -> &Arn {
        &self.workflow
    }

    /// Where in the workflow it stands.
    pub fn place(&self) -> &FindingPlace {
        &self.place
    }

    /// Every state it concerns, the one where it stands first; empty where that is the only one.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// One line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What and why, plain text.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The actions concerned, as the policy writes them.
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// The resources concerned, as the policy writes them.
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// How far a caller can reach, for the input rules.
    pub fn reach(&self) -> Option<&str> {
        self.reach.as_deref()
    }

    /// From the source to the sink.
    pub fn trace(&self) -> &[TraceStep] {
        &self.trace
    }

    /// The policy statement concerned.
    pub fn policy(&self) -> Option<&StatementRef> {
        self.policy.as_ref()
    }

    /// The principals concerned; of very many the first.
    pub fn principals(&self) -> &[String] {
        &self.principals
    }

    /// How many more there are than are named.
    pub const fn more_principals(&self) -> usize {
        self.more_principals
    }

    /// The workflows that hand the input on, the one that is started first at the front.
    pub fn via(&self) -> &[Arn] {
        &self.via
    }

    /// By what and why it is suppressed.
    pub fn suppressed(&self) -> Option<&Suppression> {
        self.suppressed.as_ref()
    }

    /// The published version that it is about; `None` for the current revision. No part of the fingerprint.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// What to do.
    pub fn remediation(&self) -> &Remediation {
        &self.remediation
    }

    /// What identifies it among the findings of its rule on its workflow.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The state's own name; `None` for a whole-workflow finding.
    pub fn state(&self) -> Option<&str> {
        self.place.state()
    }

    /// Where in the definition; `None` for a whole-workflow finding.
    pub const fn pointer(&self) -> Option<&Pointer> {
        self.place.pointer()
    }

    /// Whether it counts: nothing suppresses it.
    pub const fn is_open(&self) -> bool {
        self.suppressed.is_none()
    }

    /// The same with another severity, which the configuration sets.
    pub const fn set_severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    /// Marks whether it is suppressed.
    pub fn set_suppressed(&mut self, suppressed: Option<Suppression>) {
        self.suppressed = suppressed;
    }

    /// Adds a clause to what and why.
    pub fn add_to_detail(&mut self, clause: &str) {
        self.detail.push_str("; ");
        self.detail.push_str(clause);
    }

    /// The same about a published version, which nobody can change any more: what to do is said by `fix`, and nothing is to
    /// paste.
    #[must_use]
    pub fn of_version(mut self, number: &str, fix: impl FnOnce(&str) -> String) -> Self {
        self.version = Some(number.to_owned());
        self.title = format!("version {number}: {}", self.title);
        self.remediation = Remediation {
            text: fix(&self.remediation.text),
            patch: None,
        };
        self
    }

    /// Passes every text that is shown through `clean`, which says whether it changed it, and the patch through `repeats`,
    /// which says whether it must not be shown. The subject is not shown, and what identifies a finding stays.
    pub fn cleaned(
        &mut self,
        clean: &impl Fn(&mut String) -> bool,
        repeats: &impl Fn(&Patch) -> bool,
        no_patch: &str,
    ) {
        let lists = [
            &mut self.actions,
            &mut self.resources,
            &mut self.principals,
            &mut self.states,
        ];
        let listed = lists.into_iter().flatten();
        let single = [
            &mut self.title,
            &mut self.detail,
            &mut self.remediation.text,
        ];
        for text in listed.chain(single).chain(&mut self.reach) {
            clean(text);
        }
        if let Some(policy) = &mut self.policy {
            clean(&mut policy.name);
            policy.sid.iter_mut().for_each(|sid| {
                clean(sid);
            });
        }
        for step in &mut self.trace {
            clean(&mut step.state);
            clean(&mut step.value);
            step.pointer = step.pointer.cleaned(clean);
        }
        self.place.clean(clean);
        if let Some(suppressed) = &mut self.suppressed {
            clean(&mut suppressed.reason);
        }
        if self.remediation.patch.as_ref().is_some_and(repeats) {
            self.remediation.patch = None;
            self.remediation.text.push_str(no_patch);
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
            // Of those who are not named it is not known whether they are meant.
            let all_named = !self.principals.is_empty() && self.more_principals == 0;
            all_named && self.principals.iter().all(|p| pattern.matches(p))
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
            return self.state().into_iter().collect();
        }
        self.states.iter().map(String::as_str).collect()
    }

    /// Identifies the finding across evaluations: hex SHA-256 over workflow ARN, rule and subject, cut to 128 bits. Before
    /// deployment, the file and the logical id take the ARN's place: no account is known, and names may be equal.
    pub fn fingerprint(&self) -> String {
        let mut digest = Digest::default();
        let workflow = self.declared.as_deref();
        for part in [
            workflow.unwrap_or(self.workflow.as_str()),
            self.rule.as_str(),
            self.subject.as_str(),
        ] {
            digest.part(part);
        }
        digest.hex()
    }
}
