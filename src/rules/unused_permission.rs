use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::{Cause, Unused};
use crate::severity::Severity;

/// `unused-permission`
pub struct UnusedPermission;

impl Rule for UnusedPermission {
    fn meta(&self) -> &'static Meta {
        meta!(
            "unused-permission",
            "low; high for sensitive actions; info for log delivery and tracing that are off",
            "the role holds a permission that nothing in the workflow needs"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::Unused(Unused::Sensitive) => Some(Severity::High),
            Cause::Unused(Unused::Plain) => Some(Severity::Low),
            Cause::Unused(Unused::FeatureOff) => Some(Severity::Info),
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let why = match group.severity {
                Severity::High => {
                    "no state needs it, and it changes IAM or code, reads secrets, assumes roles or decrypts: only an attacker \
                     or a mistake would use it"
                }
                Severity::Info => {
                    "it belongs to log delivery or tracing, which is off for this workflow"
                }
                _ => {
                    "no state, no logging, tracing, encryption or map feature of this workflow needs it"
                }
            };
            out.push(facts.statement_finding(
                self.meta().id,
                &group,
                format!("unused: {}", group.actions_in_words()),
                format!("{why}{}", facts.sharing_note()),
                "remove it",
            ));
        }
    }
}
