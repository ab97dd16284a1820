//! What of a record, a message or an event its sender chooses, and which action sends it.

use super::*;

fn pipe(source: &str, filter: Option<&str>) -> EntryPoint {
    let filters: Vec<Json> = filter.iter().map(|f| json!({ "Pattern": f })).collect();
    one(&[(
        "pipes/p.json",
        json!({ "Name": "p", "Source": source, "SourceParameters": { "FilterCriteria": { "Filters": filters } }, "Target": format!("{BASE}w") }),
    )])
}

fn topic(sql: &str) -> EntryPoint {
    one(&[(
        "topic-rules/r.json",
        json!({ "rule": { "ruleName": "r", "sql": sql, "actions": [{ "stepFunctions": { "stateMachineName": "w" } }] } }),
    )])
}

/// What brings about that somebody chooses what stands there.
fn actions(point: &EntryPoint, path: &str) -> Vec<String> {
    let causes = point.causes_at(&[path.to_owned()]);
    causes.iter().map(|c| c.action.to_string()).collect()
}

fn topics(sql: &str) -> Vec<String> {
    let causes = topic(sql).causes;
    let of_own = |c: &Cause| {
        let (_, topic) = c.resource.rsplit_once(":")?;
        (!topic.starts_with("topic/$aws/rules/r")).then(|| format!("{} {topic}", c.action))
    };
    causes.iter().filter_map(of_own).collect()
}

#[test]
fn a_record_is_its_senders_but_for_what_the_service_sets() {
    let table = "arn:aws:dynamodb:us-east-1:271828182845:table/t/stream/1";
    let kafka = "arn:aws:kafka:us-east-1:271828182845:cluster/c/u";
    for (source, open, fixed) in [
        (
            "arn:aws:sqs:us-east-1:271828182845:q",
            &[
                "body",
                "messageAttributes.f.stringValue",
                "attributes.MessageGroupId",
                "attributes.MessageDeduplicationId",
            ][..],
            &[
                "messageId",
                "receiptHandle",
                "awsRegion",
                "eventSourceARN",
                "attributes.SenderId",
                "attributes.SentTimestamp",
            ][..],
        ),
        (
            "arn:aws:kinesis:us-east-1:271828182845:stream/s",
            &["data", "partitionKey"],
            &["sequenceNumber", "eventID", "invokeIdentityArn"],
        ),
        (
            table,
            &[
                "dynamodb.NewImage.f.S",
                "dynamodb.Keys.id.S",
                "dynamodb.OldImage.f.S",
            ],
            &["eventName", "dynamodb.SequenceNumber", "userIdentity"],
        ),
        (kafka, &["key", "value", "headers"], &["topic", "offset"]),
        ("smk://b:9092", &["value"], &["bootstrapServers"]),
        (
            "arn:aws:mq:us-east-1:271828182845:broker:b:b-1",
            &["data"],
            &["eventSourceArn"],
        ),
    ] {
        let point = pipe(source, None);
        for (paths, chosen) in [(fixed, false), (open, true)] {
            for path in paths {
                assert_eq!(
                    chooses(&point, &format!("$[0].{path}")),
                    chosen,
                    "{source} {path}"
                );
            }
        }
    }
    let unknown = pipe("arn:aws:unheard:us-east-1:271828182845:x", None);
    assert!(chooses(&unknown, "$[0].eventID"));
}

