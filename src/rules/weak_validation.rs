use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::reach::Class;
use crate::severity::Severity;
use crate::taint::SinkKind;
use crate::value::Strength;

/// `weak-validation`
pub struct WeakValidation;

impl Rule for WeakValidation {
    fn meta(&self) -> &'static Meta {
        meta!(
            "weak-validation",
            from [Definition, Role, Versions],
            builds_on [],
            "medium",
            "a guard stands before a task, but lets through more than it should"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for (sink, state) in facts.tainted() {
            let bounded = match (&sink.kind, &sink.reach) {
                (SinkKind::Command { .. }, _) | (_, None) => false,
                (_, Some(reach)) => reach.class <= Class::List,
            };
            let guards = sink.loose_guards();
            let (Some(guard), false) = (guards.first(), bounded) else {
                continue;
            };
            let title = format!(
                "the guard in `{}` lets more through to `{}` than it should",
                guard.state, state.name
            );
            let how = match guard.strength {
                Strength::TypeOnly => "looks at presence or type only",
                Strength::DenyList => "only excludes some values, and the rest goes through",
                Strength::OpenPattern => {
                    "is a pattern with an open partition, service, region, account or type, or is not anchored"
                }
                Strength::NameOpen
                    if guard.any_text && matches!(sink.kind, SinkKind::Command { .. }) =>
                {
                    "fixes a beginning or an end and lets any text through beside it"
                }
                Strength::NameOpen | Strength::Finite => "does not stand on every way to the task",
            };
            let detail = format!(
                "`{}` {how}; {} still chooses {}",
                guard.test,
                sink.who(),
                sink.parameters_in_words()
            );
            out.push(
                facts
                    .tainted_finding(self.meta().id, Severity::Medium, sink, state, title, detail)
                    .build(),
            );
        }
    }
}
