use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;
use crate::severity::Severity;

/// `dynamic-target-wildcard`
pub struct DynamicTargetWildcard;

impl Rule for DynamicTargetWildcard {
    fn meta(&self) -> &'static Meta {
        meta!(
            "dynamic-target-wildcard",
            from [Definition, Role],
            builds_on [],
            "medium",
            "a run chooses the target, and the role grants every resource of the type"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| {
            matches!(cause, Cause::DynamicTarget { .. }).then_some(Severity::Medium)
        };
        for group in facts.supplies_by_statement(severity) {
            let mut states: Vec<&str> = Vec::new();
            for cause in group.causes() {
                if let Cause::DynamicTarget { states: more } = cause {
                    states.extend(more.iter().map(String::as_str));
                }
            }
            states.sort_unstable();
            states.dedup();
            let states = states
                .iter()
                .map(|s| format!("`{s}`"))
                .collect::<Vec<_>>()
                .join(", ");
            out.push(facts.statement_finding(
                self.meta().id,
                &group,
                format!("{} on every resource, the target chosen at run time", group.actions_in_words()),
                format!(
                    "{states} takes the target from an earlier result or the context, so that the definition does not say \
                     what the wildcard could be replaced by: whatever that source returns is acted on"
                ),
                "list the resources that can occur in the statement, give them a common name prefix, or run the step in a \
                 workflow of its own with a role of its own",
            ).build());
        }
    }
}