#[test]
fn every_action_that_writes_brings_what_it_writes() {
    let table = "arn:aws:dynamodb:us-east-1:271828182845:table/t/stream/1";
    let all = pipe(table, None);
    let (new, keys) = ("$[0].dynamodb.NewImage.f.S", "$[0].dynamodb.Keys.id.S");
    let writing = [
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
    ];
    assert_eq!(actions(&all, new), writing);
    let removing = ["dynamodb:DeleteItem", "dynamodb:PartiQLDelete"];
    assert_eq!(actions(&all, keys), [&writing[..], &removing].concat());
    let removed = pipe(table, Some(r#"{"eventName": ["REMOVE"]}"#));
    assert_eq!(
        actions(&removed, keys),
        [
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:PartiQLDelete"
        ]
    );
    let stream = pipe("arn:aws:kinesis:us-east-1:271828182845:stream/s", None);
    assert_eq!(
        actions(&stream, "$[0].data"),
        ["kinesis:PutRecord", "kinesis:PutRecords"]
    );
    let kafka = pipe("arn:aws:kafka:us-east-1:271828182845:cluster/c/u", None);
    assert_eq!(
        kafka.causes[0].resource,
        "arn:aws:kafka:us-east-1:271828182845:topic/c/u/*"
    );
    let broker = pipe("arn:aws:mq:us-east-1:271828182845:broker:b:b-1", None);
    assert!(broker.causes.is_empty());
}

#[test]
fn what_a_topic_rule_fixes_no_message_chooses() {
    for sql in [
        "SELECT f FROM 'plant/+/t' WHERE f = 'a'",
        "SELECT f FROM 'plant/+/t' WHERE 'a' = f AND x > 1",
        "SELECT f FROM 'plant/+/t' WHERE (f = 'a' OR f = 'b') AND x > 1",
        "SELECT f FROM 'plant/+/t' WHERE f IN ['a', 'b']",
        "SELECT * FROM 'plant/+/t' WHERE f = 'a'",
        "SELECT x AS f FROM 'plant/+/t' where x='a'",
        "SELECT topic(1) AS f FROM 'plant/+/t'",
        "SELECT topic(2) AS f FROM 'plant/+/t' WHERE topic(2) = 'a'",
        "SELECT CASE x WHEN 1 THEN 'a' ELSE 'b' END AS f FROM 'plant/+/t'",
        "SELECT upper('a') AS f FROM 'plant/+/t'",
        "SELECT /* f */ other FROM 'plant/+/t'",
        "SELECT 'it''s, x' AS f, x FROM 'plant/+/t'",
        "SELECT newuuid() AS f FROM 'plant/+/t'",
    ] {
        assert!(!chooses(&topic(sql), "$.f"), "{sql}");
    }
    for sql in [
        "SELECT f FROM 'plant/+/t' WHERE f = 'a' OR x > 1",
        "SELECT f FROM 'plant/+/t' WHERE NOT f = 'a'",
        "SELECT f FROM 'plant/+/t' WHERE f <> 'a'",
        "SELECT f FROM 'plant/+/t' WHERE f >= 'a'",
        "SELECT f FROM 'plant/+/t' WHERE f = x",
        "SELECT topic(2) AS f FROM 'plant/+/t'",
        "SELECT topic(4) AS f FROM 'plant/#'",
        "SELECT CASE x WHEN 1 THEN 'a' ELSE y END AS f FROM 'plant/+/t'",
        "SELECT concat('a-', x) AS f FROM 'plant/+/t'",
        "SELECT 'a' + x AS f FROM 'plant/+/t'",
        "SELECT get_thing_shadow('t', 'r') AS f FROM 'plant/+/t'",
        "SELECT VALUE x FROM 'plant/+/t'",
        "no statement",
    ] {
        assert!(chooses(&topic(sql), "$.f"), "{sql}");
    }
    let nested = topic("SELECT (SELECT n AS f FROM items) AS x FROM 'a/#'");
    assert!(chooses(&nested, "$.x[0].f") && !chooses(&nested, "$.x[0].g"));
}

#[test]
fn whoever_may_publish_to_the_topics_or_to_the_rule_itself() {
    for (sql, expected) in [
        ("SELECT * FROM 'a/+/b'", vec!["iot:Publish topic/a/*/b"]),
        (
            "SELECT * FROM 'a/#'",
            vec!["iot:Publish topic/a/*", "iot:Publish topic/a"],
        ),
        (
            "SELECT * FROM 'a/+' WHERE topic(2) = 'x'",
            vec!["iot:Publish topic/a/x"],
        ),
        ("SELECT * FROM 'a/+' WHERE topic(1) = 'x'", vec![]),
        (
            "SELECT * FROM '$aws/things/+/shadow/update/accepted'",
            vec![
                "iot:Publish topic/$aws/things/*/shadow/update",
                "iot:UpdateThingShadow thing/*",
            ],
        ),
        (
            "SELECT * FROM '$aws/things/t/shadow/name/s/update/documents'",
            vec![
                "iot:Publish topic/$aws/things/t/shadow/name/s/update",
                "iot:UpdateThingShadow thing/t/s",
            ],
        ),
        ("SELECT * FROM '$aws/events/presence/connected/+'", vec![]),
        ("SELECT *", vec![]),
    ] {
        assert_eq!(topics(sql), expected, "{sql}");
        let itself = "arn:aws:iot:us-east-1:271828182845:topic/$aws/rules/r";
        let causes = topic(sql).causes;
        for resource in [itself.to_owned(), format!("{itself}/*")] {
            assert!(causes.iter().any(|c| c.resource == resource), "{sql}");
        }
    }
    let one_level = topic("SELECT * FROM 'a/+'").causes.remove(0);
    let levels = one_level.levels.unwrap();
    for (granted, meant) in [("a:b", true), ("a:b:c", false), ("a:*", true)] {
        let granted = format!("arn:aws:iot:us-east-1:271828182845:topic:{granted}");
        assert_eq!(Glob::parse(&granted).overlaps(&levels), meant, "{granted}");
    }
}

#[test]
fn a_call_is_that_of_whoever_may_make_it() {
    let calls = |source: &str, detail: Json| {
        let pattern = json!({ "source": [source], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail });
        points(&[
            (
                "event-rules.json",
                json!({ "Rules": [{ "Name": "r", "State": "ENABLED", "EventPattern": pattern.to_string() }] }),
            ),
            (
                "event-targets/r.json",
                json!({ "Targets": [{ "Id": "1", "Arn": format!("{BASE}w") }] }),
            ),
        ])
    };
    let made = |found: &EntryPoints| -> Vec<String> {
        let causes = found.list[0].causes.iter();
        causes
            .map(|c| format!("{} {}", c.action, c.resource))
            .collect()
    };
    for (source, detail, expected) in [
        (
            "aws.ec2",
            json!({ "eventName": ["CreateTags"] }),
            "ec2:CreateTags *",
        ),
        (
            "aws.s3",
            json!({ "eventName": ["CopyObject"], "requestParameters": { "bucketName": ["in"], "key": [{ "prefix": "a/" }] } }),
            "s3:PutObject arn:aws:s3:::in/a/*",
        ),
        (
            "aws.lambda",
            json!({ "eventName": ["UpdateFunctionCode20150331v2"] }),
            "lambda:UpdateFunctionCode *",
        ),
        (
            "aws.monitoring",
            json!({ "eventSource": ["monitoring.amazonaws.com"], "eventName": ["PutMetricAlarm"] }),
            "cloudwatch:PutMetricAlarm *",
        ),
    ] {
        let found = calls(source, detail);
        assert_eq!(made(&found), [expected]);
        let told = |found: &EntryPoints| found.unread.iter().any(|u| u.what.contains("calls"));
        assert!(!told(&found));
        let untold = calls(source, json!({ "eventName": [{ "prefix": "Put" }] }));
        assert!(made(&untold).is_empty() && told(&untold));
    }
}
