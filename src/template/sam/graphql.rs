//! `AWS::Serverless::GraphQLApi`, as far as it says who may call it. Its functions and resolvers are code: what they start
//! is not read.

use serde_json::{Value, json};

use super::Expansion;
use crate::template::resource::Resource;

impl Expansion<'_> {
    pub(super) fn graphql(&mut self, resource: &Resource) {
        let auth = resource.get("Auth").cloned().unwrap_or_default();
        let kind = auth
            .get("Type")
            .cloned()
            .unwrap_or_else(|| Value::from("API_KEY"));
        let additional = auth
            .get("Additional")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let additional: Vec<Value> = additional
            .iter()
            .filter_map(|provider| Some(json!({"AuthenticationType": provider.get("Type")?})))
            .collect();
        let mut api = Resource::made_by(
            resource,
            &resource.id,
            "AWS::AppSync::GraphQLApi",
            json!({"AuthenticationType": kind, "AdditionalAuthenticationProviders": additional}),
        );
        if let Some(name) = resource.get("Name") {
            api.properties.insert("Name".to_owned(), name.clone());
        }
        self.out.push(api);
        self.graphql_sources(resource);
        self.graphql_resolvers(resource);
    }

    fn graphql_sources(&mut self, resource: &Resource) {
        let kinds = [
            ("DynamoDb", "AMAZON_DYNAMODB"),
            ("Lambda", "AWS_LAMBDA"),
            ("Http", "HTTP"),
        ];
        let sources = resource.get("DataSources").and_then(Value::as_object);
        for (group, kind) in kinds {
            let group = sources
                .and_then(|s| s.get(group))
                .and_then(Value::as_object);
            for (id, source) in group.into_iter().flatten() {
                let name = source
                    .get("Name")
                    .cloned()
                    .unwrap_or_else(|| Value::from(id.as_str()));
                let made = json!({"ApiId": {"Fn::GetAtt": [resource.id, "ApiId"]}, "Name": name, "Type": kind,
                    "ServiceRoleArn": source.get("ServiceRoleArn"), "HttpConfig": source.get("HttpConfig")});
                let id = format!("{}{id}DataSource", resource.id);
                self.out.push(Resource::made_by(
                    resource,
                    id,
                    "AWS::AppSync::DataSource",
                    made,
                ));
            }
        }
    }

    fn graphql_resolvers(&mut self, resource: &Resource) {
        let functions = resource.get("Functions").and_then(Value::as_object);
        for (id, function) in functions.into_iter().flatten() {
            let code = function.get("InlineCode").cloned();
            let made = json!({"ApiId": {"Fn::GetAtt": [resource.id, "ApiId"]}, "Name": id,
                "DataSourceName": function.get("DataSource"), "Code": code});
            let id = format!("{}{id}", resource.id);
            self.out.push(Resource::made_by(
                resource,
                id,
                "AWS::AppSync::FunctionConfiguration",
                made,
            ));
        }
        let types = resource.get("Resolvers").and_then(Value::as_object);
        for (of, fields) in types.into_iter().flatten() {
            for (field, resolver) in fields.as_object().into_iter().flatten() {
                let pipeline = resolver
                    .get("Pipeline")
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default();
                let functions: Vec<Value> = pipeline
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|name| json!({"Fn::GetAtt": [format!("{}{name}", resource.id), "FunctionId"]}))
                    .collect();
                let name = resolver
                    .get("FieldName")
                    .cloned()
                    .unwrap_or_else(|| Value::from(field.as_str()));
                let made = json!({"ApiId": {"Fn::GetAtt": [resource.id, "ApiId"]}, "TypeName": of, "FieldName": name,
                    "Kind": "PIPELINE", "PipelineConfig": {"Functions": functions}, "Code": resolver.get("InlineCode")});
                let id = format!("{}{of}{field}", resource.id);
                self.out.push(Resource::made_by(
                    resource,
                    id,
                    "AWS::AppSync::Resolver",
                    made,
                ));
            }
        }
    }
}
