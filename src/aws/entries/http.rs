//! API Gateway HTTP and WebSocket APIs: routes, integrations, stages.

use aws_sdk_apigatewayv2::Client;
use aws_sdk_apigatewayv2::types::{Api, Integration};
use futures_util::future;

use super::super::Sdk;
use super::{Answer, bounded, each, lack, pages, sorted, text};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{HttpApi, HttpIntegration, HttpStage, Route};

#[derive(Clone, Debug)]
pub(super) struct HttpApis(Client);

const ACTION: &str = "apigateway:GET";

impl HttpApis {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_apigatewayv2, sdk))
    }

    pub(super) async fn all(&self) -> Answer<Vec<HttpApi>> {
        let page = |next| async move {
            let call = self.0.get_apis().set_next_token(next).send().await;
            let page = call.map_err(lack(ACTION))?;
            Ok((page.items.unwrap_or_default(), page.next_token))
        };
        let apis = bounded(pages(page).await?, "HTTP and WebSocket APIs")?;
        each(apis, |api| self.one(api)).await
    }

    async fn one(&self, api: Api) -> Answer<HttpApi> {
        let id = text(api.api_id);
        let (routes, integrations, stages) =
            future::try_join3(self.routes(&id), self.integrations(&id), self.stages(&id)).await?;
        Ok(HttpApi {
            name: text(api.name),
            protocol_type: text(api.protocol_type.as_ref().map(|t| t.as_str())),
            routes: Fetched::Present(routes),
            integrations: Fetched::Present(integrations),
            stages: Fetched::Present(stages),
            api_id: id,
        })
    }

    async fn routes(&self, api: &str) -> Answer<Vec<Route>> {
        let page = |next| async move {
            let call = self.0.get_routes().api_id(api).set_next_token(next);
            let page = call.send().await.map_err(lack(ACTION))?;
            let routes = page.items.unwrap_or_default().into_iter();
            let routes = routes.map(|route| Route {
                route_key: text(route.route_key),
                authorization_type: text(route.authorization_type.as_ref().map(|t| t.as_str())),
                api_key_required: route.api_key_required.unwrap_or_default(),
                target: route.target,
            });
            Ok((routes.collect(), page.next_token))
        };
        pages(page).await
    }

    async fn integrations(&self, api: &str) -> Answer<Vec<HttpIntegration>> {
        let page = |next| async move {
            let call = self.0.get_integrations().api_id(api).set_next_token(next);
            let page = call.send().await.map_err(lack(ACTION))?;
            let all = page.items.unwrap_or_default().into_iter();
            Ok((all.map(integration).collect(), page.next_token))
        };
        pages(page).await
    }

    async fn stages(&self, api: &str) -> Answer<Vec<HttpStage>> {
        let page = |next| async move {
            let call = self.0.get_stages().api_id(api).set_next_token(next);
            let page = call.send().await.map_err(lack(ACTION))?;
            let stages = page.items.unwrap_or_default().into_iter();
            let stages = stages.map(|stage| HttpStage {
                stage_name: text(stage.stage_name),
                deployment_id: stage.deployment_id,
                auto_deploy: stage.auto_deploy.unwrap_or_default(),
            });
            Ok((stages.collect(), page.next_token))
        };
        pages(page).await
    }
}

fn integration(read: Integration) -> HttpIntegration {
    HttpIntegration {
        integration_id: text(read.integration_id),
        integration_type: text(read.integration_type.as_ref().map(|t| t.as_str())),
        integration_subtype: read.integration_subtype,
        integration_uri: read.integration_uri,
        credentials_arn: read.credentials_arn,
        passthrough_behavior: read.passthrough_behavior.map(|b| b.as_str().to_owned()),
        request_parameters: sorted(read.request_parameters, |t| t),
        request_templates: sorted(read.request_templates, |t| t),
    }
}
