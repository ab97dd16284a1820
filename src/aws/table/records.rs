//! Records of workflows: taken, kept, forgotten, given back.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};

use super::item::{self, Item, key};
use super::write::{self, Refused, Writes};
use super::{Table, condition_failed, in_conflict, sweeps, unavailable};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::{Lease, LeaseResult, StateError, Tally};
use crate::verdict::{Dependency, Record};

const SORT: &str = "record";
/// Of the record's form. A table may outlive the function that wrote it: a later form is not touched.
const VERSION: u64 = 1;
/// The condition of every write of a record, with `:lease`.
const MINE: &str = "lease = :lease";

fn place(workflow: &Arn) -> String {
    format!("workflow#{workflow}")
}

/// One conditional write that also reads: between two calls somebody else could come.
pub(super) async fn take(
    table: &Table,
    workflow: &Arn,
    lease: &Lease,
) -> Result<LeaseResult, StateError> {
    const FREE: &str = "attribute_not_exists(lease) OR lease = :lease OR lease_until <= :now";
    let call = table.client.update_item().table_name(&table.name);
    let taken = call
        .set_key(Some(key(&place(workflow), SORT)))
        .update_expression("SET lease = :lease, lease_until = :until")
        .condition_expression(FREE)
        .expression_attribute_values(":lease", item::string(&lease.holder))
        .expression_attribute_values(":until", item::number(lease.until.seconds()))
        .expression_attribute_values(":now", item::number(lease.now.seconds()))
        .return_values(ReturnValue::AllNew)
        .send()
        .await;
    let item = match taken {
        Ok(output) => output.attributes.unwrap_or_default(),
        Err(error) if condition_failed(&error) || in_conflict(&error) => {
            return Ok(LeaseResult::Held);
        }
        Err(error) => return Err(unavailable("dynamodb:UpdateItem", &error)),
    };
    match record(&item, workflow) {
        Ok(record) => Ok(LeaseResult::Acquired(record.map(Box::new))),
        Err(unreadable) => {
            release(table, workflow, lease).await?;
            Err(unreadable)
        }
    }
}

/// What is kept, without a lease.
pub(super) async fn look(table: &Table, workflow: &Arn) -> Result<Option<Record>, StateError> {
    let item = table.get(&place(workflow), SORT).await?;
    item.map_or(Ok(None), |item| record(&item, workflow))
}

fn record(item: &Item, workflow: &Arn) -> Result<Option<Record>, StateError> {
    let unreadable = |why: &str| StateError::Unreadable(workflow.to_string(), why.to_owned());
    let Some(body) = item.get("body") else {
        return Ok(None);
    };
    let version = item::count(item, "record_version");
    if version != VERSION {
        let why = format!(
            "it has form {version}, and this version of stepwarden reads form {VERSION}: deploy the one that wrote it, or a later one"
        );
        return Err(unreadable(&why));
    }
    let body = item::unpack(body).map_err(unreadable)?;
    let record: Record = serde_json::from_str(&body).map_err(|error| {
        unreadable(&format!("line {}, column {}", error.line(), error.column()))
    })?;
    if record.workflow != *workflow {
        return Err(unreadable("it is of another workflow"));
    }
    Ok(Some(record))
}

/// The record as an item that nobody holds.
fn item_of(record: &Record, lease: &Lease) -> Result<Item, StateError> {
    let text = serde_json::to_string(record);
    let text = text.map_err(|error| StateError::Unavailable(error.to_string()))?;
    let body =
        item::pack(text).map_err(|bytes| StateError::TooLarge(record.workflow.clone(), bytes))?;
    let mut item = key(&place(&record.workflow), SORT);
    item.insert("body".to_owned(), body);
    item.insert("record_version".to_owned(), item::number(VERSION));
    item.insert("kept_by".to_owned(), item::string(&lease.holder));
    item.insert("listed".to_owned(), listed(record));
    Ok(item)
}

/// The sweep with which the workflow stands in the list of its account and region.
fn listed(record: &Record) -> AttributeValue {
    item::string(record.sweep.as_deref().unwrap_or_default())
}

