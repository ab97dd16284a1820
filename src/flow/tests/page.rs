//! `SOUNDNESS.md` names tests that are there.

#[test]
fn every_test_that_the_soundness_page_names_is_here() {
    let page = include_str!("../SOUNDNESS.md");
    let here = [
        include_str!("../tests.rs"),
        include_str!("../../../tests/jsonata_oracle.rs"),
    ]
    .concat();
    let named = page
        .split('`')
        .filter(|t| t.contains('_') && !t.contains(['/', '.', ' ', '|']));
    let mut count = 0;
    for name in named {
        count += 1;
        assert!(here.contains(&format!("fn {name}()")), "{name}");
    }
    assert!(count >= 9, "{count}");
    let matrix = include_str!("../../../tests/data/taint/matrix.json");
    let cases = page
        .split("matrix: `")
        .skip(1)
        .filter_map(|rest| rest.split('`').next());
    let mut count = 0;
    for case in cases {
        count += 1;
        let (construct, name) = case.split_once(" / ").expect("construct / name");
        let stands = |text: &str| matrix.contains(&format!("\"{text}\""));
        assert!(stands(construct) && (name == "*" || stands(name)), "{case}");
    }
    assert!(count >= 20, "{count}");
}
