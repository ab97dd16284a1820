//! The IAM resources of a template as IAM describes them: roles, users, groups, managed policies.

use std::collections::BTreeMap;

use serde_json::Value;

use super::attributes::arn;
use super::holders::{HOLDERS, Holder, Holders, Named};
use super::policy;
use super::resolve::{sides, text_of};
use super::resource::Resource;
use super::scope::Scope;
use super::{account::Builder, data};
use crate::loc::Pointer;
use crate::snapshot::{Document, Fetched, Group, ManagedPolicy, Role, Tag, User};

impl Builder {
    /// Takes the policies of one stack, by who holds them.
    pub(super) fn policies_of(&mut self, scope: &Scope, holders: &mut Holders) {
        for resource in scope.resources() {
            match resource.kind.as_str() {
                "AWS::IAM::Policy" => holders.policy(scope, resource, &HOLDERS),
                "AWS::IAM::RolePolicy" => {
                    holders.policy(scope, resource, &[("RoleName", Holder::Role)])
                }
                "AWS::IAM::UserPolicy" => {
                    holders.policy(scope, resource, &[("UserName", Holder::User)])
                }
                "AWS::IAM::GroupPolicy" => {
                    holders.policy(scope, resource, &[("GroupName", Holder::Group)])
                }
                "AWS::IAM::ManagedPolicy" => self.managed_policy(scope, resource, holders),
                "Terraform::IAM::Attachment" => holders.attachment(scope, resource),
                "AWS::IAM::UserToGroupAddition" => holders.members(scope, resource),
                _ => {}
            }
        }
    }

    /// Takes the roles, users and groups of one stack with what they hold: policies of other stacks too.
    pub(super) fn principals_of(&mut self, scope: &Scope, holders: &mut Holders) {
        for resource in scope.resources() {
            let arn = arn(scope, resource);
            let name = scope.name(resource);
            match resource.kind.as_str() {
                "AWS::IAM::Role" => {
                    let twin = self.twin(holders, &arn);
                    let held = holders.own(scope, resource, Holder::Role, &name);
                    let role = Role {
                        trust: trust(scope, resource),
                        inline: Fetched::Present(held.inline),
                        attached: Fetched::Present(held.attached),
                        boundary: boundary(scope, resource),
                        tags: tags(scope, resource, "Tags"),
                        arn: arn.clone(),
                        name: name.clone(),
                    };
                    let trust = resource.place(&Pointer::root().key("AssumeRolePolicyDocument"));
                    self.trusts.insert(arn, trust);
                    self.iam.roles.push(match twin {
                        Some(twin) => either_role(holders, &twin, role),
                        None => role,
                    });
                }
                "AWS::IAM::User" => {
                    let held = holders.own(scope, resource, Holder::User, &name);
                    let mut groups = holders.groups(scope, resource);
                    groups.extend(held.groups);
                    let user = User {
                        inline: held.inline,
                        attached: held.attached,
                        groups,
                        boundary: boundary(scope, resource),
                        tags: tags(scope, resource, "Tags"),
                        arn,
                        name,
                    };
                    self.iam.users.push(user);
                }
                "AWS::IAM::Group" => {
                    let held = holders.own(scope, resource, Holder::Group, &name);
                    self.iam.groups.push(Group {
                        name,
                        arn,
                        inline: held.inline,
                        attached: held.attached,
                    });
                }
                _ => {}
            }
        }
    }

    /// Remembers where policies stand, and of which no deny counts, once all principals are known.
    pub(super) fn held(&mut self, holders: Holders) {
        for ((holder, name, policy), place) in holders.places {
            if holder == Holder::Role {
                self.policies.entry(name).or_default().insert(policy, place);
            }
        }
        self.unsure.extend(holders.unsure);
        self.unsure_groups.extend(holders.unsure_groups);
    }

    /// Another role of the same name, taken out of the account: of the two that conditions choose between, either may be
    /// there, and what holds for a name holds for both.
    fn twin(&mut self, holders: &mut Holders, arn: &str) -> Option<Role> {
        let at = self.iam.roles.iter().position(|role| role.arn == arn)?;
        let twin = self.iam.roles.remove(at);
        let held = holders
            .held
            .entry((Holder::Role, twin.name.clone()))
            .or_default();
        let inline = twin.inline.present().into_iter().flatten();
        held.inline.extend(inline.cloned());
        let attached = twin.attached.present().into_iter().flatten();
        held.attached.extend(attached.cloned());
        Some(twin)
    }

