//! `trace`, `diff`, `fix`, outputs and baselines.

use serde_json::{Value, json};

use crate::cli::support::{Temp, json_of, run, succeed};

fn dynamic() -> String {
    json!({"StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.fn"}, "End": true}}})
    .to_string()
}

#[test]
fn a_trace_tells_source_and_verdicts_and_names_what_there_is() {
    let temp = Temp::new("trace");
    let file = temp.file("a.asl.json", &dynamic());
    let told = run(&["trace", &file, "Run", "FunctionName", "--format", "json"]);
    let trace = json_of(&told);
    assert_eq!(trace["sources"][0]["path"], "$.fn");
    let rules = trace["rules"].as_array().unwrap();
    let fires: Vec<bool> = rules
        .iter()
        .map(|r| r["fires"].as_bool().unwrap())
        .collect();
    assert_eq!(fires, [true, false, false, false], "{trace:#}");
    for (state, parameter, part) in [
        ("Rum", "FunctionName", "`Run`"),
        ("Run", "FunctionNam", "`FunctionName`"),
    ] {
        let run = run(&["trace", &file, state, parameter]);
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.contains(part), "{}", run.err);
    }
}

#[test]
fn a_difference_counts_what_is_wider_in_one_direction_only() {
    let temp = Temp::new("diff");
    let old = temp.file("old.asl.json", &succeed().to_string());
    let new = temp.file("new.asl.json", &dynamic());
    let status = |a: &str, b: &str| run(&["diff", a, b, "--fail-on", "low"]).status;
    assert_eq!(
        (status(&old, &new), status(&new, &old), status(&new, &new)),
        (1, 0, 0)
    );
    let broken = temp.file("broken.asl.json", "{");
    let both = run(&["diff", &broken, "/no/such"]);
    assert_eq!(
        (both.status, both.out.as_str(), both.err.lines().count()),
        (2, "", 2)
    );
}

#[test]
fn a_fix_narrows_a_statement_and_moves_no_other_byte() {
    let temp = Temp::new("fix");
    let definition = succeed().to_string();
    let file = temp.file("a.asl.json", &definition);
    let text = "{\n\t\"Statement\":  [\n\t\t{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"},\n\t\t{\"Effect\": \"Deny\", \"Action\": \"iam:*\", \"Resource\": \"*\"} ] }\n";
    let role = temp.file("role.json", text);
    let shown = run(&["fix", &file, "--role", &role]);
    assert_eq!(shown.status, 0, "{}", shown.err);
    assert!(
        shown.out.starts_with("--- a/") && shown.out.contains("\n-\t\t{\"Effect\": \"Allow\""),
        "{}",
        shown.out
    );
    assert_eq!(std::fs::read_to_string(&role).unwrap(), text);
    let written = run(&["fix", &file, "--role", &role, "--write"]);
    assert_eq!((written.status, written.out.as_str()), (0, ""));
    let expected = "{\n\t\"Statement\":  [\n\t\t{\"Effect\": \"Deny\", \"Action\": \"iam:*\", \"Resource\": \"*\"} ] }\n";
    assert_eq!(std::fs::read_to_string(&role).unwrap(), expected);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), definition);
}

#[test]
fn a_fix_of_a_list_takes_lines_out_and_sarif_says_the_same() {
    let temp = Temp::new("lists");
    let text = "Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies:
      - Statement:
        - Sid: 'data'   # owned by the shop
          Action:
          - 's3:PutObject'
          # left over
          - \"iam:PassRole\"
          - s3:DeleteObject  # not any more
          Effect: Allow
          Resource: ['arn:aws:s3:::shop/k']
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: 'arn:aws:states:::aws-sdk:s3:putObject', Parameters: {Bucket: shop, Key: k}, End: true}
";
    let file = temp.file("t.yaml", text);
    let sarif = json_of(&run(&["check", &file, "--format", "sarif"]));
    let done = run(&["fix", &file, "--write"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let written = std::fs::read_to_string(&file).unwrap();
    let expected = text
        .replace("          - \"iam:PassRole\"\n", "")
        .replace("          - s3:DeleteObject  # not any more\n", "");
    assert_eq!(written, expected);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    // The role is the transform's, and its trust policy is written nowhere.
    for result in results {
        let at = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
        assert!(at.is_number(), "{result}");
    }
    assert!(
        results
            .iter()
            .any(|r| r["ruleId"] == "unconditioned-role-trust")
    );
    let fixes: Vec<&Value> = results
        .iter()
        .filter(|r| r["ruleId"] == "unused-permission")
        .map(|r| &r["fixes"][0]["artifactChanges"][0])
        .collect();
    assert!(!fixes.is_empty());
    let line = |row: usize| json!({"deletedRegion": {"startLine": row, "startColumn": 1, "endLine": row + 1, "endColumn": 1}});
    for fix in fixes {
        assert!(
            fix["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
                .ends_with("/t.yaml")
        );
        assert_eq!(fix["replacements"], json!([line(11), line(12)]));
    }
}

#[test]
fn several_reports_are_written_and_a_baseline_takes_the_old_findings_out() {
    let temp = Temp::new("outputs");
    let file = temp.file("a.asl.json", &dynamic());
    let at = |name: &str| temp.0.join(name).display().to_string();
    let (report, sarif) = (at("r.json"), format!("sarif={}", at("s.out")));
    let first = run(&[
        "check", &file, "--output", &report, "--output", &sarif, "--quiet",
    ]);
    assert_eq!((first.status, first.out.as_str()), (1, ""));
    assert!(
        std::fs::read_to_string(at("s.out"))
            .unwrap()
            .contains("\"2.1.0\"")
    );
    let second = run(&["check", &file, "--baseline", &report, "--format", "json"]);
    assert_eq!(second.status, 0, "{}", second.err);
    let findings = &json_of(&second)["workflows"][0]["findings"];
    assert!(
        findings
            .as_array()
            .unwrap()
            .iter()
            .all(|f| f["new"] == false)
    );
    // The exit status counts what is not shown.
    let less = run(&[
        "check",
        &file,
        "--min-severity",
        "CRITICAL",
        "--fail-on",
        "info",
        "--format",
        "json",
    ]);
    assert_eq!(less.status, 1);
}

#[test]
fn a_schema_has_every_member_that_a_report_prints() {
    let temp = Temp::new("schema");
    let file = temp.file("a.asl.json", &dynamic());
    let report = json_of(&run(&["check", &file, "--format", "json"]));
    let schema = json_of(&run(&["schema", "report"]));
    let of = |schema: &serde_json::Value, value: &serde_json::Value| {
        for key in value.as_object().unwrap().keys() {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
        for key in schema["required"].as_array().unwrap() {
            assert!(value.get(key.as_str().unwrap()).is_some(), "{key}");
        }
    };
    of(&schema, &report);
    let workflow = &schema["properties"]["workflows"]["items"];
    of(workflow, &report["workflows"][0]);
    of(
        &workflow["properties"]["findings"]["items"],
        &report["workflows"][0]["findings"][0],
    );
}
