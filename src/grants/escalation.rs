//! The published ways by which a principal raises privileges, as a data table (`catalog/escalation.json`).

use std::sync::LazyLock;

use serde::Deserialize;

/// One path.
#[derive(Debug, Deserialize)]
pub struct Path {
    /// Its name in the table.
    pub id: String,
    /// All of these, held by one principal.
    pub actions: Vec<String>,
    /// The services to which a role is passed on the way; empty where none is.
    #[serde(default)]
    pub pass_to: Vec<String>,
    /// Whose permissions are gained.
    pub target: Target,
    /// What the account must hold for it, in words.
    pub needs: String,
    /// What of that an account directory shows.
    pub lookup: Option<Lookup>,
    /// It is a path only over every resource of the type.
    #[serde(default)]
    pub everywhere: bool,
    /// What it starts runs what the call brings: where a state needs it, the input rules tell what comes from outside.
    #[serde(default)]
    pub runs: bool,
    /// A condition on one of these keys that names the policies or the boundary closes it (IAM User Guide, "Permissions
    /// boundaries: delegating responsibility"; service authorization reference, condition keys of IAM).
    #[serde(default)]
    pub unless: Vec<String>,
    /// What it does, in words.
    pub how: String,
}

/// Whose permissions a path gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Target {
    /// Those of a role that is passed to something that is made or changed.
    #[serde(rename = "new resource")]
    NewResource,
    /// Those of the role of something that exists.
    #[serde(rename = "existing role")]
    ExistingRole,
    /// The principal's own or another principal's.
    #[serde(rename = "principal")]
    Principal,
}

/// What an account directory shows of what a path needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lookup {
    /// Roles that may be passed to the path's service.
    PassableRoles,
    /// Roles that trust the principal.
    TrustingRoles,
    /// Roles.
    Roles,
    /// Users.
    Users,
    /// Groups.
    Groups,
    /// Customer managed policies.
    ManagedPolicies,
    /// Functions with their roles.
    Functions,
    /// Workflows with their roles.
    Workflows,
}

impl Path {
    /// Whether a role is passed on the way.
    pub fn passes_role(&self) -> bool {
        !self.pass_to.is_empty()
    }

    /// The one action that is the whole path, beside the passing of a role.
    pub fn only_action(&self) -> Option<&str> {
        match self.actions.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// An action of a path by its pattern, in lower case.
pub fn is_pass_role(action: &str) -> bool {
    action.eq_ignore_ascii_case("iam:PassRole")
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

/// Every action that is a part of some path, once, sorted.
pub fn actions() -> &'static [&'static str] {
    static ACTIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| distinct(|p| &p.actions));
    &ACTIONS
}

/// Every service to which some path passes a role, once, sorted.
pub fn services() -> &'static [&'static str] {
    static SERVICES: LazyLock<Vec<&'static str>> = LazyLock::new(|| distinct(|p| &p.pass_to));
    &SERVICES
}

fn distinct(of: impl Fn(&'static Path) -> &'static [String]) -> Vec<&'static str> {
    let mut all: Vec<&str> = paths().iter().flat_map(of).map(String::as_str).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether every action of the other path is one of this path's, and some are not the other's: beside it, it adds nothing,
/// but for a role of one's choice where the other has to do with the one that is there.
pub fn adds_nothing(path: &Path, beside: &Path) -> bool {
    beside.passes_role() == path.passes_role()
        && beside.actions.len() < path.actions.len()
        && beside.actions.iter().all(|a| path.actions.contains(a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_read_whole_and_ids_are_distinct() {
        let ids: BTreeSet<&str> = paths().iter().map(|p| p.id.as_str()).collect();
        let entries = include_str!("../../catalog/escalation.json")
            .matches("\"id\"")
            .count();
        assert_eq!((ids.len(), paths().len()), (entries, entries));
        assert!(entries >= 98, "{entries}");
    }

    #[test]
    fn every_path_speaks_of_actions_that_exist() {
        // Services that AWS has closed are no longer in the reference.
        let closed = ["codestar:", "datapipeline:"];
        for path in paths() {
            assert!(!path.actions.is_empty() && !path.how.is_empty() && !path.needs.is_empty());
            let passes = path.actions.iter().any(|a| is_pass_role(a));
            assert_eq!(passes, path.passes_role(), "{}", path.id);
            assert_eq!(passes, path.target == Target::NewResource, "{}", path.id);
            for action in &path.actions {
                let known = catalog::action(action).is_some();
                let gone = closed.iter().any(|c| action.starts_with(c));
                assert!(known || gone, "{} {action}", path.id);
            }
        }
    }

    #[test]
    fn a_set_that_holds_a_smaller_one_adds_nothing() {
        let path = |id: &str| paths().iter().find(|p| p.id == id).unwrap();
        assert!(adds_nothing(path("iam-021"), path("iam-005")));
        assert!(!adds_nothing(path("iam-005"), path("iam-021")));
        assert!(!adds_nothing(path("iam-005"), path("iam-012")));
        // A build of the project that is there runs with its role; a project of one's own, with any.
        assert!(!adds_nothing(path("codebuild-001"), path("codebuild-002")));
    }
}
