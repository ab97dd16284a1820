//! Demand: the permissions that a workflow needs, derived from its definition and settings alone.
//!
//! A catalog row says which actions a call needs and which request parameters name the resources; this module fills the
//! row from the abstract value of the task's arguments. What the request fixes stays literal, what it does not becomes a
//! wildcard that [`Target`] explains.

mod buckets;
mod call;
mod dynamodb;
mod forwarded;
mod lookup;
mod malformed;
mod management;
mod map;
mod models;
mod names;
mod objects;
mod partiql;
mod pattern;
mod request;
mod required;
mod resolve;
mod roles;
mod template;
mod typed;
mod workflow;

#[cfg(test)]
mod tests;

use crate::arn::Arn;
use crate::asl::{State, StateId, Task};
use crate::catalog::{self, Breadth, Integration, IntegrationKind};
use crate::glob::Glob;
use crate::need::{Need, Phase, Target};
use crate::value::{Unknown, Value};
use pattern::Openness;
use resolve::Resolved;

pub use dynamodb::inner_tables;
pub use malformed::{MalformedArn, malformed_arns};
pub use map::map_needs;
pub use workflow::{LOGGING, LOGGING_EXTRAS, TRACING, TRACING_EXTRAS, workflow_needs};

/// Where the workflow lives; an empty field is not known and counts as any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// Its region.
    pub region: String,
    /// Its account.
    pub account: String,
    /// Its own name.
    pub name: String,
}

impl Home {
    /// The home of a state machine of this ARN.
    pub fn of(arn: &Arn) -> Self {
        Self {
            partition: arn.partition().to_owned(),
            region: arn.region().to_owned(),
            account: arn.account().to_owned(),
            name: arn.name().to_owned(),
        }
    }
}

/// What a task state needs.
///
/// `arguments` is the abstract value of its effective `Parameters` or `Arguments`; `credentials` that of
/// `Credentials.RoleArn`, where the task has `Credentials`: then its own needs belong to the assumed role, and the
/// workflow's role needs `sts:AssumeRole` only. An integration that the catalog does not know, or an activity, gives none.
pub fn task_needs(
    task: &Task,
    state: &State,
    integration: &Integration,
    arguments: &Value,
    credentials: Option<&Value>,
    home: &Home,
) -> Vec<Need> {
    let maker = Maker {
        state: Some(state.id),
        label: integration.label(),
        home,
    };
    if task.credentials.is_some() || credentials.is_some() {
        return vec![roles::assumed(&maker, credentials)];
    }
    match &integration.kind {
        IntegrationKind::Activity | IntegrationKind::Unknown { .. } => Vec::new(),
        IntegrationKind::Unresolved => vec![call::unresolved(&maker)],
        IntegrationKind::LambdaFunction => vec![call::function(&maker, &task.resource)],
        IntegrationKind::Optimized(row) => {
            call::optimized(&maker, row, integration.pattern, arguments)
        }
        IntegrationKind::Sdk { service, operation } => {
            call::sdk(&maker, service, operation, arguments)
        }
    }
}

/// Makes needs for one state, or for the workflow.
struct Maker<'a> {
    state: Option<StateId>,
    label: String,
    home: &'a Home,
}

