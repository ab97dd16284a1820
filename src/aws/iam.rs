//! IAM: a role and its policies, or all principals at once.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AttachedPolicy, EntityType, PolicyDetail};

use super::Sdk;
use super::error::unread;
use crate::collect::{ManagedHead, RoleHead};
use crate::snapshot::{
    Attachment, Document, Fetched, Group, Iam, ManagedPolicy, NamedDocument, Role, Tag, User,
};

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &[
    "iam:GetAccountAuthorizationDetails",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListEntitiesForPolicy",
    "iam:ListRolePolicies",
];

#[derive(Clone, Debug)]
pub(super) struct Roles(Client);

impl Roles {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_iam, sdk))
    }

    pub(super) async fn role(&self, name: &str) -> Fetched<RoleHead> {
        const ACTION: &str = "iam:GetRole";
        let role = match self.0.get_role().role_name(name).send().await {
            Ok(output) => output.role,
            Err(error) => return unread(ACTION, &error),
        };
        role.map_or(Fetched::Absent, |role| {
            Fetched::Present(RoleHead {
                arn: role.arn,
                name: role.role_name,
                trust: document(role.assume_role_policy_document),
                boundary: role
                    .permissions_boundary
                    .and_then(|b| b.permissions_boundary_arn),
                tags: tags(role.tags),
            })
        })
    }

    pub(super) async fn inline_names(&self, role: &str) -> Fetched<Vec<String>> {
        let pages = self.0.list_role_policies().role_name(role).into_paginator();
        match pages.items().send().try_collect().await {
            Ok(names) => Fetched::Present(names),
            Err(error) => unread("iam:ListRolePolicies", &error),
        }
    }

    pub(super) async fn inline(&self, role: &str, policy: &str) -> Fetched<Document> {
        let call = self.0.get_role_policy().role_name(role).policy_name(policy);
        match call.send().await {
            Ok(output) => Fetched::Present(document(Some(output.policy_document))),
            Err(error) => unread("iam:GetRolePolicy", &error),
        }
    }

    pub(super) async fn attached(&self, role: &str) -> Fetched<Vec<Attachment>> {
        let pages = self
            .0
            .list_attached_role_policies()
            .role_name(role)
            .into_paginator();
        match pages.items().send().try_collect().await {
            Ok(policies) => Fetched::Present(attachments(Some(policies))),
            Err(error) => unread("iam:ListAttachedRolePolicies", &error),
        }
    }

    pub(super) async fn managed(&self, arn: &str) -> Fetched<ManagedHead> {
        const ACTION: &str = "iam:GetPolicy";
        let policy = match self.0.get_policy().policy_arn(arn).send().await {
            Ok(output) => output.policy,
            Err(error) => return unread(ACTION, &error),
        };
        let head = policy.and_then(|policy| {
            Some(ManagedHead {
                name: policy.policy_name?,
                version: policy.default_version_id?,
            })
        });
        head.map_or(Fetched::Absent, Fetched::Present)
    }

    pub(super) async fn managed_version(&self, arn: &str, version: &str) -> Fetched<Document> {
        let call = self
            .0
            .get_policy_version()
            .policy_arn(arn)
            .version_id(version);
        match call.send().await {
            Ok(output) => {
                Fetched::Present(document(output.policy_version.and_then(|v| v.document)))
            }
            Err(error) => unread("iam:GetPolicyVersion", &error),
        }
    }

    pub(super) async fn roles_with(&self, policy: &str) -> Fetched<Vec<String>> {
        let call = self.0.list_entities_for_policy().policy_arn(policy);
        let mut pages = call.entity_filter(EntityType::Role).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    let roles = page.policy_roles.unwrap_or_default();
                    names.extend(roles.into_iter().filter_map(|role| role.role_name));
                }
                Err(error) => return unread("iam:ListEntitiesForPolicy", &error),
            }
        }
        Fetched::Present(names)
    }

    pub(super) async fn authorization_details(&self) -> Fetched<Iam> {
        const PAGE: i32 = 1000;
        let call = self.0.get_account_authorization_details().max_items(PAGE);
        let mut pages = call.into_paginator().send();
        let mut iam = Iam::default();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) => return unread("iam:GetAccountAuthorizationDetails", &error),
            };
            iam.roles
                .extend(page.role_detail_list.into_iter().flatten().map(|role| {
                    Role {
                        arn: role.arn.unwrap_or_default(),
                        name: role.role_name.unwrap_or_default(),
                        trust: Fetched::Present(document(role.assume_role_policy_document)),
                        inline: Fetched::Present(inline(role.role_policy_list)),
                        attached: Fetched::Present(attachments(role.attached_managed_policies)),
                        boundary: role
                            .permissions_boundary
                            .and_then(|b| b.permissions_boundary_arn),
                        tags: tags(role.tags),
                    }
                }));
            iam.users
                .extend(page.user_detail_list.into_iter().flatten().map(|user| {
                    User {
                        arn: user.arn.unwrap_or_default(),
                        name: user.user_name.unwrap_or_default(),
                        inline: inline(user.user_policy_list),
                        attached: attachments(user.attached_managed_policies),
                        groups: user.group_list.unwrap_or_default(),
                        boundary: user
                            .permissions_boundary
                            .and_then(|b| b.permissions_boundary_arn),
                        tags: tags(user.tags),
                    }
                }));
            iam.groups.extend(
                page.group_detail_list
                    .into_iter()
                    .flatten()
                    .map(|group| Group {
                        name: group.group_name.unwrap_or_default(),
                        arn: group.arn.unwrap_or_default(),
                        inline: inline(group.group_policy_list),
                        attached: attachments(group.attached_managed_policies),
                    }),
            );
            iam.managed
                .extend(page.policies.into_iter().flatten().map(|policy| {
                    let versions = policy.policy_version_list.unwrap_or_default();
                    let default = versions
                        .into_iter()
                        .find(|version| version.is_default_version);
                    ManagedPolicy {
                        name: policy.policy_name.unwrap_or_default(),
                        arn: policy.arn.unwrap_or_default(),
                        document: default
                            .map_or(Fetched::Absent, |v| Fetched::Present(document(v.document))),
                    }
                }));
        }
        Fetched::Present(iam)
    }
}

