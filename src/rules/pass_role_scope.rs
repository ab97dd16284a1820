use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;

/// `pass-role-scope`
pub struct PassRoleScope;

impl Rule for PassRoleScope {
    fn meta(&self) -> &'static Meta {
        meta!(
            "pass-role-scope",
            from [Definition, Role, Principals],
            builds_on [],
            "high on every role to any service; critical where an administrator is among them and can be run; else medium",
            "`iam:PassRole` takes in more roles or services than the definition passes"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::PassRole { severity, .. } => Some(*severity),
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let what = group.causes().find_map(|c| match c {
                Cause::PassRole { what, .. } => Some(what.as_str()),
                _ => None,
            });
            let targets = facts.targets_of(&group);
            // Where the definition names no role, a task definition or a model does.
            let named: Vec<&str> = targets
                .iter()
                .map(String::as_str)
                .filter(|t| !t.contains('*'))
                .collect();
            let roles = if named.is_empty() {
                "the roles that the tasks really use (such as a task definition's task and execution role)".to_owned()
            } else {
                named.join(", ")
            };
            out.push(facts.statement_finding(
                self.meta().id,
                &group,
                format!(
                    "{} on `{}`",
                    group.actions_in_words(),
                    group.resources().join("`, `")
                ),
                format!(
                    "{}; a role that is passed lends its power to whatever runs with it",
                    what.unwrap_or_default()
                ),
                format!(
                    "name {roles} as the resource and set the condition `iam:PassedToService`{}",
                    facts.services_in_words()
                ),
            ).build());
        }
    }
}
