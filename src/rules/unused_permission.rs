use super::{Meta, Rule};
use crate::evidence::StatementGroup;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::{Cause, Unused};
use crate::severity::Severity;

/// `unused-permission`
pub struct UnusedPermission;

impl Rule for UnusedPermission {
    fn meta(&self) -> &'static Meta {
        meta!(
            "unused-permission",
            from [Definition, Settings, Role],
            builds_on [],
            "by what it could do: high, medium or low; info for log delivery and tracing that are off",
            "the role holds a permission that nothing in the workflow needs"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::Unused(Unused::Could { severity, .. }) => Some(*severity),
            Cause::Unused(Unused::FeatureOff) => Some(Severity::Info),
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let unknown = facts.definition_is_unknown();
            let why = match group.severity {
                _ if unknown => {
                    "nothing that was read needs it, and no state of the definition was".to_owned()
                }
                Severity::Info => {
                    "it belongs to log delivery or tracing, which is off for this workflow"
                        .to_owned()
                }
                _ => could(&group),
            };
            out.push(
                facts
                    .statement_finding(
                        self.meta().id,
                        &group,
                        match unknown {
                            true => format!("not known to be used: {}", group.actions_in_words()),
                            false => format!("unused: {}", group.actions_in_words()),
                        },
                        format!("{why}{}", facts.sharing_note()),
                        match unknown {
                            true => "read the definition, and remove what no state needs",
                            false => "remove it",
                        },
                    )
                    .build(),
            );
        }
    }
}

/// What is known: that nothing needs it, and what it could do.
fn could(group: &StatementGroup<'_, '_>) -> String {
    let mut what: Vec<&str> = Vec::new();
    for cause in group.causes() {
        if let Cause::Unused(Unused::Could { what: one, .. }) = cause
            && !one.is_empty()
            && !what.contains(&one.as_str())
        {
            what.push(one);
        }
    }
    what.truncate(3);
    let nothing =
        "no state, no logging, tracing, encryption or map feature of this workflow needs it";
    match what.as_slice() {
        [] => nothing.to_owned(),
        what => format!("{nothing}; {}", what.join("; ")),
    }
}
