use super::{Meta, Rule};
use crate::facts::{Facts, IntegrationKind, IntegrationPattern};
use crate::finding::Finding;
use crate::severity::Severity;

/// `token-without-timeout`
pub struct TokenWithoutTimeout;

impl Rule for TokenWithoutTimeout {
    fn meta(&self) -> &'static Meta {
        meta!(
            "token-without-timeout",
            from [Definition, Versions],
            builds_on [],
            "low",
            "a callback or activity task can wait for a year"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        if facts.definition.has_timeout {
            return;
        }
        for task in facts.tasks {
            let waits = match (task.integration.pattern, &task.integration.kind) {
                (IntegrationPattern::WaitForTaskToken, _) => "callback",
                (_, IntegrationKind::Activity) => "activity worker",
                _ => continue,
            };
            let Some((state, fields)) = facts.task(task.state) else {
                continue;
            };
            if fields.has_timeout || fields.has_heartbeat {
                continue;
            }
            let finding = facts.state_finding(
                self.meta().id,
                Severity::Low,
                state,
                "",
                format!("`{}` waits for a {waits} without a limit", state.name),
                format!(
                    "neither the state nor the workflow has a time limit: one lost {waits} holds the execution open for up to a year"
                ),
                "set `HeartbeatSeconds` (or `TimeoutSeconds`) on the state to what the work takes at most, for example 3600, \
                 and catch `States.Timeout`",
            );
            out.push(finding.build());
        }
    }
}
