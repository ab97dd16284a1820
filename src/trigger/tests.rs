mod holders;
mod subjects;

use serde_json::{Value, json};

use super::*;

fn event(name: &str, source: &str, request: Value, response: Value) -> Value {
    let service = source.trim_end_matches(".amazonaws.com");
    json!({
        "detail-type": "AWS API Call via CloudTrail", "source": format!("aws.{service}"), "id": "outer",
        "account": "123456789012", "region": "eu-west-1", "time": "2026-01-01T00:00:00Z",
        "detail": {
            "eventSource": source, "eventName": name, "eventID": "inner", "awsRegion": "eu-west-1",
            "eventTime": "2026-01-01T00:00:01Z", "sourceIPAddress": "203.0.113.1", "userAgent": "aws-cli/2",
            "userIdentity": { "type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/D/s",
                "sessionContext": { "sessionIssuer": { "arn": "arn:aws:iam::123456789012:role/team/D" } } },
            "requestParameters": request, "responseElements": response,
        }
    })
}

const DEMO: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Demo";

fn update() -> Value {
    event(
        "UpdateStateMachine",
        "states.amazonaws.com",
        json!({ "stateMachineArn": DEMO, "roleArn": "arn:aws:iam::123456789012:role/Demo" }),
        json!({ "revisionId": "r2" }),
    )
}

#[test]
fn an_update_names_workflow_revision_and_role() {
    let change = read(&update()).unwrap();
    assert_eq!(
        change.affects,
        Affects::Workflow(WorkflowChange {
            arn: Arn::parse(DEMO).unwrap(),
            revision: Some("r2".to_owned()),
            role: Arn::parse("arn:aws:iam::123456789012:role/Demo"),
            created: false,
        })
    );
    assert_eq!(
        change.event,
        EventInfo {
            id: "inner".into(),
            name: "UpdateStateMachine".into(),
            time: "2026-01-01T00:00:01Z".into(),
            actor: "arn:aws:sts::123456789012:assumed-role/D/s".into(),
            issuer: Arn::parse("arn:aws:iam::123456789012:role/team/D"),
            invoked_by: None,
            through: "cli".into(),
            source_ip: "203.0.113.1".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
            summary: change.event.summary.clone(),
        }
    );
    assert!(change.event.summary.contains("revision `r2`"));
}

#[test]
fn the_service_behind_a_call_is_what_aws_says_and_never_the_user_agent() {
    let mut event = update();
    event["detail"]["userAgent"] = json!("cloudformation.amazonaws.com");
    assert_eq!(read(&event).unwrap().event.invoked_by, None);
    event["detail"]["userIdentity"]["invokedBy"] = json!("cloudformation.amazonaws.com");
    let info = read(&event).unwrap().event;
    assert_eq!(
        info.invoked_by.as_deref(),
        Some("cloudformation.amazonaws.com")
    );
}

#[test]
fn a_creation_is_named_by_its_response() {
    let event = event(
        "CreateStateMachine",
        "states.amazonaws.com",
        json!({ "name": "Other", "roleArn": "arn:aws:iam::123456789012:role/Demo" }),
        json!({ "stateMachineArn": DEMO }),
    );
    let Affects::Workflow(change) = read(&event).unwrap().affects else {
        panic!("a workflow is made")
    };
    assert_eq!((change.arn.as_str(), change.created), (DEMO, true));
}

#[test]
fn versions_and_aliases_lead_to_their_workflow() {
    let alias = event(
        "CreateStateMachineAlias",
        "states.amazonaws.com",
        json!({ "name": "PROD", "routingConfiguration": [{ "stateMachineVersionArn": format!("{DEMO}:7"), "weight": 100 }] }),
        Value::Null,
    );
    let Affects::Workflow(change) = read(&alias).unwrap().affects else {
        panic!("an alias belongs to a workflow")
    };
    assert_eq!(change.arn.as_str(), DEMO);
}

#[test]
fn tags_of_an_activity_concern_no_workflow() {
    let tagged = event(
        "TagResource",
        "states.amazonaws.com",
        json!({ "resourceArn": "arn:aws:states:eu-west-1:123456789012:activity:a" }),
        Value::Null,
    );
    assert_eq!(
        read(&tagged),
        Err(Skip::NoWorkflow {
            name: "TagResource"
        })
    );
}

#[test]
fn a_role_policy_names_a_role_and_nothing_else_does() {
    let put = |role: Value| {
        event(
            "PutRolePolicy",
            "iam.amazonaws.com",
            json!({ "roleName": role }),
            Value::Null,
        )
    };
    assert_eq!(
        read(&put(json!("team+x=y"))).unwrap().affects,
        Affects::Role {
            name: "team+x=y".into()
        }
    );
    for hostile in [
        json!(""),
        json!("a b"),
        json!("a\nb"),
        json!("x".repeat(65)),
        json!(7),
        json!(null),
        json!(["r"]),
    ] {
        let skip = read(&put(hostile.clone())).unwrap_err();
        assert!(skip.is_malformed(), "{hostile}: {skip}");
    }
    // The same call name of another service is another call.
    let other = event(
        "PutRolePolicy",
        "states.amazonaws.com",
        json!({ "roleName": "r" }),
        Value::Null,
    );
    assert!(matches!(read(&other), Err(Skip::NotWatched { .. })));
}

