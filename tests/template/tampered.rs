//! Who changes what the function keeps, tells by, is configured by or watched by is told of without it, however the call names
//! the part.

use serde_json::json;

use super::stack::{ACCOUNT, REGION, whole};
use super::tampering::{each, texts, told};

#[test]
fn the_table_is_told_of_by_name_and_by_arn() {
    let name = whole().id("Table");
    let arn = whole().is("Table")["TableArn"].as_str().unwrap().to_owned();
    let calls = [
        "DeleteTable",
        "UpdateTable",
        "UpdateTimeToLive",
        "UpdateContinuousBackups",
    ];
    let others = texts([
        "orders",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
    ]);
    each(
        "TamperingWithStores",
        ("dynamodb", &calls, "tableName"),
        &[name.to_owned(), arn.clone()],
        &others,
    );
    each(
        "TamperingWithStores",
        (
            "dynamodb",
            &["PutResourcePolicy", "DeleteResourcePolicy"],
            "resourceArn",
        ),
        &[arn],
        &others,
    );
    // What the function itself writes is a data event.
    assert!(told("dynamodb", "PutItem", &json!({ "tableName": name })).is_empty());
}

#[test]
fn topics_and_subscriptions_are_told_of() {
    let topics = ["AlertTopic", "FindingsTopic"].map(|topic| whole().id(topic).to_owned());
    let calls = [
        "DeleteTopic",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "Subscribe",
    ];
    let others = texts(["arn:aws:sns:eu-west-1:123456789012:orders"]);
    each(
        "TamperingWithStores",
        ("sns", &calls, "topicArn"),
        &topics,
        &others,
    );
    each(
        "TamperingWithStores",
        ("sns", &["PutDataProtectionPolicy"], "resourceArn"),
        &topics,
        &others,
    );
    let subscriptions = topics.clone().map(|topic| format!("{topic}:0b7d64a2"));
    each(
        "TamperingWithStores",
        (
            "sns",
            &["Unsubscribe", "SetSubscriptionAttributes"],
            "subscriptionArn",
        ),
        &subscriptions,
        &others,
    );
    assert!(told("sns", "Publish", &json!({ "topicArn": topics[0] })).is_empty());
}

#[test]
fn a_queue_is_told_of_by_its_url_at_every_endpoint() {
    let calls = [
        "DeleteQueue",
        "SetQueueAttributes",
        "PurgeQueue",
        "AddPermission",
        "RemovePermission",
    ];
    for queue in ["Work", "DeadWork", "DeadLetters"] {
        let url = whole().id(queue);
        let name = url.rsplit('/').next().unwrap();
        let own = [
            url.to_owned(),
            format!("{url}/"),
            format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"),
            format!("http://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"),
            format!("https://{REGION}.queue.amazonaws.com/{ACCOUNT}/{name}"),
            format!("https://sqs.{REGION}.api.aws/{ACCOUNT}/{name}"),
            format!("https://vpce-1.sqs.{REGION}.vpce.amazonaws.com/{ACCOUNT}/{name}"),
        ];
        let others = [format!(
            "https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"
        )];
        each(
            "TamperingWithStores",
            ("sqs", &calls, "queueUrl"),
            &own,
            &others,
        );
        assert!(told("sqs", "SendMessage", &json!({ "queueUrl": url })).is_empty());
    }
}

#[test]
fn the_key_is_told_of_by_id_and_by_arn() {
    let id = whole().id("Key").to_owned();
    let id = id.rsplit('/').next().unwrap();
    let own = [
        id.to_owned(),
        format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}"),
    ];
    let calls = [
        "DisableKey",
        "ScheduleKeyDeletion",
        "PutKeyPolicy",
        "RevokeGrant",
    ];
    each(
        "TamperingWithSupport",
        ("kms", &calls, "keyId"),
        &own,
        &texts(["11111111-2222-3333-4444-555555555555"]),
    );
    assert!(told("kms", "Decrypt", &json!({ "keyId": own[0] })).is_empty());
}

#[test]
fn the_configuration_is_told_of_by_name_and_by_arn_alone_and_among_others() {
    let own = texts([
        "/stepwarden/config",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/stepwarden/config",
    ]);
    let others = texts(["/orders/config"]);
    let calls = ["PutParameter", "DeleteParameter", "LabelParameterVersion"];
    each(
        "TamperingWithSupport",
        ("ssm", &calls, "name"),
        &own,
        &others,
    );
    for (expected, last) in [(1, own[0].as_str()), (0, "/orders/other")] {
        let rules = told(
            "ssm",
            "DeleteParameters",
            &json!({ "names": ["/orders/config", last] }),
        );
        assert_eq!(rules.len(), expected, "{last}");
    }
}

#[test]
fn alarms_their_log_and_the_stack_are_told_of() {
    let rule = "TamperingWithSupport";
    let alarm = "stepwarden-QuietAlarm-1A2B3C4D5E6F".to_owned();
    for call in ["DeleteAlarms", "DisableAlarmActions"] {
        let rules = told(
            "monitoring",
            call,
            &json!({ "alarmNames": ["orders", alarm] }),
        );
        assert_eq!(rules, [rule], "{call}");
        assert!(told("monitoring", call, &json!({ "alarmNames": ["orders"] })).is_empty());
    }
    each(
        rule,
        (
            "monitoring",
            &["PutMetricAlarm", "SetAlarmState"],
            "alarmName",
        ),
        &[alarm],
        &texts(["orders"]),
    );
    let others = texts([
        "/aws/lambda/orders",
        "/aws/lambda/stepwarden-other",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/stepwarden-other:*",
    ]);
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/stepwarden");
    each(
        rule,
        (
            "logs",
            &["DeleteLogGroup", "AssociateKmsKey", "DisassociateKmsKey"],
            "logGroupName",
        ),
        &texts(["/aws/lambda/stepwarden"]),
        &others,
    );
    each(
        rule,
        (
            "logs",
            &["PutDataProtectionPolicy", "PutTransformer"],
            "logGroupIdentifier",
        ),
        &[
            "/aws/lambda/stepwarden".to_owned(),
            arn.clone(),
            format!("{arn}:*"),
        ],
        &others,
    );
    each(
        rule,
        (
            "logs",
            &["AssociateKmsKey", "DisassociateKmsKey"],
            "resourceIdentifier",
        ),
        &[arn],
        &others,
    );
    let id = format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/stepwarden/0b7d64a2");
    each(
        rule,
        ("cloudformation", &["DeleteStack"], "stackName"),
        &["stepwarden".to_owned(), id],
        &texts([
            "orders",
            "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/1",
        ]),
    );
}
