//! Who may bring about what begins an execution: put an event on a bus, an object into a bucket, a message into a queue.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::{START, StartGrant, StartIndex, Starter};
use crate::arn::Arn;
use crate::budget;
use crate::entry_points::Cause;
use crate::finding::StatementRef;
use crate::glob::Glob;
use crate::iam::sets::{Coverage, coverage, grants_for};
use crate::iam::{
    Context, Decision, Effect, Found, Layer, Policy, Request, ResourceSide, ResourceSpec, evaluate,
    evaluate_on, together,
};

impl StartIndex {
    /// The principals, administrators and service roles aside, that may do this, each with the statement that lets it.
    pub fn who_may(&self, cause: &Cause) -> Vec<Starter<'_>> {
        let key = format!(
            "{} {} {:?} {:?} {:?} {:?}",
            cause.action, cause.resource, cause.context, cause.named, cause.levels, cause.passed_on
        );
        let known = || self.causes.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&key).cloned();
        let found = found.unwrap_or_else(|| {
            let (found, _) = budget::within(budget::SHARED, || self.those_who_may(cause));
            let found: Arc<[_]> = found.unwrap_or_default().into();
            known().insert(key, Arc::clone(&found));
            found
        });
        let starter = |(id, grant): &(usize, StartGrant)| {
            Some(Starter {
                actor: self.actors.get(*id)?,
                grants: Arc::from([grant.clone()]),
                ways: self.ways(*id),
                members: Cow::Owned(vec![*id]),
                index: self,
            })
        };
        found.iter().filter_map(starter).collect()
    }

    fn those_who_may(&self, cause: &Cause) -> Vec<(usize, StartGrant)> {
        let resource = Glob::parse(&cause.resource);
        let known = cause
            .context
            .iter()
            .fold(Context::new(), |known, (key, value)| {
                known.with(key, value.clone())
            });
        let mut found = Vec::new();
        if !self.passes_on(cause) {
            return found;
        }
        for (id, actor) in self.actors.iter().enumerate() {
            if actor.admin || actor.is_configured() {
                continue;
            }
            if self.refuses(actor, cause, &known) {
                continue;
            }
            if cause.named.iter().any(|arn| *arn == actor.arn.as_str()) {
                found.push((id, by_the_resource(cause)));
                continue;
            }
            if !mentions(actor, &cause.action) {
                continue;
            }
            if coverage(&actor.authority, &cause.action, &resource, &known) == Coverage::None {
                continue;
            }
            let grants = grants_for(&actor.authority, &cause.action);
            let grant = grants
                .iter()
                .find(|g| g.resource.overlaps(&resource) && is_of_level(cause, g.resource_text));
            let Some(grant) = grant else { continue };
            let grant = StartGrant {
                statement: StatementRef {
                    name: grant.policy.name.clone(),
                    statement: grant.statement.index,
                    sid: grant.statement.sid.clone(),
                },
                actions: vec![START],
                resource: grant.resource_text.to_owned(),
                by_name: true,
                depends: Vec::new(),
                conditions: Arc::from(grant.statement.conditions.clone()),
            };
            found.push((id, grant));
        }
        found
    }

    /// Whether what hands it on may; of a role that was not read nothing keeps it from that.
    fn passes_on(&self, cause: &Cause) -> bool {
        let Some((role, bus)) = &cause.passed_on else {
            return true;
        };
        let actor = self.places.get(role.as_str());
        let Some(actor) = actor.and_then(|place| self.actors.get(*place)) else {
            return true;
        };
        let request = Request {
            principal: Some(role),
            action: "events:PutEvents",
            resource: bus,
            context: &Context::new(),
        };
        matches!(
            evaluate(&actor.authority, &request),
            Decision::Allow { .. } | Decision::Depends { .. }
        )
    }

    /// Whether the resource's own policy denies it, as far as it is certain.
    fn refuses(&self, actor: &super::Actor, cause: &Cause, known: &Context) -> bool {
        let Some(resource) = Arn::parse(&cause.resource) else {
            return false;
        };
        let Found::Policy(policy) = self.resources.find(&resource) else {
            return false;
        };
        // Of a pattern, what a statement denies beside some may still leave a part.
        if cause.resource.contains('*') && !names_what_it_denies(policy) {
            return false;
        }
        let request = Request {
            principal: Some(&actor.arn),
            action: &cause.action,
            resource: &cause.resource,
            context: known,
        };
        let side = ResourceSide {
            policy: Some(policy),
            together: together(Some(&actor.arn), &cause.action, Some(resource.account())),
            controls: &[],
        };
        match evaluate_on(&actor.authority, &request, side) {
            Decision::Deny { by } => by.iter().any(|s| s.layer == Layer::Resource),
            _ => false,
        }
    }
}

fn names_what_it_denies(policy: &Policy) -> bool {
    let mut denies = policy.statements.iter();
    denies.all(|s| s.effect == Effect::Allow || !matches!(s.resources, ResourceSpec::AllBut(_)))
}

/// Whether what is granted holds a topic with as many levels as are meant.
fn is_of_level(cause: &Cause, granted: &str) -> bool {
    let Some(levels) = &cause.levels else {
        return true;
    };
    Glob::parse(&granted.replace('/', ":")).overlaps(levels)
}

/// What the resource's own policy allows.
fn by_the_resource(cause: &Cause) -> StartGrant {
    StartGrant {
        statement: StatementRef {
            name: format!("the policy of {}", cause.resource),
            statement: 0,
            sid: None,
        },
        actions: vec![START],
        resource: cause.resource.clone(),
        by_name: true,
        depends: Vec::new(),
        conditions: Arc::from([]),
    }
}

fn mentions(actor: &super::Actor, action: &str) -> bool {
    let mut statements = actor.authority.identity.iter().flat_map(|p| &p.statements);
    statements.any(|s| s.effect == Effect::Allow && s.actions.matches(action))
}
