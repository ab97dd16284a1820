use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::reach::Class;
use crate::taint::SinkKind;

/// `tainted-target`
pub struct TaintedTarget;

impl Rule for TaintedTarget {
    fn meta(&self) -> &'static Meta {
        meta!(
            "tainted-target",
            from [Definition, Role, Versions, Organization],
            builds_on [],
            "critical, high, medium or low",
            "whoever starts the workflow, or writes data that it reads, chooses which resource a task acts on"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for (sink, state) in facts.tainted() {
            let (SinkKind::Target { actions, .. }, Some(severity)) = (&sink.kind, sink.severity())
            else {
                continue;
            };
            let severity = match facts.is_out_of_reach(sink) {
                true => severity.one_lower(),
                false => severity,
            };
            let action = actions.first().map_or("", String::as_str);
            let reach = sink.reach.as_ref();
            let title = format!(
                "{} chooses what `{}` acts on: {}",
                sink.who(),
                state.name,
                sink.parameters_in_words()
            );
            let how = match reach.map(|r| r.class) {
                Some(Class::Any) => "any resource of the type",
                Some(Class::Part) => "every resource that fits a part of the name",
                _ => "a list that the role alone keeps finite",
            };
            let detail = format!(
                "the value decides the target of {action} and reaches {how}: {}; {}",
                reach.map(|r| r.text()).unwrap_or_default(),
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
