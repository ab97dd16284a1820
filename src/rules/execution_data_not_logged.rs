use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::log_delivery::Destination;
use crate::severity::Severity;

/// `execution-data-not-logged`
pub struct ExecutionDataNotLogged;

impl Rule for ExecutionDataNotLogged {
    fn meta(&self) -> &'static Meta {
        meta!(
            "execution-data-not-logged",
            from [Settings, Tags],
            builds_on [],
            "medium",
            "the log holds no input and output although the workflow is not marked sensitive"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let Some(logging) = facts.workflow.logging.as_ref().filter(|l| l.is_on()) else {
            return;
        };
        if logging.include_execution_data || facts.workflow.sensitive.is_some() {
            return;
        }
        let unencrypted: Vec<&str> = facts
            .logging
            .groups
            .iter()
            .filter(|g| g.existing().is_some_and(|group| group.kms_key.is_none()))
            .map(Destination::name)
            .collect();
        let fix = if unencrypted.is_empty() {
            "set `includeExecutionData` to true; where the data must not be logged, tag the workflow as sensitive instead".to_owned()
        } else {
            format!(
                "associate a customer managed KMS key with the log group `{}`, then set `includeExecutionData` to true; where the data must not be logged, tag the workflow as sensitive instead",
                unencrypted.join("`, `")
            )
        };
        let mut finding = facts.finding(
            self.meta().id,
            Severity::Medium,
            "",
            "execution input and output are not logged",
            "`includeExecutionData` is false and no tag marks the workflow as sensitive: the log tells that a task ran, not on what, so a misuse of its input cannot be reconstructed",
            fix,
        );
        // Data in a group without a key would be the next finding.
        if unencrypted.is_empty() {
            finding.patch(Some(Patch::LoggingConfiguration {
                set: serde_json::json!({"includeExecutionData": true}),
            }));
        }
        out.push(finding.build());
    }
}
