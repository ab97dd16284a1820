//! One request decided (IAM User Guide, "Policy evaluation logic"): what the principal has been given, what limits it, and
//! what the resource's own side says.
//!
//! An explicit deny of any of them wins; which allows are needed is [`super::layers`].
//! Conditions on keys of which nothing is known leave the answer open only where some value of them would change it:
//! [`super::solve`] tries one value of each kind that the policies can tell apart.

use std::sync::Arc;

use super::case::{Case, Stands};
use super::layers::{self, Layer, Level, Logic, Seat, Seats, Together};
use super::principal::{Admitted, Who};
use super::solve::Atom;
use super::{Context, Policy, ResourceSpec};
use crate::arn::Arn;
use crate::budget;

/// What a principal has been given.
#[derive(Clone, Debug, Default)]
pub struct Authority {
    /// Inline and managed policies, a user's groups' included. A policy that could not be read stands here as one whose
    /// document is [`Unreadable`].
    pub identity: Vec<Arc<Policy>>,
    /// The permissions boundary.
    pub boundary: Option<Arc<Policy>>,
    /// The policies that the session was made with, where it is known to have some.
    pub session: Option<Vec<Arc<Policy>>>,
    /// The service control policies above its account, from the root down.
    pub service_controls: Arc<[Level]>,
    /// The organization that its account is in, where its id is known.
    pub organization: Option<Arc<str>>,
}

/// What stands at the resource's end of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResourceSide<'a> {
    /// The resource's own policy.
    pub policy: Option<&'a Policy>,
    /// How it goes together with the principal's.
    pub together: Together,
    /// The resource control policies above the resource's account, from the root down.
    pub controls: &'a [Level],
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Who asks; what its ARN tells is known of the context.
    pub principal: Option<&'a Arn>,
    /// The action, in any capitals.
    pub action: &'a str,
    /// The resource's ARN; `*` for actions without resource types, which only a `*` pattern matches.
    pub resource: &'a str,
    /// What is known of the context; goes before what the principal's ARN tells.
    pub context: &'a Context,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by these statements of identity policies; never empty.
    Allow {
        /// The statements.
        by: Vec<StatementRef>,
    },
    /// Explicitly denied, by these statements; never empty.
    Deny {
        /// The statements.
        by: Vec<StatementRef>,
    },
    /// Implicitly denied.
    NoMatch,
    /// Not decided.
    Depends {
        /// Exactly the unknown context keys that can change the answer, as the policies spell them, sorted.
        on: Vec<String>,
        /// The unreadable parts that can change it, such as ``statement 2 of `deploy` ``.
        unread: Vec<String>,
    },
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// The policy's name.
    pub policy: String,
    /// The statement's index from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// What kind of policy it is.
    pub layer: Layer,
    /// To what of the organization the policy is attached.
    pub target: Option<Arc<str>>,
}

