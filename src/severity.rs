//! How bad a finding is.

use serde::{Deserialize, Serialize};

/// Severity, least first, so that `max` is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, never alerted by default.
    Info,
    /// Hygiene.
    Low,
    /// Broader than needed, bounded.
    Medium,
    /// A wildcard or tainted path to many resources, or no forensic trail where one is needed most.
    High,
    /// An outsider or any ordinary caller gains control of the account or of arbitrary resources.
    Critical,
}

impl Severity {
    /// All of them, worst first, the order of every report.
    pub const WORST_FIRST: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// The lower-case word that reports and configuration use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// The severity that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORST_FIRST.into_iter().find(|s| s.word() == word)
    }

    /// One step milder; `info` stays `info`.
    pub const fn one_lower(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
