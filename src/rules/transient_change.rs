use super::{Change, Meta, Rule, Transient, Undone};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// `transient-change`
pub struct TransientChange;

/// More than this is counted, not listed.
const LISTED: usize = 5;

impl Rule for TransientChange {
    fn meta(&self) -> &'static Meta {
        meta!(
            "transient-change",
            from [Role],
            builds_on [],
            "that of the worst it would have opened, at least low",
            "a change was undone or replaced before it could be read"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn compare(&self, facts: &Facts<'_>, change: &Change<'_>, out: &mut Vec<Finding>) {
        out.extend(
            change
                .transient
                .map(|transient| tell(facts, self.meta().id, transient)),
        );
    }
}

fn tell(facts: &Facts<'_>, id: RuleId, transient: &Transient) -> Finding {
    let event = &transient.event;
    let who = format!(
        "{} made it with {} at {}, through {}, from {}",
        event.actor, event.name, event.time, event.through, event.source_ip
    );
    let subject = format!("event {}", event.id);
    match &transient.what {
        Undone::Revision(revision) => facts
            .finding(
            id,
            Severity::Low,
            subject,
            format!("the revision `{revision}` was replaced before anybody read it"),
            format!("{who}; CloudTrail holds no definition, so what it did is not known. Executions that began while it was there ran it"),
            "ask whoever made it; `aws stepfunctions list-executions` tells which executions ran meanwhile, and their history what they did",
        )
        .build(),
        Undone::Policy { name, role, opened, severity } => {
            let list = opened.iter().take(LISTED).cloned().collect::<Vec<_>>().join("; ");
            let more = match opened.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            let list = match opened.is_empty() {
                true => "nothing would have been found".to_owned(),
                false => format!("while it was there: {list}{more}"),
            };
            facts.finding(
                id,
                *severity,
                subject,
                format!("the policy `{name}` of the role `{role}` was undone before it was read"),
                format!("{who}; {list}"),
                "ask whoever made it; CloudTrail and the execution histories tell what the role was used for meanwhile",
            )
            .build()
        }
    }
}
