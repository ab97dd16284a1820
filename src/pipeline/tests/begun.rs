//! What begins executions, and who may take a workflow over: told when it changes.

use super::world::{allow, machine, role_arn, watch};
use super::*;
use crate::collect::ReadEntries;
use crate::snapshot::Fetched;
use crate::snapshot::entries::{
    EndpointConfiguration, Entries, RestApi, RestIntegration, RestMethod, RestResource,
};

/// A REST API whose `POST /orders` starts `One` with its body.
fn shop(authorization: &str) -> Entries {
    let template = format!(
        r#"{{"input":"$util.escapeJavaScript($input.json('$'))","stateMachineArn":"{}"}}"#,
        arn("One")
    );
    let integration = RestIntegration {
        kind: "AWS".to_owned(),
        uri: Some(format!(
            "arn:aws:apigateway:{REGION}:states:action/StartExecution"
        )),
        credentials: Some(role_arn("Api")),
        request_templates: [("application/json".to_owned(), template)].into(),
        ..RestIntegration::default()
    };
    let method = RestMethod {
        authorization_type: authorization.to_owned(),
        method_integration: Some(integration),
        ..RestMethod::default()
    };
    let resource = RestResource {
        path: "/orders".to_owned(),
        resource_methods: [("POST".to_owned(), method)].into(),
    };
    let mut read = ReadEntries::absent().entries;
    read.rest_apis = Fetched::Present(vec![RestApi {
        id: "a1".to_owned(),
        name: "shop".to_owned(),
        policy: None,
        endpoint_configuration: EndpointConfiguration {
            types: vec!["REGIONAL".to_owned()],
        },
        resources: Fetched::Present(vec![resource]),
        stages: Fetched::NotCollected,
        deployments: std::collections::BTreeMap::new(),
    }]);
    read
}

/// A workflow behind that API, whose caller chooses the function.
fn orders(authorization: &str) -> (World, Services<Memory>) {
    let world = World::default();
    let mut one = machine("One", "Role");
    one.definition = json!({ "StartAt": "Run", "States": { "Run": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": { "FunctionName.$": "$.function", "Payload": {} } } } })
    .to_string();
    world.deploy(one);
    world.policy("Role", "run", Some(allow("lambda:InvokeFunction", "*")));
    world.policy(
        "Api",
        "start",
        Some(allow("states:StartExecution", &arn("One"))),
    );
    world
        .lock()
        .serve
        .insert("Api".to_owned(), "apigateway".to_owned());
    world.lock().entries = Some(shop(authorization));
    let watch = watch(&world, true, true);
    let made = created(&world, "made", "One");
    invoke(&world, &watch, "r0", &made).unwrap();
    (world, watch)
}

fn deployed(world: &World, id: &str) -> Value {
    let request = json!({ "restApiId": "a1" });
    event(
        world,
        id,
        "apigateway",
        "CreateDeployment",
        request,
        Value::Null,
    )
}

/// The last message for people: subject and text.
fn mail(world: &World) -> (String, String) {
    let sent = &world.lock().sent;
    let people = |d: &&crate::route::Delivery| d.topic == crate::route::Topic::People;
    let last = sent.iter().rev().find(people).unwrap();
    (
        last.subject.clone().unwrap_or_default(),
        last.message.clone(),
    )
}

#[test]
fn a_day_an_authorizer_is_removed_and_a_developer_may_replace_the_definition() {
    let (world, watch) = orders("AWS_IAM");
    let first = world.alerts();
    assert!(!opened(&first[0]).contains(&"public-invocation"));
    assert!(!opened(&first[0]).contains(&"takeover"));

    // 10:00: the route loses its authorizer.
    world.pass(3600);
    world.lock().entries = Some(shop("NONE"));
    let event = deployed(&world, "deployed");
    invoke(&world, &watch, "r1", &event).unwrap();
    let (subject, text) = mail(&world);
    println!("Subject: {subject}\n\n{text}\n");
    for part in [
        "API `a1` was deployed",
        "developer/kim",
        "203.0.113.24",
        "POST /orders",
        "no authorizer",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let alerts = world.alerts();
    assert!(opened(&alerts[0]).contains(&"public-invocation"));
    let widened = alerts[0]["drift"]["widened"].to_string();
    assert!(widened.contains("POST /orders"), "{widened}");

    // 11:00: somebody may change the definition of what runs with more than he holds.
    world.pass(3600);
    let update = allow("states:UpdateStateMachine", &arn("One"));
    world.lock().users.insert("lee".to_owned(), update.clone());
    let request =
        json!({ "userName": "lee", "policyName": "own", "policyDocument": update.to_string() });
    let given = super::event(
        &world,
        "given",
        "iam",
        "PutUserPolicy",
        request,
        Value::Null,
    );
    invoke(&world, &watch, "r2", &given).unwrap();
    let (subject, text) = mail(&world);
    println!("Subject: {subject}\n\n{text}");
    for part in ["lee", "developer/kim", "PutUserPolicy"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let alerts = world.alerts();
    assert_eq!(opened(&alerts[0]), ["takeover"], "{:#}", alerts[0]);
    let told = &alerts[0]["opened"][0];
    assert!(
        told["principals"].to_string().contains("user/lee"),
        "{told:#}"
    );
    assert!(
        told["detail"].to_string().contains("UpdateStateMachine"),
        "{told:#}"
    );
}

#[test]
fn the_calls_of_an_event_of_an_entry_point_do_not_grow_with_the_account() {
    let counted = [10, 1000, 10_000].map(|workflows| {
        let (world, watch) = orders("AWS_IAM");
        for index in 0..workflows {
            world.deploy(machine(&format!("Other{index}"), &format!("Role{index}")));
        }
        world.alerts();
        world.pass(3600);
        world.lock().calls.clear();
        world.lock().entries = Some(shop("NONE"));
        let event = deployed(&world, "deployed");
        invoke(&world, &watch, "r1", &event).unwrap();
        let alerts = world.alerts();
        assert!(opened(&alerts[0]).contains(&"public-invocation"));
        world.calls_made(&format!("{workflows} workflows"))
    });
    assert_eq!(counted[0], counted[1]);
    assert_eq!(counted[0], counted[2]);
}
