//! The published ways by which a principal raises its own privileges, as a data table (`catalog/escalation.json`).

use std::sync::LazyLock;

use serde::Deserialize;

/// One path.
#[derive(Debug, Deserialize)]
pub struct Path {
    /// Its name in the table.
    pub id: String,
    /// Every one of these is needed.
    pub actions: Vec<String>,
    /// Beside `iam:PassRole` to this service, where given.
    pub pass_role_to: Option<String>,
    /// It is a path only over every resource of the type.
    #[serde(default)]
    pub everywhere: bool,
    /// A condition on one of these keys that names the policies or the boundary closes it (IAM User Guide, "Permissions
    /// boundaries: delegating responsibility"; service authorization reference, condition keys of IAM).
    #[serde(default)]
    pub unless: Vec<String>,
    /// What it does, in words.
    pub how: String,
}

#[derive(Deserialize)]
struct Table {
    paths: Vec<Path>,
}

static PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| {
    let table: Result<Table, _> =
        serde_json::from_str(include_str!("../../catalog/escalation.json"));
    table.map(|t| t.paths).unwrap_or_default()
});

/// The table.
pub fn paths() -> &'static [Path] {
    &PATHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_read_whole_and_ids_are_distinct() {
        let ids: BTreeSet<&str> = paths().iter().map(|p| p.id.as_str()).collect();
        let entries = include_str!("../../catalog/escalation.json")
            .matches("\"id\"")
            .count();
        assert_eq!((ids.len(), paths().len()), (entries, entries));
        assert!(
            paths()
                .iter()
                .all(|p| !p.actions.is_empty() && !p.how.is_empty())
        );
    }
}
