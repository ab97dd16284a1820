use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;
use crate::severity::Severity;

/// `admin-role`
pub struct AdminRole;

impl Rule for AdminRole {
    fn meta(&self) -> &'static Meta {
        meta!(
            "admin-role",
            from [Role],
            builds_on [],
            "critical",
            "the execution role is, in effect, administrator"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for group in facts.supplies_by_statement(|c| {
            matches!(c, Cause::Admin { .. }).then_some(Severity::Critical)
        }) {
            let how = group.causes().find_map(|c| match c {
                Cause::Admin { how } => Some(*how),
                _ => None,
            });
            out.push(facts.statement_finding(
                self.meta().id,
                &group,
                format!("the execution role is administrator through `{}`", group.policy_name()),
                format!(
                    "{}: whoever can change or misuse this workflow controls the account; the states need {}",
                    how.unwrap_or_default(),
                    facts.needed_in_words()
                ),
                "replace the statement by the permissions that the states need (`stepwarden policy` prints them)",
            ).build());
        }
    }
}
