mod drift;

use proptest::prelude::*;

use super::*;
use crate::render::tests::{finding, workflow};
use crate::route::MAX_MESSAGE;

fn alert<'a>(workflow: &'a Workflow, opened: Vec<&'a Finding>) -> Alert<'a> {
    Alert {
        event: None,
        workflow,
        opened,
        resolved: Vec::new(),
        persisting: Counts::default(),
        unseen: 0,
        drift: None,
        suppressed: 0,
        incomplete: &[],
        newly_incomplete: false,
    }
}

fn event() -> EventInfo {
    EventInfo {
        id: "e-1".to_owned(),
        name: "PutRolePolicy".to_owned(),
        time: "2026-11-23T10:00:00Z".to_owned(),
        actor: "arn:aws:iam::123456789012:user/kim".to_owned(),
        through: "console".to_owned(),
        source_ip: "203.0.113.7".to_owned(),
        ..EventInfo::default()
    }
}

fn resolved(title: &str) -> Resolved {
    Resolved {
        fingerprint: "ab".to_owned(),
        rule: "tracing-off".to_owned(),
        title: title.to_owned(),
    }
}

#[test]
fn the_subject_tells_the_worst_of_what_changed() {
    let orders = workflow("Orders");
    let (high, low) = (finding(Severity::High, "x"), finding(Severity::Low, "y"));
    assert_eq!(
        subject(&alert(&orders, vec![&high, &low])),
        "[HIGH] Orders: logging-off and 1 more"
    );
    let mut quiet = alert(&orders, vec![]);
    quiet.resolved = vec![resolved("t")];
    assert_eq!(subject(&quiet), "[RESOLVED] Orders: 1 finding");
    quiet.newly_incomplete = true;
    assert_eq!(
        subject(&quiet),
        "[INCOMPLETE] Orders could not be checked whole"
    );
}

#[test]
fn attributes_are_what_filter_policies_match_on() {
    let orders = workflow("Orders");
    let high = finding(Severity::High, "x");
    let mut both = alert(&orders, vec![&high]);
    both.resolved = vec![resolved("t")];
    let typed: Vec<_> = attributes(&both)
        .iter()
        .map(|(name, value)| (name.clone(), value.kind(), value.value()))
        .collect();
    let rows = [
        ("severity", "String", "high"),
        ("owner", "String", "payments"),
        ("change", "String.Array", r#"["opened","resolved"]"#),
        ("account", "String", "123456789012"),
        ("region", "String", "eu-west-1"),
    ];
    let rows = rows.map(|(name, kind, value)| (name.to_owned(), kind, value.to_owned()));
    assert_eq!(typed, rows);
}

#[test]
fn what_is_suppressed_is_no_change() {
    let orders = workflow("Orders");
    let mut high = finding(Severity::High, "x");
    high.set_suppressed(Some(crate::finding::Suppression {
        reason: "r".to_owned(),
        until: None,
        by: crate::finding::By::Configuration,
    }));
    let alert = alert(&orders, vec![&high]);
    assert_eq!((alert.severity(), alert.changes()), (None, vec![]));
}

#[test]
fn the_text_says_what_where_why_who_and_how_to_fix() {
    let (orders, event) = (workflow("Orders"), event());
    let high = finding(Severity::High, "hole");
    let gaps = [Gap::new(crate::gap::Input::Role, "boundary", "denied")];
    let mut full = alert(&orders, vec![&high]);
    full.event = Some(&event);
    full.incomplete = &gaps;
    full.persisting.add(Severity::Low, 2);
    full.drift = Some(Drift {
        severity: Severity::Low,
        json: Value::Null,
        lines: vec!["new grant s3:*".to_owned()],
    });
    let text = text(&full);
    for part in [
        "1 new finding (1 high) on workflow Orders",
        "PutRolePolicy at 2026-11-23T10:00:00Z",
        "arn:aws:iam::123456789012:user/kim, through console, from 203.0.113.7",
        "1. HIGH: logging-off",
        "policy hole, statement 1 (hole)",
        "fix         hole",
        "  - new grant s3:*",
        "  - boundary: denied",
        "Still open from before: 2 low.",
    ] {
        assert!(text.contains(part), "{part:?} not in\n{text}");
    }
}

#[test]
fn the_document_obeys_its_schema() {
    let (orders, event) = (workflow("Orders"), event());
    let high = finding(Severity::High, "x");
    let mut one = alert(&orders, vec![&high]);
    one.resolved = vec![resolved("t")];
    let sweep: Value = serde_json::from_str(&json(&one)).unwrap();
    let keys: Vec<&str> = sweep
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "schema",
            "event",
            "workflow",
            "opened",
            "resolved",
            "persisting",
            "drift",
            "incomplete"
        ]
    );
    assert!(sweep["event"].is_null() && sweep["drift"].is_null());
    assert_eq!(sweep["workflow"]["account"], "123456789012");
    one.event = Some(&event);
    let value: Value = serde_json::from_str(&json(&one)).unwrap();
    assert_eq!(value["event"]["source_ip"], "203.0.113.7");
    assert_eq!(
        value["resolved"][0],
        json!({"fingerprint": "ab", "rule": "tracing-off", "title": "t"})
    );
}

