//! The arguments of `trace`, `diff`, `fix`, and of what describes the program itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Beside, ConfigFile, FailOn, Plain, Source};

#[derive(Debug, Args)]
#[command(
    after_help = "The parameter is a path in the request, such as FunctionName or Overrides.ContainerOverrides[].Command."
)]
pub struct Trace {
    /// A file; with --snapshot (or live) a workflow's name or ARN
    #[arg(value_name = "FILE|NAME")]
    pub workflow: String,
    /// The state's name
    pub state: String,
    /// The parameter
    #[arg(value_name = "PARAMETER")]
    pub traced: String,
    /// Which workflow, where the file declares several: its name
    #[arg(long = "workflow", value_name = "NAME", conflicts_with = "snapshot")]
    pub name: Option<String>,
    #[command(flatten)]
    pub beside: Beside,
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, ignore_case = true, default_value_t = Plain::Human)]
    pub format: Plain,
}

#[derive(Debug, Args)]
pub struct Fix {
    /// Files or directories, as `check` takes them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub beside: Beside,
    /// Print a unified diff (what is done without --write, too)
    #[arg(long, conflicts_with = "write")]
    pub diff: bool,
    /// Write the files
    #[arg(long)]
    pub write: bool,
    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// What it was: a file, a directory of files, or an account directory; alone, a Terraform plan, which tells both
    pub old: PathBuf,
    /// What it is
    pub new: Option<PathBuf>,
    #[command(flatten)]
    pub beside: Beside,
    /// Exit with status 1 where something of at least this severity widened
    #[arg(long, value_enum, ignore_case = true, default_value_t = FailOn::High, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    #[command(flatten)]
    pub config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, ignore_case = true, default_value_t = Plain::Human)]
    pub format: Plain,
}

#[derive(Debug, Args)]
pub struct Schema {
    /// Of what
    #[arg(value_enum)]
    pub schema: SchemaOf,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The JSON report
    Report,
    /// The alert for machines
    Alert,
    /// The integration map
    Map,
    /// stepwarden.toml
    Config,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// Which
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
