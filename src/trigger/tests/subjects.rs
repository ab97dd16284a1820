use serde_json::json;

use super::*;

#[test]
fn users_groups_functions_and_keyed_groups_are_named() {
    let of = |name: &str, source: &str, request: Value| {
        let event = event(name, source, request, Value::Null);
        read(&event).map(|change| (change.affects, change.opens))
    };
    let starters = |principal: &str| Affects::Starters {
        principal: principal.to_owned(),
    };
    assert_eq!(
        of(
            "PutUserPolicy",
            "iam.amazonaws.com",
            json!({ "userName": "kim", "policyDocument": "{}" })
        ),
        Ok((starters("user/kim"), GrantsStart::New))
    );
    // Groups have longer names than users and roles.
    let long = "g".repeat(128);
    assert_eq!(
        of(
            "DetachGroupPolicy",
            "iam.amazonaws.com",
            json!({ "groupName": long })
        ),
        Ok((starters(&format!("group/{long}")), GrantsStart::New))
    );
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:resize:7";
    for named in ["resize", "resize:7", "123456789012:function:resize", arn] {
        assert_eq!(
            of(
                "UpdateFunctionConfiguration20150331v2",
                "lambda.amazonaws.com",
                json!({ "functionName": named })
            ),
            Ok((
                Affects::Function {
                    name: "resize".to_owned()
                },
                GrantsStart::Never
            )),
            "{named}"
        );
    }
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/x:*";
    assert_eq!(
        of(
            "AssociateKmsKey",
            "logs.amazonaws.com",
            json!({ "resourceIdentifier": group, "kmsKeyId": "k" })
        ),
        Ok((
            Affects::LogGroup {
                name: "/aws/vendedlogs/x".to_owned()
            },
            GrantsStart::Never
        ))
    );
}

