//! What an IAM event says that reading must show. IAM is eventually consistent: what is read right after a call may still
//! be what stood there before, and a verdict on that would be wrong until the next sweep.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::owned;
use crate::snapshot::{Document, Fetched, Role};

/// What a role must look like after the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// This inline policy says this; `None`: it is not there.
    Inline {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
        /// Its document.
        document: Option<String>,
    },
    /// This managed policy is attached, or is not.
    Attached {
        /// The role's name.
        role: String,
        /// The policy's ARN.
        policy: String,
        /// Whether it is.
        attached: bool,
    },
    /// The trust policy says this.
    Trust {
        /// The role's name.
        role: String,
        /// The document.
        document: String,
    },
}

/// A policy has at most 10,240 characters beside white space (IAM and AWS STS quotas).
const MAX_DOCUMENT: usize = 131_072;

/// The policy document of a call.
pub(super) fn document(detail: &Value) -> Option<String> {
    let text = detail
        .pointer("/requestParameters/policyDocument")?
        .as_str()?;
    (text.len() <= MAX_DOCUMENT).then(|| text.to_owned())
}

/// `None` for calls that say nothing of the kind, or too little.
pub(super) fn expected(name: &str, detail: &Value) -> Option<Expected> {
    let role = owned(detail, "/requestParameters/roleName");
    let policy = |member: &str| owned(detail, &format!("/requestParameters/{member}"));
    let document = || document(detail);
    Some(match name {
        "PutRolePolicy" => Expected::Inline {
            role: role?,
            policy: policy("policyName")?,
            document: Some(document()?),
        },
        "DeleteRolePolicy" => Expected::Inline {
            role: role?,
            policy: policy("policyName")?,
            document: None,
        },
        "AttachRolePolicy" | "DetachRolePolicy" => Expected::Attached {
            role: role?,
            policy: policy("policyArn")?,
            attached: name == "AttachRolePolicy",
        },
        "UpdateAssumeRolePolicy" => Expected::Trust {
            role: role?,
            document: document()?,
        },
        _ => return None,
    })
}

impl Expected {
    /// The role that it is about.
    pub fn role(&self) -> &str {
        match self {
            Self::Inline { role, .. } | Self::Attached { role, .. } | Self::Trust { role, .. } => {
                role
            }
        }
    }

    /// Whether the role looks like this; `None` where the part that tells could not be read.
    pub fn holds(&self, role: &Role) -> Option<bool> {
        match self {
            Self::Inline {
                policy, document, ..
            } => {
                let policies = role.inline.present()?;
                let found = policies.iter().find(|p| p.name == *policy);
                Some(match (found, document) {
                    (Some(found), Some(expected)) => same(&found.document, expected),
                    (found, expected) => found.is_none() == expected.is_none(),
                })
            }
            Self::Attached {
                policy, attached, ..
            } => {
                let policies = role.attached.present()?;
                Some(policies.iter().any(|p| p.arn == *policy) == *attached)
            }
            Self::Trust { document, .. } => match &role.trust {
                Fetched::Present(found) => Some(same(found, document)),
                _ => None,
            },
        }
    }
}

/// Whether two documents say the same, however they are laid out.
pub fn same(found: &Document, expected: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    found.0 == expected || matches!((read(&found.0), read(expected)), (Some(a), Some(b)) if a == b)
}
