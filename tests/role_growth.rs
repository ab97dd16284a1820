//! What is told of a role stays told, as bad or worse, when the role is given more.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/one_role.rs"]
mod one_role;

use one_role::policy;
use proptest::prelude::*;
use serde_json::{Value, json};
use stepwarden::assess::{self, Assessment};
use stepwarden::config::Config;
use stepwarden::finding::Finding;
use stepwarden::severity::Severity;

/// A workflow of a static call, one whose target a run chooses, and one that passes a role.
fn definition() -> Value {
    json!({"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "ResultPath": "$.route", "Next": "Go"},
        "Go": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl.$": "$.route.url", "MessageBody": "m"}, "ResultPath": null, "Next": "Train"},
        "Train": {"Type": "Task", "Resource": "arn:aws:states:::sagemaker:createModel", "End": true,
            "Parameters": {"ModelName": "m", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/model"}}}})
}

fn assess(statements: &[Value]) -> Assessment {
    let account = one_role::account(&definition(), &[policy(statements)]);
    let mut all = assess::account(&account, &Config::default(), "2026-11-23");
    all.pop().expect("one workflow gives one assessment")
}

/// The findings about statements of the role.
fn role_findings(assessment: &Assessment) -> Vec<&Finding> {
    let findings = assessment.findings.iter();
    findings.filter(|f| f.policy().is_some()).collect()
}

/// Actions of every kind that a severity tells apart.
const OF_EVERY_KIND: [&str; 28] = [
    "iam:PassRole",
    "iam:CreateAccessKey",
    "iam:AttachRolePolicy",
    "iam:Attach*",
    "iam:Get*",
    "sts:AssumeRole",
    "lambda:UpdateFunctionCode",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "lambda:ListFunctions",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "states:UpdateStateMachine",
    "states:StartExecution",
    "cloudformation:CreateStack",
    "glue:UpdateDevEndpoint",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "ssm:SendCommand",
    "s3:PutBucketPolicy",
    "s3:GetObject",
    "s3:Put*",
    "sqs:AddPermission",
    "sqs:SendMessage",
    "dynamodb:GetItem",
    "dynamodb:DeleteTable",
    "events:PutRule",
    "sagemaker:CreateModel",
];

const OF_EVERY_WIDTH: [&str; 9] = [
    "*",
    "arn:aws:iam::123456789012:role/*",
    "arn:aws:iam::123456789012:role/model",
    "arn:aws:lambda:eu-west-1:123456789012:function:charge",
    "arn:aws:lambda:*:*:function:*",
    "arn:aws:s3:::in/*",
    "arn:aws:sqs:eu-west-1:123456789012:work-1",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/routes",
    "arn:aws:events:eu-west-1:123456789012:rule/*",
];

/// An allow under some condition or none.
fn allow() -> impl Strategy<Value = Value> {
    let actions = proptest::sample::subsequence(OF_EVERY_KIND.to_vec(), 1..5);
    let resources = proptest::sample::subsequence(OF_EVERY_WIDTH.to_vec(), 1..3);
    let condition = prop_oneof![
        6 => Just(None),
        1 => Just(Some(json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}))),
        1 => Just(Some(json!({"StringEquals": {"aws:ResourceTag/team": "orders"}}))),
        1 => Just(Some(json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))),
    ];
    (actions, resources, condition).prop_map(|(actions, resources, condition)| {
        let mut out = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
        if let (Some(condition), Some(map)) = (condition, out.as_object_mut()) {
            map.insert("Condition".to_owned(), condition);
        }
        out
    })
}

/// The ways in which one statement can be made wider.
fn wider(statement: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut out = statement.clone();
        if let Some(map) = out.as_object_mut() {
            change(map);
        }
        if out != *statement {
            all.push(out);
        }
    };
    with(&|map| drop(map.remove("Condition")));
    with(&|map| drop(map.insert("Resource".to_owned(), json!("*"))));
    with(&|map| {
        let Some(actions) = map.get_mut("Action").and_then(Value::as_array_mut) else {
            return;
        };
        for action in actions {
            let service = action
                .as_str()
                .and_then(|a| a.split(':').next())
                .unwrap_or("*");
            *action = json!(format!("{service}:*"));
        }
    });
    with(&|map| {
        let Some(actions) = map.get_mut("Action").and_then(Value::as_array_mut) else {
            return;
        };
        actions.push(json!("iam:PassRole"));
        actions.push(json!("ec2:RunInstances"));
    });
    all
}

/// The findings of some severity whose statement or action has none as bad afterwards.
fn lost(before: &Assessment, after: &Assessment) -> Vec<String> {
    let place = |f: &Finding| f.policy().map(|p| (p.name.clone(), p.statement));
    let covers = |g: &Finding, action: &str| {
        g.actions().iter().any(|pattern| {
            stepwarden::glob::Glob::parse(&pattern.to_ascii_lowercase())
                .overlaps(&stepwarden::glob::Glob::parse(&action.to_ascii_lowercase()))
        })
    };
    let still = |f: &Finding| {
        role_findings(after).iter().any(|g| {
            let same = place(f).is_some() && place(f) == place(g);
            g.severity() >= f.severity() && (same || f.actions().iter().any(|a| covers(g, a)))
        })
    };
    role_findings(before)
        .into_iter()
        .filter(|f| f.severity() > Severity::Low && !still(f))
        .map(|f| format!("{} {} {:?}", f.severity(), f.title(), f.actions()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_told_of_a_role_stays_told_when_it_grows(allows in proptest::collection::vec(allow(), 1..4), more in allow(), at in 0_usize..4) {
        let before = assess(&allows);
        let mut grown = allows.clone();
        grown.push(more);
        let mut all = vec![grown];
        let at = at % allows.len();
        all.extend(wider(&allows[at]).into_iter().map(|statement| {
            let mut allows = allows.clone();
            allows[at] = statement;
            allows
        }));
        for grown in all {
            let lost = lost(&before, &assess(&grown));
            prop_assert!(lost.is_empty(), "{lost:#?}\nfrom {}\nby {}", json!(allows), json!(grown));
        }
    }
}

/// A case assesses the workflow several times: few in the suite, more on demand.
fn cases() -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(24)
}
