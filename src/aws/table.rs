//! The state port on one DynamoDB table of string keys `pk` and `sk`, with `expires` (seconds since 1970) as its time to
//! live. `docs/state.md` has the layout for people.
//!
//! | pk | sk | attributes |
//! | --- | --- | --- |
//! | `workflow#ARN` | `record` | `body`, `record_version`, `listed`, `kept_by`; `lease`, `lease_until` while it is held |
//! | `on#REST` | `ARN` | the workflow's verdict rests on this |
//! | `home#ACCOUNT/REGION` | `ARN` | `sweep`: the last one that came by |
//! | `event#ID` | `event` | `expires` |
//! | `event#ID` | `change` | `body`, `expires`: what an event changed that is not done with |
//! | `waiting#ACCOUNT/REGION` | `ID#ARN` | `event`, `workflow`, `expires`: the drift of the workflow is held until CloudTrail's record of the event is found there |
//! | `turn#ACCOUNT/REGION` | `lookup` | `asked_at`: the last one in which LookupEvents was called |
//! | `starts#ACCOUNT` | `role/NAME`, `user/NAME` | `body` |
//! | `sweep#ACCOUNT/REGION` | `head` | `id`, `started_at`, `first`, `pages`, `listed`, `seen`, `whole`, `finished` |
//! | `sweep#ACCOUNT/REGION` | `tally#ID#0` … `7` | `done`, `critical`, findings by severity, `expires` |
//!
//! A `body` is JSON, deflated where it is long. An item at `workflow#ARN` without a body is a workflow that is held and was
//! never evaluated: no record.

mod item;
mod records;
mod starts;
mod sweeps;
mod waiting;
mod write;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::config::http::HttpResponse;

use super::Sdk;
use super::error::why;
use crate::arn::{AccountRegion, Arn};
use crate::baselines::{
    Baselines, Known, Lease, LeaseResult, Noted, Page, StateError, Sweep, Tally, Waiting,
};
use crate::moment::Moment;
use crate::verdict::{Dependency, Record, StartShape};
use item::{Item, key};

/// The IAM actions that these calls need; a transaction needs those of its parts.
pub(super) const ACTIONS: &[&str] = &[
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];

/// The table.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table of this name, or ARN.
    pub fn new(sdk: &Sdk, name: String) -> Self {
        Self {
            client: client!(aws_sdk_dynamodb, sdk),
            name,
        }
    }

    /// One item, as the last write left it.
    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Item>, StateError> {
        let call = self.client.get_item().table_name(&self.name);
        let call = call.set_key(Some(key(pk, sk))).consistent_read(true);
        let output = call.send().await;
        Ok(output
            .map_err(|e| unavailable("dynamodb:GetItem", &e))?
            .item)
    }

    /// What `of` makes of the items of one partition whose sort key begins so, in the order of their keys.
    async fn query<T>(
        &self,
        pk: &str,
        begins: &str,
        mut of: impl FnMut(&Item) -> Result<Option<T>, StateError>,
    ) -> Result<Vec<T>, StateError> {
        let own = key(pk, begins);
        let mut condition = "pk = :pk".to_owned();
        let mut call = self.client.query().table_name(&self.name);
        call = call.set_expression_attribute_values(
            own.get("pk")
                .map(|pk| [(":pk".to_owned(), pk.clone())].into()),
        );
        if let Some(sk) = own.get("sk").filter(|_| !begins.is_empty()) {
            condition += " AND begins_with(sk, :sk)";
            call = call.expression_attribute_values(":sk", sk.clone());
        }
        let call = call
            .key_condition_expression(condition)
            .consistent_read(true);
        let mut pages = call.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| unavailable("dynamodb:Query", &e))?;
            for item in page.items() {
                found.extend(of(item)?);
            }
        }
        Ok(found)
    }
}

/// What is said of a call that failed.
fn unavailable<E: ProvideErrorMetadata>(
    action: &str,
    error: &SdkError<E, HttpResponse>,
) -> StateError {
    StateError::Unavailable(why(action, error))
}

/// Whether the service refused a write because its condition does not hold.
fn condition_failed<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

/// Whether a transaction is at the same item right now.
fn in_conflict<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.code() == Some("TransactionConflictException")
}

impl Baselines for Table {
    async fn take(&self, workflow: &Arn, lease: &Lease) -> Result<LeaseResult, StateError> {
        records::take(self, workflow, lease).await
    }

