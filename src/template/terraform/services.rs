//! Workflows, functions, log groups, and what they work on.

use serde_json::{Value, json};

use super::iam::tags;
use super::plan::Instance;
use super::{Converted, Properties};

/// Types that have nothing but an identity here: the type, CloudFormation's, and the attribute that names it.
const IDENTITIES: &[(&str, &str, &str)] = &[
    (
        "aws_batch_job_definition",
        "AWS::Batch::JobDefinition",
        "name",
    ),
    ("aws_batch_job_queue", "AWS::Batch::JobQueue", "name"),
    ("aws_cloudwatch_event_bus", "AWS::Events::EventBus", "name"),
    (
        "aws_cloudwatch_event_connection",
        "AWS::Events::Connection",
        "name",
    ),
    ("aws_codebuild_project", "AWS::CodeBuild::Project", "name"),
    ("aws_dynamodb_table", "AWS::DynamoDB::Table", "name"),
    ("aws_ecr_repository", "AWS::ECR::Repository", "name"),
    ("aws_ecs_cluster", "AWS::ECS::Cluster", "name"),
    (
        "aws_ecs_task_definition",
        "AWS::ECS::TaskDefinition",
        "family",
    ),
    ("aws_glue_crawler", "AWS::Glue::Crawler", "name"),
    ("aws_glue_job", "AWS::Glue::Job", "name"),
    ("aws_kinesis_stream", "AWS::Kinesis::Stream", "name"),
    ("aws_kms_key", "AWS::KMS::Key", ""),
    ("aws_s3_bucket", "AWS::S3::Bucket", "bucket"),
    (
        "aws_secretsmanager_secret",
        "AWS::SecretsManager::Secret",
        "name",
    ),
    ("aws_sfn_activity", "AWS::StepFunctions::Activity", "name"),
    ("aws_sns_topic", "AWS::SNS::Topic", "name"),
    ("aws_ssm_parameter", "AWS::SSM::Parameter", "name"),
];

