//! Broken account directories: one clear line each, nothing lost, and a whole report or none.

use serde_json::{Value, json};

use crate::cli::support::{Run, Temp, command, finish, json_of, run, succeed};

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
fn a_broken_file_of_the_whole_account_is_one_line_and_spares_what_does_not_need_it() {
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
            assert_eq!(run.status, 2, "{file} {text}");
            assert!(
                run.out.contains("good") && run.out.contains(file),
                "{file}: {}",
                run.out
            );
            let line = run.err.trim_end();
            assert!(is_clear(line) && line.contains(file), "{text}: {line}");
            // What it prints would mean something else without the file.
            let policy = crate::cli::support::run(&["policy", "good", "--snapshot", temp.path()]);
            assert_eq!(
                (policy.status, policy.out.as_str()),
                (2, ""),
                "{file} {text}"
            );
            assert_eq!(policy.err.lines().count(), 1, "{file}: {}", policy.err);
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

/// What is told of files that are there and of no use: status 2, one clear line that names it, the rest judged.
fn told(run: &Run, file: &str) {
    let line = run.err.trim_end();
    assert_eq!(run.status, 2, "{line} {}", run.out);
    assert!(is_clear(line) && line.contains(file), "{file}: {line}");
}

#[test]
fn a_broken_file_of_the_ways_in_is_told_beside_a_report() {
    let broken = ["", "[5]", "null", "{\"a\": ", "<html>"];
    let files = [
        "event-rules.json",
        "rest-apis.json",
        "http-apis.json",
        "function-urls.json",
        "graphql-apis.json",
        "collected.json",
        "schedules/x.json",
        "pipes/x.json",
        "topic-rules/x.json",
        "key-policies/x.json",
        "queue-policies/x.json",
        "versions/good/1.json",
    ];
    for (case, file) in files.into_iter().enumerate() {
        let temp = account(&format!("ways-{case}"));
        std::fs::create_dir_all(temp.0.join(file).parent().unwrap()).unwrap();
        for text in broken {
            temp.file(file, text);
            let run = run(&["scan", "--snapshot", temp.path(), "--format", "json"]);
            told(&run, file);
            assert_eq!(json_of(&run)["workflows"][0]["name"], "good", "{file}");
        }
    }
    // A file in the place of a folder, and in that of a file a folder.
    let temp = account("ways-folder");
    temp.file("schedules", "x");
    told(&run(&["scan", "--snapshot", temp.path()]), "schedules");
    let temp = account("ways-file");
    std::fs::create_dir(temp.0.join("event-rules.json")).unwrap();
    told(
        &run(&["scan", "--snapshot", temp.path()]),
        "event-rules.json",
    );
}

#[test]
fn a_directory_that_holds_itself_is_walked_once() {
    let temp = account("circle");
    for kind in ["schedules", "key-policies", "versions", "state-machines"] {
        std::fs::create_dir_all(temp.0.join(kind)).unwrap();
        std::os::unix::fs::symlink("../..", temp.0.join(kind).join("up")).unwrap();
    }
    let run = run(&["scan", "--snapshot", temp.path(), "--format", "json"]);
    assert_eq!((run.status, run.err.lines().count()), (2, 3), "{}", run.err);
    assert!(run.out.len() < 100_000);
}

/// A template whose workflow takes its definition from a file or has it inside.
fn template(definition: &Value) -> String {
    let mut properties = json!({"RoleArn": "arn:aws:iam::123456789012:role/r"});
    for (name, value) in definition.as_object().unwrap() {
        properties[name] = value.clone();
    }
    let kind = match definition.get("DefinitionUri") {
        Some(_) => "AWS::Serverless::StateMachine",
        None => "AWS::StepFunctions::StateMachine",
    };
    json!({"Resources": {"Flow": {"Type": kind, "Properties": properties}, "Other": {
        "Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": succeed().to_string()}}}})
    .to_string()
}

