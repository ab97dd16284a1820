//! Where a sweep stands: one item for its pages, and eight that its workflows are counted in, so that those who keep verdicts
//! at the same time seldom wait for each other.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use sha2::{Digest, Sha256};

use super::item::{self, Item, bounded, key};
use super::{Table, condition_failed, unavailable, write};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::{Page, StateError, Sweep, Tally};
use crate::moment::Moment;
use crate::severity::Severity;

const HEAD: &str = "head";
const SHARDS: u8 = 8;
/// Seconds for which the counts of a sweep that is over stay.
const STAY: i64 = 30 * 24 * 3600;

fn place(home: &AccountRegion) -> String {
    format!("sweep#{home}")
}

fn tallies(sweep: &str) -> String {
    format!("tally#{}#", bounded(sweep, 512))
}

fn severity_name(severity: Severity) -> String {
    format!("findings_{}", severity.word())
}

/// Counts one workflow. Of a sweep that is over nobody asks: its counts do no harm.
pub(super) fn count(
    table: &Table,
    workflow: &Arn,
    now: Moment,
    tally: &Tally,
) -> Result<TransactWriteItem, StateError> {
    let digest = Sha256::digest(workflow.as_str().as_bytes());
    let shard = digest.first().copied().unwrap_or_default() % SHARDS;
    let at = key(
        &place(&tally.home),
        &format!("{}{shard}", tallies(&tally.sweep)),
    );
    let critical = u8::from(tally.counts.get(Severity::Critical) > 0);
    let mut add = "SET expires = :expires ADD done :done, critical :critical".to_owned();
    let mut values = Item::from([
        (
            ":expires".to_owned(),
            item::number(now.plus(STAY).seconds()),
        ),
        (":done".to_owned(), item::number(1)),
        (":critical".to_owned(), item::number(critical)),
    ]);
    for severity in Severity::WORST_FIRST {
        let name = severity_name(severity);
        let _ = write!(add, ", {name} :{name}");
        values.insert(format!(":{name}"), item::number(tally.counts.get(severity)));
    }
    write::update(table, at, &add, values)
}

/// The last sweep that began.
pub(super) async fn present(
    table: &Table,
    home: &AccountRegion,
) -> Result<Option<Sweep>, StateError> {
    let Some(head) = table.get(&place(home), HEAD).await? else {
        return Ok(None);
    };
    let text = |name: &str| item::text(&head, name).unwrap_or_default().to_owned();
    let mut sweep = Sweep {
        id: text("id"),
        started_at: text("started_at"),
        first: item::flag(&head, "first"),
        pages: item::count(&head, "pages"),
        listed: item::count(&head, "listed"),
        whole: item::flag(&head, "whole"),
        finished: item::flag(&head, "finished"),
        ..Sweep::default()
    };
    let counted = |item: &Item| Ok(Some(item.clone()));
    let shards = table
        .query(&place(home), &tallies(&sweep.id), counted)
        .await?;
    for shard in shards {
        sweep.done += item::count(&shard, "done");
        sweep.critical += item::count(&shard, "critical");
        for severity in Severity::WORST_FIRST {
            let more = item::count(&shard, &severity_name(severity));
            sweep
                .counts
                .add(severity, usize::try_from(more).unwrap_or(usize::MAX));
        }
    }
    Ok(Some(sweep))
}

/// Begins a sweep in the place of the last one.
pub(super) async fn begin(
    table: &Table,
    home: &AccountRegion,
    sweep: &Sweep,
    instead_of: Option<&str>,
) -> Result<bool, StateError> {
    let mut head = key(&place(home), HEAD);
    head.insert("id".to_owned(), item::string(&sweep.id));
    head.insert("started_at".to_owned(), item::string(&sweep.started_at));
    head.insert("first".to_owned(), AttributeValue::Bool(sweep.first));
    let call = table
        .client
        .put_item()
        .table_name(&table.name)
        .set_item(Some(head));
    let call = match instead_of {
        None => call.condition_expression("attribute_not_exists(pk)"),
        Some(last) => call
            .condition_expression("id = :last")
            .expression_attribute_values(":last", item::string(last)),
    };
    match call.send().await {
        Ok(_) => Ok(true),
        // Its own work, where the answer was lost on the way.
        Err(error) if condition_failed(&error) => {
            let head = table.get(&place(home), HEAD).await?;
            let last = head.as_ref().and_then(|head| item::text(head, "id"));
            Ok(last == Some(&sweep.id))
        }
        Err(error) => Err(unavailable("dynamodb:PutItem", &error)),
    }
}

/// Counts a page, once.
pub(super) async fn listed(
    table: &Table,
    home: &AccountRegion,
    sweep: &str,
    page: Page,
) -> Result<(), StateError> {
    let last = if page.last { "SET whole = :yes " } else { "" };
    let mut call = table.client.update_item().table_name(&table.name);
    if page.last {
        call = call.expression_attribute_values(":yes", AttributeValue::Bool(true));
    }
    let number = page.number.to_string();
    let counted = call
        .set_key(Some(key(&place(home), HEAD)))
        .update_expression(format!(
            "{last}ADD pages :one, listed :workflows, seen :page"
        ))
        .condition_expression("id = :id AND NOT contains(seen, :number)")
        .expression_attribute_values(":one", item::number(1))
        .expression_attribute_values(":workflows", item::number(page.workflows))
        .expression_attribute_values(":page", AttributeValue::Ns(vec![number.clone()]))
        .expression_attribute_values(":number", item::number(number))
        .expression_attribute_values(":id", item::string(sweep))
        .send()
        .await;
    match counted {
        Ok(_) => Ok(()),
        // It was counted, or the sweep is over.
        Err(error) if condition_failed(&error) => Ok(()),
        Err(error) => Err(unavailable("dynamodb:UpdateItem", &error)),
    }
}

/// Ends a sweep, once.
pub(super) async fn finish(
    table: &Table,
    home: &AccountRegion,
    sweep: &str,
) -> Result<bool, StateError> {
    let call = table.client.update_item().table_name(&table.name);
    let finished = call
        .set_key(Some(key(&place(home), HEAD)))
        .update_expression("SET finished = :yes")
        .condition_expression("id = :id AND attribute_not_exists(finished)")
        .expression_attribute_values(":yes", AttributeValue::Bool(true))
        .expression_attribute_values(":id", item::string(sweep))
        .send()
        .await;
    match finished {
        Ok(_) => Ok(true),
        Err(error) if condition_failed(&error) => Ok(false),
        Err(error) => Err(unavailable("dynamodb:UpdateItem", &error)),
    }
}
