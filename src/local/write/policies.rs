//! The policies of resources and of CloudWatch Logs, as the files that [`super::super::policies`] reads.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::entries::DEEPEST;
use super::entries::Written;
use crate::snapshot::{
    Account, Document, Fetched, NamedDocument, OrganizationPolicies, ResourceKind, ResourcePolicies,
};

/// Writes them beside the entry points.
pub fn add(account: &Account, out: &mut Written) {
    let read = &account.resource_policies;
    for kind in ResourceKind::ALL {
        if let Some(policies) = read.of_kind(kind) {
            of_kind(kind, policies, out);
        }
    }
    out.only = only(read, account, out);
    of_logs(&account.log_resource_policies, out);
    organization(&account.organization, out);
}

fn of_kind(kind: ResourceKind, read: &Fetched<BTreeMap<String, Document>>, out: &mut Written) {
    if out.is_read(kind.folder(), read) {
        for (name, policy) in read.present().into_iter().flatten() {
            let parts = path(kind, name);
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            out.file(&parts, json!({ "Policy": policy.0 }));
        }
    }
}

/// Names of secrets have slashes in them. Deeper than the reader looks none is written.
fn path(kind: ResourceKind, name: &str) -> Vec<String> {
    let parts: Vec<&str> = name.split('/').collect();
    let parts = if parts.len() > DEEPEST {
        vec![name]
    } else {
        parts
    };
    let all = [kind.folder()].into_iter().chain(parts);
    all.map(str::to_owned).collect()
}

/// Of a kind of which only some were asked for, those that were answered. One whose policy no file can hold is not among them.
fn only(read: &ResourcePolicies, account: &Account, out: &Written) -> Option<Value> {
    let has_policy = |kind: ResourceKind, name: &str| {
        let all = match kind {
            ResourceKind::Function => &account.entries.function_policies,
            ResourceKind::Key => &read.keys,
            ResourceKind::Bucket => &read.buckets,
            ResourceKind::Queue => &read.queues,
            ResourceKind::Topic => &read.topics,
            ResourceKind::Secret => &read.secrets,
        };
        all.present().is_some_and(|all| all.contains_key(name))
    };
    let is_told = |kind: ResourceKind, name: &str| {
        let file = format!("{}.json", path(kind, name).join("/"));
        out.files.contains_key(&file) || !has_policy(kind, name)
    };
    let kinds = read.only.iter().map(|(kind, names)| {
        let names: Vec<&String> = names.iter().filter(|name| is_told(*kind, name)).collect();
        (kind.folder().to_owned(), json!(names))
    });
    let kinds: Map<String, Value> = kinds.collect();
    (!kinds.is_empty()).then_some(Value::Object(kinds))
}

fn of_logs(read: &Fetched<Vec<Document>>, out: &mut Written) {
    const FILE: &str = "log-resource-policies";
    match read {
        Fetched::Present(all) => {
            let each = all.iter().enumerate().map(|(index, policy)| {
                json!({ "policyName": format!("policy-{index}"), "policyDocument": policy.0 })
            });
            let all: Vec<Value> = each.collect();
            out.file(&[FILE], json!({ "resourcePolicies": all }));
        }
        Fetched::Denied(why) | Fetched::Failed(why) => out.omitted.push(format!("{FILE}: {why}")),
        Fetched::Absent | Fetched::NotCollected => {}
    }
}