impl Maker<'_> {
    /// One need for each requirement of a call: an action on one of its alternatives.
    fn needs(
        &self,
        action: &str,
        requirements: Vec<required::Alternatives>,
        phase: Phase,
        optional: bool,
    ) -> Vec<Need> {
        let all: Vec<Resolved> = requirements.iter().flatten().cloned().collect();
        if all.is_empty() {
            return vec![self.need(action, Vec::new(), phase, optional)];
        }
        let others = catalog::action(action).map(|info| self.other_types(&info, &all));
        let groups = requirements.into_iter().filter(|g| !g.is_empty());
        groups
            .map(|group| {
                let mut need = self.need(action, group, phase, optional);
                // What another requirement of the call names is that requirement's business.
                need.companions.retain(|c| {
                    others
                        .as_ref()
                        .is_none_or(|o| o.contains(c) || !self.is_of_type(action, c))
                });
                need
            })
            .collect()
    }

    /// Whether the pattern is every resource of a type of the action.
    fn is_of_type(&self, action: &str, pattern: &Glob) -> bool {
        catalog::action(action).is_some_and(|info| {
            info.resource_types()
                .any(|t| template::everywhere(t.arn, self.home) == *pattern)
        })
    }

    /// One action on what was resolved; on every resource of its types where nothing was.
    fn need(&self, action: &str, found: Vec<Resolved>, phase: Phase, optional: bool) -> Need {
        let (action, found) = buckets::authorized(action, found, self.home);
        let action = action.as_str();
        let info = catalog::action(action);
        let name = info.map_or_else(|| action.to_owned(), |i| i.name());
        let mut need = Need {
            because: self.because(&name, phase),
            action: name,
            resources: vec![Glob::any()],
            chosen: Vec::new(),
            companions: Vec::new(),
            target: Target::NoResourceTypes,
            holes: Vec::new(),
            phase,
            optional,
            passed_to: None,
            request: Vec::new(),
            tags: None,
            region: Some(self.home.region.clone()).filter(|r| !r.is_empty()),
            state: self.state,
        };
        let Some(info) = info else {
            need.target = Target::NotDerivable;
            return need;
        };
        if !info.has_resource_types() {
            // It is granted on everything or not at all; who names what it acts on chooses among everything.
            for resolved in found.into_iter().filter(|r| r.open == Openness::Chosen) {
                merge(&mut need.holes, resolved.holes);
            }
            return need;
        }
        if found.is_empty() && info.resource_is_optional() {
            // The request names no resource, and none is required: it is authorized on `*`.
            need.target = Target::NotDerivable;
            return need;
        }
        let found = if found.is_empty() {
            self.everything(&info)
        } else {
            need.companions = self.other_types(&info, &found);
            found
        };
        need.target = target(action, &found);
        need.resources = Vec::new();
        for resolved in found {
            for form in catalog::companions(&resolved.glob) {
                // A log group's ARN is written with and without its last part; policies hold the one or the other.
                if resolve::kind(&resolved.glob) == "logs:log-group:" {
                    push(&mut need.resources, form);
                } else {
                    push(&mut need.companions, form);
                }
            }
            let other = names::other_spelling(&resolved.glob);
            if resolved.holes.iter().any(Unknown::is_tainted) {
                push(&mut need.chosen, resolved.glob.clone());
            }
            push(&mut need.resources, resolved.glob);
            other.into_iter().for_each(|g| push(&mut need.resources, g));
            merge(&mut need.holes, resolved.holes);
        }
        need
    }

    /// Every resource of the action's types.
    fn everything(&self, info: &catalog::ActionInfo) -> Vec<Resolved> {
        info.resource_types()
            .map(|t| Resolved::plain(template::everywhere(t.arn, self.home), Openness::Generated))
            .collect()
    }

    /// Every resource of the action's other types, such as the instances that a launch makes beside the image it names.
    fn other_types(&self, info: &catalog::ActionInfo, found: &[Resolved]) -> Vec<Glob> {
        let heads: Vec<String> = found.iter().map(|r| resolve::kind(&r.glob)).collect();
        info.resource_types()
            .map(|t| template::everywhere(t.arn, self.home))
            .filter(|glob| {
                let kind = resolve::kind(glob);
                !kind.is_empty() && !heads.iter().any(|h| h.is_empty() || *h == kind)
            })
            .collect()
    }

    fn because(&self, action: &str, phase: Phase) -> String {
        let what = match phase {
            Phase::Start => "call",
            Phase::CompletionEvent => "completion event",
            Phase::Poll => "polling for completion",
            Phase::Cancel => "stopping the job with the execution",
            Phase::PassRole => "passing a role",
            Phase::AssumeRole => "assuming the role in `Credentials`",
            Phase::MapRun => "running the map's children",
            Phase::ItemReader => "reading items",
            Phase::ResultWriter => "writing results",
            Phase::Logging => "log delivery",
            Phase::Tracing => "tracing",
            Phase::Encryption => "the workflow's own key",
            Phase::Forwarded => "what the service does with its caller's permissions",
        };
        format!("{} {what} ({action})", self.label)
    }
}

fn push(globs: &mut Vec<Glob>, glob: Glob) {
    if !globs.contains(&glob) {
        globs.push(glob);
    }
}

fn merge(holes: &mut Vec<Unknown>, more: Vec<Unknown>) {
    for hole in more {
        if !holes.contains(&hole) {
            holes.push(hole);
        }
    }
}

/// How the target of an action is known: the worst of its resources.
fn target(action: &str, found: &[Resolved]) -> Target {
    let rank = |target: &Target| match target {
        Target::Static => 0,
        Target::NoResourceTypes => 1,
        Target::Partial => 2,
        Target::NotDerivable => 3,
        Target::Deployment => 4,
        Target::RunTime => 5,
    };
    found
        .iter()
        .map(|resolved| {
            let any = catalog::breadth(action, &resolved.glob) == Breadth::Any;
            match (resolved.open, any) {
                (Openness::Closed, _) => Target::Static,
                (Openness::Generated, _) => Target::NotDerivable,
                (Openness::Deployed, true) => Target::Deployment,
                (Openness::Chosen, true) => Target::RunTime,
                (Openness::Deployed | Openness::Chosen, false) => Target::Partial,
            }
        })
        .max_by_key(rank)
        .unwrap_or(Target::NotDerivable)
}
