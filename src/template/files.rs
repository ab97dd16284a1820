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
    broken: RefCell<Vec<(PathBuf, String)>>,
}

impl<'a> Files<'a> {
    pub fn new(open: &'a dyn Fn(&Path) -> Result<Document, String>) -> Self {
        Self {
            open,
            taken: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Of a file that was read: something that nothing can be judged by, in words that follow its name.
    pub fn tell(&self, file: &Path, what: String) {
        let told = (file.to_owned(), what);
        let mut broken = self.broken.borrow_mut();
        if !broken.contains(&told) {
            broken.push(told);
        }
    }

    /// A file without which something of the template is not judged, as [`Files::open`] gives it. That it is of no use is a
    /// mistake to be told, and no matter of the deployment.
    pub fn needed(&self, from: &Path, named: &Path) -> Result<Document, String> {
        let opened = self.open(from, named);
        opened.inspect_err(|why| self.missing(from, named, why))
    }

    /// The same of its text alone.
    pub fn needed_text(&self, from: &Path, named: &Path) -> Result<Document, String> {
        let opened = self.open_text(from, named);
        opened.inspect_err(|why| self.missing(from, named, why))
    }

    fn missing(&self, from: &Path, named: &Path, why: &str) {
        let file = normal(&from.parent().unwrap_or(Path::new("")).join(named));
        let from = from.display();
        self.tell(
            &file,
            format!("is named by `{from}` and cannot be judged: {why}"),
        );
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

    /// What was told of files that are of no use.
    pub fn end(self) -> Vec<(PathBuf, String)> {
        self.broken.into_inner()
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
