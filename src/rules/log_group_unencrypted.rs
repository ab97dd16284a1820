use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;

/// `log-group-unencrypted`
pub struct LogGroupUnencrypted;

impl Rule for LogGroupUnencrypted {
    fn meta(&self) -> &'static Meta {
        meta!(
            "log-group-unencrypted",
            from [Settings, Tags, LogGroups],
            builds_on [],
            "medium, high if the workflow is marked sensitive",
            "execution data goes to a log group without a customer managed KMS key"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let workflow = facts.workflow;
        if !workflow
            .logging
            .as_ref()
            .is_some_and(|l| l.is_on() && l.include_execution_data)
        {
            return;
        }
        let (severity, marked) = match &workflow.sensitive {
            Some(mark) => (
                Severity::High,
                format!("; the tag `{mark}` marks the workflow as sensitive"),
            ),
            None => (Severity::Medium, String::new()),
        };
        for destination in &facts.logging.groups {
            if destination.existing().is_none_or(|g| g.kms_key.is_some()) {
                continue;
            }
            let name = destination.name();
            let mut finding = facts.finding(
                self.meta().id,
                severity,
                destination.arn.as_str(),
                format!("execution data is logged to `{name}` without a customer managed key"),
                format!(
                    "the log group holds the input and output of executions under a key that AWS owns: no key policy stands between a reader of logs and the data, and access cannot be revoked or audited there{marked}"
                ),
                format!(
                    "create a KMS key whose policy admits `logs.{}.amazonaws.com` for this log group and associate it (`aws logs associate-kms-key`)",
                    destination.arn.region()
                ),
            );
            finding.resources(vec![destination.arn.to_string()]);
            out.push(finding.build());
        }
    }
}
