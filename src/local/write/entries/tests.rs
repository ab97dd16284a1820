use serde_json::{Value, json};

use super::*;
use crate::local::entries::{Files, read};

/// One of everything, as a directory holds it.
fn directory() -> Files {
    let one = |name: &str, content: Value| (name.to_owned(), content.to_string());
    Files::from([
        one(
            "event-rules.json",
            json!({ "Rules": [
            { "Name": "nightly", "Arn": "arn:aws:events:eu-west-1:123456789012:rule/nightly", "State": "ENABLED", "ScheduleExpression": "rate(1 day)" },
            { "Name": "orders", "EventBusName": "shop", "State": "ENABLED", "EventPattern": "{\"source\":[\"shop\"]}" },
        ] }),
        ),
        one(
            "event-targets/default/nightly.json",
            json!({ "Targets": [{ "Arn": "a", "RoleArn": "r", "Input": "{}" }] }),
        ),
        one(
            "event-targets/shop/orders.json",
            json!({ "Targets": [
            { "Arn": "a", "InputTransformer": { "InputPathsMap": { "id": "$.detail.id" }, "InputTemplate": "{\"id\":<id>}" } },
        ] }),
        ),
        one(
            "schedules/default/late.json",
            json!({ "Name": "late", "GroupName": "default", "State": "ENABLED", "Target": { "Arn": "a", "RoleArn": "r", "Input": "{}" } }),
        ),
        one(
            "pipes/p.json",
            json!({
                "Name": "p", "DesiredState": "RUNNING", "Source": "q", "Target": "a", "RoleArn": "r",
                "SourceParameters": { "FilterCriteria": { "Filters": [{ "Pattern": "{}" }] } },
                "TargetParameters": { "InputTemplate": "{\"b\":<$.body>}" },
            }),
        ),
        one(
            "topic-rules/t.json",
            json!({ "rule": { "ruleName": "t", "sql": "SELECT *", "actions": [{ "stepFunctions": { "stateMachineName": "s", "roleArn": "r" } }] } }),
        ),
        one(
            "rest-apis.json",
            json!({ "items": [{ "id": "r1", "name": "shop", "policy": "{}", "endpointConfiguration": { "types": ["EDGE"] } }] }),
        ),
        one(
            "rest-apis/r1.json",
            json!({ "items": [{ "path": "/o", "resourceMethods": { "POST": {
            "authorizationType": "NONE", "apiKeyRequired": true,
            "methodIntegration": { "type": "AWS", "uri": "u", "credentials": "c", "requestTemplates": { "application/json": "{}" } },
        } } }] }),
        ),
        one(
            "rest-apis/r1/stages.json",
            json!({ "item": [{ "stageName": "prod", "deploymentId": "d1", "canarySettings": { "deploymentId": "d2" } }] }),
        ),
        one(
            "rest-apis/r1/deployments/d1.json",
            json!({ "id": "d1", "apiSummary": { "/o": { "POST": { "authorizationType": "NONE", "apiKeyRequired": false } } } }),
        ),
        one(
            "http-apis.json",
            json!({ "Items": [{ "ApiId": "h1", "Name": "shop", "ProtocolType": "HTTP" }] }),
        ),
        one(
            "http-apis/h1/routes.json",
            json!({ "Items": [{ "RouteKey": "POST /o", "AuthorizationType": "NONE", "Target": "integrations/i" }] }),
        ),
        one(
            "http-apis/h1/integrations.json",
            json!({ "Items": [{ "IntegrationId": "i", "IntegrationType": "AWS_PROXY", "RequestParameters": { "Input": "$request.body" } }] }),
        ),
        one(
            "http-apis/h1/stages.json",
            json!({ "Items": [{ "StageName": "$default", "AutoDeploy": true }] }),
        ),
        one(
            "graphql-apis.json",
            json!({ "graphqlApis": [{ "apiId": "g1", "name": "shop", "authenticationType": "API_KEY", "visibility": "GLOBAL" }] }),
        ),
        one(
            "graphql-apis/g1/data-sources.json",
            json!({ "dataSources": [{ "name": "d", "type": "HTTP", "httpConfig": { "endpoint": "https://states.eu-west-1.amazonaws.com/" } }] }),
        ),
        one(
            "graphql-apis/g1/resolvers.json",
            json!({ "resolvers": [{ "typeName": "Mutation", "fieldName": "start", "dataSourceName": "d", "pipelineConfig": { "functions": ["f"] } }] }),
        ),
        one(
            "function-urls.json",
            json!({ "FunctionUrlConfigs": [{ "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "AuthType": "NONE" }] }),
        ),
        one(
            "function-policies/f.json",
            json!({ "Policy": "{\"Statement\":[]}" }),
        ),
    ])
}

fn again(entries: &Entries) -> Entries {
    let written = files(entries);
    let mut files: Files = written
        .files
        .iter()
        .map(|(name, content)| (name.clone(), content.to_string()))
        .collect();
    files.insert(
        "collected.json".to_owned(),
        json!({ "read": written.collected }).to_string(),
    );
    let mut unreadable = Vec::new();
    let read = read(&files, &mut unreadable);
    assert_eq!(unreadable, []);
    read
}

#[test]
fn what_is_written_is_what_is_read() {
    let mut unreadable = Vec::new();
    let first = read(&directory(), &mut unreadable);
    assert_eq!(unreadable, []);
    assert!(files(&first).omitted.is_empty());
    assert_eq!(again(&first), first);
    // The directory that is written is the one that was read: nothing of it is left out.
    let names = |files: Vec<&String>| -> Vec<String> { files.into_iter().cloned().collect() };
    assert_eq!(
        names(files(&first).files.keys().collect()),
        names(directory().keys().collect())
    );
}

#[test]
fn what_is_not_there_is_read_as_not_there() {
    let none = Entries {
        event_rules: Fetched::Present(Vec::new()),
        schedules: Fetched::Present(Vec::new()),
        pipes: Fetched::Absent,
        ..Entries::default()
    };
    let read = again(&none);
    assert_eq!(read.event_rules, none.event_rules);
    assert_eq!(read.schedules, none.schedules);
    // Nothing of it can start anything.
    assert_eq!(read.pipes, Fetched::Present(Vec::new()));
    assert_eq!(read.rest_apis, Fetched::NotCollected);
}

#[test]
fn what_was_denied_is_said_and_not_written_as_none() {
    let denied = Entries {
        rest_apis: Fetched::Denied("`apigateway:GET` is denied".to_owned()),
        ..Entries::default()
    };
    assert_eq!(
        files(&denied).omitted,
        ["rest-apis: `apigateway:GET` is denied"]
    );
    assert_eq!(again(&denied).rest_apis, Fetched::NotCollected);
}

#[test]
fn no_name_of_an_account_leads_out_of_the_directory() {
    let schedule = |group: &str, name: &str| crate::snapshot::entries::Schedule {
        name: name.to_owned(),
        group_name: group.to_owned(),
        ..Default::default()
    };
    let hostile = [
        "..",
        ".",
        "../x",
        "a/b",
        "a\\b",
        "",
        "a\u{0}b",
        "a\u{202e}b",
    ];
    for name in hostile.into_iter().filter(|n| !n.is_empty()) {
        for one in [schedule(name, "n"), schedule("g", name)] {
            let written = files(&Entries {
                schedules: Fetched::Present(vec![one]),
                ..Entries::default()
            });
            assert!(written.files.is_empty(), "{name:?}");
            assert_eq!(written.omitted.len(), 1, "{name:?}");
        }
    }
}
