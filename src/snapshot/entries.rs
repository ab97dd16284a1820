//! What begins executions beside principals, as AWS describes it: rules, schedules, pipes, APIs, function URLs.
//!
//! The types have the names and the shapes of the responses, so that a response, a directory's file and a template's
//! resource all read into them; templates and patterns stay text. What is not there is empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Document, Fetched};

mod api;

pub use api::*;

/// Everything that may begin executions, by kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries {
    /// EventBridge rules of every bus.
    pub event_rules: Fetched<Vec<EventRule>>,
    /// EventBridge Scheduler's schedules of every group.
    pub schedules: Fetched<Vec<Schedule>>,
    /// EventBridge pipes.
    pub pipes: Fetched<Vec<Pipe>>,
    /// IoT topic rules.
    pub topic_rules: Fetched<Vec<TopicRule>>,
    /// API Gateway REST APIs.
    pub rest_apis: Fetched<Vec<RestApi>>,
    /// API Gateway HTTP and WebSocket APIs.
    pub http_apis: Fetched<Vec<HttpApi>>,
    /// AppSync APIs.
    pub graphql_apis: Fetched<Vec<GraphqlApi>>,
    /// Lambda function URLs.
    pub function_urls: Fetched<Vec<FunctionUrl>>,
    /// Resource policies of functions, by the function's name; of a function that is not among them nothing is known.
    pub function_policies: Fetched<BTreeMap<String, Document>>,
}

impl Default for Entries {
    fn default() -> Self {
        Self {
            event_rules: Fetched::NotCollected,
            schedules: Fetched::NotCollected,
            pipes: Fetched::NotCollected,
            topic_rules: Fetched::NotCollected,
            rest_apis: Fetched::NotCollected,
            http_apis: Fetched::NotCollected,
            graphql_apis: Fetched::NotCollected,
            function_urls: Fetched::NotCollected,
            function_policies: Fetched::NotCollected,
        }
    }
}

/// A list inside a part that was read: read too, unless said otherwise.
fn not_collected<T>() -> Fetched<T> {
    Fetched::NotCollected
}

/// One rule (EventBridge `ListRules`) with its targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventRule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    #[serde(default)]
    pub arn: String,
    /// The bus; empty for the default one.
    #[serde(default)]
    pub event_bus_name: String,
    /// `ENABLED…` or `DISABLED`.
    #[serde(default)]
    pub state: String,
    /// The pattern, as text.
    #[serde(default)]
    pub event_pattern: Option<String>,
    /// The expression of a rule that runs by the clock.
    #[serde(default)]
    pub schedule_expression: Option<String>,
    /// `ListTargetsByRule`
    #[serde(skip, default = "not_collected")]
    pub targets: Fetched<Vec<EventTarget>>,
}

/// One target of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EventTarget {
    /// What it starts.
    pub arn: String,
    /// The role that it starts it with.
    pub role_arn: Option<String>,
    /// A constant in the event's place.
    pub input: Option<String>,
    /// A part of the event in its place.
    pub input_path: Option<String>,
    /// A template in its place.
    pub input_transformer: Option<InputTransformer>,
}

/// What a target makes of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InputTransformer {
    /// Paths into the event, by the names that the template gives them.
    pub input_paths_map: BTreeMap<String, String>,
    /// Text with `<name>`.
    pub input_template: String,
}

/// One schedule (Scheduler `GetSchedule`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// Its group; empty for the default one.
    pub group_name: String,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// What it calls.
    pub target: ScheduleTarget,
}

/// What a schedule calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ScheduleTarget {
    /// A workflow, or `arn:aws:scheduler:::aws-sdk:SERVICE:ACTION`.
    pub arn: String,
    /// The role.
    pub role_arn: Option<String>,
    /// The input; for an API action its whole request.
    pub input: Option<String>,
}

/// One pipe (Pipes `DescribePipe`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Pipe {
    /// Its name.
    pub name: String,
    /// `RUNNING` or `STOPPED`.
    pub desired_state: String,
    /// Where its events come from.
    pub source: String,
    /// How it reads them.
    pub source_parameters: PipeSource,
    /// What works on them before the target.
    pub enrichment: Option<String>,
    /// How it calls that.
    pub enrichment_parameters: PipeTarget,
    /// What it calls.
    pub target: String,
    /// How it calls it.
    pub target_parameters: PipeTarget,
    /// The role.
    pub role_arn: Option<String>,
}

/// How a pipe reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PipeSource {
    /// Which events it takes.
    pub filter_criteria: Option<FilterCriteria>,
}

/// Which events a pipe takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FilterCriteria {
    /// Patterns, one of which must fit.
    pub filters: Vec<Filter>,
}

/// One pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// As text.
    pub pattern: Option<String>,
}

/// How a pipe calls its target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PipeTarget {
    /// A template in the event's place.
    pub input_template: Option<String>,
}

/// One topic rule (IoT `GetTopicRule`, the `rule` in it).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TopicRule {
    /// Its name.
    pub rule_name: String,
    /// What it selects of which messages.
    pub sql: String,
    /// Whether it is off.
    pub rule_disabled: bool,
    /// What it does with it.
    pub actions: Vec<TopicAction>,
    /// What it does where that fails.
    pub error_action: Option<TopicAction>,
}

/// One action of a topic rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TopicAction {
    /// Starting a workflow; `None` for every other action.
    pub step_functions: Option<TopicStart>,
}

/// Starting a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TopicStart {
    /// Its name.
    pub state_machine_name: String,
    /// The role.
    pub role_arn: Option<String>,
}
