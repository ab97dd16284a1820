//! What begins executions, made in the emulated account.

use serde_json::{Value, json};

use super::account::Account;

impl Account {
    /// Every way to begin this workflow that the emulator knows.
    pub fn ways_in(&self, arn: &str) {
        let starting = |name: &str, service: &str| self.starting_role(name, service, arn);
        self.rest_api(arn, &starting("rest", "apigateway"), "NONE");
        self.http_api(arn, &starting("http", "apigateway"));
        self.rule("nightly", arn, &starting("rules", "events"));
        self.schedule("hourly", arn, &starting("schedules", "scheduler"));
        self.pipe("from-queue", arn, &starting("pipes", "pipes"));
    }

    /// A role that this service may assume, and that may start this workflow.
    pub fn starting_role(&self, name: &str, service: &str, workflow: &str) -> String {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": format!("{service}.amazonaws.com") },
            "Action": "sts:AssumeRole" }] });
        self.query(
            "iam",
            &[
                ("Action", "CreateRole"),
                ("RoleName", name),
                ("AssumeRolePolicyDocument", &trust.to_string()),
            ],
        );
        let start =
            json!([{ "Effect": "Allow", "Action": "states:StartExecution", "Resource": workflow }]);
        self.role_policy(name, "start", start);
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }

    /// A REST API whose `POST /orders` starts the workflow with the body, deployed to a stage: its id, and its resource's.
    pub fn rest_api(&self, workflow: &str, role: &str, authorization: &str) -> (String, String) {
        let call =
            |method: &str, path: &str, body: Value| self.rest(method, "apigateway", path, body);
        let api = text(&call("POST", "/restapis", json!({ "name": "shop" }))["id"]);
        let at = format!("/restapis/{api}");
        let root = call("GET", &format!("{at}/resources"), Value::Null);
        let root = ["item", "items"]
            .iter()
            .find_map(|key| root[key][0]["id"].as_str());
        let root = root.unwrap().to_owned();
        let made = call(
            "POST",
            &format!("{at}/resources/{root}"),
            json!({ "pathPart": "orders" }),
        );
        let resource = text(&made["id"]);
        self.post_orders((&api, &resource), workflow, role, authorization);
        (api, resource)
    }

    /// The method of that API and resource, made anew and deployed.
    pub fn post_orders(
        &self,
        (api, resource): (&str, &str),
        workflow: &str,
        role: &str,
        authorization: &str,
    ) {
        let put = |path: &str, body: Value| self.rest("PUT", "apigateway", path, body);
        let method = format!("/restapis/{api}/resources/{resource}/methods/POST");
        put(&method, json!({ "authorizationType": authorization }));
        let template = format!(
            r#"{{"input":"$util.escapeJavaScript($input.json('$'))","stateMachineArn":"{workflow}"}}"#
        );
        let integration = json!({
            "type": "AWS", "httpMethod": "POST", "credentials": role,
            "uri": format!("arn:aws:apigateway:{}:states:action/StartExecution", self.region),
            "requestTemplates": { "application/json": template },
        });
        put(&format!("{method}/integration"), integration);
        put(&format!("{method}/integration/responses/200"), json!({}));
        let deploy = format!("/restapis/{api}/deployments");
        self.rest(
            "POST",
            "apigateway",
            &deploy,
            json!({ "stageName": "prod" }),
        );
    }

    /// An HTTP API that starts the workflow with the body, for whoever has a token.
    pub fn http_api(&self, workflow: &str, role: &str) {
        let call = |path: &str, body: Value| self.rest("POST", "apigateway", path, body);
        let made = call(
            "/v2/apis",
            json!({ "name": "partners", "protocolType": "HTTP" }),
        );
        let api = text(&made["apiId"]);
        let integration = json!({
            "integrationType": "AWS_PROXY", "integrationSubtype": "StepFunctions-StartExecution",
            "credentialsArn": role, "payloadFormatVersion": "1.0",
            "requestParameters": { "StateMachineArn": workflow, "Input": "$request.body" },
        });
        let made = call(&format!("/v2/apis/{api}/integrations"), integration);
        let target = format!("integrations/{}", text(&made["integrationId"]));
        let route =
            json!({ "routeKey": "POST /orders", "authorizationType": "JWT", "target": target });
        call(&format!("/v2/apis/{api}/routes"), route);
        call(
            &format!("/v2/apis/{api}/stages"),
            json!({ "stageName": "$default", "autoDeploy": true }),
        );
    }

    /// A rule that starts the workflow with a constant.
    pub fn rule(&self, name: &str, workflow: &str, role: &str) {
        let call =
            |action: &str, body: Value| self.json("events", &format!("AWSEvents.{action}"), body);
        call(
            "PutRule",
            json!({ "Name": name, "ScheduleExpression": "rate(1 day)", "State": "ENABLED" }),
        );
        let target = json!({ "Id": "1", "Arn": workflow, "RoleArn": role, "Input": "{\"function\":\"report\"}" });
        call("PutTargets", json!({ "Rule": name, "Targets": [target] }));
    }

    /// A schedule that starts the workflow with a constant.
    pub fn schedule(&self, name: &str, workflow: &str, role: &str) {
        let schedule = json!({
            "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": workflow, "RoleArn": role, "Input": "{}" },
        });
        self.rest("POST", "scheduler", &format!("/schedules/{name}"), schedule);
    }

    /// A pipe from a queue of the account to the workflow.
    pub fn pipe(&self, name: &str, workflow: &str, role: &str) {
        let source = format!("arn:aws:sqs:{}:{}:orders", self.region, self.id);
        let pipe = json!({ "Source": source, "Target": workflow, "RoleArn": role, "DesiredState": "RUNNING" });
        self.rest("POST", "pipes", &format!("/v1/pipes/{name}"), pipe);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
