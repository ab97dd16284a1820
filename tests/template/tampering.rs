//! Who changes the stack itself is told of without the function.

use serde_json::{Value, json};

use super::stack::{list, whole};

/// Calls against each part, and the rule that must name them.
const CALLS: &[(&str, &str, &[&str])] = &[
    (
        "TamperingWithFlow",
        "cloudtrail.amazonaws.com",
        &[
            "StopLogging",
            "DeleteTrail",
            "UpdateTrail",
            "PutEventSelectors",
        ],
    ),
    (
        "TamperingWithFlow",
        "events.amazonaws.com",
        &[
            "DisableRule",
            "DeleteRule",
            "PutRule",
            "RemoveTargets",
            "PutTargets",
        ],
    ),
    (
        "TamperingWithFlow",
        "lambda.amazonaws.com",
        &[
            "UpdateFunctionCode20150331v2",
            "UpdateFunctionConfiguration20150331v2",
            "DeleteFunction20150331",
            "PutFunctionConcurrency20171031",
            "AddPermission20150331v2",
            "UpdateEventSourceMapping20150331",
        ],
    ),
    (
        "TamperingWithStores",
        "",
        &[
            "DeleteTable",
            "UpdateTable",
            "DeleteTopic",
            "SetTopicAttributes",
            "Unsubscribe",
            "DeleteQueue",
            "SetQueueAttributes",
            "PurgeQueue",
            "DisableKey",
            "ScheduleKeyDeletion",
            "PutKeyPolicy",
            "PutParameter",
            "DeleteParameter",
            "DeleteRule",
        ],
    ),
];

fn parts(rule: &str) -> Vec<Value> {
    let pattern = whole().properties(rule)["EventPattern"].clone();
    assert_eq!(
        pattern["detail-type"],
        json!(["AWS API Call via CloudTrail"])
    );
    assert_eq!(pattern["detail"]["errorCode"], json!([{ "exists": false }]));
    pattern["detail"]["$or"].as_array().unwrap().clone()
}

/// A part that may be left out by a condition stands in the place of the condition's first branch.
fn names(part: &Value) -> Vec<String> {
    let inner = part.get("Fn::If").map_or(part, |branches| &branches[1]);
    match inner.get("eventName") {
        Some(names) => list(names),
        None => Vec::new(),
    }
}

#[test]
fn every_call_that_blinds_the_function_is_told_without_it() {
    for (rule, source, calls) in CALLS {
        let parts = parts(rule);
        for call in *calls {
            let named = parts.iter().any(|part| {
                let of =
                    source.is_empty() || list(&part["eventSource"]).contains(&(*source).to_owned());
                of && names(part).contains(&(*call).to_owned())
            });
            assert!(named, "{rule} does not name {call}");
        }
    }
}

#[test]
fn the_rules_publish_to_people_and_name_the_actor() {
    for rule in ["TamperingWithFlow", "TamperingWithStores"] {
        let targets = &whole().properties(rule)["Targets"];
        assert_eq!(targets[0]["Arn"], json!({ "Ref": "AlertTopic" }), "{rule}");
        let paths = &targets[0]["InputTransformer"]["InputPathsMap"];
        assert_eq!(paths["actor"], "$.detail.userIdentity.arn", "{rule}");
        let sources = whole().properties("TopicPolicy")["PolicyDocument"]["Statement"].to_string();
        assert!(sources.contains(rule), "{rule} may publish");
    }
}
