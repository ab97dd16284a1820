//! The state file of the command line: what the function keeps in its table, in one JSON file.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Error, json_error, read_regular};
use crate::arn::Arn;
use crate::assess::Remembered;
use crate::verdict::Record;

/// The form of the file.
const SCHEMA: &str = "stepwarden/state/1";
/// A record has some kilobytes; a hundred thousand workflows are kept in a table.
const MAX_BYTES: u64 = 256 << 20;

/// What is kept, by the workflows' ARNs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    path: PathBuf,
    records: BTreeMap<String, Record>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    records: Vec<Record>,
}

impl State {
    /// Reads the file; one that is not there holds nothing yet.
    ///
    /// # Errors
    /// When it is there and cannot be read, or is no state file of this version.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |why: String| Error::Unreadable {
            path: path.to_owned(),
            why,
        };
        let mut state = Self {
            path: path.to_owned(),
            records: BTreeMap::new(),
        };
        if path
            .symlink_metadata()
            .is_err_and(|e| e.kind() == ErrorKind::NotFound)
        {
            return Ok(state);
        }
        let text = read_regular(path, MAX_BYTES).map_err(unreadable)?;
        let file: File = serde_json::from_str(&text)
            .map_err(|error| unreadable(format!("it is no state file: {}", json_error(&error))))?;
        if file.schema != SCHEMA {
            let why = "it is a state file of another version of stepwarden";
            return Err(unreadable(why.to_owned()));
        }
        let records = file.records.into_iter();
        state.records = records.map(|r| (r.workflow.to_string(), r)).collect();
        Ok(state)
    }

    /// What is kept of a workflow.
    pub fn get(&self, workflow: &Arn) -> Option<&Record> {
        self.records.get(workflow.as_str())
    }

    /// Keeps this of a workflow.
    pub fn keep(&mut self, record: Record) {
        self.records.insert(record.workflow.to_string(), record);
    }

    /// Forgets a workflow: what was kept of it.
    pub fn forget(&mut self, workflow: &Arn) -> Option<Record> {
        self.records.remove(workflow.as_str())
    }

    /// The approved baselines, by ARN.
    pub fn remembered(&self) -> BTreeMap<String, Remembered> {
        let each = self
            .records
            .iter()
            .filter_map(|(arn, record)| Some((arn.clone(), Remembered::of(record)?)));
        each.collect()
    }

    /// Writes the file beside its old self and puts it in its place, so that it is never half written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::Unwritable {
            path: self.path.clone(),
            why: error.to_string(),
        };
        let file = File {
            schema: SCHEMA.to_owned(),
            records: self.records.values().cloned().collect(),
        };
        let text = serde_json::to_string_pretty(&file).map_err(|error| failed(error.into()))?;
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let beside = self.path.with_file_name(name);
        let write = || {
            let mut out = std::fs::File::create(&beside)?;
            out.write_all(text.as_bytes())?;
            out.write_all(b"\n")?;
            out.sync_all()?;
            std::fs::rename(&beside, &self.path)
        };
        write().map_err(failed)
    }
}
