use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::severity::Severity;

/// `tracing-off`
pub struct TracingOff;

impl Rule for TracingOff {
    fn meta(&self) -> &'static Meta {
        meta!("tracing-off", from [Settings], builds_on [], "info", "X-Ray tracing is disabled")
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        if facts.workflow.tracing != Some(false) {
            return;
        }
        let mut finding = facts.finding(
            self.meta().id,
            Severity::Info,
            "",
            "X-Ray tracing is off",
            "without a trace the calls of one execution across services are joined by hand",
            "enable tracing and grant the role X-Ray's four actions (PutTraceSegments, PutTelemetryRecords, GetSamplingRules, GetSamplingTargets) on `*`",
        );
        // Without the permissions the patch would only move the problem.
        if facts.logging.untraceable.is_empty() {
            finding.patch(Some(Patch::TracingConfiguration {
                set: serde_json::json!({"enabled": true}),
            }));
        }
        out.push(finding.build());
    }
}
