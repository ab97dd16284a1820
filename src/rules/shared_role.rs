use super::{Meta, Rule};
use crate::evidence::starting::some_of_many;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;
use crate::trust::Who;

/// `shared-role`
pub struct SharedRole;

impl Rule for SharedRole {
    fn meta(&self) -> &'static Meta {
        meta!(
            "shared-role",
            from [Settings, RoleTrust, OtherWorkflows, Definition],
            builds_on [],
            "low, medium where the workflows' needs differ",
            "the execution role serves more than this workflow"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let services: Vec<&str> = facts
            .trust
            .admissions
            .iter()
            .filter(|a| !a.is_states())
            .filter_map(|a| match &a.who {
                Who::Service(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let sharers = &facts.trust.sharers;
        if services.is_empty() && sharers.count == 0 {
            return;
        }
        let mut users = Vec::new();
        if sharers.count > 0 {
            let names: Vec<String> = sharers.named.iter().map(|n| format!("`{n}`")).collect();
            let s = if sharers.count == 1 { "" } else { "s" };
            users.push(format!(
                "the workflow{s} {}",
                some_of_many(&names, sharers.count)
            ));
        }
        if !services.is_empty() {
            users.push(format!("`{}`", services.join("`, `")));
        }
        let users = users.join(" and by ");
        let consequence = if sharers.differ {
            "their needs differ, so that each may do what only another needs"
        } else {
            "what one of them is granted all of them may do"
        };
        let mut finding = facts.finding(
            self.meta().id,
            match sharers.differ {
                true => Severity::Medium,
                false => Severity::Low,
            },
            "",
            format!("the execution role is also used by {users}"),
            format!("the role serves this workflow and can also be used by {users}; {consequence}, and no log tells who acted by the role alone"),
            "give each workflow a role of its own with the permissions that it needs (`stepwarden policy` writes them)",
        );
        finding.principals(services.iter().map(|s| (*s).to_owned()).collect());
        out.push(finding.build());
    }
}