/// Keeps a verdict.
pub(super) async fn keep(
    table: &Table,
    record: &Record,
    rested_on: &[Dependency],
    lease: &Lease,
    tally: Option<&Tally>,
) -> Result<(), StateError> {
    let workflow = &record.workflow;
    let item = item_of(record, lease)?;
    let old: BTreeSet<&Dependency> = rested_on.iter().collect();
    let new: BTreeSet<&Dependency> = record.depends_on.iter().collect();
    if old == new && !old.is_empty() && tally.is_none() && alone(table, &item, lease).await? {
        return Ok(());
    }
    let mut writes = Writes::default();
    for rest in new.difference(&old) {
        writes
            .before
            .push(write::put(table, index(rest, workflow), None)?);
    }
    for rest in old.difference(&new) {
        writes
            .after
            .push(write::delete(table, index(rest, workflow), None)?);
    }
    let mine = Some((MINE, ":lease", item::string(&lease.holder)));
    writes.core.push(write::put(table, item.clone(), mine)?);
    let mut in_list = in_list(workflow);
    in_list.insert("sweep".to_owned(), listed(record));
    writes.core.push(write::put(table, in_list, None)?);
    writes.core.extend(counted(table, workflow, lease, tally)?);
    match table.write(writes).await {
        Ok(()) => Ok(()),
        Err(Refused::Error(error)) => Err(error),
        Err(Refused::Condition) => {
            // A write that was done, and whose answer was lost on the way, is tried again and finds its own work.
            let kept = table.get(&place(workflow), SORT).await?;
            let own = kept.is_some_and(|kept| {
                let same = |name: &str| kept.get(name) == item.get(name);
                same("body") && same("kept_by")
            });
            if own {
                Ok(())
            } else {
                Err(StateError::Lost(workflow.clone()))
            }
        }
    }
}

/// The record by itself, where the workflow stands in the list as it should: whether it was kept.
async fn alone(table: &Table, item: &Item, lease: &Lease) -> Result<bool, StateError> {
    let listed = item.get("listed").cloned();
    let listed = listed.unwrap_or_else(|| item::string(""));
    let call = table.client.put_item().table_name(&table.name);
    let put = call
        .set_item(Some(item.clone()))
        .condition_expression("lease = :lease AND listed = :listed")
        .expression_attribute_values(":lease", item::string(&lease.holder))
        .expression_attribute_values(":listed", listed)
        .send()
        .await;
    match put {
        Ok(_) => Ok(true),
        Err(error) if condition_failed(&error) || in_conflict(&error) => Ok(false),
        Err(error) => Err(unavailable("dynamodb:PutItem", &error)),
    }
}

/// Forgets a workflow.
pub(super) async fn forget(
    table: &Table,
    workflow: &Arn,
    rested_on: &[Dependency],
    lease: &Lease,
    tally: Option<&Tally>,
) -> Result<(), StateError> {
    let mut writes = Writes::default();
    let mine = Some((MINE, ":lease", item::string(&lease.holder)));
    let record = key(&place(workflow), SORT);
    writes.core.push(write::delete(table, record, mine)?);
    writes
        .core
        .push(write::delete(table, in_list(workflow), None)?);
    writes.core.extend(counted(table, workflow, lease, tally)?);
    let old: BTreeSet<&Dependency> = rested_on.iter().collect();
    for rest in old {
        writes
            .after
            .push(write::delete(table, index(rest, workflow), None)?);
    }
    match table.write(writes).await {
        Ok(()) => Ok(()),
        Err(Refused::Error(error)) => Err(error),
        Err(Refused::Condition) => match table.get(&place(workflow), SORT).await? {
            None => Ok(()),
            Some(_) => Err(StateError::Lost(workflow.clone())),
        },
    }
}

/// Gives a workflow back: a record stays without its lease, and where there is none nothing stays. What somebody else
/// holds by now stays his.
pub(super) async fn release(
    table: &Table,
    workflow: &Arn,
    lease: &Lease,
) -> Result<(), StateError> {
    let at = key(&place(workflow), SORT);
    let mine = item::string(&lease.holder);
    let call = table.client.update_item().table_name(&table.name);
    let freed = call
        .set_key(Some(at.clone()))
        .update_expression("REMOVE lease, lease_until")
        .condition_expression("lease = :lease AND attribute_exists(body)")
        .expression_attribute_values(":lease", mine.clone())
        .send()
        .await;
    match freed {
        Ok(_) => return Ok(()),
        Err(error) if condition_failed(&error) => {}
        Err(error) => return Err(unavailable("dynamodb:UpdateItem", &error)),
    }
    let call = table.client.delete_item().table_name(&table.name);
    let freed = call
        .set_key(Some(at))
        .condition_expression("lease = :lease AND attribute_not_exists(body)")
        .expression_attribute_values(":lease", mine)
        .send()
        .await;
    match freed {
        Ok(_) => Ok(()),
        Err(error) if condition_failed(&error) => Ok(()),
        Err(error) => Err(unavailable("dynamodb:DeleteItem", &error)),
    }
}

fn index(rest: &Dependency, workflow: &Arn) -> Item {
    key(&format!("on#{rest}"), workflow.as_str())
}

fn in_list(workflow: &Arn) -> Item {
    let home = AccountRegion::of(workflow);
    key(&format!("home#{home}"), workflow.as_str())
}

fn counted(
    table: &Table,
    workflow: &Arn,
    lease: &Lease,
    tally: Option<&Tally>,
) -> Result<Option<TransactWriteItem>, StateError> {
    tally
        .map(|tally| sweeps::count(table, workflow, lease.now, tally))
        .transpose()
}
