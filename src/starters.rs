//! Who may start a workflow: every user and role of the account, by which statement, and who outside can become them.
//!
//! [`StartIndex`] reads an account's policies once: statements that allow a start are kept by the workflow they name, or
//! among the few patterns with wildcards. Asking for one workflow then costs in proportion to the principals that may
//! start it, not to the account.

mod causes;
mod grants;
mod hops;
mod known;
mod services;
mod shape;
mod takers;
mod unread;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::arn::Arn;
use crate::entry_points::Kind;
use crate::finding::StatementRef;
use crate::glob::Glob;
use crate::iam::{
    Authority, Condition, Context, Decision, Effect, Policy, Principals, Request, evaluate,
};
use crate::rule_id::{RuleId, rule_ids};
use crate::trust::{self, Admission, Outside};
use crate::workflow::{Workflow, WorkflowType};

use grants::Grant;
use known::Asker;

pub use known::{Surroundings, of_workflow};
pub use shape::{StartShape, any_opens, mentions_start, start_shapes};
pub use takers::{Means, Taker, Target};
pub use unread::gaps;
use unread::is_trust_unread;

/// Starting an execution.
pub const START: &str = "states:StartExecution";
/// Starting an EXPRESS execution and waiting for its result.
pub const START_SYNC: &str = "states:StartSyncExecution";
/// Starting a failed STANDARD execution again, with its old input.
pub const REDRIVE: &str = "states:RedriveExecution";

/// The rules that speak of who may start a workflow.
pub const ABOUT_STARTING: &[RuleId] =
    rule_ids!["broad-invocation", "escalation-path", "external-invocation"];

/// One user or role of the account.
#[derive(Debug)]
pub struct Actor {
    /// Its ARN.
    pub arn: Arn,
    /// Its policies.
    pub authority: Authority,
    /// Whom its trust policy admits; empty for users.
    pub admissions: Vec<Admission>,
    /// What runs with it, such as ``workflow `Orders` ``.
    pub runs: Vec<String>,
    /// An administrator may start everything, and is only counted.
    pub admin: bool,
    /// The services that alone can become it and do as they are configured, by the kind of entry point that they are.
    pub serves: Vec<Kind>,
    /// Nobody but services that do as they are configured, or as their definition says, can become it.
    configured: bool,
    /// No boundary, no deny and nothing unreadable concerns starting: an unconditional allow settles it.
    plain: bool,
    /// It is a role whose trust policy could not be read, or not whole.
    trust_unread: bool,
    /// A boundary or a deny of all but some workflows stands over its grants.
    ceiling: bool,
    /// What its conditions ask for.
    asker: Asker,
    /// Ways in from outside the account, found when first asked for.
    ways: OnceLock<Vec<Way>>,
}

/// A way from outside the account to a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Who is let in.
    pub who: Admission,
    /// How far outside.
    pub outside: Outside,
    /// The role in between, where there is one.
    pub via: Option<Arn>,
}

/// Who may start the workflows of one account.
#[derive(Debug, Default)]
pub struct StartIndex {
    actors: Vec<Actor>,
    /// By the workflow's ARN without version or alias.
    named: HashMap<String, Vec<Grant>>,
    /// By pattern.
    wild: BTreeMap<String, (Glob, Vec<Grant>)>,
    /// Principals that may take something over.
    takers: Vec<usize>,
    /// Roles that outsiders can assume, by how; administrators included.
    open: Vec<usize>,
    /// Principals of whose policies something could not be read that may be a start permission.
    blind: Vec<Arn>,
    trusted: Vec<String>,
    whole: bool,
}

/// Who may start one workflow.
#[derive(Debug, Default)]
pub struct Starters<'i> {
    /// Whether the whole account's principals were read.
    pub known: bool,
    /// Principals other than administrators, in the order of the account.
    pub list: Vec<Starter<'i>>,
    /// How many administrators there are.
    pub admins: usize,
    /// Who they are.
    pub administrators: Vec<&'i Arn>,
    /// Ways in from outside to administrators, with whom they lead to.
    pub open_admins: Vec<(&'i Arn, &'i Way)>,
    /// Administrators whose trust policies could not be read.
    pub unread_admins: Vec<&'i Arn>,
    /// Principals other than administrators of whose policies something could not be read.
    pub blind: Vec<&'i Arn>,
}

