//! The files beside a template: definitions, OpenAPI documents, nested templates.

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

use crate::document::Document;

/// No template names more files than this.
const MAX_FILES: usize = 500;

/// Opens files for the reader and remembers which it took in.
pub(super) struct Files<'a> {
    open: &'a dyn Fn(&Path) -> Result<Document, String>,
    taken: RefCell<Vec<PathBuf>>,
}

impl<'a> Files<'a> {
    pub fn new(open: &'a dyn Fn(&Path) -> Result<Document, String>) -> Self {
        Self {
            open,
            taken: RefCell::default(),
        }
    }

    /// The file that a template names, read.
    pub fn open(&self, from: &Path, named: &Path) -> Result<Document, String> {
        let document = self.open_text(from, named)?;
        match document.value.is_null() {
            true => Err(format!(
                "`{}` is not valid JSON or YAML",
                document.path.display()
            )),
            false => Ok(document),
        }
    }

    /// The text of the file that a template names, relative to the template's own. What is absolute or a place in the network is not
    /// opened: whoever wrote the template must not choose what of this machine is read.
    pub fn open_text(&self, from: &Path, named: &Path) -> Result<Document, String> {
        if named.has_root()
            || named
                .components()
                .any(|c| matches!(c, Component::Prefix(_)))
        {
            return Err(format!(
                "`{}` is an absolute path; name it relative to the template",
                named.display()
            ));
        }
        if self.taken.borrow().len() >= MAX_FILES {
            return Err(format!("the template names more than {MAX_FILES} files"));
        }
        let path = normal(&from.parent().unwrap_or(Path::new("")).join(named));
        let document = (self.open)(&path)?;
        let mut taken = self.taken.borrow_mut();
        if !taken.contains(&path) {
            taken.push(path);
        }
        Ok(document)
    }

    /// The files that were opened.
    pub fn taken(self) -> Vec<PathBuf> {
        self.taken.into_inner()
    }
}

/// The path without `.` and, where a folder stands before it, `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
