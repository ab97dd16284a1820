//! Where what is judged was written: which value of which file is a workflow's definition, or a policy of its role, so
//! that a pointer into either leads back to a line that a person can change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Serialize;

use super::embedded::Embedded;
use super::{Document, Keep, Node, Notation, Span, read};
use crate::loc::Pointer;

/// A value of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The value in it.
    pub pointer: Pointer,
}

/// Where one workflow and its role are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkflowOrigin {
    /// What names the workflow in its file, such as its logical id; empty where the file is the workflow.
    pub identity: String,
    /// The workflow as a whole.
    pub whole: Place,
    /// Its definition.
    pub definition: Place,
    /// The documents of its role's policies, by their names.
    pub policies: BTreeMap<String, Place>,
    /// The trust policy's document.
    pub trust: Option<Place>,
}

/// Where the workflows of an account are written, by ARN.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// One entry a workflow.
    pub workflows: BTreeMap<String, WorkflowOrigin>,
}

/// A place in a file, for people and tools: lines and columns from 1, columns in Unicode code points, the end behind the
/// last character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The file's path, as it was named.
    pub file: String,
    /// Where it begins.
    pub line: usize,
    /// Where it begins.
    pub column: usize,
    /// Where it ends.
    pub end_line: usize,
    /// Where it ends.
    pub end_column: usize,
}

/// The documents that were read, by path.
#[derive(Debug, Default)]
pub struct Sources {
    documents: BTreeMap<PathBuf, Document>,
    /// Documents whose text is not shown, since a credential stands in them.
    withheld: BTreeSet<PathBuf>,
    /// Texts inside them that were looked into.
    inside: RefCell<BTreeMap<Place, Option<Rc<Inside>>>>,
}

/// A text inside a document, read.
#[derive(Debug)]
struct Inside {
    embedded: Embedded,
    node: Node,
}

impl Sources {
    /// Adds a document.
    pub fn add(&mut self, document: Document) {
        self.documents.insert(document.path.clone(), document);
    }

    /// Shows no text of the document of this path.
    pub fn withhold(&mut self, path: &Path) {
        self.withheld.insert(path.to_owned());
    }

    /// Whether the text of the document of this path may be shown.
    pub fn is_shown(&self, path: &Path) -> bool {
        !self.withheld.contains(path)
    }

    /// A line of a document, from 1, without its end; `None` also where its text is not shown.
    pub fn line(&self, path: &Path, line: usize) -> Option<&str> {
        let document = self.documents.get(path)?;
        match self.withheld.contains(path) {
            true => None,
            false => document.lines.line(&document.text, line),
        }
    }

    /// The document of this path.
    pub fn document(&self, path: &Path) -> Option<&Document> {
        self.documents.get(path)
    }

    /// Every document.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// Where a value stands that is written at `inner` in the value at `place`: of what cannot be followed so far, the
    /// nearest thing around it.
    pub fn locate(&self, place: &Place, inner: &Pointer) -> Option<Location> {
        let document = self.documents.get(&place.file)?;
        let span = self.span(document, place, inner)?;
        let start = document.lines.place(&document.text, span.start);
        let end = document.lines.place(&document.text, span.end);
        Some(Location {
            file: place.file.to_string_lossy().into_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        })
    }

    /// Whether a value is written at `inner` in the value at `place`.
    pub fn holds(&self, place: &Place, inner: &Pointer) -> bool {
        let found = || {
            let document = self.documents.get(&place.file)?;
            let base = document.node.find(&place.pointer)?;
            if base.find(inner).is_some() {
                return Some(());
            }
            let inside = self.inside(document, place, base)?;
            inside.node.find(inner).map(|_| ())
        };
        found().is_some()
    }

    fn span(&self, document: &Document, place: &Place, inner: &Pointer) -> Option<Span> {
        let base = document.node.find(&place.pointer)?;
        if let Some(found) = base.find(inner) {
            return Some(found.shown());
        }
        if let Some(inside) = self.inside(document, place, base)
            && let Some(span) = inside.span(inner)
        {
            return Some(span);
        }
        let mut at = base;
        for token in inner.tokens() {
            match at.get(&token) {
                Some(next) => at = next,
                None => break,
            }
        }
        Some(at.shown())
    }

    /// The text that a value of a document is, read; once for each.
    fn inside(&self, document: &Document, place: &Place, base: &Node) -> Option<Rc<Inside>> {
        if let Some(known) = self.inside.borrow().get(place) {
            return known.clone();
        }
        let value = document.value.pointer(place.pointer.as_str());
        let embedded = value.and_then(|value| Embedded::of(document, value, base));
        let inside = embedded.map(|embedded| {
            let notation = Notation::of_text(&embedded.text);
            let node = read(&embedded.text, notation, Keep::Positions).node;
            Rc::new(Inside { embedded, node })
        });
        let mut known = self.inside.borrow_mut();
        known.insert(place.clone(), inside.clone());
        inside
    }
}

impl Inside {
    fn span(&self, inner: &Pointer) -> Option<Span> {
        let mut at = &self.node;
        for token in inner.tokens() {
            match at.get(&token) {
                Some(next) => at = next,
                None if std::ptr::eq(at, &self.node) => return None,
                None => break,
            }
        }
        let shown = at.shown();
        Some(Span {
            start: self.embedded.outside(shown.start)?,
            end: self.embedded.outside(shown.end)?,
        })
    }
}
