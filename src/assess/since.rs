//! Since when a workflow is wider than its baseline, and through whom.

use super::{Known, Remembered};
use crate::drift::{self, DriftFacts, Since};
use crate::posture::{Part, Posture};
use crate::trigger::EventInfo;

/// How the workflow differs from its baseline. What was wider before keeps its beginning; what is new was made by the
/// event, where the event can have made it, and was found by this evaluation else.
pub(super) fn drift(remembered: &Remembered, now: &Posture, known: &Known<'_>) -> DriftFacts {
    let baseline = &remembered.baseline;
    let switched = baseline.posture.role != now.role;
    let since = |kind: Part, key: &str| {
        let before = remembered.since.get(key).cloned();
        let made_it = known.event.filter(|event| can_make(event, kind, switched));
        before.unwrap_or_else(|| match made_it {
            Some(event) => of_event(event),
            None => Since::Sweep {
                sweep: known.now.to_owned(),
            },
        })
    };
    let widenings = drift::widened(&baseline.posture, now).into_iter();
    DriftFacts {
        approval: baseline.approval.clone(),
        widenings: widenings
            .map(|widening| {
                let since = since(widening.kind, &widening.key);
                (widening, since)
            })
            .collect(),
        narrowings: drift::narrowed(&baseline.posture, now),
        logging: baseline.posture.logging.clone(),
    }
}

fn of_event(event: &EventInfo) -> Since {
    Since::Event {
        event: event.name.clone(),
        time: event.time.clone(),
        actor: event.actor.clone(),
        through: event.through.clone(),
        source_ip: event.source_ip.clone(),
    }
}

/// Events about log groups, by name (CloudWatch Logs API Reference).
const LOG_GROUPS: [&str; 6] = [
    "AssociateKmsKey",
    "CreateLogGroup",
    "DeleteLogGroup",
    "DeleteRetentionPolicy",
    "DisassociateKmsKey",
    "PutRetentionPolicy",
];

/// Events about tags: they mark a workflow sensitive, and open it to who may start what is tagged so.
const TAGS: [&str; 2] = ["TagResource", "UntagResource"];

/// Whether an event of this name can have widened this part: nobody is named for what somebody else did. An update of
/// the workflow changes its grants only by giving it another role.
fn can_make(event: &EventInfo, kind: Part, switched: bool) -> bool {
    let name = event.name.as_str();
    if LOG_GROUPS.contains(&name) {
        return kind == Part::Logging;
    }
    if TAGS.contains(&name) {
        return matches!(kind, Part::Logging | Part::Starter);
    }
    let created = name == "CreateStateMachine";
    if name.contains("StateMachine") {
        return match kind {
            Part::Target | Part::Logging | Part::Reach => true,
            Part::Grant | Part::Trust => created || switched,
            Part::Starter => created,
        };
    }
    !matches!(kind, Part::Target | Part::Logging)
}
