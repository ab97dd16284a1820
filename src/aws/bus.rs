//! Events on a bus of stepwarden's own.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::Sdk;
use super::error::why;
use crate::route::{MAX_MESSAGE, PublishError};
use crate::trigger::plain;

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["events:PutEvents"];

/// `source` of the events.
const SOURCE: &str = "stepwarden";
/// `detail-type` of the events.
const DETAIL_TYPE: &str = "Workflow Alert";
/// Bytes of an entry beside its detail: its time, source and detail type (Amazon EventBridge User Guide, "Calculating PutEvents
/// event entry size").
const ENVELOPE: usize = 14 + SOURCE.len() + DETAIL_TYPE.len();

/// The bus.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    client: Client,
    name: String,
}

impl Bus {
    /// The bus of this name or ARN.
    pub(super) fn new(sdk: &Sdk, name: String) -> Self {
        Self {
            client: client!(aws_sdk_eventbridge, sdk),
            name,
        }
    }

    /// Puts one event.
    pub(super) async fn put(&self, detail: &str) -> Result<(), PublishError> {
        if detail.len() + ENVELOPE > MAX_MESSAGE {
            let why = format!(
                "an event has {} bytes of at most {MAX_MESSAGE}",
                detail.len()
            );
            return Err(PublishError::Unfit(why));
        }
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .detail(detail)
            .build();
        let put = self.client.put_events().entries(entry).send().await;
        let put = put.map_err(|e| PublishError::Refused(why("events:PutEvents", &e)))?;
        // The call answers well even where it took nothing.
        let refused = put.entries().iter().find_map(|entry| entry.error_code());
        match (put.failed_entry_count(), refused) {
            (0, None) => Ok(()),
            (_, code) => {
                let code = plain(code.unwrap_or("no code"));
                Err(PublishError::Refused(format!(
                    "`events:PutEvents` refused the event (`{code}`)"
                )))
            }
        }
    }
}
