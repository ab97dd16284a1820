//! Published versions: `versions/NAME/N.json`, each a DescribeStateMachine response of the version's ARN.

use std::path::Path;

use super::entries::{Files, Reader};
use super::{MAX_STATE_MACHINE_BYTES, Texts, describe, read_regular};
use crate::gap::{Input, Unread};
use crate::snapshot::StateMachine;

/// The folder that holds them.
pub(super) const FOLDER: &str = "versions";

/// Path and text of every file, in the order of the paths.
pub(super) fn files(dir: &Path, unreadable: &mut Vec<Unread>) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    let folder = dir.join(FOLDER);
    if folder.symlink_metadata().is_ok() && !folder.is_dir() {
        let why = "it is no directory with one of each workflow";
        unreadable.push(Unread::of_account(Input::Versions, FOLDER, why).file());
    }
    for workflow in names(&dir.join(FOLDER)) {
        let of = dir.join(FOLDER).join(&workflow);
        if of.is_dir() && of.is_symlink() {
            let (what, why) = (
                format!("{FOLDER}/{workflow}"),
                "it is a link to a directory",
            );
            unreadable.push(Unread::of_account(Input::Versions, what, why).file());
            continue;
        }
        for file in names(&of) {
            let json = Path::new(&file).extension().is_some_and(|e| e == "json");
            paths.extend(json.then(|| format!("{FOLDER}/{workflow}/{file}")));
        }
    }
    let mut texts = Vec::with_capacity(paths.len());
    for path in paths {
        match read_regular(&dir.join(&path), MAX_STATE_MACHINE_BYTES) {
            Ok(text) => texts.push((path, text)),
            Err(why) => unreadable.push(Unread::of_account(Input::Versions, path, why).file()),
        }
    }
    texts
}

/// Says that the folder is there, though nothing may be in it.
pub(super) fn mark(dir: &Path, entries: &mut Files) {
    if dir.join(FOLDER).is_dir() {
        entries.insert(format!("{FOLDER}/"), String::new());
    }
}

/// Whether the versions were read: there are some, their folder is there, or `collected.json` says so.
pub(super) fn are_read(texts: &Texts) -> bool {
    let is_marked = || texts.entries.contains_key(&format!("{FOLDER}/"));
    let is_collected = || Reader::new(&texts.entries, &mut Vec::new()).is_collected(FOLDER);
    !texts.versions.is_empty() || is_marked() || is_collected()
}

/// The names in a folder, in order; none where it is not there.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The versions, each with the ARN of its workflow.
pub(super) fn read(texts: &[(String, String)], unreadable: &mut Vec<Unread>) -> Vec<StateMachine> {
    let mut versions = Vec::new();
    for (path, text) in texts {
        let read = describe::state_machine(text).and_then(|machine| {
            machine
                .of_version()
                .ok_or_else(|| "its `stateMachineArn` is that of no version".to_owned())
        });
        match read {
            Ok(machine) => versions.push(machine),
            Err(why) => {
                unreadable.push(Unread::of_account(Input::Versions, path.clone(), why).file())
            }
        }
    }
    versions
}
