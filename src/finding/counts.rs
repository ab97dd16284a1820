//! How many findings there are of each severity.

use super::Finding;
use crate::severity::Severity;

/// How many findings of each severity, suppressed ones left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; 5]);

impl Counts {
    /// Counts the findings that are not suppressed.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            if finding.suppressed.is_none() {
                counts.add(finding.severity, 1);
            }
        }
        counts
    }

    /// Counts more of one severity.
    pub fn add(&mut self, severity: Severity, more: usize) {
        if let Some(n) = self.0.get_mut(severity as usize) {
            *n += more;
        }
    }

    /// Counts what others counted.
    pub fn merge(&mut self, other: &Self) {
        for severity in Severity::WORST_FIRST {
            self.add(severity, other.get(severity));
        }
    }

    /// How many of this severity.
    pub fn get(&self, severity: Severity) -> usize {
        self.0.get(severity as usize).copied().unwrap_or_default()
    }

    /// How many in all.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// The worst severity that is there.
    pub fn worst(&self) -> Option<Severity> {
        Severity::WORST_FIRST.into_iter().find(|s| self.get(*s) > 0)
    }

    /// `2 critical, 1 low`, or `no findings`.
    pub fn found(&self) -> String {
        match self.total() {
            0 => "no findings".to_owned(),
            _ => self.in_words(),
        }
    }

    /// `2 critical, 1 low`; empty where there is nothing.
    pub fn in_words(&self) -> String {
        Severity::WORST_FIRST
            .into_iter()
            .filter(|s| self.get(*s) > 0)
            .map(|s| format!("{} {s}", self.get(s)))
            .collect::<Vec<_>>()
            .join(", ")
    }
}
