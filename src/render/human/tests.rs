use proptest::prelude::*;

use super::Style;
use crate::arn::Arn;
use crate::assess::Assessment;
use crate::finding::{Finding, FindingBuilder, FindingPlace};
use crate::loc::Pointer;
use crate::render::report::Report;
use crate::render::tests::{assessment, evidence, finding, made};
use crate::rule_id::RuleId;
use crate::severity::Severity;

fn of(rule: &'static str, severity: Severity, state: Option<&str>, title: &str) -> Finding {
    in_the_making(rule, severity, state, title).build()
}

fn in_the_making(
    rule: &str,
    severity: Severity,
    state: Option<&str>,
    title: &str,
) -> FindingBuilder {
    let place = match state {
        Some(name) => FindingPlace::State {
            name: name.to_owned(),
            pointer: Pointer::root().key("States").key(title),
        },
        None => FindingPlace::Definition(Pointer::root().key("States").key(title)),
    };
    let id = RuleId::parse(rule).unwrap();
    let mut made = made(id, severity, place, title);
    evidence(&mut made, title);
    made
}

fn position(text: &str, part: &str) -> usize {
    text.find(part)
        .unwrap_or_else(|| panic!("{part} not in {text}"))
}

#[test]
fn what_follows_from_a_tainted_state_is_told_with_it() {
    let all = [
        assessment(
            "Orders",
            vec![
                of(
                    "escalation-path",
                    Severity::Critical,
                    Some("Run"),
                    "kim gains",
                ),
                of("pass-role-scope", Severity::Critical, None, "any role"),
                of(
                    "tainted-target",
                    Severity::Critical,
                    Some("Run"),
                    "any function",
                ),
                of(
                    "tainted-command",
                    Severity::High,
                    Some("Copy"),
                    "any command",
                ),
                of("broad-invocation", Severity::High, None, "9 principals"),
                of(
                    "weak-validation",
                    Severity::Medium,
                    Some("Run"),
                    "a weak guard",
                ),
            ],
            vec![],
        ),
        assessment("Other", vec![], vec![]),
    ];
    let text = super::report(&Report::of(&all), Style::PLAIN);
    let details = position(&text, "Orders  STANDARD");
    let details = text.split_at(details).1;
    assert!(details.contains("tainted-target, escalation-path, weak-validation, broad-invocation"));
    assert!(details.contains("critical escalation-path: kim gains"));
    let order = ["any function", "any role", "any command"].map(|part| position(details, part));
    assert!(order.is_sorted(), "{details}");
    assert_eq!(details.matches("tainted-command").count(), 1, "{details}");
}

#[test]
fn criticals_by_their_own_cause_go_before_those_by_who_may_start() {
    let all = [
        assessment(
            "Part",
            vec![
                of("tainted-target", Severity::Medium, Some("A"), "part"),
                of("escalation-path", Severity::Critical, Some("A"), "gain a"),
                of("escalation-path", Severity::Critical, Some("B"), "gain b"),
            ],
            vec![],
        ),
        assessment(
            "Any",
            vec![of("admin-role", Severity::Critical, None, "administrator")],
            vec![],
        ),
    ];
    let text = super::report(&Report::of(&all), Style::PLAIN);
    assert!(
        position(&text, "1  Any") < position(&text, "2  Part"),
        "{text}"
    );
}

#[test]
fn what_many_workflows_share_is_told_once_with_their_names() {
    let many = |i: usize| {
        let name = format!("W{i}");
        let title = format!("{i} share it");
        let mut shared = in_the_making("shared-role", Severity::Medium, None, &title);
        shared.principals(vec!["lambda.amazonaws.com".to_owned()]);
        let severe = of("logging-off", Severity::High, None, "no log");
        assessment(&name, vec![shared.build(), severe], vec![])
    };
    let all: Vec<Assessment> = (0..9).map(many).collect();
    let text = super::report(&Report::of(&all), Style::PLAIN);
    let told = |i: &usize| text.contains(&format!("\n    {i} share it\n"));
    assert_eq!((0..9).filter(told).count(), 1, "{text}");
    assert!(text.contains("shared-role in 9 workflows"), "{text}");
    assert!(
        text.contains("lambda.amazonaws.com (9 times)") && text.contains("W7, W8"),
        "{text}"
    );
    assert_eq!(text.matches("\n    no log\n").count(), 1, "{text}");
    // The severe is what is read first.
    assert!(
        position(&text, "no log") < position(&text, "share it"),
        "{text}"
    );
}

#[test]
fn a_role_shared_by_five_hundred_is_one_story() {
    let account = |workflows: usize| {
        let one = |i: usize| {
            let grant = of("wildcard-action", Severity::High, None, "`s3:*` on `*`");
            let info = of("tracing-off", Severity::Info, None, "tracing is off");
            let mut one = assessment(&format!("W{i:03}"), vec![grant, info], vec![]);
            one.workflow.role = Arn::parse("arn:aws:iam::123456789012:role/all");
            one
        };
        let all: Vec<Assessment> = (0..workflows).map(one).collect();
        super::report(&Report::of(&all), Style::PLAIN)
    };
    let (few, many) = (account(20), account(500));
    assert!(many.lines().count() <= few.lines().count() + 1, "{many}");
    assert!(
        many.contains("wildcard-action in 500 workflows") && many.contains("and 480 more"),
        "{many}"
    );
    assert_eq!(many.matches("tracing is off").count(), 1, "{many}");
}

#[test]
fn patches_stand_in_the_report_on_one_workflow() {
    let one = || assessment("Orders", vec![finding(Severity::High, "x")], vec![]);
    let patch = "\"kind\": \"tracing-configuration\"";
    assert!(super::report(&Report::of(&[one()]), Style::PLAIN).contains(patch));
    let two = super::report(
        &Report::of(&[one(), assessment("Other", vec![], vec![])]),
        Style::PLAIN,
    );
    assert!(
        !two.contains(patch) && two.contains("--workflow NAME"),
        "{two}"
    );
}

fn any_severity() -> impl Strategy<Value = Severity> {
    proptest::sample::select(Severity::WORST_FIRST.to_vec())
}

fn any_rule() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "tainted-target",
        "tainted-command",
        "escalation-path",
        "weak-validation",
        "broad-invocation",
        "logging-off",
        "unused-permission",
    ])
}

proptest! {
    /// However findings are put together, each is there.
    #[test]
    fn no_finding_is_lost(
        findings in proptest::collection::vec((any_rule(), any_severity(), 0usize..3, 0usize..8, any::<bool>()), 0..40)
    ) {
        let mut all: Vec<Assessment> = (0..8).map(|i| assessment(&format!("W{i}"), vec![], vec![])).collect();
        let mut titles = Vec::new();
        for (i, (rule, severity, state, workflow, stated)) in findings.into_iter().enumerate() {
            let letters: String = format!("{i:04}").chars().map(|c| char::from(b'a' + (c as u8 - b'0'))).collect();
            let title = format!("title-{letters}");
            let state = format!("S{state}");
            all[workflow].findings.push(of(rule, severity, stated.then_some(state.as_str()), &title));
            titles.push(title);
        }
        let text = super::report(&Report::of(&all), Style::PLAIN);
        for title in titles {
            prop_assert!(text.contains(&title), "{title} not in {text}");
        }
    }
}
