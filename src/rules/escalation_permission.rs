use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;
use crate::severity::Severity;

/// `escalation-permission`
pub struct EscalationPermission;

impl Rule for EscalationPermission {
    fn meta(&self) -> &'static Meta {
        meta!(
            "escalation-permission",
            "high; critical where the state that uses it is tainted",
            "the role can raise its own or another's privileges"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::Escalation {
                tainted_state: Some(_),
                ..
            } => Some(Severity::Critical),
            Cause::Escalation { .. } => Some(Severity::High),
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let mut hows: Vec<String> = Vec::new();
            let mut with: Vec<&str> = Vec::new();
            let mut state = None;
            for cause in group.causes() {
                if let Cause::Escalation {
                    paths,
                    tainted_state,
                } = cause
                {
                    for path in paths {
                        let how = format!("it {} ({})", path.how, path.actions.join(", "));
                        if !hows.contains(&how) {
                            hows.push(how);
                        }
                        with.extend(path.actions.iter().map(String::as_str));
                    }
                    state = state.or(tainted_state.clone());
                }
            }
            let tainted = match &state {
                Some(state) => {
                    format!(". `{state}` uses it with a target or content that comes from outside")
                }
                None => String::new(),
            };
            let mut finding = facts.statement_finding(
                self.meta().id,
                &group,
                format!("privilege escalation through {}", group.actions_in_words()),
                format!("with this permission {}{tainted}", hows.join("; ")),
                "remove it, or allow it on the one resource that a state names, with that state's content fixed in the definition",
            );
            finding.state = state;
            out.push(finding);
        }
    }
}