    fn managed_policy(&mut self, scope: &Scope, resource: &Resource, holders: &mut Holders) {
        let (arn, name) = (arn(scope, resource), scope.name(resource));
        let place = resource.place(&Pointer::root().key("PolicyDocument"));
        let own = Named {
            name: arn.clone(),
            sure: true,
        };
        holders.attach(scope, resource, &own);
        self.managed_places.insert(arn.clone(), place);
        let document = match policy::document(scope, resource.get("PolicyDocument")) {
            Some(document) if resource.conditional => {
                Fetched::Present(policy::without_denies(document))
            }
            Some(document) => Fetched::Present(document),
            None => Fetched::Failed("the template gives it no document".to_owned()),
        };
        let twin = self.iam.managed.iter_mut().find(|p| p.arn == arn);
        if let Some(twin) = twin {
            // Either may be there: what one of them allows may be allowed.
            twin.document = match (&twin.document, document) {
                (Fetched::Present(a), Fetched::Present(b)) => {
                    Fetched::Present(policy::either(a, &b))
                }
                (_, unread) => unread,
            };
            return;
        }
        self.iam.managed.push(ManagedPolicy {
            name,
            arn,
            document,
        });
    }

    /// Takes the denies out of what somebody may not hold: nothing that may be absent takes a permission away.
    fn drop_unsure_denies(&mut self) {
        let groups = self.iam.groups.iter_mut();
        for group in groups.filter(|g| self.unsure_groups.contains(&g.name)) {
            for policy in &mut group.inline {
                policy.document = policy::without_denies(policy.document.clone());
            }
            let attached = group.attached.iter().map(|a| a.arn.clone());
            self.unsure.extend(attached);
        }
        let policies = self.iam.managed.iter_mut();
        for policy in policies.filter(|p| self.unsure.contains(&p.arn)) {
            if let Fetched::Present(document) = &mut policy.document {
                *document = policy::without_denies(document.clone());
            }
        }
    }

    /// The AWS managed policies that somebody holds, as far as their documents are known. One that is not known stays a
    /// policy that could not be read.
    pub(super) fn aws_managed(&mut self) {
        let roles = self
            .iam
            .roles
            .iter()
            .filter_map(|r| r.attached.present())
            .flatten();
        let users = self.iam.users.iter().flat_map(|u| &u.attached);
        let groups = self.iam.groups.iter().flat_map(|g| &g.attached);
        let held = roles.chain(users).chain(groups).cloned();
        let boundaries = self.iam.roles.iter().filter_map(|r| r.boundary.clone());
        let mut all: BTreeMap<String, String> = held.map(|a| (a.arn, a.name)).collect();
        all.extend(boundaries.map(|arn| {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            (arn, name)
        }));
        for (arn, name) in all {
            if self.iam.managed.iter().any(|policy| policy.arn == arn) {
                continue;
            }
            let document = match data::managed_document(&arn) {
                Some(document) => Fetched::Present(Document(document.to_string())),
                None => Fetched::Failed(format!(
                    "what the managed policy `{name}` allows stands neither in the template nor in this program"
                )),
            };
            self.iam.managed.push(ManagedPolicy {
                name,
                arn,
                document,
            });
        }
        self.drop_unsure_denies();
    }
}

/// Two roles of one name of which either may be there: what one of them may do the role may do, and only what both are
/// held to holds it.
fn either_role(holders: &mut Holders, twin: &Role, mut role: Role) -> Role {
    if let Fetched::Present(inline) = &mut role.inline {
        for policy in inline {
            policy.document = policy::without_denies(policy.document.clone());
        }
    }
    let attached = role.attached.present().into_iter().flatten();
    holders.unsure.extend(attached.map(|a| a.arn.clone()));
    role.boundary = role.boundary.filter(|b| twin.boundary.as_ref() == Some(b));
    role.trust = match (&twin.trust, role.trust) {
        (Fetched::Present(a), Fetched::Present(b)) => Fetched::Present(policy::either(a, &b)),
        (_, unread) => unread,
    };
    role
}

fn trust(scope: &Scope, resource: &Resource) -> Fetched<Document> {
    match policy::document(scope, resource.get("AssumeRolePolicyDocument")) {
        Some(document) => Fetched::Present(document),
        None => Fetched::Failed("the template gives it no trust policy".to_owned()),
    }
}

fn boundary(scope: &Scope, resource: &Resource) -> Option<String> {
    let value = scope.property(resource, "PermissionsBoundary")?;
    // A boundary that may not be there bounds nothing.
    match sides(&value).as_slice() {
        [Some(one)] => text_of(one),
        _ => None,
    }
}

/// The tag that switches rules off: it counts only where it is surely there.
const SUPPRESS: &str = "stepwarden:suppress";

/// `[{"Key": …, "Value": …}]`, as it is in every way in which conditions may come out.
pub(super) fn tags(scope: &Scope, resource: &Resource, property: &str) -> Vec<Tag> {
    let tag = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(text_of);
        Some(Tag {
            key: text("Key")?,
            value: text("Value").unwrap_or_default(),
        })
    };
    let ways = scope.ways(resource.get(property)).into_iter();
    let ways: Vec<Vec<Tag>> = ways
        .map(|way| {
            let items = way.as_ref().and_then(Value::as_array);
            items.into_iter().flatten().filter_map(tag).collect()
        })
        .collect();
    let mut out: Vec<Tag> = Vec::new();
    for tag in ways.iter().flatten() {
        let sure = ways.iter().all(|way| way.contains(tag));
        if !out.contains(tag) && (sure || tag.key != SUPPRESS) {
            out.push(tag.clone());
        }
    }
    out
}
