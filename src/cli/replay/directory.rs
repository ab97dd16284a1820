//! The read ports over an account that was read already: each answer is what its call would give.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::arn::{AccountRegion, Arn};
use crate::collect::{
    Account, Accounts, EntryAsk, Lookup, LookupError, ManagedHead, PageOf, ReadEntries, Recorded,
    RoleHead,
};
use crate::gap::{GapSubject, Unread};
use crate::iam::resources::{named, without_random};
use crate::snapshot::{
    self, Attachment, Document, Fetched, Function, Iam, LogGroup, NamedDocument,
    OrganizationPolicies, Role, StateMachine, Tag, VersionRef,
};

/// An account in one region.
#[derive(Clone, Copy)]
pub(super) struct Directory<'a>(pub &'a snapshot::Account);

/// Files hold no versions of policies but the default ones.
const DEFAULT_VERSION: &str = "v1";

impl Directory<'_> {
    fn machine(&self, arn: &str) -> Option<StateMachine> {
        let current = self.0.workflows.iter().find(|machine| machine.arn == arn);
        current.cloned().or_else(|| {
            let (workflow, number) = arn.rsplit_once(':')?;
            let mut versions = self.0.versions.iter().filter(|v| v.arn == workflow);
            let version = versions.find(|v| v.version.as_deref() == Some(number))?;
            Some(StateMachine {
                arn: arn.to_owned(),
                version: None,
                ..version.clone()
            })
        })
    }

    fn iam<T>(&self, find: impl FnOnce(&Iam) -> Option<T>) -> Fetched<T> {
        part(&self.0.iam, |iam| or_absent(find(iam)))
    }

    fn of_role<T>(&self, name: &str, find: impl FnOnce(&Role) -> Fetched<T>) -> Fetched<T> {
        part(&self.0.iam, |iam| {
            let role = iam.roles.iter().find(|role| role.name == name);
            role.map_or(Fetched::Absent, find)
        })
    }

    fn policy(&self, resource: &Arn) -> Fetched<NamedDocument> {
        let Some((kind, name)) = named(resource) else {
            return Fetched::NotCollected;
        };
        let policies = &self.0.resource_policies;
        let functions = &self.0.entries.function_policies;
        let of_kind = policies.of_kind(kind).unwrap_or(functions);
        let only = policies.only.get(&kind);
        part(of_kind, |all| {
            let found = [Some(name), without_random(kind, name)]
                .into_iter()
                .flatten()
                .find_map(|name| Some((name, all.get(name)?)));
            match (found, only) {
                (Some((name, document)), _) => Fetched::Present(NamedDocument {
                    name: name.to_owned(),
                    document: document.clone(),
                }),
                (None, Some(only)) if !only.contains(name) => Fetched::NotCollected,
                (None, _) => Fetched::Absent,
            }
        })
    }
}

fn or_absent<T>(found: Option<T>) -> Fetched<T> {
    found.map_or(Fetched::Absent, Fetched::Present)
}

/// A part of what was read, or the same lack of it.
fn part<T, U>(all: &Fetched<T>, find: impl FnOnce(&T) -> Fetched<U>) -> Fetched<U> {
    match all {
        Fetched::Present(all) => find(all),
        Fetched::Absent => Fetched::Absent,
        Fetched::Denied(why) => Fetched::Denied(why.clone()),
        Fetched::Failed(why) => Fetched::Failed(why.clone()),
        Fetched::NotCollected => Fetched::NotCollected,
    }
}

