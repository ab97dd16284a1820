//! AppSync APIs with their data sources and resolvers.

use serde_json::{Value, json};

use super::{lower_first, shown, strictest};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{
    AuthenticationProvider, DataSource, GraphqlApi, HttpConfig, Resolver,
};
use crate::template::resolve::{sides, text_of};
use crate::template::resource::Resource;
use crate::template::scope::Scope;

pub(super) fn api(scope: &Scope, resource: &Resource) -> Option<GraphqlApi> {
    let id = scope.made_up(resource);
    let own = |kind: &'static str| {
        let id = id.clone();
        scope
            .resources()
            .iter()
            .filter(move |r| r.kind == kind && shown(scope, r, "ApiId") == id)
    };
    let data_sources = own("AWS::AppSync::DataSource").map(|source| data_source(scope, source));
    let functions: Vec<&Resource> = own("AWS::AppSync::FunctionConfiguration").collect();
    let resolvers =
        own("AWS::AppSync::Resolver").flat_map(|resolver| resolver_of(scope, resolver, &functions));
    let providers = scope
        .property(resource, "AdditionalAuthenticationProviders")
        .unwrap_or_default();
    let providers = providers
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|p| sides(p).into_iter().flatten());
    let provider = |value: &Value| {
        Some(AuthenticationProvider {
            authentication_type: text_of(value.get("AuthenticationType")?)?,
        })
    };
    Some(GraphqlApi {
        name: Some(shown(scope, resource, "Name"))
            .filter(|n| !n.is_empty())
            .unwrap_or_else(|| id.clone()),
        authentication_type: strictest(scope, resource.get("AuthenticationType"), "API_KEY"),
        additional_authentication_providers: providers.filter_map(provider).collect(),
        visibility: match shown(scope, resource, "Visibility").as_str() {
            "PRIVATE" => "PRIVATE".to_owned(),
            _ => "GLOBAL".to_owned(),
        },
        data_sources: Fetched::Present(data_sources.collect()),
        resolvers: Fetched::Present(resolvers.collect()),
        api_id: id,
    })
}

fn data_source(scope: &Scope, resource: &Resource) -> DataSource {
    let config = scope
        .property(resource, "HttpConfig")
        .map(|config| lower_first(&config, 0));
    let endpoint = config
        .as_ref()
        .and_then(|config| config.get("endpoint"))
        .and_then(text_of);
    DataSource {
        name: shown(scope, resource, "Name"),
        kind: shown(scope, resource, "Type"),
        service_role_arn: resource
            .get("ServiceRoleArn")
            .map(|_| shown(scope, resource, "ServiceRoleArn")),
        http_config: endpoint.map(|endpoint| HttpConfig { endpoint }),
    }
}

/// A unit resolver; of a pipeline, each function as one, since each may call its data source.
fn resolver_of(scope: &Scope, resource: &Resource, functions: &[&Resource]) -> Vec<Resolver> {
    let text = |resource: &Resource, name: &str| {
        Some(shown(scope, resource, name)).filter(|text| !text.is_empty())
    };
    let unit = |of: &Resource, source: &str| Resolver {
        type_name: shown(scope, resource, "TypeName"),
        field_name: shown(scope, resource, "FieldName"),
        data_source_name: text(of, source),
        request_mapping_template: text(of, "RequestMappingTemplate"),
        code: text(of, "Code"),
        pipeline_config: None,
    };
    if shown(scope, resource, "Kind") != "PIPELINE" {
        return vec![unit(resource, "DataSourceName")];
    }
    let config = scope
        .property(resource, "PipelineConfig")
        .unwrap_or_else(|| json!({}));
    let named = config
        .get("Functions")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let of_pipeline = |function: &&&Resource| {
        let id = json!({"Fn::GetAtt": [function.id, "FunctionId"]});
        let id = scope.resolve(&id);
        named.iter().any(|name| Some(name) == id.as_ref())
    };
    let found: Vec<&&Resource> = functions.iter().filter(of_pipeline).collect();
    if found.len() < named.len() || named.is_empty() {
        // What the others call is not known.
        let whole = Resolver {
            pipeline_config: Some(config.clone()),
            ..unit(resource, "DataSourceName")
        };
        let known = found
            .iter()
            .map(|function| unit(function, "DataSourceName"));
        return known.chain([whole]).collect();
    }
    found
        .iter()
        .map(|function| unit(function, "DataSourceName"))
        .collect()
}
