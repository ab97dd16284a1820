//! The instances of a plan or a state with their values, and what the configuration says of those that are not known.

use std::collections::BTreeMap;

use serde_json::Value;

use super::config::{Configuration, From};
use crate::loc::Pointer;
use crate::template::resolve::unknown;

/// Modules inside modules.
const MAX_MODULES: usize = 32;
/// Instances that are read of one plan.
const MAX_INSTANCES: usize = 20_000;

/// One instance of a resource or a data source.
pub(super) struct Instance<'a> {
    /// Such as `module.orders.aws_iam_role.this[0]`.
    pub address: String,
    /// The module's address; empty for the root.
    pub module: String,
    pub kind: &'a str,
    pub name: &'a str,
    /// `count`'s number or `for_each`'s key.
    pub index: Option<&'a Value>,
    pub values: &'a Value,
    /// What of the values is known after apply.
    pub unknown: &'a Value,
    pub is_data: bool,
    pub pointer: Pointer,
}

/// A plan or a state.
pub(super) struct Plan<'a> {
    instances: Vec<Instance<'a>>,
    /// By module, type and name.
    named: BTreeMap<(String, String), Vec<usize>>,
    /// Ids that exist already, by which other instances refer to them.
    ids: BTreeMap<(&'a str, &'a str), usize>,
    pub configuration: Configuration<'a>,
    pub document: &'a Value,
}

impl<'a> Plan<'a> {
    pub fn new(document: &'a Value) -> Self {
        let mut plan = Self {
            instances: Vec::new(),
            named: BTreeMap::new(),
            ids: BTreeMap::new(),
            configuration: Configuration::new(document),
            document,
        };
        let unknowns = unknowns(document);
        let planned = Pointer::root().key("planned_values").key("root_module");
        let state = Pointer::root().key("values").key("root_module");
        let prior = Pointer::root()
            .key("prior_state")
            .key("values")
            .key("root_module");
        plan.module(
            document.pointer(planned.as_str()),
            planned,
            &unknowns,
            false,
            0,
        );
        plan.module(document.pointer(state.as_str()), state, &unknowns, false, 0);
        // What was read already stands in the state before only.
        plan.module(
            document.pointer(prior.as_str()),
            prior,
            &BTreeMap::new(),
            true,
            0,
        );
        plan
    }

    pub fn instances(&self) -> &[Instance<'a>] {
        &self.instances
    }

    fn module(
        &mut self,
        module: Option<&'a Value>,
        pointer: Pointer,
        unknowns: &BTreeMap<&'a str, &'a Value>,
        data_only: bool,
        depth: usize,
    ) {
        let Some(module) = module.filter(|_| depth < MAX_MODULES) else {
            return;
        };
        let list = |name: &str| {
            module
                .get(name)
                .and_then(Value::as_array)
                .map_or(&[] as &[Value], Vec::as_slice)
        };
        let address = module
            .get("address")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for (at, resource) in list("resources").iter().enumerate() {
            let place = pointer.key("resources").index(at);
            self.resource(resource, address, place, unknowns, data_only);
        }
        for (at, child) in list("child_modules").iter().enumerate() {
            let place = pointer.key("child_modules").index(at);
            self.module(Some(child), place, unknowns, data_only, depth + 1);
        }
    }

