//! `Events` of a state machine: each an event source and the role by which it starts the workflow.

use serde_json::{Map, Value, json};

use super::api::Route;
use super::{Expansion, members, trust_of};
use crate::gap::{Input, Unread};
use crate::template::attributes::arn_of;
use crate::template::resource::Resource;

/// What of an event's properties is the target's.
const OF_TARGET: [&str; 5] = [
    "Input",
    "InputPath",
    "InputTransformer",
    "RetryPolicy",
    "DeadLetterConfig",
];

impl Expansion<'_> {
    pub(super) fn machine_events(&mut self, machine: &Resource, target: &str) {
        let Some(events) = machine.get("Events").and_then(members).cloned() else {
            return;
        };
        // Of the machine itself an event has the boundary of its role, and no copy of all the others.
        let mut plain = Resource {
            properties: Map::new(),
            ..machine.clone()
        };
        if let Some(boundary) = machine.get("PermissionsBoundary") {
            let name = "PermissionsBoundary".to_owned();
            plain.properties.insert(name, boundary.clone());
        }
        for (name, event) in &events {
            let kind = event
                .get("Type")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let empty = Map::new();
            let properties = event
                .get("Properties")
                .and_then(Value::as_object)
                .unwrap_or(&empty);
            let id = format!("{}{name}", machine.id);
            let origin = Resource {
                whole: machine.pointer.key("Events").key(name),
                pointer: machine.pointer.key("Events").key(name).key("Properties"),
                ..plain.clone()
            };
            match kind {
                "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
                    self.rule(&origin, &id, target, properties);
                }
                "ScheduleV2" => self.schedule(&origin, &id, target, properties),
                "Api" => {
                    let role = self.starter(&origin, &id, target, "apigateway.amazonaws.com");
                    self.routes.push(Route {
                        origin,
                        target: target.to_owned(),
                        role,
                        properties: properties.clone(),
                    });
                }
                _ => {
                    let why = format!("this version does not know events of the type `{kind}`");
                    self.gaps.push(Unread::of_account(
                        Input::EntryPoints,
                        format!("the event `{name}` of `{}`", machine.id),
                        why,
                    ));
                }
            }
        }
    }

    /// The role by which a service starts the workflow; its ARN.
    fn starter(&mut self, origin: &Resource, id: &str, target: &str, service: &str) -> Value {
        let role = format!("{id}Role");
        let document = json!({
            "Statement": [{"Action": "states:StartExecution", "Effect": "Allow", "Resource": {"Ref": target}}]
        });
        let mut properties = json!({
            "AssumeRolePolicyDocument": trust_of(service),
            "Policies": [{"PolicyName": format!("{role}StartExecutionPolicy"), "PolicyDocument": document}],
        });
        if let (Some(members), Some(boundary)) = (
            properties.as_object_mut(),
            origin.get("PermissionsBoundary"),
        ) {
            members.insert("PermissionsBoundary".to_owned(), boundary.clone());
        }
        self.out.push(Resource::made_by(
            origin,
            &role,
            "AWS::IAM::Role",
            properties,
        ));
        arn_of(&role)
    }

    /// A role that the event names, else one that is made.
    fn role_of(
        &mut self,
        origin: &Resource,
        id: &str,
        target: &str,
        given: Option<&Value>,
        service: &str,
    ) -> Value {
        match given {
            Some(role) => role.clone(),
            None => self.starter(origin, id, target, service),
        }
    }

    fn rule(&mut self, origin: &Resource, id: &str, target: &str, event: &Map<String, Value>) {
        let role = self.role_of(
            origin,
            id,
            target,
            event.get("RoleArn"),
            "events.amazonaws.com",
        );
        let mut out = Map::new();
        let names = [
            ("Schedule", "ScheduleExpression"),
            ("Pattern", "EventPattern"),
            ("EventBusName", "EventBusName"),
            ("RuleName", "Name"),
            ("Name", "Name"),
            ("State", "State"),
        ];
        for (from, to) in names {
            if let Some(value) = event.get(from) {
                out.insert(to.to_owned(), value.clone());
            }
        }
        if event.get("Enabled") == Some(&Value::Bool(false)) {
            out.insert("State".to_owned(), Value::from("DISABLED"));
        }
        out.insert(
            "Targets".to_owned(),
            json!([target_of(event, target, role)]),
        );
        self.out.push(Resource::made_by(
            origin,
            id,
            "AWS::Events::Rule",
            Value::Object(out),
        ));
    }

    fn schedule(&mut self, origin: &Resource, id: &str, target: &str, event: &Map<String, Value>) {
        let role = self.role_of(
            origin,
            id,
            target,
            event.get("RoleArn"),
            "scheduler.amazonaws.com",
        );
        let mut out = Map::new();
        for name in [
            "ScheduleExpression",
            "State",
            "Name",
            "GroupName",
            "KmsKeyArn",
        ] {
            if let Some(value) = event.get(name) {
                out.insert(name.to_owned(), value.clone());
            }
        }
        if !out.contains_key("Name") && event.get("OmitName") != Some(&Value::Bool(true)) {
            out.insert("Name".to_owned(), Value::from(id));
        }
        out.insert("Target".to_owned(), target_of(event, target, role));
        self.out.push(Resource::made_by(
            origin,
            id,
            "AWS::Scheduler::Schedule",
            Value::Object(out),
        ));
    }
}

fn target_of(event: &Map<String, Value>, target: &str, role: Value) -> Value {
    let mut out = Map::new();
    out.insert("Arn".to_owned(), json!({"Ref": target}));
    out.insert("Id".to_owned(), Value::from("Target"));
    out.insert("RoleArn".to_owned(), role);
    for name in OF_TARGET {
        if let Some(value) = event.get(name) {
            out.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(out)
}
