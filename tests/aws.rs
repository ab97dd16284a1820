//! The built function under the Runtime API, with an emulated account behind it. The tests install what they need.

#![cfg(feature = "live")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

mod aws {
    mod approval;
    mod begins;
    mod live;
    mod organization;
    mod policies;
    mod state;
}
mod support;

use serde_json::{Value, json};
use support::account::{Account, ID};
use support::function::{Function, fails_to_start};
use support::proxy::{Fault, Proxy};
use support::scenario::{
    admin, clean, created, delivery, event, recent, risky, role_policy_put, updated,
};

const BINARY: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

/// An account, the proxy before it, and the function that looks at it through the proxy.
struct Stage {
    account: Account,
    proxy: Proxy,
    function: Function,
}

fn stage(region: &'static str) -> Stage {
    let account = Account::new(region);
    let proxy = Proxy::before(&account);
    let topics = [
        ("STEPWARDEN_ALERT_TOPIC", account.people.as_str()),
        ("STEPWARDEN_FINDINGS_TOPIC", account.machines.as_str()),
    ];
    let function = Function::start(BINARY, proxy.address, region, &topics);
    Stage {
        account,
        proxy,
        function,
    }
}

/// The alert in an envelope of the findings topic.
fn alert(envelope: &Value) -> Value {
    serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap()
}

fn rules(alert: &Value) -> Vec<String> {
    let opened = alert["opened"].as_array().unwrap();
    opened
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_risky_workflow_arrives_as_an_alert_for_people_and_for_machines() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("eu-west-1");
    let role = account.role("risky");
    account.role_policy("risky", "all", admin());
    let arn = account.workflow("risky", &role, risky(), None);
    function.invoke(&created(&arn, &role)).unwrap();

    let alerts = account.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let told = alert(&alerts[0]);
    assert_eq!(told["schema"], "stepwarden/alert/1");
    assert_eq!(told["event"]["id"], "event-CreateStateMachine");
    assert_eq!(
        told["event"]["actor"],
        format!("arn:aws:sts::{ID}:assumed-role/dev/kim")
    );
    assert_eq!(
        told["workflow"],
        json!({ "arn": arn, "name": "risky", "owner": "dev/kim", "account": ID, "region": "eu-west-1" })
    );
    let found = rules(&told);
    for rule in ["admin-role", "logging-off"] {
        assert!(
            found.contains(&rule.to_owned()),
            "{rule} is not in {found:?}"
        );
    }
    let attribute = |name: &str| alerts[0]["MessageAttributes"][name]["Value"].clone();
    assert_eq!(attribute("severity"), "critical");
    assert_eq!(
        (attribute("account"), attribute("region")),
        (json!(ID), json!("eu-west-1"))
    );
    assert_eq!(
        alerts[0]["MessageAttributes"]["change"]["Type"],
        "String.Array"
    );

    let mails = account.mails();
    assert_eq!(mails.len(), 1);
    let subject = mails[0]["Subject"].as_str().unwrap();
    assert!(
        subject.contains("risky") && subject.len() < 100,
        "{subject}"
    );

    let mut calls = proxy.calls();
    calls.sort();
    assert_eq!(
        calls,
        [
            "DescribeStateMachine",
            "GetAccountAuthorizationDetails",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
            "ListStateMachineAliases",
            "ListStateMachineVersions",
            "ListTagsForResource",
            "Publish",
            "Publish"
        ]
    );
}

#[test]
fn a_clean_workflow_is_not_spoken_of() {
    let Stage {
        account, function, ..
    } = stage("eu-central-1");
    let role = account.role("clean");
    account.role_policy("clean", "delivery", delivery());
    let group = account.log_group("/aws/vendedlogs/states/clean");
    let arn = account.workflow("clean", &role, clean(), Some(&group));
    function.invoke(&created(&arn, &role)).unwrap();
    let told: Vec<Vec<String>> = account.alerts().iter().map(|a| rules(&alert(a))).collect();
    assert_eq!((told, account.mails().len()), (vec![], 0));
    assert!(
        function.logs().contains(r#""alerts":0"#),
        "{}",
        function.logs()
    );
}

#[test]
fn a_policy_of_a_shared_role_gives_an_alert_for_each_of_its_workflows() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("eu-north-1");
    let (shared, other) = (account.role("shared"), account.role("other"));
    let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
    account.attach("shared", policy);
    let one = account.workflow("one", &shared, clean(), None);
    let two = account.workflow("two", &shared, clean(), None);
    account.workflow("three", &other, clean(), None);
    function.invoke(&role_policy_put("shared")).unwrap();
    let mut told: Vec<String> = account
        .alerts()
        .iter()
        .map(|envelope| {
            let told = alert(envelope);
            assert!(rules(&told).contains(&"admin-role".to_owned()), "{told:#}");
            told["workflow"]["arn"].as_str().unwrap().to_owned()
        })
        .collect();
    told.sort();
    assert_eq!(told, [one, two]);
    let reads = proxy
        .calls()
        .iter()
        .filter(|call| *call == "GetRole")
        .count();
    assert_eq!(reads, 1);
}