/// Each policy as DescribePolicy gives it, with its name. What could not be read is told of the account as a whole.
fn organization(read: &Fetched<OrganizationPolicies>, out: &mut Written) {
    let Some(above) = read.present() else {
        return;
    };
    let policies = |all: &[NamedDocument]| -> Value {
        let each = all.iter().map(|policy| {
            json!({ "Policy": { "PolicySummary": { "Name": policy.name }, "Content": policy.document.0 } })
        });
        each.collect()
    };
    let levels = above.levels.iter().map(|level| {
        let mut fields = Map::from_iter([("target".to_owned(), json!(level.target))]);
        let service = level.service_controls.as_deref().map(policies);
        super::insert(&mut fields, "serviceControlPolicies", service);
        let resource = level.resource_controls.as_deref().map(policies);
        super::insert(&mut fields, "resourceControlPolicies", resource);
        Value::Object(fields)
    });
    let levels: Value = levels.collect();
    let mut file = Map::from_iter([("levels".to_owned(), levels)]);
    super::insert(&mut file, "id", above.id.clone());
    super::insert(
        &mut file,
        "managementAccount",
        above.management_account.clone(),
    );
    out.file(&["organization"], Value::Object(file));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::local::entries::Files;
    use crate::local::policies;
    use crate::snapshot::{Entries, OrganizationLevel};

    fn documents(names: &[&str]) -> Fetched<BTreeMap<String, Document>> {
        let of = |name: &&str| {
            let text = json!({ "Statement": [], "Id": name }).to_string();
            ((*name).to_owned(), Document(text))
        };
        Fetched::Present(names.iter().map(of).collect())
    }

    /// What is written, read again.
    fn again(account: &Account) -> (ResourcePolicies, Fetched<Vec<Document>>, Vec<String>) {
        let mut written = super::super::entries::files(&account.entries);
        add(account, &mut written);
        let files = written.files.iter();
        let mut files: Files = files
            .map(|(name, c)| (name.clone(), c.to_string()))
            .collect();
        let collected = json!({ "read": written.collected, "only": written.only });
        files.insert("collected.json".to_owned(), collected.to_string());
        let mut unreadable = Vec::new();
        let read = policies::of_resources(&files, &mut unreadable);
        let of_logs = policies::of_logs(&files, &mut unreadable);
        assert_eq!(unreadable, []);
        (read, of_logs, written.omitted)
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let only = |kind: ResourceKind, names: &[&str]| {
            let names: BTreeSet<String> = names.iter().map(|n| (*n).to_owned()).collect();
            (kind, names)
        };
        let account = Account {
            resource_policies: ResourcePolicies {
                keys: documents(&["1234abcd-12ab"]),
                buckets: documents(&["in.example"]),
                queues: documents(&[]),
                topics: documents(&["orders.fifo"]),
                secrets: documents(&["prod/db", "plain"]),
                only: BTreeMap::from([
                    only(ResourceKind::Function, &["resize"]),
                    only(ResourceKind::Key, &["1234abcd-12ab"]),
                    only(ResourceKind::Bucket, &["in.example"]),
                    only(ResourceKind::Queue, &["without"]),
                    only(ResourceKind::Topic, &["orders.fifo", "without"]),
                    only(ResourceKind::Secret, &["prod/db", "plain"]),
                ]),
            },
            log_resource_policies: Fetched::Present(vec![Document("{}".to_owned())]),
            entries: Entries {
                function_policies: documents(&["resize"]),
                ..Entries::default()
            },
            ..Account::default()
        };
        let (read, of_logs, omitted) = again(&account);
        assert_eq!(omitted, [""; 0]);
        assert_eq!(read, account.resource_policies);
        assert_eq!(of_logs, account.log_resource_policies);
    }

    #[test]
    fn what_stands_above_the_account_is_read_again_as_it_was() {
        let policy = |name: &str| NamedDocument {
            name: name.to_owned(),
            document: Document(json!({ "Statement": [] }).to_string()),
        };
        let level = |target: &str, service, resource| OrganizationLevel {
            target: target.to_owned(),
            service_controls: service,
            resource_controls: resource,
        };
        let above = OrganizationPolicies {
            id: Some("o-abc".to_owned()),
            management_account: Some("111111111111".to_owned()),
            levels: vec![
                level("r-ab12", Some(vec![policy("all")]), None),
                level("123456789012", Some(Vec::new()), Some(vec![policy("own")])),
            ],
        };
        for read in [above, OrganizationPolicies::default()] {
            let account = Account {
                organization: Fetched::Present(read),
                ..Account::default()
            };
            let mut written = super::super::entries::files(&account.entries);
            add(&account, &mut written);
            let text = written.files["organization.json"].to_string();
            let files = Files::from([("organization.json".to_owned(), text)]);
            let mut unreadable = Vec::new();
            assert_eq!(
                policies::organization(&files, &mut unreadable),
                account.organization
            );
        }
    }

    #[test]
    fn a_policy_that_no_file_can_hold_is_not_said_to_be_none() {
        let deep = "a/b/c/d/e";
        let account = Account {
            resource_policies: ResourcePolicies {
                secrets: documents(&["a b", deep, "fits"]),
                only: BTreeMap::from([(
                    ResourceKind::Secret,
                    ["a b", deep, "fits", "without"].map(str::to_owned).into(),
                )]),
                ..ResourcePolicies::default()
            },
            ..Account::default()
        };
        let (read, _, omitted) = again(&account);
        assert_eq!(omitted.len(), 2, "{omitted:?}");
        assert_eq!(read.secrets, documents(&["fits"]));
        let known: Vec<&str> = read.only[&ResourceKind::Secret]
            .iter()
            .map(String::as_str)
            .collect();
        assert_eq!(known, ["fits", "without"]);
    }
}
