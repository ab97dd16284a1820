//! Calls that write the policy of a resource: of which resource, which document, and what they changed, in words.

use serde_json::Value;

use super::words::Call;
use super::{function_name, owned};
use crate::iam::resources::without_random;
use crate::snapshot::ResourceKind;

/// A policy has at most 32 KB (AWS KMS Developer Guide, "Resource quotas"; of a bucket 20 KB, of a queue or topic less).
const MAX_DOCUMENT: usize = 131_072;

/// The name under which a resource's policy stands, of a name, an ARN or a URL of it; `None` for what names none.
pub(super) fn name_of(kind: ResourceKind, named: &str) -> Option<String> {
    let last = |by: char| named.rsplit(by).next();
    let name = match kind {
        ResourceKind::Function => Some(function_name(named)),
        ResourceKind::Key => last('/').filter(|_| !named.contains("alias/")),
        ResourceKind::Bucket => Some(named),
        ResourceKind::Queue => last('/'),
        ResourceKind::Topic => last(':'),
        ResourceKind::Secret => Some(match named.split_once(":secret:") {
            Some((_, name)) => without_random(kind, name).unwrap_or(name),
            None => named,
        }),
    };
    let name = name.filter(|name| !name.is_empty())?;
    Some(name.to_owned())
}

/// Whether the call sets other attributes than the policy: queues and topics have one call for all of them.
pub(super) fn sets_something_else(name: &str, detail: &Value) -> bool {
    match name {
        "SetQueueAttributes" => match detail.pointer("/requestParameters/attributes") {
            Some(Value::Object(set)) => !set.keys().any(|key| key.eq_ignore_ascii_case("Policy")),
            // What is not said may be the policy.
            _ => false,
        },
        "SetTopicAttributes" => {
            let set = owned(detail, "/requestParameters/attributeName");
            set.is_some_and(|set| set != "Policy")
        }
        _ => false,
    }
}

/// The policy that the call writes, where it holds it whole.
pub(super) fn document(name: &str, detail: &Value) -> Option<String> {
    let member = match name {
        "PutKeyPolicy" => "policy",
        "PutBucketPolicy" => "bucketPolicy",
        "SetQueueAttributes" => "attributes/Policy",
        "SetTopicAttributes" => "attributeValue",
        "PutResourcePolicy" => "resourcePolicy",
        _ => return None,
    };
    let text = match detail.pointer(&format!("/requestParameters/{member}"))? {
        Value::String(text) => text.clone(),
        Value::Object(policy) => Value::Object(policy.clone()).to_string(),
        _ => return None,
    };
    let fits = text.len() <= MAX_DOCUMENT && text.trim_start().starts_with('{');
    fits.then_some(text)
}

impl Call<'_> {
    /// What became of the policy of a resource.
    pub(super) fn on_resource_policy(&self) -> Option<String> {
        let source = owned(self.detail, "/eventSource")?;
        let of = |kind: ResourceKind, member: &str| {
            let named = owned(self.detail, &format!("/requestParameters/{member}"))?;
            let name: String = name_of(kind, &named)?
                .chars()
                .take(super::words::NAME)
                .collect();
            Some(format!("the policy of {} `{name}`", kind.word()))
        };
        let whose = match (source.split('.').next()?, self.name) {
            ("kms", "PutKeyPolicy") => of(ResourceKind::Key, "keyId")?,
            ("s3", "PutBucketPolicy" | "DeleteBucketPolicy") => {
                of(ResourceKind::Bucket, "bucketName")?
            }
            ("sqs", "SetQueueAttributes" | "AddPermission" | "RemovePermission") => {
                of(ResourceKind::Queue, "queueUrl")?
            }
            ("sns", "SetTopicAttributes" | "AddPermission" | "RemovePermission") => {
                of(ResourceKind::Topic, "topicArn")?
            }
            ("secretsmanager", "PutResourcePolicy" | "DeleteResourcePolicy") => {
                of(ResourceKind::Secret, "secretId")?
            }
            ("logs", "PutResourcePolicy" | "DeleteResourcePolicy") => {
                format!(
                    "the resource policy {} of CloudWatch Logs",
                    self.asked("policyName")?
                )
            }
            ("lambda", "AddPermission20150331v2" | "RemovePermission20150331v2") => {
                format!(
                    "the resource policy of function {}",
                    self.asked("functionName")?
                )
            }
            _ => return None,
        };
        let verb = match self.name {
            name if name.starts_with("Delete") => "was deleted",
            name if name.starts_with("Put") => "was written",
            _ => "was changed",
        };
        Some(format!("{whose} {verb}"))
    }
}
