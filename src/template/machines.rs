//! State machines: definition, role, logging and the rest, as DescribeStateMachine would tell of them.

use serde_json::{Map, Value};

use super::account::{Builder, at, truth};
use super::attributes::arn;
use super::files::Files;
use super::include;
use super::resolve::{as_texts, is_unknown, sides, text_of};
use super::resource::Resource;
use super::roles::tags;
use super::scope::Scope;
use crate::asl;
use crate::document::{self, Keep, Notation, Place, lines};
use crate::gap::{Input, Unread};
use crate::loc::Pointer;
use crate::snapshot::{Fetched, StateMachine};

/// A definition with where it was written.
struct Definition {
    text: String,
    place: Place,
    /// The parameters without a value, and the substitutions that rest on one, of which something is in the text.
    open: Vec<String>,
}

impl Builder {
    pub(super) fn state_machine(
        &mut self,
        scope: &Scope,
        resource: &Resource,
        path: &[String],
        files: &Files<'_>,
    ) {
        let workflow = arn(scope, resource);
        let what = |what: &str| format!("{what} of {workflow}");
        let definition = match definition(scope, resource, files, self) {
            Ok(definition) => definition,
            Err(why) => {
                self.gaps.push(Unread::of_workflow(
                    &workflow,
                    Input::Definition,
                    what("the definition"),
                    why,
                ));
                Definition {
                    text: String::new(),
                    place: resource.declaration(),
                    open: Vec::new(),
                }
            }
        };
        if !definition.open.is_empty() {
            let names: Vec<String> = definition.open.iter().map(|n| format!("`{n}`")).collect();
            let told = format!(
                "what {} stands for in the definition of {workflow}",
                names.join(", ")
            );
            let why = "it has no value here, and is taken for whatever the deployment gives it: `--parameter` decides it";
            self.gaps
                .push(Unread::of_workflow(&workflow, Input::Definition, told, why).optional());
        }
        let logging = scope.property(resource, "LoggingConfiguration");
        let logging = logging.as_ref().map(sides_worst);
        let encryption = scope
            .property(resource, "EncryptionConfiguration")
            .unwrap_or_default();
        let managed =
            encryption.get("Type").and_then(Value::as_str) == Some("CUSTOMER_MANAGED_KMS_KEY");
        let machine = StateMachine {
            version: None,
            name: scope.name(resource),
            status: "ACTIVE".to_owned(),
            role_arn: self.role_of(scope, resource, &workflow),
            kind: kind(scope, resource),
            revision_id: None,
            log_level: Some(level(logging.as_ref())),
            include_execution_data: logging
                .as_ref()
                .and_then(|l| l.get("IncludeExecutionData"))
                .and_then(truth)
                .unwrap_or_default(),
            log_destinations: destinations(logging.as_ref()),
            tracing: at(scope, resource.get("TracingConfiguration"), &["Enabled"])
                .is_some_and(|enabled| truth(&enabled) == Some(true)),
            kms_key: encryption
                .get("KmsKeyId")
                .filter(|_| managed)
                .and_then(text_of),
            tags: Fetched::Present(tags(scope, resource, "Tags")),
            definition: definition.text,
            arn: workflow,
            declared: None,
        };
        let mut identity: Vec<&str> = path.iter().map(String::as_str).collect();
        identity.push(&resource.id);
        self.workflow(
            machine,
            identity.join("/"),
            resource.declaration(),
            definition.place,
        );
    }

    /// The role's ARN; where it is not known, its name in the template, which is no role of the account.
    fn role_of(&mut self, scope: &Scope, resource: &Resource, workflow: &str) -> String {
        let role = scope.property(resource, "RoleArn");
        match role.as_ref().map(|role| (text_of(role), role)) {
            Some((Some(text), role)) if !is_unknown(role) && !text.contains("${") => text,
            Some((text, _)) => {
                let name = text.unwrap_or_else(|| "an expression".to_owned());
                let why = "it is known to the deployment only; give the parameter that decides it with `--parameter`";
                self.gaps.push(Unread::of_workflow(
                    workflow,
                    Input::ExecutionRole,
                    format!("the execution role `{name}` of {workflow}"),
                    why.to_owned(),
                ));
                String::new()
            }
            None => String::new(),
        }
    }
}

/// Of a choice that is not decided, the side that logs least.
fn sides_worst(logging: &Value) -> Value {
    let sides = sides(logging);
    let silent = |side: &&Option<&Value>| level(**side) == "OFF";
    let side = sides.iter().find(silent).or(sides.first());
    side.copied().flatten().cloned().unwrap_or_default()
}

fn kind(scope: &Scope, resource: &Resource) -> String {
    let kind = scope
        .property(resource, "StateMachineType")
        .unwrap_or_default();
    let kinds: Vec<String> = sides(&kind)
        .into_iter()
        .flatten()
        .filter_map(text_of)
        .collect();
    match kinds.iter().any(|kind| kind == "EXPRESS") {
        true => "EXPRESS".to_owned(),
        false => "STANDARD".to_owned(),
    }
}

/// A level that is not known is none: nothing says that anything is logged.
fn level(logging: Option<&Value>) -> String {
    let level = logging.and_then(|l| l.get("Level")).and_then(Value::as_str);
    level
        .filter(|level| !level.contains("${"))
        .unwrap_or("OFF")
        .to_owned()
}

fn destinations(logging: Option<&Value>) -> Vec<String> {
    let listed = logging
        .and_then(|l| l.get("Destinations"))
        .and_then(Value::as_array);
    let arn = |destination: &Value| {
        text_of(
            destination
                .get("CloudWatchLogsLogGroup")?
                .get("LogGroupArn")?,
        )
    };
    listed.into_iter().flatten().filter_map(arn).collect()
}

