//! How the statements of one role stand to each other and to what is needed, gathered once: a role may hold thousands, and a
//! finding about each of them must not look at all the others.

use std::collections::{BTreeMap, HashMap};

use super::Facts;
use crate::grants::GrantAssessment;
use crate::iam::Statement;
use crate::need::Need;

/// The statements of a role, by what is asked of them.
pub struct Statements<'a> {
    /// The places of the grants of each statement, by the index of its policy and its own.
    supplies: HashMap<(usize, usize), Vec<usize>>,
    /// The indexes of equal statements, by policy and content.
    equal: Vec<HashMap<String, Vec<usize>>>,
    /// What this workflow and the others with the role need, by action.
    pub needs: BTreeMap<&'a str, Vec<&'a Need>>,
}

impl<'a> Statements<'a> {
    /// Reads them; `content` is what makes two statements equal.
    pub fn of(facts: &Facts<'a>, content: impl Fn(&Statement) -> String) -> Self {
        let mut supplies: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, supply) in facts.supplies.iter().enumerate() {
            let of = (supply.grant.policy, supply.grant.statement.index);
            supplies.entry(of).or_default().push(place);
        }
        let policies = facts.role.into_iter().flat_map(|r| &r.policies);
        let equal = policies.map(|held| {
            let mut equal: HashMap<String, Vec<usize>> = HashMap::new();
            for statement in &held.policy.statements {
                let of = equal.entry(content(statement)).or_default();
                of.push(statement.index);
            }
            equal
        });
        let mut needs: BTreeMap<&str, Vec<&Need>> = BTreeMap::new();
        for need in facts.needs.iter().chain(facts.others_needs.iter().copied()) {
            needs.entry(&need.action).or_default().push(need);
        }
        Self {
            equal: equal.collect(),
            supplies,
            needs,
        }
    }

    /// The grants of a statement, as judged.
    pub fn supplies<'f>(
        &self,
        facts: &'f Facts<'a>,
        (policy, statement): (usize, usize),
    ) -> Vec<&'f GrantAssessment<'a>> {
        let places = self
            .supplies
            .get(&(policy, statement))
            .into_iter()
            .flatten();
        let found = places.filter_map(|place| facts.supplies.get(*place));
        found.collect()
    }

    /// How many statements of the policy with this content stand before the one at this index.
    pub fn twins(&self, policy: usize, content: &str, index: usize) -> usize {
        let equal = self.equal.get(policy).and_then(|all| all.get(content));
        equal.map_or(0, |all| all.partition_point(|i| *i < index))
    }
}
