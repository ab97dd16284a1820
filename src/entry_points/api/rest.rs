//! REST APIs (API Gateway Developer Guide, "Integration passthrough behaviors", "Controlling access with resource policies").

use std::collections::BTreeMap;

use super::super::policy::{self, Admits};
use super::super::start::{Fill, StartRequest};
use super::super::{Authorization, EntryPoint, EntryPoints, Kind, Place, start::Starts};
use super::{request_of, starts};
use crate::arn::Arn;
use crate::snapshot::Fetched;
use crate::snapshot::entries::{DeployedMethod, RestApi, RestIntegration, RestMethod, RestStage};

/// Methods that start workflows.
pub fn rest(apis: &[RestApi], _home: &Place, found: &mut EntryPoints) {
    for api in apis {
        let resources = match &api.resources {
            Fetched::Present(resources) => resources,
            unread => {
                found.miss(
                    Kind::RestApi,
                    format!("the methods of the REST API `{}`", api.id),
                    unread,
                );
                continue;
            }
        };
        for resource in resources {
            for (name, method) in &resource.resource_methods {
                let Some(integration) = method.method_integration.as_ref().filter(|i| is_start(i))
                else {
                    continue;
                };
                let Some(request) = request(integration) else {
                    continue;
                };
                let (asked, note) = match deployed(api, &resource.path, name) {
                    Deployed::Unread => (vec![as_edited(method)], NOT_READ),
                    Deployed::As(asked) if asked.is_empty() => continue,
                    Deployed::As(asked) => (asked, ""),
                };
                let at = format!("{name} {}", resource.path);
                found
                    .list
                    .push(entry(api, &at, (integration, request), &asked, note));
            }
        }
        missing(api, resources, found);
    }
}

/// Said where only the edited API was read.
const NOT_READ: &str = "what is deployed was not read: judged as it is edited";

fn is_start(integration: &RestIntegration) -> bool {
    let header = integration
        .request_parameters
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("integration.request.header.X-Amz-Target"));
    integration.kind.eq_ignore_ascii_case("AWS")
        && starts(
            integration.uri.as_deref(),
            header.map(|(_, value)| value.as_str()),
        )
}

fn as_edited(method: &RestMethod) -> DeployedMethod {
    DeployedMethod {
        authorization_type: method.authorization_type.clone(),
        api_key_required: method.api_key_required,
    }
}

/// What of a method is deployed.
enum Deployed {
    /// It was not read.
    Unread,
    /// What each stage's deployment asks for; empty where none has it.
    As(Vec<DeployedMethod>),
}

fn deployed(api: &RestApi, path: &str, method: &str) -> Deployed {
    let Fetched::Present(stages) = &api.stages else {
        return Deployed::Unread;
    };
    let mut asked = Vec::new();
    for deployment in stages.iter().flat_map(RestStage::deployments) {
        let Some(summary) = api.deployments.get(deployment) else {
            return Deployed::Unread;
        };
        asked.extend(
            summary
                .get(path)
                .and_then(|methods| methods.get(method))
                .cloned(),
        );
    }
    Deployed::As(asked)
}

/// A method that is deployed and no longer edited: what it calls stands nowhere.
fn missing(
    api: &RestApi,
    resources: &[crate::snapshot::entries::RestResource],
    found: &mut EntryPoints,
) {
    let Fetched::Present(stages) = &api.stages else {
        return;
    };
    let edited: BTreeMap<&str, _> = resources
        .iter()
        .map(|r| (r.path.as_str(), &r.resource_methods))
        .collect();
    for summary in stages
        .iter()
        .flat_map(RestStage::deployments)
        .filter_map(|id| api.deployments.get(id))
    {
        for (path, methods) in summary {
            for method in methods.keys() {
                let there = edited
                    .get(path.as_str())
                    .is_some_and(|methods| methods.contains_key(method));
                if !there {
                    let gone: Fetched<()> = Fetched::Failed(
                        "it is deployed, but taken out of the API since: what it calls is not known".to_owned(),
                    );
                    found.miss(
                        Kind::RestApi,
                        format!("`{method} {path}` of the REST API `{}`", api.id),
                        &gone,
                    );
                }
            }
        }
    }
}

fn entry(
    api: &RestApi,
    at: &str,
    (integration, request): (&RestIntegration, StartRequest),
    asked: &[DeployedMethod],
    note: &'static str,
) -> EntryPoint {
    let method = at.replacen(" /", "/", 1);
    let open = |asked: &DeployedMethod| authorization(api, asked, &method);
    // The weakest of the stages counts.
    let authorization = asked.iter().map(open).min().unwrap_or(Authorization::None);
    let private = api
        .endpoint_configuration
        .types
        .iter()
        .any(|t| t == "PRIVATE");
    let authorization = match (private, authorization) {
        (true, Authorization::None | Authorization::ApiKey) => Authorization::ResourcePolicy,
        (_, other) => other,
    };
    EntryPoint {
        kind: Kind::RestApi,
        name: match api.name.as_str() {
            "" => format!("{at} of {}", api.id),
            name => format!("{at} of {name}"),
        },
        authorization: Some(authorization),
        public: matches!(authorization, Authorization::None | Authorization::ApiKey),
        starts: request.starts,
        input: request.input,
        fill: request.fill,
        names: request.names,
        role: integration.credentials.as_deref().and_then(Arn::parse),
        causes: Vec::new(),
        note,
    }
}

fn authorization(api: &RestApi, asked: &DeployedMethod, method: &str) -> Authorization {
    match asked.authorization_type.to_ascii_uppercase().as_str() {
        "AWS_IAM" => return Authorization::Iam,
        "CUSTOM" | "COGNITO_USER_POOLS" => return Authorization::Authorizer,
        _ => {}
    }
    let policy = api.policy.as_deref().filter(|p| !p.trim().is_empty());
    let stages = api.stages.present().into_iter().flatten();
    let stages: Vec<&str> = stages.map(|stage| stage.stage_name.as_str()).collect();
    match policy.map(|policy| policy::of_method(policy, &stages, method)) {
        Some(Admits::Some | Admits::Nobody) => Authorization::ResourcePolicy,
        Some(Admits::Everybody) | None if asked.api_key_required => Authorization::ApiKey,
        Some(Admits::Everybody) | None => Authorization::None,
    }
}

/// What of the request goes to Step Functions. A content type without a template passes the body on as it is, unless
/// that is forbidden: then the caller writes the whole request. `None` where every request is refused.
fn request(integration: &RestIntegration) -> Option<StartRequest> {
    let templates = &integration.request_templates;
    let behaviour = integration.passthrough_behavior.to_ascii_uppercase();
    let passes = match behaviour.as_str() {
        "NEVER" => false,
        "WHEN_NO_TEMPLATES" => templates.is_empty(),
        _ => true,
    };
    let mut all = templates.values().map(|t| request_of(t));
    let Some(first) = all.next() else {
        return passes.then(|| StartRequest::free(Fill::Whole));
    };
    let mut joined = all.fold(first, |a, b| StartRequest {
        starts: match a.starts == b.starts {
            true => a.starts,
            false => Starts::Any,
        },
        input: a.input.join(&b.input),
        fill: a.fill.max(b.fill),
        names: a.names || b.names,
    });
    if passes {
        joined = StartRequest::free(Fill::Whole);
    }
    Some(joined)
}
