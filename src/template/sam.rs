//! AWS SAM's types, expanded to the CloudFormation resources that the transform makes of them, under the logical ids that
//! it gives them (AWS SAM specification, "AWS SAM resources and properties"; differential tests against
//! aws-sam-translator). Only what decides who may do what is made: no deployments, no event source mappings.

mod api;
mod auth;
mod connector;
mod events;
mod function;
mod globals;
mod graphql;
mod machine;
mod policies;

use serde_json::{Map, Value, json};

use super::files::Files;
use super::resource::Resource;
use super::scope::Scope;
use super::stack::Gaps;
use crate::gap::{Input, Unread};

/// What is made of the resources so far.
pub(super) struct Expansion<'a> {
    scope: &'a Scope,
    files: &'a Files<'a>,
    gaps: &'a mut Gaps,
    out: Vec<Resource>,
    /// Routes that state machines' `Api` events ask for.
    routes: Vec<api::Route>,
}

/// The resources with SAM's own types expanded; others are as they were.
pub(super) fn expand(
    scope: &Scope,
    globals: Option<&Value>,
    files: &Files<'_>,
    gaps: &mut Gaps,
) -> Vec<Resource> {
    let mut expansion = Expansion {
        scope,
        files,
        gaps,
        out: Vec::new(),
        routes: Vec::new(),
    };
    let mut apis = Vec::new();
    for resource in scope.resources() {
        let Some(kind) = resource.kind.strip_prefix("AWS::Serverless::") else {
            expansion.out.push(resource.clone());
            continue;
        };
        let mut resource = resource.clone();
        globals::apply(&mut resource, kind, globals);
        match kind {
            "StateMachine" => expansion.state_machine(&resource),
            "Function" => expansion.function(&resource),
            "Api" | "HttpApi" => apis.push(resource.clone()),
            "SimpleTable" => expansion.renamed(&resource, "AWS::DynamoDB::Table", &[]),
            "GraphQLApi" => expansion.graphql(&resource),
            "LayerVersion" => expansion.renamed(&resource, "AWS::Lambda::LayerVersion", &[]),
            "Application" => expansion.renamed(
                &resource,
                "AWS::CloudFormation::Stack",
                &[("Location", "TemplateURL")],
            ),
            // Connectors are made below; the others start no workflow.
            "Connector" | "WebSocketApi" | "CapacityProvider" => {}
            _ => {
                let why = format!("this version does not know the type `{}`", resource.kind);
                expansion.gaps.push(Unread::of_account(
                    Input::Workflow,
                    format!("the resource `{}` of the template", resource.id),
                    why,
                ));
            }
        }
    }
    expansion.apis(apis, globals);
    expansion.connectors();
    expansion.out
}

impl Expansion<'_> {
    /// The same resource under CloudFormation's type, with properties that have another name there.
    fn renamed(&mut self, resource: &Resource, kind: &str, names: &[(&str, &str)]) {
        let mut out = resource.clone();
        out.kind = kind.to_owned();
        rename(&mut out, names);
        self.out.push(out);
    }

    /// A role that SAM makes: its trust, and what `Policies` and the features of its owner give it.
    fn role(&mut self, owner: &Resource, service: &str, always: &[&str], more: Vec<Value>) {
        let id = format!("{}Role", owner.id);
        let mut role = Resource::made_by(owner, &id, "AWS::IAM::Role", json!({}));
        let trust = owner.get("AssumeRolePolicyDocument").cloned();
        role.properties.insert(
            "AssumeRolePolicyDocument".to_owned(),
            trust.unwrap_or_else(|| trust_of(service)),
        );
        for (from, to) in [
            ("PermissionsBoundary", "PermissionsBoundary"),
            ("RolePath", "Path"),
        ] {
            if let Some(value) = owner.get(from) {
                role.properties.insert(to.to_owned(), value.clone());
            }
        }
        if let Some(tags) = owner.get("Tags") {
            role.properties.insert("Tags".to_owned(), tag_list(tags));
        }
        let partition = self.scope.pseudo("AWS::Partition").unwrap_or_default();
        let managed = always
            .iter()
            .map(|name| Value::String(format!("arn:{partition}:iam::aws:policy/{name}")));
        let role = policies::fill(self, owner, role, managed.collect(), more);
        self.out.push(role);
    }

    /// A property of a SAM resource, as far as it is known.
    fn known(&self, resource: &Resource, name: &str) -> Option<Value> {
        self.scope.property(resource, name)
    }
}

/// The trust policy that SAM writes for a role of a service.
fn trust_of(service: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": [service]}, "Action": ["sts:AssumeRole"]}]
    })
}

/// Tags as CloudFormation writes them: SAM takes an object.
fn tag_list(tags: &Value) -> Value {
    match tags {
        Value::Object(members) if super::resolve::single(members).is_none() => members
            .iter()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect(),
        other => other.clone(),
    }
}

/// Gives properties the names that CloudFormation has for them, and remembers where they were written.
fn rename(resource: &mut Resource, names: &[(&str, &str)]) {
    for (from, to) in names {
        if let Some(value) = resource.properties.remove(*from) {
            resource.properties.insert((*to).to_owned(), value);
            let inside = crate::loc::Pointer::root().key(to);
            let place = resource.pointer.key(from);
            resource.moved.insert(inside.as_str().to_owned(), place);
        }
    }
}

/// The members of an object that is no function.
fn members(value: &Value) -> Option<&Map<String, Value>> {
    value
        .as_object()
        .filter(|members| super::resolve::single(members).is_none())
}
