//! Patterns with `$or`, what a quoted template makes of a guarded field, and who may send what a source holds.

use super::*;

fn event(pattern: &Json, bus: &str, target: &Json) -> EntryPoint {
    let mut to = json!({ "Id": "1", "Arn": format!("{BASE}w") });
    to.as_object_mut()
        .unwrap()
        .extend(target.as_object().unwrap().clone());
    one(&[
        (
            "event-rules.json",
            json!({ "Rules": [{ "Name": "r", "State": "ENABLED", "EventBusName": bus, "EventPattern": pattern.to_string() }] }),
        ),
        (
            if bus == "default" {
                "event-targets/r.json"
            } else {
                "event-targets/shop/r.json"
            },
            json!({ "Targets": [to] }),
        ),
    ])
}

#[test]
fn an_or_guards_what_each_of_its_branches_guards() {
    let source = json!(["shop.orders"]);
    for (or, open) in [
        (
            json!([{ "detail": { "f": ["a"] } }, { "detail": { "f": ["b"] } }]),
            false,
        ),
        (
            json!([{ "detail": { "f": ["a"], "g": [1] } }, { "detail": { "f": ["b", "c"] } }]),
            false,
        ),
        (
            json!([{ "detail": { "f": ["a"] } }, { "detail": { "g": ["b"] } }]),
            true,
        ),
        (
            json!([{ "detail": { "f": ["a"] } }, { "detail": { "f": [{ "prefix": "b" }] } }]),
            true,
        ),
    ] {
        let point = event(&json!({ "source": source, "$or": or }), "shop", &json!({}));
        assert_eq!(chooses(&point, "$.detail.f"), open, "{or}");
    }
    let inner = json!({ "source": source, "detail": { "$or": [{ "f": ["a"] }, { "f": ["b"] }] } });
    assert!(!chooses(&event(&inner, "shop", &json!({})), "$.detail.f"));
    let beside = json!({ "source": source, "detail": { "f": ["a"] }, "$or": [{ "detail": { "g": ["b"] } }, { "detail": { "h": ["c"] } }] });
    assert!(!chooses(&event(&beside, "shop", &json!({})), "$.detail.f"));
    // Of one that comes to very many patterns nothing is taken for fixed.
    let many: Vec<Json> = (0..40)
        .map(|n| json!({ "detail": { "f": [n.to_string()] } }))
        .collect();
    let many = json!({ "source": source, "$or": many });
    assert!(chooses(&event(&many, "shop", &json!({})), "$.detail.f"));
}

#[test]
fn each_branch_of_an_or_has_its_own_senders() {
    let pattern = json!({ "$or": [{ "source": ["shop.a"] }, { "source": ["aws.ec2"] }, { "source": ["shop.b"] }] });
    let point = event(&pattern, "default", &json!({}));
    let sources: Vec<&str> = point
        .causes
        .iter()
        .filter_map(|c| c.context.first())
        .map(|(_, source)| source.as_str())
        .collect();
    assert_eq!(sources, ["shop.a", "shop.b"]);
}

