//! What holds for the role rules whatever the policy: patches cure and take away no need, order does not count.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/one_role.rs"]
mod one_role;

use std::collections::BTreeSet;

use one_role::{ARN, policy};
use proptest::prelude::*;
use serde_json::{Value, json};
use stepwarden::assess::{self, Assessment};
use stepwarden::config::Config;
use stepwarden::facts::AccountFacts;
use stepwarden::finding::{Finding, Patch};
use stepwarden::patch;
use stepwarden::severity::Severity;
use stepwarden::snapshot::{Account, Document, Fetched, Tag};

/// The rules whose findings a patch of a statement answers for.
const ROLE_RULES: [&str; 8] = [
    "admin-role",
    "wildcard-action",
    "wildcard-resource",
    "unused-permission",
    "sync-rule-scope",
    "pass-role-scope",
    "escalation-permission",
    "dynamic-target-wildcard",
];

/// A workflow with static, nested, dynamic and role-passing tasks.
fn definition() -> Value {
    json!({
        "StartAt": "Call",
        "States": {
            "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "Next": "Read"},
            "Read": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                "Parameters": {"Bucket": "in", "Key": "orders.csv"}, "ResultPath": null, "Next": "Run"},
            "Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync",
                "Parameters": {"Cluster": "jobs", "TaskDefinition": "export:3"}, "ResultPath": "$.task", "Next": "Route"},
            "Route": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem",
                "Parameters": {"TableName": "routes", "Key": {"id": {"S": "x"}}}, "ResultPath": "$.route", "Next": "Go"},
            "Go": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl.$": "$.route.Item.url.S", "MessageBody": "m"}, "ResultPath": null, "Next": "Train"},
            "Train": {"Type": "Task", "Resource": "arn:aws:states:::sagemaker:createModel",
                "Parameters": {"ModelName": "m", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/model"}, "End": true}
        }
    })
}

fn account(policies: &[Value]) -> Account {
    one_role::account(&definition(), policies)
}

fn assess(account: &Account) -> Assessment {
    let mut all = assess::account(account, &Config::default(), "2026-11-23");
    all.pop().expect("one workflow gives one assessment")
}

fn role_findings(assessment: &Assessment) -> Vec<&Finding> {
    assessment
        .findings
        .iter()
        .filter(|f| ROLE_RULES.contains(&f.rule().as_str()))
        .collect()
}

/// What is missing, by state and action.
fn missing(account: &Account) -> BTreeSet<(String, String)> {
    let config = Config::default();
    let facts = AccountFacts::new(account, &config);
    let lacking = |f: stepwarden::facts::Facts<'_>| {
        let rows = f.missing();
        rows.into_iter()
            .flat_map(|m| m.actions.into_iter().map(move |a| (m.who.clone(), a)))
            .collect::<Vec<_>>()
    };
    facts
        .each(usize::MAX, lacking)
        .into_iter()
        .flatten()
        .collect()
}

fn patched(account: &Account, patches: &[Patch]) -> Account {
    let mut account = account.clone();
    patch::apply(&mut account, ARN, patches)
        .expect("a patch fits the account that it was made for");
    account
}

const ACTIONS: [&str; 26] = [
    "*",
    "lambda:InvokeFunction",
    "lambda:*",
    "lambda:Invoke*",
    "s3:GetObject",
    "s3:Get*",
    "s3:*",
    "S3:ListBucket",
    "ecs:RunTask",
    "ecs:*",
    "ecs:StopTask",
    "ecs:DescribeTasks",
    "events:PutTargets",
    "events:PutRule",
    "events:*",
    "events:DescribeRule",
    "dynamodb:GetItem",
    "dynamodb:*Item",
    "sqs:SendMessage",
    "sagemaker:CreateModel",
    "sagemaker:ListTags",
    "iam:PassRole",
    "iam:*",
    "sts:AssumeRole",
    "iam:PutRolePolicy",
    "logs:CreateLogDelivery",
];

const RESOURCES: [&str; 19] = [
    "*",
    "arn:aws:lambda:eu-west-1:123456789012:function:charge",
    "arn:aws:lambda:eu-west-1:123456789012:function:charge:*",
    "arn:aws:lambda:eu-west-1:123456789012:function:*",
    "arn:aws:lambda:*:123456789012:function:ch*",
    "arn:aws:s3:::in",
    "arn:aws:s3:::in/*",
    "arn:aws:s3:::*",
    "arn:aws:ecs:eu-west-1:123456789012:task-definition/export:3",
    "arn:aws:ecs:eu-west-1:123456789012:task-definition/export:*",
    "arn:aws:ecs:eu-west-1:123456789012:task/jobs/*",
    "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForECSTaskRule",
    "arn:aws:events:eu-west-1:123456789012:rule/*",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/routes",
    "arn:aws:sqs:eu-west-1:123456789012:work-*",
    "arn:aws:sagemaker:eu-west-1:123456789012:model/m",
    "arn:aws:iam::123456789012:role/model",
    "arn:aws:iam::123456789012:role/*",
    "arn:aws:iam::123456789012:policy/x",
];

