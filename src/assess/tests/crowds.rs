//! Accounts in which very many workflows have one role or start each other, and roles of very many statements: what is said
//! of one is said of all, and no more of it than can be read.

use serde_json::{Value, json};

use super::hostile;
use crate::assess::{self, Assessment};
use crate::config::Config;
use crate::entry_points::Kind;
use crate::finding::Patch;
use crate::local::{self, Values};
use crate::starters::LISTED;

const ACCOUNT: &str = "123456789012";

fn arn(name: &str) -> String {
    format!("arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:{name}")
}

/// Starts a workflow with its own input, and then the function that the caller names.
fn starting(workflow: &Value) -> Value {
    let start = json!({"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "ResultPath": null, "Next": "T",
        "Parameters": {"Input.$": "$"}});
    let mut all = hostile::chosen_task("$.f");
    all["States"]["S"] = start;
    match workflow.as_str() {
        Some(path) if path.starts_with('$') => {
            all["States"]["S"]["Parameters"]["StateMachineArn.$"] = json!(path);
        }
        _ => all["States"]["S"]["Parameters"]["StateMachineArn"] = workflow.clone(),
    }
    all["StartAt"] = json!("S");
    all
}

fn judged(definitions: &[Value], statements: &[Value], users: &[Value]) -> Vec<Assessment> {
    let machines = definitions.iter().enumerate().map(|(i, definition)| {
        json!({"stateMachineArn": arn(&format!("w{i:03}")), "name": format!("w{i:03}"), "status": "ACTIVE",
            "type": "STANDARD", "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/all"),
            "definition": definition.to_string(), "creationDate": "2026-01-01T00:00:00Z"})
    });
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let trust: Value = serde_json::from_str(hostile::TRUST).unwrap();
    let iam = json!({"UserDetailList": users, "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
        "RoleName": "all", "Arn": format!("arn:aws:iam::{ACCOUNT}:role/all"), "Path": "/", "RoleId": "AROAALL",
        "CreateDate": "2026-01-01T00:00:00Z", "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": [],
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": policy}], "InstanceProfileList": [], "Tags": []}]});
    let values = Values {
        state_machines: machines.collect(),
        iam: Some(iam),
        ..Values::default()
    };
    assess::account(
        &local::from_values(&values),
        &Config::default(),
        "2026-11-28",
    )
}

fn any() -> Vec<Value> {
    vec![
        json!({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "states:StartExecution", "Resource": "*"}),
    ]
}

/// May start the first workflow, and nothing else.
fn user() -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "states:StartExecution", "Resource": arn("w000")}]});
    json!({"UserName": "ada", "Arn": format!("arn:aws:iam::{ACCOUNT}:user/ada"), "Path": "/", "UserId": "AIDAADA",
        "GroupList": [], "AttachedManagedPolicies": [],
        "UserPolicyList": [{"PolicyName": "start", "PolicyDocument": policy}]})
}

fn has(assessment: &Assessment, rule: &str) -> bool {
    assessment
        .findings
        .iter()
        .any(|f| f.rule().as_str() == rule)
}

#[test]
fn of_workflows_that_start_each_other_each_is_reached_by_whoever_starts_one() {
    let count = 12;
    let each = |i: usize| {
        let mut all = hostile::chosen_task("$.f");
        let others: Vec<usize> = (0..count).filter(|other| *other != i).collect();
        for (at, other) in others.iter().enumerate() {
            let next = match at + 1 < others.len() {
                true => format!("S{}", at + 1),
                false => "T".to_owned(),
            };
            let mut start = starting(&json!(arn(&format!("w{other:03}"))))["States"]["S"].clone();
            start["Next"] = json!(next);
            all["States"][format!("S{at}")] = start;
        }
        all["StartAt"] = json!("S0");
        all
    };
    let definitions: Vec<Value> = (0..count).map(each).collect();
    for assessment in judged(&definitions, &any(), &[user()]) {
        let mut findings = assessment.findings.iter();
        let path = findings.find(|f| f.rule().as_str() == "escalation-path");
        let path = path.unwrap_or_else(|| panic!("{} is out of reach", assessment.workflow.name));
        assert!(path.principals().iter().any(|p| p.ends_with("user/ada")));
        let via: Vec<&str> = path.via().iter().map(crate::arn::Arn::name).collect();
        match assessment.workflow.name.as_str() {
            "w000" => assert!(via.is_empty(), "{via:?}"),
            _ => assert_eq!(via, ["w000"], "{}", assessment.workflow.name),
        }
    }
}

#[test]
fn of_many_workflows_that_start_one_the_first_are_named_and_the_others_counted() {
    let definitions: Vec<Value> = (0..LISTED + 10).map(|_| starting(&json!("$.w"))).collect();
    for assessment in judged(&definitions, &any(), &[]) {
        let workflows = assessment.entry_points.iter();
        let named: Vec<&str> = workflows
            .filter(|e| e.kind == Kind::Workflow)
            .map(|e| e.name.as_str())
            .collect();
        assert_eq!(named.len(), LISTED);
        assert!(named.is_sorted(), "{named:?}");
        assert_eq!(assessment.more_entry_points, 9);
        assert!(has(&assessment, "tainted-target"));
    }
}

#[test]
fn a_ring_of_workflows_keeps_each_start_and_writes_down_no_list_that_nobody_reads() {
    for count in [3, 40] {
        let next = |i: usize| json!(arn(&format!("w{:03}", (i + 1) % count)));
        let definitions: Vec<Value> = (0..count).map(|i| starting(&next(i))).collect();
        let all = judged(&definitions, &any(), &[]);
        assert_eq!(all.len(), count);
        for assessment in all {
            let mut findings = assessment.findings.iter();
            let wide = findings.find(|f| {
                f.rule().as_str() == "wildcard-resource"
                    && f.actions().iter().any(|a| a.starts_with("states:"))
            });
            let wide = wide.unwrap_or_else(|| panic!("{:?}", assessment.findings));
            let kept = match wide.remediation().patch.as_ref() {
                Some(Patch::PolicyStatement { replace_with, .. }) => json!(replace_with)
                    .to_string()
                    .matches(":stateMachine:w")
                    .count(),
                _ => 0,
            };
            assert_eq!(
                kept,
                if count == 3 { 3 } else { 0 },
                "{:?}",
                wide.remediation().patch.as_ref()
            );
        }
    }
}

#[test]
fn equal_statements_are_told_apart_and_each_of_many_is_told() {
    let one = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": format!("arn:aws:iam::{ACCOUNT}:role/x")});
    let mut statements = any();
    statements.extend(std::iter::repeat_n(one, 30));
    statements.extend((0..30).map(|i| {
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": format!("arn:aws:iam::{ACCOUNT}:role/x{i}")})
    }));
    let all = judged(&[hostile::chosen_task("$.f")], &statements, &[]);
    let findings = all.iter().flat_map(|a| &a.findings);
    let passing: Vec<_> = findings
        .filter(|f| f.actions().iter().any(|a| a == "iam:PassRole"))
        .collect();
    let mut marks: Vec<String> = passing.iter().map(|f| f.fingerprint()).collect();
    marks.sort();
    marks.dedup();
    assert_eq!((passing.len(), marks.len()), (60, 60));
}
