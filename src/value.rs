//! What is known, without running anything, of a value that a workflow computes, and where the rest comes from.

use std::sync::Arc;

use crate::glob::Glob;
use crate::loc::Pointer;

mod access;
pub use access::path_step;
mod fields;
mod identity;
mod join;
mod missing;
mod naming;
mod origin;
pub use origin::merge_guards;
mod pattern;
mod pool;
mod size;
pub use fields::Fields;
pub use identity::{Chooser, Identity};
pub use size::Gathering;
#[cfg(test)]
mod tests;

/// An abstract JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value at all (a missing field, JSONata's "nothing").
    Absent,
    /// `null`
    Null,
    /// A known boolean.
    Bool(bool),
    /// A known number, as written.
    Number(String),
    /// A string of known parts and holes; a single literal is a constant. Never two literals side by side.
    Text(Vec<Piece>),
    /// An array of known length.
    Array(Vec<Value>),
    /// An array of unknown length, each element of which is as described.
    Each(Box<Value>),
    /// An object.
    Object {
        /// Fields whose names are known.
        fields: Fields,
        /// What any other field may hold; `None` where there are no others.
        rest: Option<Box<Value>>,
    },
    /// One of finitely many; never empty, never nested, at most [`MAX_ALTERNATIVES`].
    OneOf(Vec<Value>),
    /// Anything (of the sources named); also stands for everything inside it.
    Any(Unknown),
}

/// More alternatives than this widen to a single unknown that keeps every origin.
pub const MAX_ALTERNATIVES: usize = 64;

/// One part of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Known.
    Literal(String),
    /// Not known.
    Hole(Unknown),
}

/// A value that only a run (or a deployment) will tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// Where it can come from; more than one where paths join. Empty: nowhere an attacker controls.
    pub origins: Vec<Arc<Origin>>,
    /// What the guards on the way let through, as patterns whose union holds; `None` is everything.
    pub allowed: Option<Vec<Glob>>,
    /// The guards met on the way that looked at it, whether or not they cut it.
    pub guards: Vec<Arc<Guard>>,
    /// Which concrete value of the run it is, where it is one unmodified value; `None` for what is computed or joined.
    pub identity: Option<Identity>,
    /// For the answer of a test that was kept: what it tells of the value that was tested.
    pub tells: Option<Arc<Refinement>>,
    /// Whether a way is known on which there is nothing in its place: a variable that was not assigned, a condition with
    /// nothing behind `:`. What a task or a caller left out is no such way.
    pub missing: bool,
}

/// What the answer `true` of a kept test tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Refinement {
    /// The value that was tested, before anything was known of it.
    pub subject: Value,
    /// The strings that it then is one of.
    pub allowed: Vec<Glob>,
}

/// Where an unknown value comes from, and the way it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// What kind of source.
    pub source: Source,
    /// The path at the source, such as `$.detail.bucket`.
    pub path: String,
    /// The way from the source, source first.
    pub trace: Vec<Arc<TraceStep>>,
}

/// Kinds of source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Whoever starts the execution chooses it.
    Caller,
    /// It comes from outside the account's control plane: an HTTP response, a callback's output, a message body, a read file.
    External,
    /// The result of the named task state.
    TaskResult(String),
    /// A context object field that no caller chooses.
    Context(String),
    /// Known at deployment, not here.
    Deployment(String),
    /// Made at run time: ids, clocks, random numbers, counters.
    Generated,
    /// The analysis does not follow it; what else it could be stands beside it.
    Undecided,
}

impl Source {
    /// Whether somebody outside may choose it.
    pub const fn is_tainted(&self) -> bool {
        matches!(self, Self::Caller | Self::External)
    }
}

/// One station of a value's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// The state's name; empty for the execution input itself.
    pub state: String,
    /// Where in the definition.
    pub pointer: Pointer,
    /// The expression or path there, as written.
    pub value: String,
}

/// A test that a value met on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// The state that tests.
    pub state: String,
    /// Where.
    pub pointer: Pointer,
    /// The test as written, such as `StringMatches arn:aws:…`.
    pub test: String,
    /// Whether what it leaves open stands for any characters at all, not for those of a class.
    pub any_text: bool,
    /// How good it is.
    pub strength: Strength,
}

/// What a guard does to the value it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Presence or type only.
    TypeOnly,
    /// Excludes some values; the rest goes through (a deny-list, a default branch).
    DenyList,
    /// A pattern (or unanchored regular expression) with an open partition, service, region, account or resource type.
    OpenPattern,
    /// Partition, service, region, account and type are fixed; only the name is open.
    NameOpen,
    /// A finite list or one value.
    Finite,
}

impl Value {
    /// A constant string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(vec![Piece::Literal(text.into())])
    }

    /// The constant string, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(pieces) => match pieces.as_slice() {
                [] => Some(""),
                [Piece::Literal(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}
