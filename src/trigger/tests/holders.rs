use serde_json::json;

use super::*;

#[test]
fn policies_of_resources_are_named_by_whatever_names_the_resource() {
    let of = |service: &str, name: &str, request: Value| {
        let source = format!("{service}.amazonaws.com");
        read(&event(name, &source, request, Value::Null)).map(|change| change.affects)
    };
    let policy = |kind, name: &str, document: Option<&str>| {
        Ok(Affects::Policy {
            kind,
            name: name.to_owned(),
            document: document.map(str::to_owned),
        })
    };
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    for named in [
        id.to_owned(),
        format!("arn:aws:kms:eu-west-1:123456789012:key/{id}"),
    ] {
        let request = json!({ "keyId": named, "policy": "{}" });
        assert_eq!(
            of("kms", "PutKeyPolicy", request),
            policy(ResourceKind::Key, id, Some("{}"))
        );
    }
    // S3 tells the document as an object.
    let request = json!({ "bucketName": "in", "bucketPolicy": { "Statement": [] } });
    assert_eq!(
        of("s3", "PutBucketPolicy", request),
        policy(ResourceKind::Bucket, "in", Some(r#"{"Statement":[]}"#))
    );
    let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo";
    let queue = |attributes: Value| json!({ "queueUrl": url, "attributes": attributes });
    assert_eq!(
        of(
            "sqs",
            "SetQueueAttributes",
            queue(json!({ "Policy": "{}" }))
        ),
        policy(ResourceKind::Queue, "orders.fifo", Some("{}"))
    );
    assert_eq!(
        of("sqs", "RemovePermission", json!({ "queueUrl": url })),
        policy(ResourceKind::Queue, "orders.fifo", None)
    );
    let passed = |name| Err(Skip::NoWorkflow { name });
    let other = queue(json!({ "DelaySeconds": "1" }));
    assert_eq!(
        of("sqs", "SetQueueAttributes", other),
        passed("SetQueueAttributes")
    );
    // What the record does not say may be the policy.
    assert_eq!(
        of("sqs", "SetQueueAttributes", json!({ "queueUrl": url })),
        policy(ResourceKind::Queue, "orders.fifo", None)
    );
    let topic = |name: &str| json!({ "topicArn": "arn:aws:sns:eu-west-1:123456789012:t", "attributeName": name });
    assert_eq!(
        of("sns", "SetTopicAttributes", topic("Policy")),
        policy(ResourceKind::Topic, "t", None)
    );
    assert_eq!(
        of("sns", "SetTopicAttributes", topic("DisplayName")),
        passed("SetTopicAttributes")
    );
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db";
    for (named, name) in [
        ("prod/db".to_owned(), "prod/db"),
        (format!("{arn}-AbCdEf"), "prod/db"),
        // Only an ARN has six random characters.
        ("my-secret".to_owned(), "my-secret"),
    ] {
        assert_eq!(
            of(
                "secretsmanager",
                "DeleteResourcePolicy",
                json!({ "secretId": named })
            ),
            policy(ResourceKind::Secret, name, None)
        );
    }
    let function =
        json!({ "functionName": "arn:aws:lambda:eu-west-1:123456789012:function:f:live" });
    assert_eq!(
        of("lambda", "AddPermission20150331v2", function),
        policy(ResourceKind::Function, "f", None)
    );
    assert_eq!(
        of("logs", "PutResourcePolicy", json!({ "policyName": "p" })),
        Ok(Affects::LogPolicies)
    );
    for nothing in [
        json!({}),
        json!({ "keyId": "" }),
        json!({ "keyId": "alias/a" }),
    ] {
        assert!(of("kms", "PutKeyPolicy", nothing).is_err());
    }
}

#[test]
fn a_change_of_a_resource_policy_is_told_in_words() {
    let words = |service: &str, name: &str, request: Value| {
        let source = format!("{service}.amazonaws.com");
        let change = read(&event(name, &source, request, Value::Null)).unwrap();
        change.event.summary
    };
    let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
    for (service, name, request, told) in [
        (
            "kms",
            "PutKeyPolicy",
            json!({ "keyId": "k" }),
            "the policy of key `k` was written",
        ),
        (
            "s3",
            "DeleteBucketPolicy",
            json!({ "bucketName": "in" }),
            "the policy of bucket `in` was deleted",
        ),
        (
            "sqs",
            "AddPermission",
            json!({ "queueUrl": url }),
            "the policy of queue `orders` was changed",
        ),
        (
            "secretsmanager",
            "PutResourcePolicy",
            json!({ "secretId": "db" }),
            "the policy of secret `db` was written",
        ),
        (
            "logs",
            "PutResourcePolicy",
            json!({ "policyName": "p" }),
            "the resource policy `p` of CloudWatch Logs was written",
        ),
        (
            "lambda",
            "AddPermission20150331v2",
            json!({ "functionName": "f" }),
            "the resource policy of function `f` was changed",
        ),
    ] {
        assert_eq!(words(service, name, request), told);
    }
}