#[test]
fn an_iam_event_says_what_reading_must_show() {
    use crate::snapshot::{Attachment, Document, Fetched, NamedDocument, Role};
    let expected = |name: &str, request: Value| {
        let event = event(name, "iam.amazonaws.com", request, Value::Null);
        read(&event).unwrap().expects.unwrap()
    };
    let document = r#"{"Statement":[]}"#;
    let put = expected(
        "PutRolePolicy",
        json!({ "roleName": "r", "policyName": "p", "policyDocument": document }),
    );
    let deleted = expected(
        "DeleteRolePolicy",
        json!({ "roleName": "r", "policyName": "p" }),
    );
    let attached = expected(
        "AttachRolePolicy",
        json!({ "roleName": "r", "policyArn": "arn:a" }),
    );
    let detached = expected(
        "DetachRolePolicy",
        json!({ "roleName": "r", "policyArn": "arn:a" }),
    );
    let trusted = expected(
        "UpdateAssumeRolePolicy",
        json!({ "roleName": "r", "policyDocument": document }),
    );
    let role = |inline: &[&str], attached: &[&str], trust: &str| Role {
        arn: "arn:aws:iam::123456789012:role/r".to_owned(),
        name: "r".to_owned(),
        trust: Fetched::Present(Document(trust.to_owned())),
        inline: Fetched::Present(
            inline
                .iter()
                .map(|text| NamedDocument {
                    name: "p".to_owned(),
                    document: Document((*text).to_owned()),
                })
                .collect(),
        ),
        attached: Fetched::Present(
            attached
                .iter()
                .map(|arn| Attachment {
                    name: String::new(),
                    arn: (*arn).to_owned(),
                })
                .collect(),
        ),
        boundary: None,
        tags: Vec::new(),
    };
    let laid_out = "{ \"Statement\": [ ] }";
    let after = role(&[laid_out], &["arn:a"], laid_out);
    let before = role(&[], &[], "{}");
    let other = role(
        &[r#"{"Statement":[{}]}"#],
        &["arn:b"],
        r#"{"Statement":[{}]}"#,
    );
    for (expects, after_holds, before_holds, other_holds) in [
        (&put, true, false, false),
        (&deleted, false, true, false),
        (&attached, true, false, false),
        (&detached, false, true, true),
        (&trusted, true, false, false),
    ] {
        let holds = |role: &Role| expects.holds(role).unwrap();
        assert_eq!(
            (holds(&after), holds(&before), holds(&other)),
            (after_holds, before_holds, other_holds),
            "{expects:?}"
        );
    }
    let unread = Role {
        inline: Fetched::Denied("no".to_owned()),
        ..after
    };
    assert_eq!(put.holds(&unread), None);
    // A call that says too little expects nothing.
    let vague = event(
        "PutRolePolicy",
        "iam.amazonaws.com",
        json!({ "roleName": "r" }),
        Value::Null,
    );
    assert_eq!(read(&vague).unwrap().expects, None);
}

#[test]
fn work_is_read_back_as_it_was_written_and_nothing_else_is_work() {
    use crate::arn::AccountRegion;
    use work::{Payload, Work, payload};
    let home = AccountRegion {
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
    };
    let all = [
        Work::Sweep,
        Work::Page {
            sweep: "s".to_owned(),
            home: home.clone(),
            number: 3,
            next: Some("token".to_owned()),
        },
        Work::Evaluate {
            workflows: vec![Arn::parse(DEMO).unwrap()],
            sweep: None,
            event: Some(read(&update()).unwrap().event.id),
        },
        Work::Finish {
            sweep: "s".to_owned(),
            home,
            looks: 2,
        },
    ];
    for work in all {
        let read: Value = serde_json::from_str(&work.body()).unwrap();
        assert_eq!(payload(&read), Ok(Payload::Work(work)));
    }
    assert_eq!(payload(&update()), Ok(Payload::Event(&update())));
    let many: Vec<&str> = vec![DEMO; 101];
    for hostile in [
        json!({ "stepwarden": "sweep" }),
        json!({ "stepwarden": { "work": "evaluate" } }),
        json!({ "stepwarden": { "work": "evaluate", "workflows": many } }),
    ] {
        assert!(payload(&hostile).unwrap_err().is_malformed(), "{hostile}");
    }
}

#[test]
fn what_begins_executions_is_named_by_its_kind_and_what_starts_something_else_is_passed_over() {
    let of = |name: &str, service: &str, request: Value| {
        let source = format!("{service}.amazonaws.com");
        read(&event(name, &source, request, Value::Null)).map(|change| change.affects)
    };
    let workflow = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
    let universal = "arn:aws:scheduler:::aws-sdk:sfn:startExecution";
    let queue = "arn:aws:sqs:eu-west-1:123456789012:orders";
    let concerns = |kind| Ok(Affects::EntryPoints { kind });
    let passed = |name| Err(Skip::NoWorkflow { name });
    let target = |arn: &str| json!({ "name": "n", "target": { "arn": arn } });
    let targets = |arns: &[&str]| {
        let each: Vec<Value> = arns.iter().map(|arn| json!({ "arn": arn })).collect();
        json!({ "rule": "r", "targets": each })
    };
    let schedule = |request| of("CreateSchedule", "scheduler", request);
    assert_eq!(schedule(target(workflow)), concerns(Kind::Schedule));
    assert_eq!(schedule(target(universal)), concerns(Kind::Schedule));
    assert_eq!(schedule(target(queue)), passed("CreateSchedule"));
    let put = |request| of("PutTargets", "events", request);
    assert_eq!(put(targets(&[queue, workflow])), concerns(Kind::EventRule));
    assert_eq!(put(targets(&[queue])), passed("PutTargets"));
    let pipe = |request| of("CreatePipe", "pipes", request);
    assert_eq!(pipe(json!({ "target": workflow })), concerns(Kind::Pipe));
    assert_eq!(pipe(json!({ "target": queue })), passed("CreatePipe"));
    // What a record does not say, or says in another form, may be a workflow.
    for unsaid in [
        json!({}),
        Value::Null,
        json!({ "target": 1, "targets": [{}] }),
    ] {
        assert_eq!(schedule(unsaid.clone()), concerns(Kind::Schedule));
        assert_eq!(put(unsaid.clone()), concerns(Kind::EventRule));
        assert_eq!(pipe(unsaid), concerns(Kind::Pipe));
    }
    assert_eq!(
        of("UpdateMethod", "apigateway", json!({ "restApiId": "a" })),
        concerns(Kind::RestApi)
    );
}

#[test]
fn a_change_of_an_entry_point_is_told_in_words() {
    let words = |name: &str, service: &str, request: Value| {
        let source = format!("{service}.amazonaws.com");
        let change = read(&event(name, &source, request, Value::Null)).unwrap();
        change.event.summary
    };
    let route = json!({ "apiId": "a1", "routeKey": "POST /orders", "authorizationType": "NONE" });
    assert_eq!(
        words("CreateRoute", "apigateway", route),
        "route `POST /orders` of API `a1` was made: it asks for no authorization"
    );
    assert_eq!(
        words("RemoveTargets", "events", json!({ "rule": "nightly" })),
        "the targets of rule `nightly` were changed"
    );
    assert_eq!(
        words("StopPipe", "pipes", json!({ "name": "p" })),
        "pipe `p` was stopped"
    );
    let url = json!({ "functionName": "front", "authType": "NONE" });
    assert_eq!(
        words("UpdateFunctionUrlConfig", "lambda", url),
        "the URL of function `front` was changed: it asks nobody who he is"
    );
    assert_eq!(words("DeleteApi", "apigateway", json!({})), "");
}
