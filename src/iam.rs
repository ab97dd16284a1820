//! IAM policies: what a document says, and what it decides.
//!
//! [`parse`] reads documents into the types here; [`evaluate`] decides one request, by the [`layers`] that there are; [`sets`] answers for whole patterns;
//! [`compare`] tells what one authority allows beyond another; [`trust`] reads who may assume a role; [`account`] joins principals with their policies. Every question that a condition
//! leaves open is answered so, with the keys that it depends on; nothing unreadable is taken for absent.

pub mod account;
mod administrator;
mod around;
mod case;
pub mod compare;
pub mod condition;
pub mod context;
pub mod evaluate;
mod json;
pub mod layers;
mod organization;
pub mod parse;
mod principal;
pub mod resources;
pub mod sets;
mod solve;
pub mod template;
pub mod trust;
mod typed;

use std::sync::{Arc, LazyLock};

use serde_json::Value;

pub use account::{Principal, Principals};
pub use administrator::administrator;
pub use around::AccountLayers;
pub use condition::{Condition, SetPrefix, Test};
pub use context::{Context, global_region};
pub use evaluate::{
    Authority, Decision, Request, ResourceSide, StatementRef, evaluate, evaluate_on,
};
pub use layers::{Layer, Level, Organization, Together};
pub use principal::together;
pub use resources::{Found, ResourcePolicies};
pub use template::Template;
pub use typed::are_most_addresses;

use crate::glob::Glob;

/// One policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// The version of the policy language.
    pub version: Version,
    /// The statements that could be read whole.
    pub statements: Vec<Statement>,
    /// What could not: it may allow or deny something, so that decisions which it could change stay open.
    pub unreadable: Vec<Unreadable>,
}

/// The policy language (IAM User Guide, "IAM JSON policy elements: Version").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 2008-10-17, also where the element is missing: `${…}` is ordinary text.
    V2008,
    /// 2012-10-17: policy variables.
    V2012,
}

/// Allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Allow
    Allow,
    /// Deny
    Deny,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its index in the document, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Its effect.
    pub effect: Effect,
    /// Which actions it is about.
    pub actions: ActionSpec,
    /// Which resources it is about.
    pub resources: ResourceSpec,
    /// Whom it is about, in a trust policy.
    pub principals: Option<PrincipalSpec>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The statement as written.
    pub raw: Arc<Value>,
}

/// A part of a policy that could not be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The statement's index; `None` for the whole document.
    pub index: Option<usize>,
    /// Its effect, where that much is readable.
    pub effect: Option<Effect>,
    /// Its actions, where that much is readable.
    pub actions: Option<ActionSpec>,
    /// Its resources, where that much is readable.
    pub resources: Option<ResourceSpec>,
}

/// A problem in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The policy's name.
    pub policy: String,
    /// The statement's index, where it is about one.
    pub statement: Option<usize>,
    /// What is wrong, in words.
    pub why: String,
    /// Whether a part of the policy is therefore not evaluated (a gap), or it is evaluated whole all the same.
    pub blind: bool,
}

/// `Action` or `NotAction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionSpec {
    /// `Action`: these.
    Only(Vec<ActionPattern>),
    /// `NotAction`: all but these.
    AllBut(Vec<ActionPattern>),
}

/// One action pattern: a glob compared without ASCII case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPattern {
    /// As the policy writes it.
    pub text: String,
    glob: Glob,
}

/// `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceSpec {
    /// `Resource`: these.
    Only(Vec<ResourcePattern>),
    /// `NotResource`: all but these.
    AllBut(Vec<ResourcePattern>),
    /// Neither, as in a trust policy.
    Unstated,
}

/// One resource pattern, compared with case, as one glob over the whole ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePattern {
    /// As the policy writes it.
    pub text: String,
    /// Its parts.
    pub template: Template,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalSpec {
    /// `Principal`: these.
    Only(Vec<PrincipalEntry>),
    /// `NotPrincipal`: all but these.
    AllBut(Vec<PrincipalEntry>),
}

/// One entry of a principal element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`.
    pub kind: PrincipalKind,
    /// As written.
    pub value: String,
}

/// The kinds of principal (IAM User Guide, "AWS JSON policy elements: Principal").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// `AWS`, and `"Principal": "*"`.
    Aws,
    /// `Service`
    Service,
    /// `Federated`
    Federated,
    /// `CanonicalUser`
    CanonicalUser,
}

impl ActionPattern {
    /// Reads a pattern.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let token = |c: char| match c {
            '*' => crate::glob::Token::Any,
            '?' => crate::glob::Token::One,
            c => crate::glob::Token::Char(c.to_ascii_lowercase()),
        };
        let glob = text.chars().map(token).collect();
        Self { text, glob }
    }

    /// Whether the action is one of these; both are compared without case.
    pub fn matches(&self, action: &str) -> bool {
        self.glob.matches_name(action)
    }

    /// The pattern in lower case, to compare sets of actions.
    pub const fn glob(&self) -> &Glob {
        &self.glob
    }

    /// Whether it holds a `*` or `?`.
    pub fn has_wildcard(&self) -> bool {
        self.text.contains(['*', '?'])
    }

    /// Whether it covers every action of every service.
    pub fn is_everything(&self) -> bool {
        static EVERYTHING: LazyLock<Glob> = LazyLock::new(|| Glob::parse("?*:?*"));
        self.glob.includes(&EVERYTHING)
    }

    /// The service prefix as written, where it holds no wildcard.
    pub fn service(&self) -> Option<&str> {
        let (service, _) = self.text.split_once(':')?;
        (!service.contains(['*', '?'])).then_some(service)
    }
}

