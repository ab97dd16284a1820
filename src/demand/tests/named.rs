//! How requests name what they act on: other buckets than general purpose ones, ids, prefixes, several roles.

use serde_json::json;

use super::*;

const HERE: &str = "us-east-1:123456789012";

#[test]
fn buckets_by_their_reserved_endings() {
    let get = |bucket: &str| {
        let found = needs(
            "aws-sdk:s3:getObject",
            json!({"Bucket": bucket, "Key": "k"}),
        );
        let need = found.into_iter().find(|n| !n.optional).unwrap();
        (need.action.clone(), resources(&need))
    };
    for (bucket, action, resource) in [
        ("plain", "s3:GetObject", "arn:aws:s3:::plain/k".to_owned()),
        ("x-s3", "s3:GetObject", "arn:aws:s3:::x-s3/k".to_owned()),
        (
            "fast--use1-az4--x-s3",
            "s3express:CreateSession",
            format!("arn:aws:s3express:{HERE}:bucket/fast--use1-az4--x-s3"),
        ),
        (
            "ap--use1-az4--xa-s3",
            "s3express:CreateSession",
            format!("arn:aws:s3express:{HERE}:accesspoint/ap--use1-az4--xa-s3"),
        ),
        (
            "ap-0123456789-s3alias",
            "s3:GetObject",
            format!("arn:aws:s3:{HERE}:accesspoint/*/object/k"),
        ),
        (
            "ol-0123456789--ol-s3",
            "s3-object-lambda:GetObject",
            format!("arn:aws:s3-object-lambda:{HERE}:accesspoint/*"),
        ),
        (
            "arn:aws:s3-object-lambda:us-east-1:123456789012:accesspoint/ol",
            "s3-object-lambda:GetObject",
            format!("arn:aws:s3-object-lambda:{HERE}:accesspoint/ol"),
        ),
    ] {
        assert_eq!(get(bucket), (action.to_owned(), vec![resource]), "{bucket}");
    }
    let found = needs(
        "aws-sdk:s3:deleteBucket",
        json!({"Bucket": "fast--use1-az4--x-s3"}),
    );
    assert_eq!(
        resources(on(&found, "s3express:DeleteBucket")),
        [format!(
            "arn:aws:s3express:{HERE}:bucket/fast--use1-az4--x-s3"
        )]
    );
}

#[test]
fn ids_that_begin_as_the_template_does_are_written_once() {
    for (resource, arguments, action, expected) in [
        (
            "route53:changeResourceRecordSets",
            json!({"HostedZoneId": "/hostedzone/Z1"}),
            "route53:ChangeResourceRecordSets",
            "arn:aws:route53:::hostedzone/Z1".to_owned(),
        ),
        (
            "route53:changeResourceRecordSets",
            json!({"HostedZoneId": "Z1"}),
            "route53:ChangeResourceRecordSets",
            "arn:aws:route53:::hostedzone/Z1".to_owned(),
        ),
        (
            "organizations:updatePolicy",
            json!({"PolicyId": "p-abcd1234"}),
            "organizations:UpdatePolicy",
            "arn:aws:organizations::123456789012:policy/o-*/*/p-abcd1234".to_owned(),
        ),
        // A repository may be called as its type.
        (
            "ecr:describeImages",
            json!({"RepositoryName": "repository/web"}),
            "ecr:DescribeImages",
            format!("arn:aws:ecr:{HERE}:repository/repository/web"),
        ),
    ] {
        let found = needs(&format!("aws-sdk:{resource}"), arguments);
        assert_eq!(resources(on(&found, action)), [expected], "{resource}");
    }
}

#[test]
fn an_id_tells_which_of_several_types_a_parameter_names() {
    for (id, kind) in [
        ("ou-ab12-cdef3456", "ou/o-*"),
        ("r-ab12", "root/o-*"),
        ("111122223333", "account/o-*"),
    ] {
        let found = needs(
            "aws-sdk:organizations:attachPolicy",
            json!({"PolicyId": "p-1", "TargetId": id}),
        );
        let all = all_of(&found, "organizations:AttachPolicy");
        let target = format!("arn:aws:organizations::123456789012:{kind}/{id}");
        assert!(all.contains(&vec![target]) && all.len() == 2, "{all:?}");
    }
    let found = needs(
        "aws-sdk:ssm:sendCommand",
        json!({"DocumentName": "d", "InstanceIds": ["mi-0123456789abcdef0"]}),
    );
    let all = all_of(&found, "ssm:SendCommand");
    let managed = format!("arn:aws:ssm:{HERE}:managed-instance/mi-0123456789abcdef0");
    assert!(all.contains(&vec![managed]), "{all:?}");
}

