//! What executions leave behind.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::log_delivery::{Destination, GroupState};
use crate::workflow::{LogLevel, WorkflowType};

/// Logging, tracing and encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoggingPosture {
    /// EXPRESS keeps no history of its own.
    pub express: bool,
    /// What is logged; OFF where there is no destination.
    pub level: Level,
    /// The log groups' ARNs.
    pub destinations: BTreeSet<String>,
    /// Whether input and output are logged.
    pub execution_data: bool,
    /// Whether the workflow is marked sensitive.
    pub sensitive: bool,
    /// The log group; `None` where its description was not read.
    pub group: Option<GroupPosture>,
    /// X-Ray tracing.
    pub tracing: bool,
    /// Whether a customer managed key encrypts definition and executions.
    pub encrypted: bool,
}

/// The log level, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Nothing.
    Off,
    /// Fatal errors.
    Fatal,
    /// All errors.
    Error,
    /// Everything.
    All,
}

impl Level {
    /// AWS's own word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::All => "ALL",
        }
    }
}

/// The log groups of a workflow, each property as the weakest of them has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupPosture {
    /// Whether it is there.
    pub exists: bool,
    /// Whether it has a customer managed key.
    pub key: bool,
    /// Days; `None` never expires.
    pub retention_days: Option<u32>,
}

pub(super) fn of(facts: &Facts<'_>) -> Option<LoggingPosture> {
    let workflow = facts.workflow;
    let logging = workflow.logging.as_ref()?;
    let level = match logging.level {
        _ if logging.destinations.is_empty() => Level::Off,
        LogLevel::Off => Level::Off,
        LogLevel::Fatal => Level::Fatal,
        LogLevel::Error => Level::Error,
        LogLevel::All => Level::All,
    };
    Some(LoggingPosture {
        express: workflow.kind == WorkflowType::Express,
        level,
        destinations: logging
            .destinations
            .iter()
            .map(ToString::to_string)
            .collect(),
        execution_data: level != Level::Off && logging.include_execution_data,
        sensitive: workflow.sensitive.is_some(),
        group: group(&facts.logging.groups),
        tracing: workflow.tracing?,
        encrypted: workflow.kms_key.is_some(),
    })
}

/// `None` where one of them was not read, or there is none.
fn group(groups: &[Destination]) -> Option<GroupPosture> {
    let each = |destination: &Destination| match &destination.state {
        GroupState::NotRead => None,
        GroupState::Missing => Some(GroupPosture {
            exists: false,
            key: false,
            retention_days: None,
        }),
        GroupState::Exists(group) => Some(GroupPosture {
            exists: true,
            key: group.kms_key.is_some(),
            retention_days: group.retention_days,
        }),
    };
    let all: Option<Vec<GroupPosture>> = groups.iter().map(each).collect();
    all?.into_iter().reduce(|a, b| GroupPosture {
        exists: a.exists && b.exists,
        key: a.key && b.key,
        retention_days: match (a.retention_days, b.retention_days) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        },
    })
}
