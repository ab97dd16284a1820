//! What a call fixes of its request beside the resource.

use serde_json::{Value as Json, json};

use super::*;

/// What the need of this action tells of a key: none where nothing is told.
fn told(resource: &str, arguments: Json, action: &str, key: &str) -> Option<Vec<String>> {
    let needs = needs(resource, arguments);
    let need = needs.iter().find(|n| n.action == action)?;
    let (_, values) = need.request.iter().find(|(k, _)| *k == key)?;
    Some(values.iter().map(Glob::to_string).collect())
}

#[test]
fn a_parameter_fills_the_key_that_holds_it() {
    let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/";
    for (resource, arguments, action, key, expected) in [
        (
            "aws-sdk:s3:listObjectsV2",
            json!({"Bucket": "b", "Prefix": "in/"}),
            "s3:ListBucket",
            "s3:prefix",
            Some(vec!["in/".to_owned()]),
        ),
        (
            "aws-sdk:s3:listObjectsV2",
            json!({"Bucket": "b"}),
            "s3:ListBucket",
            "s3:prefix",
            Some(vec![]),
        ),
        (
            "aws-sdk:s3:listObjectsV2",
            json!({"Bucket": "b", "Prefix": "in/<caller>"}),
            "s3:ListBucket",
            "s3:prefix",
            Some(vec!["in/*".to_owned()]),
        ),
        (
            "ecs:runTask",
            json!({"Cluster": "jobs", "TaskDefinition": "t:1"}),
            "ecs:RunTask",
            "ecs:cluster",
            Some(vec![format!("{cluster}jobs")]),
        ),
        (
            "ecs:runTask",
            json!({"TaskDefinition": "t:1"}),
            "ecs:RunTask",
            "ecs:cluster",
            Some(vec![format!("{cluster}default")]),
        ),
        (
            "aws-sdk:iam:attachRolePolicy",
            json!({"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
            "iam:AttachRolePolicy",
            "iam:policyarn",
            Some(vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()]),
        ),
        (
            "events:putEvents",
            json!({"Entries": [{"Source": "a"}, {"Source": "b"}]}),
            "events:PutEvents",
            "events:source",
            Some(vec!["a".to_owned(), "b".to_owned()]),
        ),
    ] {
        let found = told(resource, arguments.clone(), action, key);
        assert_eq!(found, expected, "{resource} {arguments} {key}");
    }
    let whole = Value::Any(unknown(Source::Caller));
    let needs = needs_at(&home(), "aws-sdk:s3:listObjectsV2", &whole);
    assert_eq!(on(&needs, "s3:ListBucket").request, []);
}

#[test]
fn tags_of_a_call_through_the_sdk_are_told_whole_or_not_at_all() {
    let tags = |resource: &str, arguments: Json| {
        let tags = needs(resource, arguments).first()?.tags.clone()?;
        let text = |(key, value): (String, Glob)| format!("{key}={value}");
        Some(tags.into_iter().map(text).collect::<Vec<_>>())
    };
    let some = |all: &[&str]| Some(all.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
    let queue = "aws-sdk:sqs:createQueue";
    for (resource, arguments, expected) in [
        (queue, json!({"QueueName": "q"}), some(&[])),
        (
            queue,
            json!({"QueueName": "q", "Tags": {"env": "dev", "who": "<caller>"}}),
            some(&["env=dev", "who=*"]),
        ),
        (queue, json!({"QueueName": "q", "Tags": "<caller>"}), None),
        (
            "aws-sdk:rds:createDBSnapshot",
            json!({"DBSnapshotIdentifier": "s", "DBInstanceIdentifier": "d", "Tags": [{"Key": "a", "Value": "b"}]}),
            some(&["a=b"]),
        ),
        (
            "aws-sdk:rds:createDBSnapshot",
            json!({"DBSnapshotIdentifier": "s", "DBInstanceIdentifier": "d", "Tags": [{"Key": "<caller>", "Value": "b"}]}),
            None,
        ),
        (
            "aws-sdk:ec2:createVolume",
            json!({"AvailabilityZone": "a", "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "b"}]}]}),
            some(&["a=b"]),
        ),
        // Those of what an instance is launched from are no tags of the request.
        (
            "aws-sdk:ec2:createLaunchTemplate",
            json!({"LaunchTemplateName": "l", "LaunchTemplateData": {"TagSpecifications": []}}),
            None,
        ),
        // An integration of its own may add some.
        (
            "sagemaker:createEndpoint",
            json!({"EndpointName": "e", "EndpointConfigName": "c"}),
            None,
        ),
    ] {
        assert_eq!(
            tags(resource, arguments.clone()),
            expected,
            "{resource} {arguments}"
        );
    }
}

#[test]
fn every_table_of_a_request_is_needed() {
    let table = |name: &str| {
        vec![format!(
            "arn:aws:dynamodb:us-east-1:123456789012:table/{name}"
        )]
    };
    let both = vec![table("a"), table("b")];
    for (operation, arguments, action) in [
        (
            "batchGetItem",
            json!({"RequestItems": {"a": {}, "b": {}}}),
            "dynamodb:BatchGetItem",
        ),
        (
            "transactGetItems",
            json!({"TransactItems": [{"Get": {"TableName": "a"}}, {"Get": {"TableName": "b"}}, {"Get": {"TableName": "a"}}]}),
            "dynamodb:GetItem",
        ),
        (
            "batchExecuteStatement",
            json!({"Statements": [{"Statement": "SELECT * FROM a"}, {"Statement": "SELECT * FROM \"b\" WHERE id = '<caller>'"}]}),
            "dynamodb:PartiQLSelect",
        ),
    ] {
        let needs = needs(&format!("aws-sdk:dynamodb:{operation}"), arguments);
        assert_eq!(all_of(&needs, action), both, "{operation}");
        assert!(needs.iter().all(|n| n.action == action && !n.optional));
    }
    // A statement that a run puts together may do anything to any table.
    let open = needs(
        "aws-sdk:dynamodb:executeStatement",
        json!({"Statement": "<caller>"}),
    );
    assert_eq!(open.len(), 4);
    assert!(open.iter().all(|n| n.optional));
}

#[test]
fn a_request_may_name_the_account_of_its_resources() {
    for (resource, arguments, action, expected) in [
        (
            "aws-sdk:ecr:batchDeleteImage",
            json!({"RegistryId": "999999999999", "RepositoryName": "r", "ImageIds": []}),
            "ecr:BatchDeleteImage",
            "arn:aws:ecr:us-east-1:999999999999:repository/r",
        ),
        (
            "aws-sdk:sqs:getQueueUrl",
            json!({"QueueName": "q", "QueueOwnerAWSAccountId": "999999999999"}),
            "sqs:GetQueueUrl",
            "arn:aws:sqs:us-east-1:999999999999:q",
        ),
        (
            "aws-sdk:sqs:getQueueUrl",
            json!({"QueueName": "q"}),
            "sqs:GetQueueUrl",
            "arn:aws:sqs:us-east-1:123456789012:q",
        ),
    ] {
        let needs = needs(resource, arguments);
        assert_eq!(resources(on(&needs, action)), [expected]);
    }
}
