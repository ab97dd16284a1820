//! Reading: which calls answer what a change asks for, in how few round trips. The only asynchronous reading.
//!
//! Never parses what it reads, and never fails where a part could not be read: that part says so in the snapshot.

#[cfg(any(feature = "live", test))]
mod account;
mod around;
mod entries;
mod lately;
mod policies;
mod role;
mod versions;
mod workflow;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::arn::{AccountRegion, Arn};
use crate::gap::Unread;
use crate::moment::Moment;
use crate::snapshot::{
    Attachment, Document, Fetched, Function, Iam, LogGroup, NamedDocument, OrganizationPolicies,
    StateMachine, Tag, VersionRef,
};

#[cfg(any(feature = "live", test))]
pub use account::whole_account;
pub use around::{Ask, StaleRead, around};
pub use entries::{EntryAsk, ReadEntries, targets};
pub use lately::{AccountCache, Surroundings};
pub use versions::{Versions, versions};
pub use workflow::{Described, describe};

/// Calls in flight at once for one event; the token buckets of Step Functions hold 100 and 200 (AWS Step Functions
/// Developer Guide, "Quotas related to API action throttling").
const AT_ONCE: usize = 16;

/// Pauses between looks at something whose change is not visible yet: three seconds in all. Reads of Step Functions and IAM
/// are eventually consistent (AWS Step Functions API Reference, DescribeStateMachine).
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
];

/// One page of a list, with where the next one begins.
pub type PageOf<T> = (Vec<T>, Option<String>);

/// The read port: one method for each call, every page read. Retries are the implementation's.
pub trait Account: Sync {
    /// What of the account no call can read, such as a file of a directory that is broken.
    fn out_of_reach(&self) -> Vec<Unread> {
        Vec::new()
    }
    /// Whether everything was read already, so that looking at all of it costs no call.
    fn is_at_hand(&self) -> bool {
        false
    }
    /// DescribeStateMachine. Where only the definition is closed (its KMS key), it is empty.
    fn workflow(&self, arn: &str) -> impl Future<Output = Fetched<StateMachine>> + Send;
    /// ListTagsForResource of a workflow.
    fn tags(&self, arn: &str) -> impl Future<Output = Fetched<Vec<Tag>>> + Send;
    /// ListStateMachineVersions, newest first; not collected where the service does not offer it.
    fn versions(&self, arn: &str) -> impl Future<Output = Fetched<Vec<VersionRef>>> + Send;
    /// ListStateMachineAliases: ARNs.
    fn aliases(&self, arn: &str) -> impl Future<Output = Fetched<Vec<String>>> + Send;
    /// DescribeStateMachineAlias: the ARNs of the versions that it points at.
    fn alias(&self, arn: &str) -> impl Future<Output = Fetched<Vec<String>>> + Send;
    /// ListStateMachines: ARNs.
    fn workflows(&self) -> impl Future<Output = Fetched<Vec<String>>> + Send;
    /// ListStateMachines: one page of ARNs, from where the last one ended.
    fn workflows_page(
        &self,
        next: Option<&str>,
    ) -> impl Future<Output = Fetched<PageOf<String>>> + Send;
    /// GetResources of the Resource Groups Tagging API: the tags of every workflow and CloudFormation stack, by ARN.
    fn all_tags(&self) -> impl Future<Output = Fetched<BTreeMap<String, Vec<Tag>>>> + Send;
    /// The tags of one CloudFormation stack, by the same API.
    fn stack_tags(&self, arn: &str) -> impl Future<Output = Fetched<Vec<Tag>>> + Send;
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
    /// The policy of a function, key, bucket, queue, topic or secret, by its ARN, with the name that it stands under in a
    /// directory; absent where it has none.
    fn resource_policy(
        &self,
        resource: &Arn,
    ) -> impl Future<Output = Fetched<NamedDocument>> + Send;
    /// GetFunctionConfiguration of an unqualified ARN.
    fn function(&self, arn: &str) -> impl Future<Output = Fetched<Function>> + Send;
    /// ListFunctions, by unqualified ARN.
    fn functions(&self) -> impl Future<Output = Fetched<BTreeMap<String, Function>>> + Send;
    /// What begins executions beside principals, of the kinds that are asked for: the lists of rules, schedules, pipes, APIs and
    /// function URLs, and what each of them says.
    fn entries(&self, ask: &EntryAsk) -> impl Future<Output = ReadEntries> + Send;
    /// LookupEvents: one page of CloudTrail's own records of calls.
    fn recorded(
        &self,
        lookup: &Lookup,
        next: Option<&str>,
    ) -> impl Future<Output = Fetched<PageOf<Recorded>>> + Send;
    /// Waits between two looks at something that is not consistent yet.
    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// What is looked up in CloudTrail's event history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The event of this id.
    Event(String),
    /// Every call of this name in this time, both ends included: one page of it answers for many events.
    Calls {
        /// `eventName`
        name: String,
        /// From.
        from: Moment,
        /// Until.
        to: Moment,
    },
}

