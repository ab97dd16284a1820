//! The policies of resources and of the organization: one file a resource, and `organization.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::entries::{COLLECTED, Files, Reader};
use super::{broken, is_object, json_error};
use crate::gap::{Input, Unread};
use crate::snapshot::{Document, Fetched, OrganizationPolicies, ResourceKind, ResourcePolicies};

/// The policies above the account.
const ORGANIZATION: &str = "organization.json";
/// The resource policies of CloudWatch Logs.
const OF_LOGS: &str = "log-resource-policies.json";
/// Of what a file that could not be read is an input.
pub(super) fn input(file: &str) -> Input {
    let kind = file.split(['/', '.']).next().unwrap_or_default();
    match kind {
        "organization" => Input::Organization,
        "log-resource-policies" => Input::ResourcePolicies,
        // Those of functions say who may begin executions.
        kind if ResourceKind::ALL.iter().any(|of| of.folder() == kind)
            && kind != ResourceKind::Function.folder() =>
        {
            Input::ResourcePolicies
        }
        _ => Input::EntryPoints,
    }
}

/// The policies of the account's resources.
pub(super) fn of_resources(files: &Files, unreadable: &mut Vec<Unread>) -> ResourcePolicies {
    let mut reader = Reader::new(files, unreadable);
    let mut of = |kind: ResourceKind| reader.policies(kind.folder());
    ResourcePolicies {
        keys: of(ResourceKind::Key),
        buckets: of(ResourceKind::Bucket),
        queues: of(ResourceKind::Queue),
        topics: of(ResourceKind::Topic),
        secrets: of(ResourceKind::Secret),
        only: reader.only(),
    }
}

/// The resource policies of CloudWatch Logs (DescribeResourcePolicies response, CloudWatch Logs API Reference). What is broken
/// stays as a document that cannot be read, for it may allow something.
pub(super) fn of_logs(files: &Files, unreadable: &mut Vec<Unread>) -> Fetched<Vec<Document>> {
    if !files.contains_key(OF_LOGS) {
        return Fetched::NotCollected;
    }
    let mut reader = Reader::new(files, unreadable);
    let list = reader.value(OF_LOGS).and_then(|response| {
        let more = response
            .get("nextToken")
            .is_some_and(|token| !token.is_null());
        let list = response.get("resourcePolicies").and_then(Value::as_array);
        let why = match list {
            Some(list) if !more => return Some(list.clone()),
            Some(_) => {
                "it holds one page of several; a policy of another may allow what these do not"
            }
            None => "it has no `resourcePolicies`: it is no DescribeResourcePolicies response",
        };
        reader.complain(OF_LOGS, why);
        None
    });
    let text = |policy: &Value| match policy.get("policyDocument") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match list {
        Some(list) => Fetched::Present(list.iter().map(|p| Document(text(p))).collect()),
        None => Fetched::NotCollected,
    }
}

/// The policies above the account. Where the file is there and does not hold them they are unknown, and said to be: a verdict
/// must not look as if nothing stood above.
pub(super) fn organization(
    files: &Files,
    unreadable: &mut Vec<Unread>,
) -> Fetched<OrganizationPolicies> {
    let Some(text) = files.get(ORGANIZATION) else {
        let read = Reader::new(files, unreadable).is_collected("organization");
        return match read {
            true => Fetched::Present(OrganizationPolicies::default()),
            false => Fetched::NotCollected,
        };
    };
    let value = is_object(text)
        .and_then(|()| serde_json::from_str::<Value>(text).map_err(|e| json_error(&e)));
    let read = value.and_then(|value| OrganizationPolicies::read(&value));
    read.map_or_else(
        |why| broken(ORGANIZATION, Input::Organization, &why, unreadable),
        Fetched::Present,
    )
}

impl Reader<'_> {
    /// The kinds of which `collected.json` says which were asked for: `{"only": {"queue-policies": ["orders"]}}`.
    fn only(&mut self) -> BTreeMap<ResourceKind, BTreeSet<String>> {
        let value = self.value(COLLECTED);
        let Some(only) = value.as_ref().and_then(|value| value.get("only")) else {
            return BTreeMap::new();
        };
        let mut read = BTreeMap::new();
        for kind in ResourceKind::ALL {
            match only.get(kind.folder()) {
                None => {}
                Some(Value::Array(names)) => {
                    let names = names.iter().filter_map(Value::as_str);
                    read.insert(kind, names.map(str::to_owned).collect());
                }
                // What it means to say is not known: then nothing is known of those without a file.
                Some(_) => {
                    let why = format!("its `only` has no list of names for `{}`", kind.folder());
                    self.unusable(COLLECTED, why);
                    read.insert(kind, BTreeSet::new());
                }
            }
        }
        read
    }

    /// Policies by the resource's name. A file is a response that holds one, or the document itself; what is broken stays
    /// as it is, for it may allow or deny something.
    pub(super) fn policies(&mut self, kind: &str) -> Fetched<BTreeMap<String, Document>> {
        let Some(names) = self.names(kind) else {
            return Fetched::NotCollected;
        };
        let mut policies = BTreeMap::new();
        for file in names {
            let stem = file
                .strip_prefix(&format!("{kind}/"))
                .and_then(|name| name.strip_suffix(".json"));
            let Some(stem) = stem.map(str::to_owned) else {
                continue;
            };
            let text = match self.value(&file).as_ref().map(policy_of) {
                Some(Ok(Some(text))) => text,
                Some(Ok(None)) => continue,
                Some(Err(why)) => {
                    self.unusable(&file, why);
                    String::new()
                }
                None => String::new(),
            };
            policies.insert(stem, Document(text));
        }
        Fetched::Present(policies)
    }
}

/// The policy that a response holds: GetPolicy, GetKeyPolicy, GetBucketPolicy (`Policy`), GetResourcePolicy
/// (`ResourcePolicy`), GetQueueAttributes and GetTopicAttributes (`Attributes`); nothing where it says that there is none.
fn policy_of(response: &Value) -> Result<Option<String>, &'static str> {
    if response.get("Statement").is_some() {
        return Ok(Some(response.to_string()));
    }
    let attributes = response.get("Attributes");
    let within = attributes.unwrap_or(response);
    match within
        .get("Policy")
        .or_else(|| within.get("ResourcePolicy"))
    {
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Ok(Some(other.to_string())),
        None if attributes.is_some() || response.get("ARN").is_some() => Ok(None),
        None if response.as_object().is_some_and(serde_json::Map::is_empty) => Ok(None),
        None => Err("it holds no policy: neither a `Policy` nor a `Statement`"),
    }
}
