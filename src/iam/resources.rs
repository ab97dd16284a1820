//! The policies of an account's resources, found by ARN.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Policy, Problem, parse};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::snapshot::{Account, Document, Fetched};

/// Kinds of resource with a policy of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// Lambda functions
    Function,
    /// KMS keys
    Key,
    /// S3 buckets
    Bucket,
    /// SQS queues
    Queue,
    /// SNS topics
    Topic,
    /// Secrets
    Secret,
}

/// What is known of a resource's policy.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// It was read.
    Policy(&'a Policy),
    /// It has none.
    Without,
    /// Nothing is known of it, or it is of no kind whose policies are read.
    Unread,
}

/// The policies of one account's resources.
#[derive(Clone, Debug, Default)]
pub struct ResourcePolicies {
    /// The account that they are of.
    account: Option<String>,
    /// By kind and name; a kind that was read has an entry, though nothing of it may be there.
    kinds: BTreeMap<ResourceKind, BTreeMap<String, Arc<Policy>>>,
    /// What of them could not be read.
    pub problems: Vec<Problem>,
}

impl ResourcePolicies {
    /// Reads the policies of an account.
    pub fn of(account: &Account) -> Self {
        let mut all = Self {
            account: home(account),
            ..Self::default()
        };
        let read = &account.resource_policies;
        all.take(ResourceKind::Function, &account.entries.function_policies);
        all.take(ResourceKind::Key, &read.keys);
        all.take(ResourceKind::Bucket, &read.buckets);
        all.take(ResourceKind::Queue, &read.queues);
        all.take(ResourceKind::Topic, &read.topics);
        all.take(ResourceKind::Secret, &read.secrets);
        all
    }

    fn take(&mut self, kind: ResourceKind, read: &Fetched<BTreeMap<String, Document>>) {
        let Some(read) = read.present() else {
            return;
        };
        let mut policies = BTreeMap::new();
        for (name, document) in read {
            let place = format!("policy of {name}");
            let (policy, problems) = parse::resource_policy(&place, document);
            self.problems.extend(problems);
            policies.insert(name.clone(), Arc::new(policy));
        }
        self.kinds.insert(kind, policies);
    }

    /// The account whose resources these are.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether the policies of this kind of resource were read.
    pub fn has_read(&self, kind: ResourceKind) -> bool {
        self.kinds.contains_key(&kind)
    }

    /// The policy of a resource.
    pub fn find(&self, resource: &Arn) -> Found<'_> {
        let foreign = !resource.account().is_empty()
            && self
                .account
                .as_ref()
                .is_some_and(|own| own != resource.account());
        let Some((kind, name)) = named(resource).filter(|_| !foreign) else {
            return Found::Unread;
        };
        let Some(policies) = self.kinds.get(&kind) else {
            return Found::Unread;
        };
        match policies
            .get(name)
            .or_else(|| with_suffix(kind, name, policies))
        {
            Some(policy) => Found::Policy(policy),
            // Every key has a policy, and a bucket that is not there may be another account's.
            None if matches!(kind, ResourceKind::Key | ResourceKind::Bucket) => Found::Unread,
            None => Found::Without,
        }
    }
}

/// The kind of resource and the name that its policy stands under.
pub fn named(resource: &Arn) -> Option<(ResourceKind, &str)> {
    let text = resource.resource();
    Some(match resource.service() {
        "lambda" => (
            ResourceKind::Function,
            text.strip_prefix("function:")?.split(':').next()?,
        ),
        "kms" => (ResourceKind::Key, text.strip_prefix("key/")?),
        "s3" => (ResourceKind::Bucket, text.split('/').next()?),
        "sqs" => (ResourceKind::Queue, text),
        "sns" => (ResourceKind::Topic, text.split(':').next()?),
        "secretsmanager" => (ResourceKind::Secret, text.strip_prefix("secret:")?),
        _ => return None,
    })
}

/// A secret's ARN ends in six random characters that are no part of its name.
fn with_suffix<'p>(
    kind: ResourceKind,
    name: &str,
    policies: &'p BTreeMap<String, Arc<Policy>>,
) -> Option<&'p Arc<Policy>> {
    if kind != ResourceKind::Secret {
        return None;
    }
    let mut fitting = policies
        .iter()
        .filter(|(own, _)| Glob::parse(&format!("{own}-??????")).matches(name));
    fitting.next().map(|(_, policy)| policy)
}

/// The account of a snapshot: that of its workflows, or else of its principals.
fn home(account: &Account) -> Option<String> {
    let workflows = account.workflows.iter().map(|w| w.arn.as_str());
    let iam = account.iam.present();
    let roles = iam
        .into_iter()
        .flat_map(|iam| &iam.roles)
        .map(|r| r.arn.as_str());
    let users = iam
        .into_iter()
        .flat_map(|iam| &iam.users)
        .map(|u| u.arn.as_str());
    let mut arns = workflows.chain(roles).chain(users).filter_map(Arn::parse);
    arns.find(|arn| !arn.account().is_empty())
        .map(|arn| arn.account().to_owned())
}
