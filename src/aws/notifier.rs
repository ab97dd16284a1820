//! Publishing to SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use super::Sdk;
use super::error::why;
use crate::route::{Delivery, Notifier, PublishError, Topic};

/// The IAM actions that publishing to topics encrypted with a customer key needs.
pub(super) const ACTIONS: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"];

/// Two topics, and those of teams.
#[derive(Clone, Debug)]
pub struct Sns {
    client: Client,
    people: String,
    machines: Option<String>,
    chat: Option<String>,
}

impl Sns {
    /// The topics' ARNs; machines need not have one.
    pub fn new(sdk: &Sdk, people: String, machines: Option<String>) -> Self {
        Self {
            client: client!(aws_sdk_sns, sdk),
            people,
            machines,
            chat: None,
        }
    }

    /// With a topic for a chat.
    #[must_use]
    pub fn with_chat(mut self, topic: Option<String>) -> Self {
        self.chat = topic;
        self
    }

    /// Whether there is a topic for a chat.
    pub(super) const fn has_chat(&self) -> bool {
        self.chat.is_some()
    }
}

impl Notifier for Sns {
    async fn publish(&self, delivery: &Delivery) -> Result<(), PublishError> {
        let topic = match &delivery.topic {
            Topic::People => Some(self.people.as_str()),
            Topic::Machines => self.machines.as_deref(),
            Topic::Team(topic) => Some(topic.as_str()),
            Topic::Chat => self.chat.as_deref(),
            Topic::Bus | Topic::Hub(_) => None,
        };
        let Some(topic) = topic else { return Ok(()) };
        delivery.check()?;
        let mut call = self
            .client
            .publish()
            .topic_arn(topic)
            .set_subject(delivery.subject.clone())
            .message(&delivery.message);
        for (name, attribute) in &delivery.attributes {
            let value = MessageAttributeValue::builder()
                .data_type(attribute.kind())
                .string_value(attribute.value())
                .build()
                .map_err(|error| PublishError::Unfit(error.to_string()))?;
            call = call.message_attributes(name, value);
        }
        let sent = call.send().await;
        sent.map(drop)
            .map_err(|error| PublishError::Refused(why("sns:Publish", &error)))
    }
}
