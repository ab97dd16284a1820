//! What the expressions of a template read.

use super::{Node, Template};
use crate::expr::jsonata;
use crate::expr::jsonpath::Path;
use crate::loc::Pointer;

/// One read of a value, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<'a> {
    /// The string of the definition that it stands in.
    pub pointer: &'a Pointer,
    /// Byte offset in the expression there (behind `{%` for JSONata).
    pub at: usize,
    /// What is read.
    pub what: What<'a>,
}

/// What is read.
#[derive(Clone, Debug, PartialEq)]
pub enum What<'a> {
    /// A path into the state's input, the context object or a variable.
    Path(&'a Path),
    /// A variable or a part of `$states`.
    Jsonata(jsonata::Read),
}

impl Template {
    /// Every read in it, in the order of the text. What cannot be read ([`Node::Broken`]) reads nothing that is known.
    pub fn reads(&self) -> Vec<Read<'_>> {
        let mut reads = Vec::new();
        self.collect(&mut reads);
        reads
    }

    fn collect<'a>(&'a self, reads: &mut Vec<Read<'a>>) {
        let pointer = &self.pointer;
        match &self.node {
            Node::Path(path) => reads.push(Read {
                pointer,
                at: 0,
                what: What::Path(path),
            }),
            Node::Intrinsic(call) => {
                reads.extend(call.reads().into_iter().map(|(at, path)| Read {
                    pointer,
                    at,
                    what: What::Path(path),
                }))
            }
            Node::Jsonata(expr) => reads.extend(expr.reads().into_iter().map(|read| Read {
                pointer,
                at: read.span.start,
                what: What::Jsonata(read),
            })),
            Node::Array(items) => items.iter().for_each(|item| item.collect(reads)),
            Node::Object(members) => members.iter().for_each(|(_, item)| item.collect(reads)),
            _ => {}
        }
    }
}
