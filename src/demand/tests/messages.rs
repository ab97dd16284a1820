use serde_json::json;

use super::*;
use Target::{NoResourceTypes, NotDerivable, Partial, RunTime, Static};

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
