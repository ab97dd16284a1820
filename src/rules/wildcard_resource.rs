use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;

/// `wildcard-resource`
pub struct WildcardResource;

impl Rule for WildcardResource {
    fn meta(&self) -> &'static Meta {
        meta!(
            "wildcard-resource",
            from [Definition, Settings, Role],
            builds_on [],
            "high; medium for a narrower excess; low where AWS's own template does the same",
            "an action is granted on more than the targets that the definition names"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity = |cause: &Cause| match cause {
            Cause::WildcardResource { severity, .. } => Some(*severity),
            _ => None,
        };
        for group in facts.supplies_by_statement(severity) {
            let mut excess: Vec<String> = Vec::new();
            for cause in group.causes() {
                if let Cause::WildcardResource { excess: more, .. } = cause {
                    excess.extend(more.iter().map(ToString::to_string));
                }
            }
            excess.sort();
            excess.dedup();
            let targets = facts.targets_of(&group);
            out.push(
                facts
                    .statement_finding(
                        self.meta().id,
                        &group,
                        format!(
                            "{} on `{}`, although the targets are known",
                            group.actions_in_words(),
                            excess.join("`, `")
                        ),
                        format!(
                            "the definition names what it acts on ({}), the role grants `{}`",
                            targets.join(", "),
                            excess.join("`, `")
                        ),
                        format!("cut the resources to {}", targets.join(", ")),
                    )
                    .build(),
            );
        }
    }
}
