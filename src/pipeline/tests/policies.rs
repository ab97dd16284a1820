//! Policies of resources: read with what acts on them, and watched.

use super::world::{allow, machine, watch};
use super::*;
use crate::snapshot::{Document, NamedDocument, OrganizationLevel, OrganizationPolicies};

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:orders";
const URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";

fn statement(principal: Value, action: &str) -> Value {
    json!({ "Statement": { "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" } })
}

fn to_role(name: &str, action: &str) -> Value {
    statement(json!({ "AWS": world::role_arn(name) }), action)
}

/// The account itself: identity policies decide.
fn to_account() -> Value {
    statement(
        json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:root") }),
        "kms:*",
    )
}

fn send_to(url: &str) -> String {
    let send = json!({ "StartAt": "Send", "States": { "Send": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
        "Parameters": { "QueueUrl": url, "MessageBody.$": "$" } } } });
    send.to_string()
}

/// A workflow that is encrypted with a key and sends to a queue.
fn orders() -> (World, Services<Memory>) {
    let world = World::default();
    let mut one = machine("One", "Role");
    one.definition = send_to(URL);
    one.kms_key = Some(KEY.to_owned());
    world.deploy(one);
    world.policy("Role", "send", Some(allow("sqs:SendMessage", QUEUE)));
    let key = json!(["kms:Decrypt", "kms:GenerateDataKey"]);
    let key = json!({ "Statement": { "Effect": "Allow", "Action": key, "Resource": KEY } });
    world.policy("Role", "key", Some(key));
    set(&world, KEY, Some(to_account()));
    let watch = watch(&world, true, true);
    let made = created(&world, "made", "One");
    invoke(&world, &watch, "r0", &made).unwrap();
    let alerts = world.alerts();
    let told = opened(&alerts[0]);
    assert!(
        !told.contains(&"missing-permission") && !told.contains(&"evaluation-incomplete"),
        "{:#}",
        alerts[0]
    );
    world.lock().calls.clear();
    (world, watch)
}

fn set(world: &World, resource: &str, policy: Option<Value>) {
    let policies = &mut world.lock().policies;
    match policy {
        Some(policy) => policies.insert(resource.to_owned(), policy),
        None => policies.remove(resource),
    };
}

fn put_key(world: &World, id: &str, policy: &Value) -> Value {
    let request = json!({ "keyId": KEY.rsplit('/').next().unwrap(), "policyName": "default", "policy": policy.to_string() });
    event(world, id, "kms", "PutKeyPolicy", request, Value::Null)
}

fn put_queue(world: &World, id: &str, policy: &Value) -> Value {
    let request = json!({ "queueUrl": URL, "attributes": { "Policy": policy.to_string() } });
    event(world, id, "sqs", "SetQueueAttributes", request, Value::Null)
}

fn asked(world: &World) -> Vec<String> {
    let calls = std::mem::take(&mut world.lock().calls);
    let of_policies = calls.into_iter().filter_map(|call| {
        let arn = call.strip_prefix("ResourcePolicy ")?;
        Some(arn.to_owned())
    });
    of_policies.collect()
}

#[test]
fn a_key_policy_that_takes_decrypt_away_breaks_the_workflow_until_it_is_given_back() {
    let (world, watch) = orders();
    let closed = to_role("security", "kms:*");
    set(&world, KEY, Some(closed.clone()));
    let taken = put_key(&world, "taken", &closed);
    invoke(&world, &watch, "r1", &taken).unwrap();
    // Of the two only the one that the event is about is read again.
    assert_eq!(asked(&world), [KEY]);
    let alerts = world.alerts();
    assert!(tells_of(&alerts[0], "kms:Decrypt"), "{:#}", alerts[0]);
    assert_eq!(opened(&alerts[0]), ["missing-permission"]);
    assert_eq!(alerts[0]["event"]["name"], "PutKeyPolicy");
    set(&world, KEY, Some(to_account()));
    world.pass(1);
    let given = put_key(&world, "given", &to_account());
    invoke(&world, &watch, "r2", &given).unwrap();
    assert_eq!(resolved(&world.alerts()[0]), ["missing-permission"]);
}

