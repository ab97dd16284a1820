use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;
use crate::grants::assessment::Opened;
use crate::severity::Severity;

/// `wildcard-action`
pub struct WildcardAction;

impl Rule for WildcardAction {
    fn meta(&self) -> &'static Meta {
        meta!(
            "wildcard-action",
            from [Definition, Role, Principals],
            builds_on [],
            "high for a whole service (critical where it leads to an administrator), else medium",
            "an action pattern covers actions that no state needs"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::WildcardAction { opens, .. }
                if opens.iter().any(Opened::ends_at_administrator) =>
            {
                Some(Severity::Critical)
            }
            Cause::WildcardAction {
                whole_service: true,
                ..
            } => Some(Severity::High),
            Cause::WildcardAction { .. } => Some(Severity::Medium),
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let mut needed: Vec<&str> = Vec::new();
            let mut opens: Vec<&str> = Vec::new();
            for cause in group.causes() {
                if let Cause::WildcardAction {
                    stands_for,
                    opens: paths,
                    ..
                } = cause
                {
                    needed.extend(stands_for.iter().map(String::as_str));
                    opens.extend(paths.iter().map(|o| o.path.how.as_str()));
                }
            }
            needed.sort_unstable();
            needed.dedup();
            let danger = match opens.as_slice() {
                [] => String::new(),
                [how, ..] => format!(". It opens a privilege escalation: the role {how}"),
            };
            out.push(
                facts
                    .statement_finding(
                        self.meta().id,
                        &group,
                        format!(
                            "{} where {} would do",
                            group.actions_in_words(),
                            few(&needed)
                        ),
                        format!(
                            "the pattern allows more than the states need, which is {}{danger}",
                            list(&needed)
                        ),
                        format!("write the actions out: {}", list(&needed)),
                    )
                    .build(),
            );
        }
    }
}

fn list(items: &[&str]) -> String {
    items
        .iter()
        .map(|i| format!("`{i}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// For a title: at most two by name.
fn few(items: &[&str]) -> String {
    match items.split_at_checked(2) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", list(first), rest.len())
        }
        _ => list(items),
    }
}
