//! `decide`, `policy` and `map`: answers about one thing.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

#[cfg(not(feature = "live"))]
use crate::cli::support::event;
use crate::cli::support::{ACCOUNT, command, json_of, run};

#[test]
fn decisions_come_one_a_line_in_order_and_malformed_lines_keep_their_place() {
    let line = |principal: &str, resource: &str| {
        json!({"principal": format!("arn:aws:iam::123456789012:{principal}"), "action": "states:StartExecution", "resource": format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{resource}")}).to_string()
    };
    let questions = [
        line("user/nadia", "media-processing"),
        "{".to_owned(),
        line("user/nadia", "payments-settlement"),
        line("user/kim", "ops-remediation"),
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
