//! Which layer each node is in, and the bends of arrows that pass layers.

use super::{MAX_BENDS, Proper, Size, Slot, get, list};

/// Width of a bend.
const BEND: i32 = 12;

/// The graph in layers.
pub fn proper(sizes: &[Size], arrows: &[(usize, usize)], start: Option<usize>) -> Proper {
    let count = sizes.len();
    let drawn = |(from, to): &(usize, usize)| from != to && *from < count && *to < count;
    let turned = back_arrows(count, arrows, start);
    let downward: Vec<Option<(usize, usize)>> = arrows
        .iter()
        .zip(&turned)
        .map(|(arrow, turned)| {
            let (from, to) = *arrow;
            drawn(arrow).then_some(if *turned { (to, from) } else { (from, to) })
        })
        .collect();
    let layer = layers(count, &downward);
    let mut graph = Proper {
        slots: Vec::new(),
        layers: vec![Vec::new(); layer.iter().max().map_or(0, |deepest| deepest + 1)],
        turned,
        ..Proper::default()
    };
    for (at, size) in sizes.iter().enumerate() {
        graph.add(get(&layer, at), size.width);
    }
    for arrow in downward {
        let chain = arrow.map(|(from, to)| graph.chain(from, to));
        graph.chains.push(chain);
    }
    graph
}

impl Proper {
    fn add(&mut self, layer: usize, width: i32) -> usize {
        let at = self.slots.len();
        self.slots.push(Slot { layer, width, x: 0 });
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        if let Some(slots) = self.layers.get_mut(layer) {
            slots.push(at);
        }
        at
    }

    /// The slots of an arrow, with a bend in every layer between.
    fn chain(&mut self, from: usize, to: usize) -> Vec<usize> {
        let (top, bottom) = (get(&self.slots, from).layer, get(&self.slots, to).layer);
        let mut chain = vec![from];
        if self.slots.len() + bottom.saturating_sub(top) <= MAX_BENDS {
            for layer in top + 1..bottom {
                chain.push(self.add(layer, BEND));
            }
        }
        chain.push(to);
        for pair in chain.windows(2) {
            if let [upper, lower] = pair {
                self.below
                    .get_mut(*upper)
                    .into_iter()
                    .for_each(|all| all.push(*lower));
                self.above
                    .get_mut(*lower)
                    .into_iter()
                    .for_each(|all| all.push(*upper));
            }
        }
        chain
    }
}

/// Which arrows lead back to a node that a walk from the start is still inside of.
fn back_arrows(count: usize, arrows: &[(usize, usize)], start: Option<usize>) -> Vec<bool> {
    #[derive(Clone, Copy, Default, PartialEq)]
    enum Seen {
        #[default]
        Not,
        Inside,
        Left,
    }
    let mut leading: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, (from, _)) in arrows.iter().enumerate() {
        leading
            .get_mut(*from)
            .into_iter()
            .for_each(|all| all.push(index));
    }
    let mut turned = vec![false; arrows.len()];
    let mut seen = vec![Seen::Not; count];
    for root in start.into_iter().chain(0..count) {
        let mut walk = vec![(root, 0)];
        while let Some((at, next)) = walk.pop() {
            let Some(state) = seen.get_mut(at) else {
                continue;
            };
            if next == 0 {
                if *state != Seen::Not {
                    continue;
                }
                *state = Seen::Inside;
            }
            let Some(arrow) = list(&leading, at).get(next) else {
                *state = Seen::Left;
                continue;
            };
            walk.push((at, next + 1));
            let (_, to) = get(arrows, *arrow);
            match get(&seen, to) {
                Seen::Not => walk.push((to, 0)),
                Seen::Inside => turned
                    .iter_mut()
                    .skip(*arrow)
                    .take(1)
                    .for_each(|t| *t = true),
                Seen::Left => {}
            }
        }
    }
    turned
}

/// The layer of each node: behind all that lead to it.
fn layers(count: usize, arrows: &[Option<(usize, usize)>]) -> Vec<usize> {
    let mut waits = vec![0_usize; count];
    let mut leading: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in arrows.iter().flatten() {
        leading
            .get_mut(*from)
            .into_iter()
            .for_each(|all| all.push(*to));
        waits.get_mut(*to).into_iter().for_each(|waits| *waits += 1);
    }
    let mut layer = vec![0; count];
    let mut free: Vec<usize> = (0..count).filter(|at| get(&waits, *at) == 0).collect();
    while let Some(at) = free.pop() {
        let below = get(&layer, at) + 1;
        for to in list(&leading, at) {
            layer
                .get_mut(*to)
                .into_iter()
                .for_each(|layer| *layer = below.max(*layer));
            if let Some(waits) = waits.get_mut(*to) {
                *waits -= 1;
                if *waits == 0 {
                    free.push(*to);
                }
            }
        }
    }
    layer
}
