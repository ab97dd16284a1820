use super::{Meta, Rule};
use crate::facts::{Facts, Phase};
use crate::finding::{Finding, Patch};
use crate::severity::Severity;

/// `missing-permission`
pub struct MissingPermission;

impl Rule for MissingPermission {
    fn meta(&self) -> &'static Meta {
        meta!(
            "missing-permission",
            from [Definition, Settings, Role, LogGroups, ResourcePolicies, Organization],
            builds_on [],
            "low; medium where every execution fails",
            "a state needs an action that the role does not grant"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for missing in facts.missing() {
            let (severity, effect) = match missing.phase {
                Phase::CompletionEvent => (
                    Severity::Low,
                    "the completion event is not received: the state ends late, when polling notices",
                ),
                Phase::Poll => (
                    Severity::Low,
                    "the job cannot be polled: the state may hang after the job has ended",
                ),
                Phase::Cancel => (
                    Severity::Low,
                    "the job cannot be stopped: it goes on when the execution is stopped",
                ),
                Phase::Tracing => (Severity::Low, "X-Ray is on, but no trace is sent"),
                Phase::Encryption => (
                    Severity::Medium,
                    "the definition is encrypted with this key: every execution fails at its start",
                ),
                _ => (Severity::Low, "the execution fails there"),
            };
            let actions = missing
                .actions
                .iter()
                .map(|a| format!("`{a}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let by = match (&missing.withheld, &missing.unread) {
                (Some(why), _) => format!(" ({})", why.in_words()),
                (None, Some(arn)) => {
                    format!(" (the policy of `{arn}`, which may allow it, was not read)")
                }
                (None, None) => String::new(),
            };
            let resources = missing.resources.join("`, `");
            let title = format!("the role lacks {actions}");
            let detail = format!(
                "{} needs {actions} on `{resources}`{by}: {effect}",
                missing.who
            );
            let fix = match &missing.withheld {
                Some(why) => why.fix(&actions, &resources),
                None => format!("allow {actions} on `{resources}`"),
            };
            let subject = format!("{:?}\n{actions}\n{resources}", missing.phase);
            let mut finding = match missing.state.and_then(|id| facts.definition.state(id)) {
                Some(state) => facts.state_finding(
                    self.meta().id,
                    severity,
                    state,
                    &subject,
                    title,
                    detail,
                    fix,
                ),
                None => facts.finding(self.meta().id, severity, subject, title, detail, fix),
            };
            finding.actions(missing.actions.clone());
            finding.resources(missing.resources.clone());
            if missing.withheld.is_none() {
                finding.patch(Some(Patch::AddStatements {
                    policy: "stepwarden-missing-permissions".to_owned(),
                    statements: vec![missing.statement()],
                }));
            }
            out.push(finding.build());
        }
    }
}
