use super::*;
use crate::drift::{Approval, DriftFacts, How, Since, Widening};
use crate::posture::Part;

fn widening(key: &str, text: &str) -> Widening {
    Widening {
        kind: Part::Grant,
        key: key.to_owned(),
        severity: Severity::High,
        text: text.to_owned(),
        before: None,
        after: "`s3:*` on `*`".to_owned(),
        principal: None,
    }
}

fn drift(widenings: Vec<(Widening, Since)>) -> DriftFacts {
    DriftFacts {
        held: Vec::new(),
        unapproved: None,
        approval: Approval {
            approved_at: "2026-11-01T09:00:00Z".to_owned(),
            approved_by: "arn:aws:iam::123456789012:user/lee".to_owned(),
            how: How::Approved,
        },
        widenings,
        narrowings: Vec::new(),
        logging: None,
    }
}

fn by(actor: &str) -> Since {
    Since::Event {
        event: "PutRolePolicy".to_owned(),
        time: "2026-11-23T10:00:00Z".to_owned(),
        actor: actor.to_owned(),
        through: "console".to_owned(),
        source_ip: "203.0.113.7".to_owned(),
    }
}

#[test]
fn only_what_is_new_is_told() {
    let known = widening("a", "grants `s3:*` on `*`, which the baseline did not");
    let facts = drift(vec![(known, by("kim"))]);
    assert_eq!(Drift::of(&facts, |key| key != "a"), None);
    assert_eq!(Drift::of(&drift(vec![]), |_| true), None);
}

#[test]
fn a_person_sees_what_who_when_and_from_where() {
    let sweep = Since::Sweep {
        sweep: "2026-11-24T03:00:00Z".to_owned(),
    };
    let facts = drift(vec![
        (
            widening("a", "grants `s3:*` on `*`, which the baseline did not"),
            by("kim"),
        ),
        (widening("b", "old news"), by("kim")),
        (widening("c", "writes no execution log"), sweep),
    ]);
    let told = Drift::of(&facts, |key| key != "b").unwrap();
    let said: Vec<(&str, &str)> = told
        .changes
        .iter()
        .map(|c| (c.what.as_str(), c.since.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                "grants `s3:*` on `*`, which the baseline did not",
                "PutRolePolicy at 2026-11-23T10:00:00Z by kim through console from 203.0.113.7"
            ),
            (
                "writes no execution log",
                "no event told of it; found at 2026-11-24T03:00:00Z"
            ),
        ]
    );
    assert_eq!(
        told.baseline,
        "approved at 2026-11-01T09:00:00Z by arn:aws:iam::123456789012:user/lee"
    );
    assert_eq!(
        told.json,
        json!({
            "baseline": { "approved_at": "2026-11-01T09:00:00Z", "approved_by": "arn:aws:iam::123456789012:user/lee", "how": "approved" },
            "widened": [
                { "kind": "grant", "severity": "high", "text": "grants `s3:*` on `*`, which the baseline did not",
                  "before": null, "after": "`s3:*` on `*`",
                  "since": { "event": "PutRolePolicy", "time": "2026-11-23T10:00:00Z", "actor": "kim", "through": "console", "source_ip": "203.0.113.7" } },
                { "kind": "grant", "severity": "high", "text": "writes no execution log", "before": null,
                  "after": "`s3:*` on `*`", "since": { "sweep": "2026-11-24T03:00:00Z" } },
            ],
        })
    );
}

#[test]
fn hostile_names_break_no_line_and_long_ones_no_message() {
    let hostile = "x\u{1b}[31m\n  - HIGH forged\u{202e}";
    let long = "y".repeat(1_000_000);
    let many = (0..1_000).map(|n| (widening(&n.to_string(), &long), by(hostile)));
    let told = Drift::of(&drift(many.collect()), |_| true).unwrap();
    let harmless = |text: &str| !text.contains(['\n', '\u{1b}', '\u{202e}']);
    assert!(
        told.changes
            .iter()
            .all(|c| harmless(&c.what) && harmless(&c.since) && c.what.len() < 3_000)
    );
    assert_eq!(told.json["omitted"], json!(900));
    let orders = workflow("Orders");
    let mut big = alert(&orders, vec![]);
    big.drift = Some(told);
    assert!(json(&big).len() <= MAX_MESSAGE);
    assert!(super::text(&big).len() <= MAX_MESSAGE);
}
