//! What begins executions, as its services would describe what the template declares. Everything that is declared counts
//! as deployed and on, unless the template surely says otherwise.

mod graphql;
mod http;
mod openapi;
mod queues;
mod rest;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::attributes::arn;
use super::files::Files;
use super::resolve::{as_texts, elements, sides, text_of};
use super::resource::Resource;
use super::scope::Scope;
use super::stack::Gaps;
use crate::gap::{Input, Unread};
use crate::snapshot::entries as shape;
use crate::snapshot::{Document, Entries, Fetched};

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    event_rules: Vec<shape::EventRule>,
    schedules: Vec<shape::Schedule>,
    pipes: Vec<shape::Pipe>,
    topic_rules: Vec<shape::TopicRule>,
    rest_apis: Vec<shape::RestApi>,
    http_apis: Vec<shape::HttpApi>,
    graphql_apis: Vec<shape::GraphqlApi>,
    function_urls: Vec<shape::FunctionUrl>,
    /// Statements of the functions' policies, by the functions' names.
    function_policies: BTreeMap<String, Vec<Value>>,
    /// Statements of the queues' policies, by the queues' names.
    queue_policies: BTreeMap<String, Vec<Value>>,
}

impl Found {
    /// Takes what one stack declares.
    pub fn take(&mut self, scope: &Scope, files: &Files<'_>, gaps: &mut Gaps) {
        for resource in scope.resources().iter().flat_map(|one| ways(scope, one)) {
            let resource = resource.as_ref();
            let before = gaps.len();
            match resource.kind.as_str() {
                "AWS::Events::Rule" => self.rule(scope, resource, gaps),
                "AWS::Scheduler::Schedule" => self.schedule(scope, resource, gaps),
                "AWS::Pipes::Pipe" => self.pipe(scope, resource, gaps),
                "AWS::IoT::TopicRule" => self.topic_rule(scope, resource, gaps),
                "AWS::Lambda::Url" => self.url(scope, resource),
                "AWS::Lambda::Permission" => self.permission(scope, resource),
                "AWS::SQS::QueuePolicy" | "AWS::SQS::QueueInlinePolicy" => {
                    self.queue_policy(scope, resource)
                }
                "AWS::Lambda::Function" => {
                    self.function_policies
                        .entry(scope.name(resource))
                        .or_default();
                }
                "AWS::ApiGateway::RestApi" => {
                    self.rest_apis.push(rest::api(scope, resource, files, gaps))
                }
                "AWS::ApiGatewayV2::Api" => {
                    self.http_apis.push(http::api(scope, resource, files, gaps))
                }
                "AWS::AppSync::GraphQLApi" => {
                    self.graphql_apis.extend(graphql::api(scope, resource))
                }
                _ => {}
            }
            debug_assert!(gaps.len() >= before, "gaps are only added");
        }
    }

    /// As the snapshot has them: of every kind, all that the template declares.
    pub fn into_entries(self) -> Entries {
        let document = |statements: Vec<Value>| {
            Document(json!({"Version": "2012-10-17", "Statement": statements}).to_string())
        };
        let policies = self
            .function_policies
            .into_iter()
            .map(|(name, s)| (name, document(s)));
        Entries {
            event_rules: Fetched::Present(self.event_rules),
            schedules: Fetched::Present(self.schedules),
            pipes: Fetched::Present(self.pipes),
            topic_rules: Fetched::Present(self.topic_rules),
            rest_apis: Fetched::Present(self.rest_apis),
            http_apis: Fetched::Present(self.http_apis),
            graphql_apis: Fetched::Present(self.graphql_apis),
            function_urls: Fetched::Present(self.function_urls),
            function_policies: Fetched::Present(policies.collect()),
        }
    }

    fn rule(&mut self, scope: &Scope, resource: &Resource, gaps: &mut Gaps) {
        let pattern = scope
            .property(resource, "EventPattern")
            .map(|pattern| json_text(&pattern));
        let mut targets = Vec::new();
        let listed = scope.property(resource, "Targets");
        for target in listed.as_ref().map(elements).unwrap_or_default() {
            targets.extend(read::<shape::EventTarget>(
                &with_texts(target, &["Input"]),
                resource,
                gaps,
            ));
        }
        self.event_rules.push(shape::EventRule {
            name: scope.name(resource),
            arn: arn(scope, resource),
            event_bus_name: shown(scope, resource, "EventBusName"),
            state: state(scope, resource, "State"),
            event_pattern: pattern,
            schedule_expression: resource
                .get("ScheduleExpression")
                .map(|_| shown(scope, resource, "ScheduleExpression")),
            targets: Fetched::Present(targets),
        });
    }

