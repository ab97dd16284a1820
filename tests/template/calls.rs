//! Calls: those that the function makes, and their neighbours.

use serde_json::{Value, json};

use super::stack::{
    ACCOUNT, CONFIGURATION, CONFIGURATION_KEY, MEMBERS, ORGANIZATION, ORGANIZATION_ROLE, REGION,
    Stack, TEAM_KEY, TEAM_TOPIC, whole,
};

/// One call: the action, the resource, and what AWS says of the request.
pub type Call = (&'static str, String, Value);

pub fn call(action: &'static str, resource: impl Into<String>) -> Call {
    (action, resource.into(), json!({}))
}

fn of(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

fn iam(resource: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{resource}")
}

/// A read of API Gateway: its ARNs name no account.
fn api(path: &str) -> Call {
    call(
        "apigateway:GET",
        format!("arn:aws:apigateway:{REGION}::{path}"),
    )
}

/// A call on a bucket of the account: its ARN names none.
fn own_bucket(action: &'static str) -> Call {
    let context = json!({ "aws:ResourceAccount": ACCOUNT });
    (action, "arn:aws:s3:::media-uploads".to_owned(), context)
}

/// Every read of an account.
pub fn reads() -> Vec<Call> {
    let workflow = of("states", "stateMachine:payments-settlement");
    let role = iam("role/service-role/payments-settlement-workflow");
    vec![
        call("states:DescribeStateMachine", &*workflow),
        call("states:DescribeStateMachine", format!("{workflow}:3")),
        call(
            "states:DescribeStateMachineAlias",
            format!("{workflow}:PROD"),
        ),
        call("states:ListStateMachineAliases", &*workflow),
        call("states:ListStateMachineVersions", &*workflow),
        call("states:ListTagsForResource", &*workflow),
        call("states:ListStateMachines", "*"),
        call("iam:GetRole", &*role),
        call("iam:GetRolePolicy", &*role),
        call("iam:ListRolePolicies", &*role),
        call("iam:ListAttachedRolePolicies", &*role),
        call("iam:GetPolicy", iam("policy/start-workflows")),
        call(
            "iam:GetPolicy",
            "arn:aws:iam::aws:policy/AdministratorAccess",
        ),
        call(
            "iam:GetPolicyVersion",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaRole",
        ),
        call("iam:ListEntitiesForPolicy", iam("policy/start-workflows")),
        call("iam:GetAccountAuthorizationDetails", "*"),
        call("logs:DescribeLogGroups", "*"),
        call("logs:DescribeResourcePolicies", "*"),
        call(
            "lambda:GetFunctionConfiguration",
            of("lambda", "function:media-thumbnail"),
        ),
        call("lambda:ListFunctions", "*"),
        call("lambda:GetPolicy", of("lambda", "function:checkout")),
        call("lambda:GetPolicy", of("lambda", "function:checkout:live")),
        call(
            "lambda:ListFunctionUrlConfigs",
            of("lambda", "function:checkout"),
        ),
        api("/restapis"),
        api("/restapis/a1b2c3/resources"),
        api("/restapis/a1b2c3/stages"),
        api("/restapis/a1b2c3/deployments/d4e5f6"),
        api("/apis"),
        api("/apis/a1b2c3/routes"),
        api("/apis/a1b2c3/integrations"),
        api("/apis/a1b2c3/stages"),
        call("appsync:ListGraphqlApis", "*"),
        call("appsync:ListDataSources", "*"),
        call("appsync:ListTypes", "*"),
        call("appsync:ListResolvers", "*"),
        call("events:ListEventBuses", "*"),
        call("events:ListRules", "*"),
        call("events:ListRuleNamesByTarget", "*"),
        call("events:DescribeRule", of("events", "rule/nightly")),
        call("events:DescribeRule", of("events", "rule/shop/orders")),
        call("events:ListTargetsByRule", of("events", "rule/nightly")),
        call("pipes:ListPipes", "*"),
        call("pipes:DescribePipe", of("pipes", "pipe/orders")),
        call("scheduler:ListSchedules", "*"),
        call(
            "scheduler:GetSchedule",
            of("scheduler", "schedule/default/nightly"),
        ),
        call("kms:GetKeyPolicy", of("kms", "key/a1b2c3")),
        own_bucket("s3:GetBucketPolicy"),
        call("sqs:GetQueueUrl", of("sqs", "orders")),
        call("sqs:GetQueueAttributes", of("sqs", "orders.fifo")),
        call("sns:GetTopicAttributes", of("sns", "orders")),
        call(
            "secretsmanager:GetResourcePolicy",
            of("secretsmanager", "secret:database-a1b2c3"),
        ),
        call("tag:GetResources", "*"),
        call("cloudtrail:LookupEvents", "*"),
    ]
}

pub fn assume(account: &str, organization: &str, role: &str) -> Call {
    let context = json!({ "aws:ResourceAccount": account, "aws:ResourceOrgID": organization });
    (
        "sts:AssumeRole",
        format!("arn:aws:iam::{account}:role/{role}"),
        context,
    )
}

fn configuration_key(key: &str, parameter: &str) -> Call {
    let context = json!({ "kms:EncryptionContext:PARAMETER_ARN": parameter });
    ("kms:Decrypt", key.to_owned(), context)
}

fn through_sns(action: &'static str, service: &str) -> Call {
    let context = json!({ "kms:ViaService": format!("{service}.{REGION}.amazonaws.com"),
        "kms:EncryptionContext:PARAMETER_ARN": null });
    (action, TEAM_KEY.to_owned(), context)
}

/// What the function keeps and tells, in a stack of its own.
pub fn writes(stack: &Stack) -> Vec<Call> {
    let table = stack.is("Table")["TableArn"].as_str().unwrap();
    let work = queue(stack, "Work");
    let log = format!("log-group:{}", stack.id("FunctionLog"));
    vec![
        call("dynamodb:GetItem", table),
        call("dynamodb:PutItem", table),
        call("dynamodb:UpdateItem", table),
        call("dynamodb:DeleteItem", table),
        call("dynamodb:Query", table),
        call("sqs:SendMessage", &*work),
        call("sqs:ReceiveMessage", &*work),
        call("sqs:DeleteMessage", &*work),
        call("sqs:GetQueueAttributes", &*work),
        call("sqs:SendMessage", queue(stack, "DeadLetters")),
        call("sns:Publish", stack.output("AlertTopicArn")),
        call("sns:Publish", stack.output("FindingsTopicArn")),
        call("kms:Decrypt", stack.output("KeyArn")),
        call("kms:GenerateDataKey", stack.output("KeyArn")),
        call(
            "logs:CreateLogStream",
            of("logs", &format!("{log}:log-stream:2026/11/25/[$LATEST]0")),
        ),
        call(
            "logs:PutLogEvents",
            of("logs", &format!("{log}:log-stream:2026/11/25/[$LATEST]0")),
        ),
    ]
}

/// What it does with a team's topic, a parameter and other accounts.
pub fn optional() -> Vec<Call> {
    vec![
        call("sns:Publish", TEAM_TOPIC),
        through_sns("kms:Decrypt", "sns"),
        through_sns("kms:GenerateDataKey", "sns"),
        call("ssm:GetParameter", CONFIGURATION),
        configuration_key(CONFIGURATION_KEY, CONFIGURATION),
        assume(MEMBERS[0], ORGANIZATION, "stepwarden-reader"),
        assume(MEMBERS[1], ORGANIZATION, "stepwarden-reader"),
        assume(MEMBERS[0], ORGANIZATION, "stepwarden-security-hub"),
        call("sts:AssumeRole", ORGANIZATION_ROLE),
        call(
            "events:PutEvents",
            of("events", "event-bus/stepwarden-alerts"),
        ),
        call(
            "securityhub:BatchImportFindings",
            of("securityhub", &format!("product/{ACCOUNT}/default")),
        ),
    ]
}

fn queue(stack: &Stack, name: &str) -> String {
    stack.is(name)["QueueArn"].as_str().unwrap().to_owned()
}

/// Neighbours of what it may do.
pub fn foreign(stack: &Stack) -> Vec<Call> {
    let table = stack.is("Table")["TableArn"].as_str().unwrap();
    let (key, alerts) = (stack.output("KeyArn"), stack.output("AlertTopicArn"));
    let other_table = of("dynamodb", "table/orders");
    vec![
        // The same reads elsewhere.
        call(
            "states:DescribeStateMachine",
            format!("arn:aws:states:us-west-2:{ACCOUNT}:stateMachine:a"),
        ),
        call(
            "states:DescribeStateMachine",
            format!("arn:aws:states:{REGION}:{}:stateMachine:a", MEMBERS[0]),
        ),
        call("iam:GetRole", format!("arn:aws:iam::{}:role/a", MEMBERS[0])),
        (
            "s3:GetBucketPolicy",
            "arn:aws:s3:::media-uploads".to_owned(),
            json!({ "aws:ResourceAccount": MEMBERS[0] }),
        ),
        // Other tables, queues, topics, parameters, keys, logs.
        call("dynamodb:GetItem", &*other_table),
        call("dynamodb:PutItem", &*other_table),
        call("dynamodb:Query", format!("{table}/index/other")),
        call("dynamodb:Scan", table),
        call("dynamodb:DeleteTable", table),
        call("dynamodb:UpdateTable", table),
        call("dynamodb:ExportTableToPointInTime", table),
        call("sqs:SendMessage", of("sqs", "orders")),
        call("sqs:SendMessage", queue(stack, "DeadWork")),
        call("sqs:ReceiveMessage", queue(stack, "DeadLetters")),
        call("sqs:DeleteMessage", queue(stack, "DeadLetters")),
        call("sqs:PurgeQueue", queue(stack, "Work")),
        call("sns:Publish", of("sns", "orders")),
        call("sns:Subscribe", alerts),
        call("sns:SetTopicAttributes", alerts),
        call(
            "ssm:GetParameter",
            of("ssm", "parameter/stepwarden/config2"),
        ),
        call("ssm:GetParameter", of("ssm", "parameter/database/password")),
        call("ssm:PutParameter", CONFIGURATION),
        configuration_key(CONFIGURATION_KEY, &of("ssm", "parameter/database/password")),
        configuration_key(&of("kms", "key/other"), CONFIGURATION),
        through_sns("kms:Decrypt", "s3"),
        call("kms:PutKeyPolicy", key),
        call("kms:ScheduleKeyDeletion", key),
        call("kms:CreateGrant", key),
        call(
            "logs:PutLogEvents",
            of("logs", "log-group:/aws/lambda/other:log-stream:a"),
        ),
        call(
            "logs:PutLogEvents",
            of("logs", "log-group:/aws/lambda/stepwarden2:log-stream:a"),
        ),
        // Other accounts.
        assume("444455556666", ORGANIZATION, "stepwarden-reader"),
        assume(MEMBERS[0], "o-otherother1", "stepwarden-reader"),
        assume(MEMBERS[0], ORGANIZATION, "administrators"),
        assume(ACCOUNT, ORGANIZATION, "administrators"),
        call("sts:AssumeRole", format!("{ORGANIZATION_ROLE}-2")),
    ]
}

/// Changes, and reads of what is not asked for.
pub fn harmful() -> Vec<Call> {
    let workflow = of("states", "stateMachine:payments-settlement");
    let (role, policy) = (
        iam("role/payments-settlement-workflow"),
        iam("policy/start-workflows"),
    );
    let function = of("lambda", "function:media-thumbnail");
    let group = of(
        "logs",
        "log-group:/aws/vendedlogs/states/payments-settlement:*",
    );
    vec![
        call("states:CreateStateMachine", &*workflow),
        call("states:UpdateStateMachine", &*workflow),
        call("states:DeleteStateMachine", &*workflow),
        call("states:StartExecution", &*workflow),
        call("states:TagResource", &*workflow),
        call(
            "states:GetExecutionHistory",
            of("states", "execution:payments-settlement:a"),
        ),
        call("iam:PassRole", &*role),
        call("iam:PassRole", whole().output("FunctionRoleArn")),
        call("iam:PutRolePolicy", &*role),
        call("iam:PutRolePolicy", whole().output("FunctionRoleArn")),
        call("iam:AttachRolePolicy", &*role),
        call("iam:UpdateAssumeRolePolicy", &*role),
        call("iam:CreateRole", &*role),
        call("iam:CreatePolicyVersion", &*policy),
        call("iam:SetDefaultPolicyVersion", &*policy),
        call("iam:CreateAccessKey", iam("user/kim")),
        call("iam:GenerateCredentialReport", "*"),
        call("lambda:GetFunction", &*function),
        call("lambda:InvokeFunction", &*function),
        call("lambda:UpdateFunctionCode", &*function),
        call("lambda:UpdateFunctionConfiguration", &*function),
        call("logs:GetLogEvents", &*group),
        call("logs:DeleteLogGroup", &*group),
        call("logs:PutResourcePolicy", "*"),
        call("logs:CreateLogGroup", &*group),
        call(
            "events:DisableRule",
            of("events", "rule/stepwarden-Changes"),
        ),
        call("events:PutEvents", of("events", "event-bus/default")),
        call("tag:TagResources", "*"),
        api("/apikeys"),
        api("/apikeys/a1b2c3"),
        api("/usageplans/a1b2c3/keys"),
        api("/restapis/a1b2c3/authorizers"),
        api("/apis/a1b2c3/authorizers/d4e5f6"),
        api("/domainnames"),
        call(
            "apigateway:POST",
            format!("arn:aws:apigateway:{REGION}::/restapis"),
        ),
        call(
            "apigateway:PATCH",
            format!("arn:aws:apigateway:{REGION}::/restapis/a1b2c3/stages"),
        ),
        call("appsync:ListApiKeys", "*"),
        call("lambda:AddPermission", &*function),
        call("events:PutTargets", of("events", "rule/nightly")),
        call("pipes:UpdatePipe", of("pipes", "pipe/orders")),
        call(
            "scheduler:UpdateSchedule",
            of("scheduler", "schedule/default/nightly"),
        ),
        call("s3:GetObject", "arn:aws:s3:::media-uploads/a"),
        own_bucket("s3:PutBucketPolicy"),
        call("kms:PutKeyPolicy", of("kms", "key/a1b2c3")),
        call("sqs:SetQueueAttributes", of("sqs", "orders")),
        call("sqs:ReceiveMessage", of("sqs", "orders")),
        call("sns:SetTopicAttributes", of("sns", "orders")),
        call(
            "secretsmanager:PutResourcePolicy",
            of("secretsmanager", "secret:database-a1b2c3"),
        ),
        call(
            "secretsmanager:GetSecretValue",
            of("secretsmanager", "secret:database-a1b2c3"),
        ),
        call("ssm:GetParameter", of("ssm", "parameter/database/password")),
        call("kms:Decrypt", of("kms", "key/other")),
    ]
}
