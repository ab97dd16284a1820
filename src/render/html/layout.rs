//! Where the nodes of a directed graph go: in layers from top to bottom, crossings few, arrows through free places.
//!
//! The way is Sugiyama's: arrows that close a circle are turned around, each node gets the layer behind all that lead to
//! it, long arrows get a bend in every layer that they pass, the order in a layer follows the neighbours' middle, and last
//! the places in a layer are pulled straight. Whole numbers only, a fixed number of rounds: the same graph gives the same
//! picture, in a time that its size bounds.

mod layers;
mod order;

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: i32,
    /// From top to bottom.
    pub height: i32,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// Where everything goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// What it takes.
    pub size: Size,
    /// The upper left corner of each node.
    pub nodes: Vec<Point>,
    /// The bends of each arrow, both ends included, in the arrow's own direction; none for an arrow to where it comes from.
    pub arrows: Vec<Vec<Point>>,
}

/// Between neighbours in a layer.
const GAP: i32 = 28;
/// Between layers.
const LAYER_GAP: i32 = 46;
/// Between arrows that begin or end at one node.
const PORT: i32 = 18;
/// More bends than this are not made: the arrows that are left go straight.
const MAX_BENDS: usize = 4000;

/// One thing in a layer: a node, or the bend of an arrow.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    layer: usize,
    width: i32,
    /// Left edge.
    x: i32,
}

/// The graph with a bend in every layer that an arrow passes: every link leads one layer down, but for arrows without bends.
#[derive(Default)]
struct Proper {
    slots: Vec<Slot>,
    /// The slots of each layer, left to right.
    layers: Vec<Vec<usize>>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// The slots of each arrow, downwards; `None` for an arrow to where it comes from.
    chains: Vec<Option<Vec<usize>>>,
    /// Whether the arrow was turned around.
    turned: Vec<bool>,
}

/// Lays a graph out. `start` goes to the top. Arrows name nodes by index; one that names none is not drawn.
pub fn layout(sizes: &[Size], arrows: &[(usize, usize)], start: Option<usize>) -> Layout {
    let mut graph = layers::proper(sizes, arrows, start);
    order::order(&mut graph);
    straighten(&mut graph);
    placed(sizes, &graph)
}

fn get<T: Copy + Default>(all: &[T], at: usize) -> T {
    all.get(at).copied().unwrap_or_default()
}

fn list(all: &[Vec<usize>], at: usize) -> &[usize] {
    all.get(at).map_or(&[], Vec::as_slice)
}

/// Rounds of pulling straight.
const ROUNDS: usize = 12;

/// Pulls each slot towards the middle of its neighbours, as far as the order leaves room.
fn straighten(graph: &mut Proper) {
    for layer in graph.layers.clone() {
        let mut x = 0;
        for slot in layer {
            if let Some(slot) = graph.slots.get_mut(slot) {
                slot.x = x;
                x += slot.width + GAP;
            }
        }
    }
    let count = graph.layers.len();
    for round in 0..ROUNDS {
        let down = round % 2 == 0;
        for step in 0..count {
            let layer = if down { step } else { count - 1 - step };
            pull(graph, layer, down);
        }
    }
    let least = graph
        .slots
        .iter()
        .map(|slot| slot.x)
        .min()
        .unwrap_or_default();
    for slot in &mut graph.slots {
        slot.x -= least;
    }
}

/// Moves the slots of one layer. Of two placements that keep the order, one pushed to the right and one to the left, the
/// middle keeps it too.
fn pull(graph: &mut Proper, layer: usize, down: bool) {
    let slots = list(&graph.layers, layer).to_vec();
    let centre = |at: &usize| {
        let slot = get(&graph.slots, *at);
        slot.x + slot.width / 2
    };
    let wanted: Vec<i32> = slots
        .iter()
        .map(|at| {
            let slot = get(&graph.slots, *at);
            let near = list(if down { &graph.above } else { &graph.below }, *at);
            let sum: i32 = near.iter().map(centre).sum();
            match i32::try_from(near.len()) {
                Ok(n) if n > 0 => sum / n - slot.width / 2,
                _ => slot.x,
            }
        })
        .collect();
    let width = |at: &usize| get(&graph.slots, *at).width;
    let mut right = Vec::with_capacity(slots.len());
    let mut least = i32::MIN;
    for (at, wanted) in slots.iter().zip(&wanted) {
        let x = least.max(*wanted);
        right.push(x);
        least = x + width(at) + GAP;
    }
    let mut most = i32::MAX;
    let mut left = Vec::with_capacity(slots.len());
    for (at, wanted) in slots.iter().zip(&wanted).rev() {
        let x = wanted.min(&most.saturating_sub(width(at))).to_owned();
        left.push(x);
        most = x - GAP;
    }
    left.reverse();
    for ((at, right), left) in slots.iter().zip(right).zip(left) {
        if let Some(slot) = graph.slots.get_mut(*at) {
            slot.x = left + (right - left) / 2;
        }
    }
}

