use serde_json::json;

use super::*;
use Target::{Deployment, NoResourceTypes, NotDerivable, Partial, RunTime, Static};

const L: &str = "arn:aws:lambda:us-east-1:123456789012:function";

#[test]
fn functions_in_every_form_of_their_name() {
    for (name, expected, target) in [
        ("resize", format!("{L}:resize"), Static),
        ("resize:prod", format!("{L}:resize:prod"), Static),
        (
            "999999999999:function:resize",
            "arn:aws:lambda:us-east-1:999999999999:function:resize".to_owned(),
            Static,
        ),
        (
            "arn:aws:lambda:eu-west-1:9:function:f:$LATEST",
            "arn:aws:lambda:eu-west-1:9:function:f:$LATEST".to_owned(),
            Static,
        ),
        (
            "<caller>",
            "arn:aws:lambda:*:*:function:*".to_owned(),
            RunTime,
        ),
        ("media-<caller>", format!("{L}:media-*"), Partial),
        (
            "<FunctionArn>",
            "arn:aws:lambda:*:*:function:*".to_owned(),
            Deployment,
        ),
        ("<Stage>-resize", format!("{L}:*-resize"), Partial),
        (
            "arn:aws:lambda:<AWS::Region>:<AWS::AccountId>:function:f",
            format!("{L}:f"),
            Static,
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:<caller>",
            format!("{L}:*"),
            RunTime,
        ),
        ("a*b", format!("{L}:a${{*}}b"), Static),
    ] {
        check(
            "lambda:invoke",
            json!({"FunctionName": name, "Payload": {}}),
            &[("lambda:InvokeFunction", &[&expected], target)],
        );
    }
    check(
        "lambda:invoke.waitForTaskToken",
        json!({"FunctionName": "f", "Qualifier": "live"}),
        &[("lambda:InvokeFunction", &[&format!("{L}:f:live")], Static)],
    );
    check(
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        json!({}),
        &[("lambda:InvokeFunction", &[&format!("{L}:f")], Static)],
    );
}

#[test]
fn a_task_without_parameters_leaves_everything_to_its_input() {
    let all = Value::Any(unknown(Source::Caller));
    let found = needs_at(&home(), "dynamodb:putItem", &all);
    let need = on(&found, "dynamodb:PutItem");
    assert_eq!(resources(need), ["arn:aws:dynamodb:*:*:table/*"]);
    assert_eq!(need.target, RunTime);
    assert_eq!(need.holes.len(), 1);
}

#[test]
fn a_guard_that_leaves_two_values_makes_two_static_resources() {
    let mut hole = unknown(Source::Caller);
    hole.allowed = Some(vec![Glob::literal("a"), Glob::literal("b")]);
    let arguments = Value::object([("TopicArn".to_owned(), Value::text("x"))]);
    assert_eq!(needs_at(&home(), "sns:publish", &arguments).len(), 1);
    let name = Value::Text(vec![Piece::Hole(hole)]);
    let arguments = Value::object([("TableName".to_owned(), name)]);
    let found = needs_at(&home(), "dynamodb:getItem", &arguments);
    let need = on(&found, "dynamodb:GetItem");
    let table = |t: &str| format!("arn:aws:dynamodb:us-east-1:123456789012:table/{t}");
    assert_eq!(resources(need), [table("a"), table("b")]);
    assert_eq!((need.target, need.holes.len()), (Static, 1));
}

fn ecs(rest: &str) -> String {
    format!("arn:aws:ecs:us-east-1:123456789012:{rest}")
}

#[test]
fn task_definitions_with_and_without_a_revision() {
    for (name, expected, target) in [
        ("web", ecs("task-definition/web:*"), Static),
        ("web:3", ecs("task-definition/web:3"), Static),
        (
            &ecs("task-definition/web"),
            ecs("task-definition/web:*"),
            Static,
        ),
        (
            &ecs("task-definition/web:3"),
            ecs("task-definition/web:3"),
            Static,
        ),
        (
            "<TaskDefinition>",
            "arn:aws:ecs:*:*:task-definition/*:*".to_owned(),
            Deployment,
        ),
        (
            "<caller>",
            "arn:aws:ecs:*:*:task-definition/*:*".to_owned(),
            RunTime,
        ),
    ] {
        let found = needs("ecs:runTask", json!({"TaskDefinition": name}));
        let need = on(&found, "ecs:RunTask");
        assert_eq!(resources(need), [expected], "{name}");
        assert_eq!(need.target, target, "{name}");
    }
}

