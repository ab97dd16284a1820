//! State machines: definition, role, logging and the rest, as DescribeStateMachine would tell of them.

use serde_json::Value;

use super::account::Builder;
use super::definition::{self, Definition};
use super::files::Files;
use super::resolve::{is_unknown, text_of};
use super::resource::Resource;
use super::roles::tags;
use super::scope::Scope;
use super::settings::Settings;
use crate::gap::{Input, Unread};
use crate::snapshot::{Fetched, StateMachine};

impl Builder {
    pub(super) fn state_machine(
        &mut self,
        scope: &Scope,
        resource: &Resource,
        path: &[String],
        files: &Files<'_>,
    ) {
        let workflow = self.workflow_arn(scope, resource);
        let what = |what: &str| format!("{what} of {workflow}");
        let definition = match definition::of(scope, resource, files, self) {
            Ok(definition) => definition,
            Err(why) => {
                self.gaps.push(Unread::of_workflow(
                    &workflow,
                    Input::Definition,
                    what("the definition"),
                    why,
                ));
                Definition::unread(resource)
            }
        };
        self.definition_gaps(&workflow, &definition);
        let settings = Settings::of(scope, resource);
        if !settings.open.is_empty() {
            let told = format!("what {} of {workflow} is", settings.open.join(", "));
            let why =
                "it has no value here, and is taken for what is not set: `--parameter` decides it";
            self.gaps
                .push(Unread::of_workflow(&workflow, Input::Settings, told, why).optional());
        }
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
            kind: settings.kind,
            revision_id: None,
            log_level: Some(settings.level),
            include_execution_data: settings.data,
            log_destinations: settings.destinations,
            tracing: settings.tracing,
            kms_key: encryption
                .get("KmsKeyId")
                .filter(|_| managed)
                .and_then(text_of),
            tags: Fetched::Present(tags(scope, resource, "Tags")),
            definition: definition.text,
            arn: workflow,
            declared: None,
        };
        // What else the definition may be is judged beside it.
        for definition in definition.others {
            self.others.push(StateMachine {
                definition,
                ..machine.clone()
            });
        }
        let mut identity: Vec<&str> = path.iter().map(String::as_str).collect();
        identity.push(&resource.id);
        self.workflow(
            machine,
            identity.join("/"),
            resource.declaration(),
            definition.place,
        );
    }

    /// What of a definition only the deployment knows.
    fn definition_gaps(&mut self, workflow: &str, definition: &Definition) {
        if !definition.open.is_empty() {
            let names: Vec<String> = definition.open.iter().map(|n| format!("`{n}`")).collect();
            let told = format!(
                "what {} stands for in the definition of {workflow}",
                names.join(", ")
            );
            let why = "it has no value here, and is taken for whatever the deployment gives it: `--parameter` decides it";
            self.gaps
                .push(Unread::of_workflow(workflow, Input::Definition, told, why).optional());
        }
        if definition.cut {
            let told = format!("the definition of {workflow}");
            let why = "many conditions choose parts of it, and only what it is where all hold and where none does is judged; decide some with `--parameter`";
            self.gaps
                .push(Unread::of_workflow(workflow, Input::Definition, told, why));
        }
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
