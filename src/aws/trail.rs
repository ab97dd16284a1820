//! CloudTrail: its own records of calls.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};

use super::Sdk;
use super::error::unread;
use crate::collect::{Lookup, PageOf, Recorded};
use crate::snapshot::Fetched;

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["cloudtrail:LookupEvents"];

/// The most that one call tells (AWS CloudTrail API Reference, LookupEvents).
const PAGE: i32 = 50;

#[derive(Clone, Debug)]
pub(super) struct Trail(Client);

impl Trail {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_cloudtrail, sdk))
    }

    /// One page.
    pub(super) async fn recorded(
        &self,
        lookup: &Lookup,
        next: Option<&str>,
    ) -> Fetched<PageOf<Recorded>> {
        const ACTION: &str = "cloudtrail:LookupEvents";
        let mut call = self.0.lookup_events().max_results(PAGE);
        let (by, value) = match lookup {
            Lookup::Event(id) => (LookupAttributeKey::EventId, id),
            Lookup::Calls { name, from, to } => {
                call = call
                    .start_time(DateTime::from_secs(from.seconds()))
                    .end_time(DateTime::from_secs(to.seconds()));
                (LookupAttributeKey::EventName, name)
            }
        };
        let attribute = LookupAttribute::builder()
            .attribute_key(by)
            .attribute_value(value)
            .build();
        let attribute = match attribute {
            Ok(attribute) => attribute,
            Err(error) => return Fetched::Failed(error.to_string()),
        };
        let call = call.lookup_attributes(attribute);
        match call.set_next_token(next.map(str::to_owned)).send().await {
            Ok(output) => {
                let events = output.events.unwrap_or_default().into_iter();
                let each = events.filter_map(|event| {
                    Some(Recorded {
                        id: event.event_id?,
                        record: event.cloud_trail_event.unwrap_or_default(),
                    })
                });
                Fetched::Present((each.collect(), output.next_token))
            }
            Err(error) => unread(ACTION, &error),
        }
    }
}
