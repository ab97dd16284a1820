//! The policies of what a workflow acts on, read from the running services and watched.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::live::stepwarden;
use crate::support::account::Account;
use crate::support::acted_on::{Resources, everybody};
use crate::support::holders::allows;
use crate::support::proxy::{Fault, Proxy};
use crate::support::scenario::{created, event, recent, updated};
use crate::support::stage::{Stage, opened, resolved};

const FUNCTION: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

/// Rule, fingerprint and title of a report's findings.
fn findings(workflow: &Value) -> BTreeSet<(String, String, String)> {
    let all = workflow["findings"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|f| (word(&f["rule"]), word(&f["fingerprint"]), word(&f["title"])))
        .collect()
}

fn scan(proxy: &Proxy, region: &str, more: &[&str]) -> Value {
    let arguments = [&["scan", "--format", "json", "--workflow", "orders"], more].concat();
    let (report, said, status) = stepwarden(proxy, region, &arguments);
    assert_eq!(status, Some(1), "{said}");
    let report: Value = serde_json::from_str(&report).unwrap();
    report["workflows"][0].clone()
}

#[test]
fn what_resource_policies_say_is_the_same_live_and_from_the_own_snapshot_and_in_the_function() {
    let account = Account::of("510987654321", "eu-south-1");
    let resources = Resources::of(&account);
    resources.open(&account);
    let stage = Stage::of(account, FUNCTION, &[]);
    let (proxy, region) = (&stage.proxy, stage.account.region);
    let directory =
        std::env::temp_dir().join(format!("stepwarden-policies-{}", std::process::id()));
    let directory = directory.to_str().unwrap();
    let (_, said, status) = stepwarden(proxy, region, &["snapshot", "--out", directory]);
    assert_eq!(status, Some(0), "{said}");
    proxy.calls();
    let live = findings(&scan(proxy, region, &[]));
    let calls = proxy.calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    for call in [
        "GetKeyPolicy",
        "GetBucketPolicy",
        "GetQueueUrl",
        "GetQueueAttributes",
        "GetTopicAttributes",
        "GetResourcePolicy",
        "GetPolicy",
    ] {
        assert_eq!(count(call), 1, "{call}: {calls:?}");
    }
    let offline = findings(&scan(proxy, region, &["--snapshot", directory]));
    std::fs::remove_dir_all(directory).unwrap();
    assert_eq!(live, offline);
    let of = |rule: &str| live.iter().filter(|(of, ..)| of == rule).count();
    // Bucket, queue and topic; the key, the secret, and the function that its policy does not open.
    assert_eq!(
        (of("public-data"), of("missing-permission")),
        (3, 3),
        "{live:#?}"
    );
    let made = created(&resources.workflow, &resources.role);
    stage.function.invoke(&stage.event("made", &made)).unwrap();
    let alert = &stage.alerts()[0];
    let told: BTreeSet<&str> = alert["opened"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["fingerprint"].as_str().unwrap())
        .collect();
    for (rule, fingerprint, title) in &live {
        let of_policies = ["public-data", "missing-permission"].contains(&rule.as_str());
        assert!(
            !of_policies || told.contains(fingerprint.as_str()),
            "{title} is not in {alert:#}"
        );
    }
    // They are kept for a while.
    proxy.calls();
    let again = stage.event("again", &updated(&resources.workflow, None));
    stage.function.invoke(&again).unwrap();
    let calls = proxy.calls();
    assert!(
        !calls
            .iter()
            .any(|call| call.ends_with("Policy") && call != "GetRolePolicy"),
        "{calls:?}"
    );
}

