mod deployed;
mod events;
mod matrix;
mod senders;
mod sources;

use serde_json::{Value as Json, json};

use super::*;
use crate::local::{self, Values};

const BASE: &str = "arn:aws:states:us-east-1:271828182845:stateMachine:";

/// The entry points of an account with these files and one workflow.
fn points(files: &[(&str, Json)]) -> EntryPoints {
    let account = local::from_values(&Values {
        state_machines: vec![
            json!({ "stateMachineArn": format!("{BASE}w"), "name": "w", "definition": "{}", "roleArn": "r" }),
        ],
        iam: Some(
            json!({ "RoleDetailList": [], "UserDetailList": [], "GroupDetailList": [], "Policies": [] }),
        ),
        functions: files
            .iter()
            .find(|(f, _)| *f == "functions.json")
            .map(|(_, v)| v.clone()),
        entries: files
            .iter()
            .filter(|(f, _)| *f != "functions.json")
            .map(|(f, v)| ((*f).to_owned(), v.clone()))
            .collect(),
        ..Values::default()
    });
    EntryPoints::of(&account)
}

fn one(files: &[(&str, Json)]) -> EntryPoint {
    let mut found = points(files).list;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn chooses(point: &EntryPoint, path: &str) -> bool {
    point.chooses(&[path.to_owned()])
}

fn rest(method: &Json, integration: &Json, api: &Json) -> EntryPoint {
    let mut whole = json!({ "type": "AWS", "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution", "passthroughBehavior": "WHEN_NO_TEMPLATES" });
    whole
        .as_object_mut()
        .unwrap()
        .extend(integration.as_object().unwrap().clone());
    let mut full = json!({ "authorizationType": "NONE", "methodIntegration": whole });
    full.as_object_mut()
        .unwrap()
        .extend(method.as_object().unwrap().clone());
    let mut listed = json!({ "id": "a1", "name": "shop" });
    listed
        .as_object_mut()
        .unwrap()
        .extend(api.as_object().unwrap().clone());
    one(&[
        ("rest-apis.json", json!({ "items": [listed] })),
        (
            "rest-apis/a1.json",
            json!({ "items": [{ "path": "/orders", "resourceMethods": { "POST": full } }] }),
        ),
    ])
}

fn template(template: &str) -> EntryPoint {
    rest(
        &json!({}),
        &json!({ "requestTemplates": { "application/json": template } }),
        &json!({}),
    )
}

#[test]
fn a_mapping_template_tells_field_by_field_what_a_caller_writes() {
    let arn = format!(r#""stateMachineArn": "{BASE}w""#);
    for (input, fill, open, fixed) in [
        (
            r#""input": "$util.escapeJavaScript($input.json('$'))""#,
            Fill::Whole,
            "$.any",
            "",
        ),
        (
            r#""input": "$util.escapeJavaScript($input.body)""#,
            Fill::Whole,
            "$.any",
            "",
        ),
        (
            r#""input": "$util.escapeJavaScript($input.json('$.order'))""#,
            Fill::Part,
            "$.any",
            "",
        ),
        (
            r#""input": "{\"q\": \"$input.params('q')\", \"ip\": \"$context.identity.sourceIp\", \"f\": \"x\"}""#,
            Fill::Part,
            "$.q",
            "$.f",
        ),
        (
            r#""input": "{\"q\": $input.json('$.a.b')}""#,
            Fill::Part,
            "$.q.deep",
            "$.f",
        ),
        (
            r#""input": "{\"f\": \"nightly\"}""#,
            Fill::Constant,
            "",
            "$.f",
        ),
        (r#""name": "$context.requestId""#, Fill::Constant, "", "$.f"),
    ] {
        let point = template(&format!("{{{input}, {arn}}}"));
        assert_eq!(point.fill, fill, "{input}");
        assert_eq!(
            point.starts,
            Starts::Workflow(format!("{BASE}w")),
            "{input}"
        );
        assert!(open.is_empty() || chooses(&point, open), "{input}");
        assert!(fixed.is_empty() || !chooses(&point, fixed), "{input}");
        assert!(!chooses(&point, "$$.Execution.Name"), "{input}");
    }
}

#[test]
fn variables_and_members_are_followed_and_what_branches_is_not_understood() {
    let set = format!(
        "## a note\n#set($root = $input.path('$'))\n#set($d = $util.escapeJavaScript($input.body).replaceAll(\"x\", \"y\"))\n{{\"input\": \"{{\\\"a\\\": \\\"$root.order.id\\\", \\\"b\\\": 1}}\", \"stateMachineArn\": \"{BASE}w\"}}"
    );
    let point = template(&set);
    assert_eq!(
        (point.fill, chooses(&point, "$.a"), chooses(&point, "$.b")),
        (Fill::Part, true, false)
    );
    let branch =
        format!("#if($x)\n{{\"input\": \"$input.body\", \"stateMachineArn\": \"{BASE}w\"}}\n#end");
    let point = template(&branch);
    assert_eq!((point.fill, chooses(&point, "$.a")), (Fill::Whole, true));
    assert_eq!(point.starts, Starts::Workflow(format!("{BASE}w")));
}

#[test]
fn a_content_type_without_a_template_is_passed_on_whole() {
    let fixed = format!(r#"{{"input": "{{}}", "stateMachineArn": "{BASE}w"}}"#);
    for (behaviour, fill, starts) in [
        (
            "NEVER",
            Fill::Constant,
            Starts::Workflow(format!("{BASE}w")),
        ),
        (
            "WHEN_NO_TEMPLATES",
            Fill::Constant,
            Starts::Workflow(format!("{BASE}w")),
        ),
        ("WHEN_NO_MATCH", Fill::Whole, Starts::Any),
    ] {
        let integration = json!({ "passthroughBehavior": behaviour, "requestTemplates": { "application/json": fixed } });
        let point = rest(&json!({}), &integration, &json!({}));
        assert_eq!((point.fill, point.starts), (fill, starts), "{behaviour}");
    }
    let none = rest(
        &json!({}),
        &json!({ "passthroughBehavior": "WHEN_NO_TEMPLATES" }),
        &json!({}),
    );
    assert_eq!((none.fill, none.starts), (Fill::Whole, Starts::Any));
}

#[test]
fn who_is_let_in_by_method_and_policy() {
    let escaped = |policy: &Json| policy.to_string().replace('"', "\\\"").replace('/', "\\/");
    let policy = |statements: Json| json!({ "policy": escaped(&json!({ "Version": "2012-10-17", "Statement": statements })) });
    let allow = |condition: Json| json!([{ "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-east-1:1:a1/*", "Condition": condition }]);
    let deny = |condition: Json| {
        json!([{ "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*" },
        { "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*", "Condition": condition }])
    };
    use Authorization::{ApiKey, Authorizer, Iam, None, ResourcePolicy};
    for (method, api, authorization) in [
        (json!({}), json!({}), None),
        (json!({ "apiKeyRequired": true }), json!({}), ApiKey),
        (json!({ "authorizationType": "AWS_IAM" }), json!({}), Iam),
        (
            json!({ "authorizationType": "CUSTOM" }),
            json!({}),
            Authorizer,
        ),
        (
            json!({ "authorizationType": "COGNITO_USER_POOLS" }),
            json!({}),
            Authorizer,
        ),
        (
            json!({}),
            json!({ "endpointConfiguration": { "types": ["PRIVATE"] } }),
            ResourcePolicy,
        ),
        (json!({}), policy(allow(json!({}))), None),
        (
            json!({}),
            policy(allow(
                json!({ "IpAddress": { "aws:SourceIp": ["192.0.2.0/24"] } }),
            )),
            ResourcePolicy,
        ),
        (
            json!({}),
            policy(allow(
                json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }),
            )),
            None,
        ),
        (
            json!({}),
            policy(deny(
                json!({ "NotIpAddress": { "aws:SourceIp": ["192.0.2.0/24"] } }),
            )),
            ResourcePolicy,
        ),
        (
            json!({}),
            policy(deny(
                json!({ "IpAddress": { "aws:SourceIp": ["192.0.2.0/24"] } }),
            )),
            None,
        ),
        (
            json!({}),
            policy(deny(
                json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1" } }),
            )),
            ResourcePolicy,
        ),
        (
            json!({}),
            policy(
                json!([{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::1:root" }, "Action": "*", "Resource": "*" }]),
            ),
            ResourcePolicy,
        ),
    ] {
        let point = rest(&method, &json!({}), &api);
        assert_eq!(point.authorization, Some(authorization), "{method} {api}");
        assert_eq!(
            point.public,
            matches!(authorization, None | ApiKey),
            "{method} {api}"
        );
    }
}

#[test]
fn what_is_deployed_counts_before_what_is_edited() {
    let method = |kind: &str| json!({ "authorizationType": kind, "methodIntegration": { "type": "AWS", "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution" } });
    let files = |edited: &str, deployed: Json| {
        points(&[
            ("rest-apis.json", json!({ "items": [{ "id": "a1" }] })),
            (
                "rest-apis/a1.json",
                json!({ "items": [{ "path": "/o", "resourceMethods": { "POST": method(edited) } }] }),
            ),
            (
                "rest-apis/a1/stages.json",
                json!({ "item": [{ "stageName": "prod", "deploymentId": "d1" }] }),
            ),
            (
                "rest-apis/a1/deployments/d1.json",
                json!({ "id": "d1", "apiSummary": deployed }),
            ),
        ])
    };
    let open = files(
        "AWS_IAM",
        json!({ "/o": { "POST": { "authorizationType": "NONE" } } }),
    );
    assert_eq!(open.list[0].authorization, Some(Authorization::None));
    let closed = files(
        "NONE",
        json!({ "/o": { "POST": { "authorizationType": "AWS_IAM" } } }),
    );
    assert!(!closed.list[0].public);
    assert!(files("NONE", json!({})).list.is_empty());
    let gone = files(
        "NONE",
        json!({ "/o": {}, "/old": { "POST": { "authorizationType": "NONE" } } }),
    );
    assert!(gone.list.is_empty());
    assert!(gone.unread.iter().any(|u| u.what.contains("/old")));
}

#[test]
fn http_apis_map_parameter_by_parameter() {
    let route = |parameters: Json, authorization: &str| {
        one(&[
            (
                "http-apis.json",
                json!({ "Items": [{ "ApiId": "h1", "ProtocolType": "HTTP" }] }),
            ),
            (
                "http-apis/h1/routes.json",
                json!({ "Items": [{ "RouteKey": "POST /o", "AuthorizationType": authorization, "Target": "integrations/i1" }] }),
            ),
            (
                "http-apis/h1/integrations.json",
                json!({ "Items": [{ "IntegrationId": "i1", "IntegrationType": "AWS_PROXY", "IntegrationSubtype": "StepFunctions-StartExecution", "RequestParameters": parameters }] }),
            ),
        ])
    };
    let arn = format!("{BASE}w");
    for (input, fill, open, fixed) in [
        ("$request.body", Fill::Whole, "$.f", ""),
        ("$request.body.order", Fill::Part, "$.f", ""),
        (
            r#"{"f": "x", "q": "${request.querystring.q}"}"#,
            Fill::Part,
            "$.q",
            "$.f",
        ),
        (
            r#"{"id": "$context.requestId"}"#,
            Fill::Constant,
            "",
            "$.id",
        ),
    ] {
        let point = route(json!({ "StateMachineArn": arn, "Input": input }), "NONE");
        assert_eq!((point.fill, point.public), (fill, true), "{input}");
        assert!(open.is_empty() || chooses(&point, open), "{input}");
        assert!(fixed.is_empty() || !chooses(&point, fixed), "{input}");
    }
    let point = route(
        json!({ "StateMachineArn": "$request.body.arn", "Input": "{}" }),
        "JWT",
    );
    assert_eq!(
        (point.starts, point.authorization),
        (Starts::Any, Some(Authorization::Authorizer))
    );
}

#[test]
fn a_region_that_a_deployment_knows_hides_no_integration() {
    for (uri, starts) in [
        (
            "arn:aws:apigateway:${AWS::Region}:states:action/StartSyncExecution",
            true,
        ),
        (
            "arn:aws:apigateway:us-east-1:sync-states.states:action/StartSyncExecution",
            true,
        ),
        (
            "arn:aws:apigateway:us-east-1:states:action/DescribeExecution",
            false,
        ),
        ("arn:aws:apigateway:us-east-1:sqs:action/SendMessage", false),
    ] {
        let method = json!({ "methodIntegration": { "type": "AWS", "uri": uri } });
        let found = points(&[
            ("rest-apis.json", json!({ "items": [{ "id": "a1" }] })),
            (
                "rest-apis/a1.json",
                json!({ "items": [{ "path": "/o", "resourceMethods": { "POST": method } }] }),
            ),
        ]);
        assert_eq!(!found.list.is_empty(), starts, "{uri}");
    }
}
