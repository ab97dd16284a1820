//! Account snapshot directories: plain AWS CLI outputs to an [`Account`] and back, and single definition files.
//!
//! Nothing broken is passed over: a file that is needed whole gives an [`Error`], a single broken entry stands in
//! [`Account::unreadable`], and a file that is optional and not there is [`Fetched::NotCollected`].

mod definition;
mod describe;
mod entries;
mod iam;
mod optional;
mod parameters;
mod policies;
mod read;
mod recognise;
mod role;
mod search;
mod state;
mod versions;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::gap::{self, Unread};
use crate::snapshot::{Account, Fetched};

pub use definition::{Before, Found, Input, Options, before, input, inputs};
pub use parameters::parameters;
use read::{io_words, read_regular};
pub use read::{read_file, read_stream};
pub use role::RoleFile;
pub use state::State;
pub use write::write_snapshot;

/// The directory of DescribeStateMachine responses inside a snapshot.
const STATE_MACHINES: &str = "state-machines";
/// Four times the largest response that holds a definition at its limit of 1 MiB, escaped.
const MAX_STATE_MACHINE_BYTES: u64 = 8 << 20;
/// An account at IAM's default quotas (5,000 users, 1,000 roles, 1,500 policies) stays below this.
const MAX_ACCOUNT_BYTES: u64 = 512 << 20;

/// Why a snapshot or a definition file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory or file cannot be read.
    #[error("cannot read `{}`: {why}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why, in words.
        why: String,
    },
    /// A directory that is no account snapshot.
    #[error(
        "`{}` is no account snapshot: it has no `state-machines` directory with one DescribeStateMachine response a file",
        path.display()
    )]
    NoSnapshot {
        /// Which.
        path: PathBuf,
    },
    /// A file that holds nothing that the command takes.
    #[error("`{}` {what}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// What it is, and what to do, in words that follow its name.
        what: String,
    },
    /// A snapshot would be written over something.
    #[error("`{}` already holds something: name a directory that is empty or not there yet", path.display())]
    Occupied {
        /// Which.
        path: PathBuf,
    },
    /// Writing failed.
    #[error("cannot write `{}`: {why}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why, in words.
        why: String,
    },
}

impl Error {
    /// The file that it is about, where it names one by its path.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unreadable { path, .. }
            | Self::NoSnapshot { path }
            | Self::Unusable { path, .. }
            | Self::Occupied { path }
            | Self::Unwritable { path, .. } => Some(path),
        }
    }
}

/// The texts of a snapshot's files.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// File name and text of every DescribeStateMachine response.
    pub state_machines: Vec<(String, String)>,
    /// Path and text of the same for every published version.
    pub versions: Vec<(String, String)>,
    /// `iam.json`
    pub iam: Option<String>,
    /// `log-groups.json`
    pub log_groups: Option<String>,
    /// `functions.json`
    pub functions: Option<String>,
    /// `tags.json`
    pub tags: Option<String>,
    /// The files of what begins executions, and of policies, by their path in the directory.
    pub entries: BTreeMap<String, String>,
}

/// The same, as JSON values in AWS's own shapes.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// DescribeStateMachine responses.
    pub state_machines: Vec<Value>,
    /// A GetAccountAuthorizationDetails response, all pages merged.
    pub iam: Option<Value>,
    /// A DescribeLogGroups response.
    pub log_groups: Option<Value>,
    /// A ListFunctions response.
    pub functions: Option<Value>,
    /// A GetResources response.
    pub tags: Option<Value>,
    /// The files of what begins executions, by their path in the directory.
    pub entries: BTreeMap<String, Value>,
}

