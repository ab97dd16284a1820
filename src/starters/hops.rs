//! How outsiders become a role: directly, or through one other role of the account.

use super::{Actor, StartIndex, Way};
use crate::iam::{Context, Decision, Request, evaluate};
use crate::trust::Who;

/// Every way into the role from outside, the direct ones first; the same outsider is told once.
pub fn ways(index: &StartIndex, role: &Actor) -> Vec<Way> {
    let mut ways = direct(index, role, None);
    for id in &index.open {
        let Some(via) = index.actors.get(*id) else {
            continue;
        };
        if via.arn == role.arn || !may_become(via, role) {
            continue;
        }
        for way in direct(index, via, Some(via)) {
            if !ways.iter().any(|w| w.who.who == way.who.who) {
                ways.push(way);
            }
        }
    }
    ways
}

fn direct(index: &StartIndex, role: &Actor, via: Option<&Actor>) -> Vec<Way> {
    let own = role.arn.account();
    role.admissions
        .iter()
        .filter_map(|admission| {
            let outside = admission.outside(own, &index.trusted)?;
            Some(Way {
                who: admission.clone(),
                outside,
                via: via.map(|v| v.arn.clone()),
            })
        })
        .collect()
}

/// Whether a role of the account may assume another: the trust policy names it, or admits the account and the role's own
/// policies allow it (IAM User Guide, "Cross-account policy evaluation logic": within an account a trust policy that
/// names the role itself suffices, unless the role's own policies deny it).
fn may_become(via: &Actor, role: &Actor) -> bool {
    role.admissions
        .iter()
        .any(|admission| match &admission.who {
            Who::Principal(arn) => {
                *arn == via.arn && !matches!(own_policies(via, role), Decision::Deny { .. })
            }
            Who::Account(account) => account == via.arn.account() && is_allowed(via, role),
            _ => false,
        })
}

fn is_allowed(via: &Actor, role: &Actor) -> bool {
    matches!(
        own_policies(via, role),
        Decision::Allow { .. } | Decision::Depends { .. }
    )
}

/// What the role's own policies say to its assuming the other.
fn own_policies(via: &Actor, role: &Actor) -> Decision {
    let context = via.authority.known_of(Context::new());
    let request = Request {
        principal: Some(&via.arn),
        action: "sts:AssumeRole",
        resource: role.arn.as_str(),
        context: &context,
    };
    evaluate(&via.authority, &request)
}
