use serde_json::json;

use super::*;
use Target::{Deployment, NotDerivable, Partial, RunTime, Static};

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
        [arn("stateMachine:child")]
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
