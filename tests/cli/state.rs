//! `--state`: what is remembered between two runs, and `approve`.

use serde_json::{Value, json};

use crate::cli::support::{Run, Temp, command, finish, json_of, run, succeed};

const WORKFLOW: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:pay";

/// One workflow; its role is granted this.
fn account(temp: &Temp, action: &str) {
    temp.machine("pay", "pay", &succeed());
    let trust = json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "states.amazonaws.com" },
        "Condition": { "StringEquals": { "aws:SourceAccount": "123456789012" } } }] });
    let statement = json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }]);
    let iam = json!({ "UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
        "RoleName": "r", "Arn": "arn:aws:iam::123456789012:role/r", "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{ "PolicyName": "p", "PolicyDocument": { "Statement": statement } }],
        "AttachedManagedPolicies": [] }] });
    temp.file("iam.json", &iam.to_string());
}

fn event(temp: &Temp, source: &str, name: &str, request: &Value) -> String {
    let service = source.split('.').next().unwrap();
    let event = json!({
        "source": format!("aws.{service}"), "detail-type": "AWS API Call via CloudTrail",
        "account": "123456789012", "region": "eu-west-1",
        "detail": {
            "eventSource": source, "eventName": name, "eventID": "e", "eventTime": "2026-11-23T09:14:02Z",
            "awsRegion": "eu-west-1", "recipientAccountId": "123456789012", "sourceIPAddress": "203.0.113.24",
            "userAgent": "Mozilla/5.0", "sessionCredentialFromConsole": "true",
            "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/developer/kim" },
            "requestParameters": request,
        }
    });
    temp.file(&format!("{name}.json"), &event.to_string())
}

fn role_put(temp: &Temp) -> String {
    let request = json!({ "roleName": "r", "policyName": "p" });
    event(temp, "iam.amazonaws.com", "PutRolePolicy", &request)
}

fn state(temp: &Temp) -> String {
    temp.0.join("state.json").display().to_string()
}

fn replay(temp: &Temp, event: &str) -> Run {
    let (path, state) = (temp.path(), state(temp));
    run(&[
        "replay",
        event,
        "--snapshot",
        path,
        "--state",
        &state,
        "--format",
        "json",
        "--fail-on",
        "never",
    ])
}

fn approve(temp: &Temp) -> Run {
    run(&[
        "approve",
        WORKFLOW,
        "--snapshot",
        temp.path(),
        "--state",
        &state(temp),
    ])
}

fn rules(findings: &Value) -> Vec<&str> {
    let all = findings.as_array().unwrap().iter();
    all.map(|f| f["rule"].as_str().unwrap()).collect()
}

#[test]
fn a_day_deploy_approve_widen_in_the_console_fix() {
    let temp = Temp::new("day");
    account(&temp, "sqs:SendMessage");
    let approved = approve(&temp);
    assert_eq!((approved.status, approved.err.as_str()), (0, ""));
    assert!(approved.out.contains(WORKFLOW), "{}", approved.out);

    // The first event tells all that is there; nothing has drifted.
    let put = role_put(&temp);
    let first = json_of(&replay(&temp, &put));
    assert!(
        rules(&first["opened"]).contains(&"logging-off"),
        "{first:#}"
    );
    assert!(first["drift"].is_null());
    // The same again is no change.
    let again = replay(&temp, &put);
    assert_eq!((again.status, again.out.as_str()), (0, ""));

    account(&temp, "*");
    let widened = json_of(&replay(&temp, &put));
    let opened = rules(&widened["opened"]);
    assert!(
        opened.contains(&"admin-role") && opened.contains(&"drift"),
        "{opened:?}"
    );
    let since = &widened["drift"]["widened"][0]["since"];
    assert_eq!(since["through"], "console");
    assert!(since["actor"].as_str().unwrap().ends_with("developer/kim"));

    // A scan beside the same state names the drift, one without it does not.
    let state = state(&temp);
    let scan = |more: &[&str]| {
        let all = [
            &["scan", "--snapshot", temp.path(), "--format", "json"],
            more,
        ]
        .concat();
        json_of(&run(&all))["workflows"][0]["findings"].clone()
    };
    assert!(rules(&scan(&["--state", &state])).contains(&"drift"));
    assert!(!rules(&scan(&[])).contains(&"drift"));

    account(&temp, "sqs:SendMessage");
    let fixed = json_of(&replay(&temp, &put));
    assert!(fixed["drift"].is_null() && !rules(&fixed["opened"]).contains(&"drift"));
    let gone = rules(&fixed["resolved"]);
    assert!(
        gone.contains(&"admin-role") && gone.contains(&"drift"),
        "{gone:?}"
    );
}

