//! What an account directory shows of what escalation paths need: the roles that can be passed or assumed, users, groups,
//! policies, functions and workflows. That nothing was found quiets nothing.
//!
//! Every path of every workflow's role asks here, so that the work for a question must not grow with the account: holders
//! stand sorted by ARN, roles by whom they admit, and a question that was asked before is not looked up again.

mod members;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::arn::Arn;
use crate::glob::Glob;
use crate::grants::escalation::{self, Lookup, Path};
use crate::iam::Principals;
use crate::snapshot::Account;
use crate::trust::{self, Who};
use members::{Member, Members};

/// Questions whose answers are kept.
const MAX_KEPT: usize = 4_096;
/// ARNs that a finding can name.
const NAMED: usize = 3;

/// The account around the roles.
#[derive(Debug, Default)]
pub struct Around {
    lists: HashMap<Among, Members>,
    kept: Mutex<HashMap<Asked, Arc<Vec<Member>>>>,
}

/// What was asked of the account: which of its holders, on which resources.
type Asked = (Among, Vec<Glob>);

/// A kind of holders.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Among {
    /// Roles that may be passed to this service.
    Passable(&'static str),
    /// Roles that admit everybody, or of which it is not known whom.
    TrustingAnyone,
    /// Roles that admit an account.
    TrustingAccount(String),
    /// Roles that admit one principal.
    TrustingPrincipal(Arn),
    Roles,
    Users,
    Groups,
    Policies,
    Functions,
    Workflows,
}

/// What of the account a path can use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// All of it.
    pub all: Few,
    /// Those with whose permissions the path ends at an administrator.
    pub administrators: Few,
}

/// How many there are, and the first by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Few {
    /// The first ARNs, in the order of the account.
    pub named: Vec<Arc<str>>,
    /// How many there are in all.
    pub count: usize,
}

/// Where a path leads.
pub struct Question<'q> {
    /// The path.
    pub path: &'q Path,
    /// What is granted of the path's first action.
    pub granted: Vec<Granted<'q>>,
    /// Who would go the path.
    pub own: &'q Arn,
}

/// What one grant gives of a path's first action.
pub struct Granted<'q> {
    /// The resources.
    pub resources: &'q [Glob],
    /// The services that a role may be passed to.
    pub services: &'q BTreeSet<&'static str>,
}

