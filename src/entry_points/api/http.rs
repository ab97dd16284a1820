//! HTTP and WebSocket APIs (API Gateway Developer Guide, "Integration subtype reference", "Working with WebSocket APIs").

use super::super::start::{Fill, StartRequest};
use super::super::text::{self, Part};
use super::super::{Authorization, EntryPoint, EntryPoints, Kind};
use super::{request_of, starts};
use crate::arn::Arn;
use crate::snapshot::Fetched;
use crate::snapshot::entries::{HttpApi, HttpIntegration, Route};
use crate::value::{Source, Unknown, Value};

/// Routes that start workflows.
pub fn http(apis: &[HttpApi], found: &mut EntryPoints) {
    for api in apis {
        let (routes, integrations) = match (&api.routes, &api.integrations) {
            (Fetched::Present(routes), Fetched::Present(integrations)) => (routes, integrations),
            (routes, integrations) => {
                found.miss(
                    Kind::HttpApi,
                    format!("the routes of the API `{}`", api.api_id),
                    routes,
                );
                found.miss(
                    Kind::HttpApi,
                    format!("the integrations of the API `{}`", api.api_id),
                    integrations,
                );
                continue;
            }
        };
        let note = match &api.stages {
            Fetched::Present(stages) => {
                let live = stages
                    .iter()
                    .any(|s| s.auto_deploy || s.deployment_id.is_some());
                if !live {
                    continue;
                }
                ""
            }
            _ => "what is deployed was not read: judged as it is edited",
        };
        let websocket = api.protocol_type.eq_ignore_ascii_case("WEBSOCKET");
        for route in routes {
            let id = route
                .target
                .as_deref()
                .and_then(|t| t.strip_prefix("integrations/"));
            let called = integrations
                .iter()
                .find(|i| Some(i.integration_id.as_str()) == id);
            let Some((integration, request)) =
                called.and_then(|i| Some((i, request(websocket, i)?)))
            else {
                continue;
            };
            // A WebSocket connection is authorized when it is opened, and no more.
            let asked = match websocket {
                true => routes.iter().find(|r| r.route_key == "$connect"),
                false => Some(route),
            };
            let authorization = asked.map_or(Authorization::None, authorization);
            found.list.push(EntryPoint {
                kind: match websocket {
                    true => Kind::WebsocketApi,
                    false => Kind::HttpApi,
                },
                name: match api.name.as_str() {
                    "" => format!("{} of {}", route.route_key, api.api_id),
                    name => format!("{} of {name}", route.route_key),
                },
                authorization: Some(authorization),
                public: matches!(authorization, Authorization::None | Authorization::ApiKey),
                starts: request.starts,
                input: request.input,
                fill: request.fill,
                names: request.names,
                role: integration.credentials_arn.as_deref().and_then(Arn::parse),
                causes: Vec::new(),
                note,
            });
        }
    }
}

fn authorization(route: &Route) -> Authorization {
    match route.authorization_type.to_ascii_uppercase().as_str() {
        "AWS_IAM" => Authorization::Iam,
        "JWT" | "CUSTOM" => Authorization::Authorizer,
        _ if route.api_key_required => Authorization::ApiKey,
        _ => Authorization::None,
    }
}

fn request(websocket: bool, integration: &HttpIntegration) -> Option<StartRequest> {
    if let Some(subtype) = integration.integration_subtype.as_deref() {
        let starts = matches!(
            subtype,
            "StepFunctions-StartExecution" | "StepFunctions-StartSyncExecution"
        );
        return starts.then(|| mapped(integration));
    }
    let header = integration
        .request_parameters
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("integration.request.header.X-Amz-Target"));
    let header = header.map(|(_, value)| value.as_str());
    if !websocket || !starts(integration.integration_uri.as_deref(), header) {
        return None;
    }
    let templates = &integration.request_templates;
    let never = integration
        .passthrough_behavior
        .as_deref()
        .is_some_and(|b| b.eq_ignore_ascii_case("NEVER"));
    Some(
        match (templates.get("$default"), templates.values().next()) {
            // The default stands for whatever has no template of its own.
            (Some(template), _) if templates.len() == 1 => request_of(template),
            (None, Some(template)) if templates.len() == 1 && never => request_of(template),
            (Some(_), _) => {
                let all: Vec<StartRequest> = templates.values().map(|t| request_of(t)).collect();
                let fill = all.iter().map(|r| r.fill).max().unwrap_or(Fill::Whole);
                let input = all.iter().fold(Value::NEVER, |a, r| a.join(&r.input));
                let mut first = all
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| StartRequest::free(fill));
                first.input = input;
                first.fill = fill;
                first
            }
            _ => StartRequest::free(Fill::Whole),
        },
    )
}

/// The request of an HTTP API, parameter by parameter.
fn mapped(integration: &HttpIntegration) -> StartRequest {
    let parameters = integration.request_parameters.iter();
    let members = parameters.map(|(name, value)| (name.clone(), parameter(value)));
    StartRequest::of(&Value::object(members))
}

/// `$request.body`, `$request.querystring.q`, `$context.requestId`, a constant, or a text with `${…}`.
fn parameter(value: &str) -> Value {
    if let Some(path) = value
        .strip_prefix('$')
        .filter(|p| !p.starts_with('{') && is_selector(p))
    {
        return Value::from_pieces(text::in_text(&selected(path)));
    }
    let mut parts = Vec::new();
    for (index, piece) in value.split("${").enumerate() {
        match (index, piece.split_once('}')) {
            (0, _) | (_, None) => parts.push(Part::Text(piece.to_owned())),
            (_, Some((path, rest))) => {
                parts.push(Part::Hole(selected(path)));
                parts.push(Part::Text(rest.to_owned()));
            }
        }
    }
    Value::from_pieces(super::super::velocity::pieces(&parts))
}

fn is_selector(path: &str) -> bool {
    ["request.", "context.", "stageVariables."]
        .iter()
        .any(|root| path.starts_with(root))
}

fn selected(path: &str) -> Value {
    let unknown = match path.strip_prefix("request.") {
        Some("body") => Unknown::of(Source::Caller, "$"),
        Some(rest) => match rest.strip_prefix("body.") {
            Some(field) => Unknown::of(Source::Caller, format!("$.{field}")),
            None => Unknown::of(Source::Caller, format!("params.{rest}")),
        },
        None if path.starts_with("stageVariables.") => {
            Unknown::of(Source::Deployment(path.to_owned()), path)
        }
        None if path.eq_ignore_ascii_case("context.identity.userAgent") => {
            Unknown::of(Source::Caller, "params.user-agent")
        }
        None if path.starts_with("context.") => Unknown::of(Source::Context(path.to_owned()), path),
        // What is left unresolved of a template stands for what a deployment fills in.
        None => Unknown::of(Source::Deployment(path.to_owned()), format!("${{{path}}}")),
    };
    Value::Any(unknown)
}
