//! What the workflows that share a role need, each need once: a thousand workflows on one role mostly need the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::WorkflowAnalysis;
use crate::need::Need;

/// Needs of sharers by role ARN, as the places of a analysis and of a need in it; only for roles of more than one workflow.
pub struct Shared(BTreeMap<String, Vec<(usize, usize)>>);

impl Shared {
    /// Reads the needs of every shared role.
    pub fn of(analyses: &[WorkflowAnalysis], by_role: &BTreeMap<String, Vec<usize>>) -> Self {
        let shared = by_role.iter().filter(|(_, users)| users.len() > 1);
        let needs = shared.map(|(role, users)| (role.clone(), distinct(analyses, users)));
        Self(needs.collect())
    }

    /// What other workflows than the one at `index` need of its role. One that needs the same as this one adds nothing.
    pub fn of_others<'a>(
        &self,
        analyses: &'a [WorkflowAnalysis],
        role: &str,
        index: usize,
    ) -> Vec<&'a Need> {
        let places = self.0.get(role).into_iter().flatten();
        places
            .filter(|(user, _)| *user != index)
            .filter_map(|(user, place)| analyses.get(*user)?.needs.get(*place))
            .collect()
    }
}

fn distinct(analyses: &[WorkflowAnalysis], users: &[usize]) -> Vec<(usize, usize)> {
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    for user in users {
        let own = analyses.get(*user).into_iter().flat_map(|d| &d.needs);
        for (place, need) in own.enumerate() {
            if seen.insert(text(need)) {
                places.push((*user, place));
            }
        }
    }
    places
}

/// All that a policy's reader looks at in a need.
fn text(need: &Need) -> String {
    format!(
        "{} {:?} {:?} {:?} {:?} {} {:?}",
        need.action,
        need.resources,
        need.companions,
        need.target,
        need.phase,
        need.optional,
        need.passed_to
    )
}