    fn schedule(&mut self, scope: &Scope, resource: &Resource, gaps: &mut Gaps) {
        let target = scope.property(resource, "Target").unwrap_or_default();
        self.schedules.push(shape::Schedule {
            name: scope.name(resource),
            group_name: shown(scope, resource, "GroupName"),
            state: state(scope, resource, "State"),
            target: read(&with_texts(&target, &["Input"]), resource, gaps).unwrap_or_default(),
        });
    }

    fn pipe(&mut self, scope: &Scope, resource: &Resource, gaps: &mut Gaps) {
        let parameters = |name: &str| scope.property(resource, name).unwrap_or_else(|| json!({}));
        let enrichment = resource
            .get("Enrichment")
            .map(|_| shown(scope, resource, "Enrichment"));
        let target = with_texts(&parameters("TargetParameters"), &["InputTemplate"]);
        let enriching = with_texts(&parameters("EnrichmentParameters"), &["InputTemplate"]);
        self.pipes.push(shape::Pipe {
            enrichment_parameters: read(&enriching, resource, gaps).unwrap_or_default(),
            name: scope.name(resource),
            desired_state: state(scope, resource, "DesiredState").replace("ENABLED", "RUNNING"),
            source: shown(scope, resource, "Source"),
            source_parameters: read(&parameters("SourceParameters"), resource, gaps)
                .unwrap_or_default(),
            enrichment: enrichment.filter(|e| !e.is_empty()),
            target: shown(scope, resource, "Target"),
            target_parameters: read(&target, resource, gaps).unwrap_or_default(),
            role_arn: Some(shown(scope, resource, "RoleArn")).filter(|role| !role.is_empty()),
        });
    }

    fn topic_rule(&mut self, scope: &Scope, resource: &Resource, gaps: &mut Gaps) {
        let payload = scope
            .property(resource, "TopicRulePayload")
            .unwrap_or_default();
        let mut rule =
            read::<shape::TopicRule>(&lower_first(&payload, 0), resource, gaps).unwrap_or_default();
        rule.rule_name = scope.name(resource);
        self.topic_rules.push(rule);
    }

    fn url(&mut self, scope: &Scope, resource: &Resource) {
        let function = function_arn(scope, &shown(scope, resource, "TargetFunctionArn"));
        let qualifier = shown(scope, resource, "Qualifier");
        let function_arn = match qualifier.is_empty() {
            true => function,
            false => format!("{function}:{qualifier}"),
        };
        let auth_type = strictest(scope, resource.get("AuthType"), "NONE");
        self.function_urls.push(shape::FunctionUrl {
            function_arn,
            auth_type,
        });
    }

    /// A permission is a statement of its function's policy.
    fn permission(&mut self, scope: &Scope, resource: &Resource) {
        let function = function_arn(scope, &shown(scope, resource, "FunctionName"));
        let name = function.split(':').nth(6).unwrap_or_default().to_owned();
        let text = |name: &str| Some(shown(scope, resource, name)).filter(|text| !text.is_empty());
        let principal = match text("Principal") {
            Some(all) if all == "*" => json!("*"),
            Some(service)
                if service.contains(".amazonaws.") || service.ends_with(".amazon.com") =>
            {
                json!({"Service": service})
            }
            Some(other) => json!({"AWS": other}),
            None => json!("*"),
        };
        let mut conditions = Map::new();
        let mut add = |operator: &str, key: &str, value: Option<String>| {
            if let Some(value) = value {
                let keys = conditions
                    .entry(operator.to_owned())
                    .or_insert_with(|| json!({}));
                if let Some(keys) = keys.as_object_mut() {
                    keys.insert(key.to_owned(), Value::String(value));
                }
            }
        };
        add("ArnLike", "AWS:SourceArn", text("SourceArn"));
        add("StringEquals", "AWS:SourceAccount", text("SourceAccount"));
        add("StringEquals", "aws:PrincipalOrgID", text("PrincipalOrgID"));
        add(
            "StringEquals",
            "lambda:FunctionUrlAuthType",
            text("FunctionUrlAuthType"),
        );
        add(
            "Bool",
            "lambda:InvokedViaFunctionUrl",
            text("InvokedViaFunctionUrl"),
        );
        let mut statement = json!({
            "Sid": resource.id, "Effect": "Allow", "Principal": principal,
            "Action": text("Action").unwrap_or_else(|| "lambda:*".to_owned()), "Resource": function,
        });
        if let Some(members) = statement.as_object_mut()
            && !conditions.is_empty()
        {
            members.insert("Condition".to_owned(), Value::Object(conditions));
        }
        self.function_policies
            .entry(name)
            .or_default()
            .push(statement);
    }
}

