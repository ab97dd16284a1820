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
            builds_on ["admin-role", "wildcard-action", "wildcard-resource", "dynamic-target-wildcard", "unused-permission", "sync-rule-scope", "pass-role-scope", "escalation-permission", "shared-role", "open-role-trust"],
            "info; low where the role has a finding of high or more, or was not read whole",
            "the role trusts Step Functions without `aws:SourceAccount` or `aws:SourceArn`"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn review(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        let open = facts
            .trust
            .admissions
            .iter()
            .find(|a| a.is_states() && !a.has_source());
        let Some(open) = open else {
            return;
        };
        // A high finding of one of the rules about the role makes it a sensitive one.
        let of_the_role = self.meta().builds_on;
        let is_sensitive = found
            .iter()
            .any(|f| f.severity() >= Severity::High && of_the_role.contains(&f.rule()));
        let is_whole = facts.role.is_some_and(|role| role.whole);
        let severity = match is_sensitive || !is_whole {
            true => Severity::Low,
            false => Severity::Info,
        };
        let mut finding = facts.finding(
            self.meta().id,
            severity,
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
