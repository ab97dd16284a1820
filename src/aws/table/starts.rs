//! How the principals of an account may start workflows.

use std::collections::BTreeMap;

use super::item::{self, Item, key};
use super::write::{self, Refused, Writes};
use super::{StartShape, StateError, Table};

/// Principals of one transaction: with texts of the largest size it stays under four megabytes.
const AT_ONCE: usize = 10;

fn place(account: &str) -> String {
    format!("starts#{account}")
}

pub(super) async fn all(
    table: &Table,
    account: &str,
) -> Result<BTreeMap<String, StartShape>, StateError> {
    let shape = |item: &Item| {
        let Some(principal) = item::text(item, "sk") else {
            return Ok(None);
        };
        let unreadable = |why: &str| {
            let what = format!(
                "how `{}` may start workflows",
                crate::trigger::plain(principal)
            );
            StateError::Unreadable(what, why.to_owned())
        };
        let body = item
            .get("body")
            .ok_or_else(|| unreadable("it has no body"))?;
        let body = item::unpack(body).map_err(unreadable)?;
        let shape = serde_json::from_str(&body).map_err(|_| unreadable("it is no such text"))?;
        Ok(Some((principal.to_owned(), shape)))
    };
    let shapes = table.query(&place(account), "", shape).await?;
    Ok(shapes.into_iter().collect())
}

pub(super) async fn keep(
    table: &Table,
    account: &str,
    changed: &BTreeMap<String, Option<StartShape>>,
) -> Result<(), StateError> {
    let mut writes = Vec::with_capacity(changed.len());
    for (principal, shape) in changed {
        let at = key(&place(account), principal);
        writes.push(match shape {
            None => write::delete(table, at, None)?,
            Some(shape) => write::put(table, item_of(at, principal, shape)?, None)?,
        });
    }
    for part in writes.chunks(AT_ONCE) {
        let core = part.to_vec();
        let written = table.write(Writes {
            core,
            ..Writes::default()
        });
        match written.await {
            Ok(()) => {}
            Err(Refused::Error(error)) => return Err(error),
            // INVARIANT: there is no condition.
            Err(Refused::Condition) => {}
        }
    }
    Ok(())
}

fn item_of(at: Item, principal: &str, shape: &StartShape) -> Result<Item, StateError> {
    let text = serde_json::to_string(shape);
    let text = text.map_err(|error| StateError::Unavailable(error.to_string()))?;
    let body = item::pack(text).map_err(|bytes| {
        let principal = crate::trigger::plain(principal);
        StateError::Unavailable(format!(
            "how `{principal}` may start workflows takes {bytes} bytes: more than an item holds"
        ))
    })?;
    let mut item = at;
    item.insert("body".to_owned(), body);
    Ok(item)
}
