use serde_json::json;

use super::summary;
use crate::trigger::WATCHED;

#[test]
fn every_watched_call_has_words_for_what_it_changed() {
    let workflow = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders";
    // One request that has every member of every call.
    let detail = json!({
        "requestParameters": {
            "stateMachineArn": workflow, "resourceArn": workflow,
            "stateMachineVersionArn": format!("{workflow}:3"),
            "stateMachineAliasArn": format!("{workflow}:live"),
            "routingConfiguration": [{ "stateMachineVersionArn": format!("{workflow}:3"), "weight": 100 }],
            "definition": "HIDDEN", "roleArn": "r",
            "roleName": "worker", "userName": "kim", "groupName": "ops",
            "policyName": "p", "policyArn": "arn:aws:iam::123456789012:policy/p",
            "permissionsBoundary": "arn:aws:iam::aws:policy/B", "versionId": "v2",
            "tags": [{ "key": "a", "value": "b" }], "tagKeys": ["a"],
            "logGroupName": "g", "retentionInDays": 7, "kmsKeyId": "k", "functionName": "f", "role": "r",
            "restApiId": "a", "stageName": "s", "httpMethod": "POST", "routeKey": "POST /", "rule": "r", "name": "n",
            "typeName": "Query", "fieldName": "f",
        },
        "responseElements": {
            "stateMachineArn": workflow, "stateMachineAliasArn": format!("{workflow}:live"),
            "stateMachineVersionArn": format!("{workflow}:3"), "revisionId": "abc",
        },
    });
    for row in WATCHED {
        assert!(!summary(row.name, &detail).is_empty(), "{}", row.name);
        // What a record does not say is not made up.
        assert_eq!(summary(row.name, &json!({})), "", "{}", row.name);
    }
    assert_eq!(
        summary("UpdateStateMachine", &detail),
        "definition and role of `Orders` replaced, now revision `abc`"
    );
    assert_eq!(
        summary("AddUserToGroup", &detail),
        "user `kim` joined group `ops`"
    );
}

#[test]
fn a_policy_that_is_written_says_what_it_allows_and_no_more_than_that() {
    let written = |document: &str| {
        let detail = json!({ "requestParameters": { "roleName": "r", "policyName": "p", "policyDocument": document } });
        summary("PutRolePolicy", &detail)
    };
    let plain = "inline policy `p` of role `r` was written";
    for unclear in [
        "",
        "not JSON",
        "[]",
        r#"{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
    ] {
        assert_eq!(written(unclear), plain, "{unclear}");
    }
    let one = r#"{"Statement":{"Effect":"Allow","Action":["s3:*","iam:PassRole"],"Resource":"*","Condition":{}}}"#;
    assert_eq!(
        written(one),
        format!(
            "{plain}; it allows `s3:*` on `*` under a condition, `iam:PassRole` on `*` under a condition"
        )
    );
    let hidden = r#"{"Statement":[
        {"Effect":"Allow","Action":["logs:CreateLogDelivery","logs:*","xray:PutTraceSegments"],"Resource":"*"},
        {"Effect":"Allow","Action":["sqs:SendMessage"],"Resource":"arn:aws:sqs:eu-west-1:1:q"},
        {"Effect":"Allow","Action":["s3:GetObject","s3:*"],"Resource":"*"},
        {"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"}]}"#;
    assert_eq!(
        written(hidden),
        format!(
            "{plain}; it allows `*` on `arn:aws:s3:::b`, `s3:*` on `*`, `s3:GetObject` on `*` and 4 more"
        )
    );
    let but = r#"{"Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":["a","b"]}]}"#;
    assert_eq!(
        written(but),
        format!("{plain}; it allows `all but iam:*` on `a` and 1 more")
    );
}