fn statement() -> impl Strategy<Value = Value> {
    let actions = proptest::sample::subsequence(ACTIONS.to_vec(), 1..4);
    let resources = proptest::sample::subsequence(RESOURCES.to_vec(), 1..4);
    let kind = prop_oneof![8 => Just("Allow"), 1 => Just("Deny")];
    let shape = prop_oneof![10 => Just(0u8), 1 => Just(1u8), 1 => Just(2u8)];
    let to = prop_oneof![3 => Just(None), 1 => Just(Some("sagemaker.amazonaws.com")), 1 => Just(Some("*"))];
    (actions, resources, kind, shape, to).prop_map(|(actions, resources, effect, shape, to)| {
        let (action, resource) = match shape {
            1 => ("NotAction", "Resource"),
            2 => ("Action", "NotResource"),
            _ => ("Action", "Resource"),
        };
        let mut out = json!({"Effect": effect, action: actions, resource: resources});
        if let (Some(service), Some(map)) = (to, out.as_object_mut()) {
            map.insert(
                "Condition".to_owned(),
                json!({"StringLike": {"iam:PassedToService": service}}),
            );
        }
        out
    })
}

fn policies() -> impl Strategy<Value = Vec<Value>> {
    let policy = proptest::collection::vec(statement(), 1..5)
        .prop_map(|statements| json!({"Version": "2012-10-17", "Statement": statements}));
    proptest::collection::vec(policy, 1..3)
}

/// What a patch may leave or bring: what only a person can decide has no patch, and hygiene is never worse than before.
fn worse(before: &Assessment, after: &Assessment) -> Vec<String> {
    let known: BTreeSet<String> = role_findings(before)
        .iter()
        .map(|f| f.fingerprint())
        .collect();
    // What opened a path together with the patched statement may still open another one by itself: less of what was told.
    let is_part = |f: &Finding| {
        role_findings(before).iter().any(|b| {
            let acts = f
                .actions()
                .iter()
                .all(|action| b.actions().contains(action));
            b.rule() == f.rule()
                && b.resources() == f.resources()
                && b.severity() >= f.severity()
                && acts
        })
    };
    role_findings(after)
        .iter()
        .filter(|f| f.severity() > Severity::Info && !known.contains(&f.fingerprint()))
        .filter(|f| !is_part(f))
        // A statement that is rewritten takes what a person must decide along, under a fingerprint of its own.
        .filter(|f| f.remediation().patch.is_some())
        .map(|f| {
            format!(
                "{} {} {:?} {:?}",
                f.rule(),
                f.title(),
                f.actions(),
                f.resources()
            )
        })
        .collect()
}

/// A case assesses the workflow many times: few in the suite, more on demand.
fn has_twins(policy: &Value) -> bool {
    let statements = policy["Statement"].as_array().into_iter().flatten();
    let texts: Vec<String> = statements.map(ToString::to_string).collect();
    texts.iter().collect::<BTreeSet<_>>().len() < texts.len()
}

