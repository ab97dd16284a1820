//! Roles that only services can become which do as they are configured: what begins executions with them is told as the
//! entry points behind them. Services that run code of their users (functions, containers, builds) are not among them.

use std::collections::BTreeSet;

use super::index::actor;
use super::known::Surroundings;
use super::{Actor, grants};
use crate::entry_points::Kind;
use crate::iam::Principals;
use crate::snapshot::Iam;
use crate::trust::Who;

/// Services with what their configurations are, where that is an entry point.
const CONFIGURED: [(&str, Option<Kind>); 8] = [
    ("apigateway", Some(Kind::RestApi)),
    ("appsync", Some(Kind::Appsync)),
    ("cloudformation", None),
    ("events", Some(Kind::EventRule)),
    ("iot", Some(Kind::IotRule)),
    ("pipes", Some(Kind::Pipe)),
    ("scheduler", Some(Kind::Schedule)),
    ("states", None),
];

impl Actor {
    /// Whether it acts for nobody but what is configured, which is told as the entry points behind it.
    pub const fn is_configured(&self) -> bool {
        self.configured
    }
}

/// What of an account's entry points may start something, by the roles that serve them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    /// The kinds that have such a role.
    pub kinds: BTreeSet<Kind>,
    /// The roles, by ARN, of functions that may.
    pub function_roles: BTreeSet<String>,
}

impl Serving {
    /// Asks every role. One of which something could not be read may start something.
    pub fn new(iam: &Iam) -> Self {
        let (principals, around) = (Principals::new(iam), Surroundings::default());
        let mut serving = Self::default();
        for principal in principals.iter().filter(|p| p.is_role) {
            let authority = &principal.authority;
            let may_start = principal.is_administrator()
                || authority.identity.iter().any(|p| grants::are_in(p))
                || super::unread::may_hide_a_start(authority);
            if !may_start {
                continue;
            }
            let actor = actor(principal, &around);
            if actor.serves.contains(&Kind::FunctionUrl) {
                serving.function_roles.insert(actor.arn.to_string());
            }
            serving.kinds.extend(actor.serves);
        }
        serving
    }
}

/// The actor, with what of it its trust policy and what runs with it tell.
pub(super) fn told(mut actor: Actor) -> Actor {
    let mut all = !actor.admissions.is_empty() && !actor.trust_unread;
    for admission in &actor.admissions {
        let service = match &admission.who {
            Who::Service(host) => host.split('.').next().unwrap_or_default(),
            _ => "",
        };
        match CONFIGURED.iter().find(|(name, _)| *name == service) {
            // What a workflow that was not read does is not known.
            Some(("states", _)) => all &= actor.runs.iter().any(|r| r.starts_with("workflow ")),
            Some((_, kind)) => {
                actor.serves.extend(*kind);
                if service == "apigateway" {
                    actor.serves.push(Kind::HttpApi);
                }
            }
            None => {
                all = false;
                // Its function may have a URL.
                if service == "lambda" {
                    actor.serves.push(Kind::FunctionUrl);
                }
            }
        }
    }
    actor.configured = all && !actor.runs.iter().any(|r| r.starts_with("function "));
    actor
}
