//! Published versions: each can be started by its ARN, whether an alias points at it or not, and is judged with its own
//! definition and role. What stands in the current revision too is told once. What else a template's conditions may make of
//! a definition is judged in the same way.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assessment, judge};
use crate::budget;
use crate::facts::AccountFacts;
use crate::finding::Finding;
use crate::gap::{Gap, Input};
use crate::rule_id::{RuleId, rule_ids};
use crate::snapshot::{Account, StateMachine};

/// Rules that judge the role: what they say of a version with the workflow's own role, they say of the workflow, and what a
/// version does not need another one may.
const OF_THE_ROLE: &[RuleId] = rule_ids![
    "admin-role",
    "dynamic-target-wildcard",
    "escalation-permission",
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

/// Adds to each workflow's assessment what its versions hold beyond it, as far as the budget of its versions goes.
pub(super) fn add(account: &AccountFacts<'_>, today: &str, assessments: &mut [Assessment]) {
    let mut versions = distinct(account.snapshot);
    if versions.is_empty() {
        return;
    }
    let places = assessments.iter().enumerate();
    let places = places.map(|(place, a)| (a.workflow.arn.to_string(), place));
    let places: BTreeMap<String, usize> = places.collect();
    let workflows = account.snapshot.workflows.iter().enumerate();
    for (place, current) in workflows {
        let own = places.get(&current.arn);
        let own = own.and_then(|own| assessments.get_mut(*own));
        // Of a version of a workflow that is not judged nothing is said.
        let (Some(own), Some(versions)) = (own, versions.remove(current.arn.as_str())) else {
            continue;
        };
        let mut left = budget::VERSIONS;
        let mut beyond = 0;
        for version in versions {
            if left == 0 {
                beyond += 1;
                continue;
            }
            let (judged, cost) =
                budget::measured(|| account.version(place, version, |facts| judge(&facts, today)));
            left = left.saturating_sub(cost + version.definition.len());
            if let Some(judged) = judged {
                merge(own, judged, version, current);
            }
        }
        if beyond > 0 {
            let gap = unjudged(own, beyond);
            own.tell(gap, account.config, today);
        }
    }
}

/// What is said of the versions that are beyond the budget.
fn unjudged(own: &Assessment, count: usize) -> Gap {
    let versions = if count == 1 { "version" } else { "versions" };
    let what = format!("{count} older {versions} of {}", own.workflow.arn);
    let why = "the versions together are too much to judge; delete those that nobody starts (`aws stepfunctions delete-state-machine-version`)";
    Gap::new(Input::Versions, what, why)
}

/// The versions that differ from the current revision and from each other, newest first, by the ARN of the workflow.
fn distinct(snapshot: &Account) -> BTreeMap<&str, Vec<&StateMachine>> {
    let mut all: BTreeMap<&str, Vec<&StateMachine>> = BTreeMap::new();
    for version in &snapshot.versions {
        all.entry(&version.arn).or_default().push(version);
    }
    let number = |m: &StateMachine| m.version.as_deref().and_then(|v| v.parse::<u64>().ok());
    let current = snapshot.workflows.iter().map(|m| (m.arn.as_str(), m));
    let current: BTreeMap<&str, &StateMachine> = current.collect();
    for (arn, versions) in &mut all {
        versions.sort_by_key(|version| std::cmp::Reverse(number(version)));
        let mut seen: BTreeSet<Judged<'_>> =
            current.get(arn).map(|m| judged(m)).into_iter().collect();
        versions.retain(|version| seen.insert(judged(version)));
    }
    all
}

/// What of a version decides what is said of it.
type Judged<'a> = (&'a str, &'a str, String);

fn judged(machine: &StateMachine) -> Judged<'_> {
    let settings = format!(
        "{:?} {} {:?} {:?} {}",
        machine.log_level,
        machine.include_execution_data,
        machine.log_destinations,
        machine.kms_key,
        machine.tracing
    );
    (&machine.definition, &machine.role_arn, settings)
}

/// Rules that tell what the role has beyond what the definition needs.
const OF_EXCESS: &[RuleId] = rule_ids![
    "dynamic-target-wildcard",
    "unused-permission",
    "wildcard-action",
    "wildcard-resource",
];

/// What conditions may make of a definition may need what another way does not: an excess is one in every way, and tells what
/// it is in the mildest.
fn keep_common_excess(own: &mut Vec<Finding>, other: &[Finding]) {
    let is_excess = |finding: &Finding| OF_EXCESS.contains(&finding.rule());
    let same = |a: &Finding, b: &Finding| {
        let actions = |f: &Finding| f.actions().iter().cloned().collect::<BTreeSet<String>>();
        a.policy() == b.policy() && !actions(a).is_disjoint(&actions(b))
    };
    own.retain_mut(|finding| {
        if !is_excess(finding) {
            return true;
        }
        let mut alike = other.iter().filter(|o| is_excess(o) && same(finding, o));
        let Some(first) = alike.next() else {
            return false;
        };
        if first.severity() < finding.severity() {
            *finding = first.clone();
        }
        true
    });
}

fn merge(
    own: &mut Assessment,
    of_version: Assessment,
    version: &StateMachine,
    current: &StateMachine,
) {
    let same_role = version.role_arn == current.role_arn;
    if version.version.is_none() && same_role {
        keep_common_excess(&mut own.findings, &of_version.findings);
    }
    let told: BTreeSet<String> = own.findings.iter().map(Finding::fingerprint).collect();
    for finding in of_version.findings {
        let of_role = same_role && OF_THE_ROLE.contains(&finding.rule());
        let skipped = of_role || OF_THE_WORKFLOW.contains(&finding.rule());
        if skipped || told.contains(&finding.fingerprint()) {
            continue;
        }
        // What conditions of a template may make of a definition is no version of it.
        own.findings.push(match &version.version {
            None => finding,
            Some(number) => finding.of_version(number, |fix| {
                format!(
                    "point every alias at a version without it, and delete version {number} (`aws stepfunctions delete-state-machine-version`): whoever may start the workflow may start it by the version's ARN. In the next version: {fix}"
                )
            }),
        });
    }
    super::order(&mut own.findings);
    for gap in of_version.gaps {
        if !own.gaps.contains(&gap) {
            own.gaps.push(gap);
        }
    }
    own.begun_by.extend(of_version.begun_by);
    own.acted_on.extend(of_version.acted_on);
    for invoked in of_version.invoked {
        if !own.invoked.contains(&invoked) {
            own.invoked.push(invoked);
        }
    }
}
