//! The order in a layer: by the middle of the neighbours, down and up again, as long as fewer arrows cross.

use super::{Proper, get, list};

/// Rounds down and up.
const ROUNDS: usize = 10;

/// Orders the slots of every layer.
pub fn order(graph: &mut Proper) {
    let mut best = graph.layers.clone();
    let mut fewest = crossings(graph);
    for round in 0..ROUNDS {
        if fewest == 0 {
            break;
        }
        let count = graph.layers.len();
        for step in 1..count {
            match round % 2 == 0 {
                true => sort(graph, step, true),
                false => sort(graph, count - 1 - step, false),
            }
        }
        let now = crossings(graph);
        if now < fewest {
            fewest = now;
            best.clone_from(&graph.layers);
        }
    }
    graph.layers = best;
}

/// Sorts one layer by the neighbours above or below; what has none keeps its place.
fn sort(graph: &mut Proper, layer: usize, by_above: bool) {
    let place = places(graph);
    let near = if by_above { &graph.above } else { &graph.below };
    let middle = |at: &usize| {
        let near = list(near, *at);
        let sum: usize = near.iter().map(|one| get(&place, *one)).sum();
        // In thousandths, so that neighbours' middles are told apart.
        (sum * 1000)
            .checked_div(near.len())
            .unwrap_or(get(&place, *at) * 1000)
    };
    let mut slots = list(&graph.layers, layer).to_vec();
    slots.sort_by_key(middle);
    graph
        .layers
        .get_mut(layer)
        .into_iter()
        .for_each(|layer| layer.clone_from(&slots));
}

/// The place of each slot in its layer.
fn places(graph: &Proper) -> Vec<usize> {
    let mut places = vec![0; graph.slots.len()];
    for layer in &graph.layers {
        for (place, at) in layer.iter().enumerate() {
            places.get_mut(*at).into_iter().for_each(|p| *p = place);
        }
    }
    places
}

/// How many pairs of arrows cross between neighbouring layers.
fn crossings(graph: &Proper) -> usize {
    let place = places(graph);
    let mut crossings = 0;
    for layer in &graph.layers {
        let mut sorted: Vec<usize> = Vec::new();
        for at in layer {
            let mut ends: Vec<usize> = list(&graph.below, *at)
                .iter()
                .map(|to| get(&place, *to))
                .collect();
            ends.sort_unstable();
            // Every end further right that an arrow from further left has.
            let crossed = ends
                .iter()
                .map(|end| sorted.len() - sorted.partition_point(|s| s <= end));
            crossings += crossed.sum::<usize>();
            for end in ends {
                let at = sorted.partition_point(|s| *s <= end);
                sorted.insert(at, end);
            }
        }
    }
    crossings
}
