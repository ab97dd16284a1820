//! Who may change what a workflow does, or what its role may do: the definition, the role, its policies and trust, the
//! functions that it invokes, or a workflow of his own with its role.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::group::Group;
use super::{Actor, StartIndex, UPDATE, known};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::iam::sets::{Coverage, coverage, grants_for};
use crate::iam::{ActionSpec, Authority, Context, Decision, Effect, Request, evaluate};
use crate::workflow::Workflow;

/// How somebody takes a workflow over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// He replaces the definition; the role stays.
    Definition,
    /// He writes what the role may do.
    Policies,
    /// He lets himself become the role.
    Trust,
    /// He makes a workflow of his own that runs with the role, or a state of one.
    Role,
    /// He replaces what a function does, with what, or as whom.
    Function(Arn),
}

/// Principals with one way to take a workflow over.
#[derive(Debug)]
pub struct Taker<'i> {
    /// One for all: the first of them in the account.
    pub actor: &'i Actor,
    /// All of them, by ARN, each with its place in the account.
    pub members: Vec<(usize, &'i Actor)>,
    /// How.
    pub means: Means,
    /// The action that lets him.
    pub action: &'static str,
    /// On what the statement grants it, as written.
    pub resource: String,
    /// The statement's policy.
    pub policy: String,
    /// The statement's index.
    pub statement: usize,
    /// The statement as written.
    pub raw: Arc<serde_json::Value>,
    /// Conditions that are not decided.
    pub depends: Vec<String>,
}

/// What is taken over.
pub struct Target<'t> {
    /// The workflow.
    pub workflow: &'t Workflow,
    /// Its tags, where they were read.
    pub tags: Option<&'t [(String, String)]>,
    /// Its role.
    pub role: Option<&'t Arn>,
    /// Customer managed policies that the role holds.
    pub policies: Vec<String>,
    /// The functions that it invokes.
    pub functions: Vec<&'t Arn>,
}

/// Actions that take something over.
pub(super) const TAKING: [&str; 12] = [
    UPDATE,
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:PassRole",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:PublishLayerVersion",
    CREATE,
    TEST,
];
const CREATE: &str = "states:CreateStateMachine";
const TEST: &str = "states:TestState";

/// Whether the principal may take something over at all. An execution role does what its workflow says, and a role that
/// only does as it is configured is told otherwise.
pub(super) fn is_one(actor: &Actor) -> bool {
    let statements = actor.authority.identity.iter().flat_map(|p| &p.statements);
    let mut may = statements.filter(|s| s.effect == Effect::Allow);
    let is_execution_role = actor.runs.iter().any(|r| r.starts_with("workflow "));
    !actor.is_configured()
        && !is_execution_role
        && may.any(|s| TAKING.iter().any(|a| s.actions.matches(a)))
}

/// The services that an authority allows something of, to tell at once what it surely does not hold.
#[derive(Debug, Default)]
pub struct Services {
    /// By prefix, in lower case.
    named: BTreeSet<String>,
    /// Some pattern leaves the service open.
    any: bool,
}

impl Services {
    pub(super) fn of(authority: &Authority) -> Self {
        let mut services = Self::default();
        let statements = authority.identity.iter().flat_map(|p| &p.statements);
        for statement in statements.filter(|s| s.effect == Effect::Allow) {
            match &statement.actions {
                ActionSpec::AllBut(_) => services.any = true,
                ActionSpec::Only(patterns) => {
                    for pattern in patterns {
                        match pattern.service() {
                            Some(name) => {
                                services.named.insert(name.to_ascii_lowercase());
                            }
                            None => services.any = true,
                        }
                    }
                }
            }
        }
        services
    }

    /// Whether something of this service may be allowed.
    pub fn may_hold(&self, service: &str) -> bool {
        self.any || self.named.contains(service)
    }
}

