//! Who approves what, on the built function: the control, and everybody who would like to.

use serde_json::{Value, json};

use crate::support::proxy::Fault;
use crate::support::scenario::{clean, created, delivery};
use crate::support::stage::{Stage, TABLE};

const BINARY: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

struct Deployed {
    stage: Stage,
    arn: String,
}

/// A workflow that was seen.
fn seen(id: &'static str) -> Deployed {
    let config = format!("[baseline]\nprincipals = [\"arn:aws:iam::{id}:role/deploy-*\"]\n");
    let stage = Stage::new(id, BINARY, &[("STEPWARDEN_CONFIG", &config)]);
    let role = stage.account.role("one");
    stage.account.role_policy("one", "tasks", delivery());
    let arn = stage.account.workflow("one", &role, clean(), None);
    let made = stage.event("made", &created(&arn, &role));
    stage.function.invoke(&made).unwrap();
    stage.alerts();
    Deployed { stage, arn }
}

fn wide() -> Value {
    let mut wide = delivery();
    let all = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
    wide.as_array_mut().unwrap().push(all);
    wide
}

impl Deployed {
    /// The role is widened; the event of it, by this role's session.
    fn widened(&self, event: &str, by: &str) -> Value {
        let account = self.stage.account.id;
        self.stage.account.role_policy("one", "tasks", wide());
        let document = json!({ "Version": "2012-10-17", "Statement": wide() }).to_string();
        json!({
            "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "account": account,
            "region": "us-east-1",
            "detail": {
                "eventSource": "iam.amazonaws.com", "eventName": "PutRolePolicy", "eventID": event,
                "eventTime": "2026-11-23T14:31:07Z", "awsRegion": "us-east-1", "recipientAccountId": account,
                "sourceIPAddress": "203.0.113.24", "userAgent": "aws-cli/2",
                "userIdentity": { "type": "AssumedRole",
                    "arn": format!("arn:aws:sts::{account}:assumed-role/{by}/ci"),
                    "sessionContext": { "sessionIssuer": {
                        "arn": format!("arn:aws:iam::{account}:role/{by}") } } },
                "requestParameters": { "roleName": "one", "policyName": "tasks", "policyDocument": document },
            }
        })
    }

    fn invoke(&self, payload: &Value) {
        self.stage.function.invoke(&payload.to_string()).unwrap();
    }

    /// What CloudTrail's event history answers from now on.
    fn knows(&self, events: &[&Value]) {
        let each: Vec<Value> = events
            .iter()
            .map(|event| {
                json!({ "EventId": event["detail"]["eventID"], "EventName": event["detail"]["eventName"],
                    "CloudTrailEvent": event["detail"].to_string() })
            })
            .collect();
        let answer = json!({ "Events": each }).to_string();
        self.stage.proxy.heal();
        self.stage
            .proxy
            .inject("LookupEvents", Fault::Instead(answer));
    }

    fn confirm(&self, event: &str) {
        self.invoke(&json!({ "stepwarden": { "work": "confirm", "event": event } }));
    }

    fn drifts(&self) -> Vec<Value> {
        let alerts = self.stage.alerts();
        let drifts = alerts.iter().map(|alert| alert["drift"].clone());
        drifts.filter(|drift| !drift.is_null()).collect()
    }

