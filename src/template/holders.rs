//! Policies by who holds them. Of a choice that is not decided everything may be held; only what is held whatever it comes
//! to takes something away.

use std::collections::{BTreeMap, BTreeSet};

use super::policy;
use super::resolve::text_of;
use super::resource::Resource;
use super::scope::Scope;
use crate::document::Place;
use crate::loc::Pointer;
use crate::snapshot::{Attachment, Document, NamedDocument};

/// Whose policies are meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Holder {
    Role,
    User,
    Group,
}

/// What is held by somebody of a name.
#[derive(Default)]
pub(super) struct Held {
    pub inline: Vec<NamedDocument>,
    pub attached: Vec<Attachment>,
    pub groups: Vec<String>,
}

/// Policies by who holds them, before the holders are put together.
#[derive(Default)]
pub(super) struct Holders {
    pub held: BTreeMap<(Holder, String), Held>,
    /// Places of documents, by holder and policy.
    pub places: BTreeMap<(Holder, String, String), Place>,
    /// Managed policies, by ARN, that somebody may not hold: of those no deny counts.
    pub unsure: BTreeSet<String>,
    /// Groups, by name, that somebody may not be in.
    pub unsure_groups: BTreeSet<String>,
}

/// The properties that name who holds a policy.
pub(super) const HOLDERS: [(&str, Holder); 3] = [
    ("Roles", Holder::Role),
    ("Users", Holder::User),
    ("Groups", Holder::Group),
];

impl Holders {
    /// A policy that names its holders.
    pub fn policy(&mut self, scope: &Scope, resource: &Resource, properties: &[(&str, Holder)]) {
        let Some(document) = policy::document(scope, resource.get("PolicyDocument")) else {
            return;
        };
        let name = resource
            .get("PolicyName")
            .and_then(|name| scope.shown(name));
        let name = name.unwrap_or_else(|| resource.id.clone());
        let place = resource.place(&Pointer::root().key("PolicyDocument"));
        for (property, holder) in properties {
            for held in named(scope, resource, property) {
                let document = match held.sure && !resource.conditional {
                    true => document.clone(),
                    false => policy::without_denies(document.clone()),
                };
                self.add(*holder, &held.name, &name, document, place.clone());
            }
        }
    }

    /// A managed policy on all that are named in a property.
    pub fn attach(&mut self, scope: &Scope, resource: &Resource, policy: &Named) {
        for (property, holder) in HOLDERS {
            for held in named(scope, resource, property) {
                if !held.sure || !policy.sure || resource.conditional {
                    self.unsure.insert(policy.name.clone());
                }
                let entry = self.held.entry((holder, held.name)).or_default();
                entry.attached.push(attachment(&policy.name));
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
    pub fn attachment(&mut self, scope: &Scope, resource: &Resource) {
        for policy in named(scope, resource, "PolicyArn") {
            self.attach(scope, resource, &policy);
        }
    }

    pub fn members(&mut self, scope: &Scope, resource: &Resource) {
        let Some(group) = resource.get("GroupName").and_then(|name| scope.shown(name)) else {
            return;
        };
        for user in named(scope, resource, "Users") {
            if !user.sure || resource.conditional {
                self.unsure_groups.insert(group.clone());
            }
            let entry = self.held.entry((Holder::User, user.name)).or_default();
            entry.groups.push(group.clone());
        }
    }

    /// The groups that a user says to be in.
    pub fn groups(&mut self, scope: &Scope, resource: &Resource) -> Vec<String> {
        let groups = named(scope, resource, "Groups");
        let unsure = groups.iter().filter(|group| !group.sure);
        self.unsure_groups.extend(unsure.map(|g| g.name.clone()));
        groups.into_iter().map(|group| group.name).collect()
    }

    /// What a holder's own properties give it, then what names it.
    pub fn own(&mut self, scope: &Scope, resource: &Resource, holder: Holder, name: &str) -> Held {
        let key = (holder, name.to_owned());
        let others = self.held.remove(&key).unwrap_or_default();
        let others_places: Vec<Option<Place>> = others
            .inline
            .iter()
            .map(|p| {
                let place = (holder, name.to_owned(), p.name.clone());
                self.places.remove(&place)
            })
            .collect();
        self.own_policies(scope, resource, holder, name);
        let mut attached = Vec::new();
        for policy in named(scope, resource, "ManagedPolicyArns") {
            attached.push(attachment(&policy.name));
            if !policy.sure {
                self.unsure.insert(policy.name);
            }
        }
        for (policy, place) in others.inline.into_iter().zip(others_places) {
            let place = place.unwrap_or_else(|| resource.declaration());
            self.add(holder, name, &policy.name, policy.document, place);
        }
        let mut held = self.held.remove(&key).unwrap_or_default();
        held.attached.extend(attached);
        held.attached.extend(others.attached);
        held.groups.extend(others.groups);
        let mut seen = BTreeSet::new();
        held.attached
            .retain(|attachment| seen.insert(attachment.arn.clone()));
        held
    }

    /// `Policies`
    fn own_policies(&mut self, scope: &Scope, resource: &Resource, holder: Holder, name: &str) {
        let Some(written) = resource.get("Policies") else {
            return;
        };
        let resolved = scope.listed(written);
        let is_as_written = written.as_array().map(Vec::len) == Some(resolved.len());
        for (index, entry) in resolved.iter().enumerate() {
            let policy = entry.value.get("PolicyName").and_then(text_of);
            let policy = policy.unwrap_or_else(|| format!("policies[{index}]"));
            let document = entry.value.get("PolicyDocument").unwrap_or(&entry.value);
            let document = match entry.sure {
                true => policy::settled(document),
                false => policy::without_denies(policy::settled(document)),
            };
            // An element that a choice left out moves those behind it; then only the list is sure.
            let at = Pointer::root().key("Policies");
            let at = match is_as_written {
                true => at.index(index).key("PolicyDocument"),
                false => at,
            };
            self.add(holder, name, &policy, document, resource.place(&at));
        }
    }
}

/// A name in a list, and whether it is there whatever a choice comes to.
pub(super) struct Named {
    pub name: String,
    pub sure: bool,
}

/// Every text of a list or a single value.
pub(super) fn named(scope: &Scope, resource: &Resource, property: &str) -> Vec<Named> {
    let listed = resource.get(property).map(|value| scope.listed(value));
    let text = |one: &super::resolve::Listed| {
        Some(Named {
            name: text_of(&one.value)?,
            sure: one.sure,
        })
    };
    listed.iter().flatten().filter_map(text).collect()
}

fn attachment(arn: &str) -> Attachment {
    Attachment {
        name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        arn: arn.to_owned(),
    }
}