fn cases() -> u32 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_patch_cures_its_finding_and_takes_away_no_need(policies in policies()) {
        // Of two equal statements one stays where the other was.
        prop_assume!(!policies.iter().any(has_twins));
        let account = account(&policies);
        let before = assess(&account);
        let lacked = missing(&account);
        for finding in role_findings(&before) {
            let Some(patch) = &finding.remediation().patch else { continue };
            let cured = patched(&account, std::slice::from_ref(patch));
            let after = assess(&cured);
            let gone = after.findings.iter().all(|f| f.fingerprint() != finding.fingerprint());
            prop_assert!(gone, "{} `{}` is still there after {patch:?}", finding.rule(), finding.title());
            prop_assert!(worse(&before, &after).is_empty(), "{:?} after {patch:?}", worse(&before, &after));
            let lacks = missing(&cured);
            prop_assert!(lacks.is_subset(&lacked), "{:?} lost by {patch:?}", lacks.difference(&lacked));
        }
    }

    #[test]
    fn all_patches_together_leave_nothing_that_was_patched(policies in policies()) {
        let account = account(&policies);
        let mut cured = account.clone();
        // What one statement opens together with another (a role to pass, a call that takes it) is a person's decision
        // until the other is cured: then it is patched in the next round.
        for _ in 0..3 {
            let patches: Vec<Patch> =
                role_findings(&assess(&cured)).iter().filter_map(|f| f.remediation().patch.clone()).collect();
            cured = patched(&cured, &patches);
        }
        let after = assess(&cured);
        prop_assert!(missing(&cured).is_subset(&missing(&account)), "{:?}", missing(&cured));
        let left: Vec<_> = role_findings(&after).into_iter().filter(|f| f.remediation().patch.is_some()).collect();
        prop_assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn neither_the_order_of_policies_nor_of_statements_counts(policies in policies()) {
        let prints = |policies: &[Value]| -> BTreeSet<String> {
            let mut account = account(policies);
            // Names stay with their documents: only the order changes.
            if let Fetched::Present(iam) = &mut account.iam
                && let Some(role) = iam.roles.first_mut()
                && let Fetched::Present(inline) = &mut role.inline
            {
                inline.reverse();
            }
            role_findings(&assess(&account)).iter().map(|f| f.fingerprint()).collect()
        };
        let reversed: Vec<Value> = policies
            .iter()
            .map(|p| {
                let mut statements = p["Statement"].as_array().cloned().unwrap_or_default();
                statements.reverse();
                for statement in &mut statements {
                    for key in ["Action", "NotAction", "Resource", "NotResource"] {
                        if let Some(list) = statement.get_mut(key).and_then(Value::as_array_mut) {
                            list.reverse();
                        }
                    }
                }
                json!({"Statement": statements, "Version": "2012-10-17"})
            })
            .collect();
        prop_assert_eq!(prints(&policies), prints(&reversed));
    }

    #[test]
    fn a_role_that_may_more_is_never_told_milder(policies in policies(), more in statement(), at in 0_usize..8) {
        let worst = |policies: &[Value]| {
            let assessment = assess(&account(policies));
            role_findings(&assessment).iter().map(|f| f.severity()).max()
        };
        let before = worst(&policies);
        // One allow more.
        if more["Effect"] == "Allow" {
            let mut grown = policies.clone();
            grown.push(json!({"Version": "2012-10-17", "Statement": [more.clone()]}));
            prop_assert!(worst(&grown) >= before, "{before:?} became {:?} by {more}", worst(&grown));
        }
        // One action of an allow widened to all of its service.
        let mut wider = policies.clone();
        let mut allows = wider.iter_mut().filter_map(|p| p["Statement"].as_array_mut()).flatten().filter(|s| s["Effect"] == "Allow");
        if let Some(statement) = allows.nth(at)
            && let Some(action) = statement.get_mut("Action").and_then(|a| a.get_mut(0))
        {
            let was = action.as_str().unwrap_or_default().to_owned();
            let service = was.split(':').next().unwrap_or("*").to_owned();
            *action = json!(if service == "*" { "*".to_owned() } else { format!("{service}:*") });
            prop_assert!(worst(&wider) >= before, "{before:?} became {:?} by widening {was} in {wider:?}", worst(&wider));
        }
    }
}

#[test]
fn a_patch_keeps_what_is_needed_and_denied() {
    let send = json!({"StartAt": "Go", "States": {"Go": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/work", "MessageBody": "m"}}}});
    let allow = json!({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"});
    let region = json!({"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}});
    for deny in [
        json!({"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"}),
        json!({"Effect": "Deny", "Action": "sqs:Send*", "Resource": "*"}),
        json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": region}),
    ] {
        let account = one_role::account(&send, &[policy(&[allow.clone(), deny.clone()])]);
        let before = assess(&account);
        let wide = role_findings(&before)
            .into_iter()
            .find(|f| f.rule() == "wildcard-action")
            .expect("a whole service for one action");
        assert!(
            wide.remediation().text.contains("sqs:SendMessage"),
            "{deny}"
        );
        match &wide.remediation().patch {
            Some(Patch::PolicyStatement { replace_with, .. }) => assert_eq!(
                *replace_with,
                [json!({"Effect": "Allow", "Action": "sqs:SendMessage",
                    "Resource": "arn:aws:sqs:eu-west-1:123456789012:work"})],
                "{deny}"
            ),
            other => panic!("{deny}: {other:?}"),
        }
    }
}

#[test]
fn what_a_tag_of_the_role_says_is_known() {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::${aws:PrincipalTag/bucket}/orders.csv"}]});
    let lacks = |bucket: Option<&str>| {
        let mut account = account(std::slice::from_ref(&policy));
        if let (Fetched::Present(iam), Some(bucket)) = (&mut account.iam, bucket) {
            let role = iam.roles.first_mut().expect("one role");
            role.trust = Fetched::Present(Document(
                json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Service": "states.amazonaws.com"}}]})
                .to_string(),
            ));
            role.tags = vec![Tag {
                key: "bucket".to_owned(),
                value: bucket.to_owned(),
            }];
        }
        let missing = missing(&account);
        missing.iter().any(|(_, action)| action == "s3:GetObject")
    };
    assert!(!lacks(Some("in")));
    assert!(lacks(Some("out")));
    // Of a role without tags nothing is known: it may be deployed with some.
    assert!(!lacks(None));
}
