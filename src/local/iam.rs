//! `iam.json`: GetAccountAuthorizationDetails with all pages merged (IAM API Reference).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::describe::text_of;
use super::{is_object, json_error, shape_error};
use crate::gap::{Input, Unread};
use crate::snapshot::{
    Attachment, Document, Fetched, Group, Iam, ManagedPolicy, NamedDocument, Role, Tag, User,
};

/// The file's name in a snapshot.
pub const FILE: &str = "iam.json";

/// What is said where the file is not there.
pub fn missing() -> String {
    format!(
        "the snapshot has no `{FILE}`; make it with `aws iam get-account-authorization-details`"
    )
}

/// The file's content.
pub struct Details {
    /// What it lists.
    pub iam: Iam,
    /// Whether it lists the whole account.
    pub whole: bool,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, rename = "RoleDetailList")]
    roles: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "UserDetailList")]
    users: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "GroupDetailList")]
    groups: Option<Vec<&'a RawValue>>,
    #[serde(borrow, rename = "Policies")]
    policies: Option<Vec<&'a RawValue>>,
    #[serde(rename = "IsTruncated")]
    truncated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDetail<'a> {
    arn: String,
    role_name: Option<String>,
    #[serde(borrow)]
    assume_role_policy_document: Option<&'a RawValue>,
    #[serde(borrow)]
    role_policy_list: Option<Vec<Inline<'a>>>,
    attached_managed_policies: Option<Vec<Attached>>,
    permissions_boundary: Option<Boundary>,
    tags: Option<Vec<TagDetail>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetail<'a> {
    arn: String,
    user_name: Option<String>,
    #[serde(borrow)]
    user_policy_list: Option<Vec<Inline<'a>>>,
    attached_managed_policies: Option<Vec<Attached>>,
    group_list: Option<Vec<String>>,
    permissions_boundary: Option<Boundary>,
    tags: Option<Vec<TagDetail>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDetail<'a> {
    arn: String,
    group_name: Option<String>,
    #[serde(borrow)]
    group_policy_list: Option<Vec<Inline<'a>>>,
    attached_managed_policies: Option<Vec<Attached>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDetail<'a> {
    arn: String,
    policy_name: Option<String>,
    default_version_id: Option<String>,
    #[serde(borrow)]
    policy_version_list: Option<Vec<Version<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version<'a> {
    version_id: Option<String>,
    is_default_version: Option<bool>,
    #[serde(borrow)]
    document: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inline<'a> {
    policy_name: Option<String>,
    #[serde(borrow)]
    policy_document: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    policy_name: Option<String>,
    policy_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary {
    permissions_boundary_arn: Option<String>,
}

/// A tag as IAM and the tagging API write it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagDetail {
    key: String,
    value: Option<String>,
}

impl From<TagDetail> for Tag {
    fn from(tag: TagDetail) -> Self {
        Self {
            key: tag.key,
            value: tag.value.unwrap_or_default(),
        }
    }
}

/// Reads the file's text; entries that cannot be read go to `unreadable`, the others are kept.
pub fn details(text: &str, unreadable: &mut Vec<Unread>) -> Result<Details, String> {
    is_object(text)?;
    let page: Page = serde_json::from_str(text).map_err(|e| json_error(&e))?;
    if page.roles.is_none() && page.users.is_none() && page.policies.is_none() {
        return Err(
            "it has no `RoleDetailList`: it is no GetAccountAuthorizationDetails response"
                .to_owned(),
        );
    }
    let before = unreadable.len();
    if page.truncated == Some(true) {
        unreadable.push(Unread::of_account(
            Input::Principals,
            FILE.to_owned(),
            "it is one page of more: merge all pages, as the AWS CLI does by itself".to_owned(),
        ));
    }
    let complete = page.roles.is_some()
        && page.users.is_some()
        && page.groups.is_some()
        && page.policies.is_some();
    let iam = Iam {
        roles: entries(
            FILE,
            "RoleDetailList",
            page.roles,
            (Input::Principals, &mut *unreadable),
            role,
        ),
        users: entries(
            FILE,
            "UserDetailList",
            page.users,
            (Input::Principals, &mut *unreadable),
            user,
        ),
        groups: entries(
            FILE,
            "GroupDetailList",
            page.groups,
            (Input::Principals, &mut *unreadable),
            group,
        ),
        managed: entries(
            FILE,
            "Policies",
            page.policies,
            (Input::Principals, &mut *unreadable),
            managed,
        ),
    };
    Ok(Details {
        iam,
        whole: complete && unreadable.len() == before,
    })
}

