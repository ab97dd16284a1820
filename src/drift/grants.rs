//! What the role grants beyond the baseline.

use super::Delta;
use super::weigh::Granted;
use crate::catalog;
use crate::glob::Glob;
use crate::grants::assessment;
use crate::iam::compare::{Beyond, Question, Universe};
use crate::iam::{ActionPattern, Authority, ResourcePattern, Statement, Version};
use crate::posture::{Asked, Names, Part, Permission, Permissions};

/// One action pattern and one resource pattern of an allow.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub permission: &'a Permission,
    statement: &'a Statement,
    /// `None` for all but some.
    pub action: Option<&'a str>,
    /// `None` for all but some.
    pub resource: Option<&'a str>,
    action_glob: Glob,
    resource_glob: Glob,
}

/// What the new side grants and the old does not.
pub(super) fn compare(old: &Permissions, new: &Permissions, role: Option<&str>) -> Vec<Delta> {
    let partition = role.and_then(|arn| arn.split(':').nth(1));
    let any = Glob::parse(&format!("arn:{}:?*:*:*:?*", partition.unwrap_or("*")));
    // Of an action that the reference knows, only its own resources count: a `*` in their place grants nothing more.
    let universe = |action: &str| {
        let known = catalog::action(action);
        let own = assessment::resources_of(action, partition);
        Universe {
            resources: own.unwrap_or_else(|| vec![any.clone()]),
            none: known.is_none_or(|info| info.resource_is_optional()),
        }
    };
    let possible = |entry: &&Entry<'_>| match (entry.action, entry.resource) {
        (Some(action), Some(_)) => assessment::applies(action, &entry.resource_glob),
        _ => true,
    };
    beyond(old, new, &universe, |found| {
        let possible = found.iter().filter(possible);
        possible.map(|entry| delta(entry, old, new)).collect()
    })
}

/// Hands over the entries of the new side that allow something which the old side does not, without those that another
/// one includes.
pub(super) fn beyond<T>(
    old: &Permissions,
    new: &Permissions,
    universe: &dyn Fn(&str) -> Universe,
    tell: impl FnOnce(&[Entry<'_>]) -> Vec<T>,
) -> Vec<T> {
    if old == new {
        return Vec::new();
    }
    let (was, is) = (old.authority(), new.authority());
    let same_limits = old.same_limits(new);
    let all = entries(new, &is);
    let wider: Vec<Entry<'_>> = all
        .into_iter()
        .filter(|entry| {
            let included = old.allows.iter().any(|p| includes(p, entry));
            if included && same_limits {
                return false;
            }
            let question = Question {
                new: &is,
                old: &was,
                statement: entry.statement,
                action: &entry.action_glob,
                resource: &entry.resource_glob,
                universe,
            };
            match question.answer() {
                Beyond::Nothing => false,
                Beyond::Allows { .. } => true,
                Beyond::Undecided => !included || !keeps_limits(old, new),
            }
        })
        .collect();
    let told: Vec<Entry<'_>> = wider
        .iter()
        .enumerate()
        .filter(|(at, entry)| {
            let wider = wider.iter().enumerate();
            !wider
                .filter(|(other, _)| other != at)
                .any(|(other, w)| w.includes(entry) && (other < *at || !entry.includes(w)))
        })
        .map(|(_, entry)| entry.clone())
        .collect();
    tell(&told)
}

fn entries<'a>(permissions: &'a Permissions, authority: &'a Authority) -> Vec<Entry<'a>> {
    let statements = authority.identity.iter().flat_map(|p| &p.statements);
    let mut entries = Vec::new();
    for (permission, statement) in permissions.allows.iter().zip(statements) {
        for action in each(&permission.actions) {
            for resource in each(&permission.resources) {
                entries.push(Entry {
                    permission,
                    statement,
                    action,
                    resource,
                    action_glob: action
                        .map_or_else(Glob::any, |text| ActionPattern::new(text).glob().clone()),
                    resource_glob: resource.map_or_else(Glob::any, widest),
                });
            }
        }
    }
    entries
}

fn each(names: &Names) -> Vec<Option<&str>> {
    match names {
        Names::Only(texts) => texts.iter().map(|text| Some(text.as_str())).collect(),
        Names::AllBut(_) => vec![None],
    }
}

fn widest(text: &str) -> Glob {
    ResourcePattern::new(text, Version::V2012).widest()
}

/// Whether the entry is plainly a part of the permission: by its patterns and its conditions as written.
fn includes(permission: &Permission, entry: &Entry<'_>) -> bool {
    permission
        .conditions
        .is_subset(&entry.permission.conditions)
        && covers(permission, entry)
}

/// Whether the permission's patterns include the entry's, whatever the conditions.
fn covers(permission: &Permission, entry: &Entry<'_>) -> bool {
    let actions = match (&permission.actions, entry.action) {
        (Names::Only(texts), Some(_)) => {
            let mut all = texts.iter().map(ActionPattern::new);
            all.any(|p| p.glob().includes(&entry.action_glob))
        }
        (Names::AllBut(texts), Some(_)) => {
            let mut all = texts.iter().map(ActionPattern::new);
            !all.any(|p| p.glob().overlaps(&entry.action_glob))
        }
        (names, None) => *names == entry.permission.actions,
    };
    let resources = match (&permission.resources, entry.resource) {
        (Names::Only(texts), Some(own)) => texts.iter().any(|text| {
            text == own || (!is_variable(text) && widest(text).includes(&entry.resource_glob))
        }),
        (Names::AllBut(texts), Some(_)) => {
            !texts
                .iter()
                .any(|text| widest(text).overlaps(&entry.resource_glob))
                && !texts.iter().any(|text| is_variable(text))
        }
        (names, None) => *names == entry.permission.resources,
    };
    actions && resources
}

fn is_variable(text: &str) -> bool {
    ResourcePattern::new(text, Version::V2012)
        .template
        .has_variables()
}

/// Whether every deny of the old side is one of the new, and the boundary is no wider as written.
fn keeps_limits(old: &Permissions, new: &Permissions) -> bool {
    let boundary = match (&old.ceiling, &new.ceiling) {
        (None, _) => true,
        (Some(old), Some(new)) => new.is_subset(old),
        (Some(_), None) => false,
    };
    old.denies.is_subset(&new.denies) && boundary
}

impl Entry<'_> {
    fn includes(&self, other: &Self) -> bool {
        let weaker = self
            .permission
            .conditions
            .is_subset(&other.permission.conditions);
        let whole = |own: Option<&str>, theirs: Option<&str>, same: bool| match (own, theirs) {
            (Some(_), Some(_)) => true,
            (None, None) => same,
            _ => false,
        };
        weaker
            && whole(
                self.action,
                other.action,
                self.permission.actions == other.permission.actions,
            )
            && whole(
                self.resource,
                other.resource,
                self.permission.resources == other.permission.resources,
            )
            && self.action_glob.includes(&other.action_glob)
            && self.resource_glob.includes(&other.resource_glob)
            && self
                .resource
                .is_none_or(|text| !is_variable(text) || Some(text) == other.resource)
    }

    /// Action, resource and conditions as one text.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{} on {}", self.actions(), self.resources());
        if let Some(when) = conditions(&self.permission.conditions) {
            text.push_str(" if ");
            text.push_str(&when);
        }
        text
    }

    pub(super) fn actions(&self) -> String {
        in_words(self.action, &self.permission.actions)
    }

    fn resources(&self) -> String {
        in_words(self.resource, &self.permission.resources)
    }
}

