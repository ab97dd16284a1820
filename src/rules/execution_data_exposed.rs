use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::severity::Severity;

/// `execution-data-exposed`
pub struct ExecutionDataExposed;

impl Rule for ExecutionDataExposed {
    fn meta(&self) -> &'static Meta {
        meta!(
            "execution-data-exposed",
            from [Settings, Tags],
            builds_on [],
            "medium",
            "a workflow marked sensitive logs its execution data"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let Some(logging) = facts.workflow.logging.as_ref().filter(|l| l.is_on()) else {
            return;
        };
        let Some(mark) = &facts.workflow.sensitive else {
            return;
        };
        if !logging.include_execution_data {
            return;
        }
        let mut finding = facts.finding(
            self.meta().id,
            Severity::Medium,
            "",
            "sensitive execution data is copied to the log",
            format!(
                "the tag `{mark}` marks the workflow as sensitive and `includeExecutionData` is true: whoever reads the log group reads the input and output of every logged state"
            ),
            "set `includeExecutionData` to false",
        );
        finding.patch(Some(Patch::LoggingConfiguration {
            set: serde_json::json!({"includeExecutionData": false}),
        }));
        out.push(finding.build());
    }
}
