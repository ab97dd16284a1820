//! The built binary, end to end: exit statuses, streams, formats, and hostile or broken accounts.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const ACCOUNT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events/account");

struct Run {
    status: i32,
    out: String,
    err: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwarden"));
    command.args(arguments).current_dir(std::env::temp_dir());
    command
}

fn run(arguments: &[&str]) -> Run {
    finish(command(arguments).stdin(Stdio::null()))
}

fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn json_of(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {} {}", run.out, run.err))
}

fn event(name: &str) -> String {
    format!("{}/events/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

/// A directory that is removed at the end.
struct Temp(PathBuf);

impl Temp {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("stepwarden-cli-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("state-machines")).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn machine(&self, file: &str, name: &str, definition: &Value) -> String {
        let response = json!({
            "stateMachineArn": format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"),
            "name": name, "definition": definition.to_string(), "type": "STANDARD",
            "roleArn": "arn:aws:iam::123456789012:role/r",
        });
        self.file(
            &format!("state-machines/{file}.json"),
            &response.to_string(),
        )
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn succeed() -> Value {
    json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
}

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
        "fix  ",
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
    let mut names: Vec<String> = run
        .out
        .lines()
        .map(|l| {
            serde_json::from_str::<Value>(l).unwrap()["workflow"]["name"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["loyalty-points", "refund-approval"]);
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

#[test]
fn the_report_for_machines_obeys_its_schema() {
    let run = run(&["scan", "--snapshot", ACCOUNT, "--format", "json"]);
    let report = json_of(&run);
    assert_eq!(
        (run.status, report["schema"].as_str()),
        (1, Some("stepwarden/report/1"))
    );
    let workflows = report["workflows"].as_array().unwrap();
    assert_eq!(workflows.len(), 10);
    let mut counts = std::collections::BTreeMap::new();
    for workflow in workflows {
        for key in ["arn", "name", "type", "owner", "findings", "incomplete"] {
            assert!(workflow.get(key).is_some(), "{key}");
        }
        for finding in workflow["findings"].as_array().unwrap() {
            assert_eq!(finding["workflow"], workflow["arn"]);
            assert_eq!(finding["fingerprint"].as_str().unwrap().len(), 32);
            assert!(
                !finding["remediation"]["text"].as_str().unwrap().is_empty(),
                "{finding}"
            );
            *counts
                .entry(finding["severity"].as_str().unwrap().to_owned())
                .or_insert(0) += 1;
        }
    }
    for (severity, count) in report["summary"].as_object().unwrap() {
        assert_eq!(
            *count,
            json!(counts.get(severity).copied().unwrap_or(0)),
            "{severity}"
        );
    }
}

#[test]
fn sarif_names_its_rules_and_files() {
    let run = run(&["scan", "--snapshot", ACCOUNT, "--format", "sarif"]);
    let sarif = json_of(&run);
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[index as usize]["id"], result["ruleId"]);
        }
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap();
        assert!(uri.ends_with(".json"), "{uri}");
    }
}

#[test]
fn the_threshold_decides_between_0_and_1() {
    let temp = Temp::new("threshold");
    let file = temp.file(
        "orders.asl.json",
        &json!({"StartAt": "A", "States": {"A": {"Type": "Nonsense"}}}).to_string(),
    );
    let status = |limit: &str| run(&["check", &file, "--fail-on", limit]).status;
    // `invalid-definition` is medium.
    assert_eq!(
        [
            status("high"),
            status("medium"),
            status("low"),
            status("never")
        ],
        [0, 1, 1, 0]
    );
}

#[test]
fn a_definition_is_checked_in_json_and_in_yaml_with_its_role() {
    let temp = Temp::new("check");
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"}, "End": true}}});
    let json_file = temp.file("orders.asl.json", &definition.to_string());
    let yaml_file = temp.file(
        "orders2.asl.yaml",
        "StartAt: A\nStates:\n  A:\n    Type: Succeed\n",
    );
    let role = temp.file(
        "role.json",
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    );
    let run = run(&[
        "check", &json_file, &yaml_file, "--role", &role, "--format", "json",
    ]);
    let report = json_of(&run);
    assert_eq!(run.status, 1);
    let workflows = report["workflows"].as_array().unwrap();
    let names: Vec<_> = workflows
        .iter()
        .map(|w| w["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["orders", "orders2"]);
    let rules: Vec<_> = workflows[0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    assert!(
        rules.contains(&"admin-role") && !rules.contains(&"logging-off"),
        "{rules:?}"
    );
    assert!(
        workflows[1]["findings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|f| f["rule"] != "invalid-definition"),
        "{}",
        run.out
    );
}

#[test]
fn hostile_names_reach_the_terminal_spelled_out() {
    let temp = Temp::new("hostile");
    let state = "A\u{1b}[2J\nSubject: all is well\u{202e}";
    let definition =
        json!({"StartAt": state, "States": {state: {"Type": "Nonsense\u{1b}]0;x\u{7}"}}});
    temp.machine("x", "evil\u{1b}[31m\nname", &definition);
    temp.file(
        "iam.json",
        r#"{"RoleDetailList": [], "UserDetailList": [], "GroupDetailList": [], "Policies": []}"#,
    );
    let human = run(&["scan", "--snapshot", temp.path()]);
    assert!(
        human.out.contains("evil\\u{1b}[31m\\nname"),
        "{}",
        human.out
    );
    assert!(
        human.out.chars().all(|c| c == '\n' || !c.is_control()) && !human.out.contains('\u{202e}'),
        "{:?}",
        human.out
    );
    assert!(!human.out.lines().any(|l| l.starts_with("Subject:")));
    let report = json_of(&run(&[
        "scan",
        "--snapshot",
        temp.path(),
        "--format",
        "json",
    ]));
    assert_eq!(report["workflows"][0]["name"], "evil\u{1b}[31m\nname");
}

#[test]
fn one_unreadable_file_is_told_and_hides_nothing() {
    let temp = Temp::new("unreadable");
    temp.machine("good", "good", &succeed());
    temp.file("state-machines/bad.json", "{\"stateMachineArn\": ");
    let run = run(&["scan", "--snapshot", temp.path(), "--format", "json"]);
    let report = json_of(&run);
    assert!(
        report["workflows"]
            .as_array()
            .unwrap()
            .iter()
            .any(|w| w["name"] == "good")
    );
    let text = report.to_string();
    assert!(
        text.contains("bad") && text.contains("evaluation-incomplete"),
        "{text}"
    );
    assert!(report["summary"]["medium"].as_u64() > Some(0));
}

#[test]
fn what_cannot_be_done_is_one_line_and_no_report() {
    let temp = Temp::new("broken");
    temp.machine("good", "good", &succeed());
    temp.file("iam.json", "{");
    let config = temp.file("stepwarden.toml", "disabled-rules = [\"loging-off\"]");
    let definition = temp.file("a.asl.json", &succeed().to_string());
    for arguments in [
        &["scan", "--snapshot", temp.path()][..],
        &["scan", "--snapshot", "/no/such/directory"],
        &["scan", "--snapshot", ACCOUNT, "--config", &config],
        &["check", &definition, "/no/such/file"],
        &["check", &definition, "--role", "/no/such/role"],
        &["map", "--snapshot", ACCOUNT, "no-such-workflow"],
        &["policy", "no-such-file.asl.json"],
    ] {
        let run = run(arguments);
        assert_eq!(
            (run.status, run.out.as_str(), run.err.lines().count()),
            (2, "", 1),
            "{arguments:?}: {}{}",
            run.out,
            run.err
        );
        assert!(run.err.starts_with("stepwarden: "), "{}", run.err);
    }
}

#[test]
fn a_configuration_in_the_working_directory_is_found() {
    let temp = Temp::new("config");
    temp.file("stepwarden.toml", "[[suppress]]\nrule = \"invalid-definition\"\nworkflow = \"*\"\nreason = \"known\"\nuntil = 2999-01-01\n");
    temp.file(
        "a.asl.json",
        &json!({"StartAt": "A", "States": {"A": {"Type": "Nonsense"}}}).to_string(),
    );
    let mut here = command(&[
        "check",
        "a.asl.json",
        "--fail-on",
        "medium",
        "--format",
        "json",
    ]);
    let run = finish(here.current_dir(&temp.0));
    let report = json_of(&run);
    assert_eq!(
        (run.status, &report["summary"]["medium"]),
        (0, &json!(0)),
        "{report:#}"
    );
    assert!(report.to_string().contains("\"reason\":\"known\""));
}

#[test]
fn decisions_come_one_a_line_in_order_and_malformed_lines_keep_their_place() {
    let line = |principal: &str, resource: &str| {
        json!({"principal": format!("arn:aws:iam::123456789012:{principal}"), "action": "states:StartExecution", "resource": format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{resource}")}).to_string()
    };
    let questions = [
        line("user/nadia", "media-processing"),
        "{".to_owned(),
        line("user/nadia", "payments-settlement"),
        line("user/kim", "kyc-check"),
    ];
    let mut child = command(&["decide", "--snapshot", ACCOUNT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(questions.join("\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(answers.len(), 4);
    assert_eq!(
        answers[0],
        json!({"decision": "allow", "by": [{"policy": "media", "statement": 0}], "on": []})
    );
    assert!(answers[1]["error"].is_string());
    assert_eq!(
        (&answers[2]["decision"], &answers[3]["decision"]),
        (&json!("no-match"), &json!("allow"))
    );
}

#[test]
fn policy_and_map_are_json_for_machines() {
    let policy = json_of(&run(&[
        "policy",
        "--snapshot",
        ACCOUNT,
        "payments-settlement",
    ]));
    assert_eq!(policy["Version"], "2012-10-17");
    assert!(
        policy.to_string().contains("lambda:InvokeFunction"),
        "{policy:#}"
    );
    let map = json_of(&run(&[
        "map",
        "--snapshot",
        ACCOUNT,
        "payments-settlement",
        "--format",
        "json",
    ]));
    assert_eq!(
        (
            map["schema"].as_str(),
            map["tasks"].as_array().unwrap().len()
        ),
        (Some("stepwarden/map/1"), 3)
    );
}

#[cfg(not(feature = "live"))]
#[test]
fn without_the_live_feature_a_command_says_what_to_do() {
    for arguments in [
        &["scan"][..],
        &["replay", &event("put-role-policy")],
        &["snapshot", "--out", "/tmp/x"],
    ] {
        let run = run(arguments);
        assert_eq!((run.status, run.err.lines().count()), (2, 1));
        assert!(
            run.err.contains("--snapshot DIR") && run.err.contains("live"),
            "{}",
            run.err
        );
    }
}
