//! What begins executions beyond the baseline: a new entry point, an authorizer that is gone, more of the input chosen.

use super::Delta;
use crate::entry_points::{Authorization, Fill, Kind, in_words};
use crate::posture::{EntryPosture, Part};
use crate::severity::Severity;

/// What begins executions on the new side and not on the old, or asks for less there.
pub(super) fn compare(old: &[EntryPosture], new: &[EntryPosture]) -> Vec<Delta> {
    let mut found = Vec::new();
    for entry in new {
        let same = |before: &&EntryPosture| before.kind == entry.kind && before.name == entry.name;
        match old.iter().find(same) {
            None => found.push(added(entry)),
            Some(before) => {
                found.extend(opened(before, entry));
                found.extend(filled(before, entry));
            }
        }
    }
    found
}

/// What keeps callers out, by how much: permission in IAM and an authorizer alike.
const fn strength(authorization: Option<Authorization>) -> u8 {
    match authorization {
        Some(Authorization::None) => 0,
        Some(Authorization::ApiKey) => 1,
        Some(Authorization::ResourcePolicy) => 2,
        Some(Authorization::Iam | Authorization::Authorizer) | None => 3,
    }
}

fn added(entry: &EntryPosture) -> Delta {
    delta(
        entry,
        "",
        format!("{} {}", whose(entry), through(entry)),
        ", which the baseline did not".to_owned(),
        None,
    )
}

fn opened(before: &EntryPosture, entry: &EntryPosture) -> Option<Delta> {
    let weaker = strength(entry.authorization) < strength(before.authorization);
    (weaker || entry.public && !before.public).then(|| {
        delta(
            entry,
            " authorization",
            format!("{} {}", whose(entry), through(entry)),
            format!("; in the baseline {}", through(before)),
            Some(through(before)),
        )
    })
}

fn filled(before: &EntryPosture, entry: &EntryPosture) -> Option<Delta> {
    // What is not understood counts as whole.
    let known = |fill: Fill| fill.min(Fill::Whole);
    (known(entry.input) > known(before.input)).then(|| {
        delta(
            entry,
            " input",
            format!("takes {} from {}", entry.input.in_words(), through(entry)),
            format!("; in the baseline {}", before.input.in_words()),
            Some(before.input.in_words().to_owned()),
        )
    })
}

fn delta(
    entry: &EntryPosture,
    what: &str,
    does: String,
    unlike: String,
    narrow: Option<String>,
) -> Delta {
    Delta {
        kind: Part::Entry,
        key: format!("entry {} {}{what}", entry.kind.word(), entry.name),
        severity: entry.severity.max(Severity::Low),
        does,
        unlike,
        narrow,
        wide: format!("{}, with {}", through(entry), entry.input.in_words()),
        principal: None,
    }
}

fn whose(entry: &EntryPosture) -> &'static str {
    match (entry.public, entry.kind) {
        (true, _) => "lets anybody begin an execution through",
        (false, Kind::EventRule | Kind::Schedule | Kind::Pipe | Kind::Workflow) => "is begun by",
        (false, _) => "lets whoever is let in begin an execution through",
    }
}

fn through(entry: &EntryPosture) -> String {
    in_words(entry.kind, &entry.name, entry.authorization)
}
