//! Since when a workflow is wider than its baseline, and through whom.

use super::deployed::{Deploying, Evidence, Proof};
use super::{Known, Remembered};
use crate::drift::{self, Approval, Baseline, DriftFacts, Held, How, Since, Widening};
use crate::posture::{Part, Posture};
use crate::trigger::EventInfo;

/// How a workflow differs from its baseline, and what becomes of that.
#[derive(Debug)]
pub(super) struct Compared {
    pub drift: DriftFacts,
    /// The baseline that holds from now on, where the event sets another one.
    pub approved: Option<Baseline>,
}

/// How the workflow differs from its baseline. What was wider before keeps its beginning; what is new was made by the
/// event, where the event can have made it, and was found by this evaluation else.
pub(super) fn drift(
    remembered: &Remembered,
    now: &Posture,
    known: &Known<'_>,
    deployed: Option<&(Deploying<'_>, Evidence)>,
) -> Compared {
    let approved = deployed.and_then(|(deploying, evidence)| {
        let proven = deploying.proof == Proof::Known;
        let old = &remembered.baseline.posture;
        let wider = drift::widened(old, now);
        let posture = evidence.merged(old, now, &wider);
        (proven && posture != *old).then(|| Baseline {
            approval: approval(deploying, known),
            posture,
        })
    });
    let baseline = approved.as_ref().unwrap_or(&remembered.baseline);
    let mut facts = DriftFacts {
        approval: baseline.approval.clone(),
        widenings: Vec::new(),
        held: Vec::new(),
        unapproved: None,
        narrowings: drift::narrowed(&baseline.posture, now),
        logging: baseline.posture.logging.clone(),
    };
    let switched = baseline.posture.role != now.role;
    let step = Step {
        remembered,
        known,
        deployed,
        switched,
    };
    for widening in drift::widened(&baseline.posture, now) {
        let (since, held) = step.one(&widening);
        match held {
            Some(held) => facts.held.push((widening, since, held)),
            None => facts.widenings.push((widening, since)),
        }
    }
    facts.unapproved = step.unapproved().filter(|_| !facts.widenings.is_empty());
    Compared {
        drift: facts,
        approved,
    }
}

/// That a deployment set a baseline.
pub(super) fn approval(deploying: &Deploying<'_>, known: &Known<'_>) -> Approval {
    Approval {
        approved_at: known.now.to_owned(),
        approved_by: deploying.change.event.actor.clone(),
        how: How::Deployment,
    }
}

/// One evaluation, for the widenings one by one.
struct Step<'a> {
    remembered: &'a Remembered,
    known: &'a Known<'a>,
    deployed: Option<&'a (Deploying<'a>, Evidence)>,
    switched: bool,
}

impl Step<'_> {
    /// Since when it is wider, and why that is not told yet.
    fn one(&self, widening: &Widening) -> (Since, Option<Held>) {
        let before = self.remembered.since.get(&widening.key);
        let held = self.remembered.held.get(&widening.key);
        if let (Some(since), None) = (before, held) {
            return (since.clone(), None);
        }
        let own = self.deployed.is_some_and(|(_, e)| e.explains(widening));
        if let Some((deploying, _)) = self.deployed
            && let Proof::Awaited(until) = deploying.proof
        {
            let since = if own { self.event() } else { None };
            let kept = held.filter(|held| held.own).and(before).cloned();
            let held = Held {
                event: deploying.change.event.id.clone(),
                until: until.to_owned(),
                own,
            };
            return (kept.or(since).unwrap_or_else(|| self.found()), Some(held));
        }
        let maker = self.known.event.filter(|event| {
            self.deployed.is_none() && can_make(event, widening.kind, self.switched)
        });
        let Some(held) = held else {
            let since = maker.map(of_event);
            let since = since.or_else(|| self.event().filter(|_| own));
            return (since.unwrap_or_else(|| self.found()), None);
        };
        // Somebody else's event that can have made what the deployer's did not.
        let claimed = maker.filter(|_| !held.own).map(of_event);
        let over = held.until.as_str() <= self.known.now;
        let asked = self
            .deployed
            .is_some_and(|(deploying, _)| deploying.change.event.id == held.event);
        let kept = before.cloned().unwrap_or_else(|| self.found());
        if claimed.is_some() || over || asked {
            return (claimed.unwrap_or(kept), None);
        }
        (kept, Some(held.clone()))
    }

    fn event(&self) -> Option<Since> {
        let (deploying, _) = self.deployed?;
        Some(of_event(&deploying.change.event))
    }

    fn found(&self) -> Since {
        Since::Sweep {
            sweep: self.known.now.to_owned(),
        }
    }

    fn unapproved(&self) -> Option<String> {
        let (deploying, evidence) = self.deployed?;
        let event = &deploying.change.event;
        let why = match deploying.proof {
            Proof::Awaited(_) => return None,
            Proof::Lacking(why) => why.to_owned(),
            Proof::Known => evidence
                .why_not
                .clone()
                .unwrap_or_else(|| "what is wider is not what the event deployed".to_owned()),
        };
        Some(format!(
            "the {} of {} at {} approves none of it: {why}",
            event.name, event.actor, event.time
        ))
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
            Part::Starter | Part::Entry => created,
        };
    }
    !matches!(kind, Part::Target | Part::Logging)
}
