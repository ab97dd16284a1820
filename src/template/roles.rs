//! The IAM resources of a template as IAM describes them: roles, users, groups, managed policies.

use std::collections::BTreeMap;

use serde_json::Value;

use super::attributes::arn;
use super::policy;
use super::resolve::{elements, sides, text_of};
use super::resource::Resource;
use super::scope::Scope;
use super::{account::Builder, data};
use crate::document::Place;
use crate::loc::Pointer;
use crate::snapshot::{
    Attachment, Document, Fetched, Group, ManagedPolicy, NamedDocument, Role, Tag, User,
};

/// Whose policies are meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Holder {
    Role,
    User,
    Group,
}

/// What is held by somebody of a name.
#[derive(Default)]
struct Held {
    inline: Vec<NamedDocument>,
    attached: Vec<Attachment>,
    groups: Vec<String>,
}

/// Policies by who holds them, before the holders are put together.
#[derive(Default)]
pub(super) struct Holders {
    held: BTreeMap<(Holder, String), Held>,
    /// Places of documents, by holder and policy.
    pub places: BTreeMap<(Holder, String, String), Place>,
}

/// The properties that name who holds a policy.
const HOLDERS: [(&str, Holder); 3] = [
    ("Roles", Holder::Role),
    ("Users", Holder::User),
    ("Groups", Holder::Group),
];