impl Authority {
    /// Every policy with its place in the decision.
    pub(super) fn policies(&self) -> impl Iterator<Item = Stands<'_>> {
        let stands = |policy, seat| Stands {
            policy,
            seat,
            target: None,
        };
        let identity = self
            .identity
            .iter()
            .map(move |p| stands(&**p, Seat::IDENTITY));
        let boundary = self
            .boundary
            .iter()
            .map(move |p| stands(&**p, Seat::BOUNDARY));
        let session = self.session.iter().flatten();
        let session = session.map(move |p| stands(&**p, Seat::SESSION));
        let levels = self.service_controls.iter().enumerate();
        let controls = levels.flat_map(|(index, level)| {
            level.policies.iter().map(move |policy| Stands {
                policy,
                seat: Seat::level(index),
                target: Some(&level.target),
            })
        });
        identity.chain(boundary).chain(session).chain(controls)
    }

    /// The layers of which each must allow what an identity policy allows, each with its policies.
    pub fn ceilings(&self) -> impl Iterator<Item = &[Arc<Policy>]> {
        let boundary = self.boundary.as_slice();
        let session = self.session.as_deref();
        let levels = self.service_controls.iter().map(|l| l.policies.as_slice());
        let boundary = (!boundary.is_empty()).then_some(boundary);
        boundary.into_iter().chain(session).chain(levels)
    }

    /// Every policy: those that grant, and those that limit.
    pub fn all_policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies().map(|stands| stands.policy)
    }

    /// Of the service control policies the denies that hold for some principals of the account and not for others. What they
    /// deny everybody alike makes no difference between two principals.
    /// Those that surely do not hold for this one, whose policies these are, are left out.
    pub fn telling_denies(&self, own: &Arn) -> impl Iterator<Item = &super::Statement> {
        let known = self.known_of(Context::of_principal(own));
        let levels = self.service_controls.iter().flat_map(|l| &l.policies);
        let denies = levels
            .flat_map(|p| &p.statements)
            .filter(|s| s.effect == super::Effect::Deny);
        denies.filter(move |s| {
            let mut conditions = s.conditions.iter();
            layers::tells_principals_apart(s)
                && !conditions.any(|c| known.decides(c) == Some(false))
        })
    }

    /// What is known of every request beside who makes it: the organization.
    #[must_use]
    pub fn known_of(&self, context: Context) -> Context {
        match &self.organization {
            Some(id) => context.or(Context::new().with("aws:PrincipalOrgID", &**id)),
            None => context,
        }
    }

    pub(super) fn logic(&self, together: Together) -> Logic {
        let has = |is_there: bool, seat: Seat| if is_there { seat.bit } else { Seats::NONE };
        let levels = self.service_controls.iter().enumerate();
        Logic {
            limits: has(self.boundary.is_some(), Seat::BOUNDARY)
                .and(has(self.session.is_some(), Seat::SESSION)),
            levels: levels.fold(Seats::NONE, |all, (index, _)| {
                all.and(Seat::level(index).bit)
            }),
            together,
        }
    }
}

impl<'a> ResourceSide<'a> {
    /// Every policy of this side.
    pub(super) fn policies(&self) -> impl Iterator<Item = &'a Policy> + use<'a> {
        let controls = self.controls.iter().flat_map(|level| &level.policies);
        self.policy.into_iter().chain(controls.map(|p| &**p))
    }
}

/// Decides one request by what the principal has been given: its own policies and what limits them.
pub fn evaluate(authority: &Authority, request: &Request<'_>) -> Decision {
    evaluate_on(authority, request, ResourceSide::default())
}

/// Decides one request, with the resource's side of it.
pub fn evaluate_on(
    authority: &Authority,
    request: &Request<'_>,
    side: ResourceSide<'_>,
) -> Decision {
    let known = match request.principal {
        Some(principal) => request.context.clone().or(Context::of_principal(principal)),
        None => request.context.clone(),
    };
    let asked = Asked {
        action: request.action.to_ascii_lowercase(),
        resource: request.resource,
        known: &known,
    };
    let mut case = Case::new(authority, side, &known);
    for stands in authority.policies() {
        asked.of_policy(&mut case, stands);
    }
    let who = Who::new(request.principal, &known, authority.boundary.is_some());
    let linked = request.principal.is_some_and(layers::is_service_linked);
    if !linked && layers::has_resource_controls(&asked.action) {
        for level in side.controls {
            for policy in &level.policies {
                let stands = Stands {
                    policy,
                    seat: Seat::RESOURCE_CONTROL,
                    target: Some(&level.target),
                };
                asked.of_resource(&mut case, stands, &who);
            }
        }
    }
    if let Some(policy) = side.policy {
        let stands = Stands {
            policy,
            seat: Seat::NAMED,
            target: None,
        };
        asked.of_resource(&mut case, stands, &who);
    }
    case.decide()
}

/// What is asked of each policy.
struct Asked<'a> {
    /// In lower case.
    action: String,
    resource: &'a str,
    known: &'a Context,
}

impl<'a> Asked<'a> {
    /// Takes a policy without principals into account.
    fn of_policy(&self, case: &mut Case<'a>, stands: Stands<'a>) {
        budget::spend(stands.policy.statements.len() / 4);
        for statement in &stands.policy.statements {
            if let Some(atoms) = self.about(statement) {
                case.statement(stands, statement, atoms);
            }
        }
        self.unreadable(case, stands);
    }

