//! What a gate rests on: fingerprints before deployment, plans against their state, and what `fix` writes into templates.

use serde_json::{Value, json};

use crate::cli::support::{Temp, json_of, run};

fn fingerprints(paths: &[&str]) -> Vec<String> {
    let mut arguments = vec!["check"];
    arguments.extend(paths);
    arguments.extend(["--format", "json"]);
    let report = json_of(&run(&arguments));
    let workflows = report["workflows"].as_array().unwrap();
    let findings = workflows
        .iter()
        .flat_map(|w| w["findings"].as_array().unwrap());
    findings
        .map(|f| f["fingerprint"].as_str().unwrap().to_owned())
        .collect()
}

fn definition() -> String {
    json!({"StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.fn"}, "End": true}}})
    .to_string()
}

#[test]
fn equal_names_in_different_files_are_told_apart_and_lines_may_move() {
    let temp = Temp::new("fingerprints");
    for dir in ["one", "two"] {
        std::fs::create_dir_all(temp.0.join(dir)).unwrap();
    }
    let one = temp.file("one/flow.asl.json", &definition());
    let two = temp.file("two/flow.asl.json", &definition());
    let (first, second) = (fingerprints(&[&one]), fingerprints(&[&two]));
    assert!(!first.is_empty() && first.len() == second.len());
    assert!(first.iter().all(|f| !second.contains(f)));
    let moved = format!(
        "\n\n{}",
        definition().replace("\"States\"", "\n\n  \"States\"")
    );
    std::fs::write(&one, moved).unwrap();
    assert_eq!(fingerprints(&[&one]), first);
    let template = |more: &str| {
        format!(
            "Resources:\n{more}  A:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: arn:aws:iam::123456789012:role/r\n      DefinitionString: '{}'\n",
            definition()
        )
    };
    let file = temp.file("t.yaml", &template(""));
    let before = fingerprints(&[&file]);
    temp.file("t.yaml", &template("  Q:\n    Type: AWS::SQS::Queue\n"));
    assert_eq!(fingerprints(&[&file]), before);
}

#[test]
fn a_repository_with_old_findings_can_begin_today() {
    let temp = Temp::new("begin");
    let file = temp.file("a.asl.json", &definition());
    let report = temp.0.join("old.json").display().to_string();
    run(&["check", &file, "--output", &report, "--quiet"]);
    let twin = temp.file("b.asl.json", &definition());
    let both = run(&[
        "check",
        &file,
        &twin,
        "--baseline",
        &report,
        "--format",
        "json",
    ]);
    assert_eq!(both.status, 1, "what stands in another file is new");
    let alone = run(&["check", &file, "--baseline", &report]);
    assert_eq!(alone.status, 0, "{}", alone.err);
}

fn plan(before: &Value, after: &Value) -> String {
    let (kind, name) = ("aws_iam_role_policy", "tasks");
    let role = "arn:aws:iam::123456789012:role/r";
    let machine = json!({"name": "f", "arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:f", "role_arn": role, "type": "STANDARD",
        "definition": "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Succeed\"}}}"});
    let rights = json!({"name": "r", "arn": role, "assume_role_policy": "{}"});
    let policy =
        |document: &Value| json!({"name": "tasks", "role": "r", "policy": document.to_string()});
    let resources = [
        ("aws_iam_role", "r", rights.clone(), rights),
        ("aws_sfn_state_machine", "f", machine.clone(), machine),
        (kind, name, policy(before), policy(after)),
    ];
    let part = |(kind, name, _, after): &(&str, &str, Value, Value)| json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "values": after});
    let change = |(kind, name, before, after): &(&str, &str, Value, Value)| {
        json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name,
        "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": {}}})
    };
    json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources.iter().map(part).collect::<Vec<_>>()}},
        "resource_changes": resources.iter().map(change).collect::<Vec<_>>(),
        "configuration": {"root_module": {}}})
    .to_string()
}

