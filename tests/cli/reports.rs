//! `scan` and `check`: reports, exit statuses, and hostile or broken accounts.

use serde_json::json;

use crate::cli::support::{ACCOUNT, Temp, command, finish, json_of, run, succeed};

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
fn suppressions_that_hide_nothing_are_named_in_every_report() {
    let temp = Temp::new("unused");
    temp.machine("orders", "orders", &succeed());
    temp.machine("refunds", "refunds", &succeed());
    let entry = |rule: &str, workflow: &str| {
        format!(
            "[[suppress]]\nrule = \"{rule}\"\nworkflow = \"{workflow}\"\nreason = \"seen\"\nuntil = 2099-01-01\n"
        )
    };
    let text = [
        entry("logging-off", "ord*"),
        entry("admin-role", "*"),
        entry("tainted-target", "orders-v1"),
    ]
    .concat();
    let config = temp.file("stepwarden.toml", &text);
    let scan = |more: &[&str]| {
        let base = ["scan", "--snapshot", temp.path(), "--config", &config];
        run(&[&base[..], more].concat())
    };
    let text = scan(&[]).out;
    assert!(
        text.contains(
            "unused suppression: `admin-role` for `*` hides nothing (seen, until 2099-01-01)"
        ) && text.contains("1 suppression for workflows that were not judged: `orders-v1`")
            && !text.contains("`ord*`"),
        "{text}"
    );
    // The one that is written workflow by workflow, and the one that keeps them, say the same.
    let streamed = json_of(&scan(&["--format", "json"]));
    let kept = json_of(&scan(&["--format", "json", "--workflow", "*"]));
    let unused = &streamed["configuration"]["unused"];
    assert_eq!(unused, &kept["configuration"]["unused"]);
    let of = |place: usize| (&unused[place]["workflow"], &unused[place]["judged"]);
    assert_eq!(of(0), (&json!("*"), &json!(true)));
    assert_eq!(of(1), (&json!("orders-v1"), &json!(false)));
    assert_eq!(unused.as_array().map(Vec::len), Some(2));
    let none = json_of(&scan(&["--format", "json", "--no-suppress"]));
    assert_eq!(none["configuration"]["unused"], json!([]));
}

#[test]
fn what_cannot_be_done_is_one_line_and_no_report() {
    let temp = Temp::new("broken");
    temp.machine("good", "good", &succeed());
    temp.file("iam.json", "{");
    let config = temp.file("stepwarden.toml", "disabled-rules = [\"loging-off\"]");
    let definition = temp.file("a.asl.json", &succeed().to_string());
    for arguments in [
        &["map", "--snapshot", temp.path(), "good"][..],
        &["scan", "--snapshot", "/no/such/directory"],
        &["scan", "--snapshot", ACCOUNT, "--config", &config],
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
fn what_cannot_be_used_is_told_beside_what_can() {
    let temp = Temp::new("inputs");
    let good = temp.file("good.asl.json", &succeed().to_string());
    let broken = temp.file("broken.asl.json", "{\n \"StartAt\": \"A\",\n");
    let page = temp.file("page.json", "<!doctype html>");
    let run = run(&[
        "check", &broken, &good, &page, "/no/such", "--format", "json",
    ]);
    assert_eq!(json_of(&run)["workflows"][0]["name"], "good");
    let said: Vec<&str> = run.err.lines().collect();
    assert_eq!((run.status, said.len()), (2, 3), "{}", run.err);
    for (line, part) in said.iter().zip(["line 2", "HTML", "no such file"]) {
        assert!(
            line.starts_with("stepwarden: ") && line.contains(part),
            "{line}"
        );
    }
}

#[test]
fn a_directory_is_searched_for_what_can_be_judged() {
    let temp = Temp::new("search");
    let path = |name: &str| {
        let file = temp.0.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        name.to_owned()
    };
    let definition = succeed().to_string();
    for name in [
        "a.asl.json",
        "deep/er/b.json",
        "x.asl.json/c.yaml",
        "UP.ASL.JSON",
    ] {
        temp.file(&path(name), &definition);
    }
    for name in [
        "node_modules/d.asl.json",
        ".git/e.asl.json",
        "asset.1/f.asl.json",
        "g.txt",
    ] {
        temp.file(&path(name), &definition);
    }
    temp.file(&path("package.json"), "{\"name\": \"x\"}");
    temp.file(&path("tsconfig.json"), "{ // comments\n}");
    let good = run(&["check", temp.path(), "--format", "json"]);
    let report = json_of(&good);
    let mut names: Vec<&str> = report["workflows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!((good.status, good.err.as_str()), (0, ""));
    assert_eq!(names, ["UP", "a", "b", "c"]);
    // What says that it is a workflow and is none, or cannot be read, is told.
    temp.file("empty.asl.yaml", "");
    temp.file("other.asl.json", "{\"name\": 1}");
    temp.file(
        "broken.json",
        "{\"Resources\": {\"A\": {\"Type\": \"AWS::Serverless::StateMachine\"",
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("/no/such", temp.0.join("link.asl.json")).unwrap();
    let bad = run(&["check", temp.path(), "--format", "json"]);
    assert_eq!(json_of(&bad)["workflows"].as_array().unwrap().len(), 4);
    assert_eq!(
        (bad.status, bad.err.lines().count()),
        (2, 3 + usize::from(cfg!(unix))),
        "{}",
        bad.err
    );
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
fn one_workflow_of_an_account_is_reported_by_name_and_no_other_is_an_error() {
    let one = run(&[
        "scan",
        "--snapshot",
        ACCOUNT,
        "--workflow",
        "refund-*",
        "--format",
        "json",
    ]);
    let report = json_of(&one);
    let workflows = report["workflows"].as_array().unwrap();
    assert_eq!(
        (workflows.len(), &workflows[0]["name"]),
        (1, &json!("refund-approval"))
    );
    // It is judged as a part of the account: the role that it shares is known.
    let findings = workflows[0]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["rule"] == "shared-role"));
    let none = run(&["scan", "--snapshot", ACCOUNT, "--workflow", "nobody"]);
    assert_eq!(
        (none.status, none.err.lines().count()),
        (2, 1),
        "{}",
        none.err
    );
}
