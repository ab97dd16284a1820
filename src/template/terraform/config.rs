//! The configuration of a plan: which resource an attribute refers to.

use serde_json::{Value, json};

use super::plan::{Instance, Plan};
use crate::template::resolve::unknown;

/// Variables and outputs that lead on to others.
const MAX_STEPS: usize = 24;
/// Things that one expression refers to and that are looked for: of one that names more it is not known what it gives.
const MAX_REFERENCES: usize = 256;

/// From where a reference is followed.
#[derive(Clone, Copy)]
pub(super) struct From<'f> {
    /// The address of the module that it stands in.
    pub module: &'f str,
    /// The key of the instance that it stands in.
    pub index: Option<&'f Value>,
    /// The attribute that is meant where only a resource is named; empty where that is not known.
    pub wanted: &'f str,
    /// How many variables and outputs led here.
    pub steps: usize,
}

impl From<'_> {
    /// In another module.
    fn in_module<'f>(&'f self, module: &'f str) -> From<'f> {
        From {
            module,
            steps: self.steps + 1,
            ..*self
        }
    }
}

/// The configuration.
pub(super) struct Configuration<'a> {
    root: Option<&'a Value>,
    variables: Option<&'a Value>,
}

impl<'a> Configuration<'a> {
    pub fn new(document: &'a Value) -> Self {
        Self {
            root: document
                .get("configuration")
                .and_then(|c| c.get("root_module")),
            variables: document.get("variables"),
        }
    }

    /// A module's configuration, by the address of one of its instances.
    fn module(&self, address: &str) -> Option<&'a Value> {
        let mut module = self.root?;
        for name in module_names(address) {
            module = module.get("module_calls")?.get(&name)?.get("module")?;
        }
        Some(module)
    }

    /// The call of a module, in the module that calls it.
    fn call(&self, address: &str) -> Option<(&'a Value, String)> {
        let names = module_names(address);
        let (last, _) = names.split_last()?;
        let parent = parent_of(address);
        let call = self.module(&parent)?.get("module_calls")?.get(last)?;
        Some((call, parent))
    }

    /// The configuration of an instance's resource.
    pub fn resource(&self, module: &str, kind: &str, name: &str, data: bool) -> Option<&'a Value> {
        let resources = self.module(module)?.get("resources")?.as_array()?;
        let mode = if data { "data" } else { "managed" };
        resources.iter().find(|resource| {
            let text = |key: &str| resource.get(key).and_then(Value::as_str);
            let same_mode = text("mode").is_none_or(|m| m == mode);
            same_mode && text("type") == Some(kind) && text("name") == Some(name)
        })
    }

    /// The expression of an attribute (`name`, or `block.0.name`).
    pub fn expression(&self, instance: &Instance<'a>, attribute: &str) -> Option<&'a Value> {
        let resource = self.resource(
            &instance.module,
            instance.kind,
            instance.name,
            instance.is_data,
        )?;
        let mut value = resource.get("expressions")?;
        for step in attribute.split('.') {
            value = match step.parse::<usize>() {
                Ok(index) if value.is_array() => value.get(index)?,
                // A single block stands without a list.
                Ok(_) => value,
                Err(_) => value.get(step)?,
            };
        }
        Some(value)
    }

    /// What an expression refers to, where that is one thing.
    pub fn referred(&self, plan: &Plan<'a>, from: &From<'_>, expression: &Value) -> Option<Value> {
        if let Some(constant) = expression.get("constant_value") {
            return (!constant.is_null()).then(|| constant.clone());
        }
        let mut found = self.all_referred(plan, from, expression);
        match (found.pop(), found.pop()) {
            (Some(Some(one)), None) => Some(one),
            _ => None,
        }
    }

    /// Everything that an expression refers to, each once; `None` for what is not known.
    pub fn all_referred(
        &self,
        plan: &Plan<'a>,
        from: &From<'_>,
        expression: &Value,
    ) -> Vec<Option<Value>> {
        if from.steps > MAX_STEPS {
            return vec![None];
        }
        let listed = expression.get("references").and_then(Value::as_array);
        let listed: Vec<&str> = listed
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if listed.len() > MAX_REFERENCES {
            return vec![None];
        }
        // Terraform lists `a.b.arn` and then what it is a part of, `a.b`.
        let whole = listed.iter().filter(|reference| {
            !listed.iter().any(|other| {
                other
                    .strip_prefix(**reference)
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
            })
        });
        let mut out: Vec<Option<Value>> = Vec::new();
        for reference in whole {
            if matches!(*reference, "each.key" | "each.value" | "count.index") {
                continue;
            }
            let value = self.reference(plan, from, reference);
            if !out.contains(&value) {
                out.push(value);
            }
        }
        out
    }

    fn reference(&self, plan: &Plan<'a>, from: &From<'_>, reference: &str) -> Option<Value> {
        let module = from.module;
        let parts = parts(reference);
        let mut names = parts
            .iter()
            .map(|(name, index)| (name.as_str(), index.as_deref()));
        match names.next()? {
            ("var", _) => {
                let name = names.next()?.0;
                let Some((call, parent)) = self.call(module) else {
                    return self.variables?.get(name)?.get("value").cloned();
                };
                let expression = call.get("expressions")?.get(name)?;
                self.referred(plan, &from.in_module(&parent), expression)
            }
            ("module", _) => {
                let (name, key) = names.next()?;
                let (output, _) = names.next()?;
                let child = match (module, key) {
                    ("", None) => format!("module.{name}"),
                    ("", Some(key)) => format!("module.{name}[{key}]"),
                    (module, None) => format!("{module}.module.{name}"),
                    (module, Some(key)) => format!("{module}.module.{name}[{key}]"),
                };
                let outputs = self.module(&child)?.get("outputs")?;
                let expression = outputs.get(output)?.get("expression")?;
                self.referred(plan, &from.in_module(&child), expression)
            }
            ("local" | "each" | "count" | "path" | "terraform" | "self", _) => None,
            (first, own) => {
                let (kind, (name, key)) = match first {
                    "data" => (format!("data.{}", names.next()?.0), names.next()?),
                    kind => (
                        kind.to_owned(),
                        names.next().map(|(name, key)| (name, key.or(own)))?,
                    ),
                };
                let instance = plan.named(module, &format!("{kind}.{name}"), key, from.index)?;
                let attribute = names.map(|(name, _)| name).collect::<Vec<_>>().join(".");
                // With an index that is not constant, Terraform names the resource alone.
                match attribute.as_str() {
                    "" => attribute_of(instance, from.wanted),
                    attribute => attribute_of(instance, attribute),
                }
            }
        }
    }
}