    async fn keep(
        &self,
        record: &Record,
        rested_on: &[Dependency],
        lease: &Lease,
        tally: Option<&Tally>,
    ) -> Result<(), StateError> {
        records::keep(self, record, rested_on, lease, tally).await
    }

    async fn forget(
        &self,
        workflow: &Arn,
        rested_on: &[Dependency],
        lease: &Lease,
        tally: Option<&Tally>,
    ) -> Result<(), StateError> {
        records::forget(self, workflow, rested_on, lease, tally).await
    }

    async fn release(&self, workflow: &Arn, lease: &Lease) -> Result<(), StateError> {
        records::release(self, workflow, lease).await
    }

    async fn look(&self, workflow: &Arn) -> Result<Option<Record>, StateError> {
        records::look(self, workflow).await
    }

    async fn resting_on(&self, rest: &Dependency) -> Result<Vec<Arn>, StateError> {
        let workflow = |item: &Item| Ok(item::text(item, "sk").and_then(Arn::parse));
        self.query(&format!("on#{rest}"), "", workflow).await
    }

    async fn known(&self, home: &AccountRegion) -> Result<Vec<Known>, StateError> {
        let known = |item: &Item| {
            let workflow = item::text(item, "sk").and_then(Arn::parse);
            let sweep = item::text(item, "sweep").filter(|sweep| !sweep.is_empty());
            let sweep = sweep.map(str::to_owned);
            Ok(workflow.map(|workflow| Known { workflow, sweep }))
        };
        self.query(&format!("home#{home}"), "", known).await
    }

    async fn handled(&self, event: &str) -> Result<bool, StateError> {
        let item = self.get(&format!("event#{event}"), "event").await?;
        Ok(item.is_some())
    }

    async fn remember(&self, event: &str, until: Moment) -> Result<(), StateError> {
        let mut item = key(&format!("event#{event}"), "event");
        item.insert("expires".to_owned(), item::number(until.seconds()));
        let call = self.client.put_item().table_name(&self.name);
        let put = call.set_item(Some(item)).send().await;
        put.map(drop)
            .map_err(|e| unavailable("dynamodb:PutItem", &e))
    }

    async fn note(&self, noted: &Noted) -> Result<(), StateError> {
        waiting::note(self, noted).await
    }

    async fn noted(&self, event: &str) -> Result<Option<Noted>, StateError> {
        waiting::noted(self, event).await
    }

    async fn wait(
        &self,
        recorded_in: &AccountRegion,
        waiting: &[Waiting],
        until: Moment,
    ) -> Result<(), StateError> {
        waiting::wait(self, recorded_in, waiting, until).await
    }

    async fn waiting(&self, recorded_in: &AccountRegion) -> Result<Vec<Waiting>, StateError> {
        waiting::waiting(self, recorded_in).await
    }

    async fn waited(
        &self,
        recorded_in: &AccountRegion,
        waiting: &Waiting,
    ) -> Result<(), StateError> {
        waiting::waited(self, recorded_in, waiting).await
    }

    async fn turn(&self, recorded_in: &AccountRegion, now: Moment) -> Result<bool, StateError> {
        waiting::turn(self, recorded_in, now).await
    }

    async fn starts(&self, account: &str) -> Result<BTreeMap<String, StartShape>, StateError> {
        starts::all(self, account).await
    }

    async fn keep_starts(
        &self,
        account: &str,
        changed: &BTreeMap<String, Option<StartShape>>,
    ) -> Result<(), StateError> {
        starts::keep(self, account, changed).await
    }

    async fn sweep(&self, home: &AccountRegion) -> Result<Option<Sweep>, StateError> {
        sweeps::present(self, home).await
    }

    async fn begin(
        &self,
        home: &AccountRegion,
        sweep: &Sweep,
        instead_of: Option<&str>,
    ) -> Result<bool, StateError> {
        sweeps::begin(self, home, sweep, instead_of).await
    }

    async fn listed(
        &self,
        home: &AccountRegion,
        sweep: &str,
        page: Page,
    ) -> Result<(), StateError> {
        sweeps::listed(self, home, sweep, page).await
    }

    async fn finish(&self, home: &AccountRegion, sweep: &str) -> Result<bool, StateError> {
        sweeps::finish(self, home, sweep).await
    }
}
