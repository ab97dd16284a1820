//! APIs of API Gateway and AppSync.

use serde_json::{Value, json};

use super::Converted;
use super::plan::Instance;

impl Converted<'_> {
    pub(super) fn apis(&mut self, instance: &Instance<'_>) -> bool {
        match instance.kind {
            "aws_api_gateway_rest_api" => self.rest_api(instance),
            "aws_api_gateway_resource" => {
                let names = [
                    ("RestApiId", "rest_api_id"),
                    ("ParentId", "parent_id"),
                    ("PathPart", "path_part"),
                ];
                let properties = self.properties(instance, &names);
                self.add(instance, "AWS::ApiGateway::Resource", properties, &[]);
            }
            "aws_api_gateway_method" => self.method(instance),
            "aws_apigatewayv2_api" => {
                let mut properties = self.properties(
                    instance,
                    &[("Name", "name"), ("ProtocolType", "protocol_type")],
                );
                self.with_body(instance, &mut properties);
                self.add(instance, "AWS::ApiGatewayV2::Api", properties, &[]);
            }
            "aws_apigatewayv2_route" => {
                let names = [
                    ("ApiId", "api_id"),
                    ("RouteKey", "route_key"),
                    ("AuthorizationType", "authorization_type"),
                    ("ApiKeyRequired", "api_key_required"),
                    ("Target", "target"),
                ];
                let mut properties = self.properties(instance, &names);
                // `integrations/ID` with an id that does not exist yet: the integration is what it refers to.
                if let Some(target) = properties.get("Target").filter(|t| t.is_object()).cloned() {
                    properties.insert(
                        "Target".to_owned(),
                        json!({"Fn::Join": ["", ["integrations/", target]]}),
                    );
                }
                self.add(instance, "AWS::ApiGatewayV2::Route", properties, &[]);
            }
            "aws_apigatewayv2_integration" => {
                let names = [
                    ("ApiId", "api_id"),
                    ("IntegrationType", "integration_type"),
                    ("IntegrationSubtype", "integration_subtype"),
                    ("IntegrationUri", "integration_uri"),
                    ("CredentialsArn", "credentials_arn"),
                    ("PassthroughBehavior", "passthrough_behavior"),
                    ("RequestParameters", "request_parameters"),
                    ("RequestTemplates", "request_templates"),
                ];
                let mut properties = self.properties(instance, &names);
                self.with_unknown_members(
                    instance,
                    &mut properties,
                    "RequestParameters",
                    "request_parameters",
                );
                self.add(instance, "AWS::ApiGatewayV2::Integration", properties, &[]);
            }
            "aws_appsync_graphql_api"
            | "aws_appsync_datasource"
            | "aws_appsync_resolver"
            | "aws_appsync_function" => {
                self.graphql(instance);
            }
            _ => return false,
        }
        true
    }

    /// An OpenAPI document is a text here.
    fn with_body(&self, instance: &Instance<'_>, properties: &mut super::Properties) {
        if let Some(body) = self.plan.document(instance, "body") {
            let read = body
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok());
            properties.insert("Body".to_owned(), read.unwrap_or(body));
        }
    }

    fn rest_api(&mut self, instance: &Instance<'_>) {
        let mut properties = self.properties(instance, &[("Name", "name")]);
        self.with_body(instance, &mut properties);
        let all = self.plan.instances().iter();
        let mut attached =
            all.filter(|i| i.kind == "aws_api_gateway_rest_api_policy" && self.is_of(i, instance));
        let policy = attached.next().map_or_else(
            || self.plan.document(instance, "policy"),
            |i| self.plan.document(i, "policy"),
        );
        if let Some(policy) = policy {
            properties.insert("Policy".to_owned(), policy);
        }
        if let Some(types) = instance.known("endpoint_configuration.0.types") {
            properties.insert("EndpointConfiguration".to_owned(), json!({"Types": types}));
        }
        self.add(instance, "AWS::ApiGateway::RestApi", properties, &[]);
    }

    fn is_of(&self, part: &Instance<'_>, api: &Instance<'_>) -> bool {
        let id = self.plan.attribute(part, "rest_api_id");
        let refers = id
            .as_ref()
            .and_then(|id| id.get("Ref"))
            .and_then(Value::as_str);
        refers == Some(api.address.as_str())
    }

    /// A method with its integration.
    fn method(&mut self, instance: &Instance<'_>) {
        let names = [
            ("RestApiId", "rest_api_id"),
            ("ResourceId", "resource_id"),
            ("HttpMethod", "http_method"),
            ("AuthorizationType", "authorization"),
            ("ApiKeyRequired", "api_key_required"),
        ];
        let mut properties = self.properties(instance, &names);
        let same = |other: &&Instance<'_>| {
            let both = |attribute: &str| {
                self.plan.attribute(other, attribute) == self.plan.attribute(instance, attribute)
            };
            other.kind == "aws_api_gateway_integration"
                && both("rest_api_id")
                && both("resource_id")
                && both("http_method")
        };
        if let Some(integration) = self.plan.instances().iter().find(same) {
            let names = [
                ("Type", "type"),
                ("Uri", "uri"),
                ("Credentials", "credentials"),
                ("PassthroughBehavior", "passthrough_behavior"),
                ("RequestTemplates", "request_templates"),
                ("RequestParameters", "request_parameters"),
            ];
            let mut read = self.properties(integration, &names);
            self.with_unknown_members(
                integration,
                &mut read,
                "RequestTemplates",
                "request_templates",
            );
            properties.insert("Integration".to_owned(), Value::Object(read));
        }
        self.add(instance, "AWS::ApiGateway::Method", properties, &[]);
    }

    /// Members of a map that are known after apply: they are there, and what they refer to is one of the template's own.
    fn with_unknown_members(
        &self,
        instance: &Instance<'_>,
        properties: &mut super::Properties,
        property: &str,
        attribute: &str,
    ) {
        let unknown = instance.unknown.get(attribute);
        let expression = self.plan.configuration.expression(instance, attribute);
        let referred = expression
            .map(|e| {
                self.plan
                    .configuration
                    .all_referred(self.plan, &instance.from("arn"), e)
            })
            .unwrap_or_default();
        let target = referred
            .into_iter()
            .flatten()
            .find(|value| value.get("Fn::GetAtt").is_some());
        let names: Vec<String> = match unknown {
            Some(Value::Object(members)) => members
                .iter()
                .filter(|(_, u)| **u == Value::Bool(true))
                .map(|(n, _)| n.clone())
                .collect(),
            _ => return,
        };
        let all = properties
            .entry(property.to_owned())
            .or_insert_with(|| json!({}));
        let Some(all) = all.as_object_mut() else {
            return;
        };
        for name in names {
            let value = match (name.as_str(), &target) {
                ("StateMachineArn", Some(target)) => target.clone(),
                (_, Some(target)) => {
                    json!({"Fn::Join": [" ", ["${unknown}", target, "${unknown}"]]})
                }
                (_, None) => Value::from("${unknown}"),
            };
            all.insert(name, value);
        }
    }

    fn graphql(&mut self, instance: &Instance<'_>) {
        match instance.kind {
            "aws_appsync_graphql_api" => {
                let mut properties = self.properties(
                    instance,
                    &[
                        ("Name", "name"),
                        ("AuthenticationType", "authentication_type"),
                        ("Visibility", "visibility"),
                    ],
                );
                let others = instance
                    .known("additional_authentication_provider")
                    .and_then(Value::as_array);
                let others: Vec<Value> = others
                    .into_iter()
                    .flatten()
                    .map(|provider| json!({"AuthenticationType": provider.get("authentication_type")}))
                    .collect();
                properties.insert(
                    "AdditionalAuthenticationProviders".to_owned(),
                    Value::Array(others),
                );
                self.add(instance, "AWS::AppSync::GraphQLApi", properties, &[]);
            }
            "aws_appsync_datasource" => {
                let names = [
                    ("ApiId", "api_id"),
                    ("Name", "name"),
                    ("Type", "type"),
                    ("ServiceRoleArn", "service_role_arn"),
                ];
                let mut properties = self.properties(instance, &names);
                if let Some(http) = self.block(instance, "http_config", &[("Endpoint", "endpoint")])
                {
                    properties.insert("HttpConfig".to_owned(), http);
                }
                self.add(instance, "AWS::AppSync::DataSource", properties, &[]);
            }
            "aws_appsync_function" => {
                let names = [
                    ("ApiId", "api_id"),
                    ("Name", "name"),
                    ("DataSourceName", "data_source"),
                    ("RequestMappingTemplate", "request_mapping_template"),
                    ("Code", "code"),
                ];
                let properties = self.properties(instance, &names);
                self.add(
                    instance,
                    "AWS::AppSync::FunctionConfiguration",
                    properties,
                    &[],
                );
            }
            _ => {
                let names = [
                    ("ApiId", "api_id"),
                    ("TypeName", "type"),
                    ("FieldName", "field"),
                    ("Kind", "kind"),
                    ("DataSourceName", "data_source"),
                    ("RequestMappingTemplate", "request_template"),
                    ("Code", "code"),
                ];
                let mut properties = self.properties(instance, &names);
                if let Some(pipeline) =
                    self.block(instance, "pipeline_config", &[("Functions", "functions")])
                {
                    properties.insert("PipelineConfig".to_owned(), pipeline);
                }
                self.add(instance, "AWS::AppSync::Resolver", properties, &[]);
            }
        }
    }
}
