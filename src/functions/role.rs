//! What a function's role may do, beside the permissions that every function needs.

use super::replace::{self, Replacement};
use crate::arn::Arn;
use crate::catalog::{self, Level};
use crate::finding::StatementRef;
use crate::grants::assessment::Ways;
use crate::grants::escalation::Path;
use crate::grants::role::{HeldPolicy, PolicySource, RoleFacts};
use crate::iam::{
    ActionPattern, ActionSpec, Authority, Context, Effect, Policy, Statement, administrator,
};

/// A function's role, judged.
#[derive(Clone, Debug)]
pub struct FunctionRole {
    /// Its ARN.
    pub arn: Arn,
    /// The statement that makes it an administrator.
    pub admin: Option<StatementRef>,
    /// The escalation path that it opens, with the statement that is the key to it.
    pub escalates: Option<(&'static Path, StatementRef)>,
    /// Patterns that cover a whole service.
    pub service_wide: Vec<Held>,
    /// Patterns that write on every resource although the actions can be granted on less.
    pub writes_everywhere: Vec<Held>,
    /// The task that could stand in the function's place.
    pub replacement: Option<Replacement>,
}

/// An action pattern of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// As the policy writes it.
    pub action: String,
    /// The resources as the policy writes them.
    pub resources: Vec<String>,
    /// The statement.
    pub statement: StatementRef,
}

/// What a function needs for itself: its log, its traces, its metrics, its network interfaces in a VPC (Lambda developer
/// guide, "AWS managed policies for Lambda features": AWSLambdaBasicExecutionRole, AWSXRayDaemonWriteAccess,
/// AWSLambdaVPCAccessExecutionRole, CloudWatchLambdaInsightsExecutionRolePolicy).
const OWN: [&str; 15] = [
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "xray:puttracesegments",
    "xray:puttelemetryrecords",
    "cloudwatch:putmetricdata",
    "ec2:createnetworkinterface",
    "ec2:describenetworkinterfaces",
    "ec2:deletenetworkinterface",
    "ec2:detachnetworkinterface",
    "ec2:describesubnets",
    "ec2:describesecuritygroups",
    "ec2:describevpcs",
    "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses",
];

/// Whether the action is one that every function needs for itself.
fn is_own(action: &str) -> bool {
    OWN.contains(&action.to_ascii_lowercase().as_str())
}

/// Whether the pattern is about a function's log, traces, metrics or network only, not about what it is for.
pub fn is_beside(pattern: &str) -> bool {
    let lower = pattern.to_ascii_lowercase();
    lower.starts_with("logs:") || lower.starts_with("xray:") || is_own(&lower)
}

/// What a function's role may do to everything, whatever single policy says it.
pub struct Ceiling<'a> {
    denies: Vec<&'a Statement>,
    bounds: Option<Vec<&'a Statement>>,
}

impl<'a> Ceiling<'a> {
    /// The unconditional denies over everything, and what the boundary allows.
    pub fn of(authority: &'a Authority) -> Self {
        let policies = authority.identity.iter().chain(&authority.boundary);
        let whole = |s: &&Statement| {
            s.effect == Effect::Deny && s.conditions.is_empty() && s.resources.covers_all()
        };
        let allows = |p: &'a std::sync::Arc<Policy>| {
            let statements = p.statements.iter();
            statements.filter(|s| s.effect == Effect::Allow).collect()
        };
        Self {
            denies: policies.flat_map(|p| &p.statements).filter(whole).collect(),
            bounds: authority.boundary.as_ref().map(allows),
        }
    }

    /// Whether an action that a policy allows stays allowed on some resource.
    pub fn leaves(&self, action: &str) -> bool {
        self.leaves_where(action, |_| true)
    }

    /// Whether it stays allowed on every resource.
    fn leaves_everywhere(&self, action: &str) -> bool {
        self.leaves_where(action, |s| s.resources.covers_all())
    }

    fn leaves_where(&self, action: &str, good: impl Fn(&Statement) -> bool) -> bool {
        let bounded =
            |all: &Vec<&Statement>| all.iter().any(|s| s.actions.matches(action) && good(s));
        self.bounds.as_ref().is_none_or(bounded)
            && !self.denies.iter().any(|s| s.actions.matches(action))
    }

    /// Whether every action that the pattern covers stays allowed on some resource.
    fn leaves_all_of(&self, pattern: &ActionPattern) -> bool {
        catalog::actions_matching(pattern.glob()).all(|info| self.leaves(&info.name()))
            && self.bounds.as_ref().is_none_or(|all| {
                all.iter().any(|s| match &s.actions {
                    ActionSpec::Only(a) => a.iter().any(|a| a.glob().includes(pattern.glob())),
                    ActionSpec::AllBut(a) => !a.iter().any(|a| a.glob().overlaps(pattern.glob())),
                })
            })
    }
}

