//! Snapshots: inert text with dates, as AWS or a directory gave it. Nothing here is parsed beyond its envelope.

use crate::gap::Unread;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub mod entries;
pub mod policies;

pub use entries::Entries;
pub use policies::{OrganizationLevel, OrganizationPolicies, ResourceKind, ResourcePolicies};

/// What became of one thing that was to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fetched<T> {
    /// Read.
    Present(T),
    /// It is not there.
    #[default]
    Absent,
    /// It may be there, but could not be read: why, in words.
    Denied(String),
    /// Reading was throttled past the retry budget, or the service failed: why, in words.
    Failed(String),
    /// An optional file of an account directory that is not there, or a part that this way of reading does not cover.
    NotCollected,
}

impl<T> Fetched<T> {
    /// What was read.
    pub const fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it was asked for and not answered.
    pub const fn is_lacking(&self) -> bool {
        matches!(self, Self::Denied(_) | Self::Failed(_))
    }
}

/// A policy document as text: JSON, or JSON URL-encoded as the IAM API gives it (RFC 3986).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document(pub String);

/// One account in one region, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The workflows.
    pub workflows: Vec<StateMachine>,
    /// Published versions of them, each with the ARN of its workflow.
    pub versions: Vec<StateMachine>,
    /// Roles, users, groups and managed policies.
    pub iam: Fetched<Iam>,
    /// Whether `iam` holds the whole account, so that who can start a workflow can be answered.
    pub iam_is_whole: bool,
    /// Whether the published versions were read of the workflows that are judged: of one that has none among them there is none.
    pub versions_are_read: bool,
    /// CloudWatch log groups by ARN (without `:*`).
    pub log_groups: Fetched<BTreeMap<String, LogGroup>>,
    /// Log groups that workflows name and that stand outside of what was read, by ARN (without `:*`): whether they are
    /// there is not known.
    pub log_groups_elsewhere: BTreeSet<String>,
    /// CloudWatch Logs resource policies.
    pub log_resource_policies: Fetched<Vec<Document>>,
    /// Lambda functions by ARN (unqualified).
    pub functions: Fetched<BTreeMap<String, Function>>,
    /// Tags by resource ARN.
    pub tags: Fetched<BTreeMap<String, Vec<Tag>>>,
    /// What begins executions beside principals.
    pub entries: Entries,
    /// The policies of its resources.
    pub resource_policies: ResourcePolicies,
    /// The policies of the organization above it; no levels where it is in none. Absent where it is
    /// not asked for: of what is about to be deployed, no account is known.
    pub organization: Fetched<OrganizationPolicies>,
    /// Things that could not be read at all, such as an unreadable file.
    pub unreadable: Vec<Unread>,
}

/// One DescribeStateMachine response.
#[derive(Clone, Debug, Default)]
pub struct StateMachine {
    /// `stateMachineArn`
    pub arn: String,
    /// The number of the version that this is; `None` for the current revision.
    pub version: Option<String>,
    /// `name`
    pub name: String,
    /// `status`
    pub status: String,
    /// `definition`, as text.
    pub definition: String,
    /// `roleArn`
    pub role_arn: String,
    /// `type`: STANDARD or EXPRESS.
    pub kind: String,
    /// `revisionId`
    pub revision_id: Option<String>,
    /// `loggingConfiguration.level`
    pub log_level: Option<String>,
    /// `loggingConfiguration.includeExecutionData`
    pub include_execution_data: bool,
    /// `loggingConfiguration.destinations[].cloudWatchLogsLogGroup.logGroupArn`
    pub log_destinations: Vec<String>,
    /// `tracingConfiguration.enabled`
    pub tracing: bool,
    /// `encryptionConfiguration.kmsKeyId`, where its type is CUSTOMER_MANAGED_KMS_KEY.
    pub kms_key: Option<String>,
    /// Tags, where they came with it.
    pub tags: Fetched<Vec<Tag>>,
    /// The file and the logical id that declare it, before it is deployed.
    pub declared: Option<String>,
}

impl StateMachine {
    /// What was described by a version's ARN, as a version of its workflow; `None` where the ARN is that of no version.
    #[must_use]
    pub fn of_version(self) -> Option<Self> {
        let (workflow, version) = self.arn.rsplit_once(':')?;
        let is_version = version.bytes().all(|b| b.is_ascii_digit()) && !version.is_empty();
        let parts = workflow.split(':').count();
        (is_version && parts == 7).then(|| Self {
            arn: workflow.to_owned(),
            version: Some(version.to_owned()),
            ..self.clone()
        })
    }
}

/// One entry of ListStateMachineVersions. A version never changes; a workflow that is made anew numbers its own again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VersionRef {
    /// `stateMachineVersionArn`
    pub arn: String,
    /// `creationDate`; empty where only an alias names the version.
    pub created: String,
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// GetAccountAuthorizationDetails, or the part of it that was read.
#[derive(Clone, Debug, Default)]
pub struct Iam {
    /// Roles.
    pub roles: Vec<Role>,
    /// Users.
    pub users: Vec<User>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Customer and AWS managed policies, in their default versions.
    pub managed: Vec<ManagedPolicy>,
}

/// One role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `AssumeRolePolicyDocument`
    pub trust: Fetched<Document>,
    /// Inline policies.
    pub inline: Fetched<Vec<NamedDocument>>,
    /// Attached managed policies.
    pub attached: Fetched<Vec<Attachment>>,
    /// `PermissionsBoundary.PermissionsBoundaryArn`
    pub boundary: Option<String>,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// One user.
#[derive(Clone, Debug)]
pub struct User {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Inline policies.
    pub inline: Vec<NamedDocument>,
    /// Attached managed policies.
    pub attached: Vec<Attachment>,
    /// Names of its groups.
    pub groups: Vec<String>,
    /// Permissions boundary.
    pub boundary: Option<String>,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// One group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Inline policies.
    pub inline: Vec<NamedDocument>,
    /// Attached managed policies.
    pub attached: Vec<Attachment>,
}

/// A document with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDocument {
    /// The inline policy's name.
    pub name: String,
    /// Its document.
    pub document: Document,
}

/// An attached managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// A managed policy's default version.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The document of the default version.
    pub document: Fetched<Document>,
}

/// A log group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogGroup {
    /// Days; `None` never expires.
    pub retention_days: Option<u32>,
    /// Customer managed key.
    pub kms_key: Option<String>,
}

/// A Lambda function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its execution role.
    pub role_arn: String,
}
