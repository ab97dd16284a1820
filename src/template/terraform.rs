//! Terraform plans and states as `terraform show -json` prints them (Terraform documentation, "JSON Output Format",
//! format version 1), as resources under CloudFormation's types and names.
//!
//! A value that hangs on a resource that does not exist yet is not in the plan; the configuration's references say which
//! resource it is. Where an attribute is nothing but such a reference (a role's ARN, an API's id), it becomes a reference
//! to that resource; a text that is put together from some, such as a policy, is not known.

mod account;
mod apis;
mod config;
mod events;
mod iam;
mod plan;
mod services;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::resource::Resource;
use super::scope::Scope;
use super::stack::{Gaps, Stack};
use crate::document::Document;
use crate::gap::Unread;
use plan::{Instance, Plan};

/// What makes a document none that can be read as a plan or a state, in words that follow its name.
pub(super) fn fault(document: &Value, values: &str) -> Option<String> {
    let version = document.get("format_version").and_then(Value::as_str);
    let major = version.and_then(|version| version.split('.').next());
    if major.is_some_and(|major| !["0", "1"].contains(&major)) {
        let version = version.unwrap_or_default();
        return Some(format!(
            "is Terraform's JSON of format version {version}; this program reads version 1"
        ));
    }
    let module = document.get(values).and_then(|v| v.get("root_module"));
    let resources = module.and_then(|module| module.get("resources"));
    let is_whole = module.is_some_and(Value::is_object) && resources.is_none_or(Value::is_array);
    (!is_whole).then(|| {
        format!(
            "is a Terraform plan or state without the resources in `{values}`: print it whole with `terraform show -json`"
        )
    })
}

/// Reads a plan or a state. What is destroyed is not there any more.
pub(super) fn read(
    document: &Document,
    given: &BTreeMap<String, String>,
    gaps: &mut Gaps,
) -> Stack {
    let plan = Plan::new(&document.value);
    let assumed = account::assumed(&plan);
    let assumed = assumed
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let mut converted = Converted {
        plan: &plan,
        document,
        out: Vec::new(),
        gaps,
    };
    for instance in plan.instances() {
        converted.instance(instance);
    }
    let resources = converted.out;
    let mut scope = Scope::new(&Value::Null, given).assuming(&assumed);
    scope.declare(resources);
    Stack {
        scope,
        path: Vec::new(),
        nested: Vec::new(),
    }
}

/// The state before a plan, in the form of a state: what the plan holds of it, else what it says that each change is from.
/// What providers are configured for stays; the expressions are those of what is planned, and say nothing of what was.
pub(super) fn before(plan: &Value) -> Option<Value> {
    let prior = plan.pointer("/prior_state/values/root_module");
    let root = match prior.filter(|module| holds_resources(module)) {
        Some(module) => module.clone(),
        None => {
            let changes = plan.get("resource_changes").and_then(Value::as_array);
            let changes = changes.into_iter().flatten();
            let stays = |change: &&Value| change.get("deposed").is_none();
            let each = changes.filter(stays).filter_map(resource_before);
            let resources: Vec<Value> = each.collect();
            if resources.is_empty() {
                return None;
            }
            json!({"resources": resources})
        }
    };
    let providers = plan.pointer("/configuration/provider_config");
    Some(json!({
        "format_version": "1.0",
        "values": {"root_module": root},
        "configuration": {"provider_config": providers},
    }))
}

/// Whether a module has resources of its own or in its modules; data sources are read, not there before.
fn holds_resources(module: &Value) -> bool {
    let list = |name: &str| module.get(name).and_then(Value::as_array);
    let mut resources = list("resources").into_iter().flatten();
    resources.any(|r| r.get("mode").and_then(Value::as_str) != Some("data"))
        || list("child_modules").is_some_and(|all| !all.is_empty())
}

fn resource_before(change: &Value) -> Option<Value> {
    let values = change.get("change")?.get("before")?;
    let mut resource = change.as_object()?.clone();
    resource.remove("change")?;
    resource.insert("values".to_owned(), values.clone());
    values.is_object().then_some(Value::Object(resource))
}

/// The resources so far.
struct Converted<'a> {
    plan: &'a Plan<'a>,
    document: &'a Document,
    out: Vec<Resource>,
    gaps: &'a mut Gaps,
}

/// Properties that are put together.
type Properties = Map<String, Value>;

impl Converted<'_> {
    fn instance(&mut self, instance: &Instance<'_>) {
        if instance.is_data {
            return;
        }
        // Each knows some types and says whether this is one of them.
        let is_known = self.iam(instance)
            || self.events(instance)
            || self.apis(instance)
            || self.services(instance);
        if !is_known && instance.kind == "awscc_stepfunctions_state_machine" {
            let what = format!("the workflow `{}` of the plan", instance.address);
            let why = "workflows of the provider `awscc` are not read; judge its definition by itself, or `scan` once it is deployed";
            self.gaps.push(Unread::unknown_workflow(
                instance.address.as_str(),
                what,
                why,
            ));
        }
    }

    /// Adds a resource; `attributes` says which property is which attribute, for what is found in it.
    fn add(
        &mut self,
        instance: &Instance<'_>,
        kind: &str,
        properties: Properties,
        attributes: &[(&str, &str)],
    ) {
        let pointer = instance.pointer.key("values");
        let moved = attributes.iter().map(|(property, attribute)| {
            let way = |text: &str| {
                text.split('.')
                    .fold(crate::loc::Pointer::root(), |p, t| p.key(t))
            };
            let place = attribute.split('.').fold(pointer.clone(), |p, t| p.key(t));
            (way(property).as_str().to_owned(), place)
        });
        self.out.push(Resource {
            id: instance.address.clone(),
            kind: kind.to_owned(),
            properties,
            metadata: Value::Null,
            connectors: Value::Null,
            conditional: false,
            arn: instance
                .known("arn")
                .and_then(|arn| arn.as_str().map(str::to_owned)),
            file: self.document.path.clone(),
            whole: instance.pointer.clone(),
            moved: moved.collect(),
            pointer,
        });
    }

    /// Properties of attributes: each by its name, as a value or a reference.
    fn properties(&self, instance: &Instance<'_>, names: &[(&str, &str)]) -> Properties {
        let mut out = Properties::new();
        for (property, attribute) in names {
            if let Some(value) = self.plan.attribute(instance, attribute) {
                out.insert((*property).to_owned(), value);
            }
        }
        out
    }

    /// The only block of this name in an instance, as a way to its attributes.
    fn block(&self, instance: &Instance<'_>, name: &str, names: &[(&str, &str)]) -> Option<Value> {
        if !instance.has_block(name) {
            return None;
        }
        let ways: Vec<(String, String)> = names
            .iter()
            .map(|(property, attribute)| ((*property).to_owned(), format!("{name}.0.{attribute}")))
            .collect();
        let ways: Vec<(&str, &str)> = ways.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        Some(Value::Object(self.properties(instance, &ways)))
    }
}