/// Reads every entry of a list on its own, so that a broken one does not hide the others.
pub fn entries<'a, D: Deserialize<'a>, T>(
    file: &str,
    list: &str,
    raw: Option<Vec<&'a RawValue>>,
    (input, unreadable): (Input, &mut Vec<Unread>),
    build: impl Fn(D) -> T,
) -> Vec<T> {
    let mut out = Vec::new();
    for (index, entry) in raw.unwrap_or_default().into_iter().enumerate() {
        match serde_json::from_str::<D>(entry.get()) {
            Ok(detail) => out.push(build(detail)),
            Err(error) => {
                unreadable.push(Unread::of_account(
                    input,
                    format!("`{file}`, {list}[{index}]"),
                    shape_error(&error),
                ));
            }
        }
    }
    out
}

fn name_of(name: Option<String>, arn: &str) -> String {
    name.unwrap_or_else(|| arn.rsplit('/').next().unwrap_or_default().to_owned())
}

fn document(raw: Option<&RawValue>) -> Fetched<Document> {
    match raw.map(text_of) {
        Some(text) if !text.is_empty() => Fetched::Present(Document(text)),
        _ => Fetched::Failed(format!("`{FILE}` does not hold the document")),
    }
}

fn inline(list: Option<Vec<Inline<'_>>>) -> Vec<NamedDocument> {
    list.unwrap_or_default()
        .into_iter()
        .map(|policy| NamedDocument {
            name: policy.policy_name.unwrap_or_default(),
            document: Document(policy.policy_document.map(text_of).unwrap_or_default()),
        })
        .collect()
}

fn attached(list: Option<Vec<Attached>>) -> Vec<Attachment> {
    list.unwrap_or_default()
        .into_iter()
        .map(|policy| Attachment {
            name: name_of(policy.policy_name, &policy.policy_arn),
            arn: policy.policy_arn,
        })
        .collect()
}

fn role(detail: RoleDetail<'_>) -> Role {
    Role {
        name: name_of(detail.role_name, &detail.arn),
        arn: detail.arn,
        trust: document(detail.assume_role_policy_document),
        inline: Fetched::Present(inline(detail.role_policy_list)),
        attached: Fetched::Present(attached(detail.attached_managed_policies)),
        boundary: boundary(detail.permissions_boundary),
        tags: tags(detail.tags),
    }
}

fn tags(list: Option<Vec<TagDetail>>) -> Vec<Tag> {
    let list = list.unwrap_or_default();
    list.into_iter().map(Tag::from).collect()
}

fn boundary(boundary: Option<Boundary>) -> Option<String> {
    boundary.and_then(|b| b.permissions_boundary_arn)
}

fn user(detail: UserDetail<'_>) -> User {
    User {
        name: name_of(detail.user_name, &detail.arn),
        arn: detail.arn,
        inline: inline(detail.user_policy_list),
        attached: attached(detail.attached_managed_policies),
        groups: detail.group_list.unwrap_or_default(),
        boundary: boundary(detail.permissions_boundary),
        tags: tags(detail.tags),
    }
}

fn group(detail: GroupDetail<'_>) -> Group {
    Group {
        name: name_of(detail.group_name, &detail.arn),
        arn: detail.arn,
        inline: inline(detail.group_policy_list),
        attached: attached(detail.attached_managed_policies),
    }
}

fn managed(detail: PolicyDetail<'_>) -> ManagedPolicy {
    let default = detail.default_version_id;
    let document = detail
        .policy_version_list
        .unwrap_or_default()
        .into_iter()
        .find(|v| {
            v.is_default_version == Some(true) || (default.is_some() && v.version_id == default)
        })
        .and_then(|v| v.document)
        .map(text_of);
    ManagedPolicy {
        name: name_of(detail.policy_name, &detail.arn),
        document: match document {
            Some(text) => Fetched::Present(Document(text)),
            None => Fetched::Failed(format!("`{FILE}` does not hold its default version")),
        },
        arn: detail.arn,
    }
}
