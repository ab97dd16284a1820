//! REST APIs: methods that are resources of their own, or an OpenAPI document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::openapi::{self, Operation};
use super::{json_text, shown, strictest};
use crate::gap::{Input, Unread};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{
    DeployedMethod, EndpointConfiguration, RestApi, RestIntegration, RestMethod, RestResource,
    RestStage,
};
use crate::template::account::truth;
use crate::template::files::Files;
use crate::template::include;
use crate::template::resolve::{sides, text_of};
use crate::template::resource::Resource;
use crate::template::scope::Scope;
use crate::template::stack::Gaps;

/// What a template deploys has no id yet.
const DEPLOYMENT: &str = "template";
/// Resources nest no deeper than this.
const MAX_PATH: usize = 64;

pub(super) fn api(
    scope: &Scope,
    resource: &Resource,
    files: &Files<'_>,
    gaps: &mut Gaps,
) -> RestApi {
    let id = scope.made_up(resource);
    let mut resources = methods(scope, &id);
    let body = body(scope, resource, files, gaps);
    for operation in sides(&body)
        .into_iter()
        .flatten()
        .flat_map(openapi::operations)
    {
        let method = of_operation(&operation);
        let at = resources.entry(operation.path).or_default();
        at.insert(operation.method, method);
    }
    let policy = scope.property(resource, "Policy");
    let policy = policy.or_else(|| body.get("x-amazon-apigateway-policy").cloned());
    let deployed = summary(&resources);
    let each = resources
        .into_iter()
        .map(|(path, resource_methods)| RestResource {
            path,
            resource_methods,
        });
    let name = shown(scope, resource, "Name");
    RestApi {
        name: if name.is_empty() { id.clone() } else { name },
        id,
        // A policy that may not be there keeps nobody out.
        policy: policy
            .filter(|policy| sides(policy).len() == 1)
            .map(|policy| json_text(&policy)),
        endpoint_configuration: EndpointConfiguration {
            types: endpoint(scope, resource, &body),
        },
        resources: Fetched::Present(each.collect()),
        stages: Fetched::Present(stages(scope, resource)),
        deployments: BTreeMap::from([(DEPLOYMENT.to_owned(), deployed)]),
    }
}

/// The stages that the template declares for an API; one of any name where it declares none.
fn stages(scope: &Scope, api: &Resource) -> Vec<RestStage> {
    let id = scope.made_up(api);
    let own = |resource: &&Resource| {
        let kinds = ["AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"];
        kinds.contains(&resource.kind.as_str()) && shown(scope, resource, "RestApiId") == id
    };
    let named = scope.resources().iter().filter(own);
    let names = named.map(|resource| shown(scope, resource, "StageName"));
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    names.sort();
    names.dedup();
    if names.is_empty() || names.iter().any(|name| name.contains("${")) {
        names = vec!["*".to_owned()];
    }
    let stage = |stage_name| RestStage {
        stage_name,
        deployment_id: DEPLOYMENT.to_owned(),
        canary_settings: None,
    };
    names.into_iter().map(stage).collect()
}

type Methods = BTreeMap<String, BTreeMap<String, RestMethod>>;

fn summary(resources: &Methods) -> BTreeMap<String, BTreeMap<String, DeployedMethod>> {
    let one = |method: &RestMethod| DeployedMethod {
        authorization_type: method.authorization_type.clone(),
        api_key_required: method.api_key_required,
    };
    let each = resources.iter().map(|(path, methods)| {
        let methods = methods
            .iter()
            .map(|(name, method)| (name.clone(), one(method)));
        (path.clone(), methods.collect())
    });
    each.collect()
}

/// The OpenAPI document of an API, resolved; `null` where it has none.
pub(super) fn body(
    scope: &Scope,
    resource: &Resource,
    files: &Files<'_>,
    gaps: &mut Gaps,
) -> Value {
    let body = match (resource.get("Body"), resource.get("BodyS3Location")) {
        (Some(body), _) => include::expand(body, scope, files, &resource.file, gaps),
        (None, Some(location)) => match include::file(location, scope, files, &resource.file) {
            Ok(body) => body,
            Err(why) => {
                gaps.push(Unread::of_account(
                    Input::EntryPoints,
                    format!("the OpenAPI document of `{}`", resource.id),
                    why,
                ));
                Value::Null
            }
        },
        (None, None) => Value::Null,
    };
    scope.resolve(&body).unwrap_or_default()
}

