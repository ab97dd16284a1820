use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, FindingPlace};
use crate::severity::Severity;

/// `secret-in-definition`
pub struct SecretInDefinition;

impl Rule for SecretInDefinition {
    fn meta(&self) -> &'static Meta {
        meta!(
            "secret-in-definition",
            from [Definition, Versions],
            builds_on [],
            "high",
            "a credential stands in the definition"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for site in facts.secrets {
            let mut finding = facts.finding(
                self.meta().id,
                Severity::High,
                format!("{}\n{}", site.pointer, site.kind),
                format!("{} in the definition", site.kind),
                format!(
                    "everyone who may read the workflow (`states:DescribeStateMachine`) or its executions reads the {} at `{}`; \
                     it also stands in every template and pipeline that deployed it",
                    site.kind, site.pointer
                ),
                "revoke the credential; store the new one in Secrets Manager and let the called service read it there, or \
                 use an EventBridge connection for `http:invoke`",
            );
            let state = facts.state_at(&site.pointer);
            finding.at(FindingPlace::within(state, site.pointer.clone()));
            out.push(finding.build());
        }
    }
}