#[test]
fn a_policy_that_cannot_be_read_is_a_gap_and_resolves_nothing() {
    let (world, watch) = orders();
    let closed = to_role("security", "kms:*");
    set(&world, KEY, Some(closed.clone()));
    let taken = put_key(&world, "taken", &closed);
    invoke(&world, &watch, "r1", &taken).unwrap();
    assert_eq!(opened(&world.alerts()[0]), ["missing-permission"]);
    world.fail(&format!("ResourcePolicy {KEY}"), 1);
    set(&world, KEY, Some(to_account()));
    world.pass(1);
    let given = put_key(&world, "given", &to_account());
    invoke(&world, &watch, "r2", &given).unwrap();
    let alerts = world.alerts();
    assert_eq!(opened(&alerts[0]), ["evaluation-incomplete"]);
    assert_eq!(resolved(&alerts[0]), [""; 0]);
    let gaps = alerts[0]["incomplete"].to_string();
    assert!(gaps.contains("the policy of the key `1234abcd"), "{gaps}");
    // Whatever comes next asks for it again.
    let other = updated(&world, "other", "One");
    invoke(&world, &watch, "r3", &other).unwrap();
    let alerts = world.alerts();
    let gone = resolved(&alerts[0]);
    assert!(
        gone.contains(&"missing-permission") && gone.contains(&"evaluation-incomplete"),
        "{gone:?}"
    );
}

#[test]
fn a_queue_that_everybody_may_read_is_told_with_the_call_that_opened_it() {
    let (world, watch) = orders();
    let open = statement(json!("*"), "sqs:*");
    set(&world, QUEUE, Some(open.clone()));
    let opening = put_queue(&world, "opened", &open);
    invoke(&world, &watch, "r1", &opening).unwrap();
    let alerts = world.alerts();
    assert_eq!(opened(&alerts[0]), ["public-data"]);
    set(&world, QUEUE, None);
    world.pass(1);
    // The policy is taken away by setting it to nothing.
    let request = json!({ "queueUrl": URL, "attributes": { "Policy": "" } });
    let closing = event(
        &world,
        "closed",
        "sqs",
        "SetQueueAttributes",
        request,
        Value::Null,
    );
    invoke(&world, &watch, "r2", &closing).unwrap();
    assert_eq!(resolved(&world.alerts()[0]), ["public-data"]);
}

#[test]
fn policies_of_what_nothing_acts_on_and_other_attributes_concern_no_workflow() {
    let (world, watch) = orders();
    let request = json!({ "queueUrl": URL, "attributes": { "VisibilityTimeout": "30" } });
    let other = event(
        &world,
        "e1",
        "sqs",
        "SetQueueAttributes",
        request,
        Value::Null,
    );
    invoke(&world, &watch, "r1", &other).unwrap();
    let request = json!({ "queueUrl": format!("{URL}-other"), "attributes": { "Policy": "{}" } });
    let other = event(
        &world,
        "e2",
        "sqs",
        "SetQueueAttributes",
        request,
        Value::Null,
    );
    invoke(&world, &watch, "r2", &other).unwrap();
    assert_eq!((asked(&world), world.alerts()), (vec![], vec![]));
    // What was read lately serves for changes of something else.
    let updated = updated(&world, "e3", "One");
    invoke(&world, &watch, "r3", &updated).unwrap();
    assert_eq!(asked(&world), [""; 0]);
    world.pass(16 * 60);
    let later = super::updated(&world, "e4", "One");
    invoke(&world, &watch, "r4", &later).unwrap();
    assert_eq!(asked(&world), [KEY, QUEUE]);
}

#[test]
fn a_policy_that_is_not_visible_yet_is_looked_at_again() {
    let (world, watch) = orders();
    let opening = put_queue(&world, "opened", &statement(json!("*"), "sqs:*"));
    invoke(&world, &watch, "r1", &opening).unwrap();
    assert_eq!(world.alerts(), Vec::<Value>::new());
    let waiting = world.lock().queue.len();
    assert_eq!(waiting, 1, "it is looked at again");
}

#[test]
fn the_policies_of_what_a_thousand_states_name_are_read_up_to_a_bound_and_the_rest_is_a_gap() {
    let world = World::default();
    let state = |index: usize| {
        let next = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": format!("S{}", index + 1),
            "Parameters": { "QueueUrl": format!("{URL}-{index}"), "MessageBody": "x" } });
        (format!("S{index}"), next)
    };
    let mut states: serde_json::Map<String, Value> = (0..150).map(state).collect();
    states.insert("S150".to_owned(), json!({ "Type": "Succeed" }));
    let mut many = machine("Many", "Role");
    many.definition = json!({ "StartAt": "S0", "States": states }).to_string();
    world.deploy(many);
    world.policy("Role", "send", Some(allow("sqs:SendMessage", "*")));
    let watch = watch(&world, true, true);
    let made = created(&world, "made", "Many");
    invoke(&world, &watch, "r0", &made).unwrap();
    assert_eq!(asked(&world).len(), 100);
    let alerts = world.alerts();
    let gaps = alerts[0]["incomplete"].to_string();
    assert!(gaps.contains("they are 150: no more than 100"), "{gaps}");
}

