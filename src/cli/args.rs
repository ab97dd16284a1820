//! The arguments.

mod commands;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use commands::{Completions, Diff, Fix, Schema, SchemaOf, Trace};

use super::outputs::Output;
use crate::severity::Severity;

/// Watches the security of AWS Step Functions workflows.
#[derive(Debug, Parser)]
#[command(
    name = "stepwarden",
    version,
    about = "Watches the security of AWS Step Functions workflows: what each role may do, who can start it, and what a caller can reach.",
    after_help = "Exit status: 0 nothing at or above --fail-on, 1 something, 2 the command could not do its work."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report on every workflow of an account
    Scan(Scan),
    /// Report on what is about to be deployed: definitions, templates, plans
    Check(Check),
    /// Handle one EventBridge event as the function does, and print the notification that it would publish
    Replay(Replay),
    /// Print the least-privilege role policy of a workflow
    Policy(OneWorkflow),
    /// Print what every task calls, what it needs, and what the role grants
    Map(Map),
    /// Print where a parameter's value comes from, and why each rule of the input fires or is quiet
    Trace(Trace),
    /// Apply the patches that need no person's decision, as a diff or to the files
    Fix(Fix),
    /// Print what is wider in one state of things than in another
    Diff(Diff),
    /// Decide whether a principal is allowed an action
    Decide(Decide),
    /// Print a rule's page
    Explain(Explain),
    /// List the rules
    Rules(Rules),
    /// Take what is deployed as the new baseline
    Approve(Approve),
    /// Write the live account as a directory that every other command can read
    Snapshot(Snapshot),
    /// Print the JSON Schema of what is printed or read
    Schema(Schema),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// How a report is printed, and what it makes of the exit status.
