//! What a template sets of a workflow's logging, type and tracing, and of log groups. Of a choice that is not decided, the
//! side that says least for the workflow counts; what is not known counts as what is not there, and is named.

use serde_json::Value;

use super::account::truth;
use super::resolve::{is_unknown, scalar, text_of};
use super::resource::Resource;
use super::scope::{Scope, plain};
use crate::arn::Arn;
use crate::snapshot::LogGroup;

/// A workflow's settings.
#[derive(Default)]
pub(super) struct Settings {
    pub level: String,
    pub data: bool,
    pub destinations: Vec<String>,
    pub tracing: bool,
    pub kind: String,
    /// Properties of which only the deployment knows what they are.
    pub open: Vec<String>,
}

impl Settings {
    /// What a state machine's resource says.
    pub fn of(scope: &Scope, resource: &Resource) -> Self {
        let mut settings = Self::logging(scope, resource);
        let types = scope.ways(resource.get("StateMachineType"));
        let types: Vec<&Value> = types.iter().flatten().collect();
        settings.name_open("StateMachineType", &types);
        let express = types.iter().any(|kind| kind.as_str() == Some("EXPRESS"));
        settings.kind = if express { "EXPRESS" } else { "STANDARD" }.to_owned();
        let tracing = scope.ways(resource.get("TracingConfiguration"));
        let traced = |way: &Option<Value>| {
            let enabled = way.as_ref().and_then(|way| way.get("Enabled"));
            enabled.and_then(truth) == Some(true)
        };
        settings.tracing = tracing.iter().all(traced);
        let enabled = tracing.iter().flatten().filter_map(|t| t.get("Enabled"));
        settings.name_open("TracingConfiguration.Enabled", &enabled.collect::<Vec<_>>());
        settings
    }

    fn logging(scope: &Scope, resource: &Resource) -> Self {
        let ways = scope.ways(resource.get("LoggingConfiguration"));
        let read = ways.iter().map(|way| Self::of_way(scope, way.as_ref()));
        let read: Vec<Self> = read.collect();
        let mut open: Vec<String> = read.iter().flat_map(|way| way.open.clone()).collect();
        open.sort();
        open.dedup();
        let least = read
            .into_iter()
            .min_by_key(|way| (rank(way), level(way), way.data));
        Self {
            open,
            ..least.unwrap_or_default()
        }
    }

    /// What one way of a logging configuration says.
    fn of_way(scope: &Scope, logging: Option<&Value>) -> Self {
        let property = |name: &str| logging.and_then(|logging| logging.get(name));
        let mut out = Self::default();
        let level = property("Level");
        out.name_open("LoggingConfiguration.Level", level.as_slice());
        // A level that is not known is none: nothing says that anything is logged.
        let known = level.filter(|level| !is_open(level)).and_then(scalar);
        out.level = known.unwrap_or_else(|| "OFF".to_owned());
        let data = property("IncludeExecutionData");
        out.name_open("LoggingConfiguration.IncludeExecutionData", data.as_slice());
        out.data = data.and_then(truth).unwrap_or_default();
        if let Some(unknown) = logging.filter(|logging| is_unknown(logging)) {
            out.name_open("LoggingConfiguration", &[unknown]);
        }
        let listed = property("Destinations").and_then(Value::as_array);
        let arn = |destination: &Value| {
            let group = destination.get("CloudWatchLogsLogGroup")?;
            Some(destination_arn(scope, &text_of(group.get("LogGroupArn")?)?))
        };
        out.destinations = listed.into_iter().flatten().filter_map(arn).collect();
        out
    }

    /// Names a property whose value is not known.
    fn name_open(&mut self, property: &str, values: &[&Value]) {
        let unknown = values.iter().find(|value| is_open(value));
        let name = unknown.and_then(|value| text_of(value));
        self.open
            .extend(name.map(|name| format!("`{property}` (`{name}`)")));
    }
}

/// How much is logged: nothing without a destination.
fn rank(way: &Settings) -> usize {
    match way.destinations.is_empty() {
        true => 0,
        false => level(way),
    }
}

fn level(way: &Settings) -> usize {
    let levels = ["OFF", "FATAL", "ERROR", "ALL"];
    levels.iter().position(|l| *l == way.level).unwrap_or(0)
}

/// Whether a value, or a part of its text, is known to the deployment only.
fn is_open(value: &Value) -> bool {
    is_unknown(value) || value.as_str().is_some_and(|text| text.contains("${"))
}

/// The ARN of a log group; where only the deployment knows it, one that stands for it.
fn destination_arn(scope: &Scope, text: &str) -> String {
    let named = plain(text);
    if Arn::parse(&named).is_some() {
        return named;
    }
    let pseudo = |name: &str| scope.pseudo(name).unwrap_or_default();
    let (partition, region, account) = (
        pseudo("AWS::Partition"),
        pseudo("AWS::Region"),
        pseudo("AWS::AccountId"),
    );
    let name = named.replace([':', '*'], "");
    format!("arn:{partition}:logs:{region}:{account}:log-group:{name}")
}

/// A log group with what of it is not known.
pub(super) struct Group {
    pub group: LogGroup,
    pub open: Vec<String>,
}

/// What a log group's resource says.
pub(super) fn log_group(scope: &Scope, resource: &Resource) -> Group {
    let days = scope.ways(resource.get("RetentionInDays"));
    let keys = scope.ways(resource.get("KmsKeyId"));
    let mut open = Settings::default();
    open.name_open(
        "RetentionInDays",
        &days.iter().flatten().collect::<Vec<_>>(),
    );
    open.name_open("KmsKeyId", &keys.iter().flatten().collect::<Vec<_>>());
    let day = |way: &Option<Value>| way.as_ref().and_then(scalar)?.parse().ok();
    let key = |way: &Option<Value>| {
        let known = way.as_ref().filter(|value| !is_open(value));
        known.and_then(scalar).filter(|text| !text.is_empty())
    };
    let keys: Option<Vec<String>> = keys.iter().map(key).collect();
    let each = days.iter().map(day).map(|retention_days| LogGroup {
        retention_days,
        kms_key: keys.as_ref().and_then(|keys| keys.first().cloned()),
    });
    let least = each.reduce(|a, b| either_group(&a, &b));
    Group {
        group: least.unwrap_or_default(),
        open: open.open,
    }
}

/// What AWS recommends to keep at least; below it, the shorter of two is the worse, above it, what never expires.
const ENOUGH_DAYS: u32 = 90;

/// Two log groups of one name of which either may be there: what is worse of each.
pub(super) fn either_group(a: &LogGroup, b: &LogGroup) -> LogGroup {
    let shortest = a.retention_days.into_iter().chain(b.retention_days).min();
    let both = a.retention_days.is_some() && b.retention_days.is_some();
    LogGroup {
        retention_days: shortest.filter(|days| both || *days < ENOUGH_DAYS),
        kms_key: a.kms_key.clone().and(b.kms_key.clone()),
    }
}
