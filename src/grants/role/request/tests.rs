use serde_json::{Value, json};

use super::*;
use crate::arn::Arn;
use crate::iam::parse::policy_value;
use crate::need::{HTTP_ENDPOINT, PASSED_TO, Phase, Target};

fn need(action: &str, resource: &str, request: Vec<(&'static str, Vec<Glob>)>) -> Need {
    Need {
        action: action.to_owned(),
        resources: vec![Glob::parse(resource)],
        chosen: Vec::new(),
        companions: Vec::new(),
        target: Target::Static,
        holes: Vec::new(),
        phase: Phase::Start,
        optional: false,
        passed_to: None,
        request,
        tags: None,
        region: Some("eu-west-1".to_owned()),
        state: None,
        because: "a test".to_owned(),
    }
}

/// Whether the condition holds in the requests of the role for this need.
fn asked(condition: Value, need: &Need) -> Option<bool> {
    let statement =
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    let (policy, problems) = policy_value("p", &document);
    assert_eq!(problems, []);
    let role = Arn::parse("arn:aws:iam::123456789012:role/app/Orders").unwrap();
    let session = Context::of_execution_role(&role);
    let statement = &policy.statements[0];
    match (
        surely_applies(statement, &session, Some(need)),
        never_applies(statement, &session, Some(need)),
    ) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
        (true, true) => panic!("{statement:?}"),
    }
}

#[test]
fn what_a_session_of_the_role_decides() {
    let invoke = need(
        "lambda:InvokeFunction",
        "arn:aws:lambda:eu-west-1:123456789012:function:f",
        Vec::new(),
    );
    let own = "arn:aws:iam::123456789012:role/app/Orders";
    for (condition, expected) in [
        (
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            Some(false),
        ),
        (
            json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
            Some(false),
        ),
        (
            json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
            Some(true),
        ),
        (
            json!({"Null": {"aws:MultiFactorAuthPresent": "true"}}),
            Some(true),
        ),
        (
            json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"aws:username": "${aws:PrincipalTag/owner}"}}),
            Some(false),
        ),
        (json!({"StringLike": {"aws:username": "*"}}), Some(false)),
        (
            json!({"StringEquals": {"aws:SourceAccount": "123456789012"}}),
            Some(false),
        ),
        (
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:states:*:123456789012:*"}}),
            Some(false),
        ),
        (json!({"ArnEquals": {"aws:PrincipalArn": own}}), Some(true)),
        (
            json!({"ArnNotEquals": {"aws:PrincipalArn": own}}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"aws:PrincipalAccount": "999999999999"}}),
            Some(false),
        ),
        (
            json!({"Bool": {"aws:SecureTransport": "false"}}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}}),
            Some(true),
        ),
        (
            json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}),
            Some(true),
        ),
        (
            json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            Some(false),
        ),
        // What the requests are not known to carry; a service that is called may go on with the role's permissions.
        (
            json!({"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}}),
            None,
        ),
        (json!({"Bool": {"aws:ViaAWSService": "true"}}), None),
        (json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), None),
        (
            json!({"StringEquals": {"aws:PrincipalTag/team": "orders"}}),
            None,
        ),
        (
            json!({"StringEquals": {"aws:ResourceTag/team": "orders"}}),
            None,
        ),
        (json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), None),
        (
            json!({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}),
            None,
        ),
    ] {
        assert_eq!(asked(condition.clone(), &invoke), expected, "{condition}");
    }
}

