//! Findings for Security Hub, in the account and region of their workflow. Nothing is read back.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::error::ProvideErrorMetadata as _;
use aws_sdk_securityhub::types::{
    AwsSecurityFinding, AwsStepFunctionStateMachineDetails, Partition, Recommendation, RecordState,
    Remediation, Resource, ResourceDetails, Severity, SeverityLabel,
};
use serde_json::Value;

use super::Sdk;
use super::accounts::member;
use super::error::{is_denied, why};
use crate::arn::{AccountRegion, Arn};
use crate::config::AccountsConfig;
use crate::route::PublishError;
use crate::trigger::plain;

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["securityhub:BatchImportFindings"];
/// The role that is assumed in other accounts: it may import findings and nothing else.
pub(super) const ROLE: &str = "stepwarden-security-hub";

/// The hubs.
#[derive(Debug)]
pub(super) struct Hub {
    sdk: Sdk,
    config: AccountsConfig,
    kept: Mutex<BTreeMap<AccountRegion, Client>>,
}

impl Hub {
    /// Those of the function's own account and of members.
    pub(super) fn new(sdk: &Sdk, config: AccountsConfig) -> Self {
        Self {
            sdk: sdk.clone(),
            config: AccountsConfig {
                role: ROLE.to_owned(),
                ..config
            },
            kept: Mutex::default(),
        }
    }

    /// Imports one batch into the hub of an account and region; `own` is the function's own account.
    pub(super) async fn import(
        &self,
        home: &AccountRegion,
        own: &Arn,
        batch: &str,
    ) -> Result<(), PublishError> {
        let findings = findings(batch)
            .ok_or_else(|| PublishError::Unfit("a batch of findings cannot be read".to_owned()))?;
        let client = self.client(home, own).await?;
        let call = client.batch_import_findings().set_findings(Some(findings));
        match call.send().await {
            Ok(taken) => match taken.failed_findings().first() {
                None => Ok(()),
                Some(first) => {
                    let code = plain(first.error_code().unwrap_or("no code"));
                    let failed = taken.failed_findings().len();
                    Err(PublishError::Nobody(format!(
                        "Security Hub of {home} refused {failed} findings (`{code}`)"
                    )))
                }
            },
            Err(error) if error.code() == Some("InvalidAccessException") => {
                Err(PublishError::Nobody(format!(
                    "Security Hub is not enabled in {home}: enable it there, or set `STEPWARDEN_SECURITY_HUB` to `false`"
                )))
            }
            Err(error) if error.code().is_some_and(is_denied) => {
                Err(PublishError::Nobody(format!(
                    "Security Hub of {home} does not take findings: {}",
                    why("securityhub:BatchImportFindings", &error)
                )))
            }
            Err(error) => Err(PublishError::Refused(why(
                "securityhub:BatchImportFindings",
                &error,
            ))),
        }
    }

    async fn client(&self, home: &AccountRegion, own: &Arn) -> Result<Client, PublishError> {
        let known = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(home).cloned()
        };
        if let Some(client) = known {
            return Ok(client);
        }
        let sdk = match home.account == own.account() {
            true => self.sdk.in_region(&home.region),
            false => {
                let assumed = member(&self.sdk, &self.config, home, own.partition()).await;
                assumed.map_err(|blind| {
                    PublishError::Nobody(format!("Security Hub of {home} is not told: {blind}"))
                })?
            }
        };
        let client = client!(aws_sdk_securityhub, sdk);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(home.clone(), client.clone());
        Ok(client)
    }
}

/// A batch as the client takes it; `None` where the text is no array of findings.
fn findings(batch: &str) -> Option<Vec<AwsSecurityFinding>> {
    let value: Value = serde_json::from_str(batch).ok()?;
    value.as_array()?.iter().map(finding).collect()
}

fn finding(value: &Value) -> Option<AwsSecurityFinding> {
    let text = |pointer: &str| Some(value.pointer(pointer)?.as_str()?.to_owned());
    let types = value.pointer("/Types")?.as_array()?.iter();
    let types: Vec<String> = types.filter_map(|t| Some(t.as_str()?.to_owned())).collect();
    let fields = value.pointer("/ProductFields")?.as_object()?.iter();
    let fields: HashMap<String, String> = fields
        .filter_map(|(key, field)| Some((key.clone(), field.as_str()?.to_owned())))
        .collect();
    let severity = Severity::builder()
        .label(SeverityLabel::from(text("/Severity/Label")?.as_str()))
        .original(text("/Severity/Original")?)
        .build();
    let recommendation = Recommendation::builder()
        .text(text("/Remediation/Recommendation/Text")?)
        .set_url(text("/Remediation/Recommendation/Url"))
        .build();
    let finding = AwsSecurityFinding::builder()
        .schema_version(text("/SchemaVersion")?)
        .id(text("/Id")?)
        .product_arn(text("/ProductArn")?)
        .generator_id(text("/GeneratorId")?)
        .aws_account_id(text("/AwsAccountId")?)
        .set_types(Some(types))
        .first_observed_at(text("/FirstObservedAt")?)
        .created_at(text("/CreatedAt")?)
        .updated_at(text("/UpdatedAt")?)
        .severity(severity)
        .title(text("/Title")?)
        .description(text("/Description")?)
        .remediation(
            Remediation::builder()
                .recommendation(recommendation)
                .build(),
        )
        .set_product_fields(Some(fields))
        .resources(resource(value.pointer("/Resources/0")?)?)
        .record_state(RecordState::from(text("/RecordState")?.as_str()));
    Some(finding.build())
}

fn resource(value: &Value) -> Option<Resource> {
    let text = |pointer: &str| Some(value.pointer(pointer)?.as_str()?.to_owned());
    let own = |member: &str| text(&format!("/Details/AwsStepFunctionStateMachine/{member}"));
    let machine = AwsStepFunctionStateMachineDetails::builder()
        .set_name(own("Name"))
        .set_state_machine_arn(own("StateMachineArn"))
        .set_role_arn(own("RoleArn"))
        .build();
    let details = ResourceDetails::builder()
        .aws_step_function_state_machine(machine)
        .build();
    let resource = Resource::builder()
        .r#type(text("/Type")?)
        .id(text("/Id")?)
        .partition(Partition::from(text("/Partition")?.as_str()))
        .region(text("/Region")?)
        .details(details);
    Some(resource.build())
}