#[test]
fn a_failed_call_changed_nothing_even_without_parameters() {
    let mut failed = event(
        "PutRolePolicy",
        "iam.amazonaws.com",
        Value::Null,
        Value::Null,
    );
    failed["detail"]["errorCode"] = json!("AccessDenied\u{1b}[31m");
    assert_eq!(
        read(&failed).unwrap_err().to_string(),
        r"the call `PutRolePolicy` failed with `AccessDenied\u{1b}[31m`: nothing changed"
    );
    failed["detail"]["errorCode"] = Value::Null;
    assert!(read(&failed).unwrap_err().is_malformed());
}

#[test]
fn execution_status_changes_are_not_watched() {
    let status = json!({ "detail-type": "Step Functions Execution Status Change", "source": "aws.states", "detail": {} });
    assert!(matches!(read(&status), Err(Skip::NotWatched { .. })));
}

#[test]
fn the_malformed_gets_one_clear_line() {
    let mut no_detail = update();
    no_detail.as_object_mut().unwrap().remove("detail");
    let mut wrong_detail = update();
    wrong_detail["detail"] = json!([1, 2]);
    let mut wrong_name = update();
    wrong_name["detail"]["eventName"] = json!(7);
    let mut no_parameters = update();
    no_parameters["detail"]["requestParameters"] = Value::Null;
    let mut wrong_arn = update();
    wrong_arn["detail"]["requestParameters"]["stateMachineArn"] = json!("no\u{202e}arn");
    let cases = [
        (json!({}), "`detail-type` is missing"),
        (json!(null), "it is no object"),
        (json!("x".repeat(200_000)), "it is no object"),
        (no_detail, "`detail` is missing or no object"),
        (wrong_detail, "`detail` is missing or no object"),
        (wrong_name, "`eventName` is no string"),
        (
            no_parameters,
            "`requestParameters.stateMachineArn` of `UpdateStateMachine` is missing",
        ),
        (wrong_arn, "`requestParameters.stateMachineArn` is no ARN"),
    ];
    for (event, why) in cases {
        assert_eq!(
            read(&event).unwrap_err().to_string(),
            format!("malformed event: {why}")
        );
    }
}

#[test]
fn noise_is_bounded_and_escaped_wherever_it_stands() {
    let noise = "\u{202e}\n\u{1b}[2J".repeat(30_000);
    let strange = event(&noise, &noise, json!({ &noise: noise }), json!(noise));
    let line = read(&strange).unwrap_err().to_string();
    assert!(line.len() < 2_000, "{}", line.len());
    assert!(
        line.chars().all(|c| c == '…' || (' '..='~').contains(&c)),
        "{line}"
    );

    let mut noisy = update();
    noisy["detail"]["userIdentity"]["arn"] = json!(noise);
    assert_eq!(read(&noisy).unwrap().event.actor.chars().count(), 2048);
}

#[test]
fn what_a_call_was_made_through() {
    let cases = [
        (
            json!({ "userAgent": "cloudformation.amazonaws.com" }),
            "cloudformation",
        ),
        (
            json!({ "userAgent": "aws-cli/2", "userIdentity": { "invokedBy": "cloudformation.amazonaws.com" } }),
            "cloudformation",
        ),
        (
            json!({ "userAgent": "Mozilla/5.0", "sessionCredentialFromConsole": "true" }),
            "console",
        ),
        (
            json!({ "userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.9 aws-sdk-go-v2/1.30" }),
            "terraform",
        ),
        (
            json!({ "userAgent": "aws-cli/1.2 Python/3.8 Botocore/1.17" }),
            "cli",
        ),
        (json!({ "userAgent": "Boto3/1.34" }), "sdk"),
        (json!({ "userAgent": "curl/8" }), "unknown"),
        (json!({ "userAgent": ["x"] }), "unknown"),
        // A service's name that is none must not pass for one.
        (
            json!({ "sourceIPAddress": "a b\u{7}.amazonaws.com" }),
            "unknown",
        ),
    ];
    for (detail, through) in cases {
        assert_eq!(super::through::through(&detail), through, "{detail}");
    }
}

#[test]
fn no_two_rows_watch_the_same_call() {
    let mut seen = std::collections::BTreeSet::new();
    for row in WATCHED {
        assert!(
            seen.insert((row.source, row.name)),
            "{} stands twice",
            row.name
        );
        // What begins executions is looked for anew: its name finds nothing.
        let is_named = !matches!(row.subject, Subject::EntryPoints(_) | Subject::LogPolicies);
        assert!(
            !is_named || !row.at.is_empty(),
            "{} names no subject",
            row.name
        );
    }
}