impl Converted<'_> {
    pub(super) fn services(&mut self, instance: &Instance<'_>) -> bool {
        match instance.kind {
            "aws_sfn_state_machine" => self.state_machine(instance),
            "aws_sfn_alias" => {
                let version = self.plan.attribute(
                    instance,
                    "routing_configuration.0.state_machine_version_arn",
                );
                let mut properties = self.properties(instance, &[("Name", "name")]);
                let route = json!([{"StateMachineVersionArn": version}]);
                properties.insert("RoutingConfiguration".to_owned(), route);
                self.add(
                    instance,
                    "AWS::StepFunctions::StateMachineAlias",
                    properties,
                    &[],
                );
            }
            "aws_lambda_function" => {
                let properties = self.properties(
                    instance,
                    &[("FunctionName", "function_name"), ("Role", "role")],
                );
                self.add(instance, "AWS::Lambda::Function", properties, &[]);
            }
            "aws_lambda_alias" => {
                let properties = self.properties(
                    instance,
                    &[("FunctionName", "function_name"), ("Name", "name")],
                );
                self.add(instance, "AWS::Lambda::Alias", properties, &[]);
            }
            "aws_lambda_permission" => {
                let names = [
                    ("FunctionName", "function_name"),
                    ("Action", "action"),
                    ("Principal", "principal"),
                    ("SourceArn", "source_arn"),
                    ("SourceAccount", "source_account"),
                    ("PrincipalOrgID", "principal_org_id"),
                    ("FunctionUrlAuthType", "function_url_auth_type"),
                ];
                let properties = self.properties(instance, &names);
                self.add(instance, "AWS::Lambda::Permission", properties, &[]);
            }
            "aws_sqs_queue_policy" => self.queue_policy(instance, "queue_url"),
            "aws_sqs_queue" => {
                let properties = self.properties(instance, &[("QueueName", "name")]);
                self.add(instance, "AWS::SQS::Queue", properties, &[]);
                if instance.known("policy").is_some() {
                    self.queue_policy(instance, "name");
                    self.name_last("/policy");
                }
            }
            "aws_lambda_function_url" => self.function_url(instance),
            "aws_cloudwatch_log_group" => {
                let mut properties = self.properties(
                    instance,
                    &[("LogGroupName", "name"), ("KmsKeyId", "kms_key_id")],
                );
                // Zero days are all of them.
                if let Some(days) = instance
                    .known("retention_in_days")
                    .filter(|d| d.as_u64() != Some(0))
                {
                    properties.insert("RetentionInDays".to_owned(), days.clone());
                }
                self.add(instance, "AWS::Logs::LogGroup", properties, &[]);
            }
            kind => {
                let Some((_, kind, name)) = IDENTITIES.iter().find(|row| row.0 == kind) else {
                    return false;
                };
                let property = crate::template::attributes::name_property(kind);
                let names: Vec<(&str, &str)> = property.map(|p| (p, *name)).into_iter().collect();
                let properties = self.properties(instance, &names);
                self.add(instance, kind, properties, &[]);
            }
        }
        true
    }

    fn state_machine(&mut self, instance: &Instance<'_>) {
        let mut properties: Properties = self.properties(
            instance,
            &[
                ("StateMachineName", "name"),
                ("StateMachineType", "type"),
                ("RoleArn", "role_arn"),
            ],
        );
        if let Some(definition) = self.plan.document(instance, "definition") {
            properties.insert("DefinitionString".to_owned(), definition);
        }
        let names = [
            ("Level", "level"),
            ("IncludeExecutionData", "include_execution_data"),
            ("LogDestination", "log_destination"),
        ];
        if let Some(mut logging) = self.block(instance, "logging_configuration", &names) {
            let destination = logging.get("LogDestination").cloned().map(without_suffix);
            if let (Some(members), Some(destination)) = (logging.as_object_mut(), destination) {
                members.insert(
                    "Destinations".to_owned(),
                    json!([{"CloudWatchLogsLogGroup": {"LogGroupArn": destination}}]),
                );
            }
            properties.insert("LoggingConfiguration".to_owned(), logging);
        }
        if let Some(tracing) =
            self.block(instance, "tracing_configuration", &[("Enabled", "enabled")])
        {
            properties.insert("TracingConfiguration".to_owned(), tracing);
        }
        let names = [("Type", "type"), ("KmsKeyId", "kms_key_id")];
        if let Some(encryption) = self.block(instance, "encryption_configuration", &names) {
            properties.insert("EncryptionConfiguration".to_owned(), encryption);
        }
        properties.insert("Tags".to_owned(), tags(instance));
        self.add(
            instance,
            "AWS::StepFunctions::StateMachine",
            properties,
            &[("DefinitionString", "definition")],
        );
    }

    /// The policy of the queue whose URL or name stands in this attribute.
    fn queue_policy(&mut self, instance: &Instance<'_>, queue: &str) {
        let mut properties = self.properties(instance, &[("Queue", queue)]);
        self.with_document(instance, &mut properties, "PolicyDocument", "policy");
        self.add(instance, "AWS::SQS::QueueInlinePolicy", properties, &[]);
    }

    /// A URL for everybody; the provider adds the permission that lets everybody in.
    fn function_url(&mut self, instance: &Instance<'_>) {
        let names = [
            ("TargetFunctionArn", "function_name"),
            ("AuthType", "authorization_type"),
            ("Qualifier", "qualifier"),
        ];
        let properties = self.properties(instance, &names);
        let open = properties.get("AuthType").and_then(Value::as_str) != Some("AWS_IAM");
        let function = properties
            .get("TargetFunctionArn")
            .cloned()
            .unwrap_or_default();
        self.add(instance, "AWS::Lambda::Url", properties, &[]);
        if open {
            let permission = json!({
                "FunctionName": function, "Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"
            });
            let properties = permission.as_object().cloned().unwrap_or_default();
            self.add(instance, "AWS::Lambda::Permission", properties, &[]);
            self.name_last("/permission");
        }
    }

    /// Gives what was added last, beside another resource of the same instance, an id of its own.
    fn name_last(&mut self, suffix: &str) {
        if let Some(last) = self.out.last_mut() {
            last.id.push_str(suffix);
        }
    }
}

/// `log_destination` is written as the group's ARN with `:*` behind it, which a reference to it has already.
fn without_suffix(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim_end_matches(":*").to_owned()),
        other => other,
    }
}
