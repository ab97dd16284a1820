//! The events that change what a verdict rests on, as data.
//!
//! Where each call names its subject: the request shapes of the API References of the services that are called. Lambda's events carry the API version in their name (AWS Lambda Developer Guide, "Logging AWS Lambda API
//! calls using AWS CloudTrail").

use crate::entry_points::Kind;
use crate::snapshot::ResourceKind;

/// The EventBridge detail type of CloudTrail management events. Execution status changes share the source `aws.states`.
pub const DETAIL_TYPE: &str = "AWS API Call via CloudTrail";

/// One kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// `source` of the envelope: only the service itself can set it.
    pub from: &'static str,
    /// `detail.eventSource`
    pub source: &'static str,
    /// `detail.eventName`
    pub name: &'static str,
    /// What it changes.
    pub subject: Subject,
    /// JSON pointers into `detail`, the first that is there names the subject.
    pub at: &'static [&'static str],
    /// Whether it can change who may start workflows.
    pub opens: GrantsStart,
}

/// What a kind of event changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One workflow, named by the ARN of it, its version or its alias.
    Workflow,
    /// A role, named by its name.
    Role,
    /// A user, named by its name: it can only start workflows.
    User,
    /// A group, named by its name: its members can only start workflows.
    Group,
    /// A managed policy, named by its ARN.
    ManagedPolicy,
    /// A log group, named by its name.
    LogGroup,
    /// A function, named by its name or ARN.
    Function,
    /// Something that begins executions, of this kind; where the row has pointers, only of what they say is started.
    EntryPoints(Kind),
    /// The policy of a resource of this kind, named by its name, ARN or URL.
    Policy(ResourceKind),
    /// The resource policies of CloudWatch Logs: which of them does not matter.
    LogPolicies,
}

/// Whether a call can change who may start workflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum GrantsStart {
    /// It cannot.
    Never,
    /// Only for who may start some already: it takes away, or changes who can be the principal.
    Known,
    /// It can let somebody start workflows who could not.
    New,
}

/// An API: the source of its events' envelopes, and that of the calls.
type Api = (&'static str, &'static str);

const STATES: Api = ("aws.states", "states.amazonaws.com");
const IAM: Api = ("aws.iam", "iam.amazonaws.com");
const LOGS: Api = ("aws.logs", "logs.amazonaws.com");
const LAMBDA: Api = ("aws.lambda", "lambda.amazonaws.com");
const API_GATEWAY: Api = ("aws.apigateway", "apigateway.amazonaws.com");
const APPSYNC: Api = ("aws.appsync", "appsync.amazonaws.com");
const EVENTS: Api = ("aws.events", "events.amazonaws.com");
const PIPES: Api = ("aws.pipes", "pipes.amazonaws.com");
const SCHEDULER: Api = ("aws.scheduler", "scheduler.amazonaws.com");

const KMS: Api = ("aws.kms", "kms.amazonaws.com");
const S3: Api = ("aws.s3", "s3.amazonaws.com");
const SECRETS: Api = ("aws.secretsmanager", "secretsmanager.amazonaws.com");
const SNS: Api = ("aws.sns", "sns.amazonaws.com");
const SQS: Api = ("aws.sqs", "sqs.amazonaws.com");

const WORKFLOW: &[&str] = &["/requestParameters/stateMachineArn"];
const VERSION: &[&str] = &["/requestParameters/stateMachineVersionArn"];
const ALIAS: &[&str] = &["/requestParameters/stateMachineAliasArn"];
const TAGGED: &[&str] = &["/requestParameters/resourceArn"];
const ROLE: &[&str] = &["/requestParameters/roleName"];
const USER: &[&str] = &["/requestParameters/userName"];
const GROUP: &[&str] = &["/requestParameters/groupName"];
const POLICY: &[&str] = &["/requestParameters/policyArn"];
const LOG_GROUP: &[&str] = &["/requestParameters/logGroupName"];
// Encryption may name the group by its ARN instead.
const KEYED: &[&str] = &[
    "/requestParameters/logGroupName",
    "/requestParameters/resourceIdentifier",
];
const FUNCTION: &[&str] = &["/requestParameters/functionName"];
const ANY: &[&str] = &[];

const fn row(
    (from, source): Api,
    name: &'static str,
    subject: Subject,
    at: &'static [&'static str],
) -> Watched {
    Watched {
        from,
        source,
        name,
        subject,
        at,
        opens: GrantsStart::Never,
    }
}