/// The places, and the bends of the arrows.
fn placed(sizes: &[Size], graph: &Proper) -> Layout {
    let mut tops = Vec::new();
    let mut heights = Vec::new();
    let mut y = 0;
    for layer in &graph.layers {
        let height = layer
            .iter()
            .map(|at| get(sizes, *at).height)
            .max()
            .unwrap_or_default();
        tops.push(y);
        heights.push(height);
        y += height + LAYER_GAP;
    }
    let node = |at: usize| {
        let slot = get(&graph.slots, at);
        let spare = get(&heights, slot.layer) - get(sizes, at).height;
        Point {
            x: slot.x,
            y: get(&tops, slot.layer) + spare / 2,
        }
    };
    let nodes: Vec<Point> = (0..sizes.len()).map(node).collect();
    let ends = Ends::of(graph);
    let arrows = graph.chains.iter().enumerate().map(|(index, chain)| {
        let Some(chain) = chain else {
            return Vec::new();
        };
        let mut points = Vec::new();
        if let (Some(first), Some(last)) = (chain.first(), chain.last()) {
            let (from, to) = (get(&nodes, *first), get(&nodes, *last));
            let bottom = from.y + get(sizes, *first).height;
            points.push(Point {
                x: ends.leave(graph, index),
                y: bottom,
            });
            for bend in chain.get(1..chain.len() - 1).unwrap_or_default() {
                let slot = get(&graph.slots, *bend);
                let x = slot.x + slot.width / 2;
                let top = get(&tops, slot.layer);
                points.push(Point { x, y: top });
                points.push(Point {
                    x,
                    y: top + get(&heights, slot.layer),
                });
            }
            points.push(Point {
                x: ends.enter(graph, index),
                y: to.y,
            });
        }
        if graph.turned.get(index) == Some(&true) {
            points.reverse();
        }
        points
    });
    let arrows = arrows.collect();
    let width = graph.slots.iter().map(|slot| slot.x + slot.width).max();
    let size = Size {
        width: width.unwrap_or_default(),
        height: (y - LAYER_GAP).max(0),
    };
    Layout {
        size,
        nodes,
        arrows,
    }
}

/// Where arrows leave and enter: side by side, in the order of where they lead.
struct Ends {
    leaving: Vec<Vec<usize>>,
    entering: Vec<Vec<usize>>,
}

impl Ends {
    fn of(graph: &Proper) -> Self {
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); graph.slots.len()];
        let mut entering = leaving.clone();
        for (index, chain) in graph.chains.iter().enumerate() {
            let Some([first, .., last]) = chain.as_deref() else {
                continue;
            };
            leaving
                .get_mut(*first)
                .into_iter()
                .for_each(|all| all.push(index));
            entering
                .get_mut(*last)
                .into_iter()
                .for_each(|all| all.push(index));
        }
        let towards = |index: &usize, second: bool| {
            let chain = graph.chains.get(*index).and_then(Option::as_deref);
            let at = match chain {
                Some([_, next, ..]) if second => *next,
                Some([.., before, _]) => *before,
                _ => 0,
            };
            let slot = get(&graph.slots, at);
            slot.x + slot.width / 2
        };
        for all in &mut leaving {
            all.sort_by_key(|index| towards(index, true));
        }
        for all in &mut entering {
            all.sort_by_key(|index| towards(index, false));
        }
        Self { leaving, entering }
    }

    fn leave(&self, graph: &Proper, arrow: usize) -> i32 {
        let chain = graph.chains.get(arrow).and_then(Option::as_deref);
        chain
            .and_then(<[usize]>::first)
            .map_or(0, |at| port(graph, *at, &self.leaving, arrow))
    }

    fn enter(&self, graph: &Proper, arrow: usize) -> i32 {
        let chain = graph.chains.get(arrow).and_then(Option::as_deref);
        chain
            .and_then(<[usize]>::last)
            .map_or(0, |at| port(graph, *at, &self.entering, arrow))
    }
}

fn port(graph: &Proper, at: usize, ends: &[Vec<usize>], arrow: usize) -> i32 {
    let slot = get(&graph.slots, at);
    let all = list(ends, at);
    let place = all.iter().position(|one| *one == arrow).unwrap_or_default();
    let (count, place) = (
        i32::try_from(all.len()).unwrap_or(1),
        i32::try_from(place).unwrap_or(0),
    );
    let step = PORT.min(slot.width / (count + 1));
    slot.x + slot.width / 2 + (2 * place + 1 - count) * step / 2
}

#[cfg(test)]
mod tests;
