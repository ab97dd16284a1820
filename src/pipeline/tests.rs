use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::collect::fake::{Fake, rounds};
use crate::snapshot::{Document, Fetched, StateMachine};

/// Keeps what is published; refuses what holds a word.
#[derive(Default)]
struct Mailbox {
    sent: Mutex<Vec<Delivery>>,
    refuses: Option<&'static str>,
}

impl Notifier for Mailbox {
    async fn publish(&self, delivery: &Delivery) -> Result<(), PublishError> {
        delivery.check()?;
        if self
            .refuses
            .is_some_and(|word| delivery.message.contains(word))
        {
            return Err(PublishError::Refused("no".to_owned()));
        }
        self.sent.lock().unwrap().push(delivery.clone());
        Ok(())
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}")
}

/// A workflow of one Wait state that logs everything; its role is not granted anything.
fn quiet(name: &str) -> StateMachine {
    StateMachine {
        arn: arn(name),
        name: name.to_owned(),
        definition: json!({ "StartAt": "W", "States": { "W": { "Type": "Succeed" } } }).to_string(),
        role_arn: "arn:aws:iam::123456789012:role/Shared".to_owned(),
        kind: "STANDARD".to_owned(),
        ..StateMachine::default()
    }
}

fn watch(machines: Vec<StateMachine>, notifier: Mailbox) -> Watch<Fake, Mailbox> {
    let mut account = Fake::default();
    account.role_is("Shared", None);
    let admin = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    let key = ("Shared".to_owned(), "admin".to_owned());
    account
        .inline
        .insert(key, Fetched::Present(Document(admin.to_string())));
    for machine in machines {
        account.workflow_is(&machine.arn.clone(), vec![Fetched::Present(machine)]);
    }
    Watch {
        account,
        notifier,
        config: Config::default(),
    }
}

fn put_role_policy() -> Value {
    json!({ "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventSource": "iam.amazonaws.com", "eventName": "PutRolePolicy", "eventID": "e1",
        "requestParameters": { "roleName": "Shared" } } })
}

fn run(watch: &Watch<Fake, Mailbox>, event: &Value) -> Result<Handled, Error> {
    rounds(&watch.account, handle(watch, event, "2026-11-23")).0
}

#[test]
fn a_role_of_two_workflows_gives_two_alerts_on_both_topics() {
    let watch = watch(vec![quiet("One"), quiet("Two")], Mailbox::default());
    assert_eq!(
        run(&watch, &put_role_policy()),
        Ok(Handled::Evaluated {
            workflows: 2,
            alerts: 2
        })
    );
    let sent = watch.notifier.sent.lock().unwrap();
    let told = |topic: Topic, name: &str| {
        sent.iter()
            .filter(|d| d.topic == topic && d.message.contains(&arn(name)))
            .count()
    };
    for name in ["One", "Two"] {
        assert_eq!(
            (told(Topic::People, name), told(Topic::Machines, name)),
            (1, 1)
        );
    }
    let json: Value = serde_json::from_str(
        &sent
            .iter()
            .find(|d| d.topic == Topic::Machines)
            .unwrap()
            .message,
    )
    .unwrap();
    assert_eq!(json["schema"], "stepwarden/alert/1");
    assert!(
        json["opened"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["rule"] == "admin-role")
    );
}

#[test]
fn one_alert_that_cannot_be_published_stops_no_other_and_fails_the_event() {
    let refuses = Mailbox {
        refuses: Some("stateMachine:One"),
        ..Mailbox::default()
    };
    let watch = watch(vec![quiet("One"), quiet("Two")], refuses);
    let error = run(&watch, &put_role_policy()).unwrap_err().to_string();
    assert_eq!(
        error,
        "2 of 4 messages were not published: publishing failed: no"
    );
    assert_eq!(watch.notifier.sent.lock().unwrap().len(), 2);
}

#[test]
fn an_unreadable_workflow_is_told_and_the_others_with_it() {
    let mut watch = watch(vec![quiet("One")], Mailbox::default());
    watch.account.workflow_is(
        &arn("Closed"),
        vec![Fetched::Denied("it is denied".to_owned())],
    );
    assert_eq!(
        run(&watch, &put_role_policy()),
        Ok(Handled::Evaluated {
            workflows: 2,
            alerts: 2
        })
    );
    let sent = watch.notifier.sent.lock().unwrap();
    let closed = sent
        .iter()
        .find(|d| d.topic == Topic::Machines && d.message.contains("Closed"));
    let closed: Value = serde_json::from_str(&closed.unwrap().message).unwrap();
    let rules: Vec<&Value> = closed["opened"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["rule"])
        .collect();
    // Nothing is said of what was never seen, such as its logging.
    assert_eq!(rules, ["evaluation-incomplete"]);
    assert_eq!(closed["workflow"]["account"], "123456789012");
}

#[test]
fn what_is_not_known_is_delivered_again_and_noise_is_not() {
    let mut watch = watch(vec![quiet("One")], Mailbox::default());
    watch.account.list = Some(Fetched::Failed("throttled".to_owned()));
    assert!(matches!(
        run(&watch, &put_role_policy()),
        Err(Error::Blind(_))
    ));
    for noise in [
        json!({}),
        json!(null),
        json!({ "detail-type": "AWS API Call via CloudTrail" }),
    ] {
        assert!(matches!(run(&watch, &noise), Ok(Handled::Skipped(skip)) if skip.is_malformed()));
    }
}
