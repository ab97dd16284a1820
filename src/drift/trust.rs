//! Whom the trust policy admits beyond the baseline.

use super::Delta;
use super::grants::{self, Entry, conditions};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::iam::compare::Universe;
use crate::posture::{Part, Permissions};
use crate::severity::Severity;

/// Whom the new side admits and the old does not.
pub(super) fn compare(old: &Permissions, new: &Permissions, role: Option<&str>) -> Vec<Delta> {
    let own = role.and_then(|arn| arn.split(':').nth(4));
    let anybody = |_: &str| Universe {
        resources: vec![Glob::parse("?*")],
        none: false,
    };
    grants::beyond(old, new, &anybody, |found| {
        let assumes = |entry: &&Entry<'_>| is_about_assuming(entry);
        found
            .iter()
            .filter(assumes)
            .map(|entry| delta(entry, old, new, own))
            .collect()
    })
}

/// To tag a session or to name its source is nothing without assuming the role.
fn is_about_assuming(entry: &Entry<'_>) -> bool {
    entry.action.is_none_or(|action| {
        let action = action.to_ascii_lowercase();
        action.contains('*') || action.starts_with("sts:assumerole")
    })
}

fn delta(entry: &Entry<'_>, old: &Permissions, new: &Permissions, own: Option<&str>) -> Delta {
    let who = entry
        .resource
        .map_or_else(|| "everybody but some".to_owned(), in_words);
    let when = conditions(&entry.permission.conditions);
    let wide = when.map_or_else(|| who.clone(), |when| format!("{who} if {when}"));
    let (unlike, narrow) = grants::unlike(entry, old, new);
    // The other texts of `unlike` speak of grants.
    let (unlike, narrow) = if unlike.starts_with("; the baseline asked") {
        (unlike, narrow.and(Some(who)))
    } else {
        (", which the baseline did not".to_owned(), None)
    };
    Delta {
        kind: Part::Trust,
        key: format!("trust {}", entry.text()),
        severity: severity(entry, own),
        does: format!("lets {wide} be the role"),
        unlike,
        narrow,
        wide,
        principal: entry
            .resource
            .and_then(Arn::parse)
            .map(|arn| arn.to_string()),
    }
}

fn in_words(pattern: &str) -> String {
    let account = pattern
        .strip_prefix("arn:*:*::")
        .and_then(|rest| rest.strip_suffix(":*"));
    match account {
        _ if pattern == "*" => "anyone (`*`)".to_owned(),
        Some(account) => format!("any principal of account {account}"),
        None => match pattern.split_once(':') {
            Some(("service", name)) => format!("the service `{name}`"),
            Some(("provider", name)) => format!("identities of `{name}`"),
            _ => format!("`{pattern}`"),
        },
    }
}

/// As `open-role-trust`, `shared-role` and `unconditioned-role-trust` weigh it.
fn severity(entry: &Entry<'_>, own: Option<&str>) -> Severity {
    let Some(pattern) = entry.resource else {
        return Severity::Critical;
    };
    let asked = &entry.permission.conditions;
    let external_id = asked
        .iter()
        .any(|c| c.key.eq_ignore_ascii_case("sts:ExternalId"));
    let account = pattern.split(':').nth(4);
    match pattern.split_once(':') {
        Some(("service", _)) => Severity::Low,
        Some(("arn", _)) if account == own || external_id => Severity::High,
        Some(("arn", _)) => Severity::Critical,
        _ if pattern == "*" && asked.is_empty() => Severity::Critical,
        _ => Severity::High,
    }
}
