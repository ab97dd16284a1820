//! The work port on SQS.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Sdk;
use super::error::why;
use crate::queue::{Later, MAX_DELAY, Queue, QueueError};
use crate::trigger::plain;

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["sqs:SendMessage"];

/// Messages of one call (Amazon SQS Developer Guide, "Amazon SQS message quotas").
const MOST: usize = 10;
/// Bytes of one call and of each message. SQS takes 1 MiB in all; a queue made before that was so, or so configured, takes
/// 256 KiB.
const LARGEST: usize = 262_144;
/// Calls at once.
const AT_ONCE: usize = 4;
/// Tries for the messages that a call did not take.
const TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The queue.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
    url: String,
}

impl Sqs {
    /// The queue of this URL.
    pub fn new(sdk: &Sdk, url: String) -> Self {
        Self {
            client: client!(aws_sdk_sqs, sdk),
            url,
        }
    }

    /// One call, and again for what it did not take.
    async fn batch(&self, batch: Vec<Message>) -> Result<(), QueueError> {
        const ACTION: &str = "sqs:SendMessage";
        let mut left = batch;
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let entries: Result<Vec<_>, _> = left.iter().enumerate().map(entry).collect();
            let entries = entries.map_err(|error| QueueError(error.to_string()))?;
            let call = self.client.send_message_batch().queue_url(&self.url);
            let sent = call.set_entries(Some(entries)).send().await;
            let failed = sent.map_err(|e| QueueError(why(ACTION, &e)))?.failed;
            let Some(first) = failed.first() else {
                return Ok(());
            };
            let code = plain(first.code());
            left = failed
                .iter()
                .filter_map(|one| left.get(one.id().parse::<usize>().ok()?).cloned())
                .collect();
            // What is the sender's fault stays so.
            if attempt >= TRIES || first.sender_fault() || left.is_empty() {
                return Err(QueueError(format!(
                    "{} messages were not taken: `{code}`",
                    failed.len()
                )));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok(())
    }
}

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    body: String,
    delay: u32,
}

fn entry(
    (id, message): (usize, &Message),
) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    SendMessageBatchRequestEntry::builder()
        .id(id.to_string())
        .message_body(&message.body)
        .delay_seconds(i32::try_from(message.delay.min(MAX_DELAY)).unwrap_or_default())
        .build()
}

/// As few batches as the limits allow, in order.
fn batches(work: &[Later]) -> Result<Vec<Vec<Message>>, QueueError> {
    let mut all: Vec<Vec<Message>> = Vec::new();
    let mut size = 0;
    for later in work {
        let body = body(later);
        if body.len() > LARGEST {
            return Err(QueueError(format!(
                "a message of {} bytes is larger than a queue takes ({LARGEST})",
                body.len()
            )));
        }
        let delay = later.delay;
        size += body.len();
        let message = Message { body, delay };
        match all.last_mut() {
            Some(last) if last.len() < MOST && size <= LARGEST => last.push(message),
            _ => {
                size = message.body.len();
                all.push(vec![message]);
            }
        }
    }
    Ok(all)
}

/// SQS takes the characters of XML only: of those that JSON leaves as they are, two are none (Amazon SQS API Reference,
/// SendMessage).
fn body(later: &Later) -> String {
    let body = later.work.body();
    body.replace('\u{fffe}', "\\ufffe")
        .replace('\u{ffff}', "\\uffff")
}

impl Queue for Sqs {
    async fn send(&self, work: &[Later]) -> Result<(), QueueError> {
        stream::iter(batches(work)?)
            .map(|batch| self.batch(batch))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::Arn;
    use crate::trigger::work::{Payload, Work, payload};

    fn evaluate(actor: &str) -> Later {
        let arn = Arn::parse("arn:aws:states:eu-west-1:123456789012:stateMachine:A");
        Later {
            work: Work::Evaluate {
                workflows: arn.into_iter().collect(),
                sweep: None,
                event: Some(actor.to_owned()),
            },
            delay: 7,
        }
    }

    #[test]
    fn batches_keep_to_both_limits_and_lose_nothing() {
        let small: Vec<Later> = (0..25).map(|n| evaluate(&n.to_string())).collect();
        let sizes = |work: &[Later]| -> Vec<usize> {
            batches(work).unwrap().iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(&small), [10, 10, 5]);
        let large: Vec<Later> = (0..5).map(|_| evaluate(&"x".repeat(100_000))).collect();
        assert_eq!(sizes(&large), [2, 2, 1]);
        assert!(batches(&[evaluate(&"x".repeat(LARGEST))]).is_err());
        assert_eq!(sizes(&[]), [0; 0]);
    }

    #[test]
    fn what_a_queue_would_refuse_arrives_all_the_same() {
        let later = evaluate("a\u{fffe}b\u{ffff}c\u{1}");
        let sent = body(&later);
        let xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(sent.chars().all(xml));
        let event = serde_json::json!({ "Records": [{ "messageId": "1", "body": sent }] });
        let Ok(Payload::Batch(messages)) = payload(&event) else {
            panic!("it is a batch");
        };
        assert_eq!(messages, [("1".to_owned(), Ok(later.work))]);
    }
}
