//! CloudWatch Logs: the groups that workflows log to.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::Client;

use super::Sdk;
use super::error::unread;
use crate::snapshot::{Document, Fetched, LogGroup};

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["logs:DescribeLogGroups", "logs:DescribeResourcePolicies"];

#[derive(Clone, Debug)]
pub(super) struct Logs(Client);

impl Logs {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_cloudwatchlogs, sdk))
    }

    pub(super) async fn groups(&self, prefix: &str) -> Fetched<BTreeMap<String, LogGroup>> {
        let prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
        let call = self
            .0
            .describe_log_groups()
            .set_log_group_name_prefix(prefix);
        match call.into_paginator().items().send().try_collect().await {
            Ok(groups) => Fetched::Present(
                groups
                    .into_iter()
                    .filter_map(|group| {
                        let arn = group.arn?;
                        let arn = arn.strip_suffix(":*").unwrap_or(&arn).to_owned();
                        let retention_days = group
                            .retention_in_days
                            .and_then(|days| u32::try_from(days).ok());
                        Some((
                            arn,
                            LogGroup {
                                retention_days,
                                kms_key: group.kms_key_id,
                            },
                        ))
                    })
                    .collect(),
            ),
            Err(error) => unread("logs:DescribeLogGroups", &error),
        }
    }

    pub(super) async fn resource_policies(&self) -> Fetched<Vec<Document>> {
        let mut documents = Vec::new();
        let mut next = None;
        loop {
            let call = self.0.describe_resource_policies().set_next_token(next);
            match call.send().await {
                Ok(page) => {
                    let policies = page.resource_policies.unwrap_or_default();
                    documents.extend(
                        policies
                            .into_iter()
                            .filter_map(|p| p.policy_document.map(Document)),
                    );
                    next = page.next_token;
                }
                Err(error) => return unread("logs:DescribeResourcePolicies", &error),
            }
            if next.is_none() {
                return Fetched::Present(documents);
            }
        }
    }
}
