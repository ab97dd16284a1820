//! DynamoDB operations that name their tables inside the request (Amazon DynamoDB API Reference).

use super::Home;
use super::lookup::{is_present, lookup, spellings};
use super::pattern::{Openness, Pattern, patterns};
use super::resolve::{Resolved, resolve};
use crate::catalog::{Fill, TargetSpec};
use crate::value::{Piece, Value};

/// The actions of an operation that names its tables inside the request, each with the parameter that does; of any
/// other operation none.
pub fn inner_tables(operation: &str) -> &'static [(&'static str, &'static str)] {
    match operation {
        "BatchGetItem" => &[("dynamodb:BatchGetItem", "RequestItems")],
        "BatchWriteItem" => &[("dynamodb:BatchWriteItem", "RequestItems")],
        "TransactGetItems" => &[("dynamodb:GetItem", "TransactItems[].Get.TableName")],
        "TransactWriteItems" => &[
            ("dynamodb:PutItem", "TransactItems[].Put.TableName"),
            ("dynamodb:UpdateItem", "TransactItems[].Update.TableName"),
            ("dynamodb:DeleteItem", "TransactItems[].Delete.TableName"),
            (
                "dynamodb:ConditionCheckItem",
                "TransactItems[].ConditionCheck.TableName",
            ),
        ],
        _ => &[],
    }
}

/// The actions of an operation with the tables of each; `None` for operations that a row describes.
pub(super) fn tables_of(
    operation: &str,
    arguments: &Value,
    home: &Home,
) -> Option<Vec<(&'static str, Vec<Resolved>)>> {
    match operation {
        "Query" if is_present(arguments, INDEX) => {
            return Some(vec![("dynamodb:Query", index(arguments, home))]);
        }
        "Scan" if is_present(arguments, INDEX) => {
            return Some(vec![("dynamodb:Scan", index(arguments, home))]);
        }
        _ => {}
    }
    let named = inner_tables(operation);
    let found: Vec<_> = named
        .iter()
        .map(|(action, path)| {
            let tables = match *path {
                "RequestItems" => batch(arguments, home),
                path => transaction(arguments, path, home),
            };
            (*action, tables)
        })
        // One transaction holds some kinds of writes, not all.
        .filter(|(_, tables)| !tables.is_empty() || named.len() == 1)
        .collect();
    (!found.is_empty()).then_some(found)
}

const INDEX: &str = "IndexName";

/// What reads an index is authorized on the index alone (Amazon DynamoDB Developer Guide, "Using IAM with global secondary
/// indexes").
fn index(arguments: &Value, home: &Home) -> Vec<Resolved> {
    let fill = |path| Fill::Name {
        path,
        default: None,
    };
    let spec = TargetSpec {
        kind: "index",
        fills: vec![fill("TableName"), fill(INDEX)],
    };
    resolve("dynamodb", &spec, arguments, home).unwrap_or_default()
}

/// The names of the fields of `RequestItems` are the tables.
fn batch(arguments: &Value, home: &Home) -> Vec<Resolved> {
    let mut found = Vec::new();
    for value in lookup(arguments, "RequestItems") {
        match value {
            object @ Value::Object { .. } => {
                for pieces in spellings(&object.key()) {
                    found.extend(table(&pieces, home));
                }
            }
            other => {
                for pieces in spellings(&other) {
                    found.extend(table(&pieces, home));
                }
            }
        }
    }
    found
}

fn transaction(arguments: &Value, path: &str, home: &Home) -> Vec<Resolved> {
    lookup(arguments, path)
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| table(&pieces, home))
        .collect()
}

fn table(pieces: &[Piece], home: &Home) -> Vec<Resolved> {
    let spec = TargetSpec {
        kind: "table",
        fills: vec![Fill::Name {
            path: "T",
            default: None,
        }],
    };
    let one = Value::object([("T".to_owned(), Value::Text(pieces.to_vec()))]);
    resolve("dynamodb", &spec, &one, home).unwrap_or_else(|| {
        patterns(pieces, home)
            .into_iter()
            .map(|Pattern { glob, holes, .. }| Resolved {
                holes,
                ..Resolved::plain(glob, Openness::Chosen)
            })
            .collect()
    })
}
