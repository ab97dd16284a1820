//! Reports as text: the only place where findings become words for a terminal, a mailbox or a machine.
//!
//! Names, ARNs, states and policies come from an account and are hostile: everything for people goes through [`escape`].

pub mod alert;
pub mod asff;
pub mod cause;
pub mod chat;
pub mod columns;
pub mod diff;
pub mod escape;
pub mod fix;
pub mod html;
pub mod human;
pub mod json;
pub mod links;
pub mod map;
pub mod markdown;
mod marks;
mod mermaid;
pub mod metrics;
pub mod places;
pub mod report;
pub mod sarif;
pub mod story;
pub mod summary;
pub mod trace;

use crate::entry_points::Kind;
use crate::facts::entry::Entry;
pub use crate::finding::Counts;
use crate::finding::Finding;

/// `1 workflow`, `2 workflows`.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// More entry points than this are counted.
const MAX_ENTRIES: usize = 6;

/// What begins a workflow's executions, those that anybody can use first; users and roles are counted. One line, escaped;
/// empty where nothing is known.
pub(crate) fn begun_by(entries: &[Entry]) -> String {
    let (principals, mut others): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|e| e.kind == Kind::Principal);
    others.sort_by_key(|entry| !entry.public);
    let shown = others.iter().take(MAX_ENTRIES);
    let mut parts: Vec<String> = shown.map(|e| escape::line(&e.in_words())).collect();
    if others.len() > MAX_ENTRIES {
        parts.push(format!("{} more", others.len() - MAX_ENTRIES));
    }
    if !principals.is_empty() {
        let noun = if principals.len() == 1 {
            "user or role"
        } else {
            "users and roles"
        };
        parts.push(format!("{} {noun}", principals.len()));
    }
    parts.join("; ")
}

/// What a finding rests on, as labels with lines; every line is escaped.
pub(crate) fn evidence(finding: &Finding) -> Vec<(&'static str, Vec<String>)> {
    let mut rows: Vec<(_, Vec<String>)> = Vec::new();
    let place = match (finding.state(), finding.pointer()) {
        (Some(state), Some(pointer)) => Some(format!("state \"{state}\" at {pointer}")),
        (Some(state), None) => Some(format!("state \"{state}\"")),
        (None, Some(pointer)) if !pointer.as_str().is_empty() => Some(format!("at {pointer}")),
        _ => None,
    };
    rows.push(("where", place.into_iter().collect()));
    let policy = finding.policy().map(|p| {
        let sid = p
            .sid
            .as_ref()
            .map_or_else(String::new, |sid| format!(" ({sid})"));
        format!("policy {}, statement {}{sid}", p.name, p.statement)
    });
    rows.push(("grant", policy.into_iter().collect()));
    rows.push(("actions", finding.actions().to_vec()));
    rows.push(("resources", finding.resources().to_vec()));
    rows.push((
        "reach",
        finding.reach().into_iter().map(str::to_owned).collect(),
    ));
    let way = finding.trace().iter().map(|step| {
        let state = if step.state.is_empty() {
            "execution input"
        } else {
            &step.state
        };
        format!("{state}: {}", step.value)
    });
    rows.push(("way", way.collect()));
    rows.push(("principals", finding.principals().to_vec()));
    rows.retain(|(_, lines)| !lines.is_empty());
    for (_, lines) in &mut rows {
        shorten(lines);
        for line in lines.iter_mut() {
            *line = escape::line(line);
        }
    }
    rows
}

/// More lines than a person reads are counted instead; the JSON report holds them all.
const MAX_LINES: usize = 20;

fn shorten(lines: &mut Vec<String>) {
    if lines.len() > MAX_LINES {
        let more = lines.len() - MAX_LINES + 1;
        lines.truncate(MAX_LINES - 1);
        lines.push(format!("… and {more} more"));
    }
}

#[cfg(test)]
pub(crate) mod tests;
