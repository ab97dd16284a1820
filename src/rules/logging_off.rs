use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::severity::Severity;
use crate::workflow::{LogLevel, WorkflowType};

/// `logging-off`
pub struct LoggingOff;

impl Rule for LoggingOff {
    fn meta(&self) -> &'static Meta {
        meta!(
            "logging-off",
            "medium, high for EXPRESS",
            "no execution log: level OFF or no destination"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let Some(logging) = &facts.workflow.logging else {
            return;
        };
        let why = match (logging.level, logging.destinations.is_empty()) {
            (LogLevel::Off, _) => "the logging level is OFF",
            (_, true) => "no log group is configured",
            (_, false) => return,
        };
        let (severity, lost) = match facts.workflow.kind {
            WorkflowType::Express => (
                Severity::High,
                "an EXPRESS execution leaves no history of its own: who ran what cannot be found out afterwards",
            ),
            WorkflowType::Standard => (
                Severity::Medium,
                "the execution history is kept for 90 days only and cannot be searched, alarmed on or joined with other logs",
            ),
        };
        let group = format!("/aws/vendedlogs/states/{}", facts.workflow.name);
        let mut finding = facts.finding(
            self.meta().id,
            severity,
            "",
            format!("{} workflow writes no execution log", facts.workflow.kind.word()),
            format!("{why}; {lost}"),
            format!(
                "create the log group `{group}` with a retention and a KMS key, then set level ALL with that destination"
            ),
        );
        if let Some(patch) = patch(facts, &group) {
            finding.remediation.patch = Some(patch);
        }
        out.push(finding);
    }
}

/// The configuration to set; only where region and account are known, so that it can be pasted.
fn patch(facts: &Facts<'_>, group: &str) -> Option<Patch> {
    let arn = &facts.workflow.arn;
    if arn.region().is_empty() || arn.account().is_empty() {
        return None;
    }
    let group_arn = format!(
        "arn:{}:logs:{}:{}:log-group:{group}:*",
        arn.partition(),
        arn.region(),
        arn.account()
    );
    let destination = serde_json::json!({"cloudWatchLogsLogGroup": {"logGroupArn": group_arn}});
    let data = facts.workflow.sensitive.is_none();
    Some(Patch::LoggingConfiguration {
        set: serde_json::json!({"level": "ALL", "includeExecutionData": data, "destinations": [destination]}),
    })
}