#[derive(Debug, Args)]
pub struct Report {
    /// How to print on standard output
    #[arg(long, value_enum, ignore_case = true, default_value_t = Format::Human)]
    pub format: Format,
    /// Write a report to a file as well; repeat it for several. Without FORMAT the file's ending says it
    #[arg(long, value_name = "[FORMAT=]FILE", value_parser = Output::parse)]
    pub output: Vec<Output>,
    /// Exit with status 1 where a finding is at least this bad
    #[arg(long, value_enum, ignore_case = true, default_value_t = FailOn::High, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Show only findings that are at least this bad; the exit status counts all
    #[arg(long, value_enum, ignore_case = true, default_value_t = AtLeast::Info, value_name = "SEVERITY")]
    pub min_severity: AtLeast,
    /// Colours on standard output
    #[arg(long, value_enum, ignore_case = true, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Print no report on standard output; files of --output are written all the same
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

/// What was there before.
#[derive(Debug, Args)]
pub struct Gate {
    /// An earlier JSON report: only what is not in it, or was milder, counts for the exit status, and is marked new
    #[arg(long, value_name = "REPORT.json")]
    pub baseline: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
pub struct ConfigFile {
    /// Configuration [default: the nearest stepwarden.toml from the working directory up to the repository's root]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Honour no suppression, switched-off rule or severity of the configuration, a comment or a tag
    #[arg(long)]
    pub no_suppress: bool,
}

#[derive(Clone, Debug, Args)]
pub struct Source {
    /// Account directory of AWS CLI outputs [default: the live account]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["profile", "region", "organization_role"])]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub live: Live,
}

/// Which live account.
#[derive(Clone, Debug, Default, Args)]
pub struct Live {
    /// Profile of the AWS configuration files [default: `AWS_PROFILE`, else the default one]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Region [default: `AWS_REGION`, else the profile's]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Role of the organization's management or a delegated administrator account, with which the policies above the account are
    /// read [default: `organization-role` of the configuration, else they are not read]
    #[arg(long, value_name = "ARN")]
    pub organization_role: Option<String>,
}

/// What is remembered of workflows.
#[derive(Debug, Args)]
pub struct Memory {
    /// State file: approved baselines and what was told before
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Scan {
    #[command(flatten)]
    pub source: Source,
    /// Report only on workflows of this name or ARN, with `*` and `?`; everything is read and judged all the same
    #[arg(long, value_name = "PATTERN")]
    pub workflow: Option<String>,
    #[command(flatten)]
    pub gate: Gate,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub report: Report,
}

/// What is given beside files.
#[derive(Clone, Debug, Default, Args)]
pub struct Beside {
    /// The execution role of bare definitions: a policy document, an array of them, or an object with policies, trust, boundary
    #[arg(long, value_name = "FILE")]
    pub role: Option<PathBuf>,
    /// The value of a template's parameter; repeat it for several
    #[arg(long, value_name = "KEY=VALUE")]
    pub parameter: Vec<String>,
    /// Values of parameters: {"Key": "value"}, or what `aws cloudformation deploy` takes
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Files or directories: definitions, DescribeStateMachine responses, CloudFormation and SAM templates, Terraform plans; `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub beside: Beside,
    #[command(flatten)]
    pub gate: Gate,
    #[command(flatten)]
    pub report: Report,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The event, as EventBridge delivers it
    #[arg(value_name = "EVENT.json")]
    pub event: PathBuf,
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub report: Report,
}

#[derive(Debug, Args)]
pub struct OneWorkflow {
    /// A definition file; with --snapshot (or live) a workflow's name or ARN
    #[arg(value_name = "FILE|NAME")]
    pub workflow: String,
    /// Which workflow, where the file declares several: its name
    #[arg(long = "workflow", value_name = "NAME", conflicts_with = "snapshot")]
    pub name: Option<String>,
    #[command(flatten)]
    pub beside: Beside,
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Map {
    #[command(flatten)]
    pub workflow: OneWorkflow,
    /// How to print
    #[arg(long, value_enum, default_value_t = Plain::Human)]
    pub format: Plain,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Without --principal, --action and --resource, questions are read as JSON lines from standard input, one answer line each. Identity policies and the permissions boundary are looked at, and the layers that are given: in a snapshot organization.json, the policies of keys, functions, buckets, queues, topics and secrets, and trust policies of roles; in a line `sessionPolicies`, `organization` and `resourcePolicy`. What is not given is not considered. A bucket is taken for one of the principal's own account unless `aws:ResourceAccount` says otherwise. A context key that is not given is unknown: `depends` lists those that can change the answer."
)]
pub struct Decide {
    /// Account directory that holds the principals
    #[arg(long, value_name = "DIR")]
    pub snapshot: Option<PathBuf>,
    /// Who asks
    #[arg(long, value_name = "ARN", requires_all = ["action", "resource", "snapshot"])]
    pub principal: Option<String>,
    /// What for, such as s3:GetObject
    #[arg(long, requires = "principal")]
    pub action: Option<String>,
    /// On what; `*` for actions without resource types
    #[arg(long, value_name = "ARN", requires = "principal")]
    pub resource: Option<String>,
    /// A condition key's value; repeat it for several
    #[arg(long, value_name = "KEY=VALUE", requires = "principal")]
    pub context: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's id
    pub rule: String,
}

#[derive(Debug, Args)]
pub struct Rules {
    /// How to print
    #[arg(long, value_enum, default_value_t = Plain::Human)]
    pub format: Plain,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The baseline is kept in the state file that --state names, or, for the live account, in the function's table that STEPWARDEN_TABLE names."
)]
pub struct Approve {
    /// The workflow
    pub arn: String,
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub memory: Memory,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Snapshot {
    /// The directory to write; empty, or not there yet
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub live: Live,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// stepwarden/report/1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// For a comment on a pull request
    Markdown,
    /// One file for a browser, with pictures
    Html,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AtLeast {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl AtLeast {
    /// The severity.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Critical => Severity::Critical,
            Self::High => Severity::High,
            Self::Medium => Severity::Medium,
            Self::Low => Severity::Low,
            Self::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Plain {
    /// For people
    Human,
    /// For machines
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    /// Only when the command could not do its work
    Never,
}

impl FailOn {
    /// The severity from which on a finding fails the command.
    pub const fn threshold(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}
