use super::*;
use proptest::prelude::*;

const NODE: Size = Size {
    width: 100,
    height: 40,
};

fn overlap(a: (Point, Size), b: (Point, Size)) -> bool {
    a.0.x < b.0.x + b.1.width
        && b.0.x < a.0.x + a.1.width
        && a.0.y < b.0.y + b.1.height
        && b.0.y < a.0.y + a.1.height
}

#[test]
fn a_chain_goes_straight_down_and_a_loop_comes_back_up() {
    let layout = layout(
        &[NODE; 3],
        &[(0, 1), (1, 2), (2, 0), (1, 1), (1, 9)],
        Some(0),
    );
    let ys: Vec<i32> = layout.nodes.iter().map(|node| node.y).collect();
    assert_eq!(ys, [0, 86, 172]);
    let back = &layout.arrows[2];
    assert!(back.first().unwrap().y > back.last().unwrap().y, "{back:?}");
    assert!(layout.arrows[3].is_empty() && layout.arrows[4].is_empty());
}

#[test]
fn branches_stand_beside_each_other_and_below_where_they_part() {
    let layout = layout(&[NODE; 4], &[(0, 1), (0, 2), (1, 3), (2, 3)], Some(0));
    let [top, left, right, bottom] = layout.nodes.as_slice() else {
        unreachable!()
    };
    assert!(left.y == right.y && right.x - left.x >= 100 + GAP);
    assert_eq!(top.x, bottom.x);
    assert!((left.x..=right.x).contains(&top.x));
}

proptest! {
    #[test]
    fn whatever_the_graph_no_nodes_overlap_and_every_arrow_joins_its_ends(
        sizes in proptest::collection::vec((1i32..200, 1i32..80), 0..30),
        arrows in proptest::collection::vec((0usize..32, 0usize..32), 0..80),
        start in proptest::option::of(0usize..32),
    ) {
        let sizes: Vec<Size> = sizes.into_iter().map(|(width, height)| Size { width, height }).collect();
        let layout = layout(&sizes, &arrows, start);
        prop_assert_eq!(layout.nodes.len(), sizes.len());
        let boxes: Vec<(Point, Size)> = layout.nodes.iter().copied().zip(sizes.iter().copied()).collect();
        for (index, one) in boxes.iter().enumerate() {
            prop_assert!(one.0.x >= 0 && one.0.x + one.1.width <= layout.size.width);
            prop_assert!(one.0.y >= 0 && one.0.y + one.1.height <= layout.size.height);
            prop_assert!(boxes[index + 1..].iter().all(|other| !overlap(*one, *other)));
        }
        for ((from, to), points) in arrows.iter().zip(&layout.arrows) {
            let drawn = from != to && *from < sizes.len() && *to < sizes.len();
            prop_assert_eq!(drawn, points.len() >= 2);
            if drawn {
                let touches = |at: usize, point: &Point| {
                    let (corner, size) = boxes[at];
                    (corner.x..=corner.x + size.width).contains(&point.x)
                        && (point.y == corner.y || point.y == corner.y + size.height)
                };
                prop_assert!(touches(*from, points.first().unwrap()));
                prop_assert!(touches(*to, points.last().unwrap()));
            }
        }
    }

    #[test]
    fn the_same_graph_gives_the_same_picture(
        arrows in proptest::collection::vec((0usize..12, 0usize..12), 0..40)
    ) {
        let one = layout(&[NODE; 12], &arrows, Some(0));
        prop_assert_eq!(one, layout(&[NODE; 12], &arrows, Some(0)));
    }
}
