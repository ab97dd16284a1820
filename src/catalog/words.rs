//! What the catalog says of actions beyond their names: sensitive ones, and those that AWS's own templates grant on `*`.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::actions::{self, Level};
use crate::glob::Glob;

static SENSITIVE: &str = include_str!("../../catalog/sensitive.txt");
static STARS: &str = include_str!("../../catalog/stars.txt");

/// Why an action is sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    /// It changes permissions or identities.
    Iam,
    /// It changes or runs code.
    Code,
    /// It reads or replaces secrets.
    Secret,
    /// It assumes roles.
    Assume,
    /// It decrypts, or lets others decrypt.
    Decrypt,
}

impl Sensitivity {
    /// What such an action does, for people: `changes permissions or identities`.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Iam => "changes permissions or identities",
            Self::Code => "changes or runs code",
            Self::Secret => "reads or replaces secrets",
            Self::Assume => "assumes roles",
            Self::Decrypt => "decrypts",
        }
    }
}

type Row = (Glob, Sensitivity);

/// The rows with the service that each names.
fn rows() -> impl Iterator<Item = (&'static str, Row)> {
    let lines = SENSITIVE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let (pattern, kind) = line.split_once(' ')?;
        let (service, _) = pattern.split_once(':')?;
        let kind = match kind {
            "iam" => Sensitivity::Iam,
            "code" => Sensitivity::Code,
            "secret" => Sensitivity::Secret,
            "assume" => Sensitivity::Assume,
            "decrypt" => Sensitivity::Decrypt,
            _ => return None,
        };
        Some((service, (actions::lowercase(&Glob::parse(pattern)), kind)))
    })
}

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| rows().map(|(_, row)| row).collect())
}

/// The table by service.
fn of_services() -> &'static HashMap<&'static str, Vec<Row>> {
    static BY_SERVICE: OnceLock<HashMap<&'static str, Vec<Row>>> = OnceLock::new();
    BY_SERVICE.get_or_init(|| {
        let mut all: HashMap<&'static str, Vec<Row>> = HashMap::new();
        for (service, row) in rows() {
            all.entry(service).or_default().push(row);
        }
        all
    })
}

/// Why the action (a name, in any case) is sensitive by name; `None` where it is not, or only changes who may reach one
/// kind of resource.
pub fn listed_sensitivity(action: &str) -> Option<Sensitivity> {
    let lower = action.to_ascii_lowercase();
    let (service, _) = lower.split_once(':')?;
    let mut listed = of_services().get(service)?.iter();
    let found = listed.find(|(pattern, _)| pattern.matches(&lower));
    found.map(|(_, kind)| *kind)
}

/// Why the action (a name, in any case) is sensitive; `None` where it is not.
pub fn sensitivity(action: &str) -> Option<Sensitivity> {
    listed_sensitivity(action).or_else(|| {
        let info = actions::action(action)?;
        (info.level() == Level::Permissions && names_a_policy(&info.name()))
            .then_some(Sensitivity::Iam)
    })
}

/// Whether the action is sensitive.
pub fn is_sensitive(action: &str) -> bool {
    sensitivity(action).is_some()
}

/// The sensitivity of anything that an action pattern covers, the first of [`Sensitivity`]'s order.
pub fn pattern_sensitivity(pattern: &Glob) -> Option<Sensitivity> {
    if let Some(name) = pattern.as_literal() {
        return sensitivity(&name);
    }
    // Almost every service has an action that writes a resource policy: for a pattern only the listed ones count.
    let lower = actions::lowercase(pattern);
    table()
        .iter()
        .filter(|(sensitive, _)| sensitive.overlaps(&lower))
        .map(|(_, kind)| *kind)
        .min()
}

/// Whether an action of the level "Permissions management" writes policies or grants, not only access control lists or
/// ownership.
fn names_a_policy(name: &str) -> bool {
    ["Policy", "Permission", "Grant"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether AWS's own template for one of these uses grants this action on `*` although less is possible (Step Functions
/// Developer Guide): integrations such as `ecs:runTask.sync`, and resources.
pub fn is_documented_star<'n>(action: &str, mut uses: impl Iterator<Item = &'n str>) -> bool {
    let mut columns = STARS
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(str::split_whitespace);
    let row = columns.find_map(|mut words| {
        let named = words.next()?.eq_ignore_ascii_case(action);
        named.then(|| words.nth(1))
    });
    row.is_some_and(|only| {
        only.is_none_or(|only| match only.strip_prefix('*') {
            Some(part) => uses.any(|u| u.contains(part)),
            None => uses.any(|u| u.starts_with(only)),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_by_service_says_what_the_whole_table_says() {
        let mut listed = 0;
        for action in actions::actions_matching(&Glob::parse("*")) {
            let name = action.name();
            let lower = name.to_ascii_lowercase();
            let whole = table().iter().find(|(pattern, _)| pattern.matches(&lower));
            let whole = whole.map(|(_, kind)| *kind);
            assert_eq!(listed_sensitivity(&name), whole, "{name}");
            listed += usize::from(whole.is_some());
        }
        assert!(listed >= table().len());
    }
}
