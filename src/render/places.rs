//! Findings as places in files: pointers become lines and columns here, and nowhere earlier.

use std::path::{Path, PathBuf};

use crate::document::{Document, Location, Place, Sources, WorkflowOrigin};
use crate::file_patch::{self, FileChange};
use crate::finding::Finding;
use crate::loc::Pointer;
use crate::rule_id::{RuleId, rule_ids};

/// Where the workflows of a report are written.
#[derive(Clone, Copy, Default)]
pub struct Places<'a> {
    sources: Option<&'a Sources>,
    /// One entry a workflow, in the report's order.
    origins: &'a [Option<WorkflowOrigin>],
    /// The directory that the files' names are relative to; `None` where they are as they were named.
    directory: Option<&'a Path>,
}

/// Rules that are about the role's trust policy.
const TRUST: &[RuleId] = rule_ids![
    "open-role-trust",
    "unconditioned-role-trust",
    "external-invocation",
];

impl<'a> Places<'a> {
    /// The places of workflows whose origins stand in the report's order.
    pub const fn new(sources: &'a Sources, origins: &'a [Option<WorkflowOrigin>]) -> Self {
        Self {
            sources: Some(sources),
            origins,
            directory: None,
        }
    }

    /// The same, of files whose names are relative to this directory: what is said of an account does not depend on where
    /// its directory lies.
    pub const fn within(self, directory: Option<&'a Path>) -> Self {
        Self { directory, ..self }
    }

    /// The path of a place's file from the working directory, for tools that open it.
    pub fn path(&self, at: &Location) -> PathBuf {
        self.from_here(Path::new(&at.file))
    }

    /// A file's path from the working directory.
    pub fn from_here(&self, file: &Path) -> PathBuf {
        match self.directory {
            Some(directory) => directory.join(file),
            None => file.to_owned(),
        }
    }

    /// The origin of the workflow of this place in the report.
    pub fn origin(&self, index: usize) -> Option<&'a WorkflowOrigin> {
        self.origins.get(index)?.as_ref()
    }

    /// Where a finding is to be shown: in the definition, at the statement of the role's policy, in the trust policy, or at
    /// the workflow as a whole.
    pub fn finding(&self, index: usize, finding: &Finding) -> Option<Location> {
        let origin = self.origin(index)?;
        if let Some(pointer) = finding.pointer() {
            return self.at(&origin.definition, pointer);
        }
        let policy = finding.policy();
        let policy = policy.and_then(|p| Some((origin.policies.get(&p.name)?, p.statement)));
        let trust = origin.trust.as_ref();
        let written = match (policy, trust.filter(|_| TRUST.contains(&finding.rule()))) {
            (Some((place, statement)), _) => self.statement(place, statement),
            (None, Some(trust)) => self.at(trust, &Pointer::root()),
            (None, None) => None,
        };
        // What a transform writes for the workflow stands nowhere: the workflow is what a person can change.
        written.or_else(|| self.at(&origin.whole, &Pointer::root()))
    }

    /// The statement of the role's policy that a finding names, where that is not what [`Places::finding`] shows.
    pub fn policy(&self, index: usize, finding: &Finding) -> Option<Location> {
        let origin = self.origin(index)?;
        let policy = finding.policy().filter(|_| finding.pointer().is_some())?;
        self.statement(origin.policies.get(&policy.name)?, policy.statement)
    }

    /// Where a pointer into the definition leads.
    pub fn pointer(&self, index: usize, pointer: &Pointer) -> Option<Location> {
        self.at(&self.origin(index)?.definition, pointer)
    }

    /// The fix of a finding as a change of a file, with the file; `None` where `fix` does not write it, or its text may not
    /// be shown.
    pub fn fix(&self, index: usize, finding: &Finding) -> Option<(&'a Document, FileChange)> {
        let sources = self.sources?;
        let change = file_patch::change(sources, self.origin(index), finding, &|_, _| None).ok()?;
        let document = sources.document(&change.file)?;
        sources.is_shown(&change.file).then_some((document, change))
    }

    /// The text of a line, without its end.
    pub fn line(&self, file: &str, line: usize) -> Option<&'a str> {
        self.sources?.line(Path::new(file), line)
    }

    fn at(&self, place: &Place, pointer: &Pointer) -> Option<Location> {
        self.sources?.locate(place, pointer)
    }

    /// A statement of a policy's document; `Statement` may hold one without an array.
    fn statement(&self, place: &Place, index: usize) -> Option<Location> {
        let sources = self.sources?;
        let all = Pointer::root().key("Statement");
        let one = all.index(index);
        match sources.holds(place, &one) {
            true => sources.locate(place, &one),
            false => sources.locate(place, &all),
        }
    }
}