#[test]
fn an_update_waits_for_the_revision_of_its_event() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("us-west-2");
    let role = account.role("updated");
    account.role_policy("updated", "all", admin());
    let arn = account.workflow("updated", &role, clean(), None);
    // The emulator tells no revision: an answer as AWS gives it, first of the one, then of the other.
    proxy.inject(
        "DescribeStateMachine",
        Fault::Edited("{", r#"{"revisionId":"r2","#.to_owned()),
    );
    function
        .invoke(&recent(&updated(&arn, Some("r2"))))
        .unwrap();
    let describes = |calls: Vec<String>| {
        calls
            .iter()
            .filter(|c| *c == "DescribeStateMachine")
            .count()
    };
    assert_eq!(describes(proxy.calls()), 1);
    assert!(!rules(&alert(&account.alerts()[0])).contains(&"evaluation-incomplete".to_owned()));

    function
        .invoke(&recent(&updated(&arn, Some("r3"))))
        .unwrap();
    assert_eq!(describes(proxy.calls()), 5);
    assert!(rules(&alert(&account.alerts()[0])).contains(&"evaluation-incomplete".to_owned()));
}

#[test]
fn what_cannot_be_read_is_told_never_taken_for_clean() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("ap-south-1");
    let role = account.role("denied");
    let arn = account.workflow("denied", &role, clean(), None);
    proxy.inject("GetRole", Fault::Denied);
    function.invoke(&created(&arn, &role)).unwrap();
    let alerts = account.alerts();
    let told = alert(&alerts[0]);
    assert!(
        rules(&told).contains(&"evaluation-incomplete".to_owned()),
        "{told:#}"
    );
    let why = told["incomplete"].to_string();
    assert!(
        why.contains("iam:GetRole") && why.contains("denied"),
        "{why}"
    );
    let changes = alerts[0]["MessageAttributes"]["change"]["Value"]
        .as_str()
        .unwrap();
    assert!(changes.contains("incomplete"), "{changes}");
}

#[test]
fn throttled_past_the_budget_is_not_denied() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("ap-southeast-1");
    let role = account.role("throttled");
    let arn = account.workflow("throttled", &role, clean(), None);
    proxy.inject("ListRolePolicies", Fault::Throttled);
    function.invoke(&created(&arn, &role)).unwrap();
    let told = alert(&account.alerts()[0]);
    let why = told["incomplete"].to_string();
    assert!(
        why.contains("throttled") && !why.contains("denied"),
        "{why}"
    );
    let tries = proxy
        .calls()
        .iter()
        .filter(|call| *call == "ListRolePolicies")
        .count();
    assert_eq!(tries, 4);
}

#[test]
fn a_publish_that_fails_fails_the_invocation_and_not_the_process() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("sa-east-1");
    let role = account.role("unpublished");
    let arn = account.workflow("unpublished", &role, clean(), None);
    proxy.inject("Publish", Fault::Denied);
    let error = function.invoke(&created(&arn, &role)).unwrap_err();
    assert!(
        error.contains("2 of 2 messages were not published"),
        "{error}"
    );
    assert!(
        function.logs().contains("must be delivered again"),
        "{}",
        function.logs()
    );
    assert!(function.invoke("{}").is_ok());
}

#[test]
fn not_knowing_the_affected_workflows_fails_the_invocation() {
    let Stage {
        proxy, function, ..
    } = stage("ca-central-1");
    proxy.inject("ListStateMachines", Fault::Broken);
    let error = function.invoke(&role_policy_put("nobody")).unwrap_err();
    assert!(error.contains("ListStateMachines"), "{error}");
}

#[test]
fn the_malformed_costs_one_log_line_and_the_next_event_is_handled() {
    let Stage {
        account,
        proxy,
        function,
    } = stage("us-east-2");
    let role = account.role("after");
    let arn = account.workflow("after", &role, clean(), None);
    let noise = "\u{1b}]0;\u{202e}x\n".repeat(20_000);
    let no_parameters = event(
        "us-east-2",
        "states.amazonaws.com",
        "UpdateStateMachine",
        Value::Null,
        Value::Null,
    );
    let wrong = json!({ "detail-type": "AWS API Call via CloudTrail", "detail": { "eventSource": 1, "eventName": [] } });
    for malformed in [
        json!({}).to_string(),
        json!({ "detail-type": "AWS API Call via CloudTrail" }).to_string(),
        wrong.to_string(),
        no_parameters,
        json!(noise).to_string(),
        json!({ "detail-type": noise.as_str(), "detail": { noise.as_str(): noise.as_str() } })
            .to_string(),
    ] {
        let before = function.logs();
        function.invoke(&malformed).unwrap();
        let after = function.logs();
        let lines: Vec<&str> = after[before.len()..].lines().collect();
        // What it says, and the metrics of the invocation.
        assert_eq!(lines.len(), 2, "{lines:?}");
        let metrics: Value = serde_json::from_str(lines[1]).unwrap();
        assert_eq!(
            (&metrics["Events"], &metrics["Calls"]),
            (&json!(0), &json!(0))
        );
        let line: Value = serde_json::from_str(lines[0]).unwrap();
        let message = line["message"].as_str().unwrap();
        assert!(
            message.contains("malformed event:") || message.contains("skipped:"),
            "{message}"
        );
        assert!(
            message.len() < 1_000 && message.chars().all(|c| !c.is_control()),
            "{message}"
        );
    }
    // What is not JSON at all cannot come from EventBridge.
    assert!(function.invoke(&"not json ".repeat(20_000)).is_err());
    assert_eq!(proxy.calls(), [""; 0]);
    function.invoke(&created(&arn, &role)).unwrap();
    assert_eq!(account.alerts().len(), 1);
}

#[test]
fn a_function_that_cannot_begin_says_why() {
    let (log, status) = fails_to_start(BINARY, &[("AWS_REGION", "eu-west-1")]);
    assert!(log.contains("`STEPWARDEN_ALERT_TOPIC` is not set"), "{log}");
    assert_eq!(status, Some(1));
}
