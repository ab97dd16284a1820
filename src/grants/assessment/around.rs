//! What an account directory shows of what escalation paths need: the roles that can be passed or assumed, users, groups,
//! policies, functions and workflows. That nothing was found quiets nothing.

use crate::arn::Arn;
use crate::glob::Glob;
use crate::grants::escalation::{Lookup, Path};
use crate::iam::Principals;
use crate::snapshot::Account;
use crate::trust::{self, Who};

/// The account around the roles.
#[derive(Debug, Default)]
pub struct Around {
    roles: Vec<Role>,
    users: Vec<Holder>,
    groups: Vec<Holder>,
    policies: Vec<Holder>,
    functions: Vec<Holder>,
    workflows: Vec<Holder>,
}

/// A role that may be passed or assumed.
#[derive(Debug)]
struct Role {
    holder: Holder,
    /// Whom its trust policy admits; `None` where that could not be read.
    admits: Option<Vec<Who>>,
}

/// Something with permissions.
#[derive(Debug)]
struct Holder {
    arn: String,
    is_administrator: bool,
}

/// What of the account a path can use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The ARNs, in the order of the account.
    pub all: Vec<String>,
    /// Those with whose permissions the path ends at an administrator.
    pub administrators: Vec<String>,
}

/// Where a path leads.
pub struct Question<'q> {
    /// The path.
    pub path: &'q Path,
    /// What of the path's first action is granted.
    pub resources: &'q [Glob],
    /// Whether a role may be passed to this service.
    pub passes_to: &'q dyn Fn(&str) -> bool,
    /// Who would go the path.
    pub own: &'q Arn,
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
            let holder = Holder {
                arn: principal.arn.to_string(),
                is_administrator: principal.is_administrator(),
            };
            if principal.is_role {
                let read = |policy: &crate::iam::Policy| {
                    let who = trust::admitted(policy).into_iter().map(|a| a.who);
                    policy.unreadable.is_empty().then(|| who.collect())
                };
                let admits = principal.trust.as_ref().and_then(read);
                around.roles.push(Role { holder, admits });
            } else {
                around.users.push(holder);
            }
        }
        let plain = |arn: &String| Holder {
            arn: arn.clone(),
            is_administrator: false,
        };
        if let Some(iam) = account.iam.present() {
            around.groups = iam.groups.iter().map(|g| plain(&g.arn)).collect();
            let own = iam.managed.iter().filter(|p| !p.arn.contains("::aws:"));
            around.policies = own.map(|p| plain(&p.arn)).collect();
        }
        let runs = |arn: &str, role: &str| Holder {
            arn: arn.to_owned(),
            is_administrator: is_administrator(role),
        };
        let functions = account.functions.present().into_iter().flatten();
        around.functions = functions.map(|(arn, f)| runs(arn, &f.role_arn)).collect();
        let machines = account.workflows.iter();
        around.workflows = machines.map(|m| runs(&m.arn, &m.role_arn)).collect();
        around
    }

    /// What the path can use here.
    pub fn find(&self, question: &Question<'_>) -> Found {
        let Some(lookup) = question.path.lookup else {
            return Found::default();
        };
        let granted = |holder: &&Holder| question.resources.iter().any(|r| r.matches(&holder.arn));
        let roles = |fits: &dyn Fn(&[Who]) -> bool| -> Vec<&Holder> {
            let fitting = self
                .roles
                .iter()
                .filter(|r| r.admits.as_deref().is_none_or(fits));
            fitting.map(|r| &r.holder).filter(granted).collect()
        };
        let all: Vec<&Holder> = match lookup {
            Lookup::PassableRoles => roles(&|who| {
                question.path.pass_to.iter().any(|service| {
                    (question.passes_to)(service) && who.iter().any(|w| is_service(w, service))
                })
            }),
            Lookup::TrustingRoles => roles(&|who| who.iter().any(|w| trusts(w, question.own))),
            Lookup::Roles => roles(&|_| true),
            Lookup::Users => self.users.iter().filter(granted).collect(),
            Lookup::Groups => self.groups.iter().filter(granted).collect(),
            Lookup::ManagedPolicies => self.policies.iter().filter(granted).collect(),
            Lookup::Functions => self.functions.iter().filter(granted).collect(),
            Lookup::Workflows => self.workflows.iter().filter(granted).collect(),
        };
        let ends_there = takes_over(question.path);
        let administrators = all.iter().filter(|h| ends_there && h.is_administrator);
        Found {
            administrators: administrators.map(|h| h.arn.clone()).collect(),
            all: all.into_iter().map(|h| h.arn.clone()).collect(),
        }
    }
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
    let host = |text: &str| {
        let text = text.strip_suffix(".cn").unwrap_or(text);
        text.strip_suffix(".amazonaws.com").map(str::to_owned)
    };
    match (host(name), host(service)) {
        (Some(name), Some(service)) => name == service || name.starts_with(&format!("{service}.")),
        _ => name == service,
    }
}

fn trusts(who: &Who, own: &Arn) -> bool {
    match who {
        Who::Anyone => true,
        Who::Account(account) => account == own.account(),
        Who::Principal(arn) => arn == own,
        _ => false,
    }
}
