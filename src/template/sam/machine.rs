//! `AWS::Serverless::StateMachine`.

use serde_json::{Value, json};

use super::{Expansion, rename, tag_list};
use crate::template::attributes::arn_of;
use crate::template::resource::Resource;

/// What traces are written with.
const XRAY: &str = "AWSXrayWriteOnlyAccess";

impl Expansion<'_> {
    pub(super) fn state_machine(&mut self, resource: &Resource) {
        let mut machine = resource.clone();
        machine.kind = "AWS::StepFunctions::StateMachine".to_owned();
        let names = [
            ("Name", "StateMachineName"),
            ("Type", "StateMachineType"),
            ("Logging", "LoggingConfiguration"),
            ("Tracing", "TracingConfiguration"),
            ("Role", "RoleArn"),
        ];
        rename(&mut machine, &names);
        if let Some(tags) = resource.get("Tags") {
            machine.properties.insert("Tags".to_owned(), tag_list(tags));
        }
        if resource.get("Role").is_none() {
            let role = format!("{}Role", resource.id);
            machine
                .properties
                .insert("RoleArn".to_owned(), arn_of(&role));
            // Only a boolean of the template itself counts for the transform.
            let traced = resource.get("Tracing").and_then(|t| t.get("Enabled"));
            let more = match traced == Some(&Value::Bool(true)) {
                true => vec![Value::from(XRAY)],
                false => Vec::new(),
            };
            self.role(resource, "states.amazonaws.com", &[], more);
        }
        self.out.push(machine);
        let target = self.published(resource);
        self.machine_events(resource, &target);
    }

    /// The version and alias that SAM publishes; the id of what events start.
    fn published(&mut self, resource: &Resource) -> String {
        let Some(alias) = self
            .known(resource, "AutoPublishAlias")
            .and_then(|a| a.as_str().map(str::to_owned))
        else {
            return resource.id.clone();
        };
        let version = format!("{}Version", resource.id);
        let made = json!({"StateMachineArn": {"Ref": resource.id}});
        let kind = "AWS::StepFunctions::StateMachineVersion";
        self.out
            .push(Resource::made_by(resource, &version, kind, made));
        let id = format!("{}Alias{alias}", resource.id);
        let made = json!({"Name": alias, "DeploymentPreference": {"StateMachineVersionArn": {"Ref": version}}});
        let kind = "AWS::StepFunctions::StateMachineAlias";
        self.out.push(Resource::made_by(resource, &id, kind, made));
        match self.known(resource, "UseAliasAsEventTarget") == Some(Value::Bool(true)) {
            true => id,
            false => resource.id.clone(),
        }
    }
}
