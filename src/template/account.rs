//! The resources of a template as an account snapshot: what a deployment of nothing but this template would be.

use std::collections::BTreeMap;

use serde_json::Value;

use super::attributes::arn;
use super::files::Files;
use super::resolve::{scalar, text_of};
use super::scope::Scope;
use super::stack::{Gaps, Stack};
use crate::document::{Origins, Place, WorkflowOrigin};
use crate::snapshot::{Account, Fetched, Function, Iam, LogGroup, ResourcePolicies, StateMachine};

/// The account so far.
#[derive(Default)]
pub(super) struct Builder {
    pub workflows: Vec<StateMachine>,
    pub iam: Iam,
    pub log_groups: BTreeMap<String, LogGroup>,
    pub functions: BTreeMap<String, Function>,
    pub entries: super::entries::Found,
    pub origins: Origins,
    pub gaps: Gaps,
    /// Places of the inline policies of roles, by the role's name.
    pub policies: BTreeMap<String, BTreeMap<String, Place>>,
    /// Places of managed policies, by ARN.
    pub managed_places: BTreeMap<String, Place>,
    /// Places of trust policies, by the role's ARN.
    pub trusts: BTreeMap<String, Place>,
}

impl Builder {
    /// Takes in a stack and those that it nests.
    pub fn stack(&mut self, stack: &Stack, files: &Files<'_>) {
        let scope = &stack.scope;
        self.iam(scope);
        for resource in scope.resources() {
            match resource.kind.as_str() {
                "AWS::Lambda::Function" => {
                    let role = resource.get("Role").and_then(|role| scope.shown(role));
                    let role_arn = role.unwrap_or_default();
                    self.functions
                        .insert(arn(scope, resource), Function { role_arn });
                }
                "AWS::Logs::LogGroup" => {
                    let days = scope
                        .property(resource, "RetentionInDays")
                        .as_ref()
                        .and_then(scalar);
                    let group = LogGroup {
                        retention_days: days.and_then(|days| days.parse().ok()),
                        kms_key: scope
                            .property(resource, "KmsKeyId")
                            .as_ref()
                            .and_then(text_of),
                    };
                    let arn = arn(scope, resource);
                    self.log_groups
                        .insert(arn.trim_end_matches(":*").to_owned(), group);
                }
                "AWS::StepFunctions::StateMachine" => {
                    self.state_machine(scope, resource, &stack.path, files);
                }
                _ => {}
            }
        }
        self.entries.take(scope, files, &mut self.gaps);
        for nested in &stack.nested {
            self.stack(nested, files);
        }
    }

    /// The account, and where it is written.
    pub fn finish(mut self) -> (Account, Origins) {
        self.aws_managed();
        self.origin_policies();
        let declared = |arn: &String| self.log_groups.contains_key(arn.trim_end_matches(":*"));
        let destinations = self.workflows.iter().flat_map(|w| &w.log_destinations);
        // A group that stands elsewhere would look as if it were not there.
        let log_groups = match destinations.into_iter().all(declared) {
            true => Fetched::Present(self.log_groups),
            false => Fetched::NotCollected,
        };
        let account = Account {
            versions: Vec::new(),
            workflows: self.workflows,
            iam: Fetched::Present(self.iam),
            iam_is_whole: false,
            log_groups,
            log_resource_policies: Fetched::NotCollected,
            functions: Fetched::Present(self.functions),
            tags: Fetched::NotCollected,
            resource_policies: ResourcePolicies {
                queues: self.entries.queue_policies(),
                ..ResourcePolicies::default()
            },
            entries: self.entries.into_entries(),
            organization: Fetched::Absent,
            unreadable: self.gaps,
        };
        (account, self.origins)
    }

    /// The places of each workflow's role's policies, once all are known.
    fn origin_policies(&mut self) {
        for workflow in &self.workflows {
            let Some(origin) = self.origins.workflows.get_mut(&workflow.arn) else {
                continue;
            };
            origin.trust = self.trusts.get(&workflow.role_arn).cloned();
            let Some(role) = self
                .iam
                .roles
                .iter()
                .find(|role| role.arn == workflow.role_arn)
            else {
                continue;
            };
            origin.policies = self.policies.get(&role.name).cloned().unwrap_or_default();
            for attachment in role.attached.present().into_iter().flatten() {
                if let Some(place) = self.managed_places.get(&attachment.arn) {
                    origin
                        .policies
                        .insert(attachment.name.clone(), place.clone());
                }
            }
        }
    }

    /// Remembers a workflow and where it is written.
    pub fn workflow(
        &mut self,
        machine: StateMachine,
        identity: String,
        whole: Place,
        definition: Place,
    ) {
        let origin = WorkflowOrigin {
            identity,
            whole,
            definition,
            ..WorkflowOrigin::default()
        };
        self.origins.workflows.insert(machine.arn.clone(), origin);
        self.workflows.push(machine);
    }
}

/// A boolean, also as the text that parameters make of it.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A member of an object by the way to it, resolved.
pub(super) fn at(scope: &Scope, value: Option<&Value>, way: &[&str]) -> Option<Value> {
    let mut value = scope.resolve(value?)?;
    for step in way {
        value = value.get_mut(*step)?.take();
    }
    Some(value)
}