impl Few {
    fn of<'m>(members: impl Iterator<Item = &'m Member>) -> Self {
        let mut few = Self::default();
        for member in members {
            few.count += 1;
            if few.named.len() < NAMED {
                few.named.push(Arc::clone(&member.arn));
            }
        }
        few
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl Around {
    /// Reads the account.
    pub fn of(account: &Account, principals: &Principals) -> Self {
        let is_administrator = |arn: &str| {
            let principal = Arn::parse(arn).and_then(|arn| principals.get(&arn));
            principal.is_some_and(crate::iam::Principal::is_administrator)
        };
        let mut around = Self::default();
        for principal in principals.iter() {
            let arn = principal.arn.as_str();
            let is_administrator = principal.is_administrator();
            if principal.is_role {
                let member = around.add(Among::Roles, arn, is_administrator);
                let read = |policy: &crate::iam::Policy| {
                    let who = trust::admitted(policy).into_iter().map(|a| a.who);
                    policy.unreadable.is_empty().then(|| who.collect())
                };
                let admits = principal.trust.as_ref().and_then(read);
                around.admit(&member, admits);
            } else {
                around.add(Among::Users, arn, is_administrator);
            }
        }
        if let Some(iam) = account.iam.present() {
            for group in &iam.groups {
                around.add(Among::Groups, &group.arn, false);
            }
            for policy in iam.managed.iter().filter(|p| !p.arn.contains("::aws:")) {
                around.add(Among::Policies, &policy.arn, false);
            }
        }
        for (arn, function) in account.functions.present().into_iter().flatten() {
            let runs = is_administrator(&function.role_arn);
            around.add(Among::Functions, arn, runs);
        }
        for machine in &account.workflows {
            let runs = is_administrator(&machine.role_arn);
            around.add(Among::Workflows, &machine.arn, runs);
        }
        around.lists.values_mut().for_each(Members::sort);
        around
    }

    fn add(&mut self, among: Among, arn: &str, is_administrator: bool) -> Member {
        let list = self.lists.entry(among).or_default();
        list.add(arn, is_administrator)
    }

    /// Files a role under those whom its trust policy admits; `None` where that could not be read.
    fn admit(&mut self, role: &Member, admits: Option<Vec<Who>>) {
        let mut put = |among| self.lists.entry(among).or_default().put(role);
        for service in services() {
            let fits = |who: &[Who]| who.iter().any(|who| is_service(who, service));
            if admits.as_deref().is_none_or(fits) {
                put(Among::Passable(service));
            }
        }
        let Some(admits) = admits else {
            return put(Among::TrustingAnyone);
        };
        for who in admits {
            match who {
                Who::Anyone => put(Among::TrustingAnyone),
                Who::Account(account) => put(Among::TrustingAccount(account)),
                Who::Principal(arn) => put(Among::TrustingPrincipal(arn)),
                Who::Service(_) | Who::Federated(_) | Who::Other(_) => {}
            }
        }
    }

    /// What the path can use here.
    pub fn find(&self, question: &Question<'_>) -> Found {
        let Some(lookup) = question.path.lookup else {
            return Found::default();
        };
        let mut parts: Vec<Arc<Vec<Member>>> = Vec::new();
        for granted in &question.granted {
            for among in among(lookup, question, granted) {
                let part = self.within(among, granted.resources);
                if !part.is_empty() && !parts.iter().any(|p| Arc::ptr_eq(p, &part)) {
                    parts.push(part);
                }
            }
        }
        let all = members::together(parts);
        let ends_there = takes_over(question.path);
        Found {
            administrators: Few::of(all.iter().filter(|m| ends_there && m.is_administrator)),
            all: Few::of(all.iter()),
        }
    }

    /// Those of a kind that the resources are about, in the order of the account.
    fn within(&self, among: Among, resources: &[Glob]) -> Arc<Vec<Member>> {
        let key = (among, resources.to_vec());
        // A panic elsewhere cannot leave half an answer here: one is kept whole or not at all.
        let known = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(&key).map(Arc::clone)
        };
        if let Some(known) = known {
            return known;
        }
        let members = self.lists.get(&key.0).map(|list| list.matching(resources));
        let members = Arc::new(members.unwrap_or_default());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            kept.insert(key, Arc::clone(&members));
        }
        members
    }
}

/// The kinds of holders that a lookup is about.
fn among(lookup: Lookup, question: &Question<'_>, granted: &Granted<'_>) -> Vec<Among> {
    match lookup {
        Lookup::PassableRoles => {
            let passed = |s: &&&'static str| question.path.pass_to.iter().any(|p| p == **s);
            let services = granted.services.iter().filter(passed);
            services.copied().map(Among::Passable).collect()
        }
        Lookup::TrustingRoles => vec![
            Among::TrustingAnyone,
            Among::TrustingAccount(question.own.account().to_owned()),
            Among::TrustingPrincipal(question.own.clone()),
        ],
        Lookup::Roles => vec![Among::Roles],
        Lookup::Users => vec![Among::Users],
        Lookup::Groups => vec![Among::Groups],
        Lookup::ManagedPolicies => vec![Among::Policies],
        Lookup::Functions => vec![Among::Functions],
        Lookup::Workflows => vec![Among::Workflows],
    }
}

/// Every service that some path passes a role to, once.
fn services() -> impl Iterator<Item = &'static str> {
    escalation::services().iter().copied()
}

/// Whether the path ends with the permissions of what it uses, not with something written into it.
fn takes_over(path: &Path) -> bool {
    const WRITES: [&str; 12] = [
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:DeleteUserPolicy",
        "iam:DetachUserPolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
        "iam:PutUserPermissionsBoundary",
    ];
    !path
        .actions
        .first()
        .is_some_and(|a| WRITES.contains(&a.as_str()))
}

/// Whether the service principal is this one, in its global, regional or Chinese form.
fn is_service(who: &Who, service: &str) -> bool {
    let Who::Service(name) = who else {
        return *who == Who::Anyone;
    };
    let host = |text: &'_ str| -> Option<String> {
        let text = text.strip_suffix(".cn").unwrap_or(text);
        text.strip_suffix(".amazonaws.com").map(str::to_owned)
    };
    match (host(name), host(service)) {
        (Some(name), Some(service)) => name
            .strip_prefix(&service)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        _ => name == service,
    }
}
