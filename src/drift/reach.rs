//! What somebody outside decides beyond the baseline.

use super::Delta;
use crate::glob::Glob;
use crate::posture::{By, Part, ReachPosture, SinkWord};
use crate::reach::Class;

/// Reaches of the new side that the old side does not include.
pub(super) fn compare(old: &[ReachPosture], new: &[ReachPosture]) -> Vec<Delta> {
    let wider = new.iter().filter(|reach| !is_included(reach, old));
    wider.map(|reach| delta(reach, old)).collect()
}

/// The same thing, decided by nobody farther away.
fn alike<'a>(
    reach: &'a ReachPosture,
    all: &'a [ReachPosture],
) -> impl Iterator<Item = &'a ReachPosture> {
    all.iter().filter(|r| {
        r.kind == reach.kind && r.action.eq_ignore_ascii_case(&reach.action) && r.by >= reach.by
    })
}

fn is_included(reach: &ReachPosture, old: &[ReachPosture]) -> bool {
    let class = alike(reach, old).map(|r| r.class).max();
    if class.is_none_or(|class| class < reach.class) {
        return false;
    }
    let globs: Vec<Glob> = alike(reach, old)
        .flat_map(|r| &r.patterns)
        .map(|text| Glob::parse(text))
        .collect();
    let milder = alike(reach, old).all(|r| r.severity < reach.severity);
    let within = |text: &String| Glob::parse(text).covered_by(&globs);
    reach.patterns.iter().all(within) && !(milder && reach.kind == SinkWord::Command)
}

fn delta(reach: &ReachPosture, old: &[ReachPosture]) -> Delta {
    let who = match reach.by {
        By::Caller => "a caller",
        By::External => "outside data",
    };
    let what = match reach.kind {
        SinkWord::Target => format!("lets {who} choose the target of {}", reach.action),
        SinkWord::Command => format!("lets {who} choose what is run by {}", reach.action),
        SinkWord::Credentials => format!("lets {who} choose the role of {}", reach.action),
    };
    let far = far(reach);
    let before: Vec<String> = alike(reach, old).map(self::far).take(3).collect();
    let by = match reach.by {
        By::Caller => "caller",
        By::External => "external",
    };
    Delta {
        kind: Part::Reach,
        key: format!("reach {} {by} {far}", reach.action),
        severity: reach.severity,
        does: if far.is_empty() {
            what
        } else {
            format!("{what}: {far}")
        },
        unlike: ", which the baseline did not".to_owned(),
        narrow: (!before.is_empty()).then(|| before.join("; ")),
        wide: if far.is_empty() {
            reach.action.clone()
        } else {
            far
        },
        principal: None,
    }
}

fn far(reach: &ReachPosture) -> String {
    let class = match reach.class {
        Some(Class::Any) => "any of",
        Some(Class::Part) => "all that fit",
        Some(Class::List) => "a list of",
        Some(Class::One | Class::Nothing) | None => "",
    };
    let shown: Vec<String> = reach
        .patterns
        .iter()
        .take(4)
        .map(|p| format!("`{p}`"))
        .collect();
    let more = reach.patterns.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{class} {}{more}", shown.join(", "))
        .trim()
        .to_owned()
}