fn endpoint(scope: &Scope, resource: &Resource, body: &Value) -> Vec<String> {
    let configuration = scope.property(resource, "EndpointConfiguration");
    let own = match &configuration {
        Some(Value::String(kind)) => Some(vec![kind.clone()]),
        Some(value) => {
            let types = value.get("Types").and_then(Value::as_array);
            let types =
                types.map(|types| types.iter().filter_map(text_of).collect::<Vec<String>>());
            types.or_else(|| Some(vec![text_of(value.get("Type")?)?]))
        }
        None => None,
    };
    let in_body = || {
        let types = body
            .get("x-amazon-apigateway-endpoint-configuration")?
            .get("types")?
            .as_array()?;
        Some(types.iter().filter_map(text_of).collect())
    };
    own.or_else(in_body)
        .unwrap_or_else(|| vec!["EDGE".to_owned()])
}

/// `AWS::ApiGateway::Method`
fn methods(scope: &Scope, id: &str) -> Methods {
    let mut out = Methods::new();
    let own = |resource: &&Resource| {
        resource.kind == "AWS::ApiGateway::Method" && shown(scope, resource, "RestApiId") == id
    };
    for method in scope.resources().iter().filter(own) {
        let path = path(scope, method.get("ResourceId"), 0);
        let name = shown(scope, method, "HttpMethod").to_ascii_uppercase();
        let integration = scope.property(method, "Integration");
        let read = RestMethod {
            authorization_type: strictest(scope, method.get("AuthorizationType"), "NONE"),
            api_key_required: scope
                .property(method, "ApiKeyRequired")
                .as_ref()
                .and_then(truth)
                == Some(true),
            method_integration: integration.as_ref().map(integration_of),
        };
        out.entry(path).or_default().insert(name, read);
    }
    out
}

/// The path of a resource: its part behind its parent's.
fn path(scope: &Scope, id: Option<&Value>, depth: usize) -> String {
    let referred = id.and_then(|id| id.get("Ref")).and_then(Value::as_str);
    let resource = referred.and_then(|id| scope.resource(id));
    match resource.filter(|r| r.kind == "AWS::ApiGateway::Resource" && depth < MAX_PATH) {
        Some(resource) => {
            let parent = path(scope, resource.get("ParentId"), depth + 1);
            let part = shown(scope, resource, "PathPart");
            format!("{}/{part}", parent.trim_end_matches('/'))
        }
        None => "/".to_owned(),
    }
}

fn integration_of(value: &Value) -> RestIntegration {
    // Of a choice, a side that calls something counts.
    let sides = sides(value);
    let calls = |side: &&Value| side.get("Uri").is_some();
    let value = sides.iter().copied().flatten().find(calls).unwrap_or(value);
    let text = |name: &str| value.get(name).and_then(text_of);
    RestIntegration {
        kind: text("Type").unwrap_or_default().to_ascii_uppercase(),
        uri: text("Uri"),
        credentials: text("Credentials"),
        passthrough_behavior: text("PassthroughBehavior").unwrap_or_default(),
        request_templates: map(value.get("RequestTemplates")),
        request_parameters: map(value.get("RequestParameters")),
    }
}

fn of_operation(operation: &Operation<'_>) -> RestMethod {
    RestMethod {
        authorization_type: operation.authorization.clone(),
        api_key_required: operation.api_key,
        method_integration: operation.integration.map(|integration| {
            let text = |name: &str| integration.get(name).and_then(text_of);
            RestIntegration {
                kind: text("type").unwrap_or_default().to_ascii_uppercase(),
                uri: text("uri"),
                credentials: text("credentials"),
                passthrough_behavior: text("passthroughBehavior")
                    .unwrap_or_default()
                    .to_ascii_uppercase(),
                request_templates: map(integration.get("requestTemplates")),
                request_parameters: map(integration.get("requestParameters")),
            }
        }),
    }
}

/// An object's members as texts.
pub(super) fn map(value: Option<&Value>) -> BTreeMap<String, String> {
    let members = value.and_then(Value::as_object);
    let each = members
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), json_text(value)));
    each.collect()
}
