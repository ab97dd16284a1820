//! What names mean in one template: parameters, pseudo parameters, mappings, conditions, resources and their attributes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::attributes;
use super::resolve::{scalar, sides, unknown};
use super::resource::Resource;
use super::worlds::{self, World};
use crate::arn::PLACEHOLDER_ACCOUNT;

/// Stands for the region that only a deployment knows.
const PLACEHOLDER_REGION: &str = "us-east-1";
/// Stands for the stack's name.
const PLACEHOLDER_STACK: &str = "stack";

/// The names of one template.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Parameters with their values; `None` where only a deployment knows it.
    parameters: BTreeMap<String, Option<Value>>,
    /// What was given by name, pseudo parameters among them.
    given: BTreeMap<String, String>,
    /// Pseudo parameters of which something says what they will be.
    assumed: BTreeMap<String, String>,
    /// Stands before the logical ids of a nested stack's resources where they are names.
    prefix: String,
    mappings: Map<String, Value>,
    conditions: Map<String, Value>,
    decided: RefCell<BTreeMap<String, Option<bool>>>,
    /// What is decided without an assumption, while one is made.
    outside: RefCell<Option<BTreeMap<String, Option<bool>>>>,
    resources: Vec<Resource>,
    index: BTreeMap<String, usize>,
    /// Physical names; `None` while one is being put together.
    names: RefCell<BTreeMap<String, Option<String>>>,
    /// Outputs of nested stacks, by the stack's logical id and the output's name.
    outputs: BTreeMap<(String, String), Value>,
    pub(super) spent: Cell<usize>,
    pub(super) depth: Cell<usize>,
}

impl Scope {
    /// Names after the sections of a template and the values that were given for its parameters.
    pub fn new(template: &Value, given: &BTreeMap<String, String>) -> Self {
        let section = |name: &str| template.get(name).and_then(Value::as_object).cloned();
        let declared = section("Parameters").unwrap_or_default();
        let parameters = declared
            .iter()
            .map(|(name, declaration)| (name.clone(), parameter(declaration, given.get(name))));
        Self {
            parameters: parameters.collect(),
            given: given.clone(),
            mappings: section("Mappings").unwrap_or_default(),
            conditions: section("Conditions").unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The same names with pseudo parameters that stand in ARNs and decide nothing.
    #[must_use]
    pub fn assuming(mut self, assumed: &BTreeMap<String, String>) -> Self {
        self.assumed.clone_from(assumed);
        self
    }

    /// The same names in a stack that others nest.
    #[must_use]
    pub fn nested_in(mut self, path: &[String]) -> Self {
        self.prefix = path.iter().map(|id| format!("{id}-")).collect();
        self
    }

    /// What stands for an id or a name that a deployment makes up.
    pub fn made_up(&self, resource: &Resource) -> String {
        let id = plain(&resource.id);
        // A Terraform address holds what no name may.
        let id = id.replace(
            |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'),
            "-",
        );
        format!("{}{}", self.prefix, id.trim_end_matches('-'))
    }

    /// Takes the resources, in the order in which they are told.
    pub fn declare(&mut self, resources: Vec<Resource>) {
        self.index = resources
            .iter()
            .enumerate()
            .map(|(i, r)| (r.id.clone(), i))
            .collect();
        self.resources = resources;
        self.names.borrow_mut().clear();
    }

    /// Says what a nested stack's output is.
    pub fn set_output(&mut self, stack: &str, output: &str, value: Value) {
        self.outputs
            .insert((stack.to_owned(), output.to_owned()), value);
    }

    /// The resources.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The resource of this id.
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.index
            .get(id)
            .and_then(|index| self.resources.get(*index))
    }

    /// A mapping.
    pub fn mapping(&self, name: &str) -> Option<&Value> {
        self.mappings.get(name)
    }

    /// A pseudo parameter's value, given or a placeholder.
    pub fn pseudo(&self, name: &str) -> Option<String> {
        if let Some(given) = self.given.get(name) {
            return Some(given.clone());
        }
        let or = |name: &str, placeholder: &'static str| {
            let known = self.given.get(name).or_else(|| self.assumed.get(name));
            known.map_or(placeholder, String::as_str).to_owned()
        };
        let account = or("AWS::AccountId", PLACEHOLDER_ACCOUNT);
        let region = or("AWS::Region", PLACEHOLDER_REGION);
        let region = region.as_str();
        Some(match name {
            "AWS::AccountId" => account,
            "AWS::Region" => region.to_owned(),
            "AWS::Partition" => partition(region).to_owned(),
            "AWS::URLSuffix" => match partition(region) {
                "aws-cn" => "amazonaws.com.cn".to_owned(),
                _ => "amazonaws.com".to_owned(),
            },
            "AWS::StackName" => PLACEHOLDER_STACK.to_owned(),
            "AWS::StackId" => {
                let partition = partition(region);
                let id = "00000000-0000-0000-0000-000000000000";
                format!(
                    "arn:{partition}:cloudformation:{region}:{account}:stack/{PLACEHOLDER_STACK}/{id}"
                )
            }
            _ => return None,
        })
    }

