//! What the rules about a workflow's surroundings ask of the facts.

use super::Facts;
use super::invokers::{Actor, START, START_SYNC};
use crate::asl::{QueryLanguage, StateId};
use crate::catalog::{self, Level};
use crate::finding::Finding;
use crate::glob::Glob;
use crate::iam::{Effect, Policy, ResourceSpec, Statement};
use crate::workflow::WorkflowType;

impl Facts<'_> {
    /// The actions that start an execution of this type of workflow.
    pub const fn start_actions(&self) -> &'static [&'static str] {
        match self.workflow.kind {
            WorkflowType::Standard => &[START],
            WorkflowType::Express => &[START, START_SYNC],
        }
    }

    /// Sets the state of a finding about several: the first one.
    pub fn place(&self, finding: &mut Finding, states: &[StateId]) {
        let Some(state) = states.first().and_then(|id| self.definition.state(*id)) else {
            return;
        };
        finding.state = Some(state.name.clone());
        finding.pointer = Some(state.pointer.clone());
    }

    /// The field that holds the arguments in the query language of the first of these states.
    pub fn arguments_field(&self, states: &[StateId]) -> Option<&'static str> {
        let state = self.definition.state(*states.first()?)?;
        Some(match state.query_language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        })
    }

    /// Whether the action runs, writes or assumes something; one that is not known is taken to.
    pub fn acts(&self, action: &str) -> bool {
        catalog::action(action)
            .is_none_or(|info| !matches!(info.level(), Level::Read | Level::List))
    }
}

impl Actor {
    /// Whether its own policies surely allow the action on all that these patterns match.
    pub fn may_everywhere(&self, action: &str, reach: &[String]) -> bool {
        let granted = |policies: &[&Policy], pattern: &Glob| {
            let statements = || policies.iter().flat_map(|p| &p.statements);
            statements()
                .any(|s| s.conditions.is_empty() && covers(s, Effect::Allow, action, pattern))
        };
        let identity: Vec<&Policy> = self.authority.identity.iter().map(|p| &**p).collect();
        let boundary: Vec<&Policy> = self.authority.boundary.iter().map(|p| &**p).collect();
        let denied = |pattern: &Glob| {
            let policies = identity.iter().chain(&boundary);
            let mut statements = policies.flat_map(|p| &p.statements);
            statements.any(|s| {
                s.effect == Effect::Deny && s.actions.matches(action) && touches(s, pattern)
            })
        };
        reach.iter().map(|r| Glob::parse(r)).all(|pattern| {
            granted(&identity, &pattern)
                && (boundary.is_empty() || granted(&boundary, &pattern))
                && !denied(&pattern)
        })
    }
}

fn covers(statement: &Statement, effect: Effect, action: &str, pattern: &Glob) -> bool {
    if statement.effect != effect || !statement.actions.matches(action) {
        return false;
    }
    // `*` as a reach stands for every resource, which a pattern over every ARN covers too.
    let all = statement.resources.covers_all();
    match &statement.resources {
        _ if all => true,
        ResourceSpec::Only(patterns) => patterns
            .iter()
            .any(|p| !p.template.has_variables() && p.widest().includes(pattern)),
        ResourceSpec::AllBut(_) | ResourceSpec::Unstated => false,
    }
}

fn touches(statement: &Statement, pattern: &Glob) -> bool {
    match &statement.resources {
        ResourceSpec::Only(patterns) => patterns.iter().any(|p| p.widest().overlaps(pattern)),
        ResourceSpec::AllBut(_) | ResourceSpec::Unstated => true,
    }
}
