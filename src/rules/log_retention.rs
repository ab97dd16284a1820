use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;
use crate::workflow::WorkflowType;

/// `log-retention`
pub struct LogRetention;

/// The values that CloudWatch Logs takes, in days (API reference, PutRetentionPolicy).
const RETENTION_VALUES: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

impl Rule for LogRetention {
    fn meta(&self) -> &'static Meta {
        meta!(
            "log-retention",
            from [Settings, Tags, LogGroups],
            builds_on [],
            "low, medium below the minimum for a workflow that is marked sensitive or EXPRESS",
            "the log group never expires, or keeps less than the minimum"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let minimum = facts.config.min_log_retention_days;
        let workflow = facts.workflow;
        // Of an EXPRESS execution nothing but its log remains.
        let below = match workflow.sensitive.is_some() || workflow.kind == WorkflowType::Express {
            true => Severity::Medium,
            false => Severity::Low,
        };
        let advised = RETENTION_VALUES.into_iter().find(|days| *days >= minimum);
        for destination in &facts.logging.groups {
            let Some(group) = destination.existing() else {
                continue;
            };
            let name = destination.name();
            let (severity, title, detail) = match group.retention_days {
                None => (
                    Severity::Low,
                    format!("log group `{name}` never expires"),
                    "execution logs are kept for ever: cost grows, and old data stays readable long after anyone needs it".to_owned(),
                ),
                Some(days) if days < minimum => (
                    below,
                    format!("log group `{name}` keeps {days} of at least {minimum} days"),
                    "intrusions are often found months later; by then the log of what the workflow did is gone".to_owned(),
                ),
                Some(_) => continue,
            };
            let fix = match advised {
                Some(days) => format!(
                    "set the retention to {days} days or more (`aws logs put-retention-policy`)"
                ),
                None => format!(
                    "export the log for the {minimum} days that the configuration asks for: CloudWatch Logs keeps at most 3653"
                ),
            };
            let mut finding = facts.finding(
                self.meta().id,
                severity,
                destination.arn.as_str(),
                title,
                detail,
                fix,
            );
            finding.resources(vec![destination.arn.to_string()]);
            out.push(finding.build());
        }
    }
}
