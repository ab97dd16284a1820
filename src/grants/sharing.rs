//! What the workflows that share a role need, each need once: a thousand workflows on one role mostly need the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::need::Need;

/// Needs of sharers by role ARN, each with the place of the workflow that has it; only for roles of more than one workflow.
#[derive(Default)]
pub struct Shared(BTreeMap<String, Role>);

#[derive(Default)]
struct Role {
    needs: Vec<(usize, Need)>,
    seen: BTreeSet<String>,
    /// What each of them needs, as digests of its comparable form.
    kinds: BTreeSet<String>,
}

impl Shared {
    /// Adds what one workflow needs of a shared role; `kind` is the digest of its comparable form.
    pub fn add(&mut self, role: &str, user: usize, needs: &[Need], kind: String) {
        let role = self.0.entry(role.to_owned()).or_default();
        role.kinds.insert(kind);
        for need in needs {
            if role.seen.insert(text(need)) {
                role.needs.push((user, need.clone()));
            }
        }
    }

    /// Whether those with the role differ in what they need.
    pub fn differ(&self, role: &str) -> bool {
        self.0.get(role).is_some_and(|role| role.kinds.len() > 1)
    }

    /// What other workflows than the one at `index` need of its role. One that needs the same as this one adds nothing.
    pub fn of_others(&self, role: &str, index: usize) -> Vec<&Need> {
        let needs = self.0.get(role).into_iter().flat_map(|r| &r.needs);
        let others = needs.filter(|(user, _)| *user != index);
        others.map(|(_, need)| need).collect()
    }
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
