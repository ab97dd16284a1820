use sha2::{Digest, Sha256};

use super::*;
use crate::asl::{Segment, Text};
use crate::glob::Glob;

fn of(text: &str) -> Integration {
    resource(&Text(vec![Segment::Literal(text.to_owned())]))
}

fn how_wide(action: &str, pattern: &str) -> Breadth {
    breadth(action, &Glob::parse(pattern))
}

#[test]
fn the_committed_tables_are_the_ones_that_were_counted() {
    let record: serde_json::Value =
        serde_json::from_str(include_str!("../../catalog/counts.json")).unwrap();
    for (name, text) in [
        ("actions.txt", include_str!("../../catalog/actions.txt")),
        (
            "operations.txt",
            include_str!("../../catalog/operations.txt"),
        ),
        ("contents.txt", include_str!("../../catalog/contents.txt")),
    ] {
        let hash: String = Sha256::digest(text.as_bytes())
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            record["sha256"][name], hash,
            "{name}: run catalog/generate.py"
        );
    }
    let count = |name: &str| record["counts"][name].as_u64().unwrap() as usize;
    assert_eq!(actions_matching(&Glob::any()).count(), count("iam actions"));
    let rows: Vec<Operation> = services().flat_map(operations_of).collect();
    assert_eq!(services().count(), count("sdk services"));
    assert_eq!(rows.len(), count("sdk operations"));
    let known = rows.iter().filter(|r| !r.uses.is_empty()).count();
    assert_eq!(known, count("operations with an action"));
    let free = rows.iter().filter(|r| r.how == How::Free).count();
    assert!((known + free) * 100 >= rows.len() * 98);
}

#[test]
fn every_row_speaks_of_actions_and_types_that_exist() {
    for operation in services().flat_map(operations_of) {
        for used in &operation.uses {
            let found = action(&used.action);
            assert!(found.is_some(), "{}", used.action);
            let Targets::Types(types) = &used.targets else {
                continue;
            };
            for spec in types {
                let fits = found.unwrap().resource_types().any(|t| t.name == spec.kind);
                assert!(
                    fits || matches!(spec.kind, "*" | "uri"),
                    "{} {}",
                    used.action,
                    spec.kind
                );
            }
        }
    }
    for row in optimized_integrations() {
        for used in &row.uses {
            for name in &used.actions {
                let info = action(name).unwrap_or_else(|| panic!("{}: {name}", row.id));
                assert_eq!(&info.name(), name);
                let Targets::Types(types) = &used.targets else {
                    continue;
                };
                for spec in types {
                    let found = resource_type(info.prefix(), spec.kind);
                    assert!(found.is_some(), "{}: {name} {}", row.id, spec.kind);
                    let holes = found.unwrap().arn.matches("${").count()
                        - ["${Partition}", "${Region}", "${Account}"]
                            .iter()
                            .filter(|v| found.unwrap().arn.contains(*v))
                            .count();
                    let whole = matches!(spec.fills.as_slice(), [Fill::Arn(_)]);
                    assert!(whole || holes == spec.fills.len(), "{}: {spec:?}", row.id);
                }
            }
        }
        if let Some(rule) = row.rule {
            assert!(rule.starts_with("StepFunctionsGetEvent") && rule.ends_with("Rule"));
        }
    }
    assert_eq!(optimized_integrations().len(), 64);
}

#[test]
fn integrations_as_real_workflows_write_them() {
    for (text, label) in [
        ("arn:aws:states:::lambda:invoke", "lambda:invoke"),
        (
            "arn:aws-cn:states:::lambda:invoke.waitForTaskToken",
            "lambda:invoke.waitForTaskToken",
        ),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            "states:startExecution.sync:2",
        ),
        ("arn:aws:states:::ecs:runTask.sync", "ecs:runTask.sync"),
        (
            "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
            "aws-sdk:sfn:StartSyncExecution",
        ),
        (
            "arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents",
            "aws-sdk:cloudwatchlogs:PutLogEvents",
        ),
        (
            "arn:aws:states:::aws-sdk:lookoutvision:startModel",
            "aws-sdk:lookoutvision:StartModel",
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:f:prod",
            "lambda function",
        ),
        (
            "arn:aws:states:us-east-1:123456789012:activity:work",
            "activity",
        ),
    ] {
        let found = of(text);
        assert_eq!(found.label(), label);
        assert_eq!(found.unknown_reason(), None, "{text}");
    }
    let partition = Text(vec![
        Segment::Literal("arn:".to_owned()),
        Segment::Unresolved("AWS::Partition".to_owned()),
        Segment::Literal(":states:::sns:publish".to_owned()),
    ]);
    assert_eq!(resource(&partition).label(), "sns:publish");
    let whole = Text(vec![Segment::Unresolved("FunctionArn".to_owned())]);
    assert!(matches!(resource(&whole).kind, IntegrationKind::Unresolved));
}

