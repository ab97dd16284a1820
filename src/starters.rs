//! Who may start a workflow: every user and role of the account, by which statement, and who outside can become them.
//!
//! [`StartIndex`] reads an account's policies once: statements that allow a start are kept by the workflow they name, or
//! among the few patterns with wildcards. Asking for one workflow then costs in proportion to the principals that may
//! start it, not to the account.

mod causes;
mod crowd;
mod grants;
mod group;
mod hops;
mod index;
mod known;
mod qualifier;
mod services;
mod shape;
mod takers;
mod unread;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use crate::arn::Arn;
use crate::budget;
use crate::entry_points::Kind;
use crate::finding::StatementRef;
use crate::glob::Glob;
use crate::iam::{Authority, Condition, Context, Decision, Request, ResourcePolicies, evaluate};
use crate::rule_id::{RuleId, rule_ids};
use crate::trust::{Admission, Outside};
use crate::workflow::{Workflow, WorkflowType};

use grants::Grant;
use group::Group;
use known::Asker;

pub use crowd::{Crowd, LISTED, crowd, first_of, listed};
pub use known::{Surroundings, of_workflow};
pub use qualifier::Revision;
pub use services::Serving;
pub use shape::{StartShape, any_opens, mentions_start, start_shapes};
pub use takers::{Means, Services, Taker, Target};
pub use unread::gaps;

/// Starting an execution.
pub const START: &str = "states:StartExecution";
/// Starting an EXPRESS execution and waiting for its result.
pub const START_SYNC: &str = "states:StartSyncExecution";
/// Starting a failed STANDARD execution again, with its old input.
pub const REDRIVE: &str = "states:RedriveExecution";

/// Replacing what a workflow does.
const UPDATE: &str = "states:UpdateStateMachine";

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
    /// The services that its policies allow something of.
    pub allows: Services,
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

/// Places of principals, those together that have the same statements.
type Alike = Arc<[Vec<usize>]>;
/// Who may bring something about, each with the statement that lets him.
type Causes = Arc<[(usize, StartGrant)]>;

/// Who may start one workflow: places of groups, each with the statements that let them.
type Direct = Arc<[(usize, Arc<[StartGrant]>)]>;

/// Who may start the workflows of one account.
#[derive(Debug, Default)]
pub struct StartIndex {
    actors: Vec<Actor>,
    /// Places of actors, by ARN.
    places: HashMap<String, usize>,
    /// Principals that may start something, those together that no workflow tells apart; in the order of the account.
    groups: Vec<Group>,
    /// By the workflow's ARN without version or alias.
    named: HashMap<String, Vec<Grant>>,
    /// By pattern.
    wild: BTreeMap<String, (Glob, Vec<Grant>)>,
    /// Principals that may take something over, in the same way.
    takers: Vec<Group>,
    /// Roles that outsiders can assume, by how; administrators included.
    open: Vec<usize>,
    /// Administrators.
    administrators: Vec<usize>,
    /// Principals of whose policies something could not be read that may be a start permission.
    blind: Vec<Arn>,
    /// Principals with the same statements about the same actions, found when first asked for.
    alike: Mutex<HashMap<(usize, String), Alike>>,
    /// Who may bring about what, found when first asked for.
    causes: Mutex<HashMap<String, Causes>>,
    /// Who may start a workflow that starts others, found when first asked for.
    direct: Mutex<HashMap<String, Direct>>,
    trusted: Vec<String>,
    /// The policies of what brings executions about.
    resources: ResourcePolicies,
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
    /// The kinds of entry point whose roles may start it, administrators included.
    pub serves: BTreeSet<Kind>,
}

/// Principals that may start a workflow by the same statements, of which nothing else that decides is different either.
#[derive(Clone, Debug)]
pub struct Starter<'i> {
    /// One for all: the first of them in the account.
    pub actor: &'i Actor,
    /// By which statements; never empty.
    pub grants: Arc<[StartGrant]>,
    /// Ways in from outside; who has some stands alone.
    pub ways: &'i [Way],
    /// All of them, as places in `index`, by ARN.
    members: Cow<'i, [usize]>,
    index: &'i StartIndex,
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

