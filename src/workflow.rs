//! One workflow's settings, parsed from its snapshot: everything but the definition and the role.

use serde::{Deserialize, Serialize};

use crate::arn::Arn;

/// A workflow as DescribeStateMachine and its tags describe it.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Its ARN; region and account are empty where only a definition file is known.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// STANDARD or EXPRESS.
    pub kind: WorkflowType,
    /// The execution role, where it is known and an ARN.
    pub role: Option<Arn>,
    /// The logging configuration; `None` where only a definition file is known.
    pub logging: Option<Logging>,
    /// Whether X-Ray tracing is on; `None` where only a definition file is known.
    pub tracing: Option<bool>,
    /// The customer managed key that encrypts the definition and the executions, as configured (ARN, id or alias).
    pub kms_key: Option<String>,
    /// Its tags; empty where they could not be read (a gap says so).
    pub tags: Vec<(String, String)>,
    /// The owning team.
    pub owner: String,
    /// Where the owner is known from.
    pub owner_source: OwnerSource,
    /// The tag that marks it sensitive, as `key=value`.
    pub sensitive: Option<String>,
    /// The file and the logical id that declare it, before it is deployed: they identify its findings in the ARN's place.
    pub declared: Option<String>,
}

impl Workflow {
    /// Whether every event of its executions is logged somewhere.
    pub fn is_fully_logged(&self) -> bool {
        let logging = self.logging.as_ref();
        logging.is_some_and(|l| l.level == LogLevel::All && !l.destinations.is_empty())
    }

    /// A workflow of which only a name is known, because its description could not be read.
    pub fn unread(name: &str, owner: &str) -> Self {
        let resource = format!("stateMachine:{name}");
        Self {
            arn: Arn::new("aws", "states", "", "", &resource).unwrap_or_else(Arn::nowhere),
            name: name.to_owned(),
            kind: WorkflowType::Standard,
            role: None,
            logging: None,
            tracing: None,
            kms_key: None,
            tags: Vec::new(),
            owner: owner.to_owned(),
            owner_source: OwnerSource::Default,
            sensitive: None,
            declared: None,
        }
    }
}

/// Where an owner is known from, the surest last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerSource {
    /// The configuration's default.
    #[default]
    Default,
    /// Who made the change that led to the evaluation.
    Actor,
    /// A tag of the CloudFormation stack that holds the workflow or its role.
    StackTag,
    /// A tag of its role.
    RoleTag,
    /// A tag of its own.
    WorkflowTag,
}

/// Standard or Express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkflowType {
    /// Exactly-once, with a per-state history.
    Standard,
    /// At-least-once, without one.
    Express,
}

impl WorkflowType {
    /// AWS's own word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Express => "EXPRESS",
        }
    }
}

/// `loggingConfiguration`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// The level.
    pub level: LogLevel,
    /// `includeExecutionData`
    pub include_execution_data: bool,
    /// The log groups' ARNs, without the trailing `:*`.
    pub destinations: Vec<Arn>,
}

impl Logging {
    /// Whether executions leave any log: a level other than OFF and a destination.
    pub fn is_on(&self) -> bool {
        self.level != LogLevel::Off && !self.destinations.is_empty()
    }
}

/// `loggingConfiguration.level`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// Fatal errors.
    Fatal,
    /// All errors.
    Error,
    /// Everything.
    All,
}
