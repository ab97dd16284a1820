//! Step Functions: definitions, settings and tags.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::error::ProvideErrorMetadata;
use aws_sdk_sfn::operation::describe_state_machine::{
    DescribeStateMachineError, DescribeStateMachineOutput,
};
use aws_sdk_sfn::types::{EncryptionType, IncludedData};

use super::Sdk;
use super::error::unread;
use crate::collect::PageOf;
use crate::snapshot::{Fetched, StateMachine, Tag, VersionRef};

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &[
    "states:DescribeStateMachine",
    "states:DescribeStateMachineAlias",
    "states:ListStateMachineAliases",
    "states:ListStateMachineVersions",
    "states:ListStateMachines",
    "states:ListTagsForResource",
];

/// The most that one call tells (AWS Step Functions API Reference, ListStateMachines).
const PAGE: i32 = 1000;

#[derive(Clone, Debug)]
pub(super) struct States(Client);

impl States {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_sfn, sdk))
    }

    /// The workflow; without its definition where only that is closed by its key.
    pub(super) async fn describe(&self, arn: &str) -> Fetched<StateMachine> {
        const ACTION: &str = "states:DescribeStateMachine";
        let call = self.0.describe_state_machine().state_machine_arn(arn);
        match call.clone().send().await {
            Ok(output) => Fetched::Present(machine(output)),
            Err(error) if error.as_service_error().is_some_and(is_key_trouble) => {
                match call.included_data(IncludedData::MetadataOnly).send().await {
                    Ok(output) => Fetched::Present(StateMachine {
                        definition: String::new(),
                        ..machine(output)
                    }),
                    Err(error) => unread(ACTION, &error),
                }
            }
            Err(error) => unread(ACTION, &error),
        }
    }

    /// Every version, newest first. A service that answers with a fault of its own and no code does not offer the call, as an
    /// emulator may not: that is no reason to ask again, nor to say that something could not be read.
    pub(super) async fn versions(&self, arn: &str) -> Fetched<Vec<VersionRef>> {
        const ACTION: &str = "states:ListStateMachineVersions";
        let call = || {
            let call = self.0.list_state_machine_versions();
            call.state_machine_arn(arn).max_results(PAGE)
        };
        let once = aws_sdk_sfn::config::Builder::new().retry_config(RetryConfig::disabled());
        let mut answer = call().customize().config_override(once).send().await;
        if let Err(error) = &answer {
            let status = error.raw_response().map(|r| r.status().as_u16());
            if error.code().is_none() && matches!(status, Some(500 | 501)) {
                return Fetched::NotCollected;
            }
            answer = call().send().await;
        }
        let mut all = Vec::new();
        loop {
            let page = match answer {
                Ok(page) => page,
                Err(error) => return unread(ACTION, &error),
            };
            all.extend(page.state_machine_versions.into_iter().map(|v| VersionRef {
                arn: v.state_machine_version_arn,
                created: v.creation_date.to_string(),
            }));
            let Some(next) = page.next_token else {
                return Fetched::Present(all);
            };
            answer = call().next_token(next).send().await;
        }
    }

    /// Every alias.
    pub(super) async fn aliases(&self, arn: &str) -> Fetched<Vec<String>> {
        let call = self.0.list_state_machine_aliases();
        let mut call = call.state_machine_arn(arn).max_results(PAGE);
        let mut all = Vec::new();
        loop {
            let page = match call.clone().send().await {
                Ok(page) => page,
                Err(error) => return unread("states:ListStateMachineAliases", &error),
            };
            let aliases = page.state_machine_aliases.into_iter();
            all.extend(aliases.map(|alias| alias.state_machine_alias_arn));
            match page.next_token {
                Some(next) => call = call.next_token(next),
                None => return Fetched::Present(all),
            }
        }
    }

    /// The versions that an alias points at.
    pub(super) async fn alias(&self, arn: &str) -> Fetched<Vec<String>> {
        let call = self.0.describe_state_machine_alias();
        match call.state_machine_alias_arn(arn).send().await {
            Ok(alias) => {
                let routed = alias.routing_configuration.unwrap_or_default().into_iter();
                Fetched::Present(routed.map(|r| r.state_machine_version_arn).collect())
            }
            Err(error) => unread("states:DescribeStateMachineAlias", &error),
        }
    }

    pub(super) async fn tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        match self
            .0
            .list_tags_for_resource()
            .resource_arn(arn)
            .send()
            .await
        {
            Ok(output) => Fetched::Present(
                output
                    .tags
                    .unwrap_or_default()
                    .into_iter()
                    .map(|tag| Tag {
                        key: tag.key.unwrap_or_default(),
                        value: tag.value.unwrap_or_default(),
                    })
                    .collect(),
            ),
            Err(error) => unread("states:ListTagsForResource", &error),
        }
    }

    pub(super) async fn list(&self) -> Fetched<Vec<String>> {
        let pages = self
            .0
            .list_state_machines()
            .max_results(PAGE)
            .into_paginator();
        match pages.items().send().try_collect().await {
            Ok(found) => Fetched::Present(found.into_iter().map(|m| m.state_machine_arn).collect()),
            Err(error) => unread("states:ListStateMachines", &error),
        }
    }

    pub(super) async fn page(&self, next: Option<&str>) -> Fetched<PageOf<String>> {
        let call = self.0.list_state_machines().max_results(PAGE);
        match call.set_next_token(next.map(str::to_owned)).send().await {
            Ok(page) => {
                let arns = page.state_machines.into_iter();
                let arns = arns.map(|m| m.state_machine_arn).collect();
                Fetched::Present((arns, page.next_token))
            }
            Err(error) => unread("states:ListStateMachines", &error),
        }
    }
}

fn is_key_trouble(error: &DescribeStateMachineError) -> bool {
    error.is_kms_access_denied_exception()
        || error.is_kms_invalid_state_exception()
        || error.is_kms_throttling_exception()
}

fn machine(output: DescribeStateMachineOutput) -> StateMachine {
    let logging = output.logging_configuration;
    let groups = logging.as_ref().and_then(|l| l.destinations.as_ref());
    let encryption = output.encryption_configuration;
    StateMachine {
        arn: output.state_machine_arn,
        version: None,
        name: output.name,
        status: output
            .status
            .map(|s| s.as_str().to_owned())
            .unwrap_or_default(),
        definition: output.definition,
        role_arn: output.role_arn,
        kind: output.r#type.as_str().to_owned(),
        revision_id: output.revision_id,
        log_level: logging
            .as_ref()
            .and_then(|l| Some(l.level.as_ref()?.as_str().to_owned())),
        include_execution_data: logging.as_ref().is_some_and(|l| l.include_execution_data),
        log_destinations: groups
            .into_iter()
            .flatten()
            .filter_map(|d| d.cloud_watch_logs_log_group.as_ref()?.log_group_arn.clone())
            .collect(),
        tracing: output.tracing_configuration.is_some_and(|t| t.enabled),
        kms_key: encryption
            .filter(|e| e.r#type == EncryptionType::CustomerManagedKmsKey)
            .and_then(|e| e.kms_key_id),
        tags: Fetched::NotCollected,
        declared: None,
    }
}
