//! What could not be read or decided. A report with gaps never looks clean.

use serde::Serialize;

/// One thing that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// What was not read or decided, in words.
    pub what: String,
    /// Why not, in words, with what to do.
    pub why: String,
    /// The rules that are silent, or less than whole, because of it.
    #[serde(skip)]
    pub silences: Vec<&'static str>,
    /// An optional snapshot file that is absent: severity info instead of medium.
    #[serde(skip)]
    pub optional: bool,
}

impl Gap {
    /// A gap in something the verdict needs.
    pub fn new(what: impl Into<String>, why: impl Into<String>, silences: &[&'static str]) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            silences: silences.to_vec(),
            optional: false,
        }
    }

    /// A gap in an optional part of an account snapshot.
    pub fn optional(
        what: impl Into<String>,
        why: impl Into<String>,
        silences: &[&'static str],
    ) -> Self {
        Self {
            optional: true,
            ..Self::new(what, why, silences)
        }
    }
}
