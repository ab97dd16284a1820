//! What a PartiQL statement does, and with which table (Amazon DynamoDB Developer Guide, "PartiQL statements for DynamoDB",
//! "Secure access with IAM policies for PartiQL").

use crate::value::Piece;

/// A statement, as far as it is authorized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) action: &'static str,
    pub(super) table: String,
    /// The index that it reads.
    pub(super) index: Option<String>,
}

/// The parameter that holds the statements of an operation.
pub(super) fn parameter(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "ExecuteStatement" => "Statement",
        "BatchExecuteStatement" => "Statements[].Statement",
        "ExecuteTransaction" => "TransactStatements[].Statement",
        _ => return None,
    })
}

/// Reads the verb and the table of a statement; `None` where its known beginning does not hold both.
pub(super) fn read(pieces: &[Piece]) -> Option<Statement> {
    let Some((Piece::Literal(text), rest)) = pieces.split_first() else {
        return None;
    };
    let mut words = text.split_whitespace();
    let verb = words.next()?.to_ascii_uppercase();
    let (action, before) = match verb.as_str() {
        "SELECT" => ("dynamodb:PartiQLSelect", Some("FROM")),
        "INSERT" => ("dynamodb:PartiQLInsert", Some("INTO")),
        "UPDATE" => ("dynamodb:PartiQLUpdate", None),
        "DELETE" => ("dynamodb:PartiQLDelete", Some("FROM")),
        _ => return None,
    };
    if let Some(word) = before {
        words.find(|w| w.eq_ignore_ascii_case(word))?;
    }
    let named = words.next()?;
    // A value that follows may still be part of the name.
    let ends = rest.is_empty() || words.next().is_some() || text.ends_with(char::is_whitespace);
    if !ends {
        return None;
    }
    let mut parts = named.split('.').map(unquoted);
    let (table, index) = (parts.next()??, parts.next());
    Some(Statement {
        action,
        table,
        index: match index {
            None => None,
            Some(index) => Some(index?),
        },
    })
}

/// A name without its quotes; `None` for what is no name.
fn unquoted(word: &str) -> Option<String> {
    let word = word.trim_end_matches(';');
    let name = word
        .strip_prefix('"')
        .and_then(|w| w.strip_suffix('"'))
        .unwrap_or(word);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(is_name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<(&'static str, String, Option<String>)> {
        let read = read(&[Piece::Literal(text.to_owned())])?;
        Some((read.action, read.table, read.index))
    }

    #[test]
    fn the_verb_and_the_table_of_a_statement() {
        for (text, action, table, index) in [
            (
                r#"SELECT * FROM "orders" WHERE id = ?"#,
                "dynamodb:PartiQLSelect",
                "orders",
                None,
            ),
            (
                "select a, b\n from orders",
                "dynamodb:PartiQLSelect",
                "orders",
                None,
            ),
            (
                r#"SELECT * FROM "orders"."by-day" WHERE d = ?"#,
                "dynamodb:PartiQLSelect",
                "orders",
                Some("by-day"),
            ),
            (
                r#"INSERT INTO "orders" value {'id': ?}"#,
                "dynamodb:PartiQLInsert",
                "orders",
                None,
            ),
            (
                "update orders set a = 1 where id = ?",
                "dynamodb:PartiQLUpdate",
                "orders",
                None,
            ),
            (
                r#"DELETE FROM "orders";"#,
                "dynamodb:PartiQLDelete",
                "orders",
                None,
            ),
        ] {
            let expected = (action, table.to_owned(), index.map(str::to_owned));
            assert_eq!(literal(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_that_far() {
        for text in [
            "",
            "SELECT",
            "SELECT * FROM",
            "EXISTS(SELECT * FROM t)",
            "SELECT * FROM 'a b'",
            "SELECT * FROM a.",
        ] {
            assert_eq!(literal(text), None, "{text}");
        }
        let hole = || Piece::Hole(crate::value::Unknown::default());
        let literal = |text: &str| Piece::Literal(text.to_owned());
        assert_eq!(read(&[hole()]), None);
        assert_eq!(read(&[literal("SELECT * FROM orders-"), hole()]), None);
        assert!(read(&[literal("SELECT * FROM orders WHERE id = "), hole()]).is_some());
    }
}
