use super::{Meta, Rule};
use crate::evidence::starting::some_of_many;
use crate::facts::Facts;
use crate::finding::{Finding, FindingPlace};
use crate::grants::Cause;
use crate::grants::assessment::{Few, Found, Opened};
use crate::severity::Severity;

/// `escalation-permission`
pub struct EscalationPermission;

impl Rule for EscalationPermission {
    fn meta(&self) -> &'static Meta {
        meta!(
            "escalation-permission",
            from [Definition, Role, Principals],
            builds_on [],
            "high; critical where the state that uses it is tainted, or an administrator is reached",
            "the role can raise its own or another's privileges"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::Escalation {
                paths,
                tainted_state,
            } => {
                let worst =
                    tainted_state.is_some() || paths.iter().any(Opened::ends_at_administrator);
                Some(if worst {
                    Severity::Critical
                } else {
                    Severity::High
                })
            }
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let mut ways: Vec<String> = Vec::new();
            let mut state = None;
            for cause in group.causes() {
                if let Cause::Escalation {
                    paths,
                    tainted_state,
                } = cause
                {
                    for way in paths.iter().map(in_words) {
                        if !ways.contains(&way) {
                            ways.push(way);
                        }
                    }
                    state = state.or(tainted_state.clone());
                }
            }
            let more = match ways.len().saturating_sub(TOLD) {
                0 => String::new(),
                n => format!("; and {n} more such ways"),
            };
            ways.truncate(TOLD);
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
                format!("with this permission {}{more}{tainted}", ways.join("; ")),
                "remove it, or allow it on the one resource that a state names, with that state's content fixed in the definition",
            );
            finding.at(FindingPlace::Role { state });
            out.push(finding.build());
        }
    }
}

/// More ways than this are counted.
const TOLD: usize = 4;

/// What the path does, with what, and what of the account it can use.
fn in_words(opened: &Opened) -> String {
    let path = opened.path;
    let names = |few: &Few| {
        let named: Vec<String> = few.named.iter().map(|a| format!("`{a}`")).collect();
        some_of_many(&named, few.count)
    };
    let Found {
        all,
        administrators,
    } = &opened.found;
    let there = if !administrators.is_empty() {
        format!(", here with an administrator: {}", names(administrators))
    } else if !all.is_empty() {
        format!(", here with {}", names(all))
    } else {
        format!(", which needs {}", path.needs)
    };
    format!("it {} ({}){there}", path.how, path.actions.join(", "))
}
