//! Who may start the workflow beyond the baseline.

use std::collections::HashMap;

use super::Delta;
use crate::posture::{OutsidePosture, Part, StarterPosture, StartersPosture};
use crate::severity::Severity;

/// Who may start it on the new side and not on the old.
pub(super) fn compare(old: &StartersPosture, new: &StartersPosture) -> Vec<Delta> {
    let mut found = Vec::new();
    let known: HashMap<&str, &StarterPosture> =
        old.principals.iter().map(|s| (s.arn.as_str(), s)).collect();
    for starter in &new.principals {
        // An administrator who is none any more has less than before.
        if old.admins.contains(&starter.arn) {
            continue;
        }
        let before = known.get(starter.arn.as_str()).copied();
        let wider = before.is_none_or(|before| {
            (starter.wildcard && !before.wildcard) || (before.depends && !starter.depends)
        });
        if wider {
            found.push(principal(starter, before, new));
        }
    }
    let strange = new.outside.iter().filter(|way| {
        let known = |w: &&OutsidePosture| w.becomes == way.becomes && w.who == way.who;
        !old.outside.iter().any(|w| known(&w))
    });
    found.extend(strange.map(outside));
    found
}

fn principal(
    starter: &StarterPosture,
    before: Option<&StarterPosture>,
    new: &StartersPosture,
) -> Delta {
    let severity = if starter.wildcard {
        new.severity
    } else {
        new.severity.one_lower()
    };
    let wide = how(starter);
    Delta {
        kind: Part::Starter,
        key: format!("starter {} {}", starter.arn, wide),
        severity,
        does: format!("lets `{}` start it {wide}", starter.arn),
        unlike: match before {
            None => ", which the baseline did not".to_owned(),
            Some(before) => format!("; in the baseline {}", how(before)),
        },
        narrow: before.map(how),
        wide,
        principal: Some(starter.arn.clone()),
    }
}

fn how(starter: &StarterPosture) -> String {
    let pattern = if starter.wildcard {
        "through a wildcard"
    } else {
        "by name"
    };
    let depends = if starter.depends {
        ", under conditions"
    } else {
        ""
    };
    format!("{pattern}{depends}")
}

fn outside(way: &OutsidePosture) -> Delta {
    Delta {
        kind: Part::Starter,
        key: format!("outside {} {}", way.becomes, way.who),
        severity: if way.anyone {
            Severity::Critical
        } else {
            Severity::High
        },
        does: format!(
            "lets {} start it from outside the account as `{}`",
            way.who, way.becomes
        ),
        unlike: ", which the baseline did not".to_owned(),
        narrow: None,
        wide: format!("{} as `{}`", way.who, way.becomes),
        principal: Some(way.becomes.clone()),
    }
}