/// The definition's text: the file beside the template, the text, or the object.
fn definition(
    scope: &Scope,
    resource: &Resource,
    files: &Files<'_>,
    builder: &mut Builder,
) -> Result<Definition, String> {
    let substitutions = scope
        .property(resource, "DefinitionSubstitutions")
        .unwrap_or_default();
    let inline = |name: &str| resource.place(&Pointer::root().key(name));
    let with = |text: &str, place: Place| {
        let (whole, cut) = substituted(text, &substitutions);
        let mut open = open_in(text, scope, &substitutions);
        open.extend(cut.filter(|name| !open.contains(name)));
        Definition {
            text: whole,
            place,
            open,
        }
    };
    for name in ["DefinitionUri", "DefinitionS3Location"] {
        let Some(location) = resource.get(name) else {
            continue;
        };
        let document = match asset(scope, location) {
            Some(key) => files.open_text(
                &resource.file,
                std::path::Path::new(&format!("asset.{key}")),
            )?,
            None => {
                let path = include::path(location, scope)?;
                files.needed_text(&resource.file, std::path::Path::new(&path))?
            }
        };
        if let Some(fault) = fault_in(&document.text) {
            files.tell(&document.path, format!("is {fault}"));
        }
        let place = Place {
            file: document.path,
            pointer: Pointer::root(),
        };
        return Ok(with(&document.text, place));
    }
    if let Some(text) = resource.get("DefinitionString") {
        let text = include::expand(text, scope, files, &resource.file, &mut builder.gaps);
        let value = scope.resolve(&text).unwrap_or_default();
        if sides(&value).len() > 1 {
            let why = "a condition chooses between several, and only the first is judged; decide it with `--parameter`";
            let workflow = arn(scope, resource);
            let what = format!("the definition of {workflow}");
            builder
                .gaps
                .push(Unread::of_workflow(&workflow, Input::Definition, what, why));
        }
        let value = sides(&value)
            .into_iter()
            .flatten()
            .next()
            .cloned()
            .unwrap_or_default();
        return match value {
            Value::String(text) => {
                if let Some(fault) = fault_in(&text) {
                    let declared = format!("declares `{}` with a definition that is", resource.id);
                    files.tell(&resource.file, format!("{declared} {fault}"));
                }
                Ok(with(&text, inline("DefinitionString")))
            }
            _ => Err("it is known to the deployment only".to_owned()),
        };
    }
    let Some(value) = resource.get("Definition") else {
        return Err("the template gives it none".to_owned());
    };
    let value = include::expand(value, scope, files, &resource.file, &mut builder.gaps);
    let value = scope.resolve(&value).unwrap_or_default();
    let text = as_texts(&value).to_string();
    Ok(with(&text, inline("Definition")))
}

/// What makes a definition's text none, as it is written: that a substitution breaks it is another matter.
fn fault_in(text: &str) -> Option<String> {
    let notation = Notation::of_text(text);
    let fault = document::read(text, notation, Keep::ValuesOnly).fault?;
    let at = lines::place(text, fault.at);
    let (notation, line, column) = (notation.word(), at.line, at.column);
    Some(match text.trim().is_empty() {
        true => "empty".to_owned(),
        false => format!(
            "not valid {notation} at line {line}, column {column}: {}",
            fault.message
        ),
    })
}

/// What of a definition's text only the deployment knows, by name.
fn open_in(text: &str, scope: &Scope, substitutions: &Value) -> Vec<String> {
    let named = substitutions.as_object();
    let is_open = |value: &Value| text_of(value).is_none_or(|text| text.contains("${"));
    let substituted = named.into_iter().flatten();
    let substituted = substituted.filter(|(_, value)| is_open(value));
    let names = substituted.map(|(name, _)| name.as_str());
    let names = names.chain(scope.without_value());
    let mut open: Vec<String> = names
        .filter(|name| text.contains(&format!("${{{name}}}")))
        .map(str::to_owned)
        .collect();
    open.sort();
    open.dedup();
    open
}

/// The key of a place in S3: `cdk synth` writes what it will put there beside the template, as `asset.KEY`.
fn asset(scope: &Scope, location: &Value) -> Option<String> {
    scope
        .text(location.get("Key")?)
        .filter(|key| !key.contains(['/', '$']))
}

/// No definition that can be deployed is longer (AWS Step Functions Developer Guide, "Quotas": 1 MiB).
const MAX_LENGTH: usize = 4 << 20;

/// The text with `${Name}` replaced by what is known of it, as JSON; and the name at which it grew too long.
fn substituted(text: &str, substitutions: &Value) -> (String, Option<String>) {
    let empty = Map::new();
    let named = substitutions.as_object().unwrap_or(&empty);
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut cut) = (text, None);
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let end = after.find('}');
        let name = end.and_then(|end| after.get(..end));
        let value = name
            .and_then(|name| named.get(name.trim()))
            .filter(|value| !is_unknown(value))
            .and_then(text_of);
        let fits = |value: &String| out.len() + value.len() <= MAX_LENGTH.max(text.len());
        if value.as_ref().is_some_and(|value| !fits(value)) {
            cut = cut.or(name.map(|name| name.trim().to_owned()));
        }
        match (value.filter(fits), end) {
            (Some(value), Some(end)) => {
                out.push_str(&value);
                rest = after.get(end + 1..).unwrap_or_default();
            }
            _ => {
                out.push_str("${");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    (asl::json_text(&out), cut)
}
