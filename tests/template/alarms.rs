//! Every alarm leads to its page, and no page is without an alarm.

use std::collections::BTreeSet;

use serde_json::Value;

use super::stack::{Stack, forwarding, member_workflows, whole};

fn pages(stack: &Stack) -> BTreeSet<String> {
    let alarms = stack.of_type("AWS::CloudWatch::Alarm");
    assert!(!alarms.is_empty());
    let page = |name: &str| {
        let properties = stack.properties(name);
        assert!(!properties["AlarmActions"].is_null(), "{name} tells nobody");
        let text = properties["AlarmDescription"].as_str().unwrap();
        let (_, page) = text
            .split_once("docs/runbook.md#")
            .unwrap_or_else(|| panic!("{name} has no page"));
        page.trim().to_owned()
    };
    alarms.into_iter().map(page).collect()
}

#[test]
fn every_alarm_has_a_page_with_what_to_do() {
    let mut named: BTreeSet<String> = [whole(), forwarding(), member_workflows()]
        .into_iter()
        .flat_map(pages)
        .collect();
    // The rules that publish without the function name a page too.
    let told = whole().properties("TamperingWithFlow")["Targets"].to_string();
    assert!(told.contains("docs/runbook.md#tampering"), "{told}");
    named.insert("tampering".to_owned());
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/runbook.md")).unwrap();
    let mut sections = BTreeSet::new();
    for section in text.split("\n## ").skip(1) {
        let (title, body) = section.split_once('\n').unwrap();
        sections.insert(title.to_lowercase().replace(' ', "-"));
        for part in [
            "**It means**",
            "**Look first**",
            "**Repair**",
            "**It is over when**",
            "```",
        ] {
            assert!(body.contains(part), "`{title}` lacks {part}");
        }
    }
    assert_eq!(sections, named);
}

/// The metrics of the function that an alarm rests on are those that it writes.
#[test]
fn alarms_and_dashboard_name_the_functions_own_metrics() {
    const METRICS: [&str; 16] = [
        "Events",
        "Evaluations",
        "Alerts",
        "OpenedCritical",
        "OpenedHigh",
        "OpenedMedium",
        "OpenedLow",
        "Resolved",
        "Drifts",
        "Gaps",
        "Failures",
        "UntoldChanges",
        "SweepsFinished",
        "Calls",
        "Throttles",
        "Duration",
    ];
    let mut used = BTreeSet::new();
    for name in whole().of_type("AWS::CloudWatch::Alarm") {
        let alarm = whole().properties(name);
        let single = [alarm];
        let several = alarm["Metrics"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|m| &m["MetricStat"]["Metric"]);
        for metric in several
            .chain(single)
            .filter(|m| m["Namespace"] == "stepwarden")
        {
            assert_eq!(metric["Dimensions"][0]["Name"], "Function", "{name}");
            used.insert(metric["MetricName"].as_str().unwrap().to_owned());
        }
    }
    let body = whole().properties("Dashboard")["DashboardBody"]["Fn::Sub"]
        .as_str()
        .unwrap();
    let body: Value = serde_json::from_str(body).expect("the dashboard is JSON");
    let widgets = body["widgets"].as_array().unwrap();
    let lines = widgets
        .iter()
        .filter_map(|w| w["properties"]["metrics"].as_array())
        .flatten();
    for line in lines.filter(|line| line[0] == "stepwarden") {
        assert_eq!(
            (&line[2], &line[3]),
            (&"Function".into(), &"${Function}".into()),
            "{line}"
        );
        used.insert(line[1].as_str().unwrap().to_owned());
    }
    assert_eq!(
        used,
        METRICS.map(str::to_owned).into(),
        "every metric is shown, and no other"
    );
}