fn inline(policies: Option<Vec<PolicyDetail>>) -> Vec<NamedDocument> {
    let policies = policies.unwrap_or_default().into_iter();
    policies
        .map(|policy| NamedDocument {
            name: policy.policy_name.unwrap_or_default(),
            document: document(policy.policy_document),
        })
        .collect()
}

fn attachments(policies: Option<Vec<AttachedPolicy>>) -> Vec<Attachment> {
    let policies = policies.unwrap_or_default().into_iter();
    policies
        .filter_map(|policy| {
            Some(Attachment {
                name: policy.policy_name.unwrap_or_default(),
                arn: policy.policy_arn?,
            })
        })
        .collect()
}

fn tags(tags: Option<Vec<aws_sdk_iam::types::Tag>>) -> Vec<Tag> {
    let tags = tags.unwrap_or_default().into_iter();
    tags.map(|tag| Tag {
        key: tag.key,
        value: tag.value,
    })
    .collect()
}

/// The API gives documents URL-encoded (IAM API Reference, GetRole: "encoded in compliance with RFC 3986").
fn document(text: Option<String>) -> Document {
    let text = text.unwrap_or_default();
    Document(decoded(&text).unwrap_or(text))
}

/// `None` for a text that is not encoded, or not rightly.
fn decoded(text: &str) -> Option<String> {
    // An encoded JSON document holds none of these, every other does.
    if text.contains(['{', '[', '"']) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_encoded_or_not() {
        let encoded = "%7B%22Sid%22%3A%22a+b%20%C3%BC%25%22%7D";
        assert_eq!(document(Some(encoded.to_owned())).0, r#"{"Sid":"a+b ü%"}"#);
        // A decoded document that holds a percent sign stays as it is.
        let plain = r#"{"Sid":"100%25"}"#;
        assert_eq!(document(Some(plain.to_owned())).0, plain);
        for broken in ["%7", "%zz", "%ff"] {
            assert_eq!(document(Some(broken.to_owned())).0, broken);
        }
    }
}
