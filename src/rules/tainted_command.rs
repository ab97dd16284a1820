use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::taint::SinkKind;

/// `tainted-command`
pub struct TaintedCommand;

impl Rule for TaintedCommand {
    fn meta(&self) -> &'static Meta {
        meta!(
            "tainted-command",
            from [Definition, Role, Versions, Organization],
            builds_on [],
            "medium, high or critical",
            "a value chosen outside becomes something that is executed or interpreted"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for (sink, state) in facts.tainted() {
            let (SinkKind::Command { .. }, Some(severity)) = (&sink.kind, sink.severity()) else {
                continue;
            };
            let title = format!(
                "{} chooses what `{}` runs: {}",
                sink.who(),
                state.name,
                sink.parameters_in_words()
            );
            let reasons: Vec<String> = sink
                .parameters
                .iter()
                .take(4)
                .map(|p| format!("`{}` {}", p.path, p.reason))
                .collect();
            let detail = format!("{}; {}", reasons.join("; "), sink.guards_in_words());
            out.push(
                facts
                    .tainted_finding(self.meta().id, severity, sink, state, title, detail)
                    .build(),
            );
        }
    }
}
