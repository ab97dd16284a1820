//! Resource Groups Tagging: the tags of many resources in few calls.

use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::operation::get_resources::builders::GetResourcesFluentBuilder;

use super::Sdk;
use super::error::unread;
use crate::snapshot::{Fetched, Tag};

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["tag:GetResources"];

#[derive(Clone, Debug)]
pub(super) struct Tags(Client);

impl Tags {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_resourcegroupstagging, sdk))
    }

    /// Those of every workflow and stack. A resource that never had a tag is not listed.
    pub(super) async fn all(&self) -> Fetched<BTreeMap<String, Vec<Tag>>> {
        const PAGE: i32 = 100;
        let call = self.0.get_resources().resources_per_page(PAGE);
        let call = call
            .resource_type_filters("states:stateMachine")
            .resource_type_filters("cloudformation:stack");
        by_arn(call).await
    }

    /// Those of one stack; none where it is not listed.
    pub(super) async fn of_stack(&self, arn: &str) -> Fetched<Vec<Tag>> {
        match by_arn(self.0.get_resources().resource_arn_list(arn)).await {
            Fetched::Present(mut all) => Fetched::Present(all.remove(arn).unwrap_or_default()),
            Fetched::Absent | Fetched::NotCollected => Fetched::Absent,
            Fetched::Denied(why) => Fetched::Denied(why),
            Fetched::Failed(why) => Fetched::Failed(why),
        }
    }
}

async fn by_arn(call: GetResourcesFluentBuilder) -> Fetched<BTreeMap<String, Vec<Tag>>> {
    let mut pages = call.into_paginator().send();
    let mut all = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => return unread("tag:GetResources", &error),
        };
        for resource in page.resource_tag_mapping_list.unwrap_or_default() {
            let tags = resource.tags.unwrap_or_default().into_iter();
            let tags = tags.map(|tag| Tag {
                key: tag.key,
                value: tag.value,
            });
            if let Some(arn) = resource.resource_arn {
                all.insert(arn, tags.collect());
            }
        }
    }
    Fetched::Present(all)
}
