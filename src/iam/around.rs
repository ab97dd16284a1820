//! What stands above an account's principals and at its resources, for decisions about one request.

use std::sync::Arc;

use super::evaluate::ResourceSide;
use super::layers::{Level, Organization, Together};
use super::principal::together;
use super::resources::{Found, ResourcePolicies};
use super::{Policy, Principals, Problem, parse};
use crate::arn::Arn;
use crate::snapshot::Account;

/// The organization above an account and the policies of its resources, as far as they were read.
#[derive(Clone, Debug, Default)]
pub struct AccountLayers {
    /// The organization, where it was read.
    pub organization: Option<Organization>,
    /// The policies of resources.
    pub resources: ResourcePolicies,
    /// The resource policies of CloudWatch Logs, where they were read.
    pub of_logs: Option<Vec<Policy>>,
    /// What of the organization's policies could not be read.
    pub problems: Vec<Problem>,
    /// What stands above the account's own resources.
    controls: Arc<[Level]>,
}

impl AccountLayers {
    /// Reads them of an account. What of a document could not be read can only leave an answer open.
    pub fn of(account: &Account) -> Self {
        let resources = ResourcePolicies::of(account);
        let read = account.organization.present().map(Organization::of);
        let (organization, problems) = read.map_or((None, Vec::new()), |(o, p)| (Some(o), p));
        let own = resources.account().unwrap_or_default();
        let controls = organization.as_ref().map(|o| o.resource_controls_over(own));
        let read = account.log_resource_policies.present();
        let of_logs = read.map(|all| {
            let read = |document| parse::resource_policy("a policy of CloudWatch Logs", document).0;
            all.iter().map(read).collect()
        });
        Self {
            of_logs,
            controls: controls.unwrap_or_default(),
            organization,
            resources,
            problems,
        }
    }

    /// The policy of a resource: its own, or a role's trust policy.
    pub fn policy_of<'a>(
        &'a self,
        resource: &Arn,
        principals: Option<&'a Principals>,
    ) -> Option<&'a Policy> {
        if let Some(role) = principals.and_then(|all| all.get(resource)) {
            return role.trust.as_ref();
        }
        match self.resources.find(resource) {
            Found::Policy(policy) => Some(policy),
            Found::Without | Found::Unread => None,
        }
    }

    /// The resource control policies above the account's own resources.
    pub fn controls(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.controls.iter().flat_map(|level| &level.policies)
    }

    /// Whether a resource of this account id is the account's own.
    pub fn is_home(&self, account: &str) -> bool {
        self.resources.account().is_none_or(|own| own == account)
    }

    /// What stands at the resource's end of a principal's request. An ARN without an account is taken for the account's own
    /// where its policy was read: a bucket's policy is read of own buckets alone.
    pub fn side<'a>(&'a self, principal: &Arn, action: &str, resource: &Arn) -> ResourceSide<'a> {
        let policy = self.policy_of(resource, None);
        let own = match resource.account() {
            "" => policy.is_some(),
            account => self.is_home(account),
        };
        ResourceSide {
            policy,
            together: match policy {
                Some(_) => together(Some(principal), action, Some(resource.account())),
                None => Together::Alone,
            },
            controls: if own { &self.controls } else { &[] },
        }
    }
}
