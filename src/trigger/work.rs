//! What the function is asked to do beside events: the schedule's sweep, and the work that it fans out on a queue.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{Skip, malformed};
use crate::arn::{AccountRegion, Arn};

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Work {
    /// Begin a sweep of every account.
    Sweep,
    /// Tell what is open in every account.
    Digest,
    /// List one page of workflows and hand them out.
    Page {
        /// The sweep.
        sweep: String,
        /// Where.
        home: AccountRegion,
        /// From 0.
        number: u64,
        /// Where the page begins, as ListStateMachines gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
    /// Evaluate these workflows of one account and region.
    Evaluate {
        /// Which.
        workflows: Vec<Arn>,
        /// For this sweep.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sweep: Option<String>,
        /// Because of the event of this id. Who made the change stands in the table, and nowhere else: whoever can send a
        /// message must not be able to speak for somebody.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "event_id"
        )]
        event: Option<String>,
    },
    /// See whether CloudTrail knows the event of this id by now, and whether what it deployed is approved.
    Confirm {
        /// The event.
        event: String,
    },
    /// See whether a sweep is over.
    Finish {
        /// The sweep.
        sweep: String,
        /// Where.
        home: AccountRegion,
        /// How often it was looked at.
        looks: u32,
    },
}

/// The id of an event. An object with more than that is what earlier versions sent: only its id counts.
fn event_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Id(String),
        Event { id: String },
    }
    let written = Option::<Written>::deserialize(deserializer)?;
    Ok(written.map(|written| match written {
        Written::Id(id) | Written::Event { id } => id,
    }))
}

/// What an invocation brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload<'a> {
    /// One event of EventBridge.
    Event(&'a Value),
    /// Work from the schedule.
    Work(Work),
    /// Messages of a queue, each by its id.
    Batch(Vec<(String, Result<Work, Skip>)>),
}

/// The member in which work stands: what holds none is an event.
const ENVELOPE: &str = "stepwarden";
/// Amazon SQS gives a function at most 10,000 messages at once (AWS Lambda Developer Guide, "Using Lambda with Amazon SQS").
const MAX_MESSAGES: usize = 10_000;
/// More in one message was not written by this function.
const MAX_WORKFLOWS: usize = 100;

/// Reads an invocation's payload; an event is read by [`super::read`].
///
/// # Errors
/// When it is work that is not understood.
pub fn payload(value: &Value) -> Result<Payload<'_>, Skip> {
    if let Some(work) = value.get(ENVELOPE) {
        return Ok(Payload::Work(work_of(work)?));
    }
    let Some(records) = value.get("Records").and_then(Value::as_array) else {
        return Ok(Payload::Event(value));
    };
    let message = |record: &Value| {
        let id = record.get("messageId")?.as_str()?.to_owned();
        let body = record
            .get("body")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let work = serde_json::from_str::<Value>(body)
            .map_err(|_| malformed("the body of a message is no JSON"))
            .and_then(|body| match body.get(ENVELOPE) {
                Some(work) => work_of(work),
                None => Err(malformed("a message holds no work of stepwarden")),
            });
        Some((id, work))
    };
    Ok(Payload::Batch(
        records
            .iter()
            .take(MAX_MESSAGES)
            .filter_map(message)
            .collect(),
    ))
}

fn work_of(value: &Value) -> Result<Work, Skip> {
    let work: Work = serde_json::from_value(value.clone())
        .map_err(|_| malformed("the work in `stepwarden` is not understood"))?;
    match &work {
        Work::Evaluate { workflows, .. } if workflows.len() > MAX_WORKFLOWS => Err(malformed(
            "a message holds more workflows than are ever sent",
        )),
        _ => Ok(work),
    }
}

impl Work {
    /// The text of a message, or of the schedule's input.
    pub fn body(&self) -> String {
        json!({ ENVELOPE: self }).to_string()
    }
}
