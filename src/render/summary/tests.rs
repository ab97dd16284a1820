use super::*;
use crate::arn::Arn;
use crate::verdict::ReportedFinding;

fn home() -> AccountRegion {
    AccountRegion {
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
    }
}

fn told(severity: Severity, title: &str, since: &str, cause: Option<&str>) -> ReportedFinding {
    ReportedFinding {
        fingerprint: title.to_owned(),
        rule: "wildcard-action".to_owned(),
        severity,
        title: title.to_owned(),
        since: since.to_owned(),
        cause: cause.map(str::to_owned),
    }
}

fn record(name: &str, owner: &str, told: Vec<ReportedFinding>) -> Record {
    let arn = format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}");
    Record {
        owner: owner.to_owned(),
        told,
        ..Record::blank(&Arn::parse(&arn).unwrap())
    }
}

fn now() -> Moment {
    Moment::parse("2026-11-30T07:00:00Z").unwrap()
}

fn people(summary: &Summary) -> String {
    let [people, machines] = deliveries(summary);
    assert_eq!((people.check(), machines.check()), (Ok(()), Ok(())));
    assert_ne!(people.dedup, machines.dedup);
    assert!(people.message.lines().count() <= 60, "{}", people.message);
    for line in people.message.lines() {
        assert!(crate::render::columns::width(line) <= 100, "{line}");
    }
    people.message
}

#[test]
fn a_summary_says_when_it_is_not_whole() {
    for (done, whole) in [(2, true), (1, false)] {
        let mut counts = Counts::default();
        counts.add(Severity::High, 3);
        let sweep = Sweep {
            id: "s".to_owned(),
            listed: 2,
            done,
            counts,
            ..Sweep::default()
        };
        let summary = Summary::first(&home(), &sweep, &[]);
        assert_eq!(people(&summary).contains("were not reached"), !whole);
        let [_, machines] = deliveries(&summary);
        let read: Value = serde_json::from_str(&machines.message).unwrap();
        assert_eq!(
            (&read["workflows"], &read["summary"]["high"]),
            (&json!(done), &json!(3))
        );
    }
}

#[test]
fn a_week_names_the_worst_what_is_shared_what_is_new_and_what_stays() {
    let shared = || {
        told(
            Severity::High,
            "`s3:*` on `*`",
            "2026-10-01",
            Some("role/all work 0"),
        )
    };
    let fresh = told(
        Severity::Critical,
        "anybody may start it",
        "2026-11-29",
        None,
    );
    let records = [
        record("Orders", "payments", vec![shared()]),
        record("Refunds", "payments", vec![shared(), fresh]),
        record(
            "Media",
            "media",
            vec![told(Severity::Low, "old form", "", None)],
        ),
        record("Clean", "media", vec![]),
    ];
    let text = people(&Summary::week(&home(), 4, &records, now()));
    for part in [
        "1 critical, 2 high, 1 low",
        "1 with a critical finding, 1 with nothing open",
        "HIGH      wildcard-action: `s3:*` on `*`",
        "in 2 workflows: Orders, Refunds",
        "Refunds (owner payments): 1 critical, 1 high",
        "payments: 1 critical, 2 high",
        "New in these 7 days: 1 finding (1 critical)",
        "since 2026-11-29: wildcard-action in Refunds",
        "since 2026-10-01: wildcard-action in Orders",
    ] {
        assert!(text.contains(part), "{part} not in\n{text}");
    }
    // Of what an earlier version kept, no day is made up.
    assert!(!text.contains("since :"), "{text}");
}

#[test]
fn a_thousand_hostile_workflows_are_one_bounded_mail_and_few_metrics() {
    let hostile = |i: usize| {
        let junk = format!("x\u{1b}[31m\n{i}").repeat(40);
        let findings = vec![told(Severity::High, &junk, "2026-10-01", Some("one"))];
        record(&format!("W{i}"), &junk, findings)
    };
    let records: Vec<Record> = (0..1_000).map(hostile).collect();
    let summary = Summary::week(&home(), 1_000, &records, now());
    let text = people(&summary);
    assert!(!text.contains('\u{1b}') && text.contains("and 9"), "{text}");
    assert!(summary.owners().len() <= 21);
}