    fn resource(
        &mut self,
        resource: &'a Value,
        module: &str,
        pointer: Pointer,
        unknowns: &BTreeMap<&'a str, &'a Value>,
        data_only: bool,
    ) {
        static NOTHING: Value = Value::Null;
        let text = |name: &str| {
            resource
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let address = text("address").to_owned();
        let is_data = text("mode") == "data";
        let known = data_only && self.instances.iter().any(|i| i.address == address);
        if address.is_empty()
            || known
            || data_only && !is_data
            || self.instances.len() >= MAX_INSTANCES
        {
            return;
        }
        let instance = Instance {
            module: module.to_owned(),
            kind: text("type"),
            name: text("name"),
            index: resource.get("index"),
            values: resource.get("values").unwrap_or(&NOTHING),
            unknown: unknowns.get(address.as_str()).copied().unwrap_or(&NOTHING),
            is_data,
            pointer,
            address,
        };
        let at = self.instances.len();
        let prefix = if is_data { "data." } else { "" };
        let name = format!("{prefix}{}.{}", instance.kind, instance.name);
        self.named
            .entry((module.to_owned(), name))
            .or_default()
            .push(at);
        if let Some(id) = instance.values.get("id").and_then(Value::as_str) {
            self.ids.insert((instance.kind, id), at);
        }
        self.instances.push(instance);
    }

    /// The value of an attribute (`name`, or `block.0.name`), or the resource that it refers to.
    pub fn attribute(&self, instance: &Instance<'a>, attribute: &str) -> Option<Value> {
        if let Some(value) = instance.known(attribute) {
            return Some(self.by_id(attribute, value));
        }
        let expression = self.configuration.expression(instance, attribute)?;
        let is_unknown = instance.is_unknown(attribute);
        match self
            .configuration
            .referred(self, &instance.from(attribute), expression)
        {
            Some(value) => Some(value),
            None if is_unknown => Some(unknown(
                "Fn::Unresolved",
                vec![instance.address.as_str(), attribute],
            )),
            None => None,
        }
    }

    /// An attribute that is a text of its own, such as a policy: never what it refers to.
    pub fn document(&self, instance: &Instance<'a>, attribute: &str) -> Option<Value> {
        if let Some(value) = instance.known(attribute) {
            return Some(value.clone());
        }
        let expression = self.configuration.expression(instance, attribute);
        if let Some(document) =
            expression.and_then(|e| super::iam::policy_document(self, &instance.from(""), e))
        {
            return Some(document);
        }
        instance
            .is_unknown(attribute)
            .then(|| unknown("Fn::Unresolved", vec![instance.address.as_str(), attribute]))
    }

    /// An id of something that exists already, as a reference to it.
    fn by_id(&self, attribute: &str, value: &Value) -> Value {
        let kinds: &[&str] = match attribute {
            "rest_api_id" => &["aws_api_gateway_rest_api"],
            "resource_id" | "parent_id" => &["aws_api_gateway_resource"],
            "api_id" => &["aws_apigatewayv2_api", "aws_appsync_graphql_api"],
            _ => return value.clone(),
        };
        let id = value.as_str().unwrap_or_default();
        let found = kinds.iter().find_map(|kind| self.ids.get(&(*kind, id)));
        match found.and_then(|at| self.instances.get(*at)) {
            Some(instance) => unknown("Ref", instance.address.as_str()),
            None => value.clone(),
        }
    }

    /// The instance that `type.name`, with an index or without one, names in a module. Without an index it is the one of
    /// the same key, or the only one.
    pub fn named(
        &self,
        module: &str,
        name: &str,
        index: Option<&str>,
        own: Option<&Value>,
    ) -> Option<&Instance<'a>> {
        let all = self.named.get(&(module.to_owned(), name.to_owned()))?;
        let each = || all.iter().filter_map(|at| self.instances.get(*at));
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let own = own.map(text);
        let wanted = index.map(|i| i.trim_matches('"').to_owned());
        let of = |wanted: &str| each().find(|i| i.index.map(text).as_deref() == Some(wanted));
        match (wanted, all.len()) {
            (Some(wanted), _) => of(&wanted).or_else(|| own.as_deref().and_then(of)),
            (None, 1) => each().next(),
            (None, _) => own.as_deref().and_then(of),
        }
    }
}

impl<'a> Instance<'a> {
    /// Where references of one of its attributes are followed from.
    pub fn from(&self, attribute: &str) -> From<'_> {
        let last = attribute.rsplit('.').next().unwrap_or_default();
        let wanted = match (self.kind, last) {
            (_, "") => "",
            ("aws_lambda_function", "role")
            | (_, "credentials" | "log_destination" | "permissions_boundary") => "arn",
            ("aws_pipes_pipe", "source" | "target" | "enrichment") => "arn",
            (_, last) if last.ends_with("arn") => "arn",
            (_, "rule" | "function_name" | "group_name") => "name",
            _ => "id",
        };
        From {
            module: &self.module,
            index: self.index,
            wanted,
            steps: 0,
        }
    }

    /// A value that is known: there, and not null.
    pub fn known(&self, attribute: &str) -> Option<&'a Value> {
        let mut value = self.values;
        for step in attribute.split('.') {
            value = match step.parse::<usize>() {
                Ok(index) => value.get(index)?,
                Err(_) => value.get(step)?,
            };
        }
        (!value.is_null() && !self.is_unknown(attribute)).then_some(value)
    }

    /// Whether an attribute, or what holds it, is known after apply.
    pub fn is_unknown(&self, attribute: &str) -> bool {
        let mut value = self.unknown;
        for step in attribute.split('.') {
            let next = match step.parse::<usize>() {
                Ok(index) => value.get(index),
                Err(_) => value.get(step),
            };
            match next {
                Some(Value::Bool(unknown)) => return *unknown,
                Some(next) => value = next,
                None => return false,
            }
        }
        false
    }

    /// Whether it has a block of this name, or may have.
    pub fn has_block(&self, name: &str) -> bool {
        let there = self
            .values
            .get(name)
            .and_then(Value::as_array)
            .is_some_and(|b| !b.is_empty());
        there
            || self
                .unknown
                .get(name)
                .is_some_and(|u| *u == Value::Bool(true))
    }
}

/// What of each instance is known after apply, by address.
fn unknowns(document: &Value) -> BTreeMap<&str, &Value> {
    let changes = document.get("resource_changes").and_then(Value::as_array);
    // A deposed object is on its way out, under the address of the one that stays.
    let changes = changes.into_iter().flatten();
    let changes = changes.filter(|change| change.get("deposed").is_none());
    let each = changes.filter_map(|change| {
        let address = change.get("address")?.as_str()?;
        Some((address, change.get("change")?.get("after_unknown")?))
    });
    each.collect()
}
