//! The integration map: for every task state what it calls, on what, what that needs, and what the role grants for it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::catalog::{Integration, IntegrationKind, Pattern};
use crate::facts::Facts;
use crate::facts::entry::Entry;
use crate::finding::StatementRef;
use crate::grants::GrantAssessment;
use crate::grants::elsewhere;
use crate::need::{Need, Target};

/// The map of one workflow (`stepwarden/map/1`).
#[derive(Debug, Serialize)]
pub struct IntegrationMap {
    /// `stepwarden/map/1`
    pub schema: &'static str,
    /// The workflow's ARN.
    pub workflow: String,
    /// Its name.
    pub name: String,
    /// STANDARD or EXPRESS.
    pub r#type: &'static str,
    /// Whether the role's policies were at hand; otherwise every grant is `unknown`.
    pub role_known: bool,
    /// What begins its executions, principals included.
    pub entry_points: Vec<Entry>,
    /// The task states, in the order of the definition.
    pub tasks: Vec<TaskRow>,
    /// What the workflow itself needs: logging, tracing, encryption, distributed maps.
    pub workflow_needs: Vec<NeedRow>,
}

/// One task state.
#[derive(Debug, Serialize)]
pub struct TaskRow {
    /// The state's name.
    pub state: String,
    /// Where it stands.
    pub pointer: String,
    /// `Resource`, as written.
    pub resource: String,
    /// The service, such as `lambda` or `aws-sdk:s3`.
    pub service: String,
    /// The API action, such as `invoke`.
    pub action: String,
    /// `request-response`, `sync`, `sync:2` or `waitForTaskToken`.
    pub pattern: &'static str,
    /// What it acts on.
    pub target: TargetRow,
    /// What it needs.
    pub needs: Vec<NeedRow>,
}

/// What a task acts on.
#[derive(Debug, Serialize)]
pub struct TargetRow {
    /// `static`, `pattern`, `run-time`, `deployment` or `none`.
    pub kind: &'static str,
    /// The resources or patterns.
    pub resources: Vec<String>,
    /// What chooses it, for `run-time`: paths at their source.
    pub by: Vec<String>,
}

/// One need and its grant.
#[derive(Debug, Serialize)]
pub struct NeedRow {
    /// The IAM action.
    pub action: String,
    /// On what.
    pub resources: Vec<String>,
    /// Why: the catalog row.
    pub because: String,
    /// Its absence is nothing to report.
    pub optional: bool,
    /// `exact`, `wider`, `missing` or `unknown`.
    pub grant: &'static str,
    /// The statements that grant it.
    pub statements: Vec<StatementRef>,
    /// What the policy of another account's resource must say, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<Value>,
}

/// Draws the map.
pub fn of(facts: &Facts<'_>) -> IntegrationMap {
    let missing: BTreeSet<(Option<_>, String)> = facts
        .missing()
        .into_iter()
        .flat_map(|m| {
            m.actions
                .into_iter()
                .map(move |a| (m.state, a))
                .collect::<Vec<_>>()
        })
        .collect();
    let row = |index: usize, need: &Need| need_row(facts, index, need, &missing);
    let tasks = facts
        .tasks
        .iter()
        .filter_map(|task| {
            let (state, fields) = facts.task(task.state)?;
            let own: Vec<(usize, &Need)> = facts
                .needs
                .iter()
                .enumerate()
                .filter(|(_, n)| n.state == Some(state.id))
                .collect();
            Some(TaskRow {
                state: state.name.clone(),
                pointer: state.pointer.to_string(),
                resource: fields.resource.display(),
                service: service(&task.integration),
                action: task.integration.operation().to_owned(),
                pattern: pattern(task.integration.pattern),
                target: target(&own),
                needs: own.iter().map(|(i, n)| row(*i, n)).collect(),
            })
        })
        .collect();
    let is_task = |n: &Need| n.state.is_some_and(|id| facts.task(id).is_some());
    let others = facts.needs.iter().enumerate().filter(|(_, n)| !is_task(n));
    IntegrationMap {
        schema: "stepwarden/map/1",
        workflow: facts.workflow.arn.to_string(),
        name: facts.workflow.name.clone(),
        r#type: facts.workflow.kind.word(),
        role_known: facts.role.is_some(),
        entry_points: facts.entry.entries(&facts.starters.list).0,
        tasks,
        workflow_needs: others.map(|(i, n)| row(i, n)).collect(),
    }
}

