//! Where deliveries go: topics, a bus, and Security Hub.

use std::sync::OnceLock;

use super::bus::Bus;
use super::hub::Hub;
use super::{Sdk, Sns};
use crate::arn::Arn;
use crate::config::AccountsConfig;
use crate::route::{Delivery, Notifier, PublishError, Topic};

/// Every outlet that is switched on.
#[derive(Debug)]
pub struct Outlets {
    topics: Sns,
    bus: Option<Bus>,
    hub: Option<Hub>,
    /// Known when the first invocation says it.
    own: OnceLock<Arn>,
}

impl Outlets {
    /// The topics alone.
    pub fn new(topics: Sns) -> Self {
        Self {
            topics,
            bus: None,
            hub: None,
            own: OnceLock::new(),
        }
    }

    /// With a bus, by its name or ARN.
    #[must_use]
    pub fn with_bus(mut self, sdk: &Sdk, name: Option<String>) -> Self {
        self.bus = name.map(|name| Bus::new(sdk, name));
        self
    }

    /// With Security Hub in the function's own account and in members.
    #[must_use]
    pub fn with_hub(mut self, sdk: &Sdk, accounts: &AccountsConfig, on: bool) -> Self {
        self.hub = on.then(|| Hub::new(sdk, accounts.clone()));
        self
    }

    /// Says where the function runs: its own ARN. The first that is told holds.
    pub fn runs_at(&self, arn: &Arn) {
        self.own.get_or_init(|| arn.clone());
    }
}

impl Notifier for Outlets {
    fn takes(&self, topic: &Topic) -> bool {
        match topic {
            Topic::People | Topic::Machines | Topic::Team(_) => true,
            Topic::Chat => self.topics.has_chat(),
            Topic::Bus => self.bus.is_some(),
            Topic::Hub(_) => self.hub.is_some(),
        }
    }

    async fn publish(&self, delivery: &Delivery) -> Result<(), PublishError> {
        match &delivery.topic {
            Topic::Bus => match &self.bus {
                Some(bus) => bus.put(&delivery.message).await,
                None => Ok(()),
            },
            Topic::Hub(home) => match (&self.hub, self.own.get()) {
                (Some(hub), Some(own)) => hub.import(home, own, &delivery.message).await,
                _ => Ok(()),
            },
            Topic::People | Topic::Machines | Topic::Team(_) | Topic::Chat => {
                self.topics.publish(delivery).await
            }
        }
    }
}
