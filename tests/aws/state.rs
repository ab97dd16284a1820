//! The function with a table and a queue.

use serde_json::{Value, json};
use stepwarden::arn::Arn;
use stepwarden::trigger;
use stepwarden::trigger::work::Work;

use crate::support::account::Account;
use crate::support::function::fails_to_start;
use crate::support::proxy::Fault;
use crate::support::scenario::{
    admin, clean, created, deleted, delivery, risky, role_policy_put, updated,
};
use crate::support::stage::{Stage, TABLE, opened, resolved};

const BINARY: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

fn has(rules: &[String], rule: &str) -> bool {
    rules.iter().any(|r| r == rule)
}

#[test]
fn what_was_told_is_not_told_again_and_its_end_is() {
    let stage = Stage::new("200000000001", BINARY, &[]);
    let role = stage.account.role("one");
    stage.account.role_policy("one", "p", admin());
    let arn = stage.account.workflow("one", &role, risky(), None);
    let invoke = |id: &str, event: &str| stage.function.invoke(&stage.event(id, event)).unwrap();

    invoke("e1", &created(&arn, &role));
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert!(has(&opened(&alerts[0]), "admin-role"));
    assert_eq!(alerts[0]["drift"], Value::Null);
    let metrics = stage.metrics();
    assert_eq!(
        (
            &metrics["Events"],
            &metrics["Evaluations"],
            &metrics["Alerts"]
        ),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(metrics["Calls"], json!(stage.proxy.calls().len()));

    // It persists: no message.
    invoke("e2", &updated(&arn, None));
    assert_eq!((stage.alerts().len(), stage.account.mails().len()), (0, 1));
    // The same event again costs one look.
    stage.proxy.calls();
    invoke("e1", &created(&arn, &role));
    assert_eq!(stage.proxy.calls(), ["GetItem"]);

    stage.account.role_policy("one", "p", delivery());
    invoke("e3", &role_policy_put("one"));
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert!(has(&resolved(&alerts[0]), "admin-role"), "{:#}", alerts[0]);
    assert!(!has(&opened(&alerts[0]), "logging-off"), "{:#}", alerts[0]);

    stage.account.delete(&arn);
    invoke("e4", &deleted(&arn));
    let alerts = stage.alerts();
    assert!(has(&resolved(&alerts[0]), "logging-off"), "{:#}", alerts[0]);
    assert_eq!(alerts[0]["opened"], json!([]));
    let of = ["workflow#", "on#", "home#"].map(|kind| stage.count(kind));
    assert_eq!(of, [0, 0, 0], "{:#?}", stage.items());
    assert_eq!(stage.count("event#"), 4);
}

#[test]
fn what_is_wider_than_at_first_sight_is_drift_by_whoever_did_it() {
    let stage = Stage::new("200000000002", BINARY, &[]);
    let role = stage.account.role("one");
    stage.account.role_policy("one", "p", delivery());
    let arn = stage.account.workflow("one", &role, clean(), None);
    stage
        .function
        .invoke(&stage.event("e1", &created(&arn, &role)))
        .unwrap();
    stage.alerts();
    stage.account.role_policy("one", "p", admin());
    stage
        .function
        .invoke(&stage.event("e2", &role_policy_put("one")))
        .unwrap();
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert!(has(&opened(&alerts[0]), "drift"), "{:#}", alerts[0]);
    assert_ne!(alerts[0]["drift"], Value::Null);
    let actor = format!("arn:aws:sts::{}:assumed-role/dev/kim", stage.account.id);
    assert_eq!(alerts[0]["event"]["actor"], actor);
    stage
        .function
        .invoke(&stage.event("e3", &role_policy_put("one")))
        .unwrap();
    assert_eq!(stage.alerts().len(), 0, "the same drift is told once");
}

#[test]
fn the_first_sweep_is_one_summary_and_the_next_finds_what_no_event_told() {
    let stage = Stage::new("200000000003", BINARY, &[]);
    let roles: Vec<String> = ["one", "two"].map(|name| stage.account.role(name)).into();
    for name in ["one", "two"] {
        stage.account.role_policy(name, "p", delivery());
    }
    for n in 0..23 {
        stage
            .account
            .workflow(&format!("w{n}"), &roles[n % 2], risky(), None);
    }
    let sweep = Work::Sweep.body();
    stage.function.invoke(&sweep).unwrap();
    assert_eq!(stage.work_off(), Vec::<Value>::new());
    assert_eq!(stage.count("workflow#"), 23);
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(stage.account.mails().len(), 1);

    // Nothing is different: nothing is said.
    stage.function.invoke(&sweep).unwrap();
    assert_eq!(stage.work_off(), Vec::<Value>::new());
    assert_eq!((stage.alerts().len(), stage.account.mails().len()), (0, 0));

    stage.account.role_policy("one", "p", admin());
    stage.account.delete(&format!(
        "arn:aws:states:eu-west-1:{}:stateMachine:w1",
        stage.account.id
    ));
    stage.function.invoke(&sweep).unwrap();
    assert_eq!(stage.work_off(), Vec::<Value>::new());
    // The last page of the sweep finds the one that is gone, in a message of its own.
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), 13, "twelve of the role, and the deleted one");
    assert!(alerts.iter().all(|alert| alert["event"] == Value::Null));
    let drifted = alerts.iter().filter(|alert| has(&opened(alert), "drift"));
    assert_eq!(drifted.count(), 12);
    let untold: u64 = stage
        .function
        .logs()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["UntoldChanges"].as_u64())
        .sum();
    assert_eq!(untold, 13);
}