/// One principal that may start a workflow.
#[derive(Clone, Debug)]
pub struct Starter<'i> {
    /// Who.
    pub actor: &'i Actor,
    /// By which statements; never empty.
    pub grants: Vec<StartGrant>,
    /// Ways in from outside.
    pub ways: &'i [Way],
}

/// One statement that lets a principal start a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartGrant {
    /// The statement.
    pub statement: StatementRef,
    /// Which actions it allows.
    pub actions: Vec<&'static str>,
    /// The resource pattern as the policy writes it.
    pub resource: String,
    /// Whether the pattern names the workflow.
    pub by_name: bool,
    /// Unknown keys or unreadable parts on which it depends; empty where it surely allows.
    pub depends: Vec<String>,
    /// The statement's conditions.
    pub conditions: Arc<[Condition]>,
}

impl Starter<'_> {
    /// Whether it can start new executions, rather than only redrive old ones.
    pub fn starts(&self) -> bool {
        self.grants.iter().any(StartGrant::starts)
    }

    /// Whether a statement names the workflow.
    pub fn by_name(&self) -> bool {
        self.grants.iter().any(|g| g.by_name && g.starts())
    }
}

impl StartGrant {
    /// Whether it is about new executions.
    pub fn starts(&self) -> bool {
        self.actions.iter().any(|a| *a != REDRIVE)
    }
}

impl StartIndex {
    /// Reads the account.
    pub fn new(principals: &Principals, around: &Surroundings) -> Self {
        let trusted = &around.trusted;
        let mut index = Self {
            trusted: trusted.clone(),
            whole: around.whole,
            ..Self::default()
        };
        let mut seen = BTreeSet::new();
        for principal in principals.iter().filter(|p| seen.insert(p.arn.as_str())) {
            // Service-linked roles are AWS's own: nobody else can become them.
            if principal
                .arn
                .resource()
                .starts_with("role/aws-service-role/")
            {
                continue;
            }
            let authority = &principal.authority;
            let id = index.actors.len();
            let mut admissions = principal.trust.as_ref().map(trust::admitted);
            for policy in &around.controls {
                let held = admissions.iter_mut();
                held.for_each(|all| trust::held_by(policy, &principal.arn, all));
            }
            let actor = Actor {
                arn: principal.arn.clone(),
                authority: authority.clone(),
                admissions: admissions.unwrap_or_default(),
                runs: around
                    .runs
                    .get(principal.arn.as_str())
                    .cloned()
                    .unwrap_or_default(),
                asker: Asker::of(
                    authority,
                    principal.trust.as_ref(),
                    // What a session may bring is not known where the trust policy is not.
                    around
                        .tags
                        .get(principal.arn.as_str())
                        .filter(|_| !is_trust_unread(principal)),
                ),
                admin: principal.is_administrator(),
                serves: Vec::new(),
                configured: false,
                trust_unread: is_trust_unread(principal),
                plain: unread::is_plain(authority),
                ceiling: grants::has_ceiling(authority),
                ways: OnceLock::new(),
            };
            let actor = services::told(actor);
            if !actor.admin && unread::may_hide_a_start(authority) {
                index.blind.push(actor.arn.clone());
            }
            if !actor.admin && !actor.is_configured() && takers::may_take(authority) {
                index.takers.push(id);
            }
            if !actor.admin {
                for policy in &authority.identity {
                    index.read(id, policy);
                }
            }
            let own = principal.arn.account();
            if actor
                .admissions
                .iter()
                .any(|a| a.outside(own, trusted).is_some())
            {
                index.open.push(id);
            }
            index.actors.push(actor);
        }
        index
    }