    /// The parameters whose value only the deployment knows.
    pub fn without_value(&self) -> impl Iterator<Item = &str> {
        let open = self.parameters.iter().filter(|(_, value)| value.is_none());
        open.map(|(name, _)| name.as_str())
    }

    /// `Ref`; `None` where a parameter's value is `AWS::NoValue`.
    pub fn reference(&self, name: &str) -> Option<Value> {
        if name == "AWS::NoValue" {
            return None;
        }
        if let Some(value) = self.pseudo(name) {
            return Some(Value::String(value));
        }
        if let Some(Some(value)) = self.parameters.get(name) {
            return Some(value.clone());
        }
        // AWS SAM's references to what it makes beside a resource, such as `Fn.Alias`.
        let made = || {
            let (id, property) = name.split_once('.')?;
            self.made_beside(id, property)
        };
        match self.resource(name).or_else(made) {
            Some(resource) => Some(attributes::reference(self, resource)),
            None => Some(unknown("Ref", name)),
        }
    }

    /// The version, alias or stage that AWS SAM makes for a resource.
    pub fn made_beside(&self, id: &str, property: &str) -> Option<&Resource> {
        if !matches!(property, "Alias" | "Version" | "Stage") {
            return None;
        }
        let prefix = format!("{id}{property}");
        let made = |resource: &&Resource| {
            resource.id.starts_with(&prefix) && resource.kind.ends_with(property)
        };
        self.resources.iter().find(made)
    }

    /// `Fn::GetAtt`
    pub fn attribute(&self, id: &str, attribute: &str) -> Value {
        let output = attribute.strip_prefix("Outputs.");
        if let Some(value) = output.and_then(|o| self.outputs.get(&(id.to_owned(), o.to_owned()))) {
            return value.clone();
        }
        let known = self
            .resource(id)
            .and_then(|resource| attributes::attribute(self, resource, attribute));
        known.unwrap_or_else(|| unknown("Fn::GetAtt", vec![id, attribute]))
    }

    /// A property, resolved.
    pub fn property(&self, resource: &Resource, name: &str) -> Option<Value> {
        resource.get(name).and_then(|value| self.resolve(value))
    }

    /// The physical name of a resource: the property that gives it, else its logical id. What is not known of a name
    /// stands in it by name, so that equal resources have equal names.
    pub fn name(&self, resource: &Resource) -> String {
        match self.names.borrow().get(&resource.id) {
            Some(Some(name)) => return name.clone(),
            // The name refers to itself.
            Some(None) => return self.made_up(resource),
            None => {}
        }
        self.names.borrow_mut().insert(resource.id.clone(), None);
        let property = attributes::name_property(&resource.kind);
        let given = property
            .and_then(|property| self.outside(|| self.property(resource, property)))
            .and_then(|value| {
                sides(&value)
                    .into_iter()
                    .flatten()
                    .find_map(super::resolve::text_of)
            });
        let name = given.map_or_else(|| self.made_up(resource), |name| plain(&name));
        self.names
            .borrow_mut()
            .insert(resource.id.clone(), Some(name.clone()));
        name
    }

    /// Whether a condition of this name holds; `None` where it is not decided.
    pub fn condition(&self, name: &str) -> Option<bool> {
        if let Some(known) = self.decided.borrow().get(name) {
            return *known;
        }
        // A condition that refers to itself is not decided.
        self.decided.borrow_mut().insert(name.to_owned(), None);
        let decided = self
            .conditions
            .get(name)
            .and_then(|value| self.decide(value));
        self.decided.borrow_mut().insert(name.to_owned(), decided);
        decided
    }

    /// A condition as it is written.
    pub fn condition_value(&self, name: &str) -> Option<&Value> {
        self.conditions.get(name)
    }