const fn pattern(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::RequestResponse => "request-response",
        Pattern::Sync => "sync",
        Pattern::Sync2 => "sync:2",
        Pattern::WaitForTaskToken => "waitForTaskToken",
    }
}

fn service(integration: &Integration) -> String {
    match integration.kind {
        IntegrationKind::Sdk { .. } => format!("aws-sdk:{}", integration.service()),
        _ => integration.service().to_owned(),
    }
}

fn target(needs: &[(usize, &Need)]) -> TargetRow {
    let first = needs.first().map(|(_, n)| *n);
    let kind = match first.map(|n| n.target) {
        None | Some(Target::NoResourceTypes) => "none",
        Some(Target::Static) => "static",
        Some(Target::Partial | Target::NotDerivable) => "pattern",
        Some(Target::Deployment) => "deployment",
        Some(Target::RunTime) => "run-time",
    };
    let mut by: Vec<String> = first
        .into_iter()
        .flat_map(|n| &n.holes)
        .flat_map(|h| &h.origins)
        .map(|o| o.path.clone())
        .filter(|p| !p.is_empty())
        .collect();
    by.sort();
    by.dedup();
    TargetRow {
        kind,
        resources: first.map(texts).unwrap_or_default(),
        by,
    }
}

fn texts(need: &Need) -> Vec<String> {
    need.resources.iter().map(ToString::to_string).collect()
}

fn need_row(
    facts: &Facts<'_>,
    index: usize,
    need: &Need,
    missing: &BTreeSet<(Option<crate::asl::StateId>, String)>,
) -> NeedRow {
    let serving: Vec<&GrantAssessment<'_>> = facts
        .supplies
        .iter()
        .filter(|s| s.serves.contains(&index))
        .collect();
    let exact: Vec<&&GrantAssessment<'_>> = serving.iter().filter(|s| is_exact(s, need)).collect();
    let grant = if facts.role.is_none() {
        "unknown"
    } else if serving.is_empty() || missing.contains(&(need.state, need.action.clone())) {
        "missing"
    } else if exact.is_empty() {
        "wider"
    } else {
        "exact"
    };
    let shown: Vec<&GrantAssessment<'_>> = if exact.is_empty() {
        serving
    } else {
        exact.into_iter().copied().collect()
    };
    let statement = |s: &&GrantAssessment<'_>| {
        let held = facts.role?.policies.get(s.grant.policy)?;
        let statement = s.grant.statement;
        Some(StatementRef {
            name: held.policy.name.clone(),
            statement: statement.index,
            sid: statement.sid.clone(),
        })
    };
    let mut statements: Vec<StatementRef> = shown.iter().filter_map(statement).collect();
    statements.dedup();
    NeedRow {
        action: need.action.clone(),
        resources: texts(need),
        because: need.because.clone(),
        optional: need.optional,
        grant,
        statements,
        resource_policy: facts
            .workflow
            .role
            .as_ref()
            .and_then(|role| elsewhere::statement(need, role))
            .map(|(_, statement)| statement),
    }
}

/// The grant names this action, on nothing but the need's resources and their companions that it touches.
fn is_exact(supply: &GrantAssessment<'_>, need: &Need) -> bool {
    if supply.grant.action.has_wildcard() {
        return false;
    }
    let allowed: Vec<_> = need
        .resources
        .iter()
        .chain(&need.companions)
        .cloned()
        .collect();
    let touching = supply.grant.resources();
    let touching: Vec<_> = touching
        .iter()
        .filter(|r| allowed.iter().any(|a| a.overlaps(r)))
        .collect();
    !touching.is_empty() && touching.iter().all(|r| r.covered_by(&allowed))
}
