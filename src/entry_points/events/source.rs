//! What a pipe's sources hold, which of it whoever writes there chooses, and by which actions.
//!
//! From the sample events of the EventBridge User Guide, "EventBridge Pipes sources" (one page for each source). All else of
//! a record the service fills in: identifiers, sequence numbers, times, checksums, and where it comes from.

use std::sync::Arc;

use serde_json::Value as Json;

use super::super::{Cause, follow, pattern};
use super::fixed;
use crate::arn::Arn;
use crate::snapshot::entries::Pipe;
use crate::value::{Source, Unknown, Value};

/// One record of a source, past the filters.
pub struct Record {
    /// What it holds.
    pub value: Value,
    /// What puts records into the source.
    pub causes: Vec<Cause>,
}

/// A kind of source.
struct Kind {
    /// The service in its ARN.
    service: &'static str,
    /// What whoever writes to it chooses of a record.
    chosen: &'static [&'static str],
    /// What writes to it.
    writes: &'static [Write],
}

/// An action that writes to a source.
struct Write {
    action: &'static str,
    /// What of a record it chooses; empty for all.
    fills: &'static [&'static str],
    /// The `eventName` of the records that it makes; empty where they have none.
    events: &'static [&'static str],
}

const fn write(action: &'static str) -> Write {
    Write {
        action,
        fills: &[],
        events: &[],
    }
}

const fn change(
    action: &'static str,
    fills: &'static [&'static str],
    events: &'static [&'static str],
) -> Write {
    Write {
        action,
        fills,
        events,
    }
}

/// What removes an item names its key and brings its old content; one that is not there it cannot remove.
const REMOVED: &[&str] = &["dynamodb.Keys", "dynamodb.OldImage"];

const KINDS: [Kind; 5] = [
    Kind {
        service: "sqs",
        // The attributes that the sender sets (Amazon SQS API Reference, `SendMessage`); the queue sets the others.
        chosen: &[
            "body",
            "messageAttributes",
            "attributes.MessageGroupId",
            "attributes.MessageDeduplicationId",
            "attributes.AWSTraceHeader",
        ],
        // A batch needs the same permission.
        writes: &[write("sqs:SendMessage")],
    },
    Kind {
        service: "kinesis",
        chosen: &["data", "partitionKey"],
        writes: &[write("kinesis:PutRecord"), write("kinesis:PutRecords")],
    },
    Kind {
        service: "dynamodb",
        chosen: &["dynamodb.Keys", "dynamodb.NewImage", "dynamodb.OldImage"],
        // Transactions need the permission of each of their parts (Amazon DynamoDB Developer Guide, "Using IAM with
        // transactions").
        writes: &[
            change("dynamodb:PutItem", &[], &["INSERT", "MODIFY"]),
            change("dynamodb:UpdateItem", &[], &["INSERT", "MODIFY"]),
            change(
                "dynamodb:BatchWriteItem",
                &[],
                &["INSERT", "MODIFY", "REMOVE"],
            ),
            change("dynamodb:PartiQLInsert", &[], &["INSERT"]),
            change("dynamodb:PartiQLUpdate", &[], &["MODIFY"]),
            change("dynamodb:DeleteItem", REMOVED, &["REMOVE"]),
            change("dynamodb:PartiQLDelete", REMOVED, &["REMOVE"]),
        ],
    },
    Kind {
        service: "kafka",
        chosen: &["key", "value", "headers"],
        writes: &[write("kafka-cluster:WriteData")],
    },
    Kind {
        // Brokers have users of their own, not IAM's.
        service: "mq",
        chosen: &[
            "data",
            "properties",
            "basicProperties",
            "messageID",
            "messageType",
            "correlationId",
            "correlationID",
            "replyTo",
            "type",
        ],
        writes: &[],
    },
];

/// What a pipe reads of its source.
pub fn record(pipe: &Pipe) -> Record {
    let filters = filters(pipe);
    let read = through(&filters);
    let arn = Arn::parse(&pipe.source);
    // A self-managed cluster has no ARN: `smk://…`.
    let service = arn.as_ref().map_or("kafka", Arn::service);
    let Some(kind) = KINDS.iter().find(|k| k.service == service) else {
        return Record {
            value: read,
            causes: Vec::new(),
        };
    };
    let resource = arn.map(|arn| written(&arn));
    let of = |write: &Write| {
        let brings = (!write.fills.is_empty()).then(|| Arc::new(only(&read, write.fills)));
        Some(Cause {
            action: write.action.into(),
            resource: resource.clone()?,
            brings,
            ..Cause::default()
        })
    };
    let writes = kind.writes.iter().filter(|w| lets(&filters, w));
    Record {
        value: only(&read, kind.chosen),
        causes: writes.filter_map(of).collect(),
    }
}

/// What is written to, for a source that is read.
fn written(source: &Arn) -> String {
    let text = source.as_str();
    match source.service() {
        "dynamodb" => text.split("/stream/").next().unwrap_or(text).to_owned(),
        "kafka" => format!("{}/*", text.replacen(":cluster/", ":topic/", 1)),
        _ => text.to_owned(),
    }
}

/// The patterns, one of which a record must fit; one that cannot be read lets everything through.
fn filters(pipe: &Pipe) -> Vec<Json> {
    let criteria = pipe.source_parameters.filter_criteria.as_ref();
    let filters = criteria.map_or(&[][..], |c| c.filters.as_slice());
    let read = |text: &Option<String>| serde_json::from_str::<Json>(text.as_deref()?).ok();
    let all: Option<Vec<Json>> = filters.iter().map(|f| read(&f.pattern)).collect();
    all.unwrap_or_default()
}

fn through(filters: &[Json]) -> Value {
    let open = Unknown::of(Source::External, "$");
    let mut each = filters.iter().map(|f| pattern::let_through(f, &open));
    match each.next() {
        Some(first) => each.fold(first, |all, one| all.join(&one)),
        None => Value::Any(open),
    }
}

/// Whether a filter lets a record through that the action makes.
fn lets(filters: &[Json], write: &Write) -> bool {
    let fits = |filter: &Json| {
        let mut events = write.events.iter();
        events.any(|event| pattern::lets(filter.get("eventName"), event))
    };
    filters.is_empty() || write.events.is_empty() || filters.iter().any(fits)
}

/// The record with nothing chosen in it but these paths.
fn only(read: &Value, paths: &[&str]) -> Value {
    let mut record = Value::object([]).with_rest(fixed("record"));
    for path in paths {
        let value = follow(read, &format!("$.{path}"));
        record = match path.split_once('.') {
            None => record.with_field(path, value),
            Some((outer, inner)) => {
                let known = match record.field(outer) {
                    Value::Any(_) => Value::object([]).with_rest(fixed(outer)),
                    known => known,
                };
                record.with_field(outer, known.with_field(inner, value))
            }
        };
    }
    record
}
