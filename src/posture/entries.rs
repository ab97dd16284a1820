//! What begins the workflow's executions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry_points::{Authorization, EntryPoint, Fill, Kind};
use crate::facts::Facts;
use crate::severity::Severity;
use crate::workflow::WorkflowType;

/// One entry point. Principals are told apart from these: [`super::StartersPosture`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPosture {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it asks for; absent where nobody asks it for anything, as of a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
    /// Whether somebody without AWS credentials can begin an execution there.
    pub public: bool,
    /// How much of the input is chosen.
    pub input: Fill,
    /// How bad it is that it begins executions: that of `public-invocation` where it is public, else low.
    pub severity: Severity,
}

/// Each once: of several ways through one name, the most open one counts.
pub(super) fn of(facts: &Facts<'_>) -> Vec<EntryPosture> {
    let points = facts.entry.points.iter().map(|point| EntryPosture {
        kind: point.kind,
        name: point.name.clone(),
        authorization: point.authorization,
        public: point.public,
        input: point.fill,
        severity: severity(facts, point),
    });
    let links = facts.entry.others();
    let links = links.map(|link| EntryPosture {
        kind: Kind::Workflow,
        name: link.name.clone(),
        authorization: None,
        public: false,
        input: link.fill,
        severity: Severity::Low,
    });
    let mut by_name: BTreeMap<(Kind, String), EntryPosture> = BTreeMap::new();
    for entry in points.chain(links) {
        let key = (entry.kind, entry.name.clone());
        match by_name.get_mut(&key) {
            None => {
                by_name.insert(key, entry);
            }
            Some(known) => {
                known.authorization = known.authorization.min(entry.authorization);
                known.public |= entry.public;
                known.input = known.input.max(entry.input);
                known.severity = known.severity.max(entry.severity);
            }
        }
    }
    by_name.into_values().collect()
}

fn severity(facts: &Facts<'_>, point: &EntryPoint) -> Severity {
    if !point.public {
        return Severity::Low;
    }
    if point.kind == Kind::FunctionUrl {
        return Severity::Medium;
    }
    let workflow = facts.workflow;
    let untold = workflow.kind == WorkflowType::Express && !workflow.is_fully_logged();
    let own = match untold {
        true => Severity::High,
        false => Severity::Medium,
    };
    let steered = facts.taint.iter().zip(&facts.entry.steering);
    let steered = steered.filter(|(_, steering)| {
        let mut points = steering.points.iter();
        points.any(|s| s.who.kind == point.kind && s.who.name == point.name)
    });
    let worst = steered.filter_map(|(sink, _)| sink.severity()).max();
    worst.map_or(own, |worst| own.max(worst))
}
