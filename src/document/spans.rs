//! Where each value of a document stands in its text: a tree beside the document's own, kept by its parser.

use crate::loc::Pointer;

/// Bytes of a text, the end not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// One value of a document.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// The key that it stands under, with its quotes; `None` for elements and for the document itself.
    pub key: Option<Span>,
    /// The value, with its quotes or brackets.
    pub value: Span,
    /// What stands inside it.
    pub inner: Inner,
}

/// What stands inside a value.
#[derive(Clone, Debug, Default)]
pub enum Inner {
    /// A scalar.
    #[default]
    Leaf,
    /// The elements of an array, in order.
    Items(Vec<Node>),
    /// The members of an object, in order, with their names.
    Members(Vec<(String, Node)>),
}

impl Node {
    /// The member of this name, or the element of this index in decimal.
    pub fn get(&self, token: &str) -> Option<&Self> {
        match &self.inner {
            Inner::Leaf => None,
            Inner::Items(items) => items.get(token.parse::<usize>().ok()?),
            // The last of two keys is the one whose value counts.
            Inner::Members(members) => members.iter().rfind(|(k, _)| k == token).map(|(_, n)| n),
        }
    }

    /// What a pointer leads to.
    pub fn find(&self, pointer: &Pointer) -> Option<&Self> {
        let tokens = pointer.tokens();
        tokens.iter().try_fold(self, |node, token| node.get(token))
    }

    /// What to show of it: a scalar with its key, of anything larger the key alone, so that a whole state is not one
    /// underlined block of forty lines; of an element without a key its first byte.
    pub fn shown(&self) -> Span {
        match (self.key, &self.inner) {
            (Some(key), Inner::Leaf) => Span {
                start: key.start,
                end: self.value.end.max(key.end),
            },
            (Some(key), _) => key,
            (None, Inner::Leaf) => self.value,
            (None, _) => Span {
                start: self.value.start,
                end: self.value.end.min(self.value.start + 1),
            },
        }
    }
}