    fn read(&mut self, actor: usize, policy: &Arc<Policy>) {
        for statement in policy
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Allow)
        {
            for grant in grants::of(actor, policy, statement) {
                match &grant.names {
                    Some(arn) => self.named.entry(arn.clone()).or_default().push(grant),
                    None => {
                        let entry = self.wild.entry(grant.text.to_string());
                        let (_, grants) = entry.or_insert_with(|| (grant.glob.clone(), Vec::new()));
                        grants.push(grant);
                    }
                }
            }
        }
    }

    /// Who may start this workflow; `tags` are its tags where they were read.
    pub fn starters(&self, workflow: &Workflow, tags: Option<&[(String, String)]>) -> Starters<'_> {
        let arn = workflow.arn.as_str();
        let mut by_actor: BTreeMap<usize, Vec<StartGrant>> = BTreeMap::new();
        let asking = Asking {
            workflow,
            context: known::of_workflow(workflow, tags),
            tags,
        };
        let mut take = |grant: &Grant, asked: &grants::Asked| {
            if let Some(actor) = self.actors.get(grant.actor)
                && let Some(start) = decide(actor, grant, asked, &asking)
            {
                by_actor.entry(grant.actor).or_default().push(start);
            }
        };
        let own = grants::Own::new(&workflow.arn);
        for grant in self.named.get(arn).into_iter().flatten() {
            take(grant, &own.asked(&grant.glob));
        }
        for (glob, grants) in self.wild.values().filter(|(glob, _)| own.may_match(glob)) {
            let asked = own.asked(glob);
            for grant in grants.iter().filter(|_| !asked.is_nothing()) {
                take(grant, &asked);
            }
        }
        let list = by_actor.into_iter().filter_map(|(id, grants)| {
            let actor = self.actors.get(id)?;
            Some(Starter {
                actor,
                grants,
                ways: self.ways(id),
            })
        });
        let admins = self.actors.iter().filter(|a| a.admin);
        // Of the execution role itself, the rules about the role tell.
        let own = workflow.role.as_ref();
        let blind = self.blind.iter().filter(|arn| Some(*arn) != own);
        Starters {
            known: self.whole,
            blind: blind.collect(),
            list: list.collect(),
            admins: admins.clone().count(),
            administrators: admins.clone().map(|a| &a.arn).collect(),
            unread_admins: admins
                .clone()
                .filter(|a| a.trust_unread)
                .map(|a| &a.arn)
                .collect(),
            open_admins: self
                .open
                .iter()
                .filter_map(|id| Some((*id, self.actors.get(*id)?)))
                .filter(|(_, actor)| actor.admin)
                .flat_map(|(id, actor)| self.ways(id).iter().map(move |w| (&actor.arn, w)))
                .collect(),
        }
    }

    fn ways(&self, id: usize) -> &[Way] {
        match self.actors.get(id) {
            Some(actor) => actor.ways.get_or_init(|| hops::ways(self, actor)),
            None => &[],
        }
    }
}

/// One workflow and what is known of requests to start it.
struct Asking<'a> {
    workflow: &'a Workflow,
    context: Context,
    tags: Option<&'a [(String, String)]>,
}

/// What the grant comes to for one workflow, after denies, the boundary and what its conditions leave open.
fn decide(
    actor: &Actor,
    grant: &Grant,
    asked: &grants::Asked,
    asking: &Asking<'_>,
) -> Option<StartGrant> {
    let workflow = asking.workflow;
    let wanted: &[&'static str] = match workflow.kind {
        WorkflowType::Standard => &[START, REDRIVE],
        WorkflowType::Express => &[START, START_SYNC],
    };
    let mut actions = Vec::new();
    let mut depends = Vec::new();
    let mut known = None;
    for action in wanted.iter().filter(|a| grant.actions.contains(*a)) {
        let Some(resource) = asked.resource(action) else {
            continue;
        };
        if actor.plain && grant.sure {
            actions.push(*action);
            continue;
        }
        let request = Request {
            principal: Some(&actor.arn),
            action,
            resource,
            context: known.get_or_insert_with(|| actor.asker.context(&asking.context, asking.tags)),
        };
        match evaluate(&actor.authority, &request) {
            Decision::Allow { by } if by.iter().any(|s| grant.is(s)) => actions.push(*action),
            Decision::Depends { on, unread } if !grant.sure || !actor.plain => {
                actions.push(*action);
                depends.extend(on);
                depends.extend(unread);
            }
            _ => {}
        }
    }
    depends.sort();
    depends.dedup();
    (!actions.is_empty()).then(|| StartGrant {
        statement: grant.reference(),
        actions,
        resource: grant.text.to_string(),
        by_name: grant.names.is_some()
            || grants::names_by_pattern(&grant.text, &workflow.arn)
            || actor.ceiling && grants::is_held_to(&actor.authority, &workflow.arn),
        depends,
        conditions: Arc::clone(&grant.conditions),
    })
}

#[cfg(test)]
mod tests;
