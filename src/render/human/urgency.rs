//! How urgent workflows are.

use crate::assess::Assessment;
use crate::render::story::{self, Story};
use crate::severity::Severity;

/// How urgent a workflow is; the greatest comes first: criticals by their own cause, criticals by who may start it, then
/// the number of stories of each severity.
pub fn urgency(assessment: &Assessment) -> Vec<usize> {
    let open = assessment.findings.iter().filter(|f| f.is_open());
    let blocks = story::of(open);
    let count = |of: Severity| blocks.iter().filter(|b| b.severity() == of).count();
    let own = |b: &&Story<'_>| {
        b.lead.severity() == Severity::Critical && b.lead.rule() != "escalation-path"
    };
    let causes = blocks.iter().filter(own);
    std::iter::once(causes.count())
        .chain(Severity::WORST_FIRST.map(count))
        .collect()
}
