use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, FindingPlace};
use crate::severity::Severity;

/// `invalid-definition`
pub struct InvalidDefinition;

/// More problems than this in one definition are counted instead of listed.
const MAX_LISTED: usize = 25;

impl Rule for InvalidDefinition {
    fn meta(&self) -> &'static Meta {
        meta!(
            "invalid-definition",
            from [Definition, Versions],
            builds_on [],
            "medium",
            "the definition is not valid Amazon States Language"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let problems = &facts.definition.problems;
        let more = problems.len().saturating_sub(MAX_LISTED);
        for (i, problem) in problems.iter().take(MAX_LISTED).enumerate() {
            let rest = if i + 1 == MAX_LISTED && more > 0 {
                format!("; and {more} more problems")
            } else {
                String::new()
            };
            let place = match problem.pointer.as_str() {
                "" => String::new(),
                pointer => format!(" at `{pointer}`"),
            };
            let mut finding = facts.finding(
                self.meta().id,
                Severity::Medium,
                format!("{}\n{}", problem.pointer, problem.message),
                format!("not valid Amazon States Language: {}", problem.message),
                format!("{}{place}{rest}; the rest of the definition was analysed", problem.message),
                "correct the definition; `aws stepfunctions validate-state-machine-definition` checks it against the service",
            );
            let state = facts.state_at(&problem.pointer);
            finding.at(FindingPlace::within(state, problem.pointer.clone()));
            out.push(finding.build());
        }
        for site in facts.malformed_arns().into_iter().take(MAX_LISTED) {
            let (text, parameter) = (&site.text, site.parameter);
            let mut finding = facts.finding(
                self.meta().id,
                Severity::Medium,
                format!("{}\n{text}", site.pointer),
                format!("no ARN: `{text}` in `{parameter}`"),
                format!(
                    "`{text}` in `{parameter}` at `{}` begins as an ARN, but is none: one is written \
                     `arn:partition:service:region:account:resource`; the call fails, and what it would need cannot be told",
                    site.pointer
                ),
                "correct the ARN",
            );
            let state = facts.state_at(&site.pointer);
            finding.at(FindingPlace::within(state, site.pointer.clone()));
            out.push(finding.build());
        }
    }
}