#[test]
fn what_the_tags_of_a_call_decide() {
    let mut create = need(
        "sqs:CreateQueue",
        "arn:aws:sqs:eu-west-1:123456789012:q",
        Vec::new(),
    );
    let condition = |operator: &str, key: &str, value: Value| json!({operator: {key: value}});
    let cases = [
        condition("StringEquals", "aws:RequestTag/env", json!("dev")),
        condition("StringEquals", "aws:RequestTag/team", json!("orders")),
        condition("Null", "aws:RequestTag/team", json!("true")),
        condition("ForAllValues:StringEquals", "aws:TagKeys", json!(["env"])),
        condition("ForAnyValue:StringEquals", "aws:TagKeys", json!("env")),
        condition("StringEquals", "aws:RequestTag/who", json!("me")),
    ];
    let known = |env: &str| Some(vec![("env".to_owned(), Glob::literal(env))]);
    let open = Some(vec![
        ("Env".to_owned(), Glob::literal("dev")),
        ("who".to_owned(), Glob::any()),
    ]);
    for (tags, expected) in [
        (None, [None; 6]),
        (
            Some(Vec::new()),
            [
                Some(false),
                Some(false),
                Some(true),
                Some(true),
                Some(false),
                Some(false),
            ],
        ),
        (
            known("dev"),
            [
                Some(true),
                Some(false),
                Some(true),
                Some(true),
                Some(true),
                Some(false),
            ],
        ),
        (
            known("prod"),
            [
                Some(false),
                Some(false),
                Some(true),
                Some(true),
                Some(true),
                Some(false),
            ],
        ),
        (
            open,
            [
                Some(true),
                Some(false),
                Some(true),
                Some(false),
                Some(false),
                None,
            ],
        ),
    ] {
        create.tags = tags;
        for (condition, expected) in cases.iter().zip(expected) {
            assert_eq!(
                asked(condition.clone(), &create),
                expected,
                "{:?} {condition}",
                create.tags
            );
        }
    }
}

#[test]
fn a_key_is_used_through_a_service_or_directly() {
    let through = json!({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}});
    let key = "arn:aws:kms:eu-west-1:123456789012:key/k";
    let mut decrypt = need("kms:Decrypt", key, Vec::new());
    for (because, expected) in [
        ("aws-sdk:kms:decrypt call (kms:Decrypt)", Some(false)),
        ("aws-sdk:s3:getObject what the service does", None),
    ] {
        because.clone_into(&mut decrypt.because);
        assert_eq!(asked(through.clone(), &decrypt), expected, "{because}");
    }
}

#[test]
fn what_the_definition_decides() {
    let ecs = vec![(PASSED_TO, vec![Glob::literal("ecs-tasks.amazonaws.com")])];
    let pass = need("iam:PassRole", "arn:aws:iam::123456789012:role/task", ecs);
    let literal = vec![(
        HTTP_ENDPOINT,
        vec![Glob::literal("https://a.example.org/v1")],
    )];
    let call = need("states:InvokeHTTPEndpoint", "*", literal);
    let partly = vec![(HTTP_ENDPOINT, vec![Glob::parse("https://a.example.org/*")])];
    let open = need("states:InvokeHTTPEndpoint", "*", partly);
    for (need, condition, expected) in [
        (
            &pass,
            json!({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
            Some(true),
        ),
        (
            &pass,
            json!({"StringLike": {"iam:PassedToService": "ecs*"}}),
            Some(true),
        ),
        (
            &pass,
            json!({"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}}),
            Some(false),
        ),
        (
            &pass,
            json!({"StringNotEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
            Some(false),
        ),
        (
            &pass,
            json!({"StringEquals": {"states:HTTPMethod": "GET"}}),
            Some(false),
        ),
        (
            &call,
            json!({"StringLike": {"states:HTTPEndpoint": "https://a.example.org/*"}}),
            Some(true),
        ),
        (
            &call,
            json!({"StringEquals": {"states:HTTPEndpoint": "https://b.example.org/v1"}}),
            Some(false),
        ),
        (
            &call,
            json!({"StringEquals": {"states:HTTPMethod": "GET"}}),
            None,
        ),
        (
            &open,
            json!({"StringLike": {"states:HTTPEndpoint": "https://b.example.org/*"}}),
            Some(false),
        ),
        (
            &open,
            json!({"StringLike": {"states:HTTPEndpoint": "https://*"}}),
            None,
        ),
        (
            &open,
            json!({"StringNotLike": {"states:HTTPEndpoint": "https://b.example.org/*"}}),
            None,
        ),
    ] {
        assert_eq!(asked(condition.clone(), need), expected, "{condition}");
    }
}
