//! What stands above the account and at its resources, and what of it was not read.

use crate::arn::Arn;
use crate::gap::{Gap, Input};
use crate::grants::RoleFacts;
use crate::iam::resources::named;
use crate::iam::{
    AccountLayers, Decision, Found, Layer, Principals, Request, StatementRef, evaluate, evaluate_on,
};
use crate::need::Need;
use crate::snapshot::{Account, Fetched};
use crate::workflow::Workflow;

/// The layers beside the role's own policies.
#[derive(Clone, Copy)]
pub struct LayerFacts<'a> {
    /// As far as they were read.
    pub layers: &'a AccountLayers,
    /// The account was read, and the policies of its organization were not.
    pub organization_unread: bool,
}

/// What the resource's side makes of a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The resource's side allows what the role's own does not, or may.
    Possible,
    /// A statement denies it.
    Denied(StatementRef),
    /// The resource's own policy, which must allow it, does not.
    NotAllowed(Arn),
    /// The resource's side says nothing that is known.
    Silent,
}

/// The account's principals, under the policies of its organization.
pub(super) fn principals(account: &Account, layers: &AccountLayers) -> Principals {
    let read = account
        .iam
        .present()
        .map(Principals::new)
        .unwrap_or_default();
    match &layers.organization {
        Some(organization) => read.under(organization),
        None => read,
    }
}

impl<'a> LayerFacts<'a> {
    pub(super) fn of(account: &Account, layers: &'a AccountLayers) -> Self {
        Self {
            layers,
            organization_unread: account.organization == Fetched::NotCollected,
        }
    }

    /// What both sides together make of a need whose resources the definition names. Where one of them is open, or of one the
    /// resource's side is not known, nothing is said.
    pub fn judge(&self, role: &RoleFacts, need: &Need) -> Verdict {
        let mut refused = Verdict::Silent;
        for resource in &need.resources {
            let Some(resource) = resource.as_literal().and_then(|text| Arn::parse(&text)) else {
                return Verdict::Silent;
            };
            match self.on(role, need, &resource) {
                Verdict::Silent => return Verdict::Silent,
                Verdict::Possible => return Verdict::Possible,
                verdict => refused = verdict,
            }
        }
        refused
    }

    fn on(&self, role: &RoleFacts, need: &Need, resource: &Arn) -> Verdict {
        let side = self.layers.side(&role.arn, &need.action, resource);
        if side.policy.is_none() && side.controls.is_empty() {
            return Verdict::Silent;
        }
        let context = role.context(need);
        let request = Request {
            principal: Some(&role.arn),
            action: &need.action,
            resource: resource.as_str(),
            context: &context,
        };
        match evaluate_on(&role.authority, &request, side) {
            Decision::Allow { .. } | Decision::Depends { .. } => {
                match evaluate(&role.authority, &request) {
                    Decision::Allow { .. } | Decision::Depends { .. } => Verdict::Silent,
                    Decision::Deny { .. } | Decision::NoMatch => Verdict::Possible,
                }
            }
            Decision::Deny { by } => by
                .into_iter()
                .find(|s| matches!(s.layer, Layer::Resource | Layer::ResourceControl))
                .map_or(Verdict::Silent, Verdict::Denied),
            // Of a bucket with a policy, or whatever else leaves it to the role, the role's own policies tell.
            Decision::NoMatch if decides_itself(side.together) => {
                Verdict::NotAllowed(resource.clone())
            }
            Decision::NoMatch => Verdict::Silent,
        }
    }

    /// Of the resources of a need the first whose own policy was not read, and might allow or deny it.
    pub fn unread(&self, need: &Need) -> Option<String> {
        let texts = need
            .resources
            .iter()
            .filter_map(crate::glob::Glob::as_literal);
        let mut arns = texts.filter_map(|text| Arn::parse(&text));
        let unread = |arn: &Arn| {
            named(arn).is_some() && matches!(self.layers.resources.find(arn), Found::Unread)
        };
        arns.find(unread).map(|arn| arn.to_string())
    }
}

fn decides_itself(together: crate::iam::Together) -> bool {
    use crate::iam::Together;
    matches!(together, Together::ResourceDecides | Together::Both)
}

/// The resource policies of CloudWatch Logs, where the workflow logs and they could not be read.
pub(super) fn of_logs_unread(account: &Account, workflow: &Workflow) -> Option<Gap> {
    let logs = workflow.logging.as_ref().is_some_and(|l| l.is_on());
    match &account.log_resource_policies {
        Fetched::Denied(why) | Fetched::Failed(why) if logs => Some(Gap::new(
            Input::ResourcePolicies,
            "the resource policies of CloudWatch Logs",
            why,
        )),
        _ => None,
    }
}

/// What of the organization's and of resources' policies could not be read.
pub(super) fn gaps(layers: &AccountLayers) -> Vec<Gap> {
    let words = |statement: Option<usize>, policy: &str| match statement {
        Some(index) => format!("statement {index} of the {policy}"),
        None => format!("the {policy}"),
    };
    let above = layers.problems.iter().filter(|p| p.blind).map(|p| {
        let what = words(
            p.statement,
            &format!("policy `{}` of the organization", p.policy),
        );
        Gap::new(Input::Organization, what, &p.why)
    });
    let own = layers
        .resources
        .problems
        .iter()
        .filter(|p| p.blind)
        .map(|p| {
            Gap::new(
                Input::ResourcePolicies,
                words(p.statement, &p.policy),
                &p.why,
            )
        });
    above.chain(own).collect()
}
