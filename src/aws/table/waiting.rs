//! Events that are not done with: what each changed, and the workflows that wait for CloudTrail's record of it.

use super::item::{self, Item, key};
use super::{Table, condition_failed, unavailable};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::{Noted, StateError, Waiting};
use crate::moment::Moment;
use crate::trigger::plain;

/// Seconds for which an event is known by its id: a dead-letter queue keeps work for 14 days.
const STAY: i64 = 15 * 24 * 3600;
const SORT: &str = "change";

fn place(event: &str) -> String {
    format!("event#{event}")
}

fn list(recorded_in: &AccountRegion) -> String {
    format!("waiting#{recorded_in}")
}

fn entry(recorded_in: &AccountRegion, waiting: &Waiting) -> Item {
    key(
        &list(recorded_in),
        &format!("{}#{}", waiting.event, waiting.workflow),
    )
}

pub(super) async fn note(table: &Table, noted: &Noted) -> Result<(), StateError> {
    let id = &noted.change.event.id;
    let text = serde_json::to_string(noted);
    let text = text.map_err(|error| StateError::Unavailable(error.to_string()))?;
    let body = item::pack(text).map_err(|bytes| {
        let id = plain(id);
        StateError::Unavailable(format!(
            "the event `{id}` takes {bytes} bytes: more than an item holds"
        ))
    })?;
    let mut item = key(&place(id), SORT);
    item.insert("body".to_owned(), body);
    item.insert("expires".to_owned(), item::number(noted.until + STAY));
    put(table, item).await
}

pub(super) async fn noted(table: &Table, event: &str) -> Result<Option<Noted>, StateError> {
    let unreadable =
        |why: &str| StateError::Unreadable(format!("the event {}", plain(event)), why.to_owned());
    let Some(item) = table.get(&place(event), SORT).await? else {
        return Ok(None);
    };
    let body = item
        .get("body")
        .ok_or_else(|| unreadable("it has no body"))?;
    let body = item::unpack(body).map_err(unreadable)?;
    let noted = serde_json::from_str(&body);
    noted
        .map(Some)
        .map_err(|_| unreadable("it is no such text"))
}

pub(super) async fn wait(
    table: &Table,
    recorded_in: &AccountRegion,
    all: &[Waiting],
    until: Moment,
) -> Result<(), StateError> {
    for waiting in all {
        let mut item = entry(recorded_in, waiting);
        item.insert("event".to_owned(), item::string(&waiting.event));
        let workflow = item::string(waiting.workflow.as_str());
        item.insert("workflow".to_owned(), workflow);
        item.insert(
            "expires".to_owned(),
            item::number(until.plus(STAY).seconds()),
        );
        put(table, item).await?;
    }
    Ok(())
}

pub(super) async fn waiting(
    table: &Table,
    recorded_in: &AccountRegion,
) -> Result<Vec<Waiting>, StateError> {
    let each = |item: &Item| {
        let workflow = item::text(item, "workflow").and_then(Arn::parse);
        let event = item::text(item, "event").map(str::to_owned);
        Ok(workflow
            .zip(event)
            .map(|(workflow, event)| Waiting { event, workflow }))
    };
    table.query(&list(recorded_in), "", each).await
}

pub(super) async fn waited(
    table: &Table,
    recorded_in: &AccountRegion,
    waiting: &Waiting,
) -> Result<(), StateError> {
    let call = table.client.delete_item().table_name(&table.name);
    let deleted = call.set_key(Some(entry(recorded_in, waiting))).send().await;
    deleted
        .map(drop)
        .map_err(|error| unavailable("dynamodb:DeleteItem", &error))
}

/// A second belongs to whoever is first to write it.
pub(super) async fn turn(
    table: &Table,
    recorded_in: &AccountRegion,
    now: Moment,
) -> Result<bool, StateError> {
    let call = table.client.update_item().table_name(&table.name);
    let taken = call
        .set_key(Some(key(&format!("turn#{recorded_in}"), "lookup")))
        .update_expression("SET asked_at = :now")
        .condition_expression("attribute_not_exists(asked_at) OR asked_at < :now")
        .expression_attribute_values(":now", item::number(now.seconds()))
        .send()
        .await;
    match taken {
        Ok(_) => Ok(true),
        Err(error) if condition_failed(&error) => Ok(false),
        Err(error) => Err(unavailable("dynamodb:UpdateItem", &error)),
    }
}

async fn put(table: &Table, item: Item) -> Result<(), StateError> {
    let call = table.client.put_item().table_name(&table.name);
    let put = call.set_item(Some(item)).send().await;
    put.map(drop)
        .map_err(|error| unavailable("dynamodb:PutItem", &error))
}
