//! AppSync APIs (AppSync Developer Guide, "HTTP resolvers", "Configuring authorization and authentication").

use super::start::{Fill, StartRequest};
use super::text;
use super::{Authorization, EntryPoint, EntryPoints, Kind, velocity};
use crate::arn::Arn;
use crate::snapshot::Fetched;
use crate::snapshot::entries::{DataSource, GraphqlApi, Resolver};
use crate::value::Value;

/// Resolvers that start workflows.
pub fn apis(apis: &[GraphqlApi], found: &mut EntryPoints) {
    for api in apis {
        let (sources, resolvers) = match (&api.data_sources, &api.resolvers) {
            (Fetched::Present(sources), Fetched::Present(resolvers)) => (sources, resolvers),
            (sources, resolvers) => {
                found.miss(
                    Kind::Appsync,
                    format!("the data sources of the AppSync API `{}`", api.api_id),
                    sources,
                );
                found.miss(
                    Kind::Appsync,
                    format!("the resolvers of the AppSync API `{}`", api.api_id),
                    resolvers,
                );
                continue;
            }
        };
        let to_workflows: Vec<&DataSource> = sources.iter().filter(|s| calls_states(s)).collect();
        for resolver in resolvers {
            for source in &to_workflows {
                let named = resolver.data_source_name.as_deref() == Some(source.name.as_str());
                // Which data sources the functions of a pipeline use is not told.
                let request = match (named, &resolver.pipeline_config) {
                    (true, _) => request(resolver),
                    (false, Some(_)) if resolver.data_source_name.is_none() => {
                        Some(StartRequest::free(Fill::Unknown))
                    }
                    _ => None,
                };
                found
                    .list
                    .extend(request.map(|request| entry(api, resolver, source, request)));
            }
        }
    }
}

fn calls_states(source: &DataSource) -> bool {
    let endpoint = source
        .http_config
        .as_ref()
        .map(|h| h.endpoint.as_str())
        .unwrap_or_default();
    let host = endpoint.split("://").nth(1).unwrap_or(endpoint);
    host.starts_with("states.")
        || host.starts_with("sync-states.")
        || host.starts_with("states-fips.")
}

fn entry(
    api: &GraphqlApi,
    resolver: &Resolver,
    source: &DataSource,
    request: StartRequest,
) -> EntryPoint {
    let authorization = match api.authentication_type.as_str() {
        "API_KEY" => Authorization::ApiKey,
        "AWS_IAM" => Authorization::Iam,
        _ => Authorization::Authorizer,
    };
    EntryPoint {
        kind: Kind::Appsync,
        name: format!(
            "{}.{} of {}",
            resolver.type_name,
            resolver.field_name,
            match api.name.as_str() {
                "" => &api.api_id,
                name => name,
            }
        ),
        authorization: Some(authorization),
        public: authorization == Authorization::ApiKey && api.visibility != "PRIVATE",
        starts: request.starts,
        input: request.input,
        fill: request.fill,
        names: request.names,
        role: source.service_role_arn.as_deref().and_then(Arn::parse),
        causes: Vec::new(),
        note: "",
    }
}

/// What a resolver asks Step Functions for; `None` where that is no start.
fn request(resolver: &Resolver) -> Option<StartRequest> {
    if let Some(code) = resolver.code.as_deref().filter(|c| !c.is_empty()) {
        return is_start(code).then(|| StartRequest {
            fill: Fill::Unknown,
            ..StartRequest::not_understood(code)
        });
    }
    let template = resolver
        .request_mapping_template
        .as_deref()
        .unwrap_or_default();
    let rendered = velocity::render(template);
    let Some(request) = rendered.as_deref().and_then(text::document) else {
        return is_start(template).then(|| StartRequest::not_understood(template));
    };
    let parameters = request.field("params");
    let target = match parameters.field("headers") {
        Value::Object { fields, .. } => {
            let mut headers = fields.iter();
            let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-target"));
            found.map(|(_, value)| value.clone())
        }
        _ => None,
    };
    if let Some(target) = target.as_ref().and_then(Value::as_text)
        && !is_start(target)
    {
        return None;
    }
    let body = match parameters.field("body") {
        Value::Text(pieces) => text::inner(&pieces),
        Value::Absent => None,
        other => Some(other),
    };
    Some(body.map_or_else(
        || StartRequest::not_understood(template),
        |body| StartRequest::of(&body),
    ))
}

/// Whether a text that names actions of Step Functions names a start, or none.
fn is_start(text: &str) -> bool {
    let named: Vec<&str> = text
        .split("AWSStepFunctions.")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default()
        })
        .collect();
    named.is_empty()
        || named
            .iter()
            .any(|n| matches!(*n, "StartExecution" | "StartSyncExecution"))
}
