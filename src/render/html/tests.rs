use super::*;
use crate::asl;
use crate::graph::Graph;
use crate::render::marks;
use crate::render::tests::{assessment, finding, steered};

const HOSTILE: &str =
    "\"><script>alert(1)</script><img src=//e.example onerror='x'>\u{202e}\u{1b}[31m";

/// A workflow each name of which tries to be more than a name.
fn hostile() -> Assessment {
    let name = serde_json::to_string(HOSTILE).unwrap();
    let definition = format!(
        r#"{{"StartAt": {name}, "States": {{{name}: {{"Type": "Choice", "Choices":
            [{{"Variable": "$.a", "StringEquals": {name}, "Next": "Call"}}], "Default": "Call"}},
            "Call": {{"Type": "Task", "Resource": {name}, "End": true,
              "Catch": [{{"ErrorEquals": [{name}], "Next": {name}}}]}}}}}}"#
    );
    let finding = steered(HOSTILE, None);
    let mut told = assessment("Orders", vec![finding], vec![]);
    told.workflow.name = HOSTILE.to_owned();
    told.workflow.owner = HOSTILE.to_owned();
    told.graph = Graph::of(&asl::parse(&definition), None);
    told
}

/// Every tag of a page, without what stands in styles and scripts.
fn tags(page: &str) -> Vec<String> {
    let page = page.replace(STYLE, "").replace(SCRIPT, "");
    let parts = page.split('<').skip(1);
    parts
        .map(|part| part.split('>').next().unwrap_or_default().to_owned())
        .collect()
}

/// A tag without its attributes' values.
fn names(tag: &str) -> String {
    tag.split('"').step_by(2).collect()
}

#[test]
fn nothing_of_an_account_is_markup() {
    let all = [hostile()];
    let page = super::report(&Report::of(&all));
    let tags = tags(&page);
    let named = |name: &str| {
        tags.iter()
            .filter(|tag| tag.split(' ').next() == Some(name))
            .count()
    };
    assert_eq!((named("script"), named("style"), named("img")), (1, 1, 0));
    let controls = page
        .chars()
        .filter(|c| c.is_control() && *c != '\n')
        .count();
    assert_eq!((controls, page.contains('\u{202e}')), (0, false));
    for tag in &tags {
        let quotes = tag.matches('"').count();
        assert!(quotes % 2 == 0 && !names(tag).contains(" on"), "{tag}");
    }
}

#[test]
fn the_page_refers_to_nothing_outside() {
    let all = [hostile()];
    for tag in tags(&super::report(&Report::of(&all))) {
        assert!(!names(&tag).contains(" src="), "{tag}");
        if let Some((_, address)) = tag.split_once(" href=\"") {
            assert!(address.starts_with('#'), "{tag}");
        }
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
}

#[test]
fn every_tag_is_closed_and_every_reference_within_the_page_leads_somewhere() {
    let all = [hostile(), assessment("Other", vec![], vec![])];
    let page = super::report(&Report::of(&all));
    let mut open: Vec<String> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    let mut wanted = Vec::new();
    for tag in tags(&page) {
        let name = tag
            .split(' ')
            .next()
            .unwrap_or_default()
            .trim_start_matches('/')
            .to_owned();
        for part in tag.split(' ') {
            if let Some(id) = part.strip_prefix("id=\"") {
                assert!(
                    ids.insert(id.trim_end_matches('"').to_owned()),
                    "twice: {id}"
                );
            }
            if let Some(to) = part.strip_prefix("href=\"#") {
                wanted.push(to.trim_end_matches('"').to_owned());
            }
        }
        match tag.starts_with('/') {
            true => assert_eq!(open.pop(), Some(name)),
            false if ["!DOCTYPE", "meta", "input"].contains(&name.as_str()) => {}
            false => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(
        wanted.iter().all(|to| ids.contains(to)),
        "{wanted:?} {ids:?}"
    );
}

#[test]
fn what_a_caller_decides_is_marked_on_its_way_and_what_it_reaches_is_said() {
    let definition = r#"{"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "Call"}], "Default": "Done"},
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Done"},
        "Done": {"Type": "Succeed"}}}"#;
    let found = steered("Call", Some("arn:aws:lambda:*:*:function:*"));
    let mut told = assessment("Orders", vec![found], vec![]);
    told.graph = Graph::of(&asl::parse(definition), None);
    let marks = marks::of(&told);
    let on_way: Vec<usize> = marks
        .states
        .iter()
        .filter(|(_, m)| m.on_way)
        .map(|(s, _)| *s)
        .collect();
    assert_eq!(on_way, [0, 1]);
    assert!(marks.way.contains(&(0, 1)) && marks.way.len() == 1);
    let page = super::report(&Report::of(&[told]));
    assert!(page.contains("reaches lambda function:*") && page.contains("class=\"edge way\""));
}

#[test]
fn a_page_has_a_bound_and_says_what_it_leaves_out() {
    let long = "x".repeat(20_000);
    let many: Vec<Assessment> = (0..300)
        .map(|i| {
            assessment(
                &format!("w{i}"),
                vec![finding(Severity::Low, &long)],
                vec![],
            )
        })
        .collect();
    let page = super::report(&Report::of(&many));
    assert!(page.len() < MAX_BYTES + 2 * 1024 * 1024, "{}", page.len());
    assert!(page.contains("worst workflows are told below") && page.contains(">w299<"));
}