impl<'i> Starter<'i> {
    /// How many principals they are.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Each of them, by ARN.
    pub fn each(&self) -> impl Iterator<Item = &'i Actor> {
        let index = self.index;
        let members = self.members.iter();
        members.filter_map(move |place| index.actors.get(*place))
    }

    /// Those of them who have the same statements about these actions, each kind by itself.
    pub fn alike(&self, actions: &[String]) -> Vec<Self> {
        self.index.alike(self, actions)
    }

    /// Whether they are the same principals.
    pub fn is_same(&self, other: &Self) -> bool {
        self.members == other.members
    }

    /// Those of them that are meant; `None` where nobody is.
    pub fn only(mut self, mut is_meant: impl FnMut(&'i Actor) -> bool) -> Option<Self> {
        let index = self.index;
        let meant = |place: &usize| index.actors.get(*place).is_some_and(&mut is_meant);
        let all = self.members.len();
        let kept: Vec<usize> = self.members.iter().copied().filter(meant).collect();
        if kept.len() < all {
            self.actor = index.actors.get(*kept.iter().min()?)?;
            self.members = Cow::Owned(kept);
        }
        Some(self)
    }

    /// All of them but this principal; `None` where nobody else is there.
    pub fn but(&self, arn: &Arn) -> Option<Self> {
        let of = |place: &usize| self.index.actors.get(*place).map(|a| &a.arn);
        match self.members.binary_search_by(|m| of(m).cmp(&Some(arn))) {
            Ok(_) => self.clone().only(|actor| actor.arn != *arn),
            Err(_) => Some(self.clone()),
        }
    }

    /// Whether it can start new executions, rather than only redrive old ones.
    pub fn starts(&self) -> bool {
        self.grants.iter().any(StartGrant::starts)
    }

    /// Whether a statement names the workflow, and nothing wider beside it.
    pub fn by_name(&self) -> bool {
        let starting = || self.grants.iter().filter(|g| g.starts());
        let is_wider =
            |named: &StartGrant| starting().any(|g| !g.by_name && g.statement == named.statement);
        starting().any(|g| g.by_name && !is_wider(g))
    }

    /// The same by those statements' patterns alone that do not name the workflow.
    pub fn by_wildcard(mut self) -> Self {
        let wide = self.grants.iter().filter(|g| !g.by_name).cloned();
        self.grants = wide.collect();
        self
    }
}

impl StartGrant {
    /// Whether it is about new executions.
    pub fn starts(&self) -> bool {
        self.actions.iter().any(|a| *a != REDRIVE)
    }
}

/// One workflow and what is known of requests to start it.
struct Asking<'a> {
    workflow: &'a Workflow,
    context: Context,
    tags: Option<&'a [(String, String)]>,
    revision: &'a Revision,
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
        // What was not decided is not taken away from whoever asks.
        if budget::is_spent() {
            actions.push(*action);
            depends.push("what the other statements say".to_owned());
            continue;
        }
        let context =
            known.get_or_insert_with(|| actor.asker.context(&asking.context, asking.tags));
        let mut is_allowed = |context: &Context, more: Option<&str>| {
            let request = Request {
                principal: Some(&actor.arn),
                action,
                resource,
                context,
            };
            match evaluate(&actor.authority, &request) {
                Decision::Allow { by } if by.iter().any(|s| grant.is(s)) => {}
                Decision::Depends { on, unread } if !grant.sure || !actor.plain => {
                    depends.extend(on);
                    depends.extend(unread);
                }
                _ => return false,
            }
            depends.extend(more.map(str::to_owned));
            true
        };
        let qualified = &actor.asker.qualified;
        let allowed = match qualified.requests(asking.revision, context) {
            Some(mut requests) if *action != REDRIVE => requests
                .drain(..)
                .any(|one| is_allowed(&one.context, one.depends)),
            _ => is_allowed(context, None),
        };
        if allowed {
            actions.push(*action);
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
