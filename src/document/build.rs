//! Puts a document together from what a parser meets, container by container: nothing recurses, and what nests beyond
//! the limit loses only what is nested.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::spans::{Inner, Node, Span};
use super::{Issue, Keep};
use crate::budget;
use crate::loc::Pointer;

/// What texts nest deeper than this is not read. `serde_json` itself stops at 128.
pub const MAX_NESTING: usize = 96;
/// What is said of a definition that does: whatever it calls inside is hidden there.
const TOO_DEEP: &str = "a nesting of 96 levels, inside of which nothing is read";

/// No more issues of one text than this are kept.
const MAX_ISSUES: usize = 100;

/// A value that is complete, and where it stands where that is kept.
#[derive(Clone, Debug, Default)]
pub struct Built {
    pub value: Value,
    pub node: Node,
}

/// The document so far.
pub struct Builder {
    open: Vec<Frame>,
    /// How many containers are open beyond the nesting limit.
    skipped: usize,
    skipped_from: Span,
    pub root: Option<Built>,
    pub issues: Vec<Issue>,
    keep: Keep,
}

struct Frame {
    start: usize,
    content: Content,
}

enum Content {
    Items(Vec<Value>, Vec<Node>),
    Members {
        members: Map<String, Value>,
        nodes: Vec<(String, Node)>,
        /// The key whose value comes next.
        key: Option<(String, Span)>,
    },
}

/// Which container begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// An array or a sequence.
    Items,
    /// An object or a mapping.
    Members,
}

impl Builder {
    pub fn new(keep: Keep) -> Self {
        Self {
            open: Vec::new(),
            skipped: 0,
            skipped_from: Span::default(),
            root: None,
            issues: Vec::new(),
            keep,
        }
    }

    /// Whether what comes stands too deep to be read.
    pub fn is_skipping(&self) -> bool {
        self.skipped > 0
    }

    /// Where the innermost open container begins.
    pub fn opened_at(&self) -> Option<usize> {
        self.open.last().map(|frame| frame.start)
    }

    /// Whether a key is what the innermost container waits for.
    pub fn wants_key(&self) -> bool {
        self.skipped == 0
            && self
                .open
                .last()
                .is_some_and(|f| matches!(f.content, Content::Members { key: None, .. }))
    }

    /// Whether the value that comes next is one whose members are merged into the innermost object.
    pub fn merges(&self) -> bool {
        match self.open.last() {
            Some(Frame {
                content:
                    Content::Members {
                        key: Some((key, _)),
                        ..
                    },
                ..
            }) => self.skipped == 0 && key == "<<",
            _ => false,
        }
    }

    pub fn begin(&mut self, container: Container, start: usize) {
        if self.open.len() >= MAX_NESTING || self.skipped > 0 {
            if self.skipped == 0 {
                self.skipped_from = Span { start, end: start };
            }
            self.skipped += 1;
            return;
        }
        let content = match container {
            Container::Items => Content::Items(Vec::new(), Vec::new()),
            Container::Members => Content::Members {
                members: Map::new(),
                nodes: Vec::new(),
                key: None,
            },
        };
        self.open.push(Frame { start, content });
    }

    /// Ends the innermost container; `None` where it stood too deep, or nothing is open.
    pub fn end(&mut self, end: usize) -> Option<Built> {
        if self.skipped > 0 {
            self.skipped -= 1;
            if self.skipped > 0 {
                return None;
            }
            self.issue("nested too deep; what stands inside is not read");
            budget::cut(TOO_DEEP);
            let start = self.skipped_from.start;
            return Some(self.scalar(Value::Null, Span { start, end }));
        }
        let frame = self.open.pop()?;
        let (value, inner) = match frame.content {
            // A text of brackets alone makes hundreds of thousands of lists, most of them of one item.
            Content::Items(mut items, mut nodes) => {
                items.shrink_to_fit();
                nodes.shrink_to_fit();
                (Value::Array(items), Inner::Items(nodes))
            }
            Content::Members {
                members, mut nodes, ..
            } => {
                nodes.shrink_to_fit();
                (Value::Object(members), Inner::Members(nodes))
            }
        };
        let start = frame.start;
        let node = Node {
            key: None,
            value: Span { start, end },
            inner,
        };
        Some(Built { value, node })
    }

    pub fn scalar(&self, value: Value, span: Span) -> Built {
        let node = Node {
            key: None,
            value: span,
            inner: Inner::Leaf,
        };
        Built { value, node }
    }

    /// The key of the value that comes next.
    pub fn key(&mut self, text: String, span: Span) {
        if let Some(Frame {
            content: Content::Members { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some((text, span));
        }
    }

    /// Puts a complete value where it belongs.
    pub fn put(&mut self, built: Built) {
        if self.skipped > 0 {
            return;
        }
        let repeats = match self.open.last() {
            Some(Frame {
                content:
                    Content::Members {
                        members,
                        key: Some((key, _)),
                        ..
                    },
                ..
            }) => members.contains_key(key),
            _ => false,
        };
        if repeats {
            self.issue(Issue::TWICE);
        }
        let keep = self.keep;
        let Some(frame) = self.open.last_mut() else {
            self.root.get_or_insert(built);
            return;
        };
        let Built { value, mut node } = built;
        match &mut frame.content {
            Content::Items(items, nodes) => {
                items.push(value);
                if keep == Keep::Positions {
                    nodes.push(node);
                }
            }
            Content::Members {
                members,
                nodes,
                key,
            } => {
                let Some((name, span)) = key.take() else {
                    return;
                };
                if keep == Keep::Positions {
                    node.key = Some(span);
                    nodes.push((name.clone(), node));
                }
                members.insert(name, value);
            }
        }
    }

    /// Adds the members of other objects that the innermost object has not itself (`<<` in YAML).
    pub fn merge(&mut self, other: Built) {
        let Some(Frame {
            content:
                Content::Members {
                    members,
                    nodes,
                    key,
                },
            ..
        }) = self.open.last_mut()
        else {
            return;
        };
        *key = None;
        match (other.value, other.node.inner) {
            (Value::Object(more), inner) => {
                for (name, value) in more {
                    members.entry(name).or_insert(value);
                }
                if let Inner::Members(more) = inner {
                    let held: HashSet<String> =
                        nodes.iter().map(|(name, _)| name.clone()).collect();
                    nodes.extend(more.into_iter().filter(|(name, _)| !held.contains(name)));
                }
            }
            (Value::Array(all), inner) => {
                let mut places = match inner {
                    Inner::Items(nodes) => nodes.into_iter(),
                    _ => Vec::new().into_iter(),
                };
                for value in all {
                    let node = places.next().unwrap_or_default();
                    if value.is_object() {
                        self.merge(Built { value, node });
                    }
                }
            }
            _ => {}
        }
    }

    /// Closes what the end of a broken text left open.
    pub fn close(&mut self, end: usize) {
        self.skipped = 0;
        while !self.open.is_empty() {
            if let Some(built) = self.end(end) {
                self.put(built);
            }
        }
    }

    /// Something is wrong here.
    pub fn issue(&mut self, message: &'static str) {
        if self.issues.len() >= MAX_ISSUES {
            return;
        }
        let root = Pointer::root();
        let pointer = self
            .open
            .iter()
            .fold(root, |pointer, frame| match &frame.content {
                Content::Items(items, _) => pointer.index(items.len()),
                Content::Members {
                    key: Some((key, _)),
                    ..
                } => pointer.key(key),
                Content::Members { key: None, .. } => pointer,
            });
        self.issues.push(Issue { pointer, message });
    }
}
