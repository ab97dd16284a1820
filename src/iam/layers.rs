//! The layers of a decision: what stands above an account, what limits a principal, and what grants
//! (IAM User Guide, "Policy evaluation logic"; AWS Organizations User Guide, "SCP evaluation", "RCP evaluation").
//!
//! A [`Seat`] says where a policy stands. Allows of different seats are added up as [`Seats`], and [`Logic`] says which of
//! them a request needs. An explicit deny of any seat wins, so that it needs no seat.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::Policy;
use crate::arn::Arn;

/// What kind of policy a statement stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A policy of the principal or of one of its groups.
    #[default]
    Identity,
    /// The principal's permissions boundary.
    Boundary,
    /// A policy that the session was made with.
    Session,
    /// A service control policy above the principal's account.
    ServiceControl,
    /// A resource control policy above the resource's account.
    ResourceControl,
    /// The resource's own policy.
    Resource,
}

impl Layer {
    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity-policy",
            Self::Boundary => "permissions-boundary",
            Self::Session => "session-policy",
            Self::ServiceControl => "service-control-policy",
            Self::ResourceControl => "resource-control-policy",
            Self::Resource => "resource-policy",
        }
    }
}

/// The policies of one kind that are attached to one root, organizational unit or account.
#[derive(Clone, Debug)]
pub struct Level {
    /// To what they are attached, such as `r-ab12` or an account's id.
    pub target: Arc<str>,
    /// They themselves.
    pub policies: Vec<Arc<Policy>>,
}

/// More levels than this are not read: the root, five levels of organizational units and the account are all that there can
/// be (AWS Organizations User Guide, "Quotas for AWS Organizations").
pub const MAX_LEVELS: usize = 16;

/// What is known of the organization above an account.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Its id, `o-…`.
    pub id: Option<String>,
    /// The account that manages it, where that was told. Its own principals and resources are under no policy.
    pub management_account: Option<String>,
    /// Service control policies from the root to the account; none where that kind of policy is off.
    pub service_controls: Arc<[Level]>,
    /// Resource control policies from the root to the account.
    pub resource_controls: Arc<[Level]>,
}

impl Organization {
    /// The service control policies over a principal (AWS Organizations User Guide, "Tasks and entities not restricted by
    /// SCPs": the management account and service-linked roles).
    pub fn service_controls_over(&self, principal: &Arn) -> Arc<[Level]> {
        if self.manages(principal.account()) || is_service_linked(principal) {
            return Arc::default();
        }
        Arc::clone(&self.service_controls)
    }

    /// The resource control policies over a resource of an account.
    pub fn resource_controls_over(&self, account: &str) -> Arc<[Level]> {
        if self.manages(account) {
            return Arc::default();
        }
        Arc::clone(&self.resource_controls)
    }

    fn manages(&self, account: &str) -> bool {
        self.management_account.as_deref() == Some(account)
    }
}

/// Whether AWS made the role for one of its services, which alone can become it.
pub fn is_service_linked(principal: &Arn) -> bool {
    principal.resource().starts_with("role/aws-service-role/")
        || principal
            .resource()
            .starts_with("assumed-role/AWSServiceRoleFor")
}

/// Keys that tell one principal of an account from another, in lower case; tags begin with the last.
const OF_PRINCIPALS: [&str; 4] = [
    "aws:principalarn",
    "aws:userid",
    "aws:username",
    "aws:principaltag/",
];

/// Whether a statement holds for some principals of an account and not for others.
pub(super) fn tells_principals_apart(statement: &super::Statement) -> bool {
    let mut keys = statement.conditions.iter().map(|c| c.lower.as_str());
    keys.any(|key| OF_PRINCIPALS.iter().any(|own| key.starts_with(own)))
}

#[derive(Deserialize)]
struct RcpTable {
    services: BTreeSet<String>,
    actions_not_restricted: Vec<String>,
}

static RCP: LazyLock<Option<RcpTable>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../catalog/rcp_services.json")).ok());

