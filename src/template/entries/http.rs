//! HTTP and WebSocket APIs: routes and integrations that are resources of their own, or an OpenAPI document.

use serde_json::Value;

use super::rest::{body, map};
use super::{openapi, shown, strictest};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{HttpApi, HttpIntegration, HttpStage, Route};
use crate::template::account::truth;
use crate::template::files::Files;
use crate::template::resolve::{sides, text_of};
use crate::template::resource::Resource;
use crate::template::scope::Scope;
use crate::template::stack::Gaps;

pub(super) fn api(
    scope: &Scope,
    resource: &Resource,
    files: &Files<'_>,
    gaps: &mut Gaps,
) -> HttpApi {
    let id = scope.made_up(resource);
    let mut routes = Vec::new();
    let mut integrations = Vec::new();
    for part in scope
        .resources()
        .iter()
        .filter(|part| shown(scope, part, "ApiId") == id)
    {
        match part.kind.as_str() {
            "AWS::ApiGatewayV2::Route" => routes.push(route(scope, part)),
            "AWS::ApiGatewayV2::Integration" => integrations.push(integration(scope, part)),
            _ => {}
        }
    }
    let body = body(scope, resource, files, gaps);
    for operation in sides(&body)
        .into_iter()
        .flatten()
        .flat_map(openapi::operations)
    {
        let key = match (operation.path.as_str(), operation.method.as_str()) {
            ("/$default" | "$default", _) => "$default".to_owned(),
            (path, method) => format!("{method} {path}"),
        };
        let integration_id = format!("{id}-{}", integrations.len());
        routes.push(Route {
            route_key: key,
            authorization_type: operation.authorization,
            api_key_required: operation.api_key,
            target: Some(format!("integrations/{integration_id}")),
        });
        integrations.extend(
            operation
                .integration
                .map(|value| of_operation(value, integration_id)),
        );
    }
    let protocol = shown(scope, resource, "ProtocolType");
    let name = shown(scope, resource, "Name");
    HttpApi {
        name: if name.is_empty() { id.clone() } else { name },
        api_id: id,
        protocol_type: if protocol.is_empty() {
            "HTTP".to_owned()
        } else {
            protocol
        },
        routes: Fetched::Present(routes),
        integrations: Fetched::Present(integrations),
        stages: Fetched::Present(vec![HttpStage {
            stage_name: "template".to_owned(),
            deployment_id: Some("template".to_owned()),
            auto_deploy: true,
        }]),
    }
}

fn route(scope: &Scope, resource: &Resource) -> Route {
    Route {
        route_key: shown(scope, resource, "RouteKey"),
        authorization_type: strictest(scope, resource.get("AuthorizationType"), "NONE"),
        api_key_required: scope
            .property(resource, "ApiKeyRequired")
            .as_ref()
            .and_then(truth)
            == Some(true),
        target: resource
            .get("Target")
            .map(|_| shown(scope, resource, "Target")),
    }
}

fn integration(scope: &Scope, resource: &Resource) -> HttpIntegration {
    let text = |name: &str| Some(shown(scope, resource, name)).filter(|text| !text.is_empty());
    let parameters = |name: &str| map(scope.property(resource, name).as_ref());
    HttpIntegration {
        integration_id: scope.made_up(resource),
        integration_type: shown(scope, resource, "IntegrationType"),
        integration_subtype: text("IntegrationSubtype"),
        integration_uri: text("IntegrationUri"),
        credentials_arn: text("CredentialsArn"),
        passthrough_behavior: text("PassthroughBehavior"),
        request_parameters: parameters("RequestParameters"),
        request_templates: parameters("RequestTemplates"),
    }
}

fn of_operation(value: &Value, integration_id: String) -> HttpIntegration {
    let text = |name: &str| value.get(name).and_then(text_of);
    HttpIntegration {
        integration_id,
        integration_type: text("type").unwrap_or_default().to_ascii_uppercase(),
        integration_subtype: text("integrationSubtype"),
        integration_uri: text("uri"),
        credentials_arn: text("credentials"),
        passthrough_behavior: text("passthroughBehavior"),
        request_parameters: map(value.get("requestParameters")),
        request_templates: map(value.get("requestTemplates")),
    }
}
