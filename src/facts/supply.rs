//! What the role grants, judged by what the workflow needs and by what somebody outside decides of it.

use crate::analysis::{TaskFacts, WorkflowAnalysis};
use crate::catalog::IntegrationKind;
use crate::grants::{RoleFacts, assessment};
use crate::need::{Need, Phase};
use crate::severity::Severity;
use crate::taint;
use crate::value::{Source, Unknown};

/// Judges every grant of the role.
pub(super) fn judge<'a>(
    analysis: &'a WorkflowAnalysis,
    role: &'a RoleFacts,
    sinks: &[taint::TaintedSink],
    around: Option<&assessment::Around>,
) -> Vec<assessment::GrantAssessment<'a>> {
    // Of a role that is assumed or passed, the role alone counts; of any other call, all that it is given.
    let about_a_role = |need: &Need| matches!(need.phase, Phase::AssumeRole | Phase::PassRole);
    let unknowns = |need: &Need| -> Vec<Unknown> {
        match need.state {
            Some(id) if !about_a_role(need) => analysis
                .flow
                .arguments(id)
                .unknowns()
                .into_iter()
                .cloned()
                .collect(),
            _ => need.holes.clone(),
        }
    };
    let tainted = |need: &Need| {
        let state = analysis.definition.state(need.state?)?;
        let outside = |u: &Unknown| u.origins.iter().any(|o| o.source.is_tainted());
        let steered = if grants_permissions(need) {
            unknowns(need).iter().any(outside)
        } else {
            is_steered(need, sinks)
        };
        steered.then(|| state.name.clone())
    };
    let at_deployment = |u: &Unknown| {
        u.origins
            .iter()
            .all(|o| matches!(o.source, Source::Deployment(_)))
    };
    let fixed = |need: &Need| {
        let named = if grants_permissions(need) {
            unknowns(need).iter().all(at_deployment)
        } else {
            need.holes.iter().all(at_deployment) && !is_steered(need, sinks)
        };
        need.state.is_some() && named
    };
    let state_name = |need: &Need| {
        let state = need.state.and_then(|id| analysis.definition.state(id));
        state.map_or_else(|| "the workflow".to_owned(), |s| s.name.clone())
    };
    let unknown_services: Vec<String> = analysis.tasks.iter().filter_map(unknown_service).collect();
    assessment::judge(&assessment::Context {
        role,
        needs: &analysis.needs,
        tainted: &tainted,
        fixed: &fixed,
        around,
        state_name: &state_name,
        unknown_services: &unknown_services,
    })
}

/// Whether every argument of the call may decide what is granted to whom; of other calls, what the input rules look at.
fn grants_permissions(need: &Need) -> bool {
    let prefix = need.action.split(':').next().unwrap_or_default();
    matches!(need.phase, Phase::AssumeRole | Phase::PassRole)
        || ["iam", "sts", "sso", "organizations"].contains(&prefix)
}

/// Whether somebody outside decides what the need's state acts on, runs or acts as.
fn is_steered(need: &Need, sinks: &[taint::TaintedSink]) -> bool {
    sinks.iter().any(|sink| {
        let least = match sink.kind {
            taint::SinkKind::Command { .. } => Severity::High,
            taint::SinkKind::Target { .. } | taint::SinkKind::Credentials { .. } => {
                Severity::Medium
            }
        };
        Some(sink.state) == need.state
            && sink
                .actions()
                .iter()
                .any(|a| a.eq_ignore_ascii_case(&need.action))
            && sink.severity().is_some_and(|s| s >= least)
    })
}

/// The IAM prefix of which it is not known what a task needs; `*` where that may be any.
fn unknown_service(task: &TaskFacts) -> Option<String> {
    // A `${…}` in the place of the resource is mostly a function, but may be any integration.
    let open = matches!(task.integration.kind, IntegrationKind::Unresolved);
    (open || task.integration.unknown_reason().is_some()).then(|| "*".to_owned())
}
