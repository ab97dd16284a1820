//! Whom a statement of a resource's policy admits (IAM User Guide, "AWS JSON policy elements: Principal", "AWS JSON policy
//! elements: NotPrincipal", "Evaluating identity-based policies with resource-based policies").

use super::layers::{Seat, Together};
use super::{Context, PrincipalEntry, PrincipalKind, PrincipalSpec, Statement};
use crate::arn::Arn;

/// Whoever makes a request, as principal elements name him.
pub(super) struct Who<'a> {
    principal: Option<&'a Arn>,
    /// What is known of `aws:userid`, which ends in the name of a role's session.
    user_id: Option<&'a str>,
    has_boundary: bool,
}

/// Whether a statement is about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admitted {
    No,
    /// Yes, and as what.
    Yes(Seat),
    /// That hangs on this key.
    Maybe(Seat, &'static str),
}

/// Holds the name of a role's session, behind the role's id.
const SESSION_KEY: &str = "aws:userid";

impl<'a> Who<'a> {
    pub(super) fn new(principal: Option<&'a Arn>, known: &'a Context, has_boundary: bool) -> Self {
        Self {
            principal,
            user_id: known.only(SESSION_KEY),
            has_boundary,
        }
    }

    /// Whether the statement is about this principal.
    pub(super) fn admitted(&self, statement: &Statement) -> Admitted {
        match &statement.principals {
            None => Admitted::No,
            Some(PrincipalSpec::Only(entries)) => self.among(entries, statement),
            Some(PrincipalSpec::AllBut(entries)) => match self.among(entries, statement) {
                // IAM User Guide, "Permissions boundaries": such a deny holds for everybody with a boundary.
                _ if self.has_boundary && statement.effect == super::Effect::Deny => {
                    Admitted::Yes(Seat::NAMED)
                }
                Admitted::No => Admitted::Yes(Seat::NAMED),
                Admitted::Yes(_) => Admitted::No,
                Admitted::Maybe(_, key) => Admitted::Maybe(Seat::NAMED, key),
            },
        }
    }

    /// The best of the entries: who is named himself is under the fewest limits.
    fn among(&self, entries: &[PrincipalEntry], statement: &Statement) -> Admitted {
        let mut best = Admitted::No;
        for entry in entries {
            let one = self.one(entry, statement);
            best = match (best, one) {
                (Admitted::No, one) => one,
                (best, Admitted::No) => best,
                (Admitted::Yes(a), Admitted::Yes(b)) => Admitted::Yes(both(a, b)),
                (Admitted::Yes(a), Admitted::Maybe(..))
                | (Admitted::Maybe(..), Admitted::Yes(a)) => Admitted::Yes(a),
                (maybe, Admitted::Maybe(..)) => maybe,
            };
        }
        best
    }

    fn one(&self, entry: &PrincipalEntry, statement: &Statement) -> Admitted {
        if entry.kind != PrincipalKind::Aws {
            return Admitted::No;
        }
        let Some(principal) = self.principal else {
            return match entry.value.as_str() {
                "*" => Admitted::Yes(Seat::NAMED),
                _ => Admitted::Maybe(Seat::NAMED, "aws:PrincipalArn"),
            };
        };
        if entry.value == "*" {
            let by_role = statement
                .conditions
                .iter()
                .any(|c| c.lower == "aws:principalarn");
            let seat = if by_role && session_of(principal).is_some() {
                Seat::ROLE
            } else {
                Seat::NAMED
            };
            return Admitted::Yes(seat);
        }
        let account = principal.account();
        if entry.value == account {
            return Admitted::Yes(Seat::ACCOUNT);
        }
        let Some(named) = Arn::parse(&entry.value).filter(|n| n.account() == account) else {
            return Admitted::No;
        };
        if named == *principal {
            let is_role = principal.resource().starts_with("role/");
            return Admitted::Yes(if is_role { Seat::ROLE } else { Seat::NAMED });
        }
        if named.resource() == "root" {
            return Admitted::Yes(Seat::ACCOUNT);
        }
        match (session_of(principal), session_of(&named)) {
            // A role's ARN stands for some session of it.
            (Some((own, None)), Some((role, Some(session)))) if own == role => {
                match self.user_id.and_then(|id| id.split_once(':')) {
                    Some((_, of)) if of == session => Admitted::Yes(Seat::NAMED),
                    Some(_) => Admitted::No,
                    None => Admitted::Maybe(Seat::NAMED, SESSION_KEY),
                }
            }
            (Some((own, Some(_))), Some((role, None))) if own == role => Admitted::Yes(Seat::ROLE),
            _ => Admitted::No,
        }
    }
}

fn both(a: Seat, b: Seat) -> Seat {
    Seat {
        layer: a.layer,
        bit: a.bit.and(b.bit),
    }
}

/// The name of the role and of its session, where the ARN is that of a role or of a session of one.
fn session_of(arn: &Arn) -> Option<(&str, Option<&str>)> {
    if let Some(session) = arn.resource().strip_prefix("assumed-role/") {
        let (role, session) = session.split_once('/')?;
        return Some((role, Some(session)));
    }
    let path = arn.resource().strip_prefix("role/")?;
    Some((path.rsplit('/').next()?, None))
}

/// How a policy of this resource goes together with those of the principal. Without a known account the resource is taken
/// for one of the principal's own.
pub fn together(principal: Option<&Arn>, action: &str, resource_account: Option<&str>) -> Together {
    let own = principal.map(Arn::account);
    let foreign = own
        .zip(resource_account)
        .is_some_and(|(own, of)| own != of && !of.is_empty());
    let action = action.to_ascii_lowercase();
    let decides = action.starts_with("kms:") || IS_ROLE_TRUST.contains(&action.as_str());
    match (foreign, decides) {
        (true, _) => Together::Both,
        (false, true) => Together::ResourceDecides,
        (false, false) => Together::Either,
    }
}

/// What a role's trust policy decides, in lower case.
const IS_ROLE_TRUST: [&str; 5] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setsourceidentity",
    "sts:tagsession",
];