#[test]
fn every_role_that_a_request_names_is_passed() {
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    let passed = |resource: &str, arguments: serde_json::Value| {
        let found = needs(resource, arguments);
        let own = found
            .iter()
            .filter(|n| n.action == "iam:PassRole" && !n.optional);
        own.flat_map(resources).collect::<Vec<_>>()
    };
    assert_eq!(
        passed(
            "aws-sdk:ecs:registerTaskDefinition",
            json!({"Family": "f", "TaskRoleArn": role("t"), "ExecutionRoleArn": role("e"), "ContainerDefinitions": []})
        ),
        [role("t"), role("e")]
    );
    assert_eq!(
        passed(
            "aws-sdk:iot:createTopicRule",
            json!({"RuleName": "r", "TopicRulePayload": {"Sql": "", "Actions": [
                {"S3": {"RoleArn": role("a")}}, {"S3": {"RoleArn": role("b")}}, {"Lambda": {"FunctionArn": "f"}}]}})
        ),
        [role("a"), role("b")]
    );
    assert_eq!(
        passed(
            "aws-sdk:rekognition:startLabelDetection",
            json!({"Video": {"S3Object": {"Bucket": "b", "Name": "k"}}, "NotificationChannel": {"RoleArn": role("n")}})
        ),
        [role("n")]
    );
    let found = needs(
        "aws-sdk:iam:addRoleToInstanceProfile",
        json!({"InstanceProfileName": "p", "RoleName": "r"}),
    );
    let need = on(&found, "iam:PassRole");
    assert_eq!(
        (resources(need), need.passed_to),
        (vec![role("r")], Some("ec2.amazonaws.com"))
    );
}

#[test]
fn a_switch_that_is_off_needs_nothing() {
    for (on_off, expected) in [(true, true), (false, false)] {
        let delete = json!({"Bucket": "b", "Key": "k", "BypassGovernanceRetention": on_off});
        let found = needs("aws-sdk:s3:deleteObject", delete);
        let bypass = found
            .iter()
            .any(|n| n.action == "s3:BypassGovernanceRetention");
        assert_eq!(bypass, expected);
    }
}

#[test]
fn tables_stand_in_the_account_of_their_catalog() {
    let found = needs(
        "aws-sdk:glue:createTable",
        json!({"CatalogId": "999988887777", "DatabaseName": "d", "TableInput": {"Name": "t"}}),
    );
    let there = |resource: &str| vec![format!("arn:aws:glue:us-east-1:999988887777:{resource}")];
    let all = all_of(&found, "glue:CreateTable");
    for resource in ["catalog", "database/d", "table/d/t"] {
        assert!(all.contains(&there(resource)), "{resource} in {all:?}");
    }
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn who_names_what_is_granted_on_everything_only_chooses_among_everything() {
    for (resource, arguments, chosen) in [
        (
            "inspector2:disable",
            json!({"AccountIds": "<caller>"}),
            true,
        ),
        (
            "cognitoidentity:setIdentityPoolRoles",
            json!({"IdentityPoolId": "<caller>", "Roles": {}}),
            true,
        ),
        (
            "cognitoidentity:setIdentityPoolRoles",
            json!({"IdentityPoolId": "p", "Roles": {}}),
            false,
        ),
        // What it makes, and what only reads, chooses nothing.
        (
            "cognitoidentityprovider:createUserPool",
            json!({"PoolName": "<caller>"}),
            false,
        ),
        (
            "ec2:describeInstances",
            json!({"InstanceIds": "<caller>"}),
            false,
        ),
    ] {
        let found = needs(&format!("aws-sdk:{resource}"), arguments);
        let star = found
            .iter()
            .find(|n| n.target == Target::NoResourceTypes)
            .unwrap();
        assert_eq!(
            (resources(star), !star.holes.is_empty()),
            (vec!["*".to_owned()], chosen),
            "{resource}"
        );
    }
    let attach = json!({"PolicyName": "p", "Target": "<caller>"});
    let found = needs("aws-sdk:iot:attachPolicy", attach);
    assert!(!on(&found, "iot:AttachPolicy").holes.is_empty());
}

#[test]
fn what_is_no_arn_is_told_and_names_nothing() {
    for (resource, parameter, text, malformed) in [
        (
            "sns:publish",
            "TopicArn",
            "arn:aws:sns:us-east-1:news",
            true,
        ),
        (
            "lambda:invoke",
            "FunctionName",
            "arn:aws:lambda:us-east-1:function:f",
            true,
        ),
        (
            "aws-sdk:dynamodb:describeTable",
            "TableName",
            "arn:aws:dynamodb:table/x",
            true,
        ),
        (
            "sns:publish",
            "TopicArn",
            "arn:aws:sns:us-east-1:123456789012:news",
            false,
        ),
        // Placeholders of a person's, and names that happen to be words.
        (
            "sns:publish",
            "TopicArn",
            "arn:aws:sns:REGION:ACCOUNT:news",
            false,
        ),
        ("lambda:invoke", "FunctionName", "function", false),
        (
            "sns:publish",
            "TopicArn",
            "arn:aws:sns:us-east-1:<caller>",
            false,
        ),
    ] {
        let definition = crate::asl::parse(
            &json!({"StartAt": "S", "States": {"S": {"Type": "Task", "End": true,
                "Resource": format!("arn:aws:states:::{resource}"), "Parameters": {parameter: text}}}})
            .to_string(),
        );
        let (state, task) = definition.tasks().next().unwrap();
        let integration = catalog::resource(&task.resource);
        let arguments = value(&json!({parameter: text}));
        let found = malformed_arns(state, &integration, &arguments);
        assert_eq!(!found.is_empty(), malformed, "{text}");
        for site in found {
            assert_eq!(
                site.pointer.as_str(),
                format!("/States/S/Parameters/{parameter}")
            );
        }
        for need in needs_at(&home(), resource, &arguments) {
            for glob in resources(&need) {
                assert_eq!(
                    glob.matches("arn:").count(),
                    usize::from(glob != "*"),
                    "{glob}"
                );
            }
        }
    }
}
