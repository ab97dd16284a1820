use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;
use crate::workflow::WorkflowType;

/// `express-for-sensitive`
pub struct ExpressForSensitive;

impl Rule for ExpressForSensitive {
    fn meta(&self) -> &'static Meta {
        meta!(
            "express-for-sensitive",
            from [Settings, Tags],
            builds_on ["admin-role", "tainted-target", "tainted-command", "tainted-credentials", "escalation-permission", "pass-role-scope", "escalation-path", "external-invocation", "open-role-trust"],
            "medium",
            "an EXPRESS workflow is marked sensitive or holds a critical finding"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn review(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        let workflow = facts.workflow;
        if workflow.kind != WorkflowType::Express {
            return;
        }
        let critical = found.iter().find(|f| f.severity() == Severity::Critical);
        let why = match (&workflow.sensitive, critical) {
            (Some(mark), _) => format!("the tag `{mark}` marks the workflow as sensitive"),
            (None, Some(finding)) => {
                format!(
                    "the workflow holds a critical finding (`{}`)",
                    finding.rule()
                )
            }
            (None, None) => return,
        };
        out.push(facts.finding(
            self.meta().id,
            Severity::Medium,
            "",
            "an EXPRESS workflow keeps no history of its executions",
            format!(
                "{why}, and of an EXPRESS execution only its log remains, which depends on a log level, a log group and its retention; a STANDARD workflow keeps input and output of every state for 90 days, whatever is configured"
            ),
            "make it a STANDARD workflow (the type of an existing one cannot be changed: create a new one), or keep it EXPRESS and log everything with execution data to an encrypted group",
        ).build());
    }
}
