//! The optional files of a snapshot: log groups, functions, tags.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::iam::{TagDetail, entries};
use super::{is_object, json_error};
use crate::gap::{Input, Unread};
use crate::snapshot::{Fetched, Function, LogGroup, Tag};

/// A DescribeLogGroups response (CloudWatch Logs API Reference).
pub const LOG_GROUPS: &str = "log-groups.json";
/// A ListFunctions response (Lambda API Reference).
pub const FUNCTIONS: &str = "functions.json";
/// A GetResources response (Resource Groups Tagging API Reference).
pub const TAGS: &str = "tags.json";

type Unreadable = Vec<Unread>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupDetail {
    arn: Option<String>,
    log_group_arn: Option<String>,
    retention_in_days: Option<u32>,
    kms_key_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionDetail {
    function_arn: String,
    role: Option<String>,
}

#[derive(Deserialize)]
struct Mapping {
    #[serde(rename = "ResourceARN")]
    resource: String,
    #[serde(rename = "Tags")]
    tags: Option<Vec<TagDetail>>,
}

/// Log groups by ARN without the trailing `:*`.
pub fn log_groups(
    text: Option<&str>,
    unreadable: &mut Unreadable,
) -> Result<Fetched<BTreeMap<String, LogGroup>>, String> {
    read(
        text,
        LOG_GROUPS,
        "logGroups",
        "DescribeLogGroups",
        Input::LogGroups,
        unreadable,
        |detail: GroupDetail| {
            let arn = detail.log_group_arn.or(detail.arn)?;
            let group = LogGroup {
                retention_days: detail.retention_in_days,
                kms_key: detail.kms_key_id,
            };
            Some((arn.strip_suffix(":*").unwrap_or(&arn).to_owned(), group))
        },
    )
}

/// Functions by unqualified ARN.
pub fn functions(
    text: Option<&str>,
    unreadable: &mut Unreadable,
) -> Result<Fetched<BTreeMap<String, Function>>, String> {
    read(
        text,
        FUNCTIONS,
        "Functions",
        "ListFunctions",
        Input::Functions,
        unreadable,
        |detail: FunctionDetail| {
            // arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME, then a qualifier or nothing.
            let unqualified: Vec<&str> = detail.function_arn.splitn(8, ':').take(7).collect();
            let role_arn = detail.role.unwrap_or_default();
            Some((unqualified.join(":"), Function { role_arn }))
        },
    )
}

/// Tags by resource ARN.
pub fn tags(
    text: Option<&str>,
    unreadable: &mut Unreadable,
) -> Result<Fetched<BTreeMap<String, Vec<Tag>>>, String> {
    read(
        text,
        TAGS,
        "ResourceTagMappingList",
        "GetResources",
        Input::Tags,
        unreadable,
        |mapping: Mapping| {
            let tags = mapping.tags.unwrap_or_default();
            Some((mapping.resource, tags.into_iter().map(Tag::from).collect()))
        },
    )
}

/// Reads the list under `key`; a response without the list is another operation's and refused.
fn read<'a, D: Deserialize<'a>, T>(
    text: Option<&'a str>,
    file: &str,
    key: &str,
    operation: &str,
    input: Input,
    unreadable: &mut Unreadable,
    build: impl Fn(D) -> Option<(String, T)>,
) -> Result<Fetched<BTreeMap<String, T>>, String> {
    let Some(text) = text else {
        return Ok(Fetched::NotCollected);
    };
    is_object(text)?;
    let mut response: BTreeMap<String, &RawValue> =
        serde_json::from_str(text).map_err(|e| json_error(&e))?;
    let list = response
        .remove(key)
        .ok_or_else(|| format!("it has no `{key}`: it is no {operation} response"))?;
    let list: Vec<&RawValue> =
        serde_json::from_str(list.get()).map_err(|_| format!("its `{key}` is no array"))?;
    let token = ["NextToken", "nextToken", "NextMarker", "PaginationToken"]
        .iter()
        .find(|name| {
            response
                .get(**name)
                .is_some_and(|raw| !matches!(raw.get(), "null" | "\"\""))
        });
    if let Some(token) = token {
        unreadable.push(Unread::of_account(
            input,
            format!("`{key}`"),
            format!("there are more pages (`{token}` is set): merge all pages, as the AWS CLI does by itself"),
        ));
    }
    let read = entries(file, key, Some(list), (input, unreadable), build);
    Ok(Fetched::Present(read.into_iter().flatten().collect()))
}