#[test]
fn ecs_sync_needs_its_rule_and_the_tasks_of_its_cluster() {
    let rule = "arn:aws:events:us-east-1:123456789012:rule/StepFunctionsGetEventsForECSTaskRule";
    let found = needs(
        "ecs:runTask.sync",
        json!({"Cluster": ecs("cluster/blue"), "TaskDefinition": "web:1",
               "Overrides": {"TaskRoleArn": "arn:aws:iam::123456789012:role/task"}}),
    );
    for (action, resource, phase) in [
        ("ecs:RunTask", ecs("task-definition/web:1"), Phase::Start),
        ("ecs:DescribeTasks", ecs("task/blue/*"), Phase::Poll),
        ("ecs:StopTask", ecs("task/blue/*"), Phase::Cancel),
        ("events:PutTargets", rule.to_owned(), Phase::CompletionEvent),
        ("events:PutRule", rule.to_owned(), Phase::CompletionEvent),
        (
            "events:DescribeRule",
            rule.to_owned(),
            Phase::CompletionEvent,
        ),
    ] {
        let need = on(&found, action);
        assert_eq!((resources(need), need.phase), (vec![resource], phase));
        assert!(!need.optional);
    }
    let roles: Vec<_> = found
        .iter()
        .filter(|n| n.action == "iam:PassRole")
        .collect();
    let [named, hidden] = roles.as_slice() else {
        panic!("{roles:?}")
    };
    assert_eq!(resources(named), ["arn:aws:iam::123456789012:role/task"]);
    assert_eq!(
        (named.passed_to, named.optional),
        (Some("ecs-tasks.amazonaws.com"), false)
    );
    assert_eq!((hidden.target, hidden.optional), (NotDerivable, true));
    let plain = needs("ecs:runTask", json!({"TaskDefinition": "web:1"}));
    assert!(
        plain
            .iter()
            .all(|n| n.phase == Phase::Start || n.phase == Phase::PassRole)
    );
}

#[test]
fn executions_of_a_nested_workflow() {
    let arn = |rest: &str| format!("arn:aws:states:us-east-1:123456789012:{rest}");
    let found = needs(
        "states:startExecution.sync:2",
        json!({"StateMachineArn": arn("stateMachine:child:live")}),
    );
    assert_eq!(
        resources(on(&found, "states:StartExecution")),
        [arn("stateMachine:child:live")]
    );
    assert_eq!(
        resources(on(&found, "states:DescribeExecution")),
        [arn("execution:child:*")]
    );
    assert_eq!(
        resources(on(&found, "states:StopExecution")),
        [arn("execution:child:*")]
    );
    let rule = "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule";
    assert_eq!(
        resources(on(&found, "events:PutRule")),
        [format!("arn:aws:events:us-east-1:123456789012:{rule}")]
    );
    let open = needs(
        "states:startExecution.sync",
        json!({"StateMachineArn": "<StateMachineArn>"}),
    );
    assert_eq!(on(&open, "states:StartExecution").target, Deployment);
    assert_eq!(on(&open, "states:DescribeExecution").target, Deployment);
}

#[test]
fn queues_in_every_partition() {
    for (url, arn) in [
        (
            "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
            "arn:aws:sqs:us-east-1:123456789012:jobs",
        ),
        (
            "https://sqs.cn-north-1.amazonaws.com.cn/9/jobs.fifo",
            "arn:aws:sqs:cn-north-1:9:jobs.fifo",
        ),
        (
            "https://eu-west-1.queue.amazonaws.com/9/q",
            "arn:aws:sqs:eu-west-1:9:q",
        ),
        (
            "https://queue.amazonaws.com/9/q",
            "arn:aws:sqs:us-east-1:9:q",
        ),
        (
            "https://sqs.<AWS::Region>.amazonaws.com/<AWS::AccountId>/q",
            "arn:aws:sqs:us-east-1:123456789012:q",
        ),
        (
            "https://sqs.us-east-1.amazonaws.com/9/<caller>",
            "arn:aws:sqs:us-east-1:9:*",
        ),
    ] {
        let found = needs(
            "sqs:sendMessage",
            json!({"QueueUrl": url, "MessageBody": "x"}),
        );
        assert_eq!(resources(on(&found, "sqs:SendMessage")), [arn], "{url}");
    }
}

#[test]
fn topics_endpoints_and_telephone_numbers() {
    let topic = "arn:aws:sns:us-east-1:123456789012:alerts";
    check(
        "sns:publish",
        json!({"TopicArn": topic}),
        &[("sns:Publish", &[topic], Static)],
    );
    check(
        "sns:publish",
        json!({"TargetArn": topic}),
        &[("sns:Publish", &[topic], Static)],
    );
    check(
        "sns:publish",
        json!({"PhoneNumber": "+1"}),
        &[("sns:Publish", &["*"], NotDerivable)],
    );
    check(
        "sns:publish",
        json!({"TopicArn": "<caller>"}),
        &[("sns:Publish", &["arn:aws:sns:*:*:*"], RunTime)],
    );
}

