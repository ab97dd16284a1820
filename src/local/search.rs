//! Which files of a directory are looked into.
//!
//! Every file in `.json`, `.yaml`, `.yml` or `.template`, in any case, in the directory and those below it. Passed over
//! are hidden directories and those that hold other people's or generated files ([`PASSED_OVER`]), assets of a CDK app
//! (its templates are read), and links to directories, which may lead in a circle; a link to a file is followed.

use std::path::{Path, PathBuf};

use super::Error;
use super::read::io_words;

/// Directories that hold what is not the repository's own, or is made from it.
const PASSED_OVER: [&str; 8] = [
    "node_modules",
    "bower_components",
    "vendor",
    "venv",
    "site-packages",
    "__pycache__",
    "target",
    "coverage",
];
/// Directories nest less deep than this.
const MAX_DEPTH: usize = 64;
/// More files than this are no repository.
const MAX_FILES: usize = 200_000;

/// The files of a directory that may hold something to judge, in the order of their paths.
///
/// # Errors
/// When the directory cannot be listed, or holds too much.
pub fn candidates(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![(dir.to_owned(), 0)];
    let mut seen = 0_usize;
    let fail = |path: &Path, why: String| Error::Unreadable {
        path: path.to_owned(),
        why,
    };
    while let Some((dir, depth)) = open.pop() {
        let entries = std::fs::read_dir(&dir).map_err(|error| fail(&dir, io_words(&error)))?;
        for entry in entries {
            let entry = entry.map_err(|error| fail(&dir, io_words(&error)))?;
            seen += 1;
            if seen > MAX_FILES {
                let why = format!("it holds more than {MAX_FILES} files; name those to check");
                return Err(fail(&dir, why));
            }
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let kind = entry
                .file_type()
                .map_err(|error| fail(&path, io_words(&error)))?;
            if kind.is_dir() {
                if depth < MAX_DEPTH && is_searched(&name) {
                    open.push((path, depth + 1));
                }
            } else if (kind.is_file() || kind.is_symlink()) && is_named_so(&name) && !path.is_dir()
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_searched(name: &str) -> bool {
    !name.starts_with('.') && !name.starts_with("asset.") && !PASSED_OVER.contains(&name)
}

fn is_named_so(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // A CDK app's assets are read through the templates that name them.
    if name.starts_with("asset.") && !claims(&name) {
        return false;
    }
    [".json", ".yaml", ".yml", ".template", ".asl"]
        .iter()
        .any(|e| name.ends_with(e))
}

/// Whether a file's name says that it holds something to judge, so that one which does not is a mistake.
pub fn claims(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = [".json", ".yaml", ".yml"]
        .iter()
        .find_map(|e| name.strip_suffix(e));
    name.ends_with(".asl") || stem.is_some_and(|stem| stem.ends_with(".asl"))
}

/// Whether a text that cannot be read speaks of workflows or is a template by its name, so that passing it over would
/// leave a workflow out in silence.
pub fn concerns(path: &Path, text: &str) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    let template =
        name.starts_with("template.") || name.contains(".template.") || name.ends_with(".template");
    let words = [
        "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::StateMachine",
        "AWSTemplateFormatVersion",
        "aws_sfn_state_machine",
        "StartAt",
    ];
    template || words.iter().any(|word| text.contains(word))
}
