use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::taint::SinkKind;

/// `tainted-credentials`
pub struct TaintedCredentials;

impl Rule for TaintedCredentials {
    fn meta(&self) -> &'static Meta {
        meta!(
            "tainted-credentials",
            from [Definition, Role, Versions, Organization],
            builds_on [],
            "critical or medium",
            "a value chosen outside decides which role a task assumes or passes"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for (sink, state) in facts.tainted() {
            let (SinkKind::Credentials { action }, Some(reach), Some(severity)) =
                (&sink.kind, &sink.reach, sink.severity())
            else {
                continue;
            };
            let title = format!(
                "{} chooses the role of `{}`: {}",
                sink.who(),
                state.name,
                sink.parameters_in_words()
            );
            let detail = format!(
                "the value decides the role of {action} and reaches {}; {}",
                reach.text(),
                sink.guards_in_words()
            );
            out.push(
                facts
                    .tainted_finding(self.meta().id, severity, sink, state, title, detail)
                    .build(),
            );
        }
    }
}
