//! Who may bring about what begins an execution: put an event on a bus, an object into a bucket, a message into a queue.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::{START, StartGrant, StartIndex, Starter};
use crate::budget;
use crate::entry_points::Cause;
use crate::finding::StatementRef;
use crate::glob::Glob;
use crate::iam::sets::{Coverage, coverage, grants_for};
use crate::iam::{Context, Effect};

impl StartIndex {
    /// The principals, administrators and service roles aside, that may do this, each with the statement that lets it.
    pub fn who_may(&self, cause: &Cause) -> Vec<Starter<'_>> {
        let key = format!("{cause:?}");
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
        for (id, actor) in self.actors.iter().enumerate() {
            if actor.admin || actor.is_configured() {
                continue;
            }
            if cause.named.iter().any(|arn| *arn == actor.arn.as_str()) {
                found.push((id, by_the_resource(cause)));
                continue;
            }
            if !mentions(actor, cause.action) {
                continue;
            }
            if coverage(&actor.authority, cause.action, &resource, &known) == Coverage::None {
                continue;
            }
            let grants = grants_for(&actor.authority, cause.action);
            let grant = grants.iter().find(|g| g.resource.overlaps(&resource));
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
