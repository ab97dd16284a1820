//! How much room states take, and where they go: inner scopes first, since the states that hold them are as large.

use crate::graph::{Edge, Graph, Node};
use crate::render::escape;
use crate::render::html::layout::{self, Layout, Size};
use crate::render::marks::{Mark, Marks};

/// Height of a line of text in a state.
pub const LINE: i32 = 17;
/// Room around the scopes inside a state.
pub const INSET: i32 = 14;
/// Room between a state's own lines and the scopes inside it.
pub const HEADER: i32 = 6;
/// Room above the start of a scope, for the mark of it.
pub const START: i32 = 24;
/// Characters of a line that are shown.
const MAX_COLUMNS: usize = 34;
/// Width of a character, about.
const CHARACTER: i32 = 7;

/// Where everything is.
pub struct Boxes {
    /// By the index of a scope.
    pub scopes: Vec<Placed>,
    /// By the index of a state.
    pub sizes: Vec<Size>,
}

/// One scope.
#[derive(Clone, Default)]
pub struct Placed {
    /// Its states, in the order of the layout.
    pub states: Vec<usize>,
    /// Its start.
    pub start: Option<usize>,
    /// Its transitions, in the order of the layout: from which state.
    pub arrows: Vec<(usize, Edge)>,
    /// Where they are.
    pub layout: Layout,
    /// What it takes, with the mark of its start.
    pub size: Size,
}

impl Boxes {
    /// Of a graph, with what is to be seen at its states.
    pub fn of(graph: &Graph, marks: &Marks) -> Self {
        let mut boxes = Self {
            scopes: vec![Placed::default(); graph.scopes.len()],
            sizes: vec![Size::default(); graph.states.len()],
        };
        for (index, scope) in graph.scopes.iter().enumerate().rev() {
            for state in &scope.states {
                let size = graph
                    .states
                    .get(*state)
                    .map(|node| boxes.size_of(node, marks.states.get(state)));
                if let (Some(place), Some(size)) = (boxes.sizes.get_mut(*state), size) {
                    *place = size;
                }
            }
            let placed = boxes.placed(graph, index);
            boxes
                .scopes
                .get_mut(index)
                .into_iter()
                .for_each(|place| *place = placed.clone());
        }
        boxes
    }

    /// What the whole picture takes.
    pub fn size(&self) -> Size {
        let top = self
            .scopes
            .first()
            .map(|scope| scope.size)
            .unwrap_or_default();
        Size {
            // The badge at the right edge stands over it.
            width: top.width + 10,
            height: top.height,
        }
    }

    fn placed(&self, graph: &Graph, index: usize) -> Placed {
        let Some(scope) = graph.scopes.get(index) else {
            return Placed::default();
        };
        let place = |state: usize| scope.states.iter().position(|one| *one == state);
        let sizes: Vec<Size> = scope
            .states
            .iter()
            .map(|state| self.sizes.get(*state).copied().unwrap_or_default())
            .collect();
        let mut arrows = Vec::new();
        let mut ends = Vec::new();
        for (from, state) in scope.states.iter().enumerate() {
            for edge in graph
                .states
                .get(*state)
                .into_iter()
                .flat_map(|node| &node.edges)
            {
                arrows.push((*state, edge.clone()));
                ends.push((from, place(edge.to).unwrap_or(usize::MAX)));
            }
        }
        let layout = layout::layout(&sizes, &ends, scope.start.and_then(place));
        Placed {
            states: scope.states.clone(),
            start: scope.start,
            arrows,
            size: Size {
                width: layout.size.width,
                height: layout.size.height + START,
            },
            layout,
        }
    }

    fn size_of(&self, node: &Node, mark: Option<&Mark>) -> Size {
        let lines = lines(node, mark);
        let widest = lines.iter().map(|(_, text)| columns(text)).max();
        let width = (widest.unwrap_or_default() * CHARACTER + 22).max(84);
        let height = header(node, mark);
        let inner = node
            .inner
            .iter()
            .filter_map(|scope| Some(self.scopes.get(*scope)?.size));
        let inner: Vec<Size> = inner.collect();
        if inner.is_empty() {
            return Size { width, height };
        }
        let across: i32 = inner.iter().map(|size| size.width + INSET).sum();
        let deepest = inner
            .iter()
            .map(|size| size.height)
            .max()
            .unwrap_or_default();
        Size {
            width: width.max(across + INSET),
            height: height + HEADER + deepest + INSET,
        }
    }
}

/// The height of a state's own lines.
pub fn header(node: &Node, mark: Option<&Mark>) -> i32 {
    i32::try_from(lines(node, mark).len()).unwrap_or(1) * LINE + 9
}

/// The lines of a state, each with its class.
pub fn lines(node: &Node, mark: Option<&Mark>) -> Vec<(&'static str, String)> {
    let mut lines = vec![("name", cut(&node.name))];
    match &node.calls {
        Some(calls) => lines.push(("calls", cut(calls))),
        None => lines.push(("calls", node.word().to_owned())),
    }
    if let Some(reach) = mark.and_then(|mark| mark.reach.as_ref()) {
        lines.push(("reach", cut(&format!("reaches {}", short(reach)))));
    }
    lines
}

/// An ARN without what is the same for all of a service: `lambda function:*`.
fn short(reach: &str) -> String {
    let parts: Vec<&str> = reach.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, service, _, _, rest] => format!("{service} {rest}"),
        _ => reach.to_owned(),
    }
}

fn cut(text: &str) -> String {
    let text = escape::line(text);
    match text.char_indices().nth(MAX_COLUMNS) {
        None => text,
        Some((at, _)) => format!("{}…", text.split_at(at).0),
    }
}

/// Columns that a text takes: letters of East Asian scripts take two.
fn columns(text: &str) -> i32 {
    let wide = |c: char| i32::from(c >= '\u{1100}') + 1;
    text.chars().map(wide).sum()
}
