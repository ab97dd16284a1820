use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::trust::{Admission, Outside, Who};

/// `open-role-trust`
pub struct OpenRoleTrust;

impl Rule for OpenRoleTrust {
    fn meta(&self) -> &'static Meta {
        meta!(
            "open-role-trust",
            from [RoleTrust],
            builds_on [],
            "high, critical for `*` or a foreign account without an external id",
            "the execution role can be assumed by more than services"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for admission in &facts.trust.admissions {
            if matches!(admission.who, Who::Service(_)) {
                continue;
            }
            out.push(tell(facts, admission, self.meta().id));
        }
    }
}

fn tell(facts: &Facts<'_>, admission: &Admission, id: RuleId) -> Finding {
    let (severity, why) = judge(facts, admission);
    let who = admission.in_words();
    let mut finding = facts.finding(
        id,
        severity,
        admission.who.text(),
        format!("the execution role can be assumed by {who}"),
        format!(
            "statement {} of the role's trust policy admits {who}: {why}. Whoever is the role does all that it may do, past the workflow's definition, its validation and its log",
            admission.statement
        ),
        "let the trust policy admit `states.amazonaws.com` alone, with `aws:SourceArn` or `aws:SourceAccount`; give people and programs a role of their own",
    );
    finding.principals(vec![admission.who.text().to_owned()]);
    finding.actions(vec!["sts:AssumeRole".to_owned()]);
    finding.patch(facts.trust_patch());
    finding.build()
}

fn judge(facts: &Facts<'_>, admission: &Admission) -> (Severity, &'static str) {
    let own = facts.workflow.arn.account();
    let trusted = &facts.config.trusted_accounts;
    let bounded = admission.has_external_id() || admission.is_within_organization();
    match &admission.who {
        Who::Anyone if admission.outside(own, trusted) == Some(Outside::Anyone) => (
            Severity::Critical,
            "anyone with an AWS account can become it",
        ),
        Who::Anyone => (Severity::High, "only a condition keeps strangers out"),
        Who::Account(account) if account == own => (
            Severity::High,
            "every user and role of the account that may call `sts:AssumeRole` on it can become it",
        ),
        Who::Account(account) if bounded || trusted.contains(account) => (
            Severity::High,
            "principals of another account can become it",
        ),
        Who::Account(_) => (
            Severity::Critical,
            "principals of another account can become it, and no external id is asked for",
        ),
        Who::Principal(arn) if arn.account() == own => {
            (Severity::High, "a principal of the account can become it")
        }
        Who::Principal(arn) if bounded || trusted.iter().any(|t| t == arn.account()) => (
            Severity::High,
            "a principal of another account can become it",
        ),
        Who::Principal(_) => (
            Severity::Critical,
            "a principal of another account can become it, and no external id is asked for",
        ),
        Who::Federated(_) | Who::Service(_) => {
            (Severity::High, "identities from outside IAM can become it")
        }
        Who::Other(_) => (
            Severity::High,
            "it is no ARN of a principal: the id of a deleted one, which only its successor by the same id could use, or a mistake",
        ),
    }
}
