//! What begins executions beside principals, read from the running services.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::live::stepwarden;
use crate::support::account::Account;
use crate::support::proxy::{Fault, Proxy};
use crate::support::scenario::{admin, clean, created, event, recent, risky};
use crate::support::stage::{Stage, opened};

const FUNCTION: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

/// A workflow whose caller chooses the function, with a role that may do everything: its ARN and its role's.
fn orders(account: &Account) -> (String, String) {
    let role = account.role("orders");
    account.role_policy("orders", "all", admin());
    (account.workflow("orders", &role, risky(), None), role)
}

/// A workflow that is begun in every way that the emulator knows: its ARN and its role's.
fn begun_in_every_way(account: &Account) -> (String, String) {
    let (arn, role) = orders(account);
    account.workflow("other", &role, clean(), None);
    account.ways_in(&arn);
    (arn, role)
}

/// Kind, authorization and input of a workflow's entry points, those of principals aside.
fn entry_points(workflow: &Value) -> BTreeSet<(String, String, String)> {
    let all = workflow["entry_points"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let of = |point: &Value| {
        (
            word(&point["kind"]),
            word(&point["authorization"]),
            word(&point["input"]),
        )
    };
    all.iter()
        .map(of)
        .filter(|(kind, ..)| kind != "principal")
        .collect()
}

#[test]
fn what_begins_executions_is_read_live_as_from_its_own_snapshot() {
    let region = "ap-southeast-3";
    let account = Account::of("410987654321", region);
    let proxy = Proxy::before(&account);
    begun_in_every_way(&account);
    let directory = std::env::temp_dir().join(format!("stepwarden-begins-{}", std::process::id()));
    let directory = directory.to_str().unwrap();
    let (_, said, status) = stepwarden(&proxy, region, &["snapshot", "--out", directory]);
    assert_eq!(status, Some(0), "{said}");
    let scan = |more: &[&str]| {
        let arguments = [&["scan", "--format", "json", "--workflow", "orders"], more].concat();
        let (report, said, status) = stepwarden(&proxy, region, &arguments);
        assert_eq!(status, Some(1), "{said}");
        let report: Value = serde_json::from_str(&report).unwrap();
        report["workflows"][0].clone()
    };
    proxy.calls();
    let live = scan(&[]);
    let calls = proxy.calls();
    assert!(
        !calls
            .iter()
            .any(|call| call.contains("apikeys") || call.contains("authorizers")),
        "{calls:?}"
    );
    let kinds = entry_points(&live);
    let point = |kind: &str, authorization: &str, input: &str| {
        (kind.to_owned(), authorization.to_owned(), input.to_owned())
    };
    assert_eq!(
        kinds,
        BTreeSet::from([
            point("rest-api", "none", "whole"),
            point("http-api", "authorizer", "whole"),
            point("event-rule", "-", "constant"),
            point("schedule", "-", "constant"),
            point("pipe", "-", "whole"),
        ])
    );
    let offline = scan(&["--snapshot", directory]);
    std::fs::remove_dir_all(directory).unwrap();
    assert_eq!(entry_points(&offline), kinds);
    let rules = |workflow: &Value| -> BTreeSet<(String, String)> {
        let findings = workflow["findings"].as_array().unwrap().iter();
        let of = |f: &Value| (f["rule"].to_string(), f["fingerprint"].to_string());
        findings.map(of).collect()
    };
    assert_eq!(rules(&live), rules(&offline));
    assert!(
        rules(&live)
            .iter()
            .any(|(rule, _)| rule == "\"public-invocation\""),
        "{live:#}"
    );
}

#[test]
fn the_function_tells_of_an_open_api_and_of_one_that_it_may_not_read() {
    let account = Account::of("420987654321", "ap-southeast-2");
    let (arn, role) = begun_in_every_way(&account);
    let stage = Stage::of(account, FUNCTION, &[]);
    stage.proxy.inject("GetRestApis", Fault::Denied);
    let invoke = |id: &str| {
        stage
            .function
            .invoke(&stage.event(id, &created(&arn, &role)))
            .unwrap()
    };
    invoke("denied");
    let alerts = stage.alerts();
    let told = opened(&alerts[0]);
    assert!(!told.contains(&"public-invocation".to_owned()), "{told:?}");
    let gaps = alerts[0]["incomplete"].to_string();
    assert!(
        gaps.contains("apigateway:GET") && gaps.contains("rest"),
        "{gaps}"
    );
    stage.proxy.heal();
    stage.proxy.calls();
    invoke("read");
    let told = opened(&stage.alerts()[0]);
    assert!(told.contains(&"public-invocation".to_owned()), "{told:?}");
    let calls = stage.proxy.calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    // One bus, and one workflow without aliases.
    assert_eq!(
        (count("ListRuleNamesByTarget"), count("ListRules")),
        (1, 0),
        "{calls:?}"
    );
    // What is the same for every workflow of the account is read once in a while, not with every event.
    invoke("again");
    let calls = stage.proxy.calls();
    let again = ["GetRestApis", "GetApis", "ListSchedules"];
    assert!(
        !calls.iter().any(|call| again.contains(&call.as_str())),
        "{calls:?}"
    );
}

#[test]
fn services_without_a_role_that_may_start_something_are_not_asked() {
    let account = Account::of("430987654321", "ap-southeast-5");
    let role = account.role("plain");
    let arn = account.workflow("plain", &role, clean(), None);
    let stage = Stage::of(account, FUNCTION, &[]);
    stage
        .function
        .invoke(&stage.event("made", &created(&arn, &role)))
        .unwrap();
    let calls = stage.proxy.calls();
    let asked = [
        "GetRestApis",
        "GetApis",
        "ListSchedules",
        "ListPipes",
        "ListEventBuses",
        "ListFunctions",
    ];
    assert!(
        !calls.iter().any(|call| asked.contains(&call.as_str())),
        "{calls:?}"
    );
}

#[test]
fn a_function_behind_a_url_without_authorization_is_an_entry_point() {
    let account = Account::of("440987654321", "ap-southeast-7");
    let (arn, _) = orders(&account);
    let starter = account.starting_role("starter", "lambda", &arn);
    let function = account.function("front", &starter);
    let proxy = Proxy::before(&account);
    // The emulator does not list them.
    let urls = json!({ "FunctionUrlConfigs": [{
        "FunctionUrl": "https://x.lambda-url.ap-southeast-7.on.aws/", "FunctionArn": function, "AuthType": "NONE",
        "CreationTime": "2026-01-01T00:00:00Z", "LastModifiedTime": "2026-01-01T00:00:00Z",
    }] });
    proxy.inject("ListFunctionUrlConfigs", Fault::Instead(urls.to_string()));
    let scan = ["scan", "--format", "json", "--workflow", "orders"];
    let (report, said, status) = stepwarden(&proxy, account.region, &scan);
    assert_eq!(status, Some(1), "{said}");
    let report: Value = serde_json::from_str(&report).unwrap();
    let point = |authorization: &str| {
        (
            "function-url".to_owned(),
            authorization.to_owned(),
            "unknown".to_owned(),
        )
    };
    // Its resource policy lets nobody in.
    let found = entry_points(&report["workflows"][0]);
    assert!(found.contains(&point("resource-policy")), "{found:?}");
}

#[test]
fn whoever_takes_an_authorizer_away_is_told_of_with_the_route_that_it_opened() {
    let account = Account::of("450987654321", "ca-west-1");
    let (arn, role) = orders(&account);
    let starter = account.starting_role("rest", "apigateway", &arn);
    let (api, resource) = account.rest_api(&arn, &starter, "AWS_IAM");
    let stage = Stage::of(account, FUNCTION, &[]);
    let invoke = |id: &str, event: &str| stage.function.invoke(&stage.event(id, event)).unwrap();
    invoke("made", &created(&arn, &role));
    let told = opened(&stage.alerts()[0]);
    assert!(!told.contains(&"public-invocation".to_owned()), "{told:?}");
    stage
        .account
        .post_orders((&api, &resource), &arn, &starter, "NONE");
    let deployed = event(
        stage.account.region,
        "apigateway.amazonaws.com",
        "CreateDeployment",
        json!({ "restApiId": api }),
        Value::Null,
    );
    // What was read before the call does not serve.
    invoke("deployed", &recent(&deployed));
    let alerts = stage.alerts();
    let told = opened(&alerts[0]);
    assert!(told.contains(&"public-invocation".to_owned()), "{told:?}");
    assert_eq!(alerts[0]["event"]["name"], "CreateDeployment");
    let mail = stage.account.mails().pop().unwrap();
    let text = mail["Message"].as_str().unwrap();
    println!("Subject: {}\n\n{text}", mail["Subject"].as_str().unwrap());
    for part in [
        format!("API `{api}` was deployed").as_str(),
        "POST /orders",
        "dev/kim",
        "no authorizer",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // A deployment of something that starts none of them concerns none of them.
    let other = event(
        stage.account.region,
        "scheduler.amazonaws.com",
        "CreateSchedule",
        json!({ "name": "n", "target": { "arn": arn } }),
        Value::Null,
    );
    stage.proxy.calls();
    invoke("other", &other);
    let calls = stage.proxy.calls();
    assert!(
        !calls.iter().any(|call| call == "DescribeStateMachine"),
        "{calls:?}"
    );
}
