//! The ports that tell, for a run of one event: what would be published is kept to be printed, and nothing is handed on.

use std::sync::{Mutex, PoisonError};

use crate::queue::{Later, Queue, QueueError};
use crate::route::{Delivery, Notifier, PublishError};

/// What would be published, in order.
#[derive(Default)]
pub(super) struct Messages(Mutex<Vec<Delivery>>);

impl Messages {
    pub fn taken(self) -> Vec<Delivery> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notifier for Messages {
    async fn publish(&self, delivery: &Delivery) -> Result<(), PublishError> {
        let fits = delivery.check();
        if fits.is_ok() {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(delivery.clone());
        }
        fits
    }
}

/// Everything is done at once.
pub(super) struct NoQueue;

impl Queue for NoQueue {
    async fn send(&self, _work: &[Later]) -> Result<(), QueueError> {
        Err(QueueError("there is none".to_owned()))
    }
}
