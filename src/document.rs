//! Files of people as documents: JSON or YAML read once, with the place of every key and value in the text.
//!
//! Reading is total: a text that is not valid gives what stands before its [`Fault`], and says where that is. The places
//! are kept by the parser and looked up by [`Pointer`]; nothing is ever searched for in the text again.

mod build;
pub mod edit;
mod embedded;
mod json;
pub mod lines;
mod origins;
mod relax;
pub mod rewrite;
mod spans;
mod yaml;

use std::path::PathBuf;

use serde_json::Value;

use crate::loc::Pointer;
pub use build::MAX_NESTING;
pub use lines::Lines;
pub use origins::{Location, Origins, Place, Sources, WorkflowOrigin};
pub use spans::{Inner, Node, Span};

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notation {
    /// JSON, strictly.
    #[default]
    Json,
    /// YAML 1.2, with CloudFormation's short tags.
    Yaml,
}

impl Notation {
    /// What a text is written in that no file name tells of: what begins like JSON's objects, arrays and strings is JSON.
    pub fn of_text(text: &str) -> Self {
        let begins = text.trim_start_matches('\u{feff}').trim_start();
        match begins.is_empty() || begins.starts_with(['{', '[', '"']) {
            true => Self::Json,
            false => Self::Yaml,
        }
    }

    /// The name for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        }
    }
}

/// Whether the places of values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Only values: for what was not written by hand.
    ValuesOnly,
    /// Values with their places.
    Positions,
}

/// What makes a text invalid, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte.
    pub at: usize,
    /// What is wrong, in one line.
    pub message: String,
}

/// Something that is wrong inside a text whose grammar is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Where.
    pub pointer: Pointer,
    /// What.
    pub message: &'static str,
}

impl Issue {
    /// Of a key: the last one counts.
    pub const TWICE: &str = "this key stands twice in its object";
}

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The value; what stood before the fault where there is one.
    pub value: Value,
    /// Where its parts stand.
    pub node: Node,
    /// Keys that stand twice, nesting beyond the limit, aliases beyond their budget.
    pub issues: Vec<Issue>,
    /// Why the text is not valid.
    pub fault: Option<Fault>,
}

impl Read {
    fn of(builder: build::Builder, fault: Option<Fault>) -> Self {
        let root = builder.root.unwrap_or_default();
        Self {
            value: root.value,
            node: root.node,
            issues: builder.issues,
            fault,
        }
    }
}

/// Reads a text in this notation. A byte order mark at its beginning is no part of it.
pub fn read(text: &str, notation: Notation, keep: Keep) -> Read {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match notation {
        Notation::Json => json::read(text, keep),
        Notation::Yaml => yaml::read(text, keep),
    }
}

/// A file that was read.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The file's path, as it was named.
    pub path: PathBuf,
    /// Its text, without a byte order mark.
    pub text: String,
    /// How it is written.
    pub notation: Notation,
    /// What it holds.
    pub value: Value,
    /// Where that stands.
    pub node: Node,
    /// What is wrong inside it.
    pub issues: Vec<Issue>,
    /// The lines of its text.
    pub lines: Lines,
}

impl Document {
    /// Reads a text that is a file's.
    ///
    /// # Errors
    /// Where it is not valid in its notation.
    pub fn parse(path: PathBuf, text: String, notation: Notation) -> Result<Self, Fault> {
        let Read {
            value,
            node,
            issues,
            fault,
        } = read(&text, notation, Keep::Positions);
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Self {
                lines: Lines::of(&text),
                path,
                text,
                notation,
                value,
                node,
                issues,
            }),
        }
    }

    /// A text that is not valid as it stands, such as a definition with a `${Name}` where a number belongs: the text, and
    /// the places of what stands before the fault.
    pub fn unread(path: PathBuf, text: String, notation: Notation) -> Self {
        let Read { node, issues, .. } = read(&text, notation, Keep::Positions);
        Self {
            lines: Lines::of(&text),
            path,
            text,
            notation,
            value: Value::Null,
            node,
            issues,
        }
    }

    /// The whole text, where something of it is not in the value: of a key that stands twice the first, and what is nested too
    /// deep; else nothing.
    pub fn beside_value(&self) -> &str {
        match self.value.is_null() || !self.issues.is_empty() {
            true => &self.text,
            false => "",
        }
    }

    /// Where a value stands.
    pub fn span(&self, pointer: &Pointer) -> Option<Span> {
        Some(self.node.find(pointer)?.value)
    }
}

#[cfg(test)]
mod tests;
