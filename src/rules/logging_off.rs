use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::log_delivery::GroupState;
use crate::severity::Severity;
use crate::workflow::{LogLevel, WorkflowType};

/// `logging-off`
pub struct LoggingOff;

impl Rule for LoggingOff {
    fn meta(&self) -> &'static Meta {
        meta!(
            "logging-off",
            from [Settings],
            builds_on [],
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
        let group = match &facts.logging.suggested {
            Some(group) => format!("the log group `{}`", group.name()),
            None => "a log group".to_owned(),
        };
        let grant = if facts.logging.undeliverable.is_empty() {
            ""
        } else {
            ", grant the execution role the eight log delivery actions on `*`"
        };
        let mut finding = facts.finding(
            self.meta().id,
            severity,
            "",
            format!("{} workflow writes no execution log", facts.workflow.kind.word()),
            format!("{why}; {lost}"),
            format!(
                "create {group} with a retention and a KMS key{grant}, then set level ALL with that destination"
            ),
        );
        finding.patch(patch(facts));
        out.push(finding.build());
    }
}

/// The configuration to set; only where the role may deliver and nothing is known to be wrong with the group, so that the
/// patch opens no other finding.
fn patch(facts: &Facts<'_>) -> Option<Patch> {
    let group = facts.logging.suggested.as_ref()?;
    let minimum = facts.config.min_log_retention_days;
    let sound = match &group.state {
        GroupState::NotRead => true,
        GroupState::Missing => false,
        GroupState::Exists(g) => {
            g.kms_key.is_some() && g.retention_days.is_some_and(|d| d >= minimum)
        }
    };
    if !sound || !facts.logging.undeliverable.is_empty() {
        return None;
    }
    let group_arn = format!("{}:*", group.arn);
    let destination = serde_json::json!({"cloudWatchLogsLogGroup": {"logGroupArn": group_arn}});
    let data = facts.workflow.sensitive.is_none();
    Some(Patch::LoggingConfiguration {
        set: serde_json::json!({"level": "ALL", "includeExecutionData": data, "destinations": [destination]}),
    })
}
