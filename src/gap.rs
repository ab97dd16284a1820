//! What could not be read or decided. A report with gaps never looks clean.
//!
//! A gap names what it is about and which [`Input`] of a verdict is not whole. Which rules are silent because of it, and
//! what may not be called resolved, follows from the inputs that each rule declares (`rules::Meta`).

use serde::Serialize;

/// One kind of thing that verdicts are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// The workflow itself: nothing is known where it is missing.
    Workflow,
    /// The definition: states, data flow, needs.
    Definition,
    /// Type, logging, tracing and encryption of the workflow.
    Settings,
    /// The workflow's tags.
    Tags,
    /// Published versions and aliases.
    Versions,
    /// The execution role, whole.
    ExecutionRole,
    /// The policies and the boundary of the execution role.
    Role,
    /// The trust policy of the execution role.
    RoleTrust,
    /// The other workflows of the account, which may share the role.
    OtherWorkflows,
    /// The users, groups and roles of the account.
    Principals,
    /// The trust policies of the roles that may start the workflow.
    StarterTrust,
    /// APIs, rules, schedules, pipes and function URLs that start executions.
    EntryPoints,
    /// CloudWatch log groups and their policies.
    LogGroups,
    /// Lambda functions and the roles that they have.
    Functions,
    /// Policies of keys, buckets, queues, topics, secrets and functions.
    ResourcePolicies,
    /// The policies of the organization above the account.
    Organization,
    /// The approved baseline, or a part of the posture that is compared with it.
    Baseline,
    /// What the configuration asks for and cannot be done.
    Configuration,
}

impl Input {
    /// Every input.
    pub const ALL: &'static [Self] = &[
        Self::Workflow,
        Self::Definition,
        Self::Settings,
        Self::Tags,
        Self::Versions,
        Self::ExecutionRole,
        Self::Role,
        Self::RoleTrust,
        Self::OtherWorkflows,
        Self::Principals,
        Self::StarterTrust,
        Self::EntryPoints,
        Self::LogGroups,
        Self::Functions,
        Self::ResourcePolicies,
        Self::Organization,
        Self::Baseline,
        Self::Configuration,
    ];

    /// Whether where this is missing the other is missing too.
    pub fn holds(self, other: Self) -> bool {
        let parts: &[Self] = match self {
            Self::Workflow => return true,
            Self::ExecutionRole => &[Self::Role, Self::RoleTrust],
            Self::Principals => &[Self::StarterTrust],
            _ => &[],
        };
        self == other || parts.contains(&other)
    }
}

/// What a gap is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapSubject {
    /// One workflow, by its ARN, and no other.
    Workflow(String),
    /// A file that holds some workflow, nobody knows which: it stands for a workflow of its own, by this name.
    UnknownWorkflow(String),
    /// The account: every workflow of it.
    Account,
}

/// One thing that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// What was not read or decided, in words.
    pub what: String,
    /// Why not, in words, with what to do.
    pub why: String,
    /// Which input of the verdict is not whole.
    #[serde(skip)]
    pub input: Input,
    /// An optional snapshot file that is absent: severity info instead of medium.
    #[serde(skip)]
    pub optional: bool,
    /// The analysis itself stopped at a bound: a gate lets nothing of this workflow pass.
    #[serde(skip)]
    pub cut: bool,
}

impl Gap {
    /// A gap in something the verdict needs.
    pub fn new(input: Input, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            input,
            optional: false,
            cut: false,
        }
    }

    /// A gap in an optional part of an account snapshot.
    pub fn optional(input: Input, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            optional: true,
            ..Self::new(input, what, why)
        }
    }
}

/// Something of an account that could not be read at all, before it is known which verdicts miss it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// What it is about.
    pub subject: GapSubject,
    /// What it is an input of.
    pub input: Input,
    /// What, in words.
    pub what: String,
    /// Why, in words.
    pub why: String,
    /// Whoever deploys or asks decides it: severity info instead of medium.
    pub optional: bool,
    /// It is a whole file that is there and of no use: a command that was given it has not done all its work.
    pub is_file: bool,
}

impl Unread {
    /// Something of the whole account.
    pub fn of_account(input: Input, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            subject: GapSubject::Account,
            input,
            what: what.into(),
            why: why.into(),
            optional: false,
            is_file: false,
        }
    }

    /// The same, where it is a whole file that is of no use.
    #[must_use]
    pub fn file(self) -> Self {
        Self {
            is_file: true,
            ..self
        }
    }

    /// The same, where whoever deploys or asks decides it.
    #[must_use]
    pub fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// Something of one workflow.
    pub fn of_workflow(
        arn: &str,
        input: Input,
        what: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self {
            subject: GapSubject::Workflow(arn.to_owned()),
            ..Self::of_account(input, what, why)
        }
    }

    /// A workflow of which only a name is known.
    pub fn unknown_workflow(
        name: impl Into<String>,
        what: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self {
            subject: GapSubject::UnknownWorkflow(name.into()),
            ..Self::of_account(Input::Workflow, what, why)
        }
    }

    /// The gap that it leaves.
    pub fn gap(&self) -> Gap {
        match self.optional {
            true => Gap::optional(self.input, &self.what, &self.why),
            false => Gap::new(self.input, &self.what, &self.why),
        }
    }
}

/// Nothing more is known of it: it may be part of every verdict.
impl From<(String, String)> for Unread {
    fn from((what, why): (String, String)) -> Self {
        Self::of_account(Input::Workflow, what, why)
    }
}