impl Builder {
    /// Takes every IAM resource of one stack into the account.
    pub(super) fn iam(&mut self, scope: &Scope) {
        let mut holders = Holders::default();
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
                "AWS::IAM::ManagedPolicy" => self.managed_policy(scope, resource, &mut holders),
                "Terraform::IAM::Attachment" => holders.attachment(scope, resource),
                "AWS::IAM::UserToGroupAddition" => holders.members(scope, resource),
                _ => {}
            }
        }
        for resource in scope.resources() {
            let arn = arn(scope, resource);
            let name = scope.name(resource);
            match resource.kind.as_str() {
                "AWS::IAM::Role" => {
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
                    self.iam.roles.push(role);
                }
                "AWS::IAM::User" => {
                    let held = holders.own(scope, resource, Holder::User, &name);
                    let mut groups = texts(scope, resource.get("Groups"));
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
        for ((holder, name, policy), place) in holders.places {
            if holder == Holder::Role {
                self.policies.entry(name).or_default().insert(policy, place);
            }
        }
    }

    fn managed_policy(&mut self, scope: &Scope, resource: &Resource, holders: &mut Holders) {
        let (arn, name) = (arn(scope, resource), scope.name(resource));
        let place = resource.place(&Pointer::root().key("PolicyDocument"));
        for (property, holder) in HOLDERS {
            for held in texts(scope, resource.get(property)) {
                let attachment = Attachment {
                    name: name.clone(),
                    arn: arn.clone(),
                };
                holders
                    .held
                    .entry((holder, held.clone()))
                    .or_default()
                    .attached
                    .push(attachment);
            }
        }
        self.managed_places.insert(arn.clone(), place);
        let document = match policy::document(scope, resource.get("PolicyDocument")) {
            Some(document) if resource.conditional => {
                Fetched::Present(policy::without_denies(document))
            }
            Some(document) => Fetched::Present(document),
            None => Fetched::Failed("the template gives it no document".to_owned()),
        };
        self.iam.managed.push(ManagedPolicy {
            name,
            arn,
            document,
        });
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
    }
}

impl Holders {
    /// A policy that names its holders.
    fn policy(&mut self, scope: &Scope, resource: &Resource, properties: &[(&str, Holder)]) {
        let Some(document) = policy::document(scope, resource.get("PolicyDocument")) else {
            return;
        };
        let document = match resource.conditional {
            true => policy::without_denies(document),
            false => document,
        };
        let name = resource
            .get("PolicyName")
            .and_then(|name| scope.shown(name));
        let name = name.unwrap_or_else(|| resource.id.clone());
        let place = resource.place(&Pointer::root().key("PolicyDocument"));
        for (property, holder) in properties {
            for held in texts(scope, resource.get(property)) {
                self.add(*holder, &held, &name, document.clone(), place.clone());
            }
        }
    }

    fn add(&mut self, holder: Holder, held: &str, policy: &str, document: Document, place: Place) {
        let entry = self.held.entry((holder, held.to_owned())).or_default();
        // Two policies of one name on one holder would be told apart by nothing.
        let taken = entry.inline.iter().filter(|p| p.name == policy).count();
        let name = match taken {
            0 => policy.to_owned(),
            n => format!("{policy} ({})", n + 1),
        };
        self.places
            .insert((holder, held.to_owned(), name.clone()), place);
        entry.inline.push(NamedDocument { name, document });
    }

    /// Managed policies that are attached from outside.
    fn attachment(&mut self, scope: &Scope, resource: &Resource) {
        for arn in texts(scope, resource.get("PolicyArn")) {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            for (property, holder) in HOLDERS {
                for held in texts(scope, resource.get(property)) {
                    let attachment = Attachment {
                        name: name.clone(),
                        arn: arn.clone(),
                    };
                    self.held
                        .entry((holder, held))
                        .or_default()
                        .attached
                        .push(attachment);
                }
            }
        }
    }

    fn members(&mut self, scope: &Scope, resource: &Resource) {
        let Some(group) = resource.get("GroupName").and_then(|name| scope.shown(name)) else {
            return;
        };
        for user in texts(scope, resource.get("Users")) {
            self.held
                .entry((Holder::User, user))
                .or_default()
                .groups
                .push(group.clone());
        }
    }

    /// What a holder's own properties give it, then what names it.
    fn own(&mut self, scope: &Scope, resource: &Resource, holder: Holder, name: &str) -> Held {
        let others = self
            .held
            .remove(&(holder, name.to_owned()))
            .unwrap_or_default();
        let others_places: Vec<(String, Place)> = others
            .inline
            .iter()
            .filter_map(|p| {
                Some((
                    p.name.clone(),
                    self.places
                        .remove(&(holder, name.to_owned(), p.name.clone()))?,
                ))
            })
            .collect();
        let policies = scope.property(resource, "Policies");
        let policies = policies.unwrap_or_else(|| Value::Array(Vec::new()));
        let listed = resource
            .get("Policies")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let open = !policies.is_array();
        let resolved = elements(&policies);
        for (index, entry) in resolved.iter().enumerate() {
            let policy = entry.get("PolicyName").and_then(text_of);
            let policy = policy.unwrap_or_else(|| format!("policies[{index}]"));
            let document = policy::settled(entry.get("PolicyDocument").unwrap_or(entry));
            let document = match open {
                true => policy::without_denies(document),
                false => document,
            };
            // An element that a choice left out moves those behind it; then only the list is sure.
            let at = Pointer::root().key("Policies");
            let at = match listed == resolved.len() {
                true => at.index(index).key("PolicyDocument"),
                false => at,
            };
            self.add(holder, name, &policy, document, resource.place(&at));
        }
        let mut held = self
            .held
            .remove(&(holder, name.to_owned()))
            .unwrap_or_default();
        for arn in texts(scope, resource.get("ManagedPolicyArns")) {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            held.attached.push(Attachment { name, arn });
        }
        for (policy, (_, place)) in others.inline.into_iter().zip(others_places) {
            self.held.insert((holder, name.to_owned()), held);
            self.add(holder, name, &policy.name, policy.document, place);
            held = self
                .held
                .remove(&(holder, name.to_owned()))
                .unwrap_or_default();
        }
        held.attached.extend(others.attached);
        held.groups.extend(others.groups);
        let mut seen = std::collections::BTreeSet::new();
        held.attached
            .retain(|attachment| seen.insert(attachment.arn.clone()));
        held
    }
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

/// Every text of a list or a single value, with both sides of what is not decided.
pub(super) fn texts(scope: &Scope, value: Option<&Value>) -> Vec<String> {
    let Some(value) = value.and_then(|value| scope.resolve(value)) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for side in sides(&value).into_iter().flatten() {
        match side {
            Value::Array(items) => {
                let each = items
                    .iter()
                    .flat_map(|item| sides(item).into_iter().flatten());
                out.extend(each.filter_map(text_of));
            }
            one => out.extend(text_of(one)),
        }
    }
    out
}

/// `[{"Key": …, "Value": …}]`
pub(super) fn tags(scope: &Scope, resource: &Resource, property: &str) -> Vec<Tag> {
    let value = scope.property(resource, property).unwrap_or_default();
    let items = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let tag = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(text_of);
        Some(Tag {
            key: text("Key")?,
            value: text("Value").unwrap_or_default(),
        })
    };
    items.iter().filter_map(tag).collect()
}