/// Reads what a function's role may do. What a deny or the boundary takes away whole does not count; statements under
/// conditions are narrower than they look and do not count either.
pub fn read(arn: Arn, authority: &Authority) -> FunctionRole {
    let mut role = FunctionRole {
        arn,
        admin: None,
        escalates: None,
        service_wide: Vec::new(),
        writes_everywhere: Vec::new(),
        replacement: replace::find(authority),
    };
    let known = Context::of_principal(&role.arn);
    role.admin = administrator(authority, &role.arn, &known).map(|by| StatementRef {
        name: by.policy,
        statement: by.statement,
        sid: by.sid,
    });
    if role.admin.is_some() {
        return role;
    }
    role.escalates = escalations(&role.arn, authority);
    let ceiling = Ceiling::of(authority);
    for policy in &authority.identity {
        let allows = |s: &&Statement| s.effect == Effect::Allow && s.conditions.is_empty();
        for statement in policy.statements.iter().filter(allows) {
            let ActionSpec::Only(patterns) = &statement.actions else {
                if statement.resources.covers_all() && ceiling.leaves("s3:DeleteObject") {
                    role.service_wide.push(all_but(policy, statement));
                }
                continue;
            };
            for pattern in patterns {
                judge(&mut role, &ceiling, policy, statement, pattern);
            }
        }
    }
    role
}

/// A statement that allows everything but some.
fn all_but(policy: &Policy, statement: &Statement) -> Held {
    let excepted = statement.actions.patterns().iter().map(|p| p.text.as_str());
    Held {
        action: format!("NotAction {}", excepted.collect::<Vec<_>>().join(", ")),
        resources: vec!["*".to_owned()],
        statement: reference(policy, statement),
    }
}

/// The first escalation path that the unconditional grants open.
fn escalations(arn: &Arn, authority: &Authority) -> Option<(&'static Path, StatementRef)> {
    let policies = authority.identity.iter().map(|policy| HeldPolicy {
        policy: std::sync::Arc::clone(policy),
        source: PolicySource::Inline,
    });
    let role = RoleFacts {
        arn: arn.clone(),
        policies: policies.collect(),
        authority: authority.clone(),
        whole: true,
        known: Context::new(),
    };
    let mut grants = role.grants();
    grants.retain(|g| g.statement.conditions.is_empty());
    let ways = Ways::of(&grants, None);
    grants.iter().enumerate().find_map(|(at, grant)| {
        let path = ways.through(at).first()?.path;
        let policy = &role.policies.get(grant.policy)?.policy;
        Some((path, reference(policy, grant.statement)))
    })
}

fn judge(
    role: &mut FunctionRole,
    ceiling: &Ceiling<'_>,
    policy: &Policy,
    statement: &Statement,
    pattern: &ActionPattern,
) {
    let held = || Held {
        action: pattern.text.clone(),
        resources: statement
            .resources
            .patterns()
            .iter()
            .map(|p| p.text.clone())
            .collect(),
        statement: reference(policy, statement),
    };
    let whole = pattern
        .text
        .split_once(':')
        .is_some_and(|(_, name)| name == "*");
    if whole && ceiling.leaves_all_of(pattern) {
        role.service_wide.push(held());
    } else if statement.resources.covers_all() && writes(ceiling, pattern) {
        role.writes_everywhere.push(held());
    }
}

/// Whether it covers an action that changes something and can be granted on less than everything.
fn writes(ceiling: &Ceiling<'_>, pattern: &ActionPattern) -> bool {
    catalog::actions_matching(pattern.glob()).any(|info| {
        matches!(info.level(), Level::Write | Level::Permissions)
            && info.has_resource_types()
            && !is_own(&info.name())
            && ceiling.leaves_everywhere(&info.name())
    })
}

fn reference(policy: &Policy, statement: &Statement) -> StatementRef {
    StatementRef {
        name: policy.name.clone(),
        statement: statement.index,
        sid: statement.sid.clone(),
    }
}
