//! Which condition keys hold what a request's parameters say.

use std::sync::LazyLock;

static TEXT: &str = include_str!("../../catalog/conditions.txt");

/// One condition key of some actions, with the parameters that fill it.
#[derive(Debug)]
pub struct ParameterKey {
    actions: Vec<&'static str>,
    /// The key, in lower case.
    pub key: &'static str,
    /// The parameter that it holds.
    pub parameter: &'static str,
    /// The resource type whose ARN the key holds where the parameter may be a name.
    pub kind: Option<&'static str>,
    /// What the service takes where the parameter is not there; else the key is absent.
    pub default: Option<&'static str>,
}

static TABLE: LazyLock<Vec<ParameterKey>> = LazyLock::new(|| {
    TEXT.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .filter_map(row)
        .collect()
});

fn row(line: &'static str) -> Option<ParameterKey> {
    let (line, _page) = line.split_once(" # ")?;
    let mut words = line.split(' ');
    let (actions, key, parameter) = (words.next()?, words.next()?, words.next()?);
    let (parameter, kind) = match parameter.split_once('@') {
        Some((parameter, kind)) => (parameter, Some(kind)),
        None => (parameter, None),
    };
    Some(ParameterKey {
        actions: actions.split(',').collect(),
        key,
        parameter,
        kind,
        default: words.next().and_then(|w| w.strip_prefix('=')),
    })
}

/// The keys that requests for the action, given by its name, fill from their parameters.
pub fn parameter_keys(action: &str) -> impl Iterator<Item = &'static ParameterKey> + use<'_> {
    TABLE
        .iter()
        .filter(move |row| row.actions.iter().any(|a| a.eq_ignore_ascii_case(action)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_row_names_actions_and_a_key_that_they_have() {
        let rows = TEXT
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'));
        assert_eq!(rows.count(), TABLE.len(), "a row cannot be read");
        for row in &*TABLE {
            assert_eq!(row.key, row.key.to_ascii_lowercase());
            for action in &row.actions {
                let info = catalog::action(action).unwrap_or_else(|| panic!("{action}"));
                let of_action = info
                    .condition_keys()
                    .any(|k| k.eq_ignore_ascii_case(row.key));
                assert!(of_action, "{action} {}", row.key);
            }
        }
    }
}
