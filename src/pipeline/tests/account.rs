//! The read port in memory.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::world::{ACCOUNT, State, World, role_arn};
use crate::arn::Arn;
use crate::collect::{
    Account, EntryAsk, Lookup, ManagedHead, PageOf, ReadEntries, Recorded, RoleHead,
};
use crate::snapshot::{
    Attachment, Document, Fetched, Function, Group, Iam, LogGroup, NamedDocument, Role,
    StateMachine, Tag, User, VersionRef,
};

fn role_head(name: &str) -> RoleHead {
    RoleHead {
        arn: role_arn(name),
        name: name.to_owned(),
        trust: trust(),
        boundary: None,
        tags: Vec::new(),
    }
}

fn trust() -> Document {
    let trust = json!({ "Statement": { "Effect": "Allow", "Principal": { "Service": "states.amazonaws.com" },
        "Action": "sts:AssumeRole", "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } } } });
    Document(trust.to_string())
}

fn serving(service: &str) -> Document {
    let trust = json!({ "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": format!("{service}.amazonaws.com") } } });
    Document(trust.to_string())
}

fn named(policies: &BTreeMap<String, Value>) -> Vec<NamedDocument> {
    let each = policies.iter().map(|(name, document)| NamedDocument {
        name: name.clone(),
        document: Document(document.to_string()),
    });
    each.collect()
}

fn iam(state: &State) -> Iam {
    let roles = state.roles.iter().map(|(name, policies)| Role {
        arn: role_arn(name),
        name: name.clone(),
        trust: Fetched::Present(match state.serve.get(name) {
            Some(service) => serving(service),
            None => trust(),
        }),
        inline: Fetched::Present(named(policies)),
        attached: Fetched::Present(Vec::new()),
        boundary: None,
        tags: Vec::new(),
    });
    let users = state.users.iter().map(|(name, document)| User {
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        name: name.clone(),
        inline: named(&BTreeMap::from([("own".to_owned(), document.clone())])),
        attached: Vec::new(),
        groups: of_user(state, name),
        boundary: None,
        tags: Vec::new(),
    });
    let groups = state.groups.iter().map(|(name, (document, _))| Group {
        arn: format!("arn:aws:iam::{ACCOUNT}:group/{name}"),
        name: name.clone(),
        inline: named(&BTreeMap::from([("own".to_owned(), document.clone())])),
        attached: Vec::new(),
    });
    Iam {
        roles: roles.collect(),
        users: users.collect(),
        groups: groups.collect(),
        ..Iam::default()
    }
}

fn of_user(state: &State, user: &str) -> Vec<String> {
    let groups = state.groups.iter();
    let own = groups.filter(|(_, (_, members))| members.iter().any(|m| m == user));
    own.map(|(name, _)| name.clone()).collect()
}

/// The workflows, without their versions.
fn current(state: &State) -> Vec<String> {
    let all = state.machines.keys();
    let current = all.filter(|arn| arn.split(':').count() == 7);
    current.cloned().collect()
}

impl Account for World {
    async fn workflow(&self, arn: &str) -> Fetched<StateMachine> {
        self.read(format!("DescribeStateMachine {arn}"), |s| {
            s.machines.get(arn).cloned()
        })
        .await
    }

    async fn tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        self.read(format!("ListTagsForResource {arn}"), |s| {
            s.machines
                .get(arn)
                .map(|m| m.tags.present().cloned().unwrap_or_default())
        })
        .await
    }

    async fn versions(&self, arn: &str) -> Fetched<Vec<VersionRef>> {
        let of = format!("{arn}:");
        self.read(format!("ListStateMachineVersions {arn}"), |s| {
            let all = s.machines.keys().filter(|key| key.starts_with(&of));
            let version = |arn: &String| VersionRef {
                arn: arn.clone(),
                created: "2026-01-01T00:00:00Z".to_owned(),
            };
            Some(all.rev().map(version).collect())
        })
        .await
    }

    async fn aliases(&self, arn: &str) -> Fetched<Vec<String>> {
        self.read(format!("ListStateMachineAliases {arn}"), |_| {
            Some(Vec::new())
        })
        .await
    }

    async fn alias(&self, _arn: &str) -> Fetched<Vec<String>> {
        Fetched::Absent
    }

    async fn workflows(&self) -> Fetched<Vec<String>> {
        self.read("ListStateMachines".to_owned(), |s| Some(current(s)))
            .await
    }

    async fn workflows_page(&self, next: Option<&str>) -> Fetched<PageOf<String>> {
        const PAGE: usize = 1000;
        let from: usize = next.map_or(0, |next| next.parse().unwrap());
        self.read("ListStateMachines".to_owned(), |s| {
            let all = current(s);
            let page: Vec<String> = all.iter().skip(from).take(PAGE).cloned().collect();
            let more = from + page.len() < all.len();
            let next = more.then(|| (from + page.len()).to_string());
            Some((page, next))
        })
        .await
    }

    async fn all_tags(&self) -> Fetched<BTreeMap<String, Vec<Tag>>> {
        self.read("GetResources".to_owned(), |s| {
            let tagged = s.machines.iter();
            Some(
                tagged
                    .map(|(arn, m)| (arn.clone(), m.tags.present().cloned().unwrap_or_default()))
                    .collect(),
            )
        })
        .await
    }

    async fn stack_tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        self.read(format!("GetResources {arn}"), |_| Some(Vec::new()))
            .await
    }

    async fn role(&self, name: &str) -> Fetched<RoleHead> {
        self.read(format!("GetRole {name}"), |s| {
            s.roles.contains_key(name).then(|| role_head(name))
        })
        .await
    }

    async fn inline_names(&self, role: &str) -> Fetched<Vec<String>> {
        self.read(format!("ListRolePolicies {role}"), |s| {
            Some(s.roles.get(role)?.keys().cloned().collect())
        })
        .await
    }

    async fn inline(&self, role: &str, policy: &str) -> Fetched<Document> {
        self.read(format!("GetRolePolicy {role} {policy}"), |s| {
            Some(Document(s.roles.get(role)?.get(policy)?.to_string()))
        })
        .await
    }

    async fn attached(&self, role: &str) -> Fetched<Vec<Attachment>> {
        self.read(format!("ListAttachedRolePolicies {role}"), |_| {
            Some(Vec::new())
        })
        .await
    }

    async fn managed(&self, arn: &str) -> Fetched<ManagedHead> {
        self.read(format!("GetPolicy {arn}"), |_| None).await
    }

    async fn managed_version(&self, arn: &str, version: &str) -> Fetched<Document> {
        self.read(format!("GetPolicyVersion {arn} {version}"), |_| None)
            .await
    }

    async fn roles_with(&self, policy: &str) -> Fetched<Vec<String>> {
        self.read(format!("ListEntitiesForPolicy {policy}"), |_| {
            Some(Vec::new())
        })
        .await
    }

    async fn authorization_details(&self) -> Fetched<Iam> {
        self.read("GetAccountAuthorizationDetails".to_owned(), |s| {
            Some(iam(s))
        })
        .await
    }

    async fn log_groups(&self, prefix: &str) -> Fetched<BTreeMap<String, LogGroup>> {
        self.read(format!("DescribeLogGroups {prefix}"), |_| {
            Some(BTreeMap::new())
        })
        .await
    }

    async fn log_resource_policies(&self) -> Fetched<Vec<Document>> {
        self.read("DescribeResourcePolicies".to_owned(), |_| Some(Vec::new()))
            .await
    }

    async fn resource_policy(&self, resource: &Arn) -> Fetched<NamedDocument> {
        self.read(format!("ResourcePolicy {resource}"), |s| {
            let document = s.policies.get(resource.as_str())?.to_string();
            let name = resource.resource().rsplit('/').next()?;
            // function:NAME, then a qualifier or nothing.
            let name = name.strip_prefix("function:").unwrap_or(name);
            let name = name.split(':').next()?.to_owned();
            let document = Document(document);
            Some(NamedDocument { name, document })
        })
        .await
    }

    async fn function(&self, arn: &str) -> Fetched<Function> {
        self.read(format!("GetFunctionConfiguration {arn}"), |s| {
            s.functions.get(arn).cloned()
        })
        .await
    }

    async fn functions(&self) -> Fetched<BTreeMap<String, Function>> {
        self.read("ListFunctions".to_owned(), |s| Some(s.functions.clone()))
            .await
    }

    async fn entries(&self, ask: &EntryAsk) -> ReadEntries {
        let mut read = ReadEntries::absent();
        let of = |s: &State| Some(s.entries.clone().unwrap_or_else(|| read.entries.clone()));
        if let Fetched::Present(entries) = self.read(format!("Entries {:?}", ask.kinds), of).await {
            read.entries = entries;
        }
        read
    }

    async fn recorded(&self, lookup: &Lookup, _next: Option<&str>) -> Fetched<PageOf<Recorded>> {
        let call = match lookup {
            Lookup::Event(id) => format!("LookupEvents {id}"),
            Lookup::Calls { name, .. } => format!("LookupEvents {name}"),
        };
        self.read(call, |s| {
            let found = s.trail.iter().filter(|event| match lookup {
                Lookup::Event(id) => event["eventID"] == id.as_str(),
                Lookup::Calls { name, .. } => event["eventName"] == name.as_str(),
            });
            let each = found.map(|event| Recorded {
                id: event["eventID"].as_str().unwrap().to_owned(),
                record: event.to_string(),
            });
            Some((each.collect(), None))
        })
        .await
    }

    async fn pause(&self, time: Duration) {
        self.wait(time).await;
    }
}
