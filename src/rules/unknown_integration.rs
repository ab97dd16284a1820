use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, FindingPlace};
use crate::severity::Severity;

/// `unknown-integration`
pub struct UnknownIntegration;

impl Rule for UnknownIntegration {
    fn meta(&self) -> &'static Meta {
        meta!(
            "unknown-integration",
            from [Definition, Versions],
            builds_on [],
            "info",
            "a task's Resource is not in the catalog: its permissions were not checked"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for task in facts.tasks {
            let Some(reason) = task.integration.unknown_reason() else {
                continue;
            };
            let Some((state, fields)) = facts.task(task.state) else {
                continue;
            };
            let mut finding = facts.state_finding(
                self.meta().id,
                Severity::Info,
                state,
                &fields.resource.display(),
                format!("`{}` calls something that the catalog does not know", state.name),
                format!("`{}`: {reason}; the permissions that it needs were not checked", fields.resource.display()),
                "check the `Resource` for a typing error; where it is a new integration, compare the role by hand",
            );
            finding.at(FindingPlace::within(
                Some(state),
                state.pointer.key("Resource"),
            ));
            out.push(finding.build());
        }
    }
}
