//! On what a verdict rests beside the workflow itself, so that a change of it finds the workflow again; and the digest of
//! what was evaluated.

mod holders;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::arn::{AccountRegion, Arn};
use crate::digest::Digest;
use crate::entry_points::Kind;
use crate::snapshot::{Account, Document, Fetched, Iam, ResourceKind, Role, StateMachine};

pub use holders::{PolicyHolders, acted_on, ask, named_by, policies_of};

/// Something of the account on which verdicts rest. IAM is global: a role of one name serves every region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Dependency {
    /// A role, by its name: events carry neither path nor ARN.
    Role {
        /// The account.
        account: String,
        /// Its name.
        name: String,
    },
    /// A log group.
    LogGroup {
        /// Account and region.
        home: AccountRegion,
        /// Its name.
        name: String,
    },
    /// A function.
    Function {
        /// Account and region.
        home: AccountRegion,
        /// Its name, without version or alias.
        name: String,
    },
    /// Whatever begins executions, of one kind: which of them there are is read anew each time.
    EntryPoints {
        /// Account and region.
        home: AccountRegion,
        /// The kind.
        kind: Kind,
    },
    /// The policy of a resource.
    Policy {
        /// Account and region.
        home: AccountRegion,
        /// The kind of resource.
        kind: ResourceKind,
        /// Its name.
        name: String,
    },
    /// The resource policies of CloudWatch Logs.
    LogPolicies {
        /// Account and region.
        home: AccountRegion,
    },
}

impl std::fmt::Display for Dependency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Role { account, name } => write!(f, "role/{account}/{name}"),
            Self::LogGroup { home, name } => write!(f, "log-group/{home}/{name}"),
            Self::Function { home, name } => write!(f, "function/{home}/{name}"),
            Self::EntryPoints { home, kind } => {
                write!(f, "entry-points/{home}/{}", kind.word())
            }
            Self::Policy { home, kind, name } => {
                write!(f, "policy/{home}/{}/{name}", kind.word())
            }
            Self::LogPolicies { home } => write!(f, "log-policies/{home}/all"),
        }
    }
}

impl From<Dependency> for String {
    fn from(rest: Dependency) -> Self {
        rest.to_string()
    }
}

impl TryFrom<String> for Dependency {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let named = |rest: &str| {
            let (account, rest) = rest.split_once('/')?;
            let (region, name) = rest.split_once('/')?;
            let home = AccountRegion {
                account: account.to_owned(),
                region: region.to_owned(),
            };
            Some((home, name.to_owned()))
        };
        let read = match text.split_once('/') {
            Some(("role", rest)) => rest.split_once('/').map(|(account, name)| Self::Role {
                account: account.to_owned(),
                name: name.to_owned(),
            }),
            Some(("log-group", rest)) => {
                named(rest).map(|(home, name)| Self::LogGroup { home, name })
            }
            Some(("function", rest)) => {
                named(rest).map(|(home, name)| Self::Function { home, name })
            }
            Some(("entry-points", rest)) => named(rest).and_then(|(home, name)| {
                let kind = Kind::ALL.into_iter().find(|kind| kind.word() == name)?;
                Some(Self::EntryPoints { home, kind })
            }),
            Some(("policy", rest)) => named(rest).and_then(|(home, of)| {
                let (word, name) = of.split_once('/')?;
                let kind = ResourceKind::ALL.into_iter().find(|k| k.word() == word)?;
                let name = name.to_owned();
                Some(Self::Policy { home, kind, name })
            }),
            Some(("log-policies", rest)) => named(rest).map(|(home, _)| Self::LogPolicies { home }),
            _ => None,
        };
        read.ok_or("this names nothing that a verdict rests on")
    }
}

/// Its role, its log groups, the functions that it invokes by unqualified ARN, and their roles.
pub fn depends_on(
    machine: &StateMachine,
    account: &Account,
    invoked: &[Arn],
) -> BTreeSet<Dependency> {
    let mut rests = BTreeSet::new();
    let role = |text: &str| {
        let arn = Arn::parse(text)?;
        Some(Dependency::Role {
            account: arn.account().to_owned(),
            name: arn.name().to_owned(),
        })
    };
    rests.extend(role(&machine.role_arn));
    let versions = account.versions.iter().filter(|v| v.arn == machine.arn);
    rests.extend(versions.filter_map(|version| role(&version.role_arn)));
    for group in &machine.log_destinations {
        let name = Arn::parse(group.strip_suffix(":*").unwrap_or(group)).and_then(|arn| {
            let name = arn.resource().strip_prefix("log-group:")?.to_owned();
            let home = AccountRegion::of(&arn);
            Some(Dependency::LogGroup { home, name })
        });
        if let Some(Dependency::LogGroup { home, .. }) = &name {
            rests.insert(Dependency::LogPolicies { home: home.clone() });
        }
        rests.extend(name);
    }
    let known = account.functions.present();
    for arn in invoked {
        let function = known.and_then(|all| all.get(arn.as_str()));
        rests.extend(function.and_then(|f| role(&f.role_arn)));
        rests.insert(Dependency::Function {
            home: AccountRegion::of(arn),
            name: arn.name().to_owned(),
        });
    }
    rests
}

