//! Many principals as a report tells them: the first few by name, the others by their number.

use super::{Actor, Starter};
use crate::arn::Arn;
use crate::finding::FindingBuilder;

/// Many principals: the first of them by name, and how many there are.
pub struct Crowd {
    /// The first [`LISTED`] ARNs.
    pub listed: Vec<String>,
    /// How many there are.
    pub count: usize,
}

/// More principals than this are counted, not listed, so that one finding on an account of thousands stays one that can be
/// read and sent.
pub const LISTED: usize = 50;

impl Crowd {
    /// Adds one more behind the others.
    pub fn add(&mut self, arn: &Arn) {
        self.count += 1;
        if self.listed.len() < LISTED {
            self.listed.push(arn.to_string());
        }
    }

    /// Puts them into a finding.
    pub fn tell(self, finding: &mut FindingBuilder) {
        finding.more_principals(self.count - self.listed.len());
        finding.principals(self.listed);
    }
}

/// These principals in the order of their ARNs.
pub fn crowd<'a>(who: impl Iterator<Item = &'a Actor>) -> Crowd {
    let mut all: Vec<&Arn> = who.map(|actor| &actor.arn).collect();
    let count = all.len();
    if count > LISTED {
        all.select_nth_unstable(LISTED);
        all.truncate(LISTED);
    }
    all.sort();
    Crowd {
        listed: all.into_iter().map(ToString::to_string).collect(),
        count,
    }
}

/// The starters' ARNs, people and programs before execution roles. The starters themselves are put into that order.
pub fn listed(starters: &mut [&Starter<'_>]) -> Crowd {
    starters.sort_by_key(|s| {
        let first = s.each().next().map(|actor| &actor.arn);
        (!s.actor.runs.is_empty(), first)
    });
    Crowd {
        listed: first_of(starters, LISTED)
            .into_iter()
            .map(|actor| actor.arn.to_string())
            .collect(),
        count: starters.iter().map(|s| s.count()).sum(),
    }
}

/// The first principals of starters, people and programs before execution roles, each by ARN.
pub fn first_of<'i>(starters: &[&Starter<'i>], limit: usize) -> Vec<&'i Actor> {
    let each = starters.iter().flat_map(|s| s.each().take(limit));
    let mut all: Vec<&Actor> = each.collect();
    all.sort_by_key(|actor| (!actor.runs.is_empty(), &actor.arn));
    all.truncate(limit);
    all
}