const fn workflow(name: &'static str, at: &'static [&'static str]) -> Watched {
    row(STATES, name, Subject::Workflow, at)
}

const fn iam(
    name: &'static str,
    subject: Subject,
    at: &'static [&'static str],
    opens: GrantsStart,
) -> Watched {
    Watched {
        opens,
        ..row(IAM, name, subject, at)
    }
}

const fn role(name: &'static str, opens: GrantsStart) -> Watched {
    iam(name, Subject::Role, ROLE, opens)
}

const fn user(name: &'static str, opens: GrantsStart) -> Watched {
    iam(name, Subject::User, USER, opens)
}

const fn group(name: &'static str, opens: GrantsStart) -> Watched {
    iam(name, Subject::Group, GROUP, opens)
}

const fn log_group(name: &'static str) -> Watched {
    row(LOGS, name, Subject::LogGroup, LOG_GROUP)
}

const fn function(name: &'static str) -> Watched {
    row(LAMBDA, name, Subject::Function, FUNCTION)
}

/// REST, HTTP and WebSocket APIs have one service, one role for all, and calls of the same names.
const fn api(name: &'static str) -> Watched {
    row(API_GATEWAY, name, Subject::EntryPoints(Kind::RestApi), ANY)
}

const fn resolver(name: &'static str) -> Watched {
    row(APPSYNC, name, Subject::EntryPoints(Kind::Appsync), ANY)
}

