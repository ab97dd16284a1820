use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;

/// `unconditioned-role-trust`
pub struct UnconditionedRoleTrust;

impl Rule for UnconditionedRoleTrust {
    fn meta(&self) -> &'static Meta {
        meta!(
            "unconditioned-role-trust",
            from [RoleTrust],
            builds_on ["admin-role", "wildcard-action", "wildcard-resource", "unused-permission", "pass-role-scope", "escalation-permission"],
            "low",
            "the role trusts Step Functions without `aws:SourceAccount` or `aws:SourceArn`"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let open = facts
            .trust
            .admissions
            .iter()
            .find(|a| a.is_states() && !a.has_source());
        let Some(open) = open else {
            return;
        };
        let mut finding = facts.finding(
            self.meta().id,
            Severity::Low,
            "",
            "the role trusts Step Functions without a condition on the source",
            format!(
                "the trust policy admits `{}` without `aws:SourceAccount` or `aws:SourceArn`: any workflow that somebody may create with this role runs with its permissions, and nothing ties the role to this one",
                open.who.text()
            ),
            "add the condition on `aws:SourceArn` (this workflow), or on `aws:SourceAccount` where several workflows share the role",
        );
        finding.principals(vec![open.who.text().to_owned()]);
        finding.patch(facts.trust_patch());
        out.push(finding.build());
    }
}