/// Whether resource control policies are looked at for this action, in lower case.
pub fn has_resource_controls(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    RCP.as_ref().is_some_and(|table| {
        let mut spared = table.actions_not_restricted.iter();
        table.services.contains(service) && !spared.any(|a| a.eq_ignore_ascii_case(action))
    })
}

/// Seats of which some statement allows, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seats(u64);

impl Seats {
    pub(super) const NONE: Self = Self(0);
    const BOUNDARY: Self = Self(1 << 1);
    const SESSION: Self = Self(1 << 2);
    const FIRST_LEVEL: u32 = 16;

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Where a policy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) layer: Layer,
    pub(super) bit: Seats,
}

impl Seat {
    pub(super) const IDENTITY: Self = Self::of(Layer::Identity, 1);
    pub(super) const BOUNDARY: Self = Self::of(Layer::Boundary, Seats::BOUNDARY.0);
    pub(super) const SESSION: Self = Self::of(Layer::Session, Seats::SESSION.0);
    /// Resource control policies limit by their denies alone: `RCPFullAWSAccess` allows everything at every level and cannot
    /// be detached.
    pub(super) const RESOURCE_CONTROL: Self = Self::of(Layer::ResourceControl, 0);
    /// The resource's policy allows the principal itself, or everybody: neither the boundary nor session policies limit that.
    pub(super) const NAMED: Self = Self::of(Layer::Resource, 1 << 3);
    /// The resource's policy allows the role of which the principal is a session.
    pub(super) const ROLE: Self = Self::of(Layer::Resource, 1 << 4);
    /// The resource's policy leaves it to the principal's account.
    pub(super) const ACCOUNT: Self = Self::of(Layer::Resource, 1 << 5);

    const fn of(layer: Layer, bits: u64) -> Self {
        Self {
            layer,
            bit: Seats(bits),
        }
    }

    /// The service control policies at this level, from the root.
    pub(super) const fn level(index: usize) -> Self {
        let index = if index < MAX_LEVELS {
            index
        } else {
            MAX_LEVELS
        };
        Self::of(
            Layer::ServiceControl,
            1 << (Seats::FIRST_LEVEL as usize + index),
        )
    }
}

/// How a resource's policy and the principal's own go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Together {
    /// The resource's policy is not considered.
    #[default]
    Alone,
    /// Same account: either suffices.
    Either,
    /// Same account, a key or a role: its own policy must allow the principal, or leave it to the account.
    ResourceDecides,
    /// Another account's resource: both must allow.
    Both,
}

/// Which seats a request needs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Logic {
    /// Boundary and session policies, where there are any.
    pub(super) limits: Seats,
    /// Every level with service control policies.
    pub(super) levels: Seats,
    pub(super) together: Together,
}

impl Logic {
    pub(super) const fn allows(self, seats: Seats) -> bool {
        if !seats.includes(self.levels) {
            return false;
        }
        let limited = seats.includes(self.limits);
        let identity = limited && seats.includes(Seat::IDENTITY.bit);
        let direct = seats.includes(Seat::NAMED.bit) || limited && seats.includes(Seat::ROLE.bit);
        let admitted = Seat::NAMED.bit.and(Seat::ROLE.bit).and(Seat::ACCOUNT.bit);
        match self.together {
            Together::Alone => identity,
            Together::Either => identity || direct,
            Together::ResourceDecides => direct || identity && seats.meets(admitted),
            Together::Both => identity && seats.meets(admitted),
        }
    }

    /// Whether an allow of this seat is a reason for what is allowed by all of these: limits are none.
    pub(super) fn grants(self, seat: Seat, all: Seats) -> bool {
        match seat.layer {
            Layer::Identity => all.includes(self.limits),
            Layer::Resource => {
                let delegates = matches!(self.together, Together::ResourceDecides | Together::Both);
                seat != Seat::ACCOUNT || delegates
            }
            _ => false,
        }
    }
}
