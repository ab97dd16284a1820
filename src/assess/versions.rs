//! Published versions: each can be started by its ARN, whether an alias points at it or not, and is judged with its own
//! definition and role. What stands in the current revision too is told once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assessment, judge};
use crate::config::Config;
use crate::facts::AccountFacts;
use crate::finding::Finding;
use crate::rule_id::{RuleId, rule_ids};
use crate::snapshot::{Account, StateMachine};

/// Rules that judge the role: what they say of a version with the workflow's own role, they say of the workflow, and what a
/// version does not need another one may.
const OF_THE_ROLE: &[RuleId] = rule_ids![
    "admin-role",
    "broad-invocation",
    "dynamic-target-wildcard",
    "escalation-permission",
    "external-invocation",
    "missing-permission",
    "open-role-trust",
    "pass-role-scope",
    "sync-rule-scope",
    "unconditioned-role-trust",
    "unused-permission",
    "wildcard-action",
    "wildcard-resource",
];
/// Rules that say nothing of a version by itself.
const OF_THE_WORKFLOW: &[RuleId] =
    rule_ids!["drift", "shared-role", "suppression", "transient-change"];

/// Adds to each workflow's assessment what its versions hold beyond it.
pub(super) fn add(
    snapshot: &Account,
    config: &Config,
    today: &str,
    assessments: &mut [Assessment],
) {
    for layer in layers(snapshot) {
        let judged: BTreeSet<&str> = layer.iter().map(|m| m.arn.as_str()).collect();
        let others = snapshot.workflows.iter();
        let others = others.filter(|m| !judged.contains(m.arn.as_str()));
        let with = Account {
            workflows: layer.iter().copied().chain(others).cloned().collect(),
            versions: Vec::new(),
            ..snapshot.clone()
        };
        let account = AccountFacts::new(&with, config);
        let judged = account.each(layer.len(), |facts| judge(&facts, today));
        for (version, of_version) in layer.iter().zip(judged) {
            let own = assessments
                .iter_mut()
                .find(|a| a.workflow.arn.as_str() == version.arn);
            let current = snapshot.workflows.iter().find(|m| m.arn == version.arn);
            if let (Some(own), Some(current)) = (own, current) {
                merge(own, of_version, version, current);
            }
        }
    }
}

/// The versions that differ from the current revision and from each other, of each workflow one in a layer.
fn layers(snapshot: &Account) -> Vec<Vec<&StateMachine>> {
    let mut seen: BTreeMap<&str, Vec<&StateMachine>> = BTreeMap::new();
    for current in &snapshot.workflows {
        seen.entry(&current.arn).or_default().push(current);
    }
    let mut layers: Vec<Vec<&StateMachine>> = Vec::new();
    for version in &snapshot.versions {
        // Of a version of a workflow that is not judged nothing is said.
        let Some(same) = seen.get_mut(version.arn.as_str()) else {
            continue;
        };
        if same.iter().any(|other| does_the_same(other, version)) {
            continue;
        }
        same.push(version);
        let at = same.len() - 2;
        match layers.get_mut(at) {
            Some(layer) => layer.push(version),
            None => layers.push(vec![version]),
        }
    }
    layers
}

fn does_the_same(one: &StateMachine, other: &StateMachine) -> bool {
    one.definition == other.definition
        && one.role_arn == other.role_arn
        && one.log_level == other.log_level
        && one.include_execution_data == other.include_execution_data
        && one.log_destinations == other.log_destinations
        && one.kms_key == other.kms_key
        && one.tracing == other.tracing
}

fn merge(
    own: &mut Assessment,
    of_version: Assessment,
    version: &StateMachine,
    current: &StateMachine,
) {
    let same_role = version.role_arn == current.role_arn;
    let told: BTreeSet<String> = own.findings.iter().map(Finding::fingerprint).collect();
    let number = version.version.as_deref().unwrap_or_default();
    for finding in of_version.findings {
        let of_role = same_role && OF_THE_ROLE.contains(&finding.rule());
        let skipped = of_role || OF_THE_WORKFLOW.contains(&finding.rule());
        if skipped || told.contains(&finding.fingerprint()) {
            continue;
        }
        own.findings.push(finding.of_version(number, |fix| {
            format!(
                "point every alias at a version without it, and delete version {number} (`aws stepfunctions delete-state-machine-version`): whoever may start the workflow may start it by the version's ARN. In the next version: {fix}"
            )
        }));
    }
    super::order(&mut own.findings);
    for gap in of_version.gaps {
        if !own.gaps.contains(&gap) {
            own.gaps.push(gap);
        }
    }
    for invoked in of_version.invoked {
        if !own.invoked.contains(&invoked) {
            own.invoked.push(invoked);
        }
    }
}
