//! Records, counted: by workflow, by cause, by owner, by age.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Counts;
use crate::severity::Severity;
use crate::verdict::{Record, ReportedFinding};

/// Workflows that are named.
const WORST: usize = 12;
/// Causes that are named.
const CAUSES: usize = 12;
/// Owners that are named; the others are counted together, so that nobody can make a metric for each tag that he thinks of.
const OWNERS: usize = 20;
/// Workflows that are named of one cause.
const NAMES: usize = 8;
/// Findings that are named by their age.
const AGED: usize = 8;
/// A name in a list.
const NAME: usize = 80;
/// Under which the other owners are counted.
const OTHERS: &str = "(others)";

/// What records say together.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    /// Everything that is open.
    pub counts: Counts,
    /// Workflows with something critical.
    pub critical: usize,
    /// Workflows with nothing open.
    pub clean: usize,
    /// Workflows that could not be checked whole.
    pub partly: usize,
    /// The worst workflows.
    pub worst: Vec<Worst>,
    /// How many more have something open.
    pub more: usize,
    /// What several workflows share, worst first.
    pub causes: Vec<Cause>,
    /// What is open by owner, worst first.
    pub owners: Vec<(String, Counts)>,
    /// How much of it is new.
    pub new: Counts,
    /// The worst of what is new.
    pub newest: Vec<Aged>,
    /// What is open longest, of high and more.
    pub oldest: Vec<Aged>,
}

/// A workflow.
#[derive(Clone, Debug)]
pub struct Worst {
    pub arn: String,
    pub name: String,
    pub owner: String,
    pub counts: Counts,
    /// The worst of it, in words.
    pub first: String,
}

/// A cause that several workflows share.
#[derive(Clone, Debug)]
pub struct Cause {
    pub severity: Severity,
    pub rule: String,
    pub title: String,
    pub times: usize,
    pub names: Vec<String>,
}

/// A finding with the day on which it was first seen.
#[derive(Clone, Debug)]
pub struct Aged {
    pub severity: Severity,
    pub since: String,
    pub rule: String,
    pub title: String,
    pub workflow: String,
}

impl Tallies {
    /// Counts them; what was first seen on `week_ago` or later is new.
    pub fn of(records: &[Record], week_ago: &str) -> Self {
        let mut all = Self {
            clean: records.iter().filter(|r| r.told.is_empty()).count(),
            partly: records.iter().filter(|r| !r.gaps.is_empty()).count(),
            causes: causes(records),
            owners: owners(records),
            ..Self::default()
        };
        let mut workflows: Vec<(Worst, [usize; 5])> = Vec::new();
        for record in records.iter().filter(|r| !r.told.is_empty()) {
            let counts = counts(record);
            all.counts.merge(&counts);
            all.critical += usize::from(counts.get(Severity::Critical) > 0);
            workflows.push((
                worst(record, counts),
                Severity::WORST_FIRST.map(|s| counts.get(s)),
            ));
        }
        workflows.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.arn.cmp(&b.arn)));
        all.more = workflows.len().saturating_sub(WORST);
        all.worst = workflows.into_iter().take(WORST).map(|(w, _)| w).collect();
        all.age(records, week_ago);
        all
    }

    fn age(&mut self, records: &[Record], week_ago: &str) {
        let open = || {
            records
                .iter()
                .flat_map(|r| r.told.iter().map(move |t| (r, t)))
        };
        let dated = || open().filter(|(_, told)| !told.since.is_empty());
        let mut new: Vec<_> = dated()
            .filter(|(_, told)| told.since.as_str() >= week_ago)
            .collect();
        for (_, told) in &new {
            self.new.add(told.severity, 1);
        }
        new.sort_by_key(|(record, told)| (Reverse(told.severity), &record.workflow, &told.rule));
        self.newest = new.iter().take(AGED).map(|(r, t)| aged(r, t)).collect();
        let mut old: Vec<_> = dated()
            .filter(|(_, told)| told.severity >= Severity::High && told.since.as_str() < week_ago)
            .collect();
        old.sort_by_key(|(record, told)| {
            (
                &told.since,
                Reverse(told.severity),
                &record.workflow,
                &told.rule,
            )
        });
        self.oldest = old.iter().take(AGED).map(|(r, t)| aged(r, t)).collect();
    }
}

fn counts(record: &Record) -> Counts {
    let mut counts = Counts::default();
    for told in &record.told {
        counts.add(told.severity, 1);
    }
    counts
}

fn name(record: &Record) -> String {
    record.workflow.name().chars().take(NAME).collect()
}

fn worst(record: &Record, counts: Counts) -> Worst {
    let first = record.told.iter().max_by_key(|told| told.severity);
    Worst {
        arn: record.workflow.to_string(),
        name: name(record),
        owner: record.owner.chars().take(NAME).collect(),
        counts,
        first: first.map_or_else(String::new, |t| format!("{}: {}", t.rule, t.title)),
    }
}

fn aged(record: &Record, told: &ReportedFinding) -> Aged {
    Aged {
        severity: told.severity,
        since: told.since.clone(),
        rule: told.rule.clone(),
        title: told.title.clone(),
        workflow: name(record),
    }
}

fn causes(records: &[Record]) -> Vec<Cause> {
    let mut by: BTreeMap<(&str, &str, &str), Cause> = BTreeMap::new();
    for record in records {
        for told in &record.told {
            let Some(cause) = &told.cause else { continue };
            let entry = by
                .entry((&told.rule, cause, &told.title))
                .or_insert_with(|| Cause {
                    severity: told.severity,
                    rule: told.rule.clone(),
                    title: told.title.clone(),
                    times: 0,
                    names: Vec::new(),
                });
            entry.severity = entry.severity.max(told.severity);
            entry.times += 1;
            if entry.names.len() < NAMES {
                entry.names.push(name(record));
            }
        }
    }
    let mut all: Vec<Cause> = by.into_values().filter(|c| c.times > 1).collect();
    all.sort_by_key(|c| (Reverse(c.severity), Reverse(c.times)));
    all.truncate(CAUSES);
    all
}

fn owners(records: &[Record]) -> Vec<(String, Counts)> {
    let mut by: BTreeMap<String, Counts> = BTreeMap::new();
    for record in records.iter().filter(|r| !r.told.is_empty()) {
        let owner: String = record.owner.chars().take(NAME).collect();
        let of = by.entry(owner).or_default();
        for told in &record.told {
            of.add(told.severity, 1);
        }
    }
    let mut all: Vec<(String, Counts)> = by.into_iter().collect();
    all.sort_by_key(|(_, counts)| Reverse(Severity::WORST_FIRST.map(|s| counts.get(s))));
    if all.len() > OWNERS {
        let mut others = Counts::default();
        for (_, counts) in all.drain(OWNERS..) {
            others.merge(&counts);
        }
        all.push((OTHERS.to_owned(), others));
    }
    all
}