/// An attribute of an instance: its value, or what stands for it.
fn attribute_of(instance: &Instance<'_>, attribute: &str) -> Option<Value> {
    if attribute.is_empty() {
        return None;
    }
    if let Some(value) = instance.known(attribute) {
        return Some(value.clone());
    }
    if instance.is_data {
        return None;
    }
    let id = instance.address.as_str();
    let is_arn = [
        "aws_sfn_state_machine",
        "aws_sfn_activity",
        "aws_sns_topic",
        "aws_iam_policy",
        "aws_ecs_cluster",
    ];
    let arn = || unknown("Fn::GetAtt", vec![id, "Arn"]);
    Some(match attribute {
        "arn" | "qualified_arn" => arn(),
        "id" if is_arn.contains(&instance.kind) => arn(),
        "id" | "url" | "key_id" => unknown("Ref", id),
        "name" | "function_name" | "bucket" | "rule" => unknown("Fn::GetAtt", vec![id, "Name"]),
        "invoke_arn" => json!({"Fn::Join": ["", [
            "arn:", {"Ref": "AWS::Partition"}, ":apigateway:", {"Ref": "AWS::Region"},
            ":lambda:path/2015-03-31/functions/", arn(), "/invocations"
        ]]}),
        other => unknown("Fn::GetAtt", vec![id, other]),
    })
}

/// `a.b[0].c` as names with their indices.
fn parts(reference: &str) -> Vec<(String, Option<String>)> {
    let mut out: Vec<(String, Option<String>)> = vec![(String::new(), None)];
    let mut quoted = false;
    let mut inside: Option<String> = None;
    for c in reference.chars() {
        if let Some(index) = &mut inside {
            match c {
                '"' => quoted = !quoted,
                ']' if !quoted => {
                    if let Some(last) = out.last_mut() {
                        last.1 = inside.take();
                    }
                    continue;
                }
                _ => {}
            }
            index.push(c);
            continue;
        }
        match c {
            '[' => inside = Some(String::new()),
            '.' => out.push((String::new(), None)),
            c => {
                if let Some(last) = out.last_mut() {
                    last.0.push(c);
                }
            }
        }
    }
    out
}

/// The names of the modules in an address such as `module.a["x"].module.b`.
fn module_names(address: &str) -> Vec<String> {
    let parts = parts(address);
    let names = parts
        .iter()
        .skip(1)
        .step_by(2)
        .map(|(name, _)| name.clone());
    if address.is_empty() {
        Vec::new()
    } else {
        names.collect()
    }
}

/// The address of the module that holds this one.
fn parent_of(address: &str) -> String {
    let parts = parts(address);
    let keep = parts.len().saturating_sub(2);
    let text = |(name, index): &(String, Option<String>)| match index {
        Some(index) => format!("{name}[{index}]"),
        None => name.clone(),
    };
    parts
        .iter()
        .take(keep)
        .map(text)
        .collect::<Vec<_>>()
        .join(".")
}
