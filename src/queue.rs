//! The work port: pieces of work for later invocations of the same function.

use std::future::Future;

use crate::trigger::work::Work;

/// One piece of work, to be done no sooner than after so many seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// What.
    pub work: Work,
    /// Seconds from 0 to [`MAX_DELAY`].
    pub delay: u32,
}

/// Amazon SQS keeps a message back for 15 minutes at most (Amazon SQS API Reference, SendMessage).
pub const MAX_DELAY: u32 = 900;

/// Why work could not be handed on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work queue: {0}")]
pub struct QueueError(pub String);

/// The work port.
pub trait Queue: Sync {
    /// Hands on all of it, in as few calls as the service allows. Work may arrive twice and in any order.
    fn send(&self, work: &[Later]) -> impl Future<Output = Result<(), QueueError>> + Send;
}
