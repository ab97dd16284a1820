use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule, affected_by};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::gap::Gap;
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// `evaluation-incomplete`
pub struct EvaluationIncomplete;

impl Rule for EvaluationIncomplete {
    fn meta(&self) -> &'static Meta {
        meta!(
            "evaluation-incomplete",
            from [],
            builds_on [],
            "medium, info for an absent optional snapshot file",
            "something needed could not be read or decided"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let mut subjects: BTreeMap<&str, Vec<&Gap>> = BTreeMap::new();
        for gap in &facts.gaps {
            let same = subjects.entry(&gap.what).or_default();
            if !same.contains(&gap) {
                same.push(gap);
            }
        }
        for (what, mut gaps) in subjects {
            gaps.sort();
            out.push(tell(facts, self.meta().id, what, &gaps));
        }
    }
}

fn tell(facts: &Facts<'_>, id: RuleId, what: &str, gaps: &[&Gap]) -> Finding {
    let severity = if gaps.iter().all(|g| g.optional) {
        Severity::Info
    } else {
        Severity::Medium
    };
    let silences: BTreeSet<RuleId> = gaps.iter().flat_map(|gap| affected_by(gap.input)).collect();
    let silent = if silences.is_empty() {
        "no rule is silent because of it".to_owned()
    } else {
        let list: Vec<&str> = silences.iter().map(|id| id.as_str()).collect();
        format!(
            "silent, or less than whole, because of it: {}",
            list.join(", ")
        )
    };
    let mut why: Vec<&str> = gaps.iter().map(|g| g.why.as_str()).collect();
    why.dedup();
    facts.finding(
        id,
        severity,
        what,
        format!("not checked: {what}"),
        format!("{}; {silent}", why.join("; ")),
        "remove the cause and evaluate again; until then the absence of findings of these rules proves nothing",
    ).build()
}