#[test]
fn what_is_unknown_says_which_part() {
    for (text, word) in [
        ("arn:aws:states:::aws-sdk:nosuch:thing", "no SDK service"),
        ("arn:aws:states:::aws-sdk:s3:frobnicate", "no operation"),
        ("arn:aws:states:::dynamodb:scan", "none for this operation"),
        ("arn:aws:states:::nosuch:thing", "no optimized integration"),
        ("arn:aws:states:::dynamodb:getItem.sync", "no `.sync`"),
        ("arn:aws:states:::aws-sdk:ecs:runTask.sync", "no `.sync`"),
        ("do it", "no integration"),
        ("", "no integration"),
    ] {
        let found = of(text);
        assert!(
            found.unknown_reason().is_some_and(|r| r.contains(word)),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn actions_are_found_without_regard_to_case() {
    let invoke = action("LAMBDA:invokefunction").unwrap();
    assert_eq!(invoke.name(), "lambda:InvokeFunction");
    assert!(invoke.has_resource_types());
    assert_eq!(invoke.level(), Level::Write);
    assert!(
        invoke
            .resource_types()
            .any(|t| t.arn
                == "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}")
    );
    assert!(
        !action("logs:CreateLogDelivery")
            .unwrap()
            .has_resource_types()
    );
    assert!(action("lambda:Nothing").is_none());
    let gets: Vec<String> = actions_matching(&Glob::parse("S3:get*"))
        .map(|a| a.name())
        .collect();
    assert!(
        gets.contains(&"s3:GetObject".to_owned()) && !gets.contains(&"s3:PutObject".to_owned())
    );
    assert!(gets.iter().all(|n| n.starts_with("s3:Get")));
}

#[test]
fn sensitive_actions() {
    for (name, why) in [
        ("iam:PutRolePolicy", Some(Sensitivity::Iam)),
        ("iam:ListRoles", None),
        ("lambda:UpdateFunctionCode", Some(Sensitivity::Code)),
        ("lambda:InvokeFunction", None),
        ("secretsmanager:GetSecretValue", Some(Sensitivity::Secret)),
        ("sts:AssumeRole", Some(Sensitivity::Assume)),
        ("kms:Decrypt", Some(Sensitivity::Decrypt)),
        ("s3:PutBucketPolicy", Some(Sensitivity::Iam)),
        ("dynamodb:PutItem", None),
        ("iam:CreateServiceLinkedRole", None),
        ("s3:PutObjectAcl", None),
    ] {
        assert_eq!(sensitivity(name), why, "{name}");
    }
    assert!(pattern_sensitivity(&Glob::parse("secretsmanager:*")).is_some());
    assert!(pattern_sensitivity(&Glob::parse("states:*")).is_some());
    // Nearly every service has an action that writes a resource policy; a service is not sensitive for that alone.
    assert_eq!(pattern_sensitivity(&Glob::parse("dynamodb:*")), None);
    assert_eq!(pattern_sensitivity(&Glob::parse("dynamodb:Get*")), None);
}

#[test]
fn breadth_follows_the_words_of_the_rules() {
    for (action, pattern, expected) in [
        ("lambda:InvokeFunction", "*", Breadth::Any),
        ("lambda:InvokeFunction", "arn:aws:lambda:*", Breadth::Any),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:1:function:*",
            Breadth::Any,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:1:fun*",
            Breadth::Any,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:1:*",
            Breadth::Any,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:1:function:media-*",
            Breadth::Part,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:*:*:function:resize",
            Breadth::Part,
        ),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:1:function:resize",
            Breadth::One,
        ),
        (
            "dynamodb:PutItem",
            "arn:aws:dynamodb:us-east-1:1:table/*",
            Breadth::Any,
        ),
        (
            "dynamodb:Query",
            "arn:aws:dynamodb:us-east-1:1:table/*/index/by-name",
            Breadth::Any,
        ),
        (
            "dynamodb:PutItem",
            "arn:aws:dynamodb:us-east-1:1:table/orders",
            Breadth::One,
        ),
        ("s3:GetObject", "arn:aws:s3:::*/export.csv", Breadth::Any),
        ("s3:GetObject", "arn:aws:s3:::*", Breadth::Any),
        ("s3:GetObject", "arn:aws:s3:::bucket/*", Breadth::Part),
        ("s3:GetObject", "arn:aws:s3:::bucket*", Breadth::Part),
        ("s3:GetObject", "arn:aws:s3:::bucket/key", Breadth::One),
        ("s3:ListBucket", "arn:aws:s3:::bucket", Breadth::One),
        (
            "ecs:StopTask",
            "arn:aws:ecs:us-east-1:1:task/blue/*",
            Breadth::Part,
        ),
        (
            "ecs:StopTask",
            "arn:aws:ecs:us-east-1:1:task/*",
            Breadth::Any,
        ),
        (
            "ecs:StopTask",
            "arn:aws:ecs:us-east-1:1:task/*/*",
            Breadth::Any,
        ),
        (
            "states:StopExecution",
            "arn:aws:states:us-east-1:1:execution:flow:*",
            Breadth::Part,
        ),
        (
            "states:StopExecution",
            "arn:aws:states:us-east-1:1:execution:*",
            Breadth::Any,
        ),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:1:secret:db-??????",
            Breadth::One,
        ),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:1:secret:*",
            Breadth::Any,
        ),
        ("iam:PassRole", "arn:aws:iam::1:role/*", Breadth::Any),
        (
            "iam:PassRole",
            "arn:aws:iam::1:role/service-*",
            Breadth::Part,
        ),
        ("iam:PassRole", "arn:aws:iam::*:role/task", Breadth::Part),
        ("sns:Publish", "arn:aws:sns:us-east-1:1:*", Breadth::Any),
        (
            "sns:Publish",
            "arn:aws:sns:us-east-1:1:alerts",
            Breadth::One,
        ),
        ("sqs:SendMessage", "arn:aws:sqs:*:*:*", Breadth::Any),
        ("no:Such", "arn:aws:no:us-east-1:1:thing/*", Breadth::Any),
        (
            "no:Such",
            "arn:aws:no:us-east-1:1:thing/box/*",
            Breadth::Part,
        ),
        (
            "ecs:RunTask",
            "arn:aws:ecs:us-east-1:1:task-definition/web:*",
            Breadth::Part,
        ),
        (
            "autoscaling:UpdateAutoScalingGroup",
            "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:*:autoScalingGroupName/web",
            Breadth::One,
        ),
        (
            "ecs:RunTask",
            "arn:aws:ecs:us-east-1:1:task-definition/*:*",
            Breadth::Any,
        ),
        (
            "ecs:RunTask",
            "arn:aws:ecs:us-east-1:1:task-definition/web:3",
            Breadth::One,
        ),
        (
            "ecs:RunTask",
            "arn:aws:ecs:us-east-1:1:task-definition/web",
            Breadth::One,
        ),
    ] {
        assert_eq!(how_wide(action, pattern), expected, "{action} on {pattern}");
    }
}

