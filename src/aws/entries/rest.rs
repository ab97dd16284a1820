//! API Gateway REST APIs: methods, and what of them is deployed. Neither keys nor authorizers are read.

use std::collections::BTreeMap;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{Integration, Method, Resource};

use super::super::Sdk;
use super::{Answer, bounded, each, lack, sorted, text};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{
    ApiSummary, CanarySettings, DeployedMethod, EndpointConfiguration, RestApi, RestIntegration,
    RestMethod, RestResource, RestStage,
};

#[derive(Clone, Debug)]
pub(super) struct RestApis(Client);

/// The most that one page holds (Amazon API Gateway API Reference, GetRestApis and GetResources).
const PAGE: i32 = 500;
const ACTION: &str = "apigateway:GET";

impl RestApis {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_apigateway, sdk))
    }

    pub(super) async fn all(&self) -> Answer<Vec<RestApi>> {
        let call = self.0.get_rest_apis().limit(PAGE).into_paginator();
        let apis = call.items().send().try_collect().await;
        let apis = bounded(apis.map_err(lack(ACTION))?, "REST APIs")?;
        each(apis, |api| async move {
            let endpoints = api.endpoint_configuration.and_then(|e| e.types);
            let types = endpoints.unwrap_or_default().into_iter();
            let id = text(api.id);
            let resources = self.resources(&id).await?;
            let starts = resources.iter().any(is_of_interest);
            let mut read = RestApi {
                name: text(api.name),
                policy: api.policy,
                endpoint_configuration: EndpointConfiguration {
                    types: types.map(|t| t.as_str().to_owned()).collect(),
                },
                resources: Fetched::Present(resources),
                stages: Fetched::NotCollected,
                deployments: BTreeMap::new(),
                id,
            };
            // What is deployed is asked of those alone that may start a workflow.
            if starts {
                self.deployed(&mut read).await?;
            }
            Ok(read)
        })
        .await
    }

    async fn resources(&self, api: &str) -> Answer<Vec<RestResource>> {
        let call = self.0.get_resources().rest_api_id(api).limit(PAGE);
        let call = call.embed("methods").into_paginator().items();
        let all: Vec<Resource> = call.send().try_collect().await.map_err(lack(ACTION))?;
        Ok(all.into_iter().map(resource).collect())
    }

    async fn deployed(&self, api: &mut RestApi) -> Answer<()> {
        let call = self.0.get_stages().rest_api_id(&api.id).send().await;
        let stages = call.map_err(lack(ACTION))?.item.unwrap_or_default();
        let stages: Vec<RestStage> = stages
            .into_iter()
            .map(|stage| RestStage {
                stage_name: text(stage.stage_name),
                deployment_id: text(stage.deployment_id),
                canary_settings: stage.canary_settings.map(|canary| CanarySettings {
                    deployment_id: text(canary.deployment_id),
                }),
            })
            .collect();
        let deployed = stages.iter().flat_map(RestStage::deployments);
        let mut wanted: Vec<String> = deployed.map(str::to_owned).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let name = api.id.clone();
        let summaries = each(wanted, |id| self.summary(&name, id)).await?;
        api.deployments = summaries.into_iter().flatten().collect();
        api.stages = Fetched::Present(stages);
        Ok(())
    }

    /// The methods of one deployment; `None` where the service does not tell them.
    async fn summary(&self, api: &str, id: String) -> Answer<Option<(String, ApiSummary)>> {
        let call = self.0.get_deployment().rest_api_id(api).deployment_id(&id);
        let read = call
            .embed("apisummary")
            .send()
            .await
            .map_err(lack(ACTION))?;
        let summary = read.api_summary.map(|paths| {
            sorted(Some(paths), |methods| {
                sorted(Some(methods), |method| DeployedMethod {
                    authorization_type: text(method.authorization_type),
                    api_key_required: method.api_key_required,
                })
            })
        });
        Ok(summary.map(|summary| (id, summary)))
    }
}

/// Whether a method of it calls an AWS service: one that calls something else starts nothing by itself.
fn is_of_interest(resource: &RestResource) -> bool {
    let mut called = resource
        .resource_methods
        .values()
        .filter_map(|m| m.method_integration.as_ref());
    called.any(|integration| integration.kind == "AWS")
}

fn resource(read: Resource) -> RestResource {
    RestResource {
        path: text(read.path),
        resource_methods: sorted(read.resource_methods, method),
    }
}

fn method(read: Method) -> RestMethod {
    RestMethod {
        authorization_type: text(read.authorization_type),
        api_key_required: read.api_key_required.unwrap_or_default(),
        method_integration: read.method_integration.map(integration),
    }
}

fn integration(read: Integration) -> RestIntegration {
    RestIntegration {
        kind: text(read.r#type.as_ref().map(|t| t.as_str())),
        uri: read.uri,
        credentials: read.credentials,
        passthrough_behavior: text(read.passthrough_behavior),
        request_templates: sorted(read.request_templates, |t| t),
        request_parameters: sorted(read.request_parameters, |t| t),
    }
}
