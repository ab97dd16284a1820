//! A day in the life, on the built function and the built command line: deploy, approve, somebody widens a role in the
//! console, the owning team's queue receives the drift with the actor, the fix resolves it.
//!
//! `cargo test --test day -- --nocapture` prints what the team reads; `docs/day-in-the-life.md` shows it.

#![cfg(feature = "live")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::account::Account;
use support::scenario::{clean, created, delivery};
use support::stage::{Stage, TABLE};

const BINARY: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");
const ID: &str = "200000000090";

/// The role's policy is put in the console.
fn put_in_the_console(stage: &Stage, id: &str, who: &str, statements: &Value) -> String {
    stage
        .account
        .role_policy("payments", "tasks", statements.clone());
    json!({
        "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "account": ID, "region": "us-east-1",
        "detail": {
            "eventSource": "iam.amazonaws.com", "eventName": "PutRolePolicy", "eventID": id,
            "eventTime": "2026-11-23T14:31:07Z", "awsRegion": "us-east-1", "recipientAccountId": ID,
            "sourceIPAddress": "203.0.113.24", "userAgent": "Mozilla/5.0", "sessionCredentialFromConsole": "true",
            "userIdentity": { "type": "AssumedRole", "arn": format!("arn:aws:sts::{ID}:assumed-role/developer/{who}") },
            "requestParameters": { "roleName": "payments", "policyName": "tasks",
                "policyDocument": json!({ "Version": "2012-10-17", "Statement": statements }).to_string() },
        }
    })
    .to_string()
}

/// The command line beside the function, on the same account and table.
fn stepwarden(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_stepwarden"))
        .args(arguments)
        .env_clear()
        .envs([
            (
                "AWS_ENDPOINT_URL",
                format!("http://{}", stage.proxy.address).as_str(),
            ),
            ("AWS_REGION", stage.account.region),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("STEPWARDEN_TABLE", TABLE),
        ])
        .output()
        .expect("the command runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said.into_owned())
}

#[test]
fn deploy_approve_widen_in_the_console_tell_the_team_fix() {
    let account = Account::of(ID, "eu-west-1");
    let (topic, inbox) = account.topic("payments-alerts");
    let config = format!("[owner-topics]\npayments = \"{topic}\"\n");
    let stage = Stage::of(account, BINARY, &[("STEPWARDEN_CONFIG", &config)]);
    let mails = || stage.account.received(&inbox);

    // 09:00: the pipeline deploys a workflow that logs and is granted what it needs.
    let role = stage.account.role("payments");
    stage.account.role_policy("payments", "tasks", delivery());
    let group = stage.account.log_group("/aws/vendedlogs/states/payments");
    let arn = stage
        .account
        .workflow("payments-settlement", &role, clean(), Some(&group));
    stage.account.tag(&arn, "owner", "payments");
    let deployed = stage.event("deploy", &created(&arn, &role));
    stage.function.invoke(&deployed).unwrap();
    assert_eq!(mails(), Vec::<Value>::new(), "a clean workflow is no news");

    // 09:30: the team approves what is deployed.
    let (status, said) = stepwarden(&stage, &["approve", &arn]);
    assert_eq!(status, Some(0), "{said}");
    println!("$ stepwarden approve {arn}\n{said}");

    // 14:31: kim widens the role in the console.
    let mut wide = delivery();
    let all = json!({ "Sid": "Quick", "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
    wide.as_array_mut().unwrap().push(all);
    let event = put_in_the_console(&stage, "widen", "kim", &wide);
    stage.function.invoke(&event).unwrap();
    let told = mails();
    assert_eq!(told.len(), 1, "{told:#?}");
    let (subject, text) = (&told[0]["Subject"], told[0]["Message"].as_str().unwrap());
    println!("Subject: {}\n\n{text}", subject.as_str().unwrap());
    for part in [
        "s3:*",
        "developer/kim",
        "console",
        "203.0.113.24",
        "baseline",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let machines = stage.alerts();
    let widened = &machines[0]["drift"]["widened"][0];
    assert_eq!(
        (&widened["kind"], &widened["since"]["through"]),
        (&json!("grant"), &json!("console"))
    );
    assert_eq!(told[0]["MessageAttributes"]["owner"]["Value"], "payments");

    // 14:50: the fix, and the end of it.
    let event = put_in_the_console(&stage, "fix", "kim", &delivery());
    stage.function.invoke(&event).unwrap();
    let told = mails();
    assert_eq!(told.len(), 1, "{told:#?}");
    let (subject, text) = (
        told[0]["Subject"].as_str().unwrap(),
        told[0]["Message"].as_str().unwrap(),
    );
    println!("Subject: {subject}\n\n{text}");
    assert!(
        subject.contains("RESOLVED") && text.contains("drift"),
        "{text}"
    );

    // The common topic got all of it too: an owner adds a reader and takes none away.
    assert_eq!(stage.account.mails().len(), 2);
}