impl Account for Directory<'_> {
    fn out_of_reach(&self) -> Vec<Unread> {
        let all = self.0.unreadable.iter();
        let of_account = all.filter(|unread| unread.subject == GapSubject::Account);
        of_account.cloned().collect()
    }

    fn is_at_hand(&self) -> bool {
        true
    }

    async fn workflow(&self, arn: &str) -> Fetched<StateMachine> {
        or_absent(self.machine(arn))
    }

    async fn tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        let own = self.machine(arn).map(|machine| machine.tags);
        match own {
            Some(Fetched::NotCollected | Fetched::Absent) | None => part(&self.0.tags, |all| {
                // A workflow that is not listed has no tags.
                Fetched::Present(all.get(arn).cloned().unwrap_or_default())
            }),
            Some(own) => own,
        }
    }

    async fn versions(&self, arn: &str) -> Fetched<Vec<VersionRef>> {
        let of_workflow = self.0.versions.iter().filter(|version| version.arn == arn);
        let numbers = of_workflow.filter_map(|version| version.version.as_ref());
        let each = numbers.map(|number| VersionRef {
            arn: format!("{arn}:{number}"),
            created: String::new(),
        });
        Fetched::Present(each.collect())
    }

    async fn aliases(&self, _arn: &str) -> Fetched<Vec<String>> {
        Fetched::Present(Vec::new())
    }

    async fn alias(&self, _arn: &str) -> Fetched<Vec<String>> {
        Fetched::Absent
    }

    async fn workflows(&self) -> Fetched<Vec<String>> {
        let all = self.0.workflows.iter();
        Fetched::Present(all.map(|m| m.arn.clone()).collect())
    }

    async fn workflows_page(&self, _next: Option<&str>) -> Fetched<PageOf<String>> {
        part(&self.workflows().await, |all| {
            Fetched::Present((all.clone(), None))
        })
    }

    async fn all_tags(&self) -> Fetched<BTreeMap<String, Vec<Tag>>> {
        self.0.tags.clone()
    }

    async fn stack_tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        part(&self.0.tags, |all| or_absent(all.get(arn).cloned()))
    }

    async fn role(&self, name: &str) -> Fetched<RoleHead> {
        self.of_role(name, |role| {
            part(&role.trust, |trust| {
                Fetched::Present(RoleHead {
                    arn: role.arn.clone(),
                    name: role.name.clone(),
                    trust: trust.clone(),
                    boundary: role.boundary.clone(),
                    tags: role.tags.clone(),
                })
            })
        })
    }

    async fn inline_names(&self, role: &str) -> Fetched<Vec<String>> {
        let names = |all: &Vec<NamedDocument>| all.iter().map(|p| p.name.clone()).collect();
        self.of_role(role, |role| {
            part(&role.inline, |all| Fetched::Present(names(all)))
        })
    }

    async fn inline(&self, role: &str, policy: &str) -> Fetched<Document> {
        self.of_role(role, |role| {
            part(&role.inline, |all| {
                let found = all.iter().find(|one| one.name == policy);
                or_absent(found.map(|one| one.document.clone()))
            })
        })
    }

    async fn attached(&self, role: &str) -> Fetched<Vec<Attachment>> {
        self.of_role(role, |role| role.attached.clone())
    }

    async fn managed(&self, arn: &str) -> Fetched<ManagedHead> {
        self.iam(|iam| {
            let policy = iam.managed.iter().find(|policy| policy.arn == arn)?;
            Some(ManagedHead {
                name: policy.name.clone(),
                version: DEFAULT_VERSION.to_owned(),
            })
        })
    }

    async fn managed_version(&self, arn: &str, _version: &str) -> Fetched<Document> {
        part(&self.0.iam, |iam| {
            let policy = iam.managed.iter().find(|policy| policy.arn == arn);
            policy.map_or(Fetched::Absent, |policy| policy.document.clone())
        })
    }

    async fn roles_with(&self, policy: &str) -> Fetched<Vec<String>> {
        let holds = |role: &&Role| {
            let attached = role.attached.present().into_iter().flatten();
            attached.map(|a| a.arn.as_str()).any(|arn| arn == policy)
                || role.boundary.as_deref() == Some(policy)
        };
        self.iam(|iam| {
            let holders = iam.roles.iter().filter(holds);
            Some(holders.map(|role| role.name.clone()).collect())
        })
    }

    async fn authorization_details(&self) -> Fetched<Iam> {
        match self.0.iam.clone() {
            // Asking again brings nothing.
            Fetched::Failed(why) => Fetched::Denied(why),
            read => read,
        }
    }

    async fn log_groups(&self, _prefix: &str) -> Fetched<BTreeMap<String, LogGroup>> {
        self.0.log_groups.clone()
    }

    async fn log_resource_policies(&self) -> Fetched<Vec<Document>> {
        self.0.log_resource_policies.clone()
    }

    async fn resource_policy(&self, resource: &Arn) -> Fetched<NamedDocument> {
        self.policy(resource)
    }

    async fn function(&self, arn: &str) -> Fetched<Function> {
        part(&self.0.functions, |all| or_absent(all.get(arn).cloned()))
    }

    async fn functions(&self) -> Fetched<BTreeMap<String, Function>> {
        self.0.functions.clone()
    }

    async fn entries(&self, _ask: &EntryAsk) -> ReadEntries {
        ReadEntries {
            entries: self.0.entries.clone(),
            functions: self.0.functions.present().cloned().unwrap_or_default(),
        }
    }

    async fn recorded(&self, _: &Lookup, _: Option<&str>) -> Fetched<PageOf<Recorded>> {
        Fetched::NotCollected
    }

    async fn pause(&self, _time: Duration) {}
}

impl<'a> Accounts for Directory<'a> {
    type Account = Self;

    fn own(&self) -> AccountRegion {
        let mut all = self.0.workflows.iter();
        let first = all.find_map(|machine| Arn::parse(&machine.arn));
        first.map_or_else(AccountRegion::default, |arn| AccountRegion::of(&arn))
    }

    /// IAM's events are recorded in another region than their workflows': the account decides.
    async fn of(&self, home: &AccountRegion) -> Result<Self, LookupError> {
        let own = self.own().account;
        match own.is_empty() || home.account == own {
            true => Ok(*self),
            false => Err(LookupError {
                call: "DescribeStateMachine",
                why: format!(
                    "is of account {}, and what was read is account {own}",
                    home.account
                ),
            }),
        }
    }

    async fn organization(&self, _account: &str) -> Fetched<OrganizationPolicies> {
        self.0.organization.clone()
    }

    async fn pause(&self, _time: Duration) {}
}
