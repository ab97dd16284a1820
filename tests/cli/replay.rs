//! `replay`: one event in, the notification out.

use std::path::Path;

use serde_json::Value;

use crate::cli::support::{ACCOUNT, Temp, event, json_of, run};

#[test]
fn the_sample_event_gives_a_real_alert() {
    let run = run(&["replay", &event("put-role-policy"), "--snapshot", ACCOUNT]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    assert!(
        run.out
            .starts_with("Subject: [CRITICAL] media-processing: "),
        "{}",
        run.out
    );
    for part in [
        "PutRolePolicy at 2026-11-23T09:14:02Z",
        "assumed-role/developer/kim",
        "iam:PassRole",
        "Do first  ",
    ] {
        assert!(run.out.contains(part), "{part} not in {}", run.out);
    }
}

#[test]
fn an_alert_for_machines_obeys_its_schema() {
    let run = run(&[
        "replay",
        &event("put-role-policy"),
        "--snapshot",
        ACCOUNT,
        "--format",
        "json",
        "--fail-on",
        "never",
    ]);
    let alert = json_of(&run);
    assert_eq!(
        (run.status, alert["schema"].as_str()),
        (0, Some("stepwarden/alert/1"))
    );
    assert_eq!(alert["event"]["name"], "PutRolePolicy");
    assert_eq!(alert["workflow"]["owner"], "media");
    assert_eq!(alert["workflow"]["region"], "eu-west-1");
    let severities: Vec<&str> = alert["opened"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["severity"].as_str().unwrap())
        .collect();
    assert!(
        severities.contains(&"critical") && !severities.contains(&"info"),
        "{severities:?}"
    );
}

#[test]
fn every_sample_event_is_handled() {
    for entry in std::fs::read_dir(Path::new(ACCOUNT).parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let run = run(&["replay", path.to_str().unwrap(), "--snapshot", ACCOUNT]);
        assert!(run.status < 2, "{}: {}", path.display(), run.err);
        let told = run.out.starts_with("Subject: ") || run.out.starts_with("no notification: ");
        assert!(told, "{}: {}", path.display(), run.out);
    }
}

#[test]
fn a_role_that_two_workflows_share_gives_two_alerts() {
    let run = run(&[
        "replay",
        &event("update-assume-role-policy"),
        "--snapshot",
        ACCOUNT,
        "--format",
        "json",
    ]);
    let alerts = run.out.lines();
    let alerts: Vec<Value> = alerts.map(|l| serde_json::from_str(l).unwrap()).collect();
    let mut names: Vec<&str> = alerts
        .iter()
        .map(|alert| alert["workflow"]["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["loyalty-points", "refund-approval"]);
    // Each is judged beside the other.
    for alert in &alerts {
        let mut opened = alert["opened"].as_array().unwrap().iter();
        assert!(opened.any(|f| f["rule"] == "shared-role"), "{alert:#}");
    }
}

#[test]
fn a_malformed_event_is_one_line_and_a_strange_one_is_no_failure() {
    let temp = Temp::new("events");
    for (text, part) in [
        ("{}", "detail-type"),
        ("[", "not JSON"),
        ("{\"detail-type\": 3}", "detail-type"),
        ("null", "object"),
    ] {
        let run = run(&["replay", &temp.file("e.json", text), "--snapshot", ACCOUNT]);
        assert_eq!(
            (run.status, run.out.as_str(), run.err.lines().count()),
            (2, "", 1),
            "{text}: {}",
            run.err
        );
        assert!(run.err.contains(part), "{text}: {}", run.err);
    }
    let strange = r#"{"detail-type": "Step Functions Execution Status Change", "source": "aws.states", "detail": {}}"#;
    let run = run(&[
        "replay",
        &temp.file("e.json", strange),
        "--snapshot",
        ACCOUNT,
    ]);
    assert_eq!(run.status, 0);
    assert!(run.out.starts_with("no notification: "), "{}", run.out);
}
