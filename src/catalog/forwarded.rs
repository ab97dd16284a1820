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
    /// `service:Action`
    pub action: &'static str,
    /// What it is used on; no type where the request does not tell.
    pub targets: Targets,
    /// The parameter without which it is not needed.
    pub only_with: Option<&'static str>,
}

static TABLE: LazyLock<Vec<Forwarded>> = LazyLock::new(|| {
    TEXT.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .flat_map(row)
        .collect()
});

fn row(line: &'static str) -> Vec<Forwarded> {
    let mut words = line.split(' ');
    let (Some(service), Some(operations)) = (words.next(), words.next()) else {
        return Vec::new();
    };
    words
        .map(|word| {
            let (word, only_with) = match word.split_once('!') {
                Some((word, parameter)) => (word, Some(parameter)),
                None => (word, None),
            };
            let (action, targets) = match word.find('@') {
                Some(at) => word.split_at(at),
                None => (word, ""),
            };
            Forwarded {
                service,
                operations: operations.split(',').collect(),
                action,
                targets: spec::parse(targets),
                only_with,
            }
        })
        .collect()
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
        assert!(TABLE.len() > 50);
        for row in TABLE.iter() {
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