#[test]
fn the_policies_above_the_account_are_read_once_a_day_and_a_refusal_resolves_nothing() {
    let (world, watch) = orders();
    let document = |name: &str, document: Value| NamedDocument {
        name: name.to_owned(),
        document: Document(document.to_string()),
    };
    let denied =
        json!({ "Statement": { "Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*" } });
    let level = |target: &str, more: Vec<NamedDocument>| OrganizationLevel {
        target: target.to_owned(),
        service_controls: Some(
            [document("full", allow("*", "*"))]
                .into_iter()
                .chain(more)
                .collect(),
        ),
        resource_controls: Some(Vec::new()),
    };
    world.lock().organization = Some(OrganizationPolicies {
        id: Some("o-abc".to_owned()),
        management_account: Some("999999999999".to_owned()),
        levels: vec![
            level("r-ab12", vec![document("no-queues", denied)]),
            level(ACCOUNT, Vec::new()),
        ],
    });
    let asked = |world: &World| {
        let calls = std::mem::take(&mut world.lock().calls);
        let of = calls.iter().filter(|c| c.starts_with("Organization"));
        of.count()
    };
    let mut number = 0;
    let mut evaluate = |world: &World| {
        number += 1;
        let id = format!("e{number}");
        let event = updated(world, &id, "One");
        invoke(world, &watch, &id, &event).unwrap();
        world.alerts()
    };
    let alerts = evaluate(&world);
    assert!(tells_of(&alerts[0], "sqs:SendMessage"), "{:#}", alerts[0]);
    assert_eq!(asked(&world), 1);
    world.pass(23 * 3600);
    assert_eq!((evaluate(&world), asked(&world)), (vec![], 0));
    world.pass(2 * 3600);
    world.fail("Organization", 1);
    let alerts = evaluate(&world);
    assert_eq!(opened(&alerts[0]), ["evaluation-incomplete"]);
    assert_eq!(resolved(&alerts[0]), [""; 0]);
    let alerts = evaluate(&world);
    assert_eq!(resolved(&alerts[0]), ["evaluation-incomplete"]);
}

#[test]
fn the_calls_of_an_event_do_not_grow_with_the_account() {
    let counted = [10, 100, 1000].map(|workflows| {
        let (world, watch) = orders();
        for index in 0..workflows {
            let name = format!("Other{index}");
            let mut other = machine(&name, &format!("Role{index}"));
            other.definition = send_to(&format!("{URL}-{index}"));
            world.deploy(other);
        }
        world.pass(3600);
        world.lock().calls.clear();
        let open = statement(json!("*"), "sqs:*");
        set(&world, QUEUE, Some(open.clone()));
        let opening = put_queue(&world, "opened", &open);
        invoke(&world, &watch, "r1", &opening).unwrap();
        assert_eq!(opened(&world.alerts()[0]), ["public-data"]);
        world.calls_made(&format!("{workflows} workflows"))
    });
    assert_eq!(counted[0], counted[1]);
    assert_eq!(counted[0], counted[2]);
}

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:resize";

#[test]
fn an_alias_of_a_function_has_a_policy_of_its_own() {
    let world = World::default();
    let mut one = machine("One", "Role");
    let alias = format!("{FUNCTION}:prod");
    let run = json!({ "StartAt": "Run", "States": { "Run": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": { "FunctionName": alias, "Payload": {} } } } });
    one.definition = run.to_string();
    world.deploy(one);
    world.policy("Role", "other", Some(allow("sqs:SendMessage", QUEUE)));
    let lets_in = |resource: &str| {
        let mut policy = to_role("Role", "lambda:InvokeFunction");
        policy["Statement"]["Resource"] = json!(resource);
        policy
    };
    // Who may invoke the function by its own ARN may not by the alias.
    set(&world, FUNCTION, Some(lets_in(FUNCTION)));
    let watch = watch(&world, true, true);
    let made = created(&world, "made", "One");
    invoke(&world, &watch, "r0", &made).unwrap();
    let alerts = world.alerts();
    assert!(
        opened(&alerts[0]).contains(&"missing-permission"),
        "{:#}",
        alerts[0]
    );
    assert_eq!(asked(&world), [FUNCTION, alias.as_str()]);
    set(&world, &alias, Some(lets_in(&alias)));
    world.pass(1);
    let request =
        json!({ "functionName": "resize", "qualifier": "prod", "action": "lambda:InvokeFunction" });
    let name = "AddPermission20150331v2";
    let given = event(&world, "given", "lambda", name, request, Value::Null);
    invoke(&world, &watch, "r1", &given).unwrap();
    assert_eq!(resolved(&world.alerts()[0]), ["missing-permission"]);
}