#[test]
fn event_buses_with_the_default_one() {
    let bus = |n: &str| format!("arn:aws:events:us-east-1:123456789012:event-bus/{n}");
    check(
        "events:putEvents",
        json!({"Entries": [{"Source": "a"}, {"Source": "a", "EventBusName": "orders"}]}),
        &[(
            "events:PutEvents",
            &[&bus("orders"), &bus("default")],
            Static,
        )],
    );
}

#[test]
fn an_unsigned_http_api_needs_nothing() {
    let call = |auth: &str| {
        json!({"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET",
               "Stage": "prod", "Path": "/pets", "AuthType": auth})
    };
    check("apigateway:invoke", call("NO_AUTH"), &[]);
    check(
        "apigateway:invoke",
        call("IAM_ROLE"),
        &[(
            "execute-api:Invoke",
            &["arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets"],
            Static,
        )],
    );
}

#[test]
fn http_tasks_read_their_connection_and_its_secret() {
    let connection = "arn:aws:events:us-east-1:123456789012:connection/c/1-2";
    check(
        "http:invoke",
        json!({"ApiEndpoint": "https://x", "Method": "GET", "Authentication": {"ConnectionArn": connection}}),
        &[
            ("states:InvokeHTTPEndpoint", &["*"], NoResourceTypes),
            (
                "events:RetrieveConnectionCredentials",
                &[connection],
                Static,
            ),
            (
                "secretsmanager:GetSecretValue",
                &["arn:aws:secretsmanager:us-east-1:123456789012:secret:events!connection/*"],
                NotDerivable,
            ),
            (
                "secretsmanager:DescribeSecret",
                &["arn:aws:secretsmanager:us-east-1:123456789012:secret:events!connection/*"],
                NotDerivable,
            ),
        ],
    );
}

#[test]
fn the_rules_of_codebuild_and_emr_have_no_s() {
    for (resource, arguments, rule) in [
        (
            "codebuild:startBuild.sync",
            json!({"ProjectName": "p"}),
            "StepFunctionsGetEventForCodeBuildStartBuildRule",
        ),
        (
            "codebuild:startBuildBatch.sync",
            json!({"ProjectName": "p"}),
            "StepFunctionsGetEventForCodeBuildStartBuildBatchRule",
        ),
        (
            "elasticmapreduce:createCluster.sync",
            json!({}),
            "StepFunctionsGetEventForEMRRunJobFlowRule",
        ),
        (
            "elasticmapreduce:addStep.sync",
            json!({"ClusterId": "j-1"}),
            "StepFunctionsGetEventForEMRAddJobFlowStepsRule",
        ),
        (
            "elasticmapreduce:terminateCluster.sync",
            json!({"ClusterId": "j-1"}),
            "StepFunctionsGetEventForEMRTerminateJobFlowsRule",
        ),
        (
            "batch:submitJob.sync",
            json!({"JobDefinition": "d", "JobQueue": "q"}),
            "StepFunctionsGetEventsForBatchJobsRule",
        ),
    ] {
        let found = needs(resource, arguments);
        assert_eq!(
            resources(on(&found, "events:PutTargets")),
            [format!("arn:aws:events:us-east-1:123456789012:rule/{rule}")]
        );
    }
    let polls = needs("glue:startJobRun.sync", json!({"JobName": "j"}));
    assert!(polls.iter().all(|n| !n.action.starts_with("events:")));
}

#[test]
fn every_optimized_integration_has_needs_for_every_pattern() {
    for row in catalog::optimized_integrations() {
        for pattern in &row.patterns {
            let suffix = match *pattern {
                "sync" => ".sync",
                "sync:2" => ".sync:2",
                "token" => ".waitForTaskToken",
                _ => "",
            };
            let all = Value::Any(unknown(Source::Caller));
            let found = needs_at(&home(), &format!("{}{suffix}", row.id), &all);
            let kubernetes = matches!(row.id, "eks:call" | "eks:runJob");
            assert_eq!(found.is_empty(), kubernetes, "{}{suffix}", row.id);
            let polls = found.iter().any(|n| n.phase == Phase::Poll);
            assert_eq!(
                polls,
                suffix.starts_with(".sync") && !kubernetes,
                "{}",
                row.id
            );
            for need in &found {
                assert!(!need.resources.is_empty() && !need.because.is_empty());
            }
        }
    }
}

#[test]
fn messages_to_websocket_clients_have_an_action_of_their_own() {
    check(
        "apigateway:invoke",
        json!({"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "POST",
               "Stage": "prod", "Path": "/@connections/<caller>", "AuthType": "IAM_ROLE"}),
        &[(
            "execute-api:ManageConnections",
            &["arn:aws:execute-api:us-east-1:123456789012:abc/prod/POST/@connections/*"],
            Partial,
        )],
    );
}
