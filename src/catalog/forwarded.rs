//! What a service does with its caller's permissions while it serves a call.

use std::sync::LazyLock;

use super::Targets;
use super::spec;

static TEXT: &str = include_str!("../../catalog/forwarded.txt");

/// One action that a call may need beside its own.
#[derive(Debug)]
pub struct Forwarded {
    service: &'static str,
    operations: Vec<&'static str>,
    /// `service:Action`; `*` where the service does whatever the call asks for.
    pub action: &'static str,
    /// What it is used on; no type where the request does not tell.
    pub targets: Targets,
    /// Whether AWS's page calls it needed; else it may be.
    pub needed: bool,
    /// For `iam:PassRole`, the service that receives the role.
    pub principal: Option<&'static str>,
    /// What the request must be like; all of them.
    pub only: Vec<Only>,
}

/// For which requests a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Those that hold the parameter.
    With(&'static str),
    /// Those that do not.
    Without(&'static str),
    /// Those whose query in the parameter may write.
    Writing(&'static str),
}

static TABLE: LazyLock<Vec<Forwarded>> = LazyLock::new(|| {
    TEXT.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .flat_map(row)
        .collect()
});

fn row(line: &'static str) -> Vec<Forwarded> {
    let (line, _page) = line.split_once(" # ").unwrap_or((line, ""));
    let mut words = line.split(' ');
    let (Some(service), Some(operations)) = (words.next(), words.next()) else {
        return Vec::new();
    };
    words
        .map(|word| {
            let (needed, word) = match word.strip_prefix('+') {
                Some(word) => (true, word),
                None => (false, word),
            };
            let mut parts = word.split('!');
            let use_of = parts.next().unwrap_or_default();
            let only = parts.map(only).collect();
            let (use_of, principal) = match use_of.split_once('>') {
                Some((word, principal)) => (word, Some(principal)),
                None => (use_of, None),
            };
            let (action, targets) = match use_of.find('@') {
                Some(at) => use_of.split_at(at),
                None => (use_of, ""),
            };
            Forwarded {
                service,
                operations: operations.split(',').collect(),
                action,
                targets: spec::parse(targets),
                needed,
                principal,
                only,
            }
        })
        .collect()
}

fn only(text: &'static str) -> Only {
    if let Some(path) = text.strip_prefix('-') {
        return Only::Without(path);
    }
    match text
        .strip_prefix("writes(")
        .and_then(|t| t.strip_suffix(')'))
    {
        Some(path) => Only::Writing(path),
        None => Only::With(text),
    }
}

/// What the service (its SDK name) does for this operation.
pub fn forwarded<'q>(
    service: &'q str,
    operation: &'q str,
) -> impl Iterator<Item = &'static Forwarded> + use<'q> {
    TABLE
        .iter()
        .filter(move |f| f.service == service && f.operations.contains(&operation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_row_names_an_operation_and_an_action_that_exist() {
        let rows = TEXT
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'));
        assert!(
            rows.into_iter().all(|l| l.contains(" # ")),
            "a row names no page"
        );
        assert!(TABLE.len() > 50);
        for row in TABLE.iter().filter(|r| r.action != "*") {
            assert!(catalog::action(row.action).is_some(), "{row:?}");
            for operation in &row.operations {
                let known = catalog::operation(row.service, operation);
                assert!(known.is_some(), "{} {operation}", row.service);
            }
            if let Targets::Types(types) = &row.targets {
                let prefix = row.action.split(':').next().unwrap();
                for kind in types {
                    assert!(
                        catalog::resource_type(prefix, kind.kind).is_some(),
                        "{row:?}"
                    );
                }
            }
        }
    }
}