#[test]
fn what_is_wider_and_meant_is_approved() {
    let temp = Temp::new("approved");
    account(&temp, "sqs:SendMessage");
    approve(&temp);
    account(&temp, "sqs:*");
    let put = role_put(&temp);
    assert!(json_of(&replay(&temp, &put))["drift"].is_object());
    assert_eq!(approve(&temp).status, 0);
    let after = json_of(&replay(&temp, &put));
    assert_eq!(
        (rules(&after["resolved"]), &after["drift"]),
        (vec!["drift"], &Value::Null)
    );
}

#[test]
fn a_deletion_resolves_what_was_told() {
    let temp = Temp::new("deleted");
    account(&temp, "sqs:SendMessage");
    replay(&temp, &role_put(&temp));
    std::fs::remove_file(temp.0.join("state-machines/pay.json")).unwrap();
    let request = json!({ "stateMachineArn": WORKFLOW });
    let deleted = event(
        &temp,
        "states.amazonaws.com",
        "DeleteStateMachine",
        &request,
    );
    let told = json_of(&replay(&temp, &deleted));
    assert!(
        rules(&told["resolved"]).contains(&"logging-off"),
        "{told:#}"
    );
    assert_eq!(replay(&temp, &deleted).out, "");
}

#[test]
fn what_cannot_be_approved_says_why_and_keeps_nothing() {
    let temp = Temp::new("refused");
    account(&temp, "sqs:SendMessage");
    let state = state(&temp);
    let other = "arn:aws:states:eu-west-1:123456789012:stateMachine:other";
    let cases: [(&[&str], &str); 4] = [
        (
            &["approve", "pay", "--state", &state],
            "`pay` is no ARN of a workflow",
        ),
        (
            &[
                "approve",
                other,
                "--snapshot",
                temp.path(),
                "--state",
                &state,
            ],
            "holds no workflow",
        ),
        (
            &["approve", WORKFLOW, "--snapshot", temp.path()],
            "name a state file with `--state FILE`",
        ),
        (&["approve", WORKFLOW], "nowhere to keep the baseline"),
    ];
    for (arguments, why) in cases {
        let refused = finish(command(arguments).env_remove("STEPWARDEN_TABLE"));
        assert_eq!(
            (refused.status, refused.out.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert!(
            refused.err.contains(why) && refused.err.lines().count() == 1,
            "{}",
            refused.err
        );
    }
    assert!(!std::path::Path::new(&state).exists());
}

#[test]
fn a_broken_state_file_is_named_and_left_alone() {
    let temp = Temp::new("broken");
    account(&temp, "sqs:SendMessage");
    let put = role_put(&temp);
    for (text, why) in [
        ("{", "it is no state file"),
        ("[]", "it is no state file"),
        (
            r#"{"schema":"stepwarden/state/9","records":[]}"#,
            "of another version",
        ),
        (
            r#"{"schema":"stepwarden/state/1","records":[{"workflow":"x"}]}"#,
            "it is no state file",
        ),
    ] {
        let path = temp.file("state.json", text);
        let refused = replay(&temp, &put);
        assert_eq!((refused.status, refused.out.as_str()), (2, ""), "{text}");
        assert!(
            refused.err.contains(why) && refused.err.lines().count() == 1,
            "{}",
            refused.err
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
