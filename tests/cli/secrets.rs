//! What stands in a definition as a secret stands in no output of any command, in no format, and in nothing that is kept.

use serde_json::{Value, json};

use crate::cli::support::{Temp, command, finish};

const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";

/// A secret of each kind, with the way in which it stands in the definition.
const SECRETS: [&str; 11] = [
    "kX9vQ2mZr7Lt4WpB",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ8vTn4Lk2",
    "Zt5Gh8Jk1Lp0Qw3E",
    "Pq7Rt2Yw9Xc4Vb6N",
    "Mn3Bv5Cx7Zq1Lk9J",
    "Hy6Tg4Rf8Ed2Ws0Q",
    "Ui8Yt6Re4Wq2As0D",
    "ghp_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zA7bC",
    "Df5Gh7Jk9Lm1Np3Q",
    "Vc4Xz6Lk8Jh0Gf2D",
    "Ba9Sd7Fg5Hj3Kl1M",
];

/// In every place where people write them: fields, JSON inside a string, addresses, flags, headers, expressions, guards.
fn definition() -> Value {
    let [
        field,
        key,
        inner,
        jdbc,
        query,
        flag,
        literal,
        header,
        variable,
        choice,
        url,
    ] = SECRETS;
    json!({"StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Default": "Login", "Choices": [
            {"Variable": "$.password", "StringEquals": choice, "Next": "Login"},
            {"Variable": "$.target", "StringMatches": "pay-*", "Next": "Login"}]},
        "Login": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$.login", "Next": "Run",
            "Parameters": {"FunctionName.$": "$.target", "Payload": {
                "password": field, "aws_secret_access_key": key,
                "body": json!({"user": "app", "password": inner}).to_string(),
                "jdbc": format!("jdbc:mysql://db.example.com/orders?user=app&password={jdbc}"),
                "link": format!("https://api.example.com/v1?api_key={query}&page=1"),
                "joined.$": format!("States.Format('https://app:{url}@db.example.com/{{}}', $.path)")}}},
        "Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "ResultPath": null, "Next": "Call",
            "Parameters": {"Cluster.$": "$.cluster", "TaskDefinition.$": "$.task", "Overrides": {"ContainerOverrides": [
                {"Name": "app", "Command": ["run", format!("--password={flag}")],
                 "Environment": [{"Name": "DB_PASSWORD", "Value": variable}]}]}}},
        "Call": {"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::http:invoke", "End": true,
            "Arguments": {"ApiEndpoint": "{% 'https://api.example.com/' & $states.input.path %}", "Method": "GET",
                "Headers": {"Authorization": format!("Bearer {header}")},
                "RequestBody": format!("{{% {{'password': '{literal}', 'name': $states.input.name}} %}}"),
                "Authentication": {"ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/c/1"}}}}})
}

fn policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["lambda:*", "ecs:RunTask", "iam:PassRole"], "Resource": "*"}]})
}

fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
}

/// An account with the one workflow.
fn account(name: &str, definition: &Value) -> Temp {
    let dir = Temp::new(name);
    let machine = json!({
        "stateMachineArn": ARN, "name": "orders", "status": "ACTIVE", "type": "STANDARD", "revisionId": "r1",
        "creationDate": "2026-01-01T00:00:00Z", "roleArn": "arn:aws:iam::123456789012:role/orders",
        "definition": definition.to_string(),
    });
    dir.file("state-machines/orders.json", &machine.to_string());
    let iam = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
        "RoleName": "orders", "Arn": "arn:aws:iam::123456789012:role/orders", "Path": "/", "RoleId": "AROA1",
        "CreateDate": "2026-01-01T00:00:00Z", "AssumeRolePolicyDocument": trust(), "AttachedManagedPolicies": [],
        "RolePolicyList": [{"PolicyName": "tasks", "PolicyDocument": policy()}], "InstanceProfileList": [], "Tags": []}]});
    dir.file("iam.json", &iam.to_string());
    dir
}

/// A template whose lines hold a secret beside what `fix` changes.
fn template() -> String {
    let workflow = json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": {
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "DefinitionString": definition().to_string()}});
    let role = json!({"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": trust(), "Policies": [{"PolicyName": "tasks", "PolicyDocument": policy()}]}});
    format!("{{\"Resources\": {{\n \"Orders\": {workflow},\n \"Role\": {role}\n}}}}\n")
}