/// Reads an account snapshot directory.
///
/// # Errors
/// When the directory is no snapshot. A single file that is broken is no error: it stands in [`Account::unreadable`].
pub fn read(dir: &Path) -> Result<Account, Error> {
    let mut unreadable = Vec::new();
    let mut entries = entries::files(dir, &mut unreadable);
    versions::mark(dir, &mut entries);
    let texts = Texts {
        state_machines: read_state_machines(dir, &mut unreadable)?,
        versions: versions::files(dir, &mut unreadable),
        iam: read_optional(dir, iam::FILE, gap::Input::Principals, &mut unreadable),
        log_groups: read_optional(
            dir,
            optional::LOG_GROUPS,
            gap::Input::LogGroups,
            &mut unreadable,
        ),
        functions: read_optional(
            dir,
            optional::FUNCTIONS,
            gap::Input::Functions,
            &mut unreadable,
        ),
        tags: read_optional(dir, optional::TAGS, gap::Input::Tags, &mut unreadable),
        entries,
    };
    let mut account = from_texts(&texts);
    unreadable.append(&mut account.unreadable);
    account.unreadable = unreadable;
    Ok(account)
}

/// Builds the account from the texts of its files. What is broken of them stands in [`Account::unreadable`].
pub fn from_texts(texts: &Texts) -> Account {
    let mut account = Account::default();
    let mut seen = BTreeSet::new();
    for (file, text) in &texts.state_machines {
        match describe::state_machine(text) {
            Ok(machine) if !seen.insert(machine.arn.clone()) => {
                account.unreadable.push(unknown_workflow(
                    file,
                    format!("another file already describes `{}`", machine.arn),
                ))
            }
            Ok(machine) => {
                if machine.definition.is_empty() {
                    account.unreadable.push(Unread::of_workflow(
                        &machine.arn,
                        gap::Input::Workflow,
                        format!("the definition of {}", machine.arn),
                        format!("`{STATE_MACHINES}/{file}` does not hold it; read it with a principal that may use the workflow's key"),
                    ));
                }
                account.workflows.push(machine);
            }
            Err(why) => account.unreadable.push(unknown_workflow(file, why)),
        }
    }
    account.versions = versions::read(&texts.versions, &mut account.unreadable);
    account.versions_are_read = versions::are_read(texts);
    match &texts.iam {
        None => account.iam = Fetched::Failed(iam::missing()),
        Some(text) => match iam::details(text, &mut account.unreadable) {
            Ok(details) => {
                account.iam_is_whole = details.whole;
                account.iam = Fetched::Present(details.iam);
            }
            Err(why) => {
                account.iam = broken(
                    iam::FILE,
                    gap::Input::Principals,
                    &why,
                    &mut account.unreadable,
                );
            }
        },
    }
    let unreadable = &mut account.unreadable;
    account.log_groups = optional::log_groups(texts.log_groups.as_deref(), unreadable)
        .unwrap_or_else(|why| {
            broken(
                optional::LOG_GROUPS,
                gap::Input::LogGroups,
                &why,
                unreadable,
            )
        });
    account.functions = optional::functions(texts.functions.as_deref(), unreadable)
        .unwrap_or_else(|why| broken(optional::FUNCTIONS, gap::Input::Functions, &why, unreadable));
    account.tags = optional::tags(texts.tags.as_deref(), unreadable)
        .unwrap_or_else(|why| broken(optional::TAGS, gap::Input::Tags, &why, unreadable));
    account.entries = entries::read(&texts.entries, unreadable);
    account.resource_policies = policies::of_resources(&texts.entries, unreadable);
    account.organization = policies::organization(&texts.entries, unreadable);
    account.log_resource_policies = policies::of_logs(&texts.entries, unreadable);
    account
}

/// Builds the account from JSON values in AWS's own shapes.
pub fn from_values(values: &Values) -> Account {
    let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    from_texts(&Texts {
        state_machines: values
            .state_machines
            .iter()
            .enumerate()
            .map(|(i, value)| (format!("{i}.json"), value.to_string()))
            .collect(),
        versions: (values.entries.iter())
            .filter(|(file, _)| file.starts_with(versions::FOLDER))
            .map(|(file, value)| (file.clone(), value.to_string()))
            .collect(),
        iam: text(&values.iam),
        log_groups: text(&values.log_groups),
        functions: text(&values.functions),
        tags: text(&values.tags),
        entries: values
            .entries
            .iter()
            .map(|(file, value)| (file.clone(), value.to_string()))
            .collect(),
    })
}