fn in_words(one: Option<&str>, names: &Names) -> String {
    match (one, names) {
        (Some(text), _) => format!("`{text}`"),
        (None, Names::AllBut(texts)) if !texts.is_empty() => {
            let texts: Vec<String> = texts.iter().map(|t| format!("`{t}`")).collect();
            format!("everything but {}", texts.join(", "))
        }
        (None, _) => "everything".to_owned(),
    }
}

/// The conditions in one line; `None` where there are none.
pub(super) fn conditions<'a>(all: impl IntoIterator<Item = &'a Asked>) -> Option<String> {
    let texts: Vec<String> = all.into_iter().map(Asked::in_words).collect();
    (!texts.is_empty()).then(|| texts.join(" and "))
}

fn delta(entry: &Entry<'_>, old: &Permissions, new: &Permissions) -> Delta {
    let (unlike, narrow) = unlike(entry, old, new);
    let granted = Granted {
        action: entry.action,
        resource: entry.resource,
        conditional: !entry.permission.conditions.is_empty(),
    };
    Delta {
        kind: Part::Grant,
        key: format!("grant {}", entry.text().to_lowercase()),
        severity: granted.severity(),
        does: format!("grants {}", entry.text()),
        unlike,
        narrow,
        wide: entry.text(),
        principal: None,
    }
}

/// How the old side differs from the entry, and what it has in its place.
pub(super) fn unlike(
    entry: &Entry<'_>,
    old: &Permissions,
    new: &Permissions,
) -> (String, Option<String>) {
    if old.allows.iter().any(|p| includes(p, entry)) {
        let touches = |p: &&Permission| !new.denies.contains(*p) && touches(p, entry);
        if let Some(deny) = old.denies.iter().find(touches) {
            let what = summary(deny);
            return (
                format!(", of which the baseline denied {what}"),
                Some(format!("denied: {what}")),
            );
        }
        if old.ceiling.is_some() {
            let before = "held within the permissions boundary".to_owned();
            return (
                ", which the permissions boundary of the baseline held back".to_owned(),
                Some(before),
            );
        }
    }
    let same = old.allows.iter().find(|p| covers(p, entry));
    if let Some(same) = same {
        let lost = same.conditions.difference(&entry.permission.conditions);
        if let Some(lost) = conditions(lost) {
            return (
                format!("; the baseline asked for {lost}"),
                Some(summary(same)),
            );
        }
    }
    let near: Vec<String> = old
        .allows
        .iter()
        .filter(|p| touches(p, entry))
        .map(summary)
        .take(3)
        .collect();
    let near = (!near.is_empty()).then(|| near.join("; "));
    (", which the baseline did not".to_owned(), near)
}

fn touches(permission: &Permission, entry: &Entry<'_>) -> bool {
    let actions = match &permission.actions {
        Names::Only(texts) => texts
            .iter()
            .any(|text| ActionPattern::new(text).glob().overlaps(&entry.action_glob)),
        Names::AllBut(_) => true,
    };
    let resources = match &permission.resources {
        Names::Only(texts) => texts
            .iter()
            .any(|t| widest(t).overlaps(&entry.resource_glob)),
        Names::AllBut(_) => true,
    };
    actions && resources
}

/// A permission in one line, at most a few of its patterns.
fn summary(permission: &Permission) -> String {
    let few = |names: &Names| {
        let (but, texts) = match names {
            Names::Only(texts) => ("", texts),
            Names::AllBut(texts) if texts.is_empty() => return "everything".to_owned(),
            Names::AllBut(texts) => ("everything but ", texts),
        };
        let shown: Vec<String> = texts.iter().take(3).map(|t| format!("`{t}`")).collect();
        let more = texts.len().saturating_sub(shown.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{but}{}{more}", shown.join(", "))
    };
    let when = conditions(&permission.conditions).map(|when| format!(" if {when}"));
    format!(
        "{} on {}{}",
        few(&permission.actions),
        few(&permission.resources),
        when.unwrap_or_default()
    )
}
