//! What somebody outside decides, and how far that reaches.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::reach::Class;
use crate::severity::Severity;
use crate::taint::{SinkKind, TaintedSink};

/// One action that somebody outside steers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachPosture {
    /// What is decided.
    pub kind: SinkWord,
    /// The action; for commands the parameter stands behind it.
    pub action: String,
    /// How far; `None` for commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The resources, as patterns.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub patterns: BTreeSet<String>,
    /// Who decides.
    pub by: By,
    /// The severity of the rule that tells it.
    pub severity: Severity,
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SinkWord {
    /// Which resource is acted on.
    Target,
    /// What is executed.
    Command,
    /// Which role is assumed or passed.
    Credentials,
}

/// Who decides, the nearer first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Whoever writes data that the workflow reads.
    External,
    /// Whoever starts the workflow.
    Caller,
}

pub(super) fn of(facts: &Facts<'_>) -> Vec<ReachPosture> {
    let found: BTreeSet<ReachPosture> = facts.taint.iter().flat_map(each).collect();
    found.into_iter().collect()
}

fn each(sink: &TaintedSink) -> Vec<ReachPosture> {
    let Some(severity) = sink.severity() else {
        return Vec::new();
    };
    let (kind, actions) = match &sink.kind {
        SinkKind::Target { actions, .. } => (SinkWord::Target, actions.clone()),
        SinkKind::Credentials { action } => (SinkWord::Credentials, vec![(*action).to_owned()]),
        SinkKind::Command { action, .. } => {
            let named = sink
                .parameters
                .iter()
                .map(|p| format!("{action} {}", p.path));
            (SinkWord::Command, named.collect())
        }
    };
    let reach = sink.reach.as_ref();
    let by = if sink.is_external() {
        By::External
    } else {
        By::Caller
    };
    let patterns = reach.map(|r| r.globs.iter().map(ToString::to_string).collect());
    let patterns: BTreeSet<String> = patterns.unwrap_or_default();
    let entry = |action: String| ReachPosture {
        kind,
        action,
        class: reach.map(|r| r.class),
        patterns: patterns.clone(),
        by,
        severity,
    };
    actions.into_iter().map(entry).collect()
}
