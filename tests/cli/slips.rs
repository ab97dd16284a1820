//! What must not pass in silence: slips of a command line, and texts that hide what a gate is for.

use serde_json::{Value, json};

use crate::cli::support::{Run, Temp, json_of, run};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";
const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A template with one workflow that invokes whatever the caller names, and whatever stands beside it.
fn template(id: &str, more: &Value) -> String {
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.fn"}, "End": true});
    let definition = json!({"StartAt": "Run", "States": {"Run": task}});
    let mut resources = json!({id: {"Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition}}});
    let all = resources.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    json!({ "Resources": resources }).to_string()
}

fn refused(run: &Run, words: &str) {
    let lines = run.err.lines().count();
    assert_eq!(
        (run.status, run.out.as_str(), lines),
        (2, "", 1),
        "{}",
        run.err
    );
    assert!(run.err.contains(words), "{words} not in {}", run.err);
}

#[test]
fn no_report_replaces_what_is_judged_or_another_report() {
    let temp = Temp::new("apart");
    let text = template("M", &json!({}));
    let file = temp.file("t.json", &text);
    std::fs::create_dir_all(temp.0.join("sub")).unwrap();
    let roundabout = format!("{}/sub/../t.json", temp.path());
    let (one, same) = (
        format!("{}/o", temp.path()),
        format!("{}/sub/../o", temp.path()),
    );
    let cases: [(&[&str], &str); 6] = [
        (
            &["--output", &format!("json={file}")],
            "a file that is judged",
        ),
        (
            &["--output", &format!("json={roundabout}")],
            "a file that is judged",
        ),
        (
            &[
                "--output",
                &format!("json={one}"),
                "--output",
                &format!("sarif={same}"),
            ],
            "two reports go there",
        ),
        (&["--output", "json=-"], "standard output"),
        (&["--output", "json="], "names no file"),
        (
            &["--output", &format!("json={}", temp.path())],
            "it is a directory",
        ),
    ];
    for paths in [file.as_str(), temp.path()] {
        for (more, words) in cases {
            let run = run(&[&["check", paths], more].concat());
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{more:?}");
            assert!(run.err.contains(words), "{more:?}: {}", run.err);
        }
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert!(!std::path::Path::new(&one).exists());
    let (a, b) = (format!("json={one}"), format!("sarif={one}.sarif"));
    let run = run(&[
        "check",
        &file,
        "--output",
        &a,
        "--output",
        &b,
        "--fail-on",
        "never",
    ]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn a_parameter_that_no_template_has_is_refused() {
    let temp = Temp::new("parameter");
    let mut text: Value = serde_json::from_str(&template("M", &json!({}))).unwrap();
    text["Parameters"] = json!({"Env": {"Type": "String"}});
    let file = temp.file("t.json", &text.to_string());
    for name in ["Env=a", "AWS::Region=eu-west-1"] {
        assert!(
            run(&["check", &file, "--parameter", name]).status < 2,
            "{name}"
        );
    }
    let slip = run(&["check", &file, "--parameter", "env=prod"]);
    refused(&slip, "`env`; did you mean `Env`?");
}

#[test]
fn what_may_hold_workflows_and_is_not_read_is_not_clean() {
    let temp = Temp::new("hidden");
    let away = "https://example.com/child.json";
    let nested = json!({"Resources": {"N": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": away}}}});
    let file = temp.file("t.json", &nested.to_string());
    let told = run(&["check", &file]);
    assert_eq!((told.status, told.err.lines().count()), (0, 1));
    assert!(told.err.contains("may hold workflows"), "{}", told.err);
    let queue = json!({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Fn::ImportValue": "k"}}}}});
    let file = temp.file("q.json", &queue.to_string());
    let quiet = run(&["check", &file]);
    assert_eq!((quiet.status, quiet.err.as_str()), (0, ""));
}

#[test]
fn a_name_like_a_substitution_hides_no_way_to_its_state() {
    let temp = Temp::new("names");
    let risky = |next: &Value| {
        json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName.$": "$.fn"}, "End": next})
    };
    let end = json!(true);
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    let inner = json!({"StartAt": "In${x}", "States": {"In${x}": risky(&end)}});
    let definitions = [
        json!({"StartAt": "A${x}", "States": {"A${x}": risky(&end)}}),
        json!({"StartAt": "A", "States": {"A": pass("B${y}"), "B${y}": risky(&end)}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": inner, "End": true}}}),
        // Which state follows is left to the deployment: it may be any.
        json!({"StartAt": "${start}", "States": {"A": risky(&end)}}),
        json!({"StartAt": "A", "States": {"A": pass("${next}"), "B": risky(&end)}}),
        // And so is the path.
        json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName.$": "${path}"}, "End": true}}}),
    ];
    for (number, definition) in definitions.iter().enumerate() {
        let file = temp.file("flow.asl.json", &definition.to_string());
        let report = json_of(&run(&["check", &file, "--format", "json"]));
        let found = report["workflows"][0]["findings"].as_array().unwrap();
        let mut tainted = found.iter().filter(|f| f["rule"] == "tainted-target");
        let severity = tainted.next().map(|f| f["severity"].clone());
        assert_eq!(severity, Some(json!("critical")), "{number}: {report:#}");
        let incomplete = report["workflows"][0]["incomplete"].to_string();
        assert_eq!(
            incomplete.contains("substitution"),
            number > 2 || incomplete.contains("${"),
            "{number}"
        );
    }
}

#[test]
fn workflows_of_one_name_in_two_files_are_compared_with_their_own() {
    let temp = Temp::new("sides");
    let write = |side: &str, file: &str, more: &Value| {
        std::fs::create_dir_all(temp.0.join(side)).unwrap();
        temp.file(&format!("{side}/{file}"), &template("M", more));
    };
    let log = json!({"L": {"Type": "AWS::Logs::LogGroup"}});
    for side in ["old", "same"] {
        write(side, "a.json", &json!({}));
        write(side, "b.json", &log);
    }
    let side = |name: &str| format!("{}/{name}", temp.path());
    let compared = run(&["diff", &side("old"), &side("same"), "--format", "json"]);
    let report = json_of(&compared);
    assert_eq!(compared.status, 0, "{}", compared.out);
    for workflow in report["workflows"].as_array().unwrap() {
        assert_eq!(workflow["change"], "kept", "{workflow:#}");
        assert!(
            workflow["wider"].as_array().unwrap().is_empty(),
            "{workflow:#}"
        );
    }
}

#[test]
fn a_principal_that_a_template_adds_is_wider() {
    let temp = Temp::new("user");
    let user = |actions: &[&str]| {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        json!({"U": {"Type": "AWS::IAM::User", "Properties": {"UserName": "kim", "Policies": [
            {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}]}}})
    };
    let old = temp.file("old.json", &template("M", &user(&["s3:ListAllMyBuckets"])));
    let starts = ["states:StartExecution", "states:UpdateStateMachine"];
    let new = temp.file("new.json", &template("M", &user(&starts)));
    let compared = run(&["diff", &old, &new, "--format", "json"]);
    let report = json_of(&compared);
    let wider = report["workflows"][0]["wider"].as_array().unwrap();
    assert!(
        wider.iter().any(|one| one["part"] == "starter"),
        "{report:#}"
    );
    let back = json_of(&run(&["diff", &new, &old, "--format", "json"]));
    assert_eq!(back["workflows"][0]["wider"], json!([]));
}

#[test]
fn a_comment_that_suppresses_nothing_is_told() {
    let temp = Temp::new("comments");
    let with = |comment: &str| {
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Comment": comment,
            "Parameters": {"FunctionName.$": "$.fn"}, "End": true});
        let definition = json!({"StartAt": "Run", "States": {"Run": task}});
        let file = temp.file("flow.asl.json", &definition.to_string());
        let report = json_of(&run(&["check", &file, "--format", "json"]));
        let found = report["workflows"][0]["findings"]
            .as_array()
            .unwrap()
            .clone();
        let told = found.iter().find(|f| f["rule"] == "suppression");
        told.map(|f| f["detail"].as_str().unwrap().to_owned())
    };
    assert_eq!(with("see stepwarden's page on tainted-target"), None);
    assert_eq!(
        with("stepwarden: ignore[tainted-target] all callers are ours"),
        None
    );
    for (comment, why) in [
        ("stepwarden: ignore[tainted-target]", "it gives no reason"),
        (
            "stepwarden: ignore[Tainted-Target] ours",
            "there is no rule",
        ),
        (
            "stepwarden: ignore[tainted-target, tracing-off] ours",
            "there is no rule",
        ),
        ("stepwarden: ignore[*] ours", "there is no rule"),
        (
            "stepwarden: ignore[token-without-timeout] ours",
            "is not found in this state",
        ),
        ("stepwarden: ignore[tainted-target ours", "does not end"),
    ] {
        let told = with(comment).unwrap_or_default();
        assert!(told.contains(why), "{comment}: {told}");
    }
}

#[test]
fn a_role_that_others_may_be_loses_nothing_by_itself() {
    let temp = Temp::new("others");
    let definition = json!({"StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": FUNCTION, "End": true}}});
    let with = |services: &[&str]| {
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": services}, "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}}]});
        let statements = json!([
            {"Effect": "Allow", "Action": "ecs:StopTask", "Resource": "*"},
            {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}]);
        let policy = json!({"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}});
        let template = json!({"Resources": {
            "R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": [policy]}},
            "M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
                "RoleArn": {"Fn::GetAtt": ["R", "Arn"]}, "Definition": definition}}}});
        let file = temp.file("t.json", &format!("{template:#}"));
        run(&["fix", &file])
    };
    let alone = with(&["states.amazonaws.com"]);
    assert!(
        alone.out.contains("-") && alone.out.contains("ecs:StopTask"),
        "{}",
        alone.out
    );
    for services in [
        ["states.amazonaws.com", "fis.amazonaws.com"],
        ["lambda.amazonaws.com", "states.eu-west-1.amazonaws.com"],
    ] {
        let fixed = with(&services);
        assert!(!fixed.out.contains("ecs:StopTask"), "{}", fixed.out);
        assert!(
            fixed.err.contains("what else the role is for"),
            "{}",
            fixed.err
        );
    }
}
