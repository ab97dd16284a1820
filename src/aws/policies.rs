//! The policies of resources: of each kind the one call that gives them, and nothing of what a resource holds.

use aws_sdk_s3::config::Region;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_bucket_policy::GetBucketPolicyError;
use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sqs::types::QueueAttributeName;

use super::Sdk;
use super::error::unread;
use crate::arn::Arn;
use crate::iam::resources::{named, without_random};
use crate::snapshot::{Document, Fetched, NamedDocument, ResourceKind};

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &[
    "kms:GetKeyPolicy",
    "lambda:GetPolicy",
    "s3:GetBucketPolicy",
    "secretsmanager:GetResourcePolicy",
    "sns:GetTopicAttributes",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
];

#[derive(Clone, Debug)]
pub(super) struct PolicyClients {
    keys: aws_sdk_kms::Client,
    functions: aws_sdk_lambda::Client,
    buckets: aws_sdk_s3::Client,
    secrets: aws_sdk_secretsmanager::Client,
    topics: aws_sdk_sns::Client,
    queues: aws_sdk_sqs::Client,
}

impl PolicyClients {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self {
            keys: client!(aws_sdk_kms, sdk),
            functions: client!(aws_sdk_lambda, sdk),
            buckets: client!(aws_sdk_s3, sdk),
            secrets: client!(aws_sdk_secretsmanager, sdk),
            topics: client!(aws_sdk_sns, sdk),
            queues: client!(aws_sdk_sqs, sdk),
        }
    }

    pub(super) async fn of(&self, resource: &Arn) -> Fetched<NamedDocument> {
        let Some((kind, name)) = named(resource) else {
            return Fetched::NotCollected;
        };
        match kind {
            ResourceKind::Function => self.function(resource, name).await,
            ResourceKind::Key => self.key(name).await,
            ResourceKind::Bucket => self.bucket(name).await,
            ResourceKind::Queue => self.queue(name).await,
            ResourceKind::Topic => self.topic(resource, name).await,
            ResourceKind::Secret => self.secret(resource).await,
        }
    }

    /// A version and an alias have one of their own, which stands with the function's.
    async fn function(&self, arn: &Arn, name: &str) -> Fetched<NamedDocument> {
        // function:NAME, then a qualifier or nothing.
        let qualifier = arn.resource().split(':').nth(2).map(str::to_owned);
        let call = self.functions.get_policy().function_name(name);
        match call.set_qualifier(qualifier).send().await {
            Ok(read) => policy(name, read.policy),
            Err(error) => unread("lambda:GetPolicy", &error),
        }
    }

    /// A key has one policy, of this name (KMS API Reference, "GetKeyPolicy").
    async fn key(&self, id: &str) -> Fetched<NamedDocument> {
        let call = self.keys.get_key_policy().key_id(id);
        match call.policy_name("default").send().await {
            Ok(read) => policy(id, read.policy),
            Err(error) => unread("kms:GetKeyPolicy", &error),
        }
    }

    /// A bucket's ARN does not tell its region: where it lives elsewhere, the first answer says so.
    async fn bucket(&self, name: &str) -> Fetched<NamedDocument> {
        let call = || self.buckets.get_bucket_policy().bucket(name);
        let mut answer = call().send().await;
        if let Some(region) = answer.as_ref().err().and_then(elsewhere) {
            let there = aws_sdk_s3::config::Builder::new().region(Region::new(region));
            answer = call().customize().config_override(there).send().await;
        }
        match answer {
            Ok(read) => policy(name, read.policy),
            Err(error) => unread("s3:GetBucketPolicy", &error),
        }
    }

    async fn queue(&self, name: &str) -> Fetched<NamedDocument> {
        let url = match self.queues.get_queue_url().queue_name(name).send().await {
            Ok(read) => read.queue_url,
            Err(error) => return unread("sqs:GetQueueUrl", &error),
        };
        let wanted = QueueAttributeName::Policy;
        let call = self.queues.get_queue_attributes().set_queue_url(url);
        match call.attribute_names(wanted.clone()).send().await {
            Ok(read) => policy(
                name,
                read.attributes.and_then(|mut all| all.remove(&wanted)),
            ),
            Err(error) => unread("sqs:GetQueueAttributes", &error),
        }
    }

    async fn topic(&self, arn: &Arn, name: &str) -> Fetched<NamedDocument> {
        let call = self.topics.get_topic_attributes().topic_arn(arn.as_str());
        match call.send().await {
            Ok(read) => policy(
                name,
                read.attributes.and_then(|mut all| all.remove("Policy")),
            ),
            Err(error) => unread("sns:GetTopicAttributes", &error),
        }
    }

    /// Six characters behind a hyphen may be those that the service adds, or the end of the name itself: where there is no
    /// such ARN, there may be such a name.
    async fn secret(&self, arn: &Arn) -> Fetched<NamedDocument> {
        let named = arn.resource().strip_prefix("secret:").unwrap_or_default();
        let is_whole = without_random(ResourceKind::Secret, named).is_some();
        for id in [arn.as_str(), named].iter().skip(usize::from(!is_whole)) {
            let call = self.secrets.get_resource_policy().secret_id(*id);
            let answer: Fetched<NamedDocument> = match call.send().await {
                Ok(read) => {
                    return policy(read.name.as_deref().unwrap_or(named), read.resource_policy);
                }
                Err(error) => unread("secretsmanager:GetResourcePolicy", &error),
            };
            if answer.is_lacking() {
                return answer;
            }
        }
        Fetched::Absent
    }
}

fn policy(name: &str, text: Option<String>) -> Fetched<NamedDocument> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => Fetched::Present(NamedDocument {
            name: name.to_owned(),
            document: Document(text),
        }),
        None => Fetched::Absent,
    }
}

/// The region that S3 says a bucket lives in, where it answers that it is not here.
fn elsewhere(error: &SdkError<GetBucketPolicyError, HttpResponse>) -> Option<String> {
    let response = error.raw_response()?;
    let is_moved = matches!(response.status().as_u16(), 301 | 307 | 400);
    let region = response.headers().get("x-amz-bucket-region");
    region.filter(|_| is_moved).map(str::to_owned)
}