#[test]
fn a_policy_that_may_not_be_read_is_a_gap_of_its_kind_and_resolves_nothing() {
    let account = Account::of("520987654321", "eu-south-2");
    let resources = Resources::of(&account);
    resources.open(&account);
    let stage = Stage::of(account, FUNCTION, &[]);
    let made = created(&resources.workflow, &resources.role);
    stage.function.invoke(&stage.event("made", &made)).unwrap();
    stage.alerts();
    for (call, gap, request) in [
        (
            "GetKeyPolicy",
            "kms:GetKeyPolicy",
            ("kms", "PutKeyPolicy", json!({ "keyId": resources.key })),
        ),
        (
            "GetBucketPolicy",
            "s3:GetBucketPolicy",
            (
                "s3",
                "PutBucketPolicy",
                json!({ "bucketName": resources.bucket }),
            ),
        ),
        (
            "GetQueueUrl",
            "sqs:GetQueueUrl",
            (
                "sqs",
                "AddPermission",
                json!({ "queueUrl": resources.queue }),
            ),
        ),
        (
            "GetTopicAttributes",
            "sns:GetTopicAttributes",
            (
                "sns",
                "AddPermission",
                json!({ "topicArn": resources.topic }),
            ),
        ),
        (
            "GetResourcePolicy",
            "secretsmanager:GetResourcePolicy",
            (
                "secretsmanager",
                "DeleteResourcePolicy",
                json!({ "secretId": resources.secret }),
            ),
        ),
        (
            "GetPolicy",
            "lambda:GetPolicy",
            (
                "lambda",
                "RemovePermission20150331v2",
                json!({ "functionName": "resize" }),
            ),
        ),
    ] {
        stage.proxy.inject(call, Fault::Denied);
        let (service, name, request) = request;
        let told = invoke(&stage, call, service, name, request);
        let alert = told.expect(call);
        assert_eq!(opened(&alert), ["evaluation-incomplete"], "{call}");
        assert_eq!(resolved(&alert), [""; 0], "{call}: {alert:#}");
        let gaps = alert["incomplete"].to_string();
        assert!(
            gaps.contains(gap) && gaps.contains("denied"),
            "{call}: {gaps}"
        );
        stage.proxy.heal();
        let again = stage.event(
            &format!("{call}-healed"),
            &updated(&resources.workflow, None),
        );
        stage.function.invoke(&again).unwrap();
        assert_eq!(
            resolved(&stage.alerts()[0]),
            ["evaluation-incomplete"],
            "{call}"
        );
    }
}

/// An event that happens now: the alert, where there is one.
fn invoke(stage: &Stage, id: &str, service: &str, name: &str, request: Value) -> Option<Value> {
    let source = format!("{service}.amazonaws.com");
    let one = recent(&event(
        stage.account.region,
        &source,
        name,
        request,
        Value::Null,
    ));
    stage.function.invoke(&stage.event(id, &one)).unwrap();
    stage.alerts().pop()
}

#[test]
fn a_change_of_each_kind_of_policy_is_told_with_what_it_opens_or_breaks() {
    let account = Account::of("530987654321", "eu-central-2");
    let resources = Resources::of(&account);
    let stage = Stage::of(account, FUNCTION, &[]);
    let made = created(&resources.workflow, &resources.role);
    stage.function.invoke(&stage.event("made", &made)).unwrap();
    let first = opened(&stage.alerts()[0]);
    assert!(
        first.contains(&"missing-permission".to_owned()),
        "{first:?}"
    );
    assert!(!first.contains(&"public-data".to_owned()), "{first:?}");
    let account = &stage.account;
    let tell = |service: &str, name: &str, request: Value| {
        let alert = invoke(&stage, name, service, name, request).expect(name);
        assert_eq!(alert["event"]["name"], name);
        alert
    };
    account.queue_policy(&resources.queue, &allows(&everybody(), "sqs:*"));
    let policy = allows(&everybody(), "sqs:*").to_string();
    let request = json!({ "queueUrl": resources.queue, "attributes": { "Policy": policy } });
    assert_eq!(
        opened(&tell("sqs", "SetQueueAttributes", request)),
        ["public-data"]
    );
    let mail = stage.account.mails().pop().unwrap();
    let text = mail["Message"].as_str().unwrap();
    println!("Subject: {}\n\n{text}", mail["Subject"].as_str().unwrap());
    for part in [
        "the policy of queue `orders` was changed",
        "dev/kim",
        "everybody may read",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    account.topic_policy(&resources.topic, &allows(&everybody(), "sns:Subscribe"));
    let request = json!({ "topicArn": resources.topic, "attributeName": "Policy" });
    assert_eq!(
        opened(&tell("sns", "SetTopicAttributes", request)),
        ["public-data"]
    );
    account.bucket_policy(&resources.bucket, &resources.reads_objects());
    let request = json!({ "bucketName": resources.bucket });
    assert_eq!(
        opened(&tell("s3", "PutBucketPolicy", request)),
        ["public-data"]
    );
    account.key_policy(&resources.key, &resources.closed_key());
    let request = json!({ "keyId": resources.key, "policyName": "default" });
    let alert = tell("kms", "PutKeyPolicy", request);
    assert_eq!(opened(&alert), ["missing-permission"]);
    assert_eq!(alert["opened"][0]["actions"], json!(["kms:Decrypt"]));
    account.secret_policy(&resources.secret, &resources.denied());
    let request = json!({ "secretId": resources.secret });
    let alert = tell("secretsmanager", "PutResourcePolicy", request);
    assert_eq!(opened(&alert), ["missing-permission"]);
    // What the role lacks, the function's own policy may give.
    account.open_function("resize");
    let request = json!({ "functionName": "resize", "principal": "*" });
    let alert = tell("lambda", "AddPermission20150331v2", request);
    assert_eq!(resolved(&alert), ["missing-permission"], "{alert:#}");
}
