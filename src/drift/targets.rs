//! What the tasks act on beyond the baseline.

use super::Delta;
use crate::glob::Glob;
use crate::posture::{Chosen, Part, TargetPosture};
use crate::severity::Severity;

/// Targets of the new side that no target of the old includes.
pub(super) fn compare(old: &[TargetPosture], new: &[TargetPosture]) -> Vec<Delta> {
    let mut found: Vec<Delta> = Vec::new();
    for target in new {
        let same: Vec<&TargetPosture> = old
            .iter()
            .filter(|t| t.action.eq_ignore_ascii_case(&target.action))
            .collect();
        let globs: Vec<Glob> = same.iter().map(|t| Glob::parse(&t.resource)).collect();
        let known = same.iter().any(|t| t.resource == target.resource);
        if !known && !Glob::parse(&target.resource).covered_by(&globs) {
            found.push(delta(target, &same));
        }
    }
    found
}

fn delta(target: &TargetPosture, same: &[&TargetPosture]) -> Delta {
    let wide = format!("{} on `{}`", target.action, target.resource);
    let chosen = match target.chosen {
        Chosen::RunTime => ", chosen at run time",
        Chosen::Static | Chosen::Pattern => "",
    };
    let foreign = target.foreign.as_ref();
    let foreign = foreign.map(|account| format!(" of the foreign account {account}"));
    let before: Vec<String> = same
        .iter()
        .take(3)
        .map(|t| format!("`{}`", t.resource))
        .collect();
    Delta {
        kind: Part::Target,
        key: format!("target {} {}", target.action, target.resource),
        severity: severity(target),
        does: format!("uses {wide}{}{chosen}", foreign.unwrap_or_default()),
        unlike: ", which the baseline did not".to_owned(),
        narrow: (!before.is_empty()).then(|| format!("{} on {}", target.action, before.join(", "))),
        wide,
        principal: None,
    }
}

fn severity(target: &TargetPosture) -> Severity {
    match (target.chosen, &target.foreign) {
        (Chosen::RunTime, Some(_)) => Severity::High,
        (Chosen::RunTime, None) | (_, Some(_)) => Severity::Medium,
        (Chosen::Static | Chosen::Pattern, None) => Severity::Low,
    }
}
