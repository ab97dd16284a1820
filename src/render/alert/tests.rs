mod bounds;
mod drift;

use proptest::prelude::*;

use super::*;
use crate::render::tests::{finding, made, workflow};
use crate::route::MAX_MESSAGE;
use crate::rule_id::RuleId;

fn alert<'a>(workflow: &'a Workflow, opened: Vec<&'a Finding>) -> Alert<'a> {
    Alert {
        opened,
        ..Alert::about(workflow)
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
        changes: vec![DriftChange {
            severity: Severity::Low,
            what: "grants `s3:*`".to_owned(),
            before: Some("`s3:GetObject`".to_owned()),
            after: "`s3:*`".to_owned(),
            since: "PutRolePolicy by kim".to_owned(),
            event: None,
        }],
        omitted: 0,
        baseline: "approved yesterday by lee".to_owned(),
        unapproved: None,
    });
    let text = text(&full);
    for part in [
        "HIGH: hole",
        "PutRolePolicy at 2026-11-23T10:00:00Z, through console, from 203.0.113.7",
        "Who       arn:aws:iam::123456789012:user/kim",
        "workflow Orders, owner payments, account 123456789012, eu-west-1",
        "1 new finding: 1 high",
        "Do first  hole",
        "HIGH      logging-off: hole (hole, statement 1)",
        "`s3:GetObject` → `s3:*`",
        "PutRolePolicy by kim",
        "  - boundary (",
        "2 low still open from before",
        "#/statemachines/",
    ] {
        assert!(text.contains(part), "{part:?} not in\n{text}");
    }
}

#[test]
fn no_patch_and_no_json_stands_in_a_mail() {
    let orders = workflow("Orders");
    let place = crate::finding::FindingPlace::Definition(crate::loc::Pointer::root());
    let fix = r#"add {"Variable":"$.f","StringEquals":"a"}; then {"more":1}"#;
    let high = made(RuleId::known("logging-off"), Severity::High, place, fix).build();
    let text = text(&alert(&orders, vec![&high]));
    assert!(
        text.contains("Do first  add `$.f StringEquals a`\n"),
        "{text}"
    );
    let step = text.lines().find(|line| line.starts_with("Do first"));
    assert!(!step.unwrap().contains(['{', '}']), "{text}");
}

#[test]
fn the_all_clear_is_told_only_where_all_is_clear() {
    let orders = workflow("Orders");
    let mut gone = alert(&orders, vec![]);
    gone.resolved = vec![resolved("t")];
    assert!(text(&gone).starts_with("ALL CLEAR"), "{}", text(&gone));
    let gaps = [Gap::new(crate::gap::Input::Role, "role", "denied")];
    let mut open = gone.clone();
    open.persisting.add(Severity::Low, 1);
    let mut unseen = gone.clone();
    unseen.unseen = 1;
    let mut unread = gone.clone();
    unread.incomplete = &gaps;
    for one in [open, unseen, unread] {
        assert!(text(&one).starts_with("RESOLVED"), "{}", text(&one));
    }
}

#[test]
fn what_is_left_out_is_counted_and_what_opened_is_never_crowded_out() {
    let orders = workflow("Orders");
    let all: Vec<Finding> = (0..200)
        .map(|i| {
            let place = crate::finding::FindingPlace::Definition(crate::loc::Pointer::root());
            let text = format!("finding {i} {}", "x".repeat(300));
            made(RuleId::known("logging-off"), Severity::Low, place, &text).build()
        })
        .collect();
    let gaps: Vec<Gap> = (0..100)
        .map(|i| {
            Gap::new(
                crate::gap::Input::Role,
                format!("part {i}"),
                "y ".repeat(300),
            )
        })
        .collect();
    let mut big = alert(&orders, all.iter().collect());
    big.incomplete = &gaps;
    big.resolved = (0..100).map(|i| resolved(&format!("gone {i}"))).collect();
    let text = text(&big);
    let listed = text.matches("LOW       logging-off").count();
    assert!(listed >= 5, "{text}");
    assert!(
        text.contains(&format!("and {} findings left out here", 200 - listed)),
        "{text}"
    );
    for part in [
        "Not checked: 100 things",
        "Gone: 100 findings",
        "stepwarden scan --workflow Orders",
    ] {
        assert!(text.contains(part), "{part} not in\n{text}");
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
    assert!(text(&big).contains("left out here ("));
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
        bounds::bounded(&mail)?;
        prop_assert!(mail.chars().all(|c| c == '\n' || !c.is_control()));
        let reordered = mail.contains(['\u{202e}', '\u{2028}']);
        prop_assert!(!reordered);
        for (_, value) in attributes(&hostile) {
            prop_assert!(value.value().chars().all(|c| !c.is_control()));
        }
        prop_assert!(serde_json::from_str::<Value>(&json(&hostile)).is_ok());
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
