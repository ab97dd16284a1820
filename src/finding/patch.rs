//! What to do about a finding, in words and to paste.

use serde::Serialize;

/// What to do about a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remediation {
    /// In words, concrete.
    pub text: String,
    /// To paste.
    pub patch: Option<Patch>,
}

/// A change to paste. Each kind can be applied by [`crate::patch`], which is how it is tested.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Patch {
    /// Replace one statement of a role's policy by these (none: remove it).
    PolicyStatement {
        /// The policy's name.
        policy: String,
        /// The statement's index from 0.
        statement: usize,
        /// The statements as they should be.
        replace_with: Vec<serde_json::Value>,
    },
    /// Add these statements to the role (as a new inline policy of this name).
    AddStatements {
        /// The new inline policy's name.
        policy: String,
        /// Its statements.
        statements: Vec<serde_json::Value>,
    },
    /// Detach a managed policy that other principals hold too, and give the role these statements of its own instead.
    ReplaceAttachment {
        /// The managed policy's ARN.
        detach: String,
        /// The new inline policy's name.
        policy: String,
        /// Its statements.
        statements: Vec<serde_json::Value>,
    },
    /// Replace the role's trust policy.
    TrustPolicy {
        /// The document as it should be.
        document: serde_json::Value,
    },
    /// Replace the workflow's `loggingConfiguration` (fields given replace the present ones).
    LoggingConfiguration {
        /// The fields to set.
        set: serde_json::Value,
    },
    /// Replace the workflow's `tracingConfiguration`.
    TracingConfiguration {
        /// The value.
        set: serde_json::Value,
    },
    /// All of these together: a guard in the definition and the role statement that fits it.
    Several {
        /// The patches.
        patches: Vec<Self>,
    },
    /// RFC 6902 operations on the definition.
    Definition {
        /// The operations in order.
        operations: Vec<serde_json::Value>,
    },
}
