//! The policies above an account, read with a role of the management or a delegated administrator account.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::PolicyType;

use super::Sdk;
use super::error::unread;
use crate::snapshot::{Document, Fetched, NamedDocument, OrganizationLevel, OrganizationPolicies};

/// The IAM actions that these calls need: of the role in the organization's account, not of the function's.
pub const ORGANIZATION_ACTIONS: &[&str] = &[
    "organizations:DescribeOrganization",
    "organizations:DescribePolicy",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
];

/// A unit may stand in five units below the root (AWS Organizations User Guide, "Quotas and service limits").
const DEEPEST: usize = 7;

/// A part that is not there where it must be is no part that is empty.
type Answer<T> = Result<T, Fetched<OrganizationPolicies>>;

pub(super) struct Organization(Client);

impl Organization {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_organizations, sdk))
    }

    /// From the root to the account.
    pub(super) async fn above(&self, account: &str) -> Fetched<OrganizationPolicies> {
        match self.read(account).await {
            Ok(policies) => Fetched::Present(policies),
            Err(lacking) => lacking,
        }
    }

    async fn read(&self, account: &str) -> Answer<OrganizationPolicies> {
        let described = self.0.describe_organization().send().await;
        let described = described.map_err(|e| lacking("organizations:DescribeOrganization", &e))?;
        let organization = described.organization;
        let mut targets = self.parents(account).await?;
        targets.reverse();
        targets.push(account.to_owned());
        let mut documents = BTreeMap::new();
        let mut levels = Vec::new();
        for target in targets {
            let service = self.attached(&target, PolicyType::ServiceControlPolicy);
            let service = service.await?;
            let resource = self.attached(&target, PolicyType::ResourceControlPolicy);
            let resource = resource.await?;
            levels.push(OrganizationLevel {
                service_controls: Some(self.documents(service, &mut documents).await?),
                resource_controls: Some(self.documents(resource, &mut documents).await?),
                target,
            });
        }
        Ok(OrganizationPolicies {
            id: organization.as_ref().and_then(|o| o.id.clone()),
            management_account: organization.and_then(|o| o.master_account_id),
            levels,
        })
    }

    /// The units that an account stands in, and the root, from the account upward.
    async fn parents(&self, account: &str) -> Answer<Vec<String>> {
        let mut parents: Vec<String> = Vec::new();
        while parents.len() < DEEPEST {
            let child = parents.last().map_or(account, String::as_str);
            let call = self.0.list_parents().child_id(child).send().await;
            let read = call.map_err(|e| lacking("organizations:ListParents", &e))?;
            let parent = read.parents.unwrap_or_default().into_iter().next();
            let Some(parent) = parent.and_then(|parent| parent.id) else {
                break;
            };
            let is_root = parent.starts_with("r-");
            parents.push(parent);
            if is_root {
                return Ok(parents);
            }
        }
        Err(Fetched::Failed(format!(
            "`organizations:ListParents` gives no way from the account `{account}` to the root"
        )))
    }

    /// The ids and names of the policies of a kind that are attached.
    async fn attached(&self, target: &str, kind: PolicyType) -> Answer<Vec<(String, String)>> {
        let call = self.0.list_policies_for_target().target_id(target);
        let pages = call.filter(kind).into_paginator().send();
        let pages: Result<Vec<_>, _> = pages.try_collect().await;
        let pages = pages.map_err(|e| lacking("organizations:ListPoliciesForTarget", &e))?;
        let named = pages
            .into_iter()
            .flat_map(|page| page.policies.unwrap_or_default())
            .filter_map(|policy| Some((policy.id?, policy.name.unwrap_or_default())));
        Ok(named.collect())
    }

    /// Their documents, each read once.
    async fn documents(
        &self,
        policies: Vec<(String, String)>,
        read: &mut BTreeMap<String, Document>,
    ) -> Answer<Vec<NamedDocument>> {
        let mut all = Vec::with_capacity(policies.len());
        for (id, name) in policies {
            let document = match read.get(&id) {
                Some(document) => document.clone(),
                None => {
                    let call = self.0.describe_policy().policy_id(&id).send().await;
                    let answer = call.map_err(|e| lacking("organizations:DescribePolicy", &e))?;
                    let content = answer.policy.and_then(|policy| policy.content);
                    let document = Document(content.unwrap_or_default());
                    read.insert(id, document.clone());
                    document
                }
            };
            all.push(NamedDocument { name, document });
        }
        Ok(all)
    }
}

/// What is not there was there a moment ago: it is no answer.
fn lacking<E: aws_sdk_organizations::error::ProvideErrorMetadata>(
    action: &str,
    error: &aws_sdk_organizations::error::SdkError<
        E,
        aws_sdk_organizations::config::http::HttpResponse,
    >,
) -> Fetched<OrganizationPolicies> {
    match unread(action, error) {
        Fetched::Absent => {
            Fetched::Failed(format!("`{action}` does not know what it is asked for"))
        }
        other => other,
    }
}
