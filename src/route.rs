//! Routing: deliveries, and the port that publishes them.

use std::future::Future;

use crate::arn::{AccountRegion, Arn};
use crate::severity::Severity;

/// One message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// To whom.
    pub topic: Topic,
    /// The subject line; only people get one.
    pub subject: Option<String>,
    /// The body.
    pub message: String,
    /// What subscription filter policies match on, at most ten.
    pub attributes: Vec<(String, Attribute)>,
    /// The same for the same alert, however often it is delivered.
    pub dedup: String,
    /// The workflow that it is about; none of a summary.
    pub workflow: Option<Arn>,
    /// The worst of what it tells that opened or drifted.
    pub worst: Option<Severity>,
}

/// Who reads a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Subject and plain text.
    People,
    /// The alert's JSON.
    Machines,
    /// Subject and plain text, in a team's own topic.
    Team(Arn),
    /// A custom notification for a chat.
    Chat,
    /// The alert's JSON, as an event on a bus.
    Bus,
    /// Findings for Security Hub in the account and region of their workflow.
    Hub(AccountRegion),
}

/// A message attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `String`
    One(String),
    /// `String.Array`
    Many(Vec<String>),
}

/// A subject holds fewer than 100 characters (Amazon SNS API Reference, Publish).
pub const MAX_SUBJECT: usize = 99;
/// Bytes of a message with its attributes (Amazon SNS API Reference, Publish).
pub const MAX_MESSAGE: usize = 262_144;

/// Why a delivery was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It can never be made as it is.
    #[error("the delivery is beyond what SNS takes: {0}")]
    Unfit(String),
    /// The service did not take it.
    #[error("publishing failed: {0}")]
    Refused(String),
    /// There is nobody to take it, and nobody will be before a person sees to it.
    #[error("{0}")]
    Nobody(String),
}

/// The write port: publishes one delivery.
pub trait Notifier: Sync {
    /// Whether deliveries of this kind go anywhere: what goes nowhere need not be made.
    fn takes(&self, topic: &Topic) -> bool {
        matches!(topic, Topic::People | Topic::Machines | Topic::Team(_))
    }

    /// Publishes it, or says why not. A topic that is not configured takes everything and keeps nothing.
    fn publish(&self, delivery: &Delivery)
    -> impl Future<Output = Result<(), PublishError>> + Send;
}

impl Attribute {
    /// The value as SNS takes it: an array as JSON text.
    pub fn value(&self) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::Many(texts) => serde_json::Value::from(texts.clone()).to_string(),
        }
    }

    /// SNS's name of the type.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::One(_) => "String",
            Self::Many(_) => "String.Array",
        }
    }
}

impl Delivery {
    /// Bytes of the message with its attributes, as SNS counts them: names, types and values.
    pub fn size(&self) -> usize {
        let attribute = |(name, value): &(String, Attribute)| {
            name.len() + value.kind().len() + value.value().len()
        };
        self.message.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }

    /// Whether SNS takes it.
    ///
    /// # Errors
    /// When it does not: why.
    pub fn check(&self) -> Result<(), PublishError> {
        let unfit = |why: String| Err(PublishError::Unfit(why));
        if let Some(subject) = &self.subject {
            let printable = subject.chars().all(|c| c == ' ' || c.is_ascii_graphic());
            let starts = subject.starts_with(|c: char| c.is_ascii_graphic());
            if !printable || !starts || subject.len() > MAX_SUBJECT {
                return unfit(format!(
                    "a subject is 1 to {MAX_SUBJECT} printable ASCII characters, this one has {}",
                    subject.len()
                ));
            }
        }
        if self.message.is_empty() {
            return unfit("the message is empty".to_owned());
        }
        if self.size() > MAX_MESSAGE {
            return unfit(format!(
                "it has {} bytes of at most {MAX_MESSAGE}",
                self.size()
            ));
        }
        if self.attributes.len() > 10 {
            return unfit(format!(
                "it has {} attributes of at most 10",
                self.attributes.len()
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(subject: &str, message: &str) -> Delivery {
        Delivery {
            topic: Topic::People,
            subject: Some(subject.to_owned()),
            message: message.to_owned(),
            attributes: vec![(
                "change".to_owned(),
                Attribute::Many(vec!["opened".to_owned()]),
            )],
            dedup: String::new(),
            workflow: None,
            worst: None,
        }
    }

    #[test]
    fn what_sns_takes_and_what_it_refuses() {
        assert_eq!(delivery("critical: 2 findings", "x").check(), Ok(()));
        assert_eq!(delivery(&"s".repeat(99), "x").check(), Ok(()));
        for subject in ["", " x", "a\nb", "a\u{7f}", "über", &"s".repeat(100)] {
            assert!(delivery(subject, "x").check().is_err(), "{subject:?}");
        }
        assert!(delivery("s", "").check().is_err());
    }

    #[test]
    fn attributes_count_toward_the_size() {
        // "change" + "String.Array" + `["opened"]`
        let room = MAX_MESSAGE - (6 + 12 + 10);
        assert_eq!(delivery("s", &"x".repeat(room)).check(), Ok(()));
        assert!(delivery("s", &"x".repeat(room + 1)).check().is_err());
    }
}
