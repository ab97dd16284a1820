use super::*;

fn globs(texts: &[&str]) -> Vec<Glob> {
    texts.iter().map(|t| Glob::parse(t)).collect()
}

#[test]
fn a_union_can_cover_what_no_member_does() {
    let all = globs(&["a*", "?", "", "??*"]);
    assert!(Glob::parse("*").covered_by(&all));
    assert!(!Glob::parse("*").covered_by(&all[..3]));
    assert!(Glob::parse("x?*").covered_by(&globs(&["x?", "x??*"])));
    assert!(!Glob::parse("x*").covered_by(&globs(&["xa*", "xb*"])));
}

#[test]
fn an_example_outside_is_a_shortest_one() {
    let example = |a: &str, b: &[&str]| Glob::parse(a).example_outside(&globs(b));
    assert_eq!(example("*", &["*"]), Some(None));
    assert_eq!(
        example("ab*", &["ab", "ab?"]),
        Some(Some("abzz".to_owned()))
    );
    assert_eq!(example("b", &["a"]), Some(Some("b".to_owned())));
}

#[test]
fn intersections_are_exact() {
    let meet = |a: &str, b: &str| -> Vec<String> {
        Glob::parse(a)
            .intersect(&Glob::parse(b))
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(meet("a*", "*b"), ["a*b"]);
    assert_eq!(meet("a*a", "*aba*"), ["aba", "aba*a", "a*aba", "a*aba*a"]);
    assert_eq!(meet("arn:*:x", "arn:y:?"), ["arn:y:x"]);
    assert_eq!(meet("a*", "b*"), [""; 0]);
}

#[test]
fn cells_of_overlapping_patterns() {
    let shapes: Vec<Shape> = globs(&["a*", "*b"]).iter().map(Shape::from).collect();
    let found: std::collections::BTreeMap<Vec<bool>, String> = cells(&shapes)
        .unwrap()
        .into_iter()
        .map(|c| (c.inside, c.witness))
        .collect();
    assert_eq!(found.len(), 4);
    assert_eq!(found[&vec![true, true]], "ab");
}
