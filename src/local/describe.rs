//! One DescribeStateMachine response (Step Functions API Reference, "DescribeStateMachine").

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{is_object, json_error};
use crate::arn::Arn;
use crate::snapshot::{Fetched, StateMachine};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    state_machine_arn: Option<String>,
    name: Option<String>,
    status: Option<String>,
    #[serde(borrow)]
    definition: Option<&'a RawValue>,
    role_arn: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    revision_id: Option<String>,
    logging_configuration: Option<Logging>,
    tracing_configuration: Option<Tracing>,
    encryption_configuration: Option<Encryption>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logging {
    level: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    include_execution_data: Option<bool>,
    destinations: Option<Vec<Destination>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    cloud_watch_logs_log_group: Option<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    log_group_arn: Option<String>,
}

#[derive(Deserialize)]
struct Tracing {
    #[serde(default, deserialize_with = "truth")]
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Encryption {
    #[serde(rename = "type")]
    kind: Option<String>,
    kms_key_id: Option<String>,
}

/// A boolean, also as the text that templates and other tools make of it.
fn truth<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Truth {
        Bool(bool),
        Text(String),
    }
    match Option::<Truth>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Truth::Bool(value)) => Ok(Some(value)),
        Some(Truth::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(serde::de::Error::custom(format!(
                "`{}` is neither true nor false",
                text.escape_default()
            ))),
        },
    }
}

/// Reads one response; the error says in words what is wrong with the text.
pub fn state_machine(text: &str) -> Result<StateMachine, String> {
    is_object(text)?;
    let described: Described = serde_json::from_str(text).map_err(|e| json_error(&e))?;
    let arn = described
        .state_machine_arn
        .clone()
        .ok_or("it has no `stateMachineArn`: it is no DescribeStateMachine response")?;
    let parsed = Arn::parse(&arn).ok_or("its `stateMachineArn` is no ARN")?;
    let name = parsed.name().to_owned();
    Ok(machine(described, arn, name))
}

/// Reads a response that may lack its ARN (what CreateStateMachine takes); `None` when the text is a bare definition.
pub fn loose(text: &str, stem: &str) -> Option<Result<StateMachine, String>> {
    #[derive(Deserialize)]
    struct Probe<'a> {
        #[serde(borrow)]
        definition: Option<&'a RawValue>,
        #[serde(borrow, rename = "States")]
        states: Option<&'a RawValue>,
        #[serde(borrow, rename = "stateMachineArn")]
        arn: Option<&'a RawValue>,
    }
    let probe: Probe = serde_json::from_str(text).ok()?;
    if probe.states.is_some() || (probe.definition.is_none() && probe.arn.is_none()) {
        return None;
    }
    if probe.arn.is_some() {
        return Some(state_machine(text));
    }
    let described: Described = match serde_json::from_str(text) {
        Ok(described) => described,
        Err(error) => return Some(Err(json_error(&error))),
    };
    let name = described.name.clone().unwrap_or_else(|| stem.to_owned());
    Some(Ok(machine(
        described,
        super::definition::unknown_arn(&name),
        name,
    )))
}

fn machine(described: Described<'_>, arn: String, name: String) -> StateMachine {
    let logging = described.logging_configuration;
    let encryption = described.encryption_configuration;
    StateMachine {
        arn,
        version: None,
        name: described.name.unwrap_or(name),
        status: described.status.unwrap_or_default(),
        definition: described.definition.map(text_of).unwrap_or_default(),
        role_arn: described.role_arn.unwrap_or_default(),
        kind: described.kind.unwrap_or_else(|| "STANDARD".to_owned()),
        revision_id: described.revision_id,
        // The API leaves out what was never configured; that is its default, not something unknown.
        log_level: Some(
            logging
                .as_ref()
                .and_then(|l| l.level.clone())
                .unwrap_or_else(|| "OFF".to_owned()),
        ),
        include_execution_data: logging
            .as_ref()
            .and_then(|l| l.include_execution_data)
            .unwrap_or_default(),
        log_destinations: logging
            .and_then(|l| l.destinations)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|d| d.cloud_watch_logs_log_group?.log_group_arn)
            .collect(),
        tracing: described
            .tracing_configuration
            .and_then(|t| t.enabled)
            .unwrap_or_default(),
        kms_key: encryption
            .filter(|e| e.kind.as_deref() == Some("CUSTOMER_MANAGED_KMS_KEY"))
            .and_then(|e| e.kms_key_id),
        tags: Fetched::NotCollected,
        declared: None,
    }
}

/// The text of a JSON string, or the JSON of anything else: definitions and policies come both ways.
pub fn text_of(raw: &RawValue) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| match raw.get() {
        "null" => String::new(),
        other => other.to_owned(),
    })
}
