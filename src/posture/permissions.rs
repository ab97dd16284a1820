//! Statements in a form that does not depend on how policies are cut, ordered and named.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::iam::condition::Operator;
use crate::iam::{
    ActionPattern, ActionSpec, Authority, Condition, Effect, Policy, ResourcePattern, ResourceSpec,
    Statement, Version,
};

/// What policies say together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// What is allowed.
    pub allows: BTreeSet<Permission>,
    /// What is denied, by identity policies or the boundary.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub denies: BTreeSet<Permission>,
    /// What the permissions boundary lets through; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<BTreeSet<Permission>>,
}

/// One statement, whatever its effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Action patterns.
    pub actions: Names,
    /// Resource patterns, with policy variables as 2012-10-17 writes them.
    pub resources: Names,
    /// All must hold.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub conditions: BTreeSet<Asked>,
}

/// Patterns, or all but these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Names {
    /// These.
    Only(BTreeSet<String>),
    /// Everything else.
    AllBut(BTreeSet<String>),
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The operator as the policy writes it.
    pub operator: String,
    /// The key as the policy writes it.
    pub key: String,
    /// The values, as alternatives.
    pub values: BTreeSet<String>,
}

impl Permissions {
    /// What identity policies and boundary say; `None` where a part of them could not be read.
    pub fn of_authority(authority: &Authority) -> Option<Self> {
        let mut all = Self::default();
        for policy in &authority.identity {
            for statement in readable(policy)? {
                let resources = Names::of_resources(&statement.resources, policy.version);
                let permission = Permission::of(statement, resources, policy.version);
                match statement.effect {
                    Effect::Allow => all.allows.insert(permission),
                    Effect::Deny => all.denies.insert(permission),
                };
            }
        }
        if let Some(boundary) = &authority.boundary {
            let mut ceiling = BTreeSet::new();
            for statement in readable(boundary)? {
                let resources = Names::of_resources(&statement.resources, boundary.version);
                let permission = Permission::of(statement, resources, boundary.version);
                match statement.effect {
                    Effect::Allow => ceiling.insert(permission),
                    Effect::Deny => all.denies.insert(permission),
                };
            }
            all.ceiling = Some(ceiling);
        }
        Some(all)
    }

    /// As policies that can be asked: the allows in order, then the denies.
    pub fn authority(&self) -> Authority {
        let allows = self.allows.iter().map(|p| (p, Effect::Allow));
        let denies = self.denies.iter().map(|p| (p, Effect::Deny));
        let ceiling = self.ceiling.as_ref();
        Authority {
            identity: vec![policy(allows.chain(denies))],
            boundary: ceiling.map(|all| policy(all.iter().map(|p| (p, Effect::Allow)))),
            ..Authority::default()
        }
    }

    /// Whether denies and boundary are the same.
    pub fn same_limits(&self, other: &Self) -> bool {
        self.denies == other.denies && self.ceiling == other.ceiling
    }
}

/// The statements of a policy of which nothing is unreadable.
pub(super) fn readable(policy: &Policy) -> Option<&[Statement]> {
    policy
        .unreadable
        .is_empty()
        .then_some(policy.statements.as_slice())
}

fn policy<'p>(permissions: impl Iterator<Item = (&'p Permission, Effect)>) -> Arc<Policy> {
    let statements = permissions
        .enumerate()
        .map(|(index, (permission, effect))| permission.statement(index, effect));
    Arc::new(Policy {
        name: String::new(),
        version: Version::V2012,
        statements: statements.collect(),
        unreadable: Vec::new(),
    })
}

impl Permission {
    pub(super) fn of(statement: &Statement, resources: Names, version: Version) -> Self {
        Self {
            actions: Names::of_actions(&statement.actions),
            resources,
            conditions: statement
                .conditions
                .iter()
                .map(|c| Asked::of(c, version))
                .collect(),
        }
    }

    fn statement(&self, index: usize, effect: Effect) -> Statement {
        let action = |text: &String| ActionPattern::new(text.clone());
        let resource = |text: &String| ResourcePattern::new(text.clone(), Version::V2012);
        Statement {
            index,
            sid: None,
            effect,
            actions: match &self.actions {
                Names::Only(texts) => ActionSpec::Only(texts.iter().map(action).collect()),
                Names::AllBut(texts) => ActionSpec::AllBut(texts.iter().map(action).collect()),
            },
            resources: match &self.resources {
                Names::Only(texts) => ResourceSpec::Only(texts.iter().map(resource).collect()),
                Names::AllBut(texts) => ResourceSpec::AllBut(texts.iter().map(resource).collect()),
            },
            principals: None,
            conditions: self
                .conditions
                .iter()
                .filter_map(Asked::condition)
                .collect(),
            raw: Arc::default(),
        }
    }
}

impl Names {
    fn of_actions(spec: &ActionSpec) -> Self {
        let texts = spec.patterns().iter().map(|p| p.text.clone()).collect();
        match spec {
            ActionSpec::Only(_) => Self::Only(texts),
            ActionSpec::AllBut(_) => Self::AllBut(texts),
        }
    }

    fn of_resources(spec: &ResourceSpec, version: Version) -> Self {
        let patterns = spec.patterns().iter();
        let texts = patterns.map(|p| as_2012(&p.text, version)).collect();
        match spec {
            ResourceSpec::Only(_) => Self::Only(texts),
            ResourceSpec::AllBut(_) => Self::AllBut(texts),
            ResourceSpec::Unstated => Self::AllBut(BTreeSet::new()),
        }
    }
}

impl Asked {
    fn of(condition: &Condition, version: Version) -> Self {
        Self {
            operator: condition.operator.text.clone(),
            key: condition.key.clone(),
            values: condition
                .texts
                .iter()
                .map(|text| as_2012(text, version))
                .collect(),
        }
    }

    /// As a condition; `None` where the operator is none, which no parsed policy holds.
    fn condition(&self) -> Option<Condition> {
        let operator = Operator::parse(&self.operator)?;
        let values = self.values.iter().cloned().collect();
        Some(Condition::new(operator, &self.key, values, Version::V2012))
    }

    /// Operator, key and values in one line.
    pub fn in_words(&self) -> String {
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        format!("{} {} {}", self.key, self.operator, values.join(" or "))
    }
}

/// The text as 2012-10-17 writes it: under 2008-10-17 a `${` is ordinary text.
fn as_2012(text: &str, version: Version) -> String {
    match version {
        Version::V2012 => text.to_owned(),
        Version::V2008 => text.replace("${", "${$}{"),
    }
}