#[test]
fn companion_forms() {
    for (resource, form) in [
        (
            "arn:aws:lambda:r:1:function:f",
            "arn:aws:lambda:r:1:function:f:*",
        ),
        (
            "arn:aws:lambda:r:1:function:f:prod",
            "arn:aws:lambda:r:1:function:f:*",
        ),
        (
            "arn:aws:dynamodb:r:1:table/t",
            "arn:aws:dynamodb:r:1:table/t/index/*",
        ),
        (
            "arn:aws:ecs:r:1:task-definition/d:3",
            "arn:aws:ecs:r:1:task-definition/d:*",
        ),
        (
            "arn:aws:states:r:1:stateMachine:m",
            "arn:aws:states:r:1:stateMachine:m:*",
        ),
        (
            "arn:aws:states:r:1:execution:m:e",
            "arn:aws:states:r:1:execution:m:*",
        ),
        ("arn:aws:ecs:r:1:task/c/t", "arn:aws:ecs:r:1:task/c/*"),
        (
            "arn:aws:secretsmanager:r:1:secret:s",
            "arn:aws:secretsmanager:r:1:secret:s-??????",
        ),
        ("arn:aws:s3:::b/k*", "arn:aws:s3:::b/*"),
        ("arn:aws:s3:::b/k", "arn:aws:s3:::b"),
    ] {
        let found = companions(&Glob::parse(resource));
        assert!(found.contains(&Glob::parse(form)), "{resource}: {found:?}");
    }
    let fixed = companions(&Glob::parse("arn:aws:s3:::b/k"));
    assert!(!fixed.contains(&Glob::parse("arn:aws:s3:::b/*")));
    assert_eq!(companions(&Glob::any()), Vec::new());
}
