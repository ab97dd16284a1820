//! Reading: which calls answer what a change asks for, in how few round trips. The only asynchronous reading.
//!
//! Never parses what it reads, and never fails where a part could not be read: that part says so in the snapshot.

mod account;
mod role;
mod workflow;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::arn::Arn;
use crate::snapshot::{
    self, Attachment, Document, Fetched, Function, Iam, LogGroup, StateMachine, Tag,
};
use crate::trigger::Affects;

pub use account::whole_account;

/// Calls in flight at once for one event; the token buckets of Step Functions hold 100 and 200 (AWS Step Functions
/// Developer Guide, "Quotas related to API action throttling").
const AT_ONCE: usize = 16;

/// The read port: one method for each call, every page read. Retries are the implementation's.
pub trait Account: Sync {
    /// DescribeStateMachine. Where only the definition is closed (its KMS key), it is empty.
    fn workflow(&self, arn: &str) -> impl Future<Output = Fetched<StateMachine>> + Send;
    /// ListTagsForResource of a workflow.
    fn tags(&self, arn: &str) -> impl Future<Output = Fetched<Vec<Tag>>> + Send;
    /// ListStateMachines: ARNs.
    fn workflows(&self) -> impl Future<Output = Fetched<Vec<String>>> + Send;
    /// GetRole.
    fn role(&self, name: &str) -> impl Future<Output = Fetched<RoleHead>> + Send;
    /// ListRolePolicies: names.
    fn inline_names(&self, role: &str) -> impl Future<Output = Fetched<Vec<String>>> + Send;
    /// GetRolePolicy.
    fn inline(&self, role: &str, policy: &str) -> impl Future<Output = Fetched<Document>> + Send;
    /// ListAttachedRolePolicies.
    fn attached(&self, role: &str) -> impl Future<Output = Fetched<Vec<Attachment>>> + Send;
    /// GetPolicy: name and default version.
    fn managed(&self, arn: &str) -> impl Future<Output = Fetched<ManagedHead>> + Send;
    /// GetPolicyVersion.
    fn managed_version(
        &self,
        arn: &str,
        version: &str,
    ) -> impl Future<Output = Fetched<Document>> + Send;
    /// ListEntitiesForPolicy: names of roles, by attachment or as boundary.
    fn roles_with(&self, policy: &str) -> impl Future<Output = Fetched<Vec<String>>> + Send;
    /// GetAccountAuthorizationDetails.
    fn authorization_details(&self) -> impl Future<Output = Fetched<Iam>> + Send;
    /// DescribeLogGroups with this prefix, by ARN without `:*`; all of them for an empty one.
    fn log_groups(
        &self,
        prefix: &str,
    ) -> impl Future<Output = Fetched<BTreeMap<String, LogGroup>>> + Send;
    /// DescribeResourcePolicies of CloudWatch Logs.
    fn log_resource_policies(&self) -> impl Future<Output = Fetched<Vec<Document>>> + Send;
    /// ListFunctions, by unqualified ARN.
    fn functions(&self) -> impl Future<Output = Fetched<BTreeMap<String, Function>>> + Send;
    /// Waits between two looks at something that is not consistent yet.
    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// GetRole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleHead {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The trust policy.
    pub trust: Document,
    /// The boundary's ARN.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// GetPolicy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedHead {
    /// Its name.
    pub name: String,
    /// `DefaultVersionId`
    pub version: String,
}

/// What was read for one change.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// The affected workflows with what decides their security.
    pub account: snapshot::Account,
    /// Affected workflows, or ones that may be, of which nothing could be read.
    pub unread: Vec<Unread>,
    /// The one workflow that the change named is gone.
    pub gone: Option<Arn>,
}

/// A workflow that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which.
    pub workflow: Arn,
    /// Why, in words.
    pub why: String,
}

/// Nothing can be said at all: which workflows a change affects is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the affected workflows are not known: {call} {why}")]
pub struct Blind {
    /// The call that did not answer.
    pub call: &'static str,
    /// Why, in words.
    pub why: String,
}

/// Reads what a change can affect.
///
/// # Errors
/// When the affected workflows cannot be found.
pub async fn collect<A: Account>(port: &A, affects: &Affects) -> Result<Collected, Blind> {
    match affects {
        Affects::Workflow(change) => Ok(workflow::read(port, change).await),
        Affects::Role { name } => workflow::with_roles(port, std::slice::from_ref(name)).await,
        Affects::ManagedPolicy { arn } => {
            let roles = answered("ListEntitiesForPolicy", port.roles_with(arn.as_str()).await)?;
            workflow::with_roles(port, &roles.unwrap_or_default()).await
        }
        Affects::LogGroup { name } => workflow::logging_to(port, name).await,
    }
}

/// What a call answered, `None` where there is nothing.
fn answered<T>(call: &'static str, answer: Fetched<T>) -> Result<Option<T>, Blind> {
    match answer {
        Fetched::Present(value) => Ok(Some(value)),
        Fetched::Absent | Fetched::NotCollected => Ok(None),
        Fetched::Denied(why) => Err(Blind { call, why }),
        Fetched::Failed(why) => Err(Blind { call, why }),
    }
}

/// The same lack of an answer, for another type.
fn lacking<T, U>(answer: Fetched<T>, present: impl FnOnce(T) -> Fetched<U>) -> Fetched<U> {
    match answer {
        Fetched::Present(value) => present(value),
        Fetched::Absent => Fetched::Absent,
        Fetched::Denied(why) => Fetched::Denied(why),
        Fetched::Failed(why) => Fetched::Failed(why),
        Fetched::NotCollected => Fetched::NotCollected,
    }
}

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