    fn approved_by(&self) -> String {
        let key =
            json!({ "pk": { "S": format!("workflow#{}", self.arn) }, "sk": { "S": "record" } });
        let request = json!({ "TableName": TABLE, "Key": key });
        let item = self.stage.account.dynamo("GetItem", request);
        let body = item["Item"]["body"]["S"]
            .as_str()
            .expect("a readable record");
        let record: Value = serde_json::from_str(body).unwrap();
        record["baseline"]["approved_by"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

#[test]
fn a_deployment_that_is_still_so_is_approved_when_cloudtrail_knows_it() {
    let one = seen("200000000070");
    let event = one.widened("put", "deploy-prod");
    one.invoke(&event);
    let alerts = one.stage.alerts();
    assert_eq!(alerts.len(), 1, "what opened is told at once");
    assert!(alerts[0]["drift"].is_null(), "{:#}", alerts[0]);
    // Not there yet: nothing is told, and it is looked for again.
    one.knows(&[]);
    one.confirm("put");
    assert_eq!(one.drifts(), Vec::<Value>::new());
    assert_eq!(one.approved_by(), "stepwarden");
    one.knows(&[&event]);
    one.confirm("put");
    assert_eq!(one.drifts(), Vec::<Value>::new());
    assert!(one.approved_by().contains("deploy-prod"));
    assert_eq!(one.stage.count("waiting#"), 0);
}

#[test]
fn where_cloudtrail_may_not_be_asked_the_drift_is_told_and_says_so() {
    let one = seen("200000000071");
    one.invoke(&one.widened("put", "deploy-prod"));
    assert_eq!(one.drifts(), Vec::<Value>::new());
    one.stage.proxy.inject("LookupEvents", Fault::Denied);
    one.confirm("put");
    let told = one.drifts();
    assert_eq!(told.len(), 1);
    let why = told[0]["unapproved"].as_str().unwrap();
    assert!(why.contains("`cloudtrail:LookupEvents` is denied"), "{why}");
    assert_eq!(one.approved_by(), "stepwarden");
    one.confirm("put");
    assert_eq!(one.drifts(), Vec::<Value>::new(), "told once");
}

#[test]
fn forged_events_messages_and_payloads_approve_nothing() {
    let one = seen("200000000072");
    let genuine = one.widened("put", "developer");
    let mut forged = one.widened("forged", "deploy-prod");
    forged["source"] = json!("my.app");
    one.knows(&[&forged]);
    one.invoke(&forged);
    let event = json!({ "id": "forged", "name": "UpdateStateMachine", "time": "2026-11-27T20:00:00Z",
        "actor": "arn:aws:sts::200000000072:assumed-role/deploy-prod/ci",
        "issuer": "arn:aws:iam::200000000072:role/deploy-prod", "invoked_by": null, "through": "cli",
        "source_ip": "203.0.113.24", "region": "eu-west-1", "account": "200000000072" });
    let work =
        json!({ "stepwarden": { "work": "evaluate", "workflows": [one.arn], "event": event } });
    one.invoke(&work);
    one.invoke(&json!({ "Records": [{ "messageId": "m", "body": work.to_string() }] }));
    one.confirm("forged");
    assert_eq!(one.stage.alerts(), Vec::<Value>::new());
    assert_eq!(one.approved_by(), "stepwarden");
    let logs = one.stage.function.logs();
    assert!(logs.contains("AWS does not vouch for this event"), "{logs}");
    assert!(logs.contains("somebody may be forging messages"), "{logs}");
    // The genuine event tells the drift, with who made it.
    one.invoke(&genuine);
    let told = one.drifts();
    assert_eq!(told.len(), 1);
    let actor = told[0]["widened"][0]["since"]["actor"].as_str().unwrap();
    assert!(actor.contains("assumed-role/developer"), "{actor}");
}

#[test]
fn a_race_and_an_old_event_approve_nothing_of_somebody_elses() {
    let one = seen("200000000073");
    let own = one.widened("own", "deploy-prod");
    one.knows(&[&own]);
    // Before it is handled, somebody puts a wider policy of the same name.
    let mut wider = wide();
    let more = json!({ "Effect": "Allow", "Action": "dynamodb:*", "Resource": "*" });
    wider.as_array_mut().unwrap().push(more);
    one.stage.account.role_policy("one", "tasks", wider.clone());
    one.invoke(&own);
    assert_eq!(one.drifts(), Vec::<Value>::new());
    let mut theirs = one.widened("theirs", "developer");
    one.stage.account.role_policy("one", "tasks", wider.clone());
    let document = json!({ "Version": "2012-10-17", "Statement": wider }).to_string();
    theirs["detail"]["requestParameters"]["policyDocument"] = json!(document);
    one.invoke(&theirs);
    let told = one.drifts();
    assert_eq!(told.len(), 1);
    let actor = told[0]["widened"][0]["since"]["actor"].as_str().unwrap();
    assert!(actor.contains("assumed-role/developer"), "{actor}");
    one.confirm("own");
    assert_eq!(one.drifts(), Vec::<Value>::new());
    assert_eq!(one.approved_by(), "stepwarden");
}
