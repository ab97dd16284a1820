use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::human::{self, Colour, Style};
use super::places::Places;
use super::report::Report;
use super::{Counts, json, sarif};
use crate::arn::Arn;
use crate::assess::Assessment;
use crate::document::{Document, Notation, Place, Sources, WorkflowOrigin};
use crate::finding::{
    Finding, FindingBuilder, FindingPlace, Patch, StatementRef, Suppression, Words,
};
use crate::gap::Gap;
use crate::loc::Pointer;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::value::TraceStep;
use crate::workflow::{Workflow, WorkflowType};

pub fn workflow(name: &str) -> Workflow {
    Workflow {
        arn: Arn::parse(&format!(
            "arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"
        ))
        .unwrap(),
        name: name.to_owned(),
        kind: WorkflowType::Standard,
        role: None,
        logging: None,
        tracing: None,
        kms_key: None,
        tags: Vec::new(),
        owner: "payments".to_owned(),
        owner_source: crate::workflow::OwnerSource::Default,
        sensitive: None,
        declared: None,
    }
}

/// A finding with every field set, each text being `text`.
pub fn finding(severity: Severity, text: &str) -> Finding {
    let place = FindingPlace::State {
        name: text.to_owned(),
        pointer: Pointer::root().key("States").key(text),
    };
    let mut finding = made(RuleId::known("logging-off"), severity, place, text);
    evidence(&mut finding, text);
    finding.build()
}

/// A finding about what a caller decides in the state of this name.
pub fn steered(state: &str, reach: Option<&str>) -> Finding {
    let place = FindingPlace::State {
        name: state.to_owned(),
        pointer: Pointer::root().key("States").key(state),
    };
    let rule = RuleId::known("tainted-target");
    let mut finding = made(rule, Severity::Critical, place, state);
    finding.reach(reach.map(str::to_owned));
    finding.build()
}

/// A finding without evidence.
pub fn made(rule: RuleId, severity: Severity, place: FindingPlace, text: &str) -> FindingBuilder {
    let arn = workflow("Orders").arn;
    let words = Words {
        title: text.to_owned(),
        detail: text.to_owned(),
        fix: text.to_owned(),
    };
    FindingBuilder::new(rule, severity, &arn, text.into(), place, words)
}

/// Gives it every kind of evidence.
pub fn evidence(finding: &mut FindingBuilder, text: &str) {
    finding
        .actions(vec![text.to_owned()])
        .resources(vec![text.to_owned()])
        .reach(Some(text.to_owned()))
        .trace(vec![TraceStep {
            state: text.to_owned(),
            pointer: Pointer::root(),
            value: text.to_owned(),
        }])
        .policy(Some(StatementRef {
            name: text.to_owned(),
            statement: 1,
            sid: Some(text.to_owned()),
        }))
        .principals(vec![text.to_owned()])
        .patch(Some(Patch::TracingConfiguration {
            set: Value::String(text.to_owned()),
        }));
}

pub fn assessment(name: &str, findings: Vec<Finding>, gaps: Vec<Gap>) -> Assessment {
    Assessment {
        entry_points: Vec::new(),
        more_entry_points: 0,
        approved: None,
        to_confirm: false,
        judged: Default::default(),
        workflow: workflow(name),
        findings,
        gaps,
        graph: Default::default(),
        invoked: Vec::new(),
        acted_on: BTreeSet::new(),
        begun_by: Default::default(),
        posture: None,
        drift: None,
    }
}

fn suppressed(mut finding: Finding) -> Finding {
    finding.set_suppressed(Some(Suppression {
        reason: "accepted".to_owned(),
        until: Some("2027-01-31".to_owned()),
        by: crate::finding::By::Configuration,
    }));
    finding
}

