//! AppSync: APIs with their data sources and resolvers. API keys are not read.

use aws_sdk_appsync::Client;
use aws_sdk_appsync::types::{DataSource as Source, GraphqlApi as Api, TypeDefinitionFormat};
use futures_util::future;
use serde_json::json;

use super::super::Sdk;
use super::{Answer, bounded, each, lack, text};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{
    AuthenticationProvider, DataSource, GraphqlApi, HttpConfig, Resolver,
};

#[derive(Clone, Debug)]
pub(super) struct GraphqlApis(Client);

impl GraphqlApis {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_appsync, sdk))
    }

    pub(super) async fn all(&self) -> Answer<Vec<GraphqlApi>> {
        let call = self.0.list_graphql_apis().into_paginator().items().send();
        let apis = call.try_collect().await;
        let apis = apis.map_err(lack("appsync:ListGraphqlApis"))?;
        each(bounded(apis, "AppSync APIs")?, |api| self.one(api)).await
    }

    async fn one(&self, api: Api) -> Answer<GraphqlApi> {
        let id = text(api.api_id);
        let (sources, resolvers) = future::try_join(self.sources(&id), self.resolvers(&id)).await?;
        let others = api.additional_authentication_providers.unwrap_or_default();
        Ok(GraphqlApi {
            name: text(api.name),
            authentication_type: text(api.authentication_type.as_ref().map(|t| t.as_str())),
            additional_authentication_providers: others
                .into_iter()
                .map(|other| AuthenticationProvider {
                    authentication_type: text(
                        other.authentication_type.as_ref().map(|t| t.as_str()),
                    ),
                })
                .collect(),
            visibility: text(api.visibility.as_ref().map(|v| v.as_str())),
            data_sources: Fetched::Present(sources),
            resolvers: Fetched::Present(resolvers),
            api_id: id,
        })
    }

    async fn sources(&self, api: &str) -> Answer<Vec<DataSource>> {
        let call = self.0.list_data_sources().api_id(api);
        let all = call.into_paginator().items().send().try_collect().await;
        let all: Vec<Source> = all.map_err(lack("appsync:ListDataSources"))?;
        let source = |source: Source| DataSource {
            name: text(source.name),
            kind: text(source.r#type.as_ref().map(|t| t.as_str())),
            service_role_arn: source.service_role_arn,
            http_config: source.http_config.map(|http| HttpConfig {
                endpoint: text(http.endpoint),
            }),
        };
        Ok(all.into_iter().map(source).collect())
    }

    /// Those of every type: the service lists them by type alone.
    async fn resolvers(&self, api: &str) -> Answer<Vec<Resolver>> {
        let call = self.0.list_types().api_id(api);
        let call = call
            .format(TypeDefinitionFormat::Sdl)
            .into_paginator()
            .items();
        let types = call.send().try_collect().await;
        let types: Vec<_> = types.map_err(lack("appsync:ListTypes"))?;
        let names: Vec<String> = types.into_iter().filter_map(|t| t.name).collect();
        let all = each(names, |name| self.of_type(api, name)).await?;
        Ok(all.concat())
    }

    async fn of_type(&self, api: &str, name: String) -> Answer<Vec<Resolver>> {
        let call = self.0.list_resolvers().api_id(api).type_name(name);
        let all = call.into_paginator().items().send().try_collect().await;
        let all: Vec<_> = all.map_err(lack("appsync:ListResolvers"))?;
        let resolvers = all.into_iter().map(|resolver| Resolver {
            type_name: text(resolver.type_name),
            field_name: text(resolver.field_name),
            data_source_name: resolver.data_source_name,
            request_mapping_template: resolver.request_mapping_template,
            code: resolver.code,
            pipeline_config: resolver
                .pipeline_config
                .map(|pipeline| json!({ "functions": pipeline.functions.unwrap_or_default() })),
        });
        Ok(resolvers.collect())
    }
}
