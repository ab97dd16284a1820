//! Who may put something into the queues and buckets that begin executions, by their own policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Cause;
use super::policy::{self, Admits};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::iam::layers::has_resource_controls;
use crate::iam::{AccountLayers, Policy};
use crate::snapshot::{Account, Document, Fetched};

/// The policies of an account's queues and buckets, and what its organization keeps strangers from.
#[derive(Default)]
pub struct Doors<'a> {
    queues: Option<&'a BTreeMap<String, Document>>,
    buckets: Option<&'a BTreeMap<String, Document>>,
    topics: Option<&'a BTreeMap<String, Document>>,
    controls: Vec<Arc<Policy>>,
}

impl<'a> Doors<'a> {
    /// As far as they were read.
    pub fn of(account: &'a Account) -> Self {
        let read = &account.resource_policies;
        Self {
            queues: Fetched::present(&read.queues),
            buckets: Fetched::present(&read.buckets),
            topics: Fetched::present(&read.topics),
            controls: AccountLayers::of(account).controls().cloned().collect(),
        }
    }

    /// The policy of a queue, where it was read and there is one.
    pub fn queue(&self, queue: &Arn) -> Option<&'a Document> {
        self.queues?.get(queue.resource())
    }

    /// The policy of a topic, where it was read and there is one.
    pub fn topic(&self, topic: &Arn) -> Option<&'a Document> {
        self.topics?.get(topic.resource())
    }

    /// Whether everybody may publish to a topic with this policy.
    pub fn opens_topic(&self, topic: Option<&Document>) -> bool {
        topic.is_some_and(|p| policy::of_topic(p) == Admits::Everybody)
            && !self.are_shut("sns:Publish")
    }

    /// Whether everybody may send a message to a queue with this policy.
    pub fn opens(&self, queue: Option<&Document>) -> bool {
        queue.is_some_and(|p| policy::of_queue(p) == Admits::Everybody)
            && !self.are_shut("sqs:SendMessage")
    }

    /// Whether everybody may cause an event: put an object into one of the buckets that it tells of.
    pub fn let_cause(&self, causes: &[Cause]) -> bool {
        causes.iter().any(|cause| {
            let bucket = cause.resource.splitn(6, ':').nth(5);
            let bucket = bucket.and_then(|r| r.split('/').next());
            let policy = self
                .buckets
                .zip(bucket)
                .and_then(|(all, name)| all.get(name));
            let written = Glob::parse(&cause.resource);
            cause.action == "s3:PutObject"
                && policy.is_some_and(|p| policy::of_bucket(p, &written) == Admits::Everybody)
                && !self.are_shut(&cause.action)
        })
    }

    /// Whether the organization keeps strangers from the action everywhere.
    fn are_shut(&self, action: &str) -> bool {
        has_resource_controls(&action.to_ascii_lowercase())
            && self
                .controls
                .iter()
                .any(|p| policy::keeps_strangers_from(p, action))
    }
}