#[test]
fn suppressed_findings_stay_in_reports_and_out_of_summaries() {
    let all = [assessment(
        "Orders",
        vec![
            finding(Severity::Low, "a"),
            suppressed(finding(Severity::High, "b")),
        ],
        vec![],
    )];
    let report = json::report(&Report::of(&all));
    assert_eq!(
        report["summary"],
        serde_json::json!({"critical": 0, "high": 0, "medium": 0, "low": 1, "info": 0})
    );
    assert_eq!(
        report["workflows"][0]["findings"][1]["suppressed"]["until"],
        "2027-01-31"
    );
    let text = human::report(&Report::of(&all), Style::PLAIN);
    assert!(
        text.contains("accepted, until 2027-01-31")
            && text.ends_with("1 workflow: 1 low; 1 suppressed\n"),
        "{text}"
    );
    let results = &sarif::report(&Report::of(&all))["runs"][0]["results"];
    assert_eq!(results[1]["suppressions"][0]["kind"], "external");
    assert!(results[0].get("suppressions").is_none());
}

#[test]
fn a_finding_has_every_field_of_the_contract() {
    let rule = RuleId::known("logging-off");
    let mut bare = made(rule, Severity::Low, FindingPlace::Workflow, "x");
    bare.patch(finding(Severity::Low, "x").remediation().patch.clone());
    let bare = bare.build();
    for finding in [finding(Severity::Critical, "x"), bare] {
        let value = json::finding(&finding);
        let keys: Vec<&str> = value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let contract = [
            "fingerprint",
            "rule",
            "severity",
            "workflow",
            "state",
            "pointer",
            "states",
            "title",
            "detail",
            "actions",
            "resources",
            "reach",
            "trace",
            "policy",
            "principals",
            "suppressed",
            "via",
            "version",
            "remediation",
            "help",
        ];
        assert_eq!(keys, contract);
        assert_eq!(
            value["remediation"]["patch"]["kind"],
            "tracing-configuration"
        );
    }
}

#[test]
fn many_principals_are_listed_in_part() {
    let rule = RuleId::known("broad-invocation");
    let mut broad = made(rule, Severity::Medium, FindingPlace::Workflow, "x");
    broad.principals((0..60).map(|i| format!("user-{i}")).collect());
    let broad = broad.build();
    let listed = json::finding(&broad)["principals"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!((broad.principals().len(), listed), (60, 50));
}

#[test]
fn the_worst_workflow_comes_first_and_the_clean_ones_are_named() {
    let all = [
        assessment("Clean", vec![], vec![]),
        assessment("Mild", vec![finding(Severity::Low, "x"); 9], vec![]),
        assessment("Bad", vec![finding(Severity::Critical, "x")], vec![]),
    ];
    let text = human::report(&Report::of(&all), Style::PLAIN);
    let at = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} not in {text}"))
    };
    assert!(
        at("Bad  STANDARD") < at("Mild  STANDARD")
            && at("Mild  STANDARD") < at("nothing found in\n  Clean")
    );
    assert!(text.starts_with("3 workflows: 1 critical, 9 low\n"));
}

#[test]
fn a_report_with_a_gap_never_looks_clean() {
    let hard = Gap::new(crate::gap::Input::Role, "the role", "access denied");
    let soft = Gap::optional(
        crate::gap::Input::Role,
        "log groups",
        "no `log-groups.json`",
    );
    let text = human::report(
        &Report::of(&[assessment("Orders", vec![], vec![hard])]),
        Style::PLAIN,
    );
    assert!(
        text.contains("not checked: the role")
            && text.contains("1 not checked whole")
            && !text.contains("nothing found"),
        "{text}"
    );
    let two = [
        assessment("A", vec![], vec![soft.clone()]),
        assessment("B", vec![], vec![soft]),
    ];
    let text = human::report(&Report::of(&two), Style::PLAIN);
    assert_eq!(
        text.matches("log-groups.json").count(),
        1,
        "told once for all: {text}"
    );
    assert!(
        text.contains("(2 workflows)") && text.contains("2 judged without optional files"),
        "{text}"
    );
}

