//! The ports on the AWS SDK. Each part lists the IAM actions it uses; the deployed role is exactly their union.

mod error;
mod iam;
mod logs;
mod notifier;
mod settings;
mod states;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

use crate::collect::{Account, ManagedHead, RoleHead};
use crate::snapshot::{Attachment, Document, Fetched, Function, Iam, LogGroup, StateMachine, Tag};

pub use notifier::Sns;
pub use settings::{Settings, SettingsError};

/// What the function may do: the union of its ports' actions. Reading a whole account is the command line's, and runs
/// with the caller's own permissions.
pub const FUNCTION_ACTIONS: &[&[&str]] = &[
    states::ACTIONS,
    iam::ACTIONS,
    logs::ACTIONS,
    notifier::ACTIONS,
];

/// What the Lambda service does in the function's name: its log, and its failed events.
pub const SERVICE_ACTIONS: &[&str] = &[
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
];

/// What reading a whole account needs beside them.
pub const SNAPSHOT_ACTIONS: &[&str] = &[
    "iam:GetAccountAuthorizationDetails",
    "lambda:ListFunctions",
    "logs:DescribeResourcePolicies",
];

/// The SDK's configuration, from the standard variables and files.
pub async fn config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(45))
        .build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .timeout_config(timeouts)
        .load()
        .await
}

/// One live account in one region.
#[derive(Clone, Debug)]
pub struct Live {
    states: states::States,
    iam: iam::Roles,
    logs: logs::Logs,
    functions: aws_sdk_lambda::Client,
}

impl Live {
    /// Its clients; none connects before it is used.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            states: states::States::new(config),
            iam: iam::Roles::new(config),
            logs: logs::Logs::new(config),
            functions: aws_sdk_lambda::Client::new(config),
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

    async fn workflows(&self) -> Fetched<Vec<String>> {
        self.states.list().await
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

    async fn functions(&self) -> Fetched<BTreeMap<String, Function>> {
        let call = self
            .functions
            .list_functions()
            .into_paginator()
            .items()
            .send();
        match call.try_collect().await {
            Ok(functions) => Fetched::Present(
                functions
                    .into_iter()
                    .filter_map(|f| {
                        Some((
                            f.function_arn?,
                            Function {
                                role_arn: f.role.unwrap_or_default(),
                            },
                        ))
                    })
                    .collect(),
            ),
            Err(error) => error::unread("lambda:ListFunctions", &error),
        }
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