impl ActionSpec {
    /// Whether the statement is about this action.
    pub fn matches(&self, action: &str) -> bool {
        let any = |patterns: &[ActionPattern]| patterns.iter().any(|p| p.matches(action));
        match self {
            Self::Only(patterns) => any(patterns),
            Self::AllBut(patterns) => !any(patterns),
        }
    }

    /// The patterns as written, of either form.
    pub fn patterns(&self) -> &[ActionPattern] {
        match self {
            Self::Only(patterns) | Self::AllBut(patterns) => patterns,
        }
    }

    /// Whether it is about every action (`Action` with `*` or `*:*`).
    pub fn covers_all(&self) -> bool {
        match self {
            Self::Only(patterns) => patterns.iter().any(ActionPattern::is_everything),
            Self::AllBut(patterns) => patterns.is_empty(),
        }
    }
}

impl ResourcePattern {
    /// Reads a pattern of that version. IAM completes an ARN of fewer than six fields with `*` in those that are missing:
    /// `arn:aws:sqs` is every queue (IAM User Guide, "IAM identifiers", "Friendly names and paths").
    pub fn new(text: impl Into<String>, version: Version) -> Self {
        let text = text.into();
        let missing = match text.starts_with("arn:") && !text.ends_with('*') {
            true => 5_usize.saturating_sub(text.matches(':').count()),
            false => 0,
        };
        let whole = text.clone() + &":*".repeat(missing);
        let template = Template::of_resource(&whole, version);
        Self { text, template }
    }

    /// Reads a pattern of a resource's own policy, where an ARN of fewer fields is not completed and so names nothing.
    pub fn as_written(text: impl Into<String>, version: Version) -> Self {
        let text = text.into();
        let template = Template::of_resource(&text, version);
        Self { text, template }
    }

    /// The pattern with every policy variable as `*`: no less than what it can match.
    pub fn widest(&self) -> Glob {
        self.template.widest()
    }
}

impl ResourceSpec {
    /// The patterns as written, of either form.
    pub fn patterns(&self) -> &[ResourcePattern] {
        match self {
            Self::Only(patterns) | Self::AllBut(patterns) => patterns,
            Self::Unstated => &[],
        }
    }

    /// Whether it is about every resource (`*`; `arn:*` and `arn:aws:*` count, for no ARN of the partition is outside).
    pub fn covers_all(&self) -> bool {
        match self {
            Self::Only(patterns) => patterns
                .iter()
                .any(|p| !p.template.has_variables() && holds_a_partition(&p.widest())),
            Self::AllBut(patterns) => patterns.is_empty(),
            Self::Unstated => true,
        }
    }

    /// Whether it may be about some resource of the pattern. What a variable stands for is not known, and spares nothing surely.
    pub fn may_touch(&self, resources: &Glob) -> bool {
        match self {
            Self::Only(patterns) => patterns.iter().any(|p| p.widest().overlaps(resources)),
            Self::AllBut(spared) => !spared
                .iter()
                .any(|p| !p.template.has_variables() && p.widest().includes(resources)),
            Self::Unstated => true,
        }
    }

    /// Whether one pattern of it surely is about every resource of this one, or none is spared.
    pub fn spans(&self, resources: &Glob) -> bool {
        match self {
            Self::Only(patterns) => patterns
                .iter()
                .any(|p| !p.template.has_variables() && p.widest().includes(resources)),
            Self::AllBut(spared) => !spared.iter().any(|p| p.widest().overlaps(resources)),
            Self::Unstated => true,
        }
    }
}

/// Whether the pattern matches every ARN of a partition.
pub fn holds_a_partition(pattern: &Glob) -> bool {
    static PARTITIONS: LazyLock<[Glob; 3]> = LazyLock::new(|| {
        [
            "arn:aws:?*:*:*:?*",
            "arn:aws-cn:?*:*:*:?*",
            "arn:aws-us-gov:?*:*:*:?*",
        ]
        .map(Glob::parse)
    });
    pattern.is_any() || PARTITIONS.iter().any(|all| pattern.includes(all))
}

impl Statement {
    /// Every context key that its conditions and its resources ask for, as written.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let conditions = self.conditions.iter().map(|c| c.key.as_str());
        conditions.chain(self.variables())
    }

    /// The keys of the variables in the values of its conditions and in its resources, as written.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let values = self.conditions.iter().flat_map(|c| &c.values);
        let resources = self.resources.patterns().iter().map(|p| &p.template);
        let all = values.chain(resources).flat_map(Template::variables);
        all.map(|v| v.key.as_str())
    }
}

#[cfg(test)]
mod tests;