    /// What comes out where these conditions hold or do not.
    pub fn in_world<T>(&self, world: &World, what: impl FnOnce() -> T) -> T {
        if world.is_empty() {
            return what();
        }
        let before = self.decided.replace(worlds::decided(world));
        let around = self.outside.replace(Some(before));
        let out = what();
        if let Some(before) = self.outside.replace(around) {
            self.decided.replace(before);
        }
        out
    }

    /// Whether conditions are assumed to come out some way.
    pub fn is_in_world(&self) -> bool {
        self.outside.borrow().is_some()
    }

    /// What comes out without an assumption. Names are identities: they are the same whatever is assumed.
    fn outside<T>(&self, what: impl FnOnce() -> T) -> T {
        let Some(outside) = self.outside.take() else {
            return what();
        };
        let inside = self.decided.replace(outside);
        let out = what();
        let outside = self.decided.replace(inside);
        self.outside.replace(Some(outside));
        out
    }

    /// Whether a condition holds (CloudFormation template reference, "Condition functions").
    pub fn decide(&self, condition: &Value) -> Option<bool> {
        self.decide_at(condition, 0)
    }

    fn decide_at(&self, condition: &Value, depth: usize) -> Option<bool> {
        if depth > 32 {
            return None;
        }
        let (name, argument) = super::resolve::single(condition.as_object()?)?;
        let list = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let each = || list().iter().map(|c| self.decide_at(c, depth + 1));
        match name {
            "Condition" => self.condition(argument.as_str()?),
            "Fn::Equals" => match list() {
                [a, b] => Some(self.decidable_text(a)? == self.decidable_text(b)?),
                _ => None,
            },
            "Fn::Not" => match list() {
                [one] => self.decide_at(one, depth + 1).map(|holds| !holds),
                _ => None,
            },
            "Fn::And" if each().any(|c| c == Some(false)) => Some(false),
            "Fn::And" => each().all(|c| c == Some(true)).then_some(true),
            "Fn::Or" if each().any(|c| c == Some(true)) => Some(true),
            "Fn::Or" => each().all(|c| c == Some(false)).then_some(false),
            _ => None,
        }
    }

    /// Whether a value holds a placeholder: a pseudo parameter that was not given, or a resource.
    pub fn rests_on_placeholder(&self, value: &Value, depth: usize) -> bool {
        if depth > 32 {
            return true;
        }
        let open = |name: &str| {
            let pseudo = name.starts_with("AWS::") && !self.given.contains_key(name);
            pseudo
                || self
                    .index
                    .contains_key(name.split('.').next().unwrap_or(name))
        };
        match value {
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => false,
            Value::Array(items) => items
                .iter()
                .any(|v| self.rests_on_placeholder(v, depth + 1)),
            Value::Object(members) => {
                members
                    .iter()
                    .any(|(key, value)| match (key.as_str(), value) {
                        ("Ref" | "Fn::GetAtt", Value::String(name)) => open(name),
                        ("Fn::GetAtt", Value::Array(parts)) => {
                            parts.first().and_then(Value::as_str).is_some_and(open)
                        }
                        ("Fn::Sub", value) => {
                            let text = value.as_str().or_else(|| value.get(0)?.as_str());
                            let names = text.unwrap_or_default().split("${").skip(1);
                            let named = names.filter_map(|rest| rest.split('}').next());
                            named.clone().any(|name| open(name.trim()))
                                || self.rests_on_placeholder(value, depth + 1)
                        }
                        (_, value) => self.rests_on_placeholder(value, depth + 1),
                    })
            }
        }
    }
}

/// The partition of a region.
pub(super) fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        r if r.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// A name without the marks of what is not known in it.
pub(super) fn plain(name: &str) -> String {
    name.replace("${", "").replace('}', "")
}

/// A parameter's value: the one that was given, else its default.
fn parameter(declaration: &Value, given: Option<&String>) -> Option<Value> {
    let kind = declaration
        .get("Type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    // The value is the name of what holds the value.
    if kind.starts_with("AWS::SSM::Parameter::") && !kind.ends_with("::Name") {
        return None;
    }
    let text = match given {
        Some(text) => text.clone(),
        None => match declaration.get("Default")? {
            list @ Value::Array(_) => return Some(list.clone()),
            value => scalar(value)?,
        },
    };
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    Some(match is_list {
        true if text.is_empty() => Value::Array(Vec::new()),
        true => text
            .split(',')
            .map(|part| Value::from(part.trim()))
            .collect(),
        false => Value::String(text),
    })
}
