//! What stands there after the stacks were created.

use serde_json::{Value, json};

use super::stack::{
    ACCOUNT, REGION, list, member_iam, member_workflows, organization, plain, whole,
};

/// What follows is checked in the account, but for these, which the emulator cannot create.
#[test]
fn the_emulator_creates_all_but_these() {
    let expected = [
        "AWS::CloudWatch::Alarm",
        "AWS::Events::EventBusPolicy",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    ];
    assert_eq!(whole().lacking(), expected);
}

#[test]
fn the_table_keeps_what_it_is_given() {
    let table = whole().is("Table");
    let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    assert_eq!(
        table["KeySchema"],
        json!([key("pk", "HASH"), key("sk", "RANGE")])
    );
    assert_eq!(
        table["BillingModeSummary"]["BillingMode"],
        "PAY_PER_REQUEST"
    );
    assert_eq!(table["DeletionProtectionEnabled"], true);
    // The emulator does not take these from a template.
    let properties = whole().properties("Table");
    let encryption = &properties["SSESpecification"];
    assert_eq!(
        encryption["KMSMasterKeyId"],
        json!({ "Fn::GetAtt": ["Key", "Arn"] })
    );
    assert_eq!(
        properties["TimeToLiveSpecification"],
        json!({ "AttributeName": "expires", "Enabled": true })
    );
    assert_eq!(
        properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
}

#[test]
fn work_is_tried_again_and_then_kept() {
    let (work, dead) = (whole().is("Work"), whole().is("DeadWork"));
    let redrive: Value = serde_json::from_str(work["RedrivePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(redrive["deadLetterTargetArn"], dead["QueueArn"]);
    assert_eq!(redrive["maxReceiveCount"], 5);
    let function = whole().is("Function");
    let timeout = function["Timeout"].as_u64().unwrap();
    let hidden: u64 = work["VisibilityTimeout"].as_str().unwrap().parse().unwrap();
    assert!(hidden >= 6 * timeout, "{hidden} for {timeout}");
    for queue in ["Work", "DeadWork", "DeadLetters"] {
        let key = whole().is(queue)["KmsMasterKeyId"].as_str().unwrap();
        assert!(whole().output("KeyArn").ends_with(key), "{queue}: {key}");
    }
    for queue in ["DeadWork", "DeadLetters"] {
        assert_eq!(whole().is(queue)["MessageRetentionPeriod"], "1209600");
    }
    let mapping = whole().is("WorkToFunction");
    assert_eq!(mapping["EventSourceArn"], work["QueueArn"]);
    assert_eq!(
        mapping["FunctionResponseTypes"],
        json!(["ReportBatchItemFailures"])
    );
    assert_eq!(
        whole().properties("WorkToFunction")["ScalingConfig"]["MaximumConcurrency"],
        2
    );
}

#[test]
fn the_function_is_told_where_everything_is() {
    let function = whole().is("Function");
    let told = |name: &str| function["Environment"]["Variables"][name].as_str().unwrap();
    assert_eq!(
        told("STEPWARDEN_ALERT_TOPIC"),
        whole().output("AlertTopicArn")
    );
    assert_eq!(
        told("STEPWARDEN_FINDINGS_TOPIC"),
        whole().output("FindingsTopicArn")
    );
    assert_eq!(told("STEPWARDEN_TABLE"), whole().output("TableName"));
    assert_eq!(told("STEPWARDEN_QUEUE_URL"), whole().output("WorkUrl"));
    assert_eq!(told("STEPWARDEN_CONFIG"), "ssm:/stepwarden/config");
    assert_eq!(
        plain().is("Function")["Environment"]["Variables"]["STEPWARDEN_CONFIG"],
        ""
    );
    assert_eq!(function["Role"], whole().output("FunctionRoleArn"));
    assert_eq!(whole().is("FunctionLog")["retentionInDays"], 90);
}

#[test]
fn topics_are_encrypted_with_a_key_that_their_publishers_may_use() {
    for topic in ["AlertTopic", "FindingsTopic"] {
        let key = whole().is(topic)["KmsMasterKeyId"].as_str().unwrap();
        assert!(whole().output("KeyArn").ends_with(key), "{topic}: {key}");
    }
    let policy = &whole().properties("Key")["KeyPolicy"]["Statement"];
    let of = |service: &str| {
        let mut found = policy.as_array().unwrap().iter();
        let statement = found.find(|s| s["Principal"]["Service"] == service);
        statement.unwrap_or_else(|| panic!("{service} cannot encrypt"))
    };
    for service in ["cloudwatch.amazonaws.com", "events.amazonaws.com"] {
        let actions = list(&of(service)["Action"]);
        assert!(actions.contains(&"kms:Decrypt".to_owned()), "{service}");
        assert!(
            actions.iter().any(|a| a.starts_with("kms:GenerateDataKey")),
            "{service}"
        );
    }
    // EventBridge sends KMS no source: with such a condition nothing would ever reach the dead letters.
    assert!(of("events.amazonaws.com").get("Condition").is_none());
}

/// The rules whose target is the function.
const TO_THE_FUNCTION: [&str; 7] = [
    "Changes",
    "ChangesOfEntries",
    "ChangesOfPolicies",
    "MemberChanges",
    "MemberChangesOfEntries",
    "MemberChangesOfPolicies",
    "Sweep",
];

#[test]
fn what_cannot_be_delivered_is_kept_and_nobody_else_can_write_there() {
    for rule in TO_THE_FUNCTION {
        let target = &whole().is(rule)["Targets"][0];
        assert_eq!(
            target["DeadLetterConfig"]["Arn"],
            whole().is("DeadLetters")["QueueArn"],
            "{rule}"
        );
    }
    let policy = &whole().properties("DeadLettersPolicy")["PolicyDocument"]["Statement"][0];
    let sources = policy["Condition"]["ArnEquals"]["aws:SourceArn"].to_string();
    for rule in TO_THE_FUNCTION {
        assert!(
            sources.contains(&format!(r#"["{rule}","Arn"]"#)),
            "{sources}"
        );
    }
}

#[test]
fn the_sweep_is_the_work_that_the_function_understands() {
    let sweep = whole().is("Sweep");
    assert_eq!(sweep["ScheduleExpression"], "rate(1 day)");
    let input: Value =
        serde_json::from_str(sweep["Targets"][0]["Input"].as_str().unwrap()).unwrap();
    assert_eq!(input, json!({ "stepwarden": { "work": "sweep" } }));
}

#[test]
fn only_member_accounts_reach_the_bus_and_only_with_the_events_of_these_services() {
    assert!(whole().has("MemberBus") && !plain().has("MemberBus") && !plain().has("MemberChanges"));
    let statement = &whole().properties("MemberBusPolicy")["Statement"];
    assert_eq!(statement["Action"], "events:PutEvents");
    let condition = &statement["Condition"];
    assert_eq!(
        condition["StringEquals"]["events:detail-type"],
        stepwarden::trigger::DETAIL_TYPE
    );
    assert_eq!(
        condition["ForAllValues:StringEquals"]["events:source"],
        json!([
            "aws.apigateway",
            "aws.appsync",
            "aws.events",
            "aws.iam",
            "aws.kms",
            "aws.lambda",
            "aws.logs",
            "aws.pipes",
            "aws.s3",
            "aws.scheduler",
            "aws.secretsmanager",
            "aws.sns",
            "aws.sqs",
            "aws.states"
        ])
    );
    for (key, when) in [
        ("aws:PrincipalAccount", "HasMemberAccounts"),
        ("aws:PrincipalOrgID", "HasOrganization"),
    ] {
        assert_eq!(condition["StringEquals"][key]["Fn::If"][0], when);
    }
}

#[test]
fn a_member_account_trusts_the_central_roles_with_the_external_id_only() {
    let trust = &member_iam().is("MemberRole")["AssumeRolePolicyDocument"];
    let expected = json!([{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "AWS": [
            format!("arn:aws:iam::{ACCOUNT}:role/stepwarden-a"), format!("arn:aws:iam::{ACCOUNT}:role/stepwarden-b"),
        ] },
        "Condition": { "StringEquals": { "sts:ExternalId": "0123456789abcdef" } },
    }]);
    assert_eq!(trust["Statement"], expected);
    assert!(!member_workflows().has("MemberRole"), "a role is made once");
}

/// The emulator knows no stack sets: the template alone is checked.
#[test]
fn the_stack_set_passes_on_every_parameter_of_a_member_account() {
    let organization = organization();
    let set = organization.properties("Members");
    assert_eq!(set["AutoDeployment"]["Enabled"], true);
    let passed = set["Parameters"].as_array().unwrap().iter();
    let passed: Vec<_> = passed
        .map(|p| p["ParameterKey"].as_str().unwrap())
        .collect();
    // A topic of one account and region is none of the others.
    let mut wanted = member_iam().parameters();
    wanted.retain(|name| *name != "AlarmTopic");
    assert_eq!(passed, wanted);
}

#[test]
fn members_forward_straight_to_the_bus_of_each_region() {
    let targets = |rule: &Value| {
        let targets = rule["Targets"].as_array().unwrap().clone();
        targets
            .iter()
            .map(|t| t["Arn"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let bus = |region: &str| format!("arn:aws:events:{region}:{ACCOUNT}:event-bus/stepwarden");
    assert_eq!(
        targets(member_iam().is("RoleChanges")),
        [bus(REGION), bus("us-west-2")]
    );
    for rule in ["RegionalChanges", "EntryChanges", "PolicyChanges"] {
        assert_eq!(targets(member_workflows().is(rule)), [bus(REGION)]);
    }
    assert!(
        !member_iam().has("RegionalChanges"),
        "no workflows live in us-east-1 here"
    );
    assert!(!member_workflows().has("RoleChanges"));
    assert_eq!(whole().output("MemberBusArn"), bus(REGION));
}
