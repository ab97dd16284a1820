//! Broken account directories: one clear line each, nothing lost, and a whole report or none.

use serde_json::Value;

use crate::cli::support::{Temp, json_of, run, succeed};

/// Words of the implementation that say nothing to whoever reads a message.
const INTERNAL: [&str; 5] = ["struct ", "enum ", "::", "tuple", "variant"];

fn is_clear(text: &str) -> bool {
    !text.is_empty() && !text.contains('\n') && !INTERNAL.iter().any(|word| text.contains(word))
}

fn account(name: &str) -> Temp {
    let temp = Temp::new(name);
    temp.machine("good", "good", &succeed());
    let empty =
        r#"{"RoleDetailList": [], "UserDetailList": [], "GroupDetailList": [], "Policies": []}"#;
    temp.file("iam.json", empty);
    temp
}

#[test]
fn a_broken_state_machine_file_is_one_gap_beside_the_others() {
    for (case, text) in [
        "",
        "hello",
        "[1]",
        "{",
        "null",
        "5",
        "\"x\"",
        r#"{"stateMachineArn": 5}"#,
        r#"{"stateMachineArn": "x"}"#,
        r#"{"name": "bad"}"#,
        r#"{"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:bad", "type": []}"#,
        r#"{"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:bad", "loggingConfiguration": "x"}"#,
        &"[".repeat(100_000),
    ]
    .into_iter()
    .enumerate()
    {
        let temp = account(&format!("broken-machine-{case}"));
        temp.file("state-machines/bad.json", text);
        let run = run(&["scan", "--snapshot", temp.path(), "--format", "json"]);
        let report = json_of(&run);
        let workflows = report["workflows"].as_array().unwrap();
        let names: Vec<&Value> = workflows.iter().map(|w| &w["name"]).collect();
        // The file is told beside its gap, and a report with one is no whole one.
        assert_eq!((run.status, names), (2, vec![&"good".into(), &"bad".into()]), "{text:.80}");
        assert!(run.err.lines().count() == 1 && run.err.contains("bad.json"), "{}", run.err);
        let bad = &workflows[1];
        assert_eq!(bad["findings"][0]["severity"], "medium");
        let why = bad["incomplete"][0]["why"].as_str().unwrap();
        assert!(is_clear(why), "{text:.80}: {why}");
    }
}

#[test]
fn a_broken_file_of_the_whole_account_is_one_line_and_no_report() {
    for file in ["iam.json", "log-groups.json", "functions.json", "tags.json"] {
        for (case, text) in [
            "",
            "hello",
            "[]",
            "[1, 2]",
            "{",
            "5",
            "\"x\"",
            r#"{"x": 1}"#,
        ]
        .into_iter()
        .enumerate()
        {
            let temp = account(&format!("broken-{file}-{case}"));
            temp.file(file, text);
            let run = run(&["scan", "--snapshot", temp.path()]);
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{file} {text}");
            let line = run.err.trim_end();
            assert!(is_clear(line) && line.contains(file), "{text}: {line}");
        }
    }
}

#[test]
fn a_broken_entry_of_a_list_is_a_gap_and_hides_no_other() {
    let lists = [
        ("iam.json", "RoleDetailList"),
        ("iam.json", "UserDetailList"),
        ("iam.json", "Policies"),
        ("log-groups.json", "logGroups"),
        ("functions.json", "Functions"),
        ("tags.json", "ResourceTagMappingList"),
    ];
    for (case, (file, list)) in lists.into_iter().enumerate() {
        let temp = account(&format!("entry-{case}"));
        temp.file(
            file,
            &format!(r#"{{"RoleDetailList": [], "{list}": [5, [], {{}}]}}"#).replacen(
                r#""RoleDetailList": [], "RoleDetailList""#,
                r#""RoleDetailList""#,
                1,
            ),
        );
        let run = run(&["scan", "--snapshot", temp.path(), "--format", "json"]);
        let report = json_of(&run);
        let incomplete = report["workflows"][0]["incomplete"].as_array().unwrap();
        let entry = |i: usize| format!("`{file}`, {list}[{i}]");
        let why = incomplete
            .iter()
            .find(|gap| gap["what"] == entry(0).as_str());
        let why = why
            .map(|gap| gap["why"].as_str().unwrap())
            .unwrap_or_default();
        assert!(is_clear(why), "{file} {list}: {why}: {incomplete:?}");
    }
}
