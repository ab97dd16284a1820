use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::severity::Severity;
use crate::workflow::{LogLevel, WorkflowType};

/// `logging-partial`
pub struct LoggingPartial;

impl Rule for LoggingPartial {
    fn meta(&self) -> &'static Meta {
        meta!(
            "logging-partial",
            from [Settings],
            builds_on [],
            "low, high for EXPRESS",
            "only failures are logged: level ERROR or FATAL"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let Some(logging) = &facts.workflow.logging else {
            return;
        };
        let word = match logging.level {
            LogLevel::Error => "ERROR",
            LogLevel::Fatal => "FATAL",
            LogLevel::Off | LogLevel::All => return,
        };
        if logging.destinations.is_empty() {
            return;
        }
        let (severity, lost) = match facts.workflow.kind {
            WorkflowType::Express => (
                Severity::High,
                "of a successful EXPRESS execution nothing remains, and misuse mostly succeeds",
            ),
            WorkflowType::Standard => (
                Severity::Low,
                "successful executions are found in the execution history only, for 90 days",
            ),
        };
        let mut finding = facts.finding(
            self.meta().id,
            severity,
            "",
            format!(
                "{} workflow logs failures only ({word})",
                facts.workflow.kind.word()
            ),
            format!("the logging level is {word}; {lost}"),
            "set the logging level to ALL",
        );
        finding.patch(Some(Patch::LoggingConfiguration {
            set: serde_json::json!({"level": "ALL"}),
        }));
        out.push(finding.build());
    }
}
