//! Roles that a task assumes or passes.

use super::locate::{self, Place};
use super::{Parameter, SinkKind, TaintContext, TaintedSink, targets};
use crate::asl::{Kind as StateKind, State};
use crate::catalog::{Integration, IntegrationKind, Roles};
use crate::glob::Glob;
use crate::need::{Need, Phase};
use crate::reach;

/// The role in `Credentials`.
pub fn assumed(ground: TaintContext<'_>, state: &State) -> Vec<TaintedSink> {
    let mut found = Vec::new();
    let assumed = ground.flow.credentials(state.id);
    if assumed.is_tainted() {
        let template = match &state.kind {
            StateKind::Task(task) => task.credentials.as_ref(),
            _ => None,
        };
        let place = Place {
            steps: Vec::new(),
            value: assumed.clone(),
        };
        let need = ground.needs(state.id, Phase::AssumeRole).next();
        let parameter = Parameter {
            path: "Credentials.RoleArn".to_owned(),
            pointer: locate::pointer(state, template, &place),
            value: assumed.clone(),
            reason: "chooses the role that the task acts as",
        };
        let wanted = need.map_or_else(|| assumed.patterns(), |n| n.resources.clone());
        found.push(TaintedSink {
            state: state.id,
            kind: SinkKind::Credentials {
                action: "sts:AssumeRole",
            },
            parameters: vec![parameter],
            reach: Some(reach::of_resources("sts:AssumeRole", &wanted, ground.role)),
        });
    }
    found
}

/// Roles that the task passes to a service.
pub fn passed(
    ground: TaintContext<'_>,
    state: &State,
    integration: &Integration,
) -> Vec<TaintedSink> {
    let paths: Vec<&'static str> = match &integration.kind {
        IntegrationKind::Optimized(row) => {
            row.passes.iter().flat_map(|p| p.paths.clone()).collect()
        }
        IntegrationKind::Sdk { operation, .. } => match &operation.roles {
            Roles::Documented(paths) | Roles::Likely(paths) => paths.clone(),
            Roles::None | Roles::Hidden => Vec::new(),
        },
        _ => Vec::new(),
    };
    let reason = "chooses the role that the service acts as";
    let parameters = targets::parameters(ground, state, &paths, reason);
    if parameters.is_empty() {
        return Vec::new();
    }
    let needs: Vec<&Need> = ground
        .needs(state.id, Phase::PassRole)
        .filter(|n| n.holes.iter().any(|u| u.is_tainted()))
        .collect();
    let services: Vec<&str> = needs.iter().filter_map(|n| n.passed_to).collect();
    let mut wanted: Vec<Glob> = needs.iter().flat_map(|n| n.resources.clone()).collect();
    if wanted.is_empty() {
        wanted = parameters.iter().flat_map(|p| p.value.patterns()).collect();
    }
    vec![TaintedSink {
        state: state.id,
        kind: SinkKind::Credentials {
            action: "iam:PassRole",
        },
        parameters,
        reach: Some(reach::of_passed(&wanted, &services, ground.role)),
    }]
}
