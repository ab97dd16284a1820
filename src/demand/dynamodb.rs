//! DynamoDB operations that name their tables inside the request (Amazon DynamoDB API Reference).

use super::Home;
use super::lookup::{is_present, lookup, spellings};
use super::partiql;
use super::pattern::{Openness, Pattern, patterns};
use super::required::{Alternatives, are_same};
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

/// The actions of an operation with the tables of each, every group of which must be allowed; `None` for operations that a
/// row describes.
pub(super) fn tables_of(
    operation: &str,
    arguments: &Value,
    home: &Home,
) -> Option<Vec<(&'static str, Vec<Alternatives>)>> {
    match operation {
        "Query" if is_present(arguments, INDEX) => {
            return Some(vec![("dynamodb:Query", vec![index(arguments, home)])]);
        }
        "Scan" if is_present(arguments, INDEX) => {
            return Some(vec![("dynamodb:Scan", vec![index(arguments, home)])]);
        }
        _ => {}
    }
    if let Some(path) = partiql::parameter(operation) {
        return statements(arguments, path, home);
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

/// What the statements of a request do with which tables; `None` where one of them is not known that far.
fn statements(
    arguments: &Value,
    path: &str,
    home: &Home,
) -> Option<Vec<(&'static str, Vec<Alternatives>)>> {
    let texts = lookup(arguments, path);
    let mut all: Vec<(&'static str, Vec<Alternatives>)> = Vec::new();
    for text in &texts {
        let Value::Text(pieces) = text else {
            return None;
        };
        let found = partiql::read(pieces)?;
        let group = match &found.index {
            None => table(&[Piece::Literal(found.table)], home),
            Some(index) => {
                let names = [("TableName", &found.table), (INDEX, index)];
                let names = names.map(|(name, value)| (name.to_owned(), Value::text(value)));
                self::index(&Value::object(names), home)
            }
        };
        match all.iter_mut().find(|(action, _)| *action == found.action) {
            Some((_, groups)) => add(groups, group),
            None => all.push((found.action, vec![group])),
        }
    }
    (!all.is_empty()).then_some(all)
}

fn add(groups: &mut Vec<Alternatives>, group: Alternatives) {
    if !group.is_empty() && !groups.iter().any(|other| are_same(other, &group)) {
        groups.push(group);
    }
}

/// Each of these values is asked for where the request surely holds them all; else some of them are.
fn each_or_any(each: Vec<Alternatives>, surely: bool) -> Vec<Alternatives> {
    let each = if surely {
        each
    } else {
        vec![each.into_iter().flatten().collect()]
    };
    let mut groups = Vec::new();
    for group in each {
        add(&mut groups, group);
    }
    groups
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
fn batch(arguments: &Value, home: &Home) -> Vec<Alternatives> {
    let values = lookup(arguments, "RequestItems");
    let surely = matches!(values.as_slice(), [Value::Object { rest: None, .. }]);
    let mut each = Vec::new();
    for value in values {
        let names = match &value {
            Value::Object { .. } => value.key(),
            _ => value,
        };
        each.extend(spellings(&names).iter().map(|name| table(name, home)));
    }
    each_or_any(each, surely)
}

fn transaction(arguments: &Value, path: &str, home: &Home) -> Vec<Alternatives> {
    let surely = matches!(
        lookup(arguments, "TransactItems").as_slice(),
        [Value::Array(_)]
    );
    let of_one = |value: &Value| {
        let names = spellings(value);
        names.iter().flat_map(|name| table(name, home)).collect()
    };
    let each = lookup(arguments, path).iter().map(of_one).collect();
    each_or_any(each, surely)
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
