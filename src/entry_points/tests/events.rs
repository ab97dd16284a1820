use super::*;

fn rule(rule: &Json, target: &Json) -> EntryPoint {
    let mut full = json!({ "Name": "r", "State": "ENABLED" });
    full.as_object_mut()
        .unwrap()
        .extend(rule.as_object().unwrap().clone());
    let mut to = json!({ "Id": "1", "Arn": format!("{BASE}w:live") });
    to.as_object_mut()
        .unwrap()
        .extend(target.as_object().unwrap().clone());
    one(&[
        ("event-rules.json", json!({ "Rules": [full] })),
        ("event-targets/r.json", json!({ "Targets": [to] })),
    ])
}

#[test]
fn an_event_is_a_senders_but_for_what_the_pattern_and_the_service_fix() {
    let custom = json!({ "EventBusName": "shop", "EventPattern": r#"{"source": ["shop.orders"], "detail": {"f": ["a", "b"], "g": [{"prefix": "p"}]}}"# });
    let point = rule(&custom, &json!({}));
    assert_eq!(
        (point.fill, point.starts.clone()),
        (Fill::Whole, Starts::Workflow(format!("{BASE}w")))
    );
    for (path, open) in [
        ("$.detail.x", true),
        ("$.detail.g", true),
        ("$.detail.f", false),
        ("$.detail.f[0]", true),
        ("$.detail-type", true),
        ("$.source", false),
        ("$.account", false),
        ("$.region", false),
    ] {
        assert_eq!(chooses(&point, path), open, "{path}");
    }
    assert_eq!(
        point.causes[0].resource,
        "arn:aws:events:us-east-1:271828182845:event-bus/shop"
    );
    assert_eq!(
        point.causes[0].context,
        [("events:source", "shop.orders".to_owned())]
    );
    for (target, fill, path, open) in [
        (
            json!({ "Input": r#"{"f": 1}"# }),
            Fill::Constant,
            "$.f",
            false,
        ),
        (json!({ "InputPath": "$.detail" }), Fill::Part, "$.x", true),
        (json!({ "InputPath": "$.detail" }), Fill::Part, "$.f", false),
        (
            json!({ "InputTransformer": { "InputPathsMap": { "x": "$.detail.x" }, "InputTemplate": r#"{"a": "<x>", "b": <x>, "c": "k"}"# } }),
            Fill::Part,
            "$.b.y",
            true,
        ),
        (
            json!({ "InputTransformer": { "InputPathsMap": { "x": "$.detail.x" }, "InputTemplate": r#"{"a": "<x>", "c": "k"}"# } }),
            Fill::Part,
            "$.c",
            false,
        ),
        (
            json!({ "InputTransformer": { "InputTemplate": r#"{"event": <aws.events.event>}"# } }),
            Fill::Part,
            "$.event.detail.x",
            true,
        ),
        (
            json!({ "InputTransformer": { "InputTemplate": r#"{"rule": "<aws.events.rule-name>"}"# } }),
            Fill::Constant,
            "$.rule",
            false,
        ),
    ] {
        let point = rule(&custom, &target);
        assert_eq!(point.fill, fill, "{target}");
        assert_eq!(chooses(&point, path), open, "{target} {path}");
    }
}

#[test]
fn a_services_own_event_is_forged_by_nobody() {
    let pattern = |text: &str| json!({ "EventPattern": text });
    let s3 = rule(
        &pattern(r#"{"source": ["aws.s3"], "detail": {"bucket": {"name": ["in"]}}}"#),
        &json!({}),
    );
    assert_eq!(
        (&*s3.causes[0].action, s3.causes[0].resource.as_str()),
        ("s3:PutObject", "arn:aws:s3:::in/*")
    );
    assert!(chooses(&s3, "$.detail.object.key"));
    assert!(!chooses(&s3, "$.detail.bucket.name") && !chooses(&s3, "$.detail.requester"));
    let ec2 = rule(&pattern(r#"{"source": ["aws.ec2"]}"#), &json!({}));
    assert!(ec2.causes.is_empty() && chooses(&ec2, "$.detail.x") && !chooses(&ec2, "$.account"));
    let tick = rule(
        &json!({ "ScheduleExpression": "rate(5 minutes)" }),
        &json!({}),
    );
    assert_eq!(
        (tick.fill, chooses(&tick, "$.detail")),
        (Fill::Constant, false)
    );
    let off = points(&[
        (
            "event-rules.json",
            json!({ "Rules": [{ "Name": "r", "State": "DISABLED" }] }),
        ),
        (
            "event-targets/r.json",
            json!({ "Targets": [{ "Arn": format!("{BASE}w") }] }),
        ),
    ]);
    assert!(off.list.is_empty());
}

#[test]
fn schedules_are_constant_and_pipes_and_topic_rules_external() {
    let target = json!({ "Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution", "Input": json!({ "StateMachineArn": format!("{BASE}w"), "Input": "{\"f\": \"x\"}" }).to_string() });
    let schedule = one(&[(
        "schedules/g/s.json",
        json!({ "Name": "s", "GroupName": "g", "Target": target }),
    )]);
    assert_eq!(
        (schedule.fill, schedule.starts, schedule.name.as_str()),
        (Fill::Constant, Starts::Workflow(format!("{BASE}w")), "g/s")
    );
    let pipe = |parameters: Json, enrichment: Option<&str>| {
        let mut pipe = json!({ "Name": "p", "Source": "arn:aws:sqs:us-east-1:1:q", "Target": format!("{BASE}w"), "TargetParameters": parameters });
        if let Some(arn) = enrichment {
            pipe["Enrichment"] = json!(arn);
        }
        one(&[("pipes/p.json", pipe)])
    };
    let whole = pipe(
        json!({ "StepFunctionStateMachineParameters": { "InvocationType": "FIRE_AND_FORGET" } }),
        None,
    );
    assert_eq!(
        (
            whole.fill,
            chooses(&whole, "$[0].body"),
            &*whole.causes[0].action
        ),
        (Fill::Whole, true, "sqs:SendMessage")
    );
    let part = pipe(
        json!({ "InputTemplate": r#"{"a": <$.body.a>, "k": "x"}"# }),
        None,
    );
    assert_eq!(
        (
            part.fill,
            chooses(&part, "$[0].a"),
            chooses(&part, "$[0].k")
        ),
        (Fill::Part, true, false)
    );
    assert_eq!(
        pipe(json!({ "InputTemplate": r#"{"k": "x"}"# }), None).fill,
        Fill::Constant
    );
    assert_eq!(
        pipe(json!({}), Some("arn:aws:lambda:us-east-1:1:function:f")).fill,
        Fill::Unknown
    );
    let topic = |sql: &str| {
        one(&[(
            "topic-rules/t.json",
            json!({ "rule": { "ruleName": "t", "sql": sql, "actions": [{ "stepFunctions": { "stateMachineName": "w" } }] } }),
        )])
    };
    let selected = topic("SELECT temperature, device.id AS d, 'x' as k FROM 'plant/+/telemetry'");
    assert_eq!(
        (
            selected.fill,
            chooses(&selected, "$.d"),
            chooses(&selected, "$.k"),
            chooses(&selected, "$.other")
        ),
        (Fill::Part, true, false, false)
    );
    assert_eq!(
        selected.causes[0].resource,
        "arn:aws:iot:us-east-1:271828182845:topic/plant/*/telemetry"
    );
    assert_eq!(topic("SELECT * FROM 'a'").fill, Fill::Whole);
}

#[test]
fn resolvers_start_by_their_data_source() {
    let api = |kind: &str, resolver: Json| {
        let mut full =
            json!({ "typeName": "Mutation", "fieldName": "run", "dataSourceName": "sfn" });
        full.as_object_mut()
            .unwrap()
            .extend(resolver.as_object().unwrap().clone());
        points(&[
            ("graphql-apis.json", json!({ "graphqlApis": [{ "apiId": "g1", "authenticationType": kind }] })),
            ("graphql-apis/g1/data-sources.json", json!({ "dataSources": [{ "name": "sfn", "type": "HTTP", "httpConfig": { "endpoint": "https://states.us-east-1.amazonaws.com/" } }] })),
            ("graphql-apis/g1/resolvers.json", json!({ "resolvers": [full] })),
        ]).list
    };
    let template = |input: &str, action: &str| {
        let body = format!(r#"{{"stateMachineArn": "{BASE}w", "input": {input}}}"#);
        json!({ "requestMappingTemplate": format!(r#"{{"version": "2018-05-29", "method": "POST", "resourcePath": "/", "params": {{"headers": {{"x-amz-target": "AWSStepFunctions.{action}"}}, "body": {body}}}}}"#) })
    };
    let whole = api(
        "API_KEY",
        template(
            "\"$util.escapeJavaScript($util.toJson($ctx.args))\"",
            "StartExecution",
        ),
    );
    assert_eq!(
        (whole[0].fill, whole[0].public, whole[0].authorization),
        (Fill::Whole, true, Some(Authorization::ApiKey))
    );
    let part = api(
        "AWS_IAM",
        template(
            r#""{\"q\": \"$ctx.args.q\", \"k\": 1}""#,
            "StartSyncExecution",
        ),
    );
    assert_eq!(
        (
            part[0].fill,
            part[0].public,
            chooses(&part[0], "$.q"),
            chooses(&part[0], "$.k")
        ),
        (Fill::Part, false, true, false)
    );
    assert!(api("API_KEY", template("\"x\"", "DescribeExecution")).is_empty());
    let code = api(
        "AMAZON_COGNITO_USER_POOLS",
        json!({ "code": format!("const a = '{BASE}w'; 'AWSStepFunctions.StartExecution'") }),
    );
    assert_eq!(
        (code[0].fill, code[0].authorization, code[0].starts.clone()),
        (
            Fill::Unknown,
            Some(Authorization::Authorizer),
            Starts::Workflow(format!("{BASE}w"))
        )
    );
}

#[test]
fn a_pipe_begins_the_workflow_that_enriches_too() {
    let pipe = json!({ "Name": "p", "Source": "arn:aws:sqs:us-east-1:1:q", "Enrichment": format!("{BASE}w"),
        "EnrichmentParameters": { "InputTemplate": r#"{"a": <$.body.a>}"# }, "Target": "arn:aws:sqs:us-east-1:1:out" });
    let point = one(&[("pipes/p.json", pipe)]);
    assert_eq!(
        (point.fill, point.starts),
        (Fill::Part, Starts::Workflow(format!("{BASE}w")))
    );
}
