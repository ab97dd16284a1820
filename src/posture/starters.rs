//! Who may start the workflow.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::severity::Severity;
use crate::starters::{Starter, Way};
use crate::trust::Outside;

/// Everybody who may start it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartersPosture {
    /// Principals other than administrators.
    pub principals: Vec<StarterPosture>,
    /// ARNs of administrators: they may start everything, and are no news when they lose that.
    pub admins: BTreeSet<String>,
    /// Ways in from outside the account.
    pub outside: BTreeSet<OutsidePosture>,
    /// The severity of `broad-invocation` for this workflow.
    pub severity: Severity,
}

/// One principal that may start it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StarterPosture {
    /// Who.
    pub arn: String,
    /// Whether some pattern that lets it start does not name the workflow.
    pub wildcard: bool,
    /// Whether every statement that lets it start depends on keys that are not known.
    pub depends: bool,
}

/// A way from outside to a principal that may start it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsidePosture {
    /// Who is let in, in words.
    pub who: String,
    /// The principal that it becomes in the end.
    pub becomes: String,
    /// Whether that is anyone with an AWS account.
    pub anyone: bool,
}

pub(super) fn of(facts: &Facts<'_>) -> StartersPosture {
    let starters = &facts.starters;
    let starting = || starters.list.iter().filter(|s| s.starts());
    let mut principals: Vec<StarterPosture> = starting().flat_map(principals_of).collect();
    principals.sort_by(|a, b| a.arn.cmp(&b.arn));
    let own = starting().flat_map(|s| s.ways.iter().map(|w| outside(w, s.actor.arn.as_str())));
    let admins = starters.open_admins.iter();
    let admins = admins.map(|(arn, way)| outside(way, arn.as_str()));
    StartersPosture {
        principals,
        admins: starters
            .administrators
            .iter()
            .map(ToString::to_string)
            .collect(),
        outside: own.chain(admins).collect(),
        severity: severity(facts),
    }
}

fn principals_of(starter: &Starter<'_>) -> impl Iterator<Item = StarterPosture> {
    let grants = || starter.grants.iter().filter(|g| g.starts());
    let wildcard = grants().any(|g| !g.by_name);
    let depends = grants().all(|g| !g.depends.is_empty());
    starter.each().map(move |actor| StarterPosture {
        arn: actor.arn.to_string(),
        wildcard,
        depends,
    })
}

fn outside(way: &Way, becomes: &str) -> OutsidePosture {
    OutsidePosture {
        who: way.who.in_words(),
        becomes: becomes.to_owned(),
        anyone: way.outside == Outside::Anyone,
    }
}

/// Who starts a workflow weighs more where starting it steers something.
fn severity(facts: &Facts<'_>) -> Severity {
    let tainted = facts.taint.iter().filter_map(|s| s.severity()).max();
    if tainted >= Some(Severity::High) {
        Severity::High
    } else {
        Severity::Medium
    }
}