#[test]
fn a_plan_is_compared_with_the_state_that_it_changes() {
    let temp = Temp::new("plan");
    let policy = |resource: &str| json!({"Statement": [{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": resource}]});
    let (one, all) = (policy("arn:aws:s3:::a/x"), policy("*"));
    let wider = temp.file("wider.json", &plan(&one, &all));
    let told = run(&["diff", &wider]);
    assert_eq!(told.status, 1, "{}{}", told.out, told.err);
    assert!(told.out.contains("s3:DeleteObject"), "{}", told.out);
    let narrower = temp.file("narrower.json", &plan(&all, &one));
    assert_eq!(run(&["diff", &narrower]).status, 0);
    let same = temp.file("same.json", &plan(&one, &one));
    assert_eq!(run(&["diff", &same, "--fail-on", "low"]).status, 0);
    let definition = temp.file("a.asl.json", &definition());
    let none = run(&["diff", &definition]);
    assert_eq!((none.status, none.out.as_str()), (2, ""));
    assert!(none.err.contains("OLD NEW") && none.err.lines().count() == 1);
}

const YAML: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:   # the one
    Type: AWS::Serverless::StateMachine
    Properties:
      Type:   EXPRESS
      Role: !GetAtt FlowRole.Arn
      Logging:
        Level: ERROR # only failures
        IncludeExecutionData: true
        Destinations:
          - CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Logs.Arn}
      Definition: {StartAt: A, States: {A: {Type: Succeed}}}
  Logs: {Type: 'AWS::Logs::LogGroup', Properties: {RetentionInDays: 365}}
  FlowRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: states.amazonaws.com}
            Action: 'sts:AssumeRole'
      Policies:
        - PolicyName: x
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets', 'logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'], Resource: '*'}
";

fn rules(file: &str) -> Vec<String> {
    let report = json_of(&run(&["check", file, "--format", "json"]));
    let findings = report["workflows"][0]["findings"]
        .as_array()
        .unwrap()
        .clone();
    findings
        .iter()
        .map(|f| f["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn settings_and_trust_of_a_template_are_written_and_no_other_byte_moves() {
    let temp = Temp::new("settings");
    let file = temp.file("t.yaml", YAML);
    let cured = ["logging-partial", "tracing-off", "unconditioned-role-trust"];
    let before = rules(&file);
    assert!(
        cured.iter().all(|rule| before.iter().any(|r| r == rule)),
        "{before:?}"
    );
    let done = run(&["fix", &file, "--write"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let expected = YAML
        .replace("      Type:   EXPRESS\n", "      Tracing:\n        Enabled: true\n      Type:   EXPRESS\n")
        .replace("Level: ERROR #", "Level: ALL #")
        .replace(
            "          - Effect: Allow\n            Principal: {",
            "          - Condition:\n              StringEquals:\n                \"aws:SourceAccount\":\n                  Ref: AWS::AccountId\n            Effect: Allow\n            Principal: {",
        );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), expected);
    let after = rules(&file);
    assert!(
        !cured.iter().any(|rule| after.iter().any(|r| r == rule)),
        "{after:?}"
    );
    assert!(after.iter().all(|rule| before.contains(rule)), "{after:?}");
}

#[test]
fn what_a_parameter_chooses_and_whom_else_a_trust_admits_is_left() {
    let temp = Temp::new("choices");
    let text = YAML
        .replace("Level: ERROR", "Level: !Ref Level")
        .replace("      Type:   EXPRESS\n", "      Tracing: {Enabled: !Ref Trace}\n")
        .replace("{Service: states.amazonaws.com}", "{Service: [states.amazonaws.com, lambda.amazonaws.com]}")
        .replace("Resources:\n", "Parameters: {Level: {Type: String, Default: ERROR}, Trace: {Type: String, Default: 'false'}}\nResources:\n");
    let file = temp.file("t.yaml", &text);
    let done = run(&["fix", &file, "--write"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let written = std::fs::read_to_string(&file).unwrap();
    let until_policy = |t: &str| t.split("PolicyDocument").next().unwrap().to_owned();
    assert_eq!(until_policy(&written), until_policy(&text));
    assert!(done.err.contains("is left"), "{}", done.err);
}

#[test]
fn no_policy_loses_its_last_statement_and_no_name_of_the_deployment_is_made_up() {
    let temp = Temp::new("last");
    let text = "Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies:
        - Statement:
            - Effect: Allow
              Action: 's3:*'
              Resource: '*'
        - Statement:
            - Effect: Allow
              Action: 'sqs:SendMessage'
              Resource: '*'
            - Effect: Allow
              Action: 'sqs:DeleteQueue'
              Resource: '*'
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:s3:putObject
            Parameters: {Bucket: !Ref Data, Key: k}
            End: true
  Data:
    Type: AWS::S3::Bucket
";
    let file = temp.file("t.yaml", text);
    let done = run(&["fix", &file, "--write"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(
        written.contains("sqs:SendMessage") && written.contains("sqs:DeleteQueue"),
        "{written}"
    );
    assert!(!written.contains(":::Data"), "{written}");
    assert!(done.err.contains("take it out whole"), "{}", done.err);
}

#[test]
fn no_form_of_a_report_repeats_a_credential_of_a_comment_that_suppresses() {
    let temp = Temp::new("repeated");
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let definition = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.f"},
        "Comment": format!("stepwarden: ignore[tainted-target] see {token}"),
        "End": true,
    }}});
    let file = temp.file("w.asl.json", &definition.to_string());
    for format in ["human", "json", "sarif"] {
        let run = run(&["check", &file, "--format", format]);
        assert!(run.out.contains("secret-in-definition"), "{format}");
        assert!(!run.out.contains(&token), "{format}: {}", run.out);
    }
}

#[test]
fn of_a_definition_that_is_not_there_nothing_is_taken_out_as_unused() {
    let temp = Temp::new("unread");
    let text = "Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: nowhere.asl.json
      Policies:
        - Statement:
            - Effect: Allow
              Action: 'lambda:*'
              Resource: '*'
            - Effect: Allow
              Action: 's3:GetObject'
              Resource: 'arn:aws:s3:::shop/*'
";
    let file = temp.file("t.yaml", text);
    let report = json_of(&run(&["check", &file, "--format", "json"]));
    let findings = report["workflows"][0]["findings"].as_array().unwrap();
    let of =
        |rule: &str| -> Vec<&Value> { findings.iter().filter(|f| f["rule"] == rule).collect() };
    let named = of("evaluation-incomplete");
    assert!(
        named
            .iter()
            .any(|f| f["severity"] == "medium"
                && f["title"].as_str().unwrap().contains("definition"))
    );
    // As strict as without a definition, but nobody is told to remove what it may need.
    let unused = of("unused-permission");
    assert!(unused.iter().any(|f| f["severity"] == "high"));
    for finding in unused {
        assert!(
            finding["title"]
                .as_str()
                .unwrap()
                .starts_with("not known to be used")
        );
        assert!(finding["remediation"]["patch"].is_null());
    }
    let done = run(&["fix", &file, "--write"]);
    assert_eq!(done.status, 2, "{}", done.err);
    assert!(done.err.contains("nowhere.asl.json"), "{}", done.err);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(
        written.contains("lambda:*") && written.contains("s3:GetObject"),
        "{written}"
    );
}

#[test]
fn a_comment_suppresses_in_a_source_file_and_in_no_answer_of_aws() {
    let temp = Temp::new("comment");
    let definition = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.f"},
        "Comment": "stepwarden: ignore[tainted-target] reviewed",
        "End": true,
    }}});
    let source = temp.file("w.asl.json", &definition.to_string());
    let answer = temp.machine("w", "w", &definition);
    // What CreateStateMachine takes is written by a person, and lies beside the source.
    let request = json!({"name": "w", "definition": definition.to_string(), "roleArn": "arn:aws:iam::123456789012:role/r"});
    let request = temp.file("create.json", &request.to_string());
    for (file, status) in [(&source, 0), (&request, 0), (&answer, 1)] {
        let run = run(&["check", file, "--format", "json"]);
        assert_eq!(run.status, status, "{file}: {}", run.out);
    }
}

#[test]
fn a_role_that_stands_elsewhere_is_judged_as_strictly_as_none() {
    let temp = Temp::new("elsewhere");
    let machine = |role: &str, input: &str| {
        let text = format!(
            "Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: {role}
      Definition:
        StartAt: Run
        States:
          Run: {{Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {{{input}}}, End: true}}
"
        );
        temp.file("template.yaml", &text)
    };
    for role in [
        "arn:aws:iam::123456789012:role/shared",
        "!ImportValue shared-role",
        "'{{resolve:ssm:/roles/shared}}'",
    ] {
        let tainted = run(&[
            "check",
            &machine(role, "FunctionName.$: $.f"),
            "--format",
            "json",
        ]);
        assert_eq!(tainted.status, 1, "{role}: {}", tainted.out);
        assert!(tainted.out.contains("\"tainted-target\""), "{role}");
        let fixed = run(&[
            "check",
            &machine(role, "FunctionName: pay"),
            "--format",
            "json",
        ]);
        assert_eq!(fixed.status, 0, "{role}: {}", fixed.out);
    }
}
