//! `AWS::Serverless::Function`: the function, its role, its alias and its URL.

use serde_json::{Value, json};

use super::{Expansion, members};
use crate::template::attributes::arn_of;
use crate::template::resource::Resource;

/// What a function's role needs for an event source that it polls.
const POLLED: [(&str, &str); 7] = [
    ("SQS", "service-role/AWSLambdaSQSQueueExecutionRole"),
    ("Kinesis", "service-role/AWSLambdaKinesisExecutionRole"),
    ("DynamoDB", "service-role/AWSLambdaDynamoDBExecutionRole"),
    ("MSK", "service-role/AWSLambdaMSKExecutionRole"),
    ("MQ", "service-role/AWSLambdaAMQExecutionRole"),
    ("DocumentDB", "service-role/AWSLambdaVPCAccessExecutionRole"),
    (
        "SelfManagedKafka",
        "service-role/AWSLambdaVPCAccessExecutionRole",
    ),
];

impl Expansion<'_> {
    pub(super) fn function(&mut self, resource: &Resource) {
        let mut function = resource.clone();
        function.kind = "AWS::Lambda::Function".to_owned();
        let role = resource.get("Role").map(|role| self.scope.resolve(role));
        if role.flatten().is_none() {
            let role = arn_of(&format!("{}Role", resource.id));
            function.properties.insert("Role".to_owned(), role);
            self.function_role(resource);
        }
        self.out.push(function);
        let alias = self
            .known(resource, "AutoPublishAlias")
            .and_then(|a| a.as_str().map(str::to_owned));
        if let Some(alias) = &alias {
            let made = json!({"FunctionName": {"Ref": resource.id}});
            let id = format!("{}Version", resource.id);
            let kind = "AWS::Lambda::Version";
            self.out.push(Resource::made_by(resource, id, kind, made));
            let id = format!("{}Alias{alias}", resource.id);
            let made = json!({"FunctionName": {"Ref": resource.id}, "Name": alias});
            self.out
                .push(Resource::made_by(resource, id, "AWS::Lambda::Alias", made));
        }
        self.url(resource, alias);
    }

    fn function_role(&mut self, resource: &Resource) {
        let mut managed = vec!["service-role/AWSLambdaBasicExecutionRole"];
        if resource.get("DurableConfig").is_some() {
            managed = vec!["service-role/AWSLambdaBasicDurableExecutionRolePolicy"];
        }
        let tracing = self.known(resource, "Tracing");
        if tracing.is_some_and(|mode| mode.as_str() != Some("Disabled")) {
            managed.push("AWSXrayWriteOnlyAccess");
        }
        if resource.get("VpcConfig").is_some() {
            managed.push("service-role/AWSLambdaVPCAccessExecutionRole");
        }
        let events = resource.get("Events").and_then(members);
        for event in events.into_iter().flat_map(|events| events.values()) {
            let kind = event.get("Type").and_then(Value::as_str);
            managed.extend(
                POLLED
                    .iter()
                    .filter(|(name, _)| kind == Some(*name))
                    .map(|(_, policy)| policy),
            );
        }
        let more = self.deliveries(resource);
        self.role(resource, "lambda.amazonaws.com", &managed, more);
    }

    /// What the role may send for failed and finished invocations.
    fn deliveries(&self, resource: &Resource) -> Vec<Value> {
        let mut out = Vec::new();
        let mut allow = |action: &str, target: &Value| {
            out.push(json!({
                "Version": "2012-10-17",
                "Statement": [{"Action": action, "Resource": target, "Effect": "Allow"}]
            }));
        };
        if let Some(queue) = resource.get("DeadLetterQueue")
            && let Some(target) = queue.get("TargetArn")
        {
            match queue.get("Type").and_then(Value::as_str) {
                Some("SNS") => allow("sns:Publish", target),
                _ => allow("sqs:SendMessage", target),
            }
        }
        let destinations = resource
            .get("EventInvokeConfig")
            .and_then(|c| c.get("DestinationConfig"));
        for side in ["OnSuccess", "OnFailure"] {
            let Some(destination) = destinations.and_then(|d| d.get(side)) else {
                continue;
            };
            let action = match destination.get("Type").and_then(Value::as_str) {
                Some("SNS") => "sns:Publish",
                Some("SQS") => "sqs:SendMessage",
                Some("Lambda") => "lambda:InvokeFunction",
                Some("EventBridge") => "events:PutEvents",
                _ => continue,
            };
            if let Some(target) = destination.get("Destination") {
                allow(action, target);
            }
        }
        out
    }

    /// `FunctionUrlConfig`, with the permission for everybody that SAM adds to an open one.
    fn url(&mut self, resource: &Resource, alias: Option<String>) {
        let Some(config) = resource.get("FunctionUrlConfig").and_then(members).cloned() else {
            return;
        };
        let origin = Resource {
            pointer: resource.pointer.key("FunctionUrlConfig"),
            ..resource.clone()
        };
        let mut url = Resource::made_by(
            &origin,
            format!("{}Url", resource.id),
            "AWS::Lambda::Url",
            Value::Object(config.clone()),
        );
        let target = match &alias {
            Some(alias) => json!({"Ref": format!("{}Alias{alias}", resource.id)}),
            None => json!({"Ref": resource.id}),
        };
        url.properties
            .insert("TargetFunctionArn".to_owned(), json!({"Ref": resource.id}));
        if let Some(alias) = alias {
            url.properties
                .insert("Qualifier".to_owned(), Value::from(alias));
        }
        self.out.push(url);
        let kind = config
            .get("AuthType")
            .and_then(|kind| self.scope.resolve(kind));
        if kind.as_ref().and_then(Value::as_str) == Some("AWS_IAM") {
            return;
        }
        for (id, action) in [
            ("UrlPublicPermissions", "lambda:InvokeFunctionUrl"),
            ("URLInvokeAllowPublicAccess", "lambda:InvokeFunction"),
        ] {
            let mut permission =
                json!({"Action": action, "FunctionName": target, "Principal": "*"});
            if let Some(members) = permission.as_object_mut() {
                match action {
                    "lambda:InvokeFunctionUrl" => {
                        members.insert("FunctionUrlAuthType".to_owned(), json!(kind))
                    }
                    _ => members.insert("InvokedViaFunctionUrl".to_owned(), Value::Bool(true)),
                };
            }
            let id = format!("{}{id}", resource.id);
            self.out.push(Resource::made_by(
                &origin,
                id,
                "AWS::Lambda::Permission",
                permission,
            ));
        }
    }
}