/// Types whose entry points are looked at in every way in which conditions may come out.
const OF_MANY_WAYS: [&str; 8] = [
    "AWS::Events::Rule",
    "AWS::Scheduler::Schedule",
    "AWS::Pipes::Pipe",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::Url",
    "AWS::Lambda::Permission",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
];

/// A resource as it is in every way; as it is written, where that is one.
fn ways<'r>(scope: &Scope, resource: &'r Resource) -> Vec<Cow<'r, Resource>> {
    if !OF_MANY_WAYS.contains(&resource.kind.as_str()) {
        return vec![Cow::Borrowed(resource)];
    }
    let properties = Value::Object(resource.properties.clone());
    let ways = scope.ways(Some(&properties));
    if ways.len() < 2 {
        return vec![Cow::Borrowed(resource)];
    }
    let of = |way: Option<Value>| match way {
        Some(Value::Object(properties)) => Some(Cow::Owned(Resource {
            properties,
            ..resource.clone()
        })),
        _ => None,
    };
    ways.into_iter().filter_map(of).collect()
}

/// A function's ARN, of its ARN or its name.
fn function_arn(scope: &Scope, text: &str) -> String {
    if text.starts_with("arn:") {
        return text.to_owned();
    }
    let pseudo = |name: &str| scope.pseudo(name).unwrap_or_default();
    let (p, r, a) = (
        pseudo("AWS::Partition"),
        pseudo("AWS::Region"),
        pseudo("AWS::AccountId"),
    );
    format!("arn:{p}:lambda:{r}:{a}:function:{text}")
}

/// A property as text, unknown parts by name; empty where it is not there.
fn shown(scope: &Scope, resource: &Resource, name: &str) -> String {
    resource
        .get(name)
        .and_then(|value| scope.shown(value))
        .unwrap_or_default()
}

/// Only what surely is off is off.
fn state(scope: &Scope, resource: &Resource, name: &str) -> String {
    match shown(scope, resource, name).as_str() {
        off @ ("DISABLED" | "STOPPED") => off.to_owned(),
        _ => "ENABLED".to_owned(),
    }
}

/// A protection: the given value where that may be what holds, or where nothing is known.
fn strictest(scope: &Scope, value: Option<&Value>, open: &str) -> String {
    let Some(value) = value.and_then(|value| scope.resolve(value)) else {
        return open.to_owned();
    };
    let sides = sides(&value);
    let known = |side: &Option<&Value>| side.and_then(Value::as_str).map(str::to_owned);
    let first = sides.first().and_then(known);
    match first {
        Some(first)
            if !first.contains("${")
                && sides.iter().all(|s| known(s).is_some_and(|s| s != open)) =>
        {
            first
        }
        _ => open.to_owned(),
    }
}

/// Reads a resolved value into a shape of the snapshot; one that does not fit is a gap.
fn read<T: DeserializeOwned>(value: &Value, resource: &Resource, gaps: &mut Gaps) -> Option<T> {
    match serde_json::from_value(as_texts(value)) {
        Ok(read) => Some(read),
        Err(_) => {
            let what = format!("what `{}` starts", resource.id);
            let why = format!("its properties are not those of a {}", resource.kind);
            gaps.push(Unread::of_account(Input::EntryPoints, what, why));
            None
        }
    }
}

/// Members that are texts for the service, written as texts or as objects.
fn with_texts(value: &Value, names: &[&str]) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let each = members.iter().map(|(name, value)| {
        let text = names.contains(&name.as_str()) && !value.is_string();
        let value = if text {
            Value::String(json_text(value))
        } else {
            value.clone()
        };
        (name.clone(), value)
    });
    Value::Object(each.collect())
}

fn json_text(value: &Value) -> String {
    text_of(value).unwrap_or_else(|| as_texts(value).to_string())
}

/// Keys as the API writes them: CloudFormation begins each with a capital letter.
fn lower_first(value: &Value, depth: usize) -> Value {
    match value {
        Value::Object(members) if depth < 32 => {
            let each = members.iter().map(|(key, value)| {
                let mut chars = key.chars();
                let first = chars.next().map(|c| c.to_ascii_lowercase());
                let key: String = first.into_iter().chain(chars).collect();
                (key, lower_first(value, depth + 1))
            });
            Value::Object(each.collect())
        }
        Value::Array(items) if depth < 32 => Value::Array(
            items
                .iter()
                .map(|item| lower_first(item, depth + 1))
                .collect(),
        ),
        other => other.clone(),
    }
}
