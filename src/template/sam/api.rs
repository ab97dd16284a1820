//! `AWS::Serverless::Api` and `HttpApi`: the API with its document, and its stage.

use serde_json::{Map, Value, json};

use super::{Expansion, auth, globals, rename};
use crate::gap::{Input, Unread};
use crate::template::include;
use crate::template::resource::Resource;

/// The API that SAM makes for events that name none.
const IMPLICIT: &str = "ServerlessRestApi";

/// A route that an `Api` event of a state machine asks for.
pub(super) struct Route {
    pub origin: Resource,
    /// The id of what it starts.
    pub target: String,
    pub role: Value,
    pub properties: Map<String, Value>,
}

impl Expansion<'_> {
    pub(super) fn apis(&mut self, mut apis: Vec<Resource>, globals: Option<&Value>) {
        let routes = std::mem::take(&mut self.routes);
        let implicit = routes
            .iter()
            .find(|route| !route.properties.contains_key("RestApiId"));
        if let Some(route) = implicit
            && !apis.iter().any(|api| api.id == IMPLICIT)
        {
            let made = json!({"StageName": "Prod"});
            let mut api = Resource::made_by(&route.origin, IMPLICIT, "AWS::Serverless::Api", made);
            globals::apply(&mut api, "Api", globals);
            apis.push(api);
        }
        for api in apis {
            let own: Vec<&Route> = routes
                .iter()
                .filter(|route| api_of(route) == api.id)
                .collect();
            match api.kind.as_str() {
                "AWS::Serverless::HttpApi" => self.http_api(&api),
                _ => self.rest_api(&api, &own),
            }
        }
    }

    fn rest_api(&mut self, api: &Resource, routes: &[&Route]) {
        let mut out = api.clone();
        out.kind = "AWS::ApiGateway::RestApi".to_owned();
        rename(&mut out, &[("DefinitionBody", "Body")]);
        let body = self.document(&mut out);
        let mut body = match body {
            Some(body) => body,
            // Only a document that SAM writes itself takes the routes of events.
            None => written(routes),
        };
        // A route may ask for a key where the API asks for nothing.
        let asks = |route: &&Route| route.properties.contains_key("Auth");
        if api.get("Auth").is_some() || routes.iter().any(asks) {
            let settings = api.get("Auth").and_then(|auth| self.scope.resolve(auth));
            auth::apply(&mut body, &settings.unwrap_or_default(), routes);
            if let Some(policy) = auth::resource_policy(api.get("Auth"), routes) {
                out.properties.insert("Policy".to_owned(), policy);
            }
        }
        out.properties.insert("Body".to_owned(), body);
        let stage = api
            .get("StageName")
            .cloned()
            .unwrap_or_else(|| Value::from("Prod"));
        let made = json!({"RestApiId": {"Ref": api.id}, "StageName": stage});
        let stage = Resource::made_by(
            api,
            format!("{}Stage", api.id),
            "AWS::ApiGateway::Stage",
            made,
        );
        self.out.push(out);
        self.out.push(stage);
    }

    fn http_api(&mut self, api: &Resource) {
        let mut out = api.clone();
        out.kind = "AWS::ApiGatewayV2::Api".to_owned();
        rename(&mut out, &[("DefinitionBody", "Body")]);
        let mut body = self
            .document(&mut out)
            .unwrap_or_else(|| json!({"openapi": "3.0.1", "paths": {}}));
        if let Some(settings) = api.get("Auth") {
            let settings = self.scope.resolve(settings).unwrap_or_default();
            auth::apply(&mut body, &settings, &[]);
        }
        out.properties.insert("Body".to_owned(), body);
        self.out.push(out);
    }

    /// The OpenAPI document, inline or a file beside the template: functions in it mean the expanded resources, and are
    /// resolved with them.
    fn document(&mut self, api: &mut Resource) -> Option<Value> {
        if let Some(body) = api.get("Body") {
            let body = include::expand(body, self.scope, self.files, &api.file, self.gaps);
            return Some(body);
        }
        let uri = api.properties.get("DefinitionUri")?;
        let what = format!("the OpenAPI document of `{}`", api.id);
        match include::file(uri, self.scope, self.files, &api.file) {
            Ok(body) => Some(body),
            Err(why) => {
                self.gaps
                    .push(Unread::of_account(Input::EntryPoints, what, why));
                Some(Value::Null)
            }
        }
    }
}

/// The id of the API that a route belongs to.
fn api_of(route: &Route) -> &str {
    match route.properties.get("RestApiId") {
        Some(Value::String(id)) => id,
        Some(other) => other.get("Ref").and_then(Value::as_str).unwrap_or_default(),
        None => IMPLICIT,
    }
}

/// The document that SAM writes for the routes of events.
fn written(routes: &[&Route]) -> Value {
    let mut paths = Map::new();
    for route in routes {
        let text = |name: &str| {
            route
                .properties
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let method = match text("Method").to_ascii_lowercase() {
            any if any == "any" => "x-amazon-apigateway-any-method".to_owned(),
            method => method,
        };
        let body = json!({"Fn::Sub": format!(
            "{{\"input\": \"$util.escapeJavaScript($input.json('$'))\", \"stateMachineArn\": \"${{{}}}\"}}", route.target
        )});
        let operation = json!({"x-amazon-apigateway-integration": {
            "type": "aws",
            "httpMethod": "POST",
            "uri": {"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"},
            "credentials": route.role,
            "requestTemplates": {"application/json": body},
        }});
        let path = paths
            .entry(text("Path").to_owned())
            .or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(method, operation);
        }
    }
    json!({"swagger": "2.0", "paths": paths})
}
