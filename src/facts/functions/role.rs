//! What a function's role may do, beside the permissions that every function needs.

use super::replace::{self, Replacement};
use crate::arn::Arn;
use crate::catalog::{self, Level};
use crate::finding::StatementRef;
use crate::iam::{ActionPattern, ActionSpec, Authority, Effect, Policy, Statement};

/// A function's role, judged.
#[derive(Clone, Debug)]
pub struct FunctionRole {
    /// Its ARN.
    pub arn: Arn,
    /// The statement that makes it an administrator.
    pub admin: Option<StatementRef>,
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
pub fn is_own(action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    const NETWORK: [&str; 9] = [
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
    lower.starts_with("logs:")
        || lower.starts_with("xray:")
        || lower == "cloudwatch:putmetricdata"
        || NETWORK.contains(&lower.as_str())
}

/// Reads what a function's role may do. What a deny or the boundary takes away whole does not count; statements under
/// conditions are narrower than they look and do not count either.
pub fn read(arn: Arn, authority: &Authority) -> FunctionRole {
    let mut role = FunctionRole {
        arn,
        admin: None,
        service_wide: Vec::new(),
        writes_everywhere: Vec::new(),
        replacement: replace::find(authority),
    };
    for policy in &authority.identity {
        let allows = |s: &&Statement| s.effect == Effect::Allow && s.conditions.is_empty();
        for statement in policy.statements.iter().filter(allows) {
            if statement.is_admin() && authority.boundary.is_none() {
                role.admin
                    .get_or_insert_with(|| reference(policy, statement));
                continue;
            }
            let ActionSpec::Only(patterns) = &statement.actions else {
                continue;
            };
            for pattern in patterns.iter().filter(|p| is_effective(authority, p)) {
                judge(&mut role, policy, statement, pattern);
            }
        }
    }
    role
}

fn judge(role: &mut FunctionRole, policy: &Policy, statement: &Statement, pattern: &ActionPattern) {
    if is_own(&pattern.text) {
        return;
    }
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
    if whole {
        role.service_wide.push(held());
    } else if statement.resources.covers_all() && writes(pattern) {
        role.writes_everywhere.push(held());
    }
}

/// Whether it covers an action that changes something and can be granted on less than everything.
fn writes(pattern: &ActionPattern) -> bool {
    catalog::actions_matching(pattern.glob()).any(|info| {
        matches!(info.level(), Level::Write | Level::Permissions)
            && info.has_resource_types()
            && !is_own(&info.name())
    })
}

/// Whether the boundary lets something of the pattern through, and no deny takes all of it.
fn is_effective(authority: &Authority, pattern: &ActionPattern) -> bool {
    let denied = authority
        .identity
        .iter()
        .chain(&authority.boundary)
        .flat_map(|p| &p.statements)
        .filter(|s| s.effect == Effect::Deny && s.conditions.is_empty() && s.resources.covers_all())
        .any(|s| match &s.actions {
            ActionSpec::Only(denied) => denied.iter().any(|d| d.glob().includes(pattern.glob())),
            ActionSpec::AllBut(spared) => !spared.iter().any(|d| d.glob().overlaps(pattern.glob())),
        });
    let bounded = authority.boundary.as_ref().is_none_or(|boundary| {
        let allows = boundary
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Allow);
        allows.into_iter().any(|s| match &s.actions {
            ActionSpec::Only(allowed) => allowed.iter().any(|a| a.glob().overlaps(pattern.glob())),
            ActionSpec::AllBut(_) => true,
        })
    });
    bounded && !denied
}

fn reference(policy: &Policy, statement: &Statement) -> StatementRef {
    StatementRef {
        name: policy.name.clone(),
        statement: statement.index,
        sid: statement.sid.clone(),
    }
}