#[test]
fn only_a_colour_terminal_sees_escape_sequences() {
    let all = [assessment(
        "Orders",
        vec![finding(Severity::High, "x")],
        vec![],
    )];
    assert!(!human::report(&Report::of(&all), Style::PLAIN).contains('\u{1b}'));
    assert!(
        human::report(
            &Report::of(&all),
            Style {
                colour: Colour::Ansi,
                ..Style::PLAIN
            }
        )
        .contains("\u{1b}[1;31mhigh\u{1b}[0m")
    );
}

#[test]
fn a_sarif_result_points_to_the_line_of_its_state() {
    let place = FindingPlace::State {
        name: "B".to_owned(),
        pointer: Pointer::root().key("States").key("B").key("Parameters"),
    };
    let found = made(RuleId::known("logging-off"), Severity::High, place, "x").build();
    let all = [assessment("Orders", vec![found], vec![])];
    let text = "{\n \"States\": {\n  \"A\": {},\n  \"B\": {\n   \"Parameters\": 1\n}}}";
    let path = std::path::PathBuf::from("my dir/o.json");
    let document = Document::parse(path.clone(), text.to_owned(), Notation::Json).unwrap();
    let mut sources = Sources::default();
    sources.add(document);
    let place = Place {
        file: path,
        pointer: Pointer::root(),
    };
    let origins = [Some(WorkflowOrigin {
        whole: place.clone(),
        definition: place,
        ..WorkflowOrigin::default()
    })];
    let report = Report {
        places: Places::new(&sources, &origins),
        ..Report::of(&all)
    };
    let shown = human::report(&report, Style::PLAIN);
    assert!(shown.contains("my dir/o.json:5:4"), "{shown}");
    assert!(shown.contains("5 |    \"Parameters\": 1\n"), "{shown}");
    assert!(shown.contains("  |    ^^^^^^^^^^^^^^^\n"), "{shown}");
    let report = sarif::report(&report);
    let location = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "my%20dir/o.json");
    assert_eq!(
        location["region"],
        serde_json::json!({"startLine": 5, "startColumn": 4, "endLine": 5, "endColumn": 19})
    );
}

#[test]
fn counts_in_words() {
    let mut counts = Counts::default();
    assert_eq!((counts.in_words().as_str(), counts.worst()), ("", None));
    counts.add(Severity::Low, 2);
    counts.add(Severity::Critical, 1);
    assert_eq!(
        (counts.in_words().as_str(), counts.worst(), counts.total()),
        ("1 critical, 2 low", Some(Severity::Critical), 3)
    );
}

proptest! {
    /// Nothing of an account's text starts a line of its own, colours or reorders.
    #[test]
    fn hostile_text_is_neutralised(text in "[a\\n\\r\\t\u{1b}\u{9b}\u{202e}\u{2028}\u{200b}é\\x00]{0,12}") {
        let mut all = [assessment("Orders", vec![finding(Severity::High, &text)], vec![Gap::new(crate::gap::Input::Role, text.clone(), text.clone())])];
        all[0].workflow.name = text.clone();
        all[0].workflow.owner = text.clone();
        let mut many = all.to_vec();
        many.extend((0..6).map(|i| assessment(&format!("W{i}"), vec![finding(Severity::Low, &text)], vec![])));
        let report = human::report(&Report::of(&all), Style::PLAIN) + &human::report(&Report::of(&many), Style::PLAIN);
        prop_assert!(report.chars().all(|c| c == '\n' || !c.is_control()));
        let reordered = report.contains(['\u{202e}', '\u{2028}', '\u{200b}']);
        prop_assert!(!reordered);
        let value = json::report(&Report::of(&all));
        let title = value["workflows"][0]["findings"][0]["title"].as_str().unwrap().contains(['\n', '\u{1b}']);
        prop_assert!(!title);
        let sarif = sarif::report(&Report::of(&all)).to_string();
        let sarif = sarif.contains(['\u{202e}', '\u{9b}']) || sarif.contains("\\u001b");
        prop_assert!(!sarif);
    }
}
