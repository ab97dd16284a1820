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