    /// Takes a policy into account whose statements are about principals.
    fn of_resource(&self, case: &mut Case<'a>, stands: Stands<'a>, who: &Who<'_>) {
        for statement in &stands.policy.statements {
            let Some(mut atoms) = self.about(statement) else {
                continue;
            };
            let (seat, open) = match who.admitted(statement) {
                Admitted::No => continue,
                Admitted::Yes(seat) => (seat, None),
                Admitted::Maybe(seat, key) => (seat, Some(key)),
            };
            atoms.extend(open.map(|key| case.open_key(key)));
            let seat = match stands.seat.layer {
                Layer::Resource => seat,
                _ => stands.seat,
            };
            case.statement(Stands { seat, ..stands }, statement, atoms);
        }
        self.unreadable(case, stands);
    }

    /// What must hold for the statement to be about the resource; `None` where it is not about action or resource.
    fn about(&self, statement: &'a super::Statement) -> Option<Vec<Atom<'a>>> {
        if !statement.actions.matches(&self.action) {
            return None;
        }
        match resource_fits(&statement.resources, self.resource, self.known) {
            Some(true) => Some(Vec::new()),
            Some(false) => None,
            None => Some(vec![Atom::Resource(&statement.resources, self.resource)]),
        }
    }

    fn unreadable(&self, case: &mut Case<'a>, stands: Stands<'a>) {
        for part in &stands.policy.unreadable {
            let actions = part.actions.as_ref();
            let resources = part.resources.as_ref();
            let about = actions.is_none_or(|a| a.matches(&self.action))
                && resources
                    .is_none_or(|r| resource_fits(r, self.resource, self.known) != Some(false));
            if about {
                case.unreadable(stands, part);
            }
        }
    }
}

/// Whether the element is about the resource; `None` where that hangs on an unknown key.
pub(super) fn resource_fits(spec: &ResourceSpec, resource: &str, known: &Context) -> Option<bool> {
    let open = |pattern: &super::ResourcePattern| {
        pattern
            .template
            .variables()
            .any(|v| known.get(&v.key.to_ascii_lowercase()).is_none())
    };
    let lookup = |key: &str| known.get(key).flatten();
    if spec.patterns().iter().any(open) {
        // One fixed pattern that fits, or none that can fit however the variables turn out, decides all the same.
        let mut possible = spec.patterns().iter().filter(|p| {
            if resource == "*" {
                p.widest().is_any()
            } else {
                p.widest().matches(resource)
            }
        });
        let (any, settled) = (
            possible.clone().next().is_some(),
            possible.any(|p| !open(p) && pattern_fits(p, resource, &lookup)),
        );
        if any && !settled {
            return None;
        }
    }
    Some(spec_fits(spec, resource, &lookup))
}

fn pattern_fits<'v>(
    pattern: &super::ResourcePattern,
    resource: &str,
    lookup: &impl Fn(&str) -> Option<&'v [String]>,
) -> bool {
    let variable = |key: &str| match lookup(&key.to_ascii_lowercase()) {
        Some([value]) => Some(value.as_str()),
        _ => None,
    };
    let glob = pattern.template.glob(&variable);
    glob.is_some_and(|g| {
        if resource == "*" {
            g.is_any()
        } else {
            g.matches(resource)
        }
    })
}

/// Whether the element is about the resource, every key being known; a variable without a value matches nothing.
pub(super) fn spec_fits<'v>(
    spec: &ResourceSpec,
    resource: &str,
    lookup: &impl Fn(&str) -> Option<&'v [String]>,
) -> bool {
    let any = |patterns: &[super::ResourcePattern]| {
        patterns.iter().any(|p| pattern_fits(p, resource, lookup))
    };
    match spec {
        ResourceSpec::Only(patterns) => any(patterns),
        ResourceSpec::AllBut(patterns) => !any(patterns),
        ResourceSpec::Unstated => true,
    }
}
