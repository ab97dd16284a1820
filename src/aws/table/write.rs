//! Writes of many items: all of them or nothing where they fit in one transaction, in a safe order where they do not.

use std::time::Duration;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use super::item::Item;
use super::{Table, unavailable};
use crate::baselines::StateError;

/// Items of one transaction (Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB").
const MOST: usize = 100;
/// Tries where other transactions are at the same items, or the table cannot follow: five seconds in all.
const TRIES: u32 = 7;
const FIRST_PAUSE: Duration = Duration::from_millis(40);

/// Writes that belong together. Where they do not fit in one transaction, those of `before` come first and those of
/// `after` last, and whoever is interrupted between them leaves them as if they had not been asked for.
#[derive(Default)]
pub(super) struct Writes {
    /// Come first, and do no harm without the rest.
    pub before: Vec<TransactWriteItem>,
    /// What it is about; a condition may stand on the first one.
    pub core: Vec<TransactWriteItem>,
    /// Come last, and may as well not come.
    pub after: Vec<TransactWriteItem>,
}

/// Why nothing was written.
pub(super) enum Refused {
    /// A condition does not hold.
    Condition,
    /// The table did not do it.
    Error(StateError),
}

/// A condition, with its value.
pub(super) type Condition<'a> = Option<(&'a str, &'a str, AttributeValue)>;

/// Puts an item.
pub(super) fn put(
    table: &Table,
    item: Item,
    condition: Condition<'_>,
) -> Result<TransactWriteItem, StateError> {
    let mut put = Put::builder().table_name(&table.name).set_item(Some(item));
    if let Some((expression, name, value)) = condition {
        put = put.condition_expression(expression);
        put = put.expression_attribute_values(name, value);
    }
    let put = put.build().map_err(unbuilt)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Deletes an item.
pub(super) fn delete(
    table: &Table,
    key: Item,
    condition: Condition<'_>,
) -> Result<TransactWriteItem, StateError> {
    let mut delete = Delete::builder().table_name(&table.name).set_key(Some(key));
    if let Some((expression, name, value)) = condition {
        delete = delete.condition_expression(expression);
        delete = delete.expression_attribute_values(name, value);
    }
    let delete = delete.build().map_err(unbuilt)?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

/// Updates an item.
pub(super) fn update(
    table: &Table,
    key: Item,
    expression: &str,
    values: Item,
) -> Result<TransactWriteItem, StateError> {
    let update = Update::builder().table_name(&table.name).set_key(Some(key));
    let update = update
        .update_expression(expression)
        .set_expression_attribute_values(Some(values))
        .build()
        .map_err(unbuilt)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

fn unbuilt(error: BuildError) -> StateError {
    StateError::Unavailable(format!("a write could not be put together: {error}"))
}

impl Table {
    /// Writes all of it. What of `after` is not written is left out in silence: it is superfluous.
    pub(super) async fn write(&self, writes: Writes) -> Result<(), Refused> {
        let Writes {
            before,
            core,
            after,
        } = writes;
        if before.len() + core.len() + after.len() <= MOST {
            let all = before.into_iter().chain(core).chain(after);
            return self.transact(all.collect()).await;
        }
        for part in before.chunks(MOST) {
            self.transact(part.to_vec()).await?;
        }
        self.transact(core).await?;
        for part in after.chunks(MOST) {
            if let Err(Refused::Error(error)) = self.transact(part.to_vec()).await {
                tracing::warn!("an index holds more than it should: {error}");
            }
        }
        Ok(())
    }

    /// All of it in one transaction, or nothing.
    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), Refused> {
        const ACTION: &str = "dynamodb:TransactWriteItems";
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let call = self.client.transact_write_items();
            let error = match call.set_transact_items(Some(items.clone())).send().await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let codes = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => canceled
                    .cancellation_reasons()
                    .iter()
                    .filter_map(|reason| reason.code())
                    .collect(),
                _ => Vec::new(),
            };
            if codes.contains(&"ConditionalCheckFailed") {
                return Err(Refused::Condition);
            }
            let passes = [
                "TransactionConflict",
                "ThrottlingError",
                "ProvisionedThroughputExceeded",
            ];
            if attempt >= TRIES || !codes.iter().any(|code| passes.contains(code)) {
                return Err(Refused::Error(unavailable(ACTION, &error)));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok(())
    }
}
