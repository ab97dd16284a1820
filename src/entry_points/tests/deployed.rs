//! What is served beside the plainly deployed: canary releases, methods that refuse everything, URLs opened for another type.

use super::*;

fn method(kind: &str, passthrough: &str, templates: &Json) -> Json {
    json!({ "authorizationType": kind, "methodIntegration": { "type": "AWS", "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution", "passthroughBehavior": passthrough, "requestTemplates": templates } })
}

fn api(edited: &Json, more: &[(&str, Json)]) -> EntryPoints {
    let mut files = vec![
        ("rest-apis.json", json!({ "items": [{ "id": "a1" }] })),
        (
            "rest-apis/a1.json",
            json!({ "items": [{ "path": "/o", "resourceMethods": { "POST": edited } }] }),
        ),
    ];
    files.extend(more.iter().cloned());
    points(&files)
}

fn deployed(kind: &str) -> Json {
    json!({ "apiSummary": { "/o": { "POST": { "authorizationType": kind } } } })
}

#[test]
fn a_canary_release_answers_requests_as_its_stage_does() {
    let edited = method("AWS_IAM", "WHEN_NO_MATCH", &json!({}));
    for (canary, authorization) in [
        ("AWS_IAM", Authorization::Iam),
        ("NONE", Authorization::None),
    ] {
        let found = api(
            &edited,
            &[
                (
                    "rest-apis/a1/stages.json",
                    json!({ "item": [{ "stageName": "prod", "deploymentId": "d1", "canarySettings": { "percentTraffic": 10.0, "deploymentId": "d2" } }] }),
                ),
                ("rest-apis/a1/deployments/d1.json", deployed("AWS_IAM")),
                ("rest-apis/a1/deployments/d2.json", deployed(canary)),
            ],
        );
        assert_eq!(found.list[0].authorization, Some(authorization), "{canary}");
    }
    // One whose deployment was not read is judged as it is edited.
    let found = api(
        &edited,
        &[
            (
                "rest-apis/a1/stages.json",
                json!({ "item": [{ "stageName": "prod", "deploymentId": "d1", "canarySettings": { "deploymentId": "d2" } }] }),
            ),
            ("rest-apis/a1/deployments/d1.json", deployed("NONE")),
        ],
    );
    assert!(!found.list[0].note.is_empty());
}

#[test]
fn a_method_that_refuses_what_has_no_template_and_has_none_begins_nothing() {
    for (passthrough, begins) in [
        ("NEVER", false),
        ("never", false),
        ("WHEN_NO_TEMPLATES", true),
        ("WHEN_NO_MATCH", true),
        ("", true),
    ] {
        let found = api(&method("NONE", passthrough, &json!({})), &[]);
        assert_eq!(!found.list.is_empty(), begins, "{passthrough}");
    }
}

#[test]
fn a_url_without_authorization_is_open_where_its_policy_says_so_for_unsigned_calls() {
    let url = |condition: Json| {
        let policy = json!({ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Resource": "*", "Condition": condition }] });
        let arn = "arn:aws:lambda:us-east-1:271828182845:function:f";
        one(&[
            (
                "functions.json",
                json!({ "Functions": [{ "FunctionName": "f", "FunctionArn": arn, "Role": "arn:aws:iam::271828182845:role/f" }] }),
            ),
            (
                "function-urls.json",
                json!({ "FunctionUrlConfigs": [{ "FunctionArn": arn, "AuthType": "NONE" }] }),
            ),
            (
                "function-policies/f.json",
                json!({ "Policy": policy.to_string() }),
            ),
        ])
        .public
    };
    let of_type = |kind: &str| json!({ "StringEquals": { "lambda:FunctionUrlAuthType": kind } });
    assert!(!url(of_type("AWS_IAM")));
    assert!(!url(
        json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE", "aws:PrincipalOrgID": "o-1" } })
    ));
    assert!(url(of_type("NONE")));
    assert!(url(json!({})));
}