#[test]
fn a_field_that_is_a_scalar_stays_guarded_in_a_string() {
    let quoted = |path: &str| json!({ "InputTransformer": { "InputPathsMap": { "x": path }, "InputTemplate": r#"{"f": "<x>"}"# } });
    let pattern = json!({ "source": ["shop.orders"], "detail": { "f": ["a", "b"], "g": [{ "prefix": "p" }] } });
    for (path, open) in [
        ("$.source", false),
        ("$.time", false),
        ("$.id", false),
        ("$.detail.f", false),
        ("$.detail.g", true),
        ("$.detail-type", true),
        ("$.detail.h", true),
    ] {
        let point = event(&pattern, "shop", &quoted(path));
        assert_eq!(chooses(&point, "$.f"), open, "{path}");
    }
}

#[test]
fn whoever_puts_the_object_puts_it_where_the_pattern_looks() {
    let resources = |object: Json| -> Vec<String> {
        let pattern = json!({ "source": ["aws.s3"], "detail": { "bucket": { "name": ["in"] }, "object": object } });
        let point = event(&pattern, "default", &json!({}));
        point.causes.into_iter().map(|c| c.resource).collect()
    };
    for (object, expected) in [
        (json!({}), vec!["arn:aws:s3:::in/*"]),
        (
            json!({ "key": [{ "prefix": "up/" }] }),
            vec!["arn:aws:s3:::in/up/*"],
        ),
        (
            json!({ "key": ["a", { "wildcard": "b/*.csv" }] }),
            vec!["arn:aws:s3:::in/a", "arn:aws:s3:::in/b/*"],
        ),
        (
            json!({ "key": [{ "suffix": ".csv" }] }),
            vec!["arn:aws:s3:::in/*"],
        ),
        (
            json!({ "size": [{ "numeric": [">", 1] }] }),
            vec!["arn:aws:s3:::in/*"],
        ),
    ] {
        assert_eq!(resources(object.clone()), expected, "{object}");
    }
}

#[test]
fn a_queue_is_as_open_as_its_policy() {
    let queue = "arn:aws:sqs:us-east-1:271828182845:in";
    let pipe = |statement: Json, template: Option<&str>| {
        let policy = json!({ "Statement": [statement] }).to_string();
        one(&[
            (
                "pipes/p.json",
                json!({ "Name": "p", "DesiredState": "RUNNING", "Source": queue, "Target": format!("{BASE}w"), "TargetParameters": { "InputTemplate": template } }),
            ),
            (
                "queue-policies/in.json",
                json!({ "Attributes": { "Policy": policy } }),
            ),
        ])
    };
    let send = |principal: Json, condition: Json| json!({ "Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": queue, "Condition": condition });
    for (statement, public) in [
        (
            send(
                json!("*"),
                json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:sns:us-east-1:271828182845:t" } }),
            ),
            false,
        ),
        (
            send(
                json!("*"),
                json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }),
            ),
            false,
        ),
        (
            send(json!({ "Service": "s3.amazonaws.com" }), json!({})),
            false,
        ),
        (send(json!({ "AWS": "271828182845" }), json!({})), false),
        (
            json!({ "Effect": "Allow", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": queue }),
            false,
        ),
        (send(json!("*"), json!({})), true),
        (send(json!({ "AWS": "*" }), json!({})), true),
    ] {
        let point = pipe(statement.clone(), None);
        assert_eq!(point.public, public, "{statement}");
        assert_eq!(
            point.authorization,
            public.then_some(Authorization::None),
            "{statement}"
        );
    }
    let ada = "arn:aws:iam::271828182845:user/ada";
    let named = pipe(send(json!({ "AWS": [ada] }), json!({})), None);
    assert_eq!(named.causes[0].named, [ada]);
    let fixed = pipe(
        send(json!({ "AWS": [ada] }), json!({})),
        Some(r#"{"f": 1}"#),
    );
    assert!(fixed.causes.is_empty());
}

#[test]
fn a_topic_rule_that_selects_everything_and_more_hands_the_message_on_whole() {
    for (sql, fill) in [
        ("SELECT * FROM 'a'", Fill::Whole),
        ("SELECT *, timestamp() AS t FROM 'a'", Fill::Whole),
        ("SELECT a, b FROM 'a'", Fill::Part),
        ("SELECT 'x' AS f FROM 'a'", Fill::Constant),
    ] {
        let point = one(&[(
            "topic-rules/r.json",
            json!({ "rule": { "ruleName": "r", "sql": sql, "actions": [{ "stepFunctions": { "stateMachineName": "w", "roleArn": "arn:aws:iam::271828182845:role/r" } }] } }),
        )]);
        assert_eq!(point.fill, fill, "{sql}");
    }
}