const fn rule(name: &'static str, at: &'static [&'static str]) -> Watched {
    row(EVENTS, name, Subject::EntryPoints(Kind::EventRule), at)
}

const fn pipe(name: &'static str, at: &'static [&'static str]) -> Watched {
    row(PIPES, name, Subject::EntryPoints(Kind::Pipe), at)
}

/// Only what makes or changes one: programs delete schedules, or let them end, by the thousand, and that opens nothing.
const fn schedule(name: &'static str) -> Watched {
    const TARGET: &[&str] = &["/requestParameters/target/arn"];
    row(
        SCHEDULER,
        name,
        Subject::EntryPoints(Kind::Schedule),
        TARGET,
    )
}

const fn url(name: &'static str) -> Watched {
    row(LAMBDA, name, Subject::EntryPoints(Kind::FunctionUrl), ANY)
}

const fn policy(api: Api, name: &'static str, kind: ResourceKind) -> Watched {
    let at: &[&str] = match kind {
        ResourceKind::Function => FUNCTION,
        ResourceKind::Key => &["/requestParameters/keyId"],
        ResourceKind::Bucket => &["/requestParameters/bucketName"],
        ResourceKind::Queue => &["/requestParameters/queueUrl"],
        ResourceKind::Topic => &["/requestParameters/topicArn"],
        ResourceKind::Secret => &["/requestParameters/secretId"],
    };
    row(api, name, Subject::Policy(kind), at)
}

const fn log_policies(name: &'static str) -> Watched {
    row(LOGS, name, Subject::LogPolicies, ANY)
}

/// Every kind of event that is watched.
pub const WATCHED: &[Watched] = &[
    workflow("CreateStateMachine", &["/responseElements/stateMachineArn"]),
    workflow("UpdateStateMachine", WORKFLOW),
    workflow("DeleteStateMachine", WORKFLOW),
    workflow("TagResource", TAGGED),
    workflow("UntagResource", TAGGED),
    workflow("PublishStateMachineVersion", WORKFLOW),
    workflow("DeleteStateMachineVersion", VERSION),
    // No member names the workflow itself.
    workflow(
        "CreateStateMachineAlias",
        &[
            "/requestParameters/routingConfiguration/0/stateMachineVersionArn",
            "/responseElements/stateMachineAliasArn",
        ],
    ),
    workflow("UpdateStateMachineAlias", ALIAS),
    workflow("DeleteStateMachineAlias", ALIAS),
    role("CreateRole", GrantsStart::Never),
    role("PutRolePolicy", GrantsStart::New),
    role("DeleteRolePolicy", GrantsStart::Known),
    role("AttachRolePolicy", GrantsStart::New),
    role("DetachRolePolicy", GrantsStart::Known),
    role("UpdateAssumeRolePolicy", GrantsStart::Known),
    role("PutRolePermissionsBoundary", GrantsStart::Known),
    role("DeleteRolePermissionsBoundary", GrantsStart::Known),
    role("TagRole", GrantsStart::Known),
    role("UntagRole", GrantsStart::Known),
    role("DeleteRole", GrantsStart::Known),
    user("PutUserPolicy", GrantsStart::New),
    user("DeleteUserPolicy", GrantsStart::Known),
    user("AttachUserPolicy", GrantsStart::New),
    user("DetachUserPolicy", GrantsStart::Known),
    user("PutUserPermissionsBoundary", GrantsStart::Known),
    user("DeleteUserPermissionsBoundary", GrantsStart::Known),
    user("AddUserToGroup", GrantsStart::New),
    user("RemoveUserFromGroup", GrantsStart::Known),
    user("DeleteUser", GrantsStart::Known),
    group("PutGroupPolicy", GrantsStart::New),
    group("DeleteGroupPolicy", GrantsStart::New),
    group("AttachGroupPolicy", GrantsStart::New),
    group("DetachGroupPolicy", GrantsStart::New),
    iam(
        "CreatePolicyVersion",
        Subject::ManagedPolicy,
        POLICY,
        GrantsStart::New,
    ),
    iam(
        "SetDefaultPolicyVersion",
        Subject::ManagedPolicy,
        POLICY,
        GrantsStart::New,
    ),
    log_group("CreateLogGroup"),
    log_group("DeleteLogGroup"),
    log_group("PutRetentionPolicy"),
    log_group("DeleteRetentionPolicy"),
    row(LOGS, "AssociateKmsKey", Subject::LogGroup, KEYED),
    row(LOGS, "DisassociateKmsKey", Subject::LogGroup, KEYED),
    function("CreateFunction20150331"),
    function("UpdateFunctionConfiguration20150331v2"),
    function("DeleteFunction20150331"),
    url("CreateFunctionUrlConfig"),
    url("UpdateFunctionUrlConfig"),
    url("DeleteFunctionUrlConfig"),
    policy(LAMBDA, "AddPermission20150331v2", ResourceKind::Function),
    policy(LAMBDA, "RemovePermission20150331v2", ResourceKind::Function),
    policy(KMS, "PutKeyPolicy", ResourceKind::Key),
    policy(S3, "PutBucketPolicy", ResourceKind::Bucket),
    policy(S3, "DeleteBucketPolicy", ResourceKind::Bucket),
    policy(SQS, "SetQueueAttributes", ResourceKind::Queue),
    policy(SQS, "AddPermission", ResourceKind::Queue),
    policy(SQS, "RemovePermission", ResourceKind::Queue),
    policy(SNS, "SetTopicAttributes", ResourceKind::Topic),
    policy(SNS, "AddPermission", ResourceKind::Topic),
    policy(SNS, "RemovePermission", ResourceKind::Topic),
    policy(SECRETS, "PutResourcePolicy", ResourceKind::Secret),
    policy(SECRETS, "DeleteResourcePolicy", ResourceKind::Secret),
    log_policies("PutResourcePolicy"),
    log_policies("DeleteResourcePolicy"),
    api("CreateDeployment"),
    api("UpdateDeployment"),
    api("CreateStage"),
    api("UpdateStage"),
    api("DeleteStage"),
    api("PutMethod"),
    api("UpdateMethod"),
    api("DeleteMethod"),
    api("PutIntegration"),
    api("CreateIntegration"),
    api("UpdateIntegration"),
    api("DeleteIntegration"),
    api("DeleteResource"),
    api("ImportRestApi"),
    api("PutRestApi"),
    api("UpdateRestApi"),
    api("DeleteRestApi"),
    api("CreateRoute"),
    api("UpdateRoute"),
    api("DeleteRoute"),
    api("CreateApi"),
    api("ImportApi"),
    api("ReimportApi"),
    api("DeleteApi"),
    resolver("CreateResolver"),
    resolver("UpdateResolver"),
    resolver("DeleteResolver"),
    resolver("CreateDataSource"),
    resolver("UpdateDataSource"),
    resolver("DeleteDataSource"),
    resolver("UpdateGraphqlApi"),
    resolver("DeleteGraphqlApi"),
    rule("PutRule", ANY),
    rule("EnableRule", ANY),
    rule("DisableRule", ANY),
    rule("DeleteRule", ANY),
    rule("PutTargets", &["/requestParameters/targets"]),
    rule("RemoveTargets", ANY),
    pipe("CreatePipe", &["/requestParameters/target"]),
    pipe("UpdatePipe", ANY),
    pipe("StartPipe", ANY),
    pipe("StopPipe", ANY),
    pipe("DeletePipe", ANY),
    schedule("CreateSchedule"),
    schedule("UpdateSchedule"),
];