#[test]
fn over_the_size_limit_the_least_severe_go_first_and_the_message_says_so() {
    let (orders, event) = (workflow("Orders"), event());
    let all: Vec<Finding> = (0..40)
        .map(|i| {
            finding(
                if i < 3 {
                    Severity::Critical
                } else {
                    Severity::Low
                },
                &format!("{i:02} {}", "é".repeat(2_000)),
            )
        })
        .collect();
    let mut big = alert(&orders, all.iter().collect());
    big.event = Some(&event);
    let value: Value = serde_json::from_str(&json(&big)).unwrap();
    assert!(json(&big).len() <= MAX_MESSAGE && text(&big).len() <= MAX_MESSAGE);
    let kept = value["opened"].as_array().unwrap();
    assert!(kept.len() >= 3 && kept.len() < 40, "{}", kept.len());
    assert!(kept.iter().take(3).all(|f| f["severity"] == "critical"));
    assert_eq!(value["omitted"]["opened"], 40 - kept.len());
    let said = value["omitted"]["text"].as_str().unwrap();
    assert!(
        said.contains("low") && said.contains("stepwarden scan"),
        "{said}"
    );
    assert!(text(&big).contains("of 40 ("));
}

#[test]
fn lists_give_way_where_they_alone_are_too_large() {
    let orders = workflow("Orders");
    let mut big = alert(&orders, vec![]);
    big.resolved = (0..10_000)
        .map(|i| resolved(&format!("{i} {}", "x".repeat(100))))
        .collect();
    let value: Value = serde_json::from_str(&json(&big)).unwrap();
    assert_eq!(
        (
            value["resolved"].as_array().unwrap().len(),
            value["omitted"]["lists"].clone()
        ),
        (0, json!(true))
    );
}

proptest! {
    #[test]
    fn hostile_text_reaches_no_subject_and_no_line_start(text in "[a\\n\\r\u{1b}\u{202e}\u{2028}é\\x00]{0,12}", n in 0usize..3) {
        let mut named = workflow("Orders");
        named.name = text.clone();
        named.owner = text.clone();
        let all = vec![finding(Severity::High, &text); n];
        let mut hostile = alert(&named, all.iter().collect());
let event = EventInfo { id: text.clone(), name: text.clone(), time: text.clone(), actor: text.clone(), source_ip: text.clone(), ..event() };
        hostile.event = Some(&event);
        hostile.resolved = vec![resolved(&text)];
        let line = subject(&hostile);
        prop_assert!(line.len() < 100 && line.bytes().all(|b| (0x20..0x7f).contains(&b)));
        let mail = super::text(&hostile);
        prop_assert!(mail.chars().all(|c| c == '\n' || !c.is_control()));
        let reordered = mail.contains(['\u{202e}', '\u{2028}']);
        prop_assert!(!reordered);
        for (_, value) in attributes(&hostile) {
            prop_assert!(value.value().chars().all(|c| !c.is_control()));
        }
        prop_assert!(serde_json::from_str::<Value>(&json(&hostile)).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_message_fits(sizes in proptest::collection::vec(0usize..60_000, 0..12)) {
        let orders = workflow("Orders");
        let all: Vec<Finding> = sizes.iter().map(|n| finding(Severity::High, &"\u{1}".repeat(*n / 6))).collect();
        let big = alert(&orders, all.iter().collect());
        prop_assert!(json(&big).len() <= MAX_MESSAGE);
        prop_assert!(super::text(&big).len() <= MAX_MESSAGE);
    }
}

#[test]
fn in_full_tells_of_findings_and_gaps_but_not_of_what_is_only_worth_knowing() {
    let info = finding(Severity::Info, "x");
    let optional = [Gap::optional(
        crate::gap::Input::Role,
        "log groups",
        "no file",
    )];
    let mut quiet = crate::render::tests::assessment("Orders", vec![info], optional.to_vec());
    assert!(Alert::in_full(&quiet, None).is_none());
    quiet
        .gaps
        .push(Gap::new(crate::gap::Input::Role, "role", "denied"));
    assert_eq!(
        Alert::in_full(&quiet, None).unwrap().changes(),
        ["incomplete"]
    );
    quiet.findings.push(finding(Severity::Low, "y"));
    let full = Alert::in_full(&quiet, None).unwrap();
    assert_eq!(
        (full.opened.len(), full.changes()),
        (1, vec!["opened", "incomplete"])
    );
}
