//! The events that change what a verdict rests on, as data.
//!
//! Where each call names its subject: the request shapes of the AWS Step Functions, IAM and CloudWatch Logs API References.

/// The EventBridge detail type of CloudTrail management events. Execution status changes share the source `aws.states`.
pub const DETAIL_TYPE: &str = "AWS API Call via CloudTrail";

/// One kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// `detail.eventSource`
    pub source: &'static str,
    /// `detail.eventName`
    pub name: &'static str,
    /// What it changes.
    pub subject: Subject,
    /// JSON pointers into `detail`, the first that is there names the subject.
    pub at: &'static [&'static str],
    /// Whether the deployed rule delivers it. The others are understood when they are replayed or forwarded; without kept
    /// verdicts each of them would repeat a whole report for a change that opens little.
    pub delivered: bool,
}

/// What a kind of event changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One workflow, named by the ARN of it, its version or its alias.
    Workflow,
    /// A role, named by its name.
    Role,
    /// A managed policy, named by its ARN.
    ManagedPolicy,
    /// A log group, named by its name.
    LogGroup,
}

const STATES: &str = "states.amazonaws.com";
const IAM: &str = "iam.amazonaws.com";
const LOGS: &str = "logs.amazonaws.com";

const WORKFLOW: &[&str] = &["/requestParameters/stateMachineArn"];
const TAGGED: &[&str] = &["/requestParameters/resourceArn"];
const ROLE: &[&str] = &["/requestParameters/roleName"];
const POLICY: &[&str] = &["/requestParameters/policyArn"];
const GROUP: &[&str] = &["/requestParameters/logGroupName"];

const fn row(
    source: &'static str,
    name: &'static str,
    subject: Subject,
    at: &'static [&'static str],
) -> Watched {
    Watched {
        source,
        name,
        subject,
        at,
        delivered: false,
    }
}

const fn delivered(row: Watched) -> Watched {
    Watched {
        delivered: true,
        ..row
    }
}

/// Every kind of event that is understood.
pub const WATCHED: &[Watched] = &[
    delivered(row(
        STATES,
        "CreateStateMachine",
        Subject::Workflow,
        &["/responseElements/stateMachineArn"],
    )),
    delivered(row(
        STATES,
        "UpdateStateMachine",
        Subject::Workflow,
        WORKFLOW,
    )),
    row(STATES, "DeleteStateMachine", Subject::Workflow, WORKFLOW),
    row(STATES, "TagResource", Subject::Workflow, TAGGED),
    row(STATES, "UntagResource", Subject::Workflow, TAGGED),
    row(
        STATES,
        "PublishStateMachineVersion",
        Subject::Workflow,
        WORKFLOW,
    ),
    // No member names the workflow itself.
    row(
        STATES,
        "CreateStateMachineAlias",
        Subject::Workflow,
        &[
            "/requestParameters/routingConfiguration/0/stateMachineVersionArn",
            "/responseElements/stateMachineAliasArn",
        ],
    ),
    row(
        STATES,
        "UpdateStateMachineAlias",
        Subject::Workflow,
        &["/requestParameters/stateMachineAliasArn"],
    ),
    delivered(row(IAM, "PutRolePolicy", Subject::Role, ROLE)),
    row(IAM, "DeleteRolePolicy", Subject::Role, ROLE),
    row(IAM, "AttachRolePolicy", Subject::Role, ROLE),
    row(IAM, "DetachRolePolicy", Subject::Role, ROLE),
    row(IAM, "UpdateAssumeRolePolicy", Subject::Role, ROLE),
    row(IAM, "PutRolePermissionsBoundary", Subject::Role, ROLE),
    row(IAM, "DeleteRolePermissionsBoundary", Subject::Role, ROLE),
    row(IAM, "DeleteRole", Subject::Role, ROLE),
    row(IAM, "CreatePolicyVersion", Subject::ManagedPolicy, POLICY),
    row(
        IAM,
        "SetDefaultPolicyVersion",
        Subject::ManagedPolicy,
        POLICY,
    ),
    row(LOGS, "DeleteLogGroup", Subject::LogGroup, GROUP),
    row(LOGS, "PutRetentionPolicy", Subject::LogGroup, GROUP),
    row(LOGS, "DeleteRetentionPolicy", Subject::LogGroup, GROUP),
    row(LOGS, "AssociateKmsKey", Subject::LogGroup, GROUP),
    row(LOGS, "DisassociateKmsKey", Subject::LogGroup, GROUP),
];
