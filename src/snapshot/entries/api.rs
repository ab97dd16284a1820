//! APIs that may begin executions: API Gateway's, AppSync's, and function URLs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::not_collected;
use crate::snapshot::Fetched;

/// One REST API (API Gateway `GetRestApis`) with its methods and what of them is deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RestApi {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its resource policy, as the API returns it: JSON, or JSON escaped once more.
    #[serde(default)]
    pub policy: Option<String>,
    /// `EDGE`, `REGIONAL` or `PRIVATE`.
    #[serde(default)]
    pub endpoint_configuration: EndpointConfiguration,
    /// `GetResources` with methods.
    #[serde(skip, default = "not_collected")]
    pub resources: Fetched<Vec<RestResource>>,
    /// `GetStages`
    #[serde(skip, default = "not_collected")]
    pub stages: Fetched<Vec<RestStage>>,
    /// The `apiSummary` of `GetDeployment`, by the deployment's id.
    #[serde(skip, default)]
    pub deployments: BTreeMap<String, ApiSummary>,
}

/// Methods of a deployment: path, method, what it asks for.
pub type ApiSummary = BTreeMap<String, BTreeMap<String, DeployedMethod>>;

/// What a deployed method asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployedMethod {
    /// `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`.
    pub authorization_type: String,
    /// Whether it asks for an API key.
    pub api_key_required: bool,
}

/// From where an API is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointConfiguration {
    /// `EDGE`, `REGIONAL` or `PRIVATE`.
    pub types: Vec<String>,
}

/// One stage of a REST API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestStage {
    /// Its name.
    pub stage_name: String,
    /// What is deployed to it.
    pub deployment_id: String,
    /// A second deployment that gets a part of its requests.
    pub canary_settings: Option<CanarySettings>,
}

/// What a canary release serves (API Gateway API Reference, `CanarySettings`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CanarySettings {
    /// The deployment.
    pub deployment_id: String,
}

impl RestStage {
    /// Every deployment that answers requests of the stage.
    pub fn deployments(&self) -> impl Iterator<Item = &str> {
        let canary = self.canary_settings.iter().map(|c| &c.deployment_id);
        let all = std::iter::once(&self.deployment_id).chain(canary);
        all.map(String::as_str).filter(|id| !id.is_empty())
    }
}

/// One resource of a REST API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestResource {
    /// Its path.
    pub path: String,
    /// Its methods, by name.
    pub resource_methods: BTreeMap<String, RestMethod>,
}

/// One method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestMethod {
    /// `NONE`, `AWS_IAM`, `CUSTOM` or `COGNITO_USER_POOLS`.
    pub authorization_type: String,
    /// Whether it asks for an API key.
    pub api_key_required: bool,
    /// What it calls.
    pub method_integration: Option<RestIntegration>,
}

/// What a method calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestIntegration {
    /// `AWS`, `AWS_PROXY`, `HTTP`, `HTTP_PROXY` or `MOCK`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `arn:PARTITION:apigateway:REGION:SERVICE:action/NAME`
    pub uri: Option<String>,
    /// The role.
    pub credentials: Option<String>,
    /// What becomes of a request for whose content type there is no template.
    pub passthrough_behavior: String,
    /// Templates by content type.
    pub request_templates: BTreeMap<String, String>,
    /// Headers and query parameters that it sets, and from what.
    pub request_parameters: BTreeMap<String, String>,
}

/// One HTTP or WebSocket API (API Gateway v2 `GetApis`) with its routes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HttpApi {
    /// Its id.
    pub api_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// `HTTP` or `WEBSOCKET`.
    #[serde(default)]
    pub protocol_type: String,
    /// `GetRoutes`
    #[serde(skip, default = "not_collected")]
    pub routes: Fetched<Vec<Route>>,
    /// `GetIntegrations`
    #[serde(skip, default = "not_collected")]
    pub integrations: Fetched<Vec<HttpIntegration>>,
    /// `GetStages`
    #[serde(skip, default = "not_collected")]
    pub stages: Fetched<Vec<HttpStage>>,
}

/// One stage of an HTTP or WebSocket API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HttpStage {
    /// Its name.
    pub stage_name: String,
    /// What is deployed to it.
    pub deployment_id: Option<String>,
    /// Whether every change is deployed at once.
    pub auto_deploy: bool,
}

/// One route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Route {
    /// `POST /orders`, `$default`, `$connect`.
    pub route_key: String,
    /// `NONE`, `AWS_IAM`, `JWT` or `CUSTOM`.
    pub authorization_type: String,
    /// Whether it asks for an API key.
    pub api_key_required: bool,
    /// `integrations/ID`
    pub target: Option<String>,
}

/// What a route calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HttpIntegration {
    /// Its id.
    pub integration_id: String,
    /// `AWS_PROXY`, `AWS`, …
    pub integration_type: String,
    /// `StepFunctions-StartExecution` and the like.
    pub integration_subtype: Option<String>,
    /// Of a WebSocket API, as of a REST API.
    pub integration_uri: Option<String>,
    /// The role.
    pub credentials_arn: Option<String>,
    /// What becomes of a message for which there is no template.
    pub passthrough_behavior: Option<String>,
    /// The request, field by field; of a WebSocket API as of a REST API.
    pub request_parameters: BTreeMap<String, String>,
    /// Templates of a WebSocket API, by what chooses them.
    pub request_templates: BTreeMap<String, String>,
}

/// One function URL (Lambda `ListFunctionUrlConfigs`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionUrl {
    /// The function, with or without a qualifier.
    pub function_arn: String,
    /// `NONE` or `AWS_IAM`.
    pub auth_type: String,
}

/// One AppSync API (`ListGraphqlApis`) with its resolvers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlApi {
    /// Its id.
    pub api_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// `API_KEY`, `AWS_IAM`, `AMAZON_COGNITO_USER_POOLS`, `OPENID_CONNECT` or `AWS_LAMBDA`.
    #[serde(default)]
    pub authentication_type: String,
    /// The others.
    #[serde(default)]
    pub additional_authentication_providers: Vec<AuthenticationProvider>,
    /// `GLOBAL` or `PRIVATE`.
    #[serde(default)]
    pub visibility: String,
    /// `ListDataSources`
    #[serde(skip, default = "not_collected")]
    pub data_sources: Fetched<Vec<DataSource>>,
    /// `ListResolvers` of every type.
    #[serde(skip, default = "not_collected")]
    pub resolvers: Fetched<Vec<Resolver>>,
}

/// One more way to authenticate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthenticationProvider {
    /// As [`GraphqlApi::authentication_type`].
    pub authentication_type: String,
}

/// One data source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DataSource {
    /// Its name.
    pub name: String,
    /// `HTTP`, `AWS_LAMBDA`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The role.
    pub service_role_arn: Option<String>,
    /// Where an HTTP data source sends its requests.
    pub http_config: Option<HttpConfig>,
}

/// Where an HTTP data source sends its requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpConfig {
    /// Scheme and host.
    pub endpoint: String,
}

/// One resolver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resolver {
    /// `Query`, `Mutation`, …
    pub type_name: String,
    /// The field.
    pub field_name: String,
    /// The data source of a unit resolver.
    pub data_source_name: Option<String>,
    /// The request, as a template.
    pub request_mapping_template: Option<String>,
    /// The request and response, as code.
    pub code: Option<String>,
    /// Of a pipeline resolver, its functions, whose data sources do not stand here.
    pub pipeline_config: Option<Value>,
}
