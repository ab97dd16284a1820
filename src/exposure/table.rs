//! The parameters of `catalog/public.txt`.

use std::sync::LazyLock;

static TEXT: &str = include_str!("../../catalog/public.txt");

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    service: &'static str,
    operations: Vec<&'static str>,
    /// The parameter.
    pub parameter: &'static str,
    /// The values that stand for everybody; after `~` a part of one.
    pub values: Vec<&'static str>,
    /// What is made public.
    pub what: &'static str,
    /// For which requests.
    pub only: Vec<Only>,
}

/// What a request must be like.
#[derive(Clone, Copy, Debug)]
pub(super) enum Only {
    /// The parameter is this, or is not known.
    Is(&'static str, &'static str),
    /// It does not hold the parameter.
    Without(&'static str),
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|l| !l.starts_with('#'));
    lines.filter_map(row).collect()
});

fn row(line: &'static str) -> Option<Row> {
    let (line, _page) = line.split_once(" # ")?;
    let mut words = line.split(' ');
    let (service, operations) = (words.next()?, words.next()?);
    let (parameter, values, what) = (words.next()?, words.next()?, words.next()?);
    let only = words.filter_map(|word| {
        let word = word.strip_prefix('!')?;
        match (word.strip_prefix('-'), word.split_once('=')) {
            (Some(path), _) => Some(Only::Without(path)),
            (None, Some((path, value))) => Some(Only::Is(path, value)),
            (None, None) => None,
        }
    });
    Some(Row {
        service,
        operations: operations.split(',').collect(),
        parameter,
        values: values.split(',').collect(),
        what,
        only: only.collect(),
    })
}

/// The rows of an operation.
pub(super) fn of<'q>(
    service: &'q str,
    operation: &'q str,
) -> impl Iterator<Item = &'static Row> + use<'q> {
    let named = move |name: &&str| name.eq_ignore_ascii_case(operation);
    ROWS.iter()
        .filter(move |row| row.service == service && row.operations.iter().any(&named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_row_of_an_operation_that_exists() {
        let lines = TEXT.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(ROWS.len(), lines);
        for row in ROWS.iter() {
            for operation in &row.operations {
                let known = crate::catalog::operation(row.service, operation);
                assert!(known.is_some(), "{} {operation}", row.service);
            }
        }
    }
}