/// One call as CloudTrail's event history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// `EventId`
    pub id: String,
    /// `CloudTrailEvent`: the record itself, as text.
    pub record: String,
}

/// The accounts and regions that one deployment looks after.
pub trait Accounts: Sync {
    /// One of them.
    type Account: Account;

    /// Where the function itself runs.
    fn own(&self) -> AccountRegion;

    /// The account, in the region: the function's own, or one whose member role it assumes.
    fn of(
        &self,
        home: &AccountRegion,
    ) -> impl Future<Output = Result<Self::Account, LookupError>> + Send;

    /// The policies of the organization above an account; not collected where no role is configured that may read them.
    fn organization(
        &self,
        account: &str,
    ) -> impl Future<Output = Fetched<OrganizationPolicies>> + Send;

    /// Waits.
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

/// Nothing can be said at all: which workflows a change affects is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the affected workflows are not known: {call} {why}")]
pub struct LookupError {
    /// The call that did not answer.
    pub call: &'static str,
    /// Why, in words.
    pub why: String,
}

/// Every workflow of the account.
///
/// # Errors
/// When they cannot be listed.
pub async fn workflows<A: Account>(port: &A) -> Result<Vec<Arn>, LookupError> {
    let all = answered("ListStateMachines", port.workflows().await)?;
    let all = all.unwrap_or_default();
    Ok(all.iter().filter_map(|arn| Arn::parse(arn)).collect())
}

/// The roles that hold a managed policy, attached or as their boundary.
///
/// # Errors
/// When they are not told.
pub async fn holders<A: Account>(port: &A, policy: &Arn) -> Result<Vec<String>, LookupError> {
    let roles = port.roles_with(policy.as_str()).await;
    Ok(answered("ListEntitiesForPolicy", roles)?.unwrap_or_default())
}

/// One page of the account's workflows, with where the next one begins.
///
/// # Errors
/// When it cannot be read.
pub async fn page<A: Account>(port: &A, next: Option<&str>) -> Result<PageOf<Arn>, LookupError> {
    let page = answered("ListStateMachines", port.workflows_page(next).await)?;
    let (arns, next) = page.unwrap_or_default();
    Ok((
        arns.iter().filter_map(|arn| Arn::parse(arn)).collect(),
        next,
    ))
}

/// What a call answered, `None` where there is nothing.
fn answered<T>(call: &'static str, answer: Fetched<T>) -> Result<Option<T>, LookupError> {
    match answer {
        Fetched::Present(value) => Ok(Some(value)),
        Fetched::Absent | Fetched::NotCollected => Ok(None),
        Fetched::Denied(why) => Err(LookupError { call, why }),
        Fetched::Failed(why) => Err(LookupError { call, why }),
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