/// What may begin its executions.
pub fn begun_by(machine: &StateMachine, kinds: &BTreeSet<Kind>) -> Vec<Dependency> {
    let home = Arn::parse(&machine.arn).map(|arn| AccountRegion::of(&arn));
    let of = |home: AccountRegion| {
        let kinds = kinds.iter().map(move |kind| Dependency::EntryPoints {
            home: home.clone(),
            kind: *kind,
        });
        kinds.collect()
    };
    home.map(of).unwrap_or_default()
}

/// The digest of the workflow and its role, the same however it was read: what no event told of shows by it.
pub fn basis(machine: &StateMachine, account: &Account) -> String {
    let mut digest = Digest::default();
    let mut part = |text: &str| digest.part(text);
    for text in [
        &machine.definition,
        &machine.role_arn,
        &machine.kind,
        machine.log_level.as_ref().unwrap_or(&String::new()),
        machine.kms_key.as_ref().unwrap_or(&String::new()),
    ] {
        part(text);
    }
    part(&format!(
        "{} {}",
        machine.include_execution_data, machine.tracing
    ));
    machine.log_destinations.iter().for_each(|d| part(d));
    for version in account.versions.iter().filter(|v| v.arn == machine.arn) {
        part(version.version.as_deref().unwrap_or_default());
    }
    if let Fetched::Present(iam) = &account.iam
        && let Some(role) = iam.roles.iter().find(|r| r.arn == machine.role_arn)
    {
        role_parts(role, iam).iter().for_each(|text| part(text));
    }
    digest.hex()
}

/// What a role consists of, in an order of its own.
fn role_parts(role: &Role, iam: &Iam) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(role.trust.present().map(|d| format!("trust {}", plain(d))));
    for policy in role.inline.present().into_iter().flatten() {
        parts.push(format!(
            "inline {} {}",
            policy.name,
            plain(&policy.document)
        ));
    }
    let attached = role.attached.present().into_iter().flatten();
    let boundary = role.boundary.iter().map(|arn| ("boundary", arn));
    for (how, arn) in attached.map(|a| ("attached", &a.arn)).chain(boundary) {
        let policy = iam.managed.iter().find(|p| p.arn == *arn);
        let document = policy.and_then(|p| p.document.present());
        let text = document.map(plain).unwrap_or_default();
        parts.push(format!("{how} {arn} {text}"));
    }
    parts.sort();
    parts
}

/// A document without its layout, which differs between the calls that give it.
fn plain(document: &Document) -> String {
    let value = serde_json::from_str::<Value>(&document.0);
    value.map_or_else(|_| document.0.clone(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_as_they_were_written() {
        let home = AccountRegion {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        let rests = [
            Dependency::Role {
                account: home.account.clone(),
                name: "a+b=c,d.e@f_g-h".to_owned(),
            },
            Dependency::LogGroup {
                home: home.clone(),
                name: "/aws/vendedlogs/states/x/y".to_owned(),
            },
            Dependency::Function {
                home: home.clone(),
                name: "f".to_owned(),
            },
        ];
        let kinds = Kind::ALL.map(|kind| Dependency::EntryPoints {
            home: home.clone(),
            kind,
        });
        let policies = ResourceKind::ALL.map(|kind| Dependency::Policy {
            home: home.clone(),
            kind,
            name: "a/b".to_owned(),
        });
        let of_logs = Dependency::LogPolicies { home: home.clone() };
        let all = rests.into_iter().chain(kinds).chain(policies);
        for rest in all.chain([of_logs]) {
            assert_eq!(
                Dependency::try_from(rest.to_string()),
                Ok(rest.clone()),
                "{rest}"
            );
        }
        for none in [
            "",
            "role",
            "role/1",
            "log-group/1/eu",
            "queue/1/eu/x",
            "entry-points/1/eu/x",
            "policy/1/eu/x",
            "policy/1/eu/x/y",
        ] {
            assert!(Dependency::try_from(none.to_owned()).is_err(), "{none}");
        }
    }
}
