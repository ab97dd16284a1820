//! A scenario: an account put together from what its block says and the defaults of `src/rules/README.md`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use stepwarden::assess::{self, Remembered};
use stepwarden::config::Config;
use stepwarden::drift::{Approval, Baseline, How};
use stepwarden::local;
use stepwarden::snapshot::Account;
use stepwarden::trigger::{Affects, Change, EventInfo, Expected, GrantsStart};

/// The workflow that every scenario is about.
pub const WORKFLOW: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders";
const ROLE: &str = "arn:aws:iam::123456789012:role/Orders";

/// One scenario, ready to be judged.
pub struct Scenario {
    pub name: String,
    pub account: Account,
    pub config: Config,
    pub today: String,
    pub expect: Vec<Map<String, Value>>,
    /// What is remembered, where the block gives a baseline.
    pub remembered: BTreeMap<String, Remembered>,
    /// The event that led to the evaluation.
    pub event: Option<EventInfo>,
    /// What it wrote, where the block says.
    pub change: Option<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    name: String,
    #[serde(default)]
    workflow: Map<String, Value>,
    #[serde(default = "empty_role")]
    role: Value,
    #[serde(default)]
    tags: Map<String, Value>,
    #[serde(default = "default_account")]
    account: AccountBlock,
    #[serde(default)]
    config: String,
    #[serde(default = "today")]
    today: String,
    /// Fields of this block as they were when they were approved.
    #[serde(default)]
    baseline: Option<Map<String, Value>>,
    #[serde(default)]
    event: Option<EventBlock>,
    expect: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AccountBlock {
    #[serde(default)]
    iam: Map<String, Value>,
    #[serde(default)]
    workflows: Vec<Map<String, Value>>,
    #[serde(default = "log_groups", alias = "log-groups")]
    log_groups: Value,
    #[serde(default = "none")]
    functions: Value,
    #[serde(default)]
    tags: Value,
    /// More files of the directory, by their path.
    #[serde(default)]
    files: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleBlock {
    #[serde(default)]
    policies: Vec<Value>,
    #[serde(default)]
    attached: Vec<AttachedBlock>,
    boundary: Option<Value>,
    trust: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttachedBlock {
    name: String,
    arn: Option<String>,
    /// Absent: the snapshot does not hold it.
    document: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventBlock {
    name: String,
    actor: String,
    #[serde(default)]
    through: String,
    /// The inline policy that it wrote to the workflow's role, long enough ago to be there.
    policy: Option<PolicyBlock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyBlock {
    name: String,
    document: Value,
}

impl EventBlock {
    fn change(&self) -> Option<Change> {
        let policy = self.policy.as_ref()?;
        let document = policy.document.to_string();
        let expects = Expected::Inline {
            role: "Orders".to_owned(),
            policy: policy.name.clone(),
            document: Some(document.clone()),
        };
        Some(Change {
            event: self.info(),
            affects: Affects::Role {
                name: "Orders".to_owned(),
            },
            opens: GrantsStart::New,
            expects: Some(expects),
            document: Some(document),
        })
    }

    fn info(&self) -> EventInfo {
        EventInfo {
            name: self.name.clone(),
            actor: self.actor.clone(),
            through: self.through.clone(),
            time: "2026-11-23T10:00:00Z".to_owned(),
            source_ip: "203.0.113.7".to_owned(),
            ..EventInfo::default()
        }
    }
}

fn default_account() -> AccountBlock {
    AccountBlock {
        iam: Map::new(),
        workflows: Vec::new(),
        log_groups: log_groups(),
        functions: none(),
        tags: none(),
        files: BTreeMap::new(),
    }
}

fn empty_role() -> Value {
    json!({})
}

fn none() -> Value {
    json!([])
}

fn today() -> String {
    "2026-11-23".to_owned()
}

fn log_groups() -> Value {
    json!([{
        "arn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/Orders:*",
        "logGroupName": "/aws/vendedlogs/states/Orders",
        "retentionInDays": 365,
        "kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    }])
}

impl Scenario {
    /// Builds the account; the error says what is wrong with the block.
    pub fn parse(text: &str) -> Result<Self, String> {
        let block: Block = serde_json::from_str(text).map_err(|e| format!("{e} in\n{text}"))?;
        let named = |what: String| format!("{}: {what}", block.name);
        let mut iam = block.account.iam.clone();
        if !block.role.is_null() {
            let role: RoleBlock = serde_json::from_value(block.role.clone())
                .map_err(|e| named(format!("role: {e}")))?;
            add_role(&mut iam, &role);
        }
        for list in [
            "RoleDetailList",
            "UserDetailList",
            "GroupDetailList",
            "Policies",
        ] {
            iam.entry(list).or_insert_with(|| json!([]));
        }
        let mut machines = vec![response(&block.workflow)];
        machines.extend(block.account.workflows.iter().map(response));
        let tagged = listed("ResourceTagMappingList", &block.account.tags);
        let mut tagged = tagged.as_array().cloned().unwrap_or_default();
        let own: Vec<Value> = block
            .tags
            .iter()
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect();
        tagged.push(json!({ "ResourceARN": WORKFLOW, "Tags": own }));
        let list = |name: &str, entries: &Value| {
            (!entries.is_null()).then(|| json!({ name: listed(name, entries) }))
        };
        let account = local::from_values(&local::Values {
            state_machines: machines,
            iam: Some(Value::Object(iam)),
            log_groups: list("logGroups", &block.account.log_groups),
            functions: list("Functions", &block.account.functions),
            tags: Some(json!({ "ResourceTagMappingList": tagged })),
            entries: block.account.files.clone(),
        });
        if !account.unreadable.is_empty() {
            return Err(named(format!("{:?}", account.unreadable)));
        }
        let remembered = match &block.baseline {
            Some(baseline) => remembered(text, baseline)?,
            None => BTreeMap::new(),
        };
        Ok(Self {
            config: Config::parse(&block.config).map_err(|e| named(format!("config: {e}")))?,
            remembered,
            event: block.event.as_ref().map(EventBlock::info),
            change: block.event.as_ref().and_then(EventBlock::change),
            name: block.name,
            account,
            today: block.today,
            expect: block.expect,
        })
    }
}

/// The posture of the same block with these fields in the place of its own, approved.
fn remembered(
    text: &str,
    baseline: &Map<String, Value>,
) -> Result<BTreeMap<String, Remembered>, String> {
    let mut block: Map<String, Value> = serde_json::from_str(text).map_err(|e| e.to_string())?;
    block.remove("baseline");
    block.remove("event");
    block.extend(baseline.clone());
    let scenario = Scenario::parse(&Value::Object(block).to_string())?;
    let assessments = assess::with_postures(&scenario.account, &scenario.config, &scenario.today);
    let own = assessments
        .into_iter()
        .find(|a| a.workflow.arn.as_str() == WORKFLOW);
    let posture = own
        .and_then(|a| a.posture)
        .ok_or("the baseline has no posture")?;
    let approval = Approval {
        approved_at: "2026-11-01T09:00:00Z".to_owned(),
        approved_by: "arn:aws:iam::123456789012:user/lee".to_owned(),
        how: How::Approved,
    };
    let baseline = Baseline { approval, posture };
    let since = BTreeMap::new();
    Ok([(
        WORKFLOW.to_owned(),
        Remembered {
            baseline,
            since,
            held: BTreeMap::new(),
            revision: None,
            judged: BTreeMap::new(),
        },
    )]
    .into())
}

/// The entries themselves, or those of a whole response.
fn listed(name: &str, entries: &Value) -> Value {
    entries.get(name).unwrap_or(entries).clone()
}

/// A DescribeStateMachine response: the given fields over the defaults, `null` taking one away.
fn response(given: &Map<String, Value>) -> Value {
    let name = given
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or("Orders");
    let mut fields = json!({
        "stateMachineArn": format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"),
        "name": name,
        "status": "ACTIVE",
        "definition": { "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } },
        "roleArn": ROLE,
        "type": "STANDARD",
        "creationDate": "2026-01-15T10:00:00+00:00",
        "loggingConfiguration": {
            "level": "ALL",
            "includeExecutionData": true,
            "destinations": [{ "cloudWatchLogsLogGroup": {
                "logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/Orders:*",
            } }],
        },
        "tracingConfiguration": { "enabled": true },
    });
    for (key, value) in given {
        fields[key] = value.clone();
    }
    if !fields["definition"].is_string() {
        fields["definition"] = Value::String(fields["definition"].to_string());
    }
    fields
}

fn add_role(iam: &mut Map<String, Value>, role: &RoleBlock) {
    let trust = role.trust.clone().unwrap_or_else(|| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "states.amazonaws.com" },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceAccount": "123456789012" } },
        }] })
    });
    let inline: Vec<Value> = role
        .policies
        .iter()
        .enumerate()
        .map(|(i, document)| json!({ "PolicyName": format!("policies[{i}]"), "PolicyDocument": document }))
        .collect();
    let mut attached = Vec::new();
    for policy in &role.attached {
        let arn = policy
            .arn
            .clone()
            .unwrap_or_else(|| format!("arn:aws:iam::123456789012:policy/{}", policy.name));
        attached.push(json!({ "PolicyName": policy.name, "PolicyArn": arn }));
        if let Some(document) = &policy.document {
            push(iam, "Policies", managed(&policy.name, &arn, document));
        }
    }
    let mut detail = json!({
        "RoleName": "Orders", "Arn": ROLE, "Path": "/",
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached,
    });
    if let Some(boundary) = &role.boundary {
        let arn = "arn:aws:iam::123456789012:policy/boundary";
        detail["PermissionsBoundary"] =
            json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn });
        push(iam, "Policies", managed("boundary", arn, boundary));
    }
    push(iam, "RoleDetailList", detail);
}

fn managed(name: &str, arn: &str, document: &Value) -> Value {
    json!({
        "PolicyName": name, "Arn": arn, "DefaultVersionId": "v1",
        "PolicyVersionList": [{ "VersionId": "v1", "IsDefaultVersion": true, "Document": document }],
    })
}

fn push(iam: &mut Map<String, Value>, list: &str, entry: Value) {
    let list = iam.entry(list).or_insert_with(|| json!([]));
    list.as_array_mut()
        .expect("an IAM list is an array")
        .push(entry);
}