#[test]
fn a_definition_of_a_template_that_is_of_no_use_fails_the_gate() {
    let temp = Temp::new("template-definition");
    temp.file("cut.asl.json", "{\"StartAt\": \"A\",\n \"States\": {");
    temp.file("empty.asl.json", "");
    temp.file("whole.asl.json", &succeed().to_string());
    let cases = [
        (
            json!({"DefinitionString": "{\"StartAt\": \"A\", \"States\""}),
            "Flow",
        ),
        (json!({"DefinitionString": ""}), "Flow"),
        (json!({"DefinitionUri": "cut.asl.json"}), "cut.asl.json"),
        (json!({"DefinitionUri": "empty.asl.json"}), "empty.asl.json"),
        (json!({"DefinitionUri": "gone.asl.json"}), "gone.asl.json"),
        (json!({"DefinitionUri": "../../etc/passwd"}), "passwd"),
    ];
    for (definition, named) in cases {
        let file = temp.file("template.json", &template(&definition));
        let check = run(&["check", &file, "--format", "json"]);
        told(&check, named);
        let names = &json_of(&check)["workflows"];
        assert_eq!(names.as_array().map(Vec::len), Some(2), "{definition}");
        for arguments in [
            &["policy", &file, "--workflow", "Flow"][..],
            &["map", &file, "--workflow", "Flow"],
            &["map", &file, "--workflow", "Flow", "--format", "json"],
            &["trace", &file, "A", "X", "--workflow", "Flow"],
        ] {
            let run = run(arguments);
            told(&run, named);
            assert_eq!(run.out, "", "{arguments:?}");
        }
    }
    // In a directory the broken file is told once, by its own name.
    temp.file(
        "template.json",
        &template(&json!({"DefinitionUri": "cut.asl.json"})),
    );
    std::fs::remove_file(temp.0.join("empty.asl.json")).unwrap();
    let all = run(&["check", temp.path(), "--format", "json"]);
    told(&all, "cut.asl.json");
    // What only the deployment knows, and what a parameter will complete, is no broken file.
    for definition in [
        json!({"DefinitionUri": "whole.asl.json"}),
        json!({"DefinitionUri": "s3://bucket/key"}),
        json!({"DefinitionString": {"Ref": "Unknown"}}),
        json!({"DefinitionString": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": ${S}, \"End\": true}}}"}),
    ] {
        let file = temp.file("template.json", &template(&definition));
        let run = run(&["check", &file]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{definition}");
    }
}

#[test]
fn a_nested_template_that_is_not_there_fails_the_gate() {
    let temp = Temp::new("nested");
    let nested = |url: &str| {
        json!({"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}})
            .to_string()
    };
    temp.file("cut.yaml", "Resources: {Flow: {Type: ");
    for url in ["gone.yaml", "cut.yaml"] {
        let file = temp.file("template.json", &nested(url));
        told(&run(&["check", &file]), url);
    }
    let file = temp.file("template.json", &nested("https://s3.amazonaws.com/b/k"));
    assert_eq!(run(&["check", &file]).status, 0);
}

#[test]
fn a_question_without_an_answer_is_told_beside_the_answers() {
    let temp = Temp::new("questions");
    let good = r#"{"principal": "arn:aws:iam::123456789012:role/r", "action": "s3:GetObject", "resource": "*", "policies": []}"#;
    let file = temp.file("lines", &format!("\u{feff}{good}\nnonsense\n"));
    let mut decide = command(&["decide"]);
    let run = finish(decide.stdin(std::fs::File::open(file).unwrap()));
    told(&run, "1 of 2 questions");
    assert_eq!(run.out.lines().count(), 2);
}

#[test]
fn what_was_cut_keeps_the_gate_shut() {
    let temp = Temp::new("cut");
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let pass = |result: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": {result}, "End": true}}}}}}"#
        )
    };
    let file = temp.file("deep.asl.json", &pass(&deep));
    let status = |file: &str, limit: &str| run(&["check", file, "--fail-on", limit]).status;
    assert_eq!((status(&file, "critical"), status(&file, "never")), (1, 0));
    let shallow = temp.file("shallow.asl.json", &pass("[]"));
    assert_eq!(status(&shallow, "high"), 0);
    temp.file("iam.json", "{\"RoleDetailList\": []}");
    temp.machine("deep", "deep", &serde_json::from_str(&pass("[]")).unwrap());
    let scan = |format: &str| run(&["scan", "--snapshot", temp.path(), "--format", format]).status;
    assert_eq!(scan("json"), 0);
    let response = json!({
        "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:deep",
        "name": "deep", "definition": pass(&deep), "type": "STANDARD", "roleArn": "arn:aws:iam::123456789012:role/r",
    });
    temp.file("state-machines/deep.json", &response.to_string());
    assert_eq!((scan("json"), scan("human")), (1, 1));
}

#[test]
fn a_broken_file_of_an_account_is_told_and_the_others_are_judged() {
    for (file, text) in [
        ("iam.json", "null"),
        ("log-groups.json", "{\"logGroups\": 1}"),
        ("functions.json", "[]"),
        ("tags.json", "{\"x\": 1}"),
        ("organization.json", "{}"),
    ] {
        let temp = Temp::new("one-broken");
        let definition = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "End": true}}});
        temp.machine("w", "w", &definition);
        temp.file(file, text);
        let run = run(&["scan", "--snapshot", temp.path(), "--format", "json"]);
        assert_eq!(run.status, 2, "{file}: {}", run.err);
        assert_eq!(run.err.trim().lines().count(), 1, "{file}: {}", run.err);
        assert!(run.err.contains(file), "{file}: {}", run.err);
        let report = json_of(&run);
        assert_eq!(report["workflows"][0]["name"], "w", "{file}");
        let gaps = report["workflows"][0]["incomplete"].to_string();
        assert!(gaps.contains(file), "{file}: {gaps}");
    }
}

#[test]
fn a_question_that_is_no_text_spares_the_others() {
    let mut asked = command(&["decide"]);
    let line = br#"{"action": "s3:GetObject", "resource": "arn:aws:s3:::a/b", "policies": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}]}"#;
    let file = Temp::new("not-text");
    let path = file.0.join("questions");
    std::fs::write(&path, [&b"\xff\xfe\n"[..], line, b"\n"].concat()).unwrap();
    asked.stdin(std::fs::File::open(&path).unwrap());
    let run = finish(&mut asked);
    let answers: Vec<&str> = run.out.lines().collect();
    assert_eq!(
        (run.status, answers.len()),
        (2, 2),
        "{} {}",
        run.out,
        run.err
    );
    assert!(answers[0].starts_with("{\"error\":"), "{}", run.out);
    assert!(answers[1].contains("\"allow\""), "{}", run.out);
}
