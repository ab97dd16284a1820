//! The ports on the AWS SDK. Each part lists the IAM actions it uses; the deployed role is exactly their union.

/// A client of one service, whose calls are counted.
macro_rules! client {
    ($service:ident, $sdk:expr) => {{
        let config = $service::config::Builder::from(&$sdk.config);
        $service::Client::from_conf(config.interceptor($sdk.meter.clone()).build())
    }};
}

mod accounts;
mod approve;
mod bus;
mod entries;
mod error;
mod function;
mod functions;
mod hub;
mod iam;
mod logs;
mod meter;
mod notifier;
mod organization;
mod outlets;
mod policies;
mod queue;
mod sdk;
mod settings;
mod states;
mod table;
mod tags;
mod trail;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::arn::Arn;
use crate::collect::{
    Account, EntryAsk, Lookup, ManagedHead, PageOf, ReadEntries, Recorded, RoleHead,
};
use crate::snapshot::{
    Attachment, Document, Fetched, Function, Iam, LogGroup, NamedDocument, StateMachine, Tag,
    VersionRef,
};

pub use accounts::Members;
pub use approve::approve;
pub use function::{log, serve};
pub use notifier::Sns;
pub use organization::ORGANIZATION_ACTIONS;
pub use outlets::Outlets;
pub use queue::Sqs;
pub use sdk::{Sdk, config, config_of};
pub use settings::{Settings, SettingsError};
pub use table::Table;

/// What the function may do: the union of its ports' actions.
pub const FUNCTION_ACTIONS: &[&[&str]] = &[
    states::ACTIONS,
    iam::ACTIONS,
    logs::ACTIONS,
    functions::ACTIONS,
    tags::ACTIONS,
    trail::ACTIONS,
    entries::ACTIONS,
    policies::ACTIONS,
    accounts::ACTIONS,
    table::ACTIONS,
    queue::ACTIONS,
    settings::ACTIONS,
    notifier::ACTIONS,
    bus::ACTIONS,
    hub::ACTIONS,
];

/// What the function reads in a member account: what the role that it assumes there may do.
pub const MEMBER_ACTIONS: &[&[&str]] = &[
    states::ACTIONS,
    iam::ACTIONS,
    logs::ACTIONS,
    functions::ACTIONS,
    tags::ACTIONS,
    trail::ACTIONS,
    entries::ACTIONS,
    policies::ACTIONS,
];

/// What the Lambda service does in the function's name: its log, its failed events, and its queue (AWS Lambda Developer
/// Guide, "Using Lambda with Amazon SQS", execution role permissions).
pub const SERVICE_ACTIONS: &[&str] = &[
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
];

/// One live account in one region.
#[derive(Clone, Debug)]
pub struct Live {
    states: states::States,
    iam: iam::Roles,
    logs: logs::Logs,
    functions: functions::Functions,
    tags: tags::Tags,
    trail: trail::Trail,
    entries: entries::EntryClients,
    policies: policies::PolicyClients,
}

impl Live {
    /// Its clients; none connects before it is used.
    pub fn new(sdk: &Sdk) -> Self {
        Self {
            states: states::States::new(sdk),
            iam: iam::Roles::new(sdk),
            logs: logs::Logs::new(sdk),
            functions: functions::Functions::new(sdk),
            tags: tags::Tags::new(sdk),
            trail: trail::Trail::new(sdk),
            entries: entries::EntryClients::new(sdk),
            policies: policies::PolicyClients::new(sdk),
        }
    }
}

impl Account for Live {
    async fn workflow(&self, arn: &str) -> Fetched<StateMachine> {
        self.states.describe(arn).await
    }

    async fn tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        self.states.tags(arn).await
    }

    async fn versions(&self, arn: &str) -> Fetched<Vec<VersionRef>> {
        self.states.versions(arn).await
    }

    async fn aliases(&self, arn: &str) -> Fetched<Vec<String>> {
        self.states.aliases(arn).await
    }

    async fn alias(&self, arn: &str) -> Fetched<Vec<String>> {
        self.states.alias(arn).await
    }

    async fn workflows(&self) -> Fetched<Vec<String>> {
        self.states.list().await
    }

    async fn workflows_page(&self, next: Option<&str>) -> Fetched<PageOf<String>> {
        self.states.page(next).await
    }

    async fn all_tags(&self) -> Fetched<BTreeMap<String, Vec<Tag>>> {
        self.tags.all().await
    }

    async fn stack_tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        self.tags.of_stack(arn).await
    }

    async fn role(&self, name: &str) -> Fetched<RoleHead> {
        self.iam.role(name).await
    }

    async fn inline_names(&self, role: &str) -> Fetched<Vec<String>> {
        self.iam.inline_names(role).await
    }

    async fn inline(&self, role: &str, policy: &str) -> Fetched<Document> {
        self.iam.inline(role, policy).await
    }

    async fn attached(&self, role: &str) -> Fetched<Vec<Attachment>> {
        self.iam.attached(role).await
    }

    async fn managed(&self, arn: &str) -> Fetched<ManagedHead> {
        self.iam.managed(arn).await
    }

    async fn managed_version(&self, arn: &str, version: &str) -> Fetched<Document> {
        self.iam.managed_version(arn, version).await
    }

    async fn roles_with(&self, policy: &str) -> Fetched<Vec<String>> {
        self.iam.roles_with(policy).await
    }

    async fn authorization_details(&self) -> Fetched<Iam> {
        self.iam.authorization_details().await
    }

    async fn log_groups(&self, prefix: &str) -> Fetched<BTreeMap<String, LogGroup>> {
        self.logs.groups(prefix).await
    }

    async fn log_resource_policies(&self) -> Fetched<Vec<Document>> {
        self.logs.resource_policies().await
    }

    async fn resource_policy(&self, resource: &Arn) -> Fetched<NamedDocument> {
        Box::pin(self.policies.of(resource)).await
    }

    async fn function(&self, arn: &str) -> Fetched<Function> {
        self.functions.one(arn).await
    }

    async fn functions(&self) -> Fetched<BTreeMap<String, Function>> {
        self.functions.all().await
    }

    async fn entries(&self, ask: &EntryAsk) -> ReadEntries {
        // By itself on the heap: within the function's own future it would be nested too deep to be laid out.
        Box::pin(self.entries.read(&self.functions, ask)).await
    }

    async fn recorded(&self, lookup: &Lookup, next: Option<&str>) -> Fetched<PageOf<Recorded>> {
        self.trail.recorded(lookup, next).await
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