fn event() -> Value {
    json!({
        "version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.states",
        "account": "123456789012", "time": "2026-11-28T10:00:00Z", "region": "eu-west-1", "resources": [],
        "detail": {
            "eventVersion": "1.08", "eventTime": "2026-11-28T10:00:00Z", "eventSource": "states.amazonaws.com",
            "eventName": "UpdateStateMachine", "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.1", "eventID": "e1",
            "userIdentity": {"type": "AssumedRole", "accountId": "123456789012",
                "arn": "arn:aws:sts::123456789012:assumed-role/dev/x"},
            "requestParameters": {"stateMachineArn": ARN, "definition": definition().to_string()},
            "responseElements": {"updateDate": "x", "revisionId": "r1"}, "recipientAccountId": "123456789012"},
    })
}

/// Every command over them, with the formats that it has.
fn commands(now: &Temp, before: &Temp) -> Vec<Vec<String>> {
    let file = now.file("orders.asl.json", &definition().to_string());
    let role = now.file("role.json", &policy().to_string());
    let template = now.file("template.json", &template());
    let event = now.file("event.json", &event().to_string());
    let state = now.0.join("state.json").display().to_string();
    let (now, before) = (now.path(), before.path());
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut add = |line: &[&str], formats: &[&str]| {
        for format in formats {
            let mut words: Vec<&str> = line.to_vec();
            if !format.is_empty() {
                words.extend(["--format", format]);
            }
            all.push(words.into_iter().map(str::to_owned).collect());
        }
    };
    let reports = ["human", "json", "sarif", "html", "markdown"];
    add(&["check", &file, "--role", &role], &reports);
    add(&["check", &template], &reports);
    add(&["scan", "--snapshot", now], &reports);
    add(&["diff", before, now], &["human", "json"]);
    add(&["policy", &file], &[""]);
    add(&["policy", "--snapshot", now, "orders"], &[""]);
    add(&["map", &file], &["human", "json"]);
    add(&["map", "--snapshot", now, "orders"], &["human", "json"]);
    for (state, parameter) in [
        ("Login", "FunctionName"),
        ("Login", "Payload"),
        ("Login", "Payload.joined"),
        ("Run", "Overrides"),
        ("Call", "ApiEndpoint"),
        ("Call", "Headers"),
        ("Call", "RequestBody"),
    ] {
        add(&["trace", &file, state, parameter], &[""]);
        add(
            &["trace", "--snapshot", now, "orders", state, parameter],
            &[""],
        );
    }
    add(&["fix", &template], &[""]);
    add(&["fix", &file, "--role", &role], &[""]);
    // First sight, something else, and back again.
    for account in [now, before, now] {
        add(
            &["replay", &event, "--snapshot", account, "--state", &state],
            &[""],
        );
    }
    all
}

#[test]
fn no_secret_of_a_definition_stands_in_any_output_or_kept_file() {
    let now = account("secrets", &definition());
    let mut other = definition();
    other["States"]["Login"]["Parameters"] = json!({"FunctionName": "pay"});
    let before = account("secrets-before", &other);
    let mut found = 0;
    for words in commands(&now, &before) {
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = finish(&mut command(&arguments));
        assert!(matches!(run.status, 0 | 1), "{words:?}: {}", run.err);
        assert!(
            !run.out.is_empty() || words[0] == "fix",
            "{words:?} says nothing"
        );
        let kept = std::fs::read_to_string(now.0.join("state.json")).unwrap_or_default();
        for said in [&run.out, &run.err, &kept] {
            for secret in SECRETS {
                let escaped = secret.replace('/', "\\/");
                assert!(
                    !said.contains(secret) && !said.contains(&escaped),
                    "{words:?} tells {secret}"
                );
            }
        }
        found += usize::from(run.out.contains("secret-in-definition"));
    }
    assert!(
        found >= 15,
        "the secrets are told of in {found} outputs only"
    );
    assert!(now.0.join("state.json").exists());
}