impl StartIndex {
    /// Everybody who may take the workflow over; administrators, and roles that only do as they are configured or as a
    /// workflow says, are not among them.
    pub fn takers(&self, target: &Target<'_>) -> Vec<Taker<'_>> {
        let mut found = Vec::new();
        let context = known::of_workflow(target.workflow, target.tags);
        for group in &self.takers {
            let Some(actor) = self.actors.get(group.first) else {
                continue;
            };
            if Some(&actor.arn) == target.role {
                continue;
            }
            let own = context.clone().or(actor.asker.own().clone());
            let context = known::in_organization(&own, &actor.authority);
            let ask = Ask {
                index: self,
                group,
                actor,
                context: &context,
            };
            found.extend(ask.first(Means::Definition, &[UPDATE], target.workflow.arn.as_str()));
            if let Some(role) = target.role {
                ask.of_role(role, target, &mut found);
            }
            for function in &target.functions {
                let means = Means::Function((*function).clone());
                let actions = [
                    "lambda:UpdateFunctionCode",
                    "lambda:UpdateFunctionConfiguration",
                ];
                found.extend(ask.first(means, &actions, function.as_str()));
            }
        }
        found
    }

    /// The policies of a principal that was read.
    pub fn authority(&self, arn: &Arn) -> Option<&Authority> {
        let place = self.places.get(arn.as_str())?;
        Some(&self.actors.get(*place)?.authority)
    }
}

struct Ask<'i, 'c> {
    index: &'i StartIndex,
    group: &'i Group,
    actor: &'i Actor,
    context: &'c Context,
}

impl<'i> Ask<'i, '_> {
    fn of_role(&self, role: &Arn, target: &Target<'_>, found: &mut Vec<Taker<'i>>) {
        let write = ["iam:PutRolePolicy", "iam:AttachRolePolicy"];
        let mut writes = self.first(Means::Policies, &write, role.as_str());
        for policy in &target.policies {
            let version = ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"];
            writes = writes.or_else(|| self.first(Means::Policies, &version, policy));
        }
        found.extend(writes);
        found.extend(self.first(Means::Trust, &["iam:UpdateAssumeRolePolicy"], role.as_str()));
        let own = |action: &str, resource: &str| {
            coverage(
                &self.actor.authority,
                action,
                &Glob::parse(resource),
                self.context,
            ) != Coverage::None
        };
        let arn = &target.workflow.arn;
        let any = format!(
            "arn:{}:states:{}:{}:stateMachine:*",
            arn.partition(),
            arn.region(),
            arn.account()
        );
        if own(CREATE, &any) || own(TEST, "*") {
            let to_states = self
                .context
                .clone()
                .with("iam:PassedToService", "states.amazonaws.com");
            let ask = Ask {
                context: &to_states,
                ..*self
            };
            found.extend(ask.first(Means::Role, &["iam:PassRole"], role.as_str()));
        }
    }

    /// The first of these actions that the principal may take on the resource.
    fn first(&self, means: Means, actions: &[&'static str], resource: &str) -> Option<Taker<'i>> {
        actions.iter().find_map(|action| {
            let request = Request {
                principal: Some(&self.actor.arn),
                action,
                resource,
                context: self.context,
            };
            let depends = match evaluate(&self.actor.authority, &request) {
                Decision::Allow { .. } => Vec::new(),
                Decision::Depends { on, unread } => on.into_iter().chain(unread).collect(),
                Decision::Deny { .. } | Decision::NoMatch => return None,
            };
            let grants = grants_for(&self.actor.authority, action);
            let one = Glob::literal(resource);
            let grant = grants.iter().find(|g| g.resource.overlaps(&one))?;
            Some(Taker {
                actor: self.actor,
                members: self.index.at(&self.group.members).collect(),
                means: means.clone(),
                action,
                resource: grant.resource_text.to_owned(),
                policy: grant.policy.name.clone(),
                statement: grant.statement.index,
                raw: Arc::clone(&grant.statement.raw),
                depends,
            })
        })
    }
}