/// An event that was handled here, of which messages speak by its id.
fn note(stage: &Stage, id: &str) {
    let event = stage.event(id, &role_policy_put("one"));
    let change = trigger::read(&serde_json::from_str(&event).unwrap()).unwrap();
    let noted = json!({ "change": change, "until": 4_000_000_000_i64 });
    let item = json!({ "pk": { "S": format!("event#{id}") }, "sk": { "S": "change" },
        "body": { "S": noted.to_string() } });
    let put = json!({ "TableName": TABLE, "Item": item });
    stage.account.dynamo("PutItem", put);
}

#[test]
fn of_a_batch_only_what_failed_comes_again() {
    let stage = Stage::new("200000000004", BINARY, &[]);
    note(&stage, "e");
    let role = stage.account.role("one");
    stage.account.role_policy("one", "p", admin());
    let record = |id: &str, body: String| json!({ "messageId": id, "body": body });
    let evaluate = |name: &str| {
        let arn = stage.account.workflow(name, &role, clean(), None);
        let work = Work::Evaluate {
            workflows: vec![Arn::parse(&arn).unwrap()],
            sweep: None,
            event: Some("e".to_owned()),
        };
        work.body()
    };
    let (first, second) = (evaluate("first"), evaluate("second"));
    let batch = json!({ "Records": [
        record("bad", "no json".to_owned()),
        record("first", first.clone()),
        record("alien", json!({ "hello": 1 }).to_string()),
        record("second", second),
    ] });
    stage.proxy.inject_nth("UpdateItem", 1, Fault::Denied);
    let answer = stage.function.invoke(&batch.to_string()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        answer,
        json!({ "batchItemFailures": [{ "itemIdentifier": "first" }] })
    );
    let names = |alerts: Vec<Value>| -> Vec<Value> {
        alerts
            .iter()
            .map(|alert| alert["workflow"]["name"].clone())
            .collect()
    };
    assert_eq!(names(stage.alerts()), ["second"]);
    let again = json!({ "Records": [record("first", first)] });
    stage.function.invoke(&again.to_string()).unwrap();
    assert_eq!(names(stage.alerts()), ["first"]);
}

/// A function of the shared account that also looks after a member account.
fn with_member(member: &'static str, region: &'static str, ids: &str) -> (Stage, Account) {
    let own = Account::new(region);
    let config =
        format!("[accounts]\nids = [{ids}]\nrole = \"reader\"\nexternal-id = \"secret-1\"\n");
    let name = format!("/stepwarden/{region}");
    own.parameter(&name, &config);
    let source = format!("ssm:{name}");
    let stage = Stage::of(own, BINARY, &[("STEPWARDEN_CONFIG", &source)]);
    let member = Account::of(member, region);
    member.role("reader");
    (stage, member)
}

#[test]
fn a_member_account_is_read_through_its_role() {
    let (stage, member) = with_member("200000000006", "ap-northeast-1", "\"200000000006\"");
    let role = member.role("theirs");
    member.role_policy("theirs", "p", admin());
    let arn = member.workflow("theirs", &role, risky(), None);
    stage.proxy.calls();
    stage.function.invoke(&created(&arn, &role)).unwrap();
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), 1, "{}", stage.function.logs());
    assert_eq!(alerts[0]["workflow"]["account"], "200000000006");
    assert!(has(&opened(&alerts[0]), "admin-role"), "{:#}", alerts[0]);
    assert!(stage.proxy.calls().contains(&"AssumeRole".to_owned()));
    // Its clients are kept.
    stage
        .function
        .invoke(&role_policy_put("theirs").replace("123456789012", "200000000006"))
        .unwrap();
    assert!(!stage.proxy.calls().contains(&"AssumeRole".to_owned()));
}

#[test]
fn an_account_that_is_not_configured_or_closed_is_refused_never_taken_for_empty() {
    let (stage, member) = with_member("200000000007", "ap-northeast-2", "\"200000000009\"");
    let role = member.role("theirs");
    let arn = member.workflow("theirs", &role, risky(), None);
    let error = stage.function.invoke(&created(&arn, &role)).unwrap_err();
    assert!(
        error.contains("`200000000007` is not configured"),
        "{error}"
    );
    stage.proxy.inject("AssumeRole", Fault::Denied);
    let other = created(&arn, &role).replace("200000000007", "200000000009");
    let error = stage.function.invoke(&other).unwrap_err();
    assert!(
        error.contains("sts:AssumeRole") && error.contains("role/reader"),
        "{error}"
    );
    assert!(!error.contains("secret-1") && !stage.function.logs().contains("secret-1"));
    assert_eq!((stage.alerts().len(), stage.count("workflow#")), (0, 0));
}

#[test]
fn a_configuration_that_cannot_be_read_or_is_wrong_says_so_at_the_start() {
    let account = Account::new("ap-northeast-3");
    account.parameter("/wrong", "no-such-key = 1");
    let endpoint = format!("http://{}", account.address);
    for (name, says) in [
        ("/missing", "there is no parameter `/missing`"),
        ("/wrong", "no-such-key"),
    ] {
        let source = format!("ssm:{name}");
        let (log, status) = fails_to_start(
            BINARY,
            &[
                ("STEPWARDEN_ALERT_TOPIC", "arn"),
                ("STEPWARDEN_CONFIG", &source),
                ("AWS_ENDPOINT_URL", &endpoint),
                ("AWS_REGION", account.region),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ],
        );
        assert!(
            log.contains(says) && log.contains("STEPWARDEN_CONFIG"),
            "{log}"
        );
        assert_eq!(status, Some(1));
    }
}
