//! Facts: everything that is known of one workflow, joined; the only thing that rules see.

pub mod logging;

use crate::asl::Definition;
use crate::config::Config;
use crate::finding::Finding;
use crate::gap::Gap;
use crate::need::Need;
use crate::severity::Severity;
use crate::workflow::Workflow;

/// Everything known of one workflow.
pub struct Facts<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Its settings.
    pub workflow: &'a Workflow,
    /// Its definition.
    pub definition: &'a Definition,
    /// What it must be allowed.
    pub needs: Vec<Need>,
    /// Where it logs.
    pub logging: logging::LoggingFacts,
    /// What could not be read or decided.
    pub gaps: Vec<Gap>,
}

impl Facts<'_> {
    /// A finding about this workflow as a whole.
    pub fn finding(
        &self,
        rule: &'static str,
        severity: Severity,
        subject: impl Into<String>,
        title: impl Into<String>,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding::new(
            rule,
            severity,
            &self.workflow.arn,
            subject,
            title,
            detail,
            fix,
        )
    }
}