/// A file that holds some workflow, nobody knows which.
fn unknown_workflow(file: &str, why: String) -> Unread {
    let name = file.strip_suffix(".json").unwrap_or(file);
    Unread::unknown_workflow(name, format!("{STATE_MACHINES}/{file}"), why).file()
}

/// A file of the account that is there and of no use: the others are judged all the same.
fn broken<T>(file: &str, input: gap::Input, why: &str, unreadable: &mut Vec<Unread>) -> Fetched<T> {
    unreadable.push(Unread::of_account(input, format!("`{file}`"), why).file());
    Fetched::Failed(format!("`{file}` is broken: {why}"))
}

/// Every `NAME.json` of the `state-machines` directory, in the order of the names.
fn read_state_machines(
    dir: &Path,
    unreadable: &mut Vec<Unread>,
) -> Result<Vec<(String, String)>, Error> {
    let machines = dir.join(STATE_MACHINES);
    let no_directory = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory if dir.is_dir() => {
            Error::NoSnapshot {
                path: dir.to_owned(),
            }
        }
        _ => unreadable_path(dir, &error),
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&machines).map_err(no_directory)? {
        let name = entry
            .map_err(|error| unreadable_path(&machines, &error))?
            .file_name();
        if Path::new(&name).extension().is_some_and(|e| e == "json") {
            names.push(name);
        }
    }
    names.sort();
    let mut texts = Vec::with_capacity(names.len());
    for name in names {
        let shown = name.to_string_lossy().into_owned();
        match read_regular(&machines.join(&name), MAX_STATE_MACHINE_BYTES) {
            Ok(text) => texts.push((shown, text)),
            Err(why) => unreadable.push(unknown_workflow(&shown, why)),
        }
    }
    Ok(texts)
}

fn unreadable_path(path: &Path, error: &std::io::Error) -> Error {
    Error::Unreadable {
        path: path.to_owned(),
        why: io_words(error),
    }
}

fn read_optional(
    dir: &Path,
    file: &str,
    input: gap::Input,
    unreadable: &mut Vec<Unread>,
) -> Option<String> {
    let path = dir.join(file);
    if matches!(path.try_exists(), Ok(false)) {
        return None;
    }
    match read_regular(&path, MAX_ACCOUNT_BYTES) {
        Ok(text) => Some(text),
        Err(why) => {
            unreadable.push(Unread::of_account(input, format!("`{file}`"), why).file());
            None
        }
    }
}

/// A response of AWS is an object; a list in its place would be read field by field.
fn is_object(text: &str) -> Result<(), String> {
    match text.trim_start().chars().next() {
        Some('[') => Err("it is a list, and no response of AWS".to_owned()),
        _ => Ok(()),
    }
}

/// What is wrong with one entry of a list, without the place inside it.
fn shape_error(error: &serde_json::Error) -> String {
    let text = json_error(error);
    match text.rsplit_once(" at line ") {
        Some((what, _)) => what.to_owned(),
        None => text,
    }
}

/// What `serde_json` says, in one line without Rust's names for types.
fn json_error(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof if (error.line(), error.column()) == (1, 0) => {
            return "it is empty".to_owned();
        }
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
        serde_json::error::Category::Data => {
            let text = error.to_string().replace('\n', " ");
            // `expected struct Page with 5 elements at line 1 column 2`
            let text = match text.split_once("expected struct ") {
                Some((before, after)) => {
                    let place = after.find(" at line ").and_then(|at| after.get(at..));
                    format!("{before}expected an object{}", place.unwrap_or_default())
                }
                None => text,
            };
            return format!("it does not have the expected shape: {text}");
        }
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests;
