//! The resources of a template as an account snapshot: what a deployment of nothing but this template would be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::attributes::arn;
use super::files::Files;
use super::holders::Holders;
use super::resource::Resource;
use super::scope::Scope;
use super::settings;
use super::stack::{Gaps, Stack};
use crate::document::{Origins, Place, WorkflowOrigin};
use crate::gap::{Input, Unread};
use crate::snapshot::{Account, Fetched, Function, Iam, LogGroup, ResourcePolicies, StateMachine};

/// The account so far.
#[derive(Default)]
pub(super) struct Builder {
    pub workflows: Vec<StateMachine>,
    pub iam: Iam,
    pub log_groups: BTreeMap<String, LogGroup>,
    /// What of declared log groups is not known.
    pub open_groups: BTreeMap<String, Vec<String>>,
    /// What else definitions may be, where conditions choose.
    pub others: Vec<StateMachine>,
    pub functions: BTreeMap<String, Function>,
    pub entries: super::entries::Found,
    pub origins: Origins,
    pub gaps: Gaps,
    /// Places of the inline policies of roles, by the role's name.
    pub policies: BTreeMap<String, BTreeMap<String, Place>>,
    /// Places of managed policies, by ARN.
    pub managed_places: BTreeMap<String, Place>,
    /// Managed policies, by ARN, that somebody may not hold.
    pub unsure: BTreeSet<String>,
    /// Groups, by name, that somebody may not be in.
    pub unsure_groups: BTreeSet<String>,
    /// Places of trust policies, by the role's ARN.
    pub trusts: BTreeMap<String, Place>,
}

impl Builder {
    /// Takes in a stack and those that it nests. Policies of one may be held by roles of another.
    pub fn stack(&mut self, stack: &Stack, files: &Files<'_>) {
        let mut holders = Holders::default();
        each_of(stack, &mut |one| self.policies_of(&one.scope, &mut holders));
        each_of(stack, &mut |one| {
            self.principals_of(&one.scope, &mut holders)
        });
        self.held(holders);
        each_of(stack, &mut |one| self.resources(one, files));
    }

    fn resources(&mut self, stack: &Stack, files: &Files<'_>) {
        let scope = &stack.scope;
        for resource in scope.resources() {
            match resource.kind.as_str() {
                "AWS::Lambda::Function" => {
                    let role = resource.get("Role").and_then(|role| scope.shown(role));
                    let role_arn = role.unwrap_or_default();
                    self.functions
                        .insert(arn(scope, resource), Function { role_arn });
                }
                "AWS::Logs::LogGroup" => {
                    let arn = arn(scope, resource).trim_end_matches(":*").to_owned();
                    let found = settings::log_group(scope, resource);
                    let group = match self.log_groups.get(&arn) {
                        Some(twin) => settings::either_group(twin, &found.group),
                        None => found.group,
                    };
                    self.open_groups.insert(arn.clone(), found.open);
                    self.log_groups.insert(arn, group);
                }
                "AWS::StepFunctions::StateMachine" => {
                    self.state_machine(scope, resource, &stack.path, files);
                }
                _ => {}
            }
        }
        self.entries.take(scope, files, &mut self.gaps);
    }

    /// The account, and where it is written.
    pub fn finish(mut self) -> (Account, Origins) {
        self.aws_managed();
        self.origin_policies();
        let log_groups_elsewhere = self.groups_elsewhere();
        self.open_groups_told();
        let account = Account {
            versions: self.others,
            workflows: self.workflows,
            iam: Fetched::Present(self.iam),
            iam_is_whole: false,
            versions_are_read: false,
            log_groups: Fetched::Present(self.log_groups),
            log_groups_elsewhere,
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

    /// Log groups that workflows name and the template does not declare: nothing is known of them.
    fn groups_elsewhere(&self) -> BTreeSet<String> {
        let destinations = self.workflows.iter().flat_map(|w| &w.log_destinations);
        let named = destinations.map(|arn| arn.trim_end_matches(":*"));
        named
            .filter(|arn| !self.log_groups.contains_key(*arn))
            .map(str::to_owned)
            .collect()
    }

    /// Says of each workflow what of its log group is not known.
    fn open_groups_told(&mut self) {
        for workflow in &self.workflows {
            for destination in &workflow.log_destinations {
                let arn = destination.trim_end_matches(":*");
                let open = self.open_groups.get(arn).filter(|open| !open.is_empty());
                let Some(open) = open else {
                    continue;
                };
                let told = format!("what {} of the log group `{arn}` is", open.join(", "));
                let why = "it has no value here, and is taken for what is not set: `--parameter` decides it";
                let unread = Unread::of_workflow(&workflow.arn, Input::LogGroups, told, why);
                self.gaps.push(unread.optional());
            }
        }
    }

    /// The ARN of a workflow, by which everything about it is found. Of two that conditions give one name, the second
    /// keeps an ARN of its own, so that what is told of one leads to its own place.
    pub fn workflow_arn(&self, scope: &Scope, resource: &Resource) -> String {
        let own = arn(scope, resource);
        if !self.origins.workflows.contains_key(&own) {
            return own;
        }
        let (head, _) = own.rsplit_once(':').unwrap_or_default();
        format!("{head}:{}", scope.made_up(resource))
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

/// A stack, then those that it nests; there are as many as the reader lets nest.
fn each_of(stack: &Stack, what: &mut dyn FnMut(&Stack)) {
    what(stack);
    for nested in &stack.nested {
        each_of(nested, what);
    }
}

/// A boolean, also as the text that parameters make of it.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        // CloudFormation reads YAML 1.1, in which these are booleans too.
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
