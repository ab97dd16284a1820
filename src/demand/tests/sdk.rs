use serde_json::json;

use super::*;
use Target::{NoResourceTypes, NotDerivable, Partial, Static};

#[test]
fn operations_with_their_resources() {
    let a = "123456789012";
    for (resource, arguments, action, expected, target) in [
        (
            "s3:getObject",
            json!({"Bucket": "b", "Key": "k/x"}),
            "s3:GetObject",
            "arn:aws:s3:::b/k/x".to_owned(),
            Static,
        ),
        (
            "s3:getObject",
            json!({"Bucket": "b", "Key": "<caller>"}),
            "s3:GetObject",
            "arn:aws:s3:::b/*".to_owned(),
            Partial,
        ),
        (
            "s3:putObject",
            json!({"Bucket": "b", "Key": "in/<caller>"}),
            "s3:PutObject",
            "arn:aws:s3:::b/in/*".to_owned(),
            Partial,
        ),
        (
            "s3:listObjectsV2",
            json!({"Bucket": "b"}),
            "s3:ListBucket",
            "arn:aws:s3:::b".to_owned(),
            Static,
        ),
        (
            "s3:listBuckets",
            json!({}),
            "s3:ListAllMyBuckets",
            "*".to_owned(),
            NoResourceTypes,
        ),
        (
            "secretsmanager:getSecretValue",
            json!({"SecretId": "db"}),
            "secretsmanager:GetSecretValue",
            format!("arn:aws:secretsmanager:us-east-1:{a}:secret:db-??????"),
            Static,
        ),
        (
            "secretsmanager:getSecretValue",
            json!({"SecretId": format!("arn:aws:secretsmanager:us-east-1:{a}:secret:db-AbC1x9")}),
            "secretsmanager:GetSecretValue",
            format!("arn:aws:secretsmanager:us-east-1:{a}:secret:db-AbC1x9"),
            Static,
        ),
        (
            "ssm:getParameter",
            json!({"Name": "/app/key"}),
            "ssm:GetParameter",
            format!("arn:aws:ssm:us-east-1:{a}:parameter/app/key"),
            Static,
        ),
        (
            "kms:decrypt",
            json!({"KeyId": "alias/app"}),
            "kms:Decrypt",
            format!("arn:aws:kms:us-east-1:{a}:key/*"),
            Partial,
        ),
        (
            "kms:decrypt",
            json!({"KeyId": "1234"}),
            "kms:Decrypt",
            format!("arn:aws:kms:us-east-1:{a}:key/1234"),
            Static,
        ),
        (
            "dynamodb:query",
            json!({"TableName": "t"}),
            "dynamodb:Query",
            format!("arn:aws:dynamodb:us-east-1:{a}:table/t"),
            Static,
        ),
        (
            "dynamodb:batchGetItem",
            json!({"RequestItems": {"t": {}}}),
            "dynamodb:BatchGetItem",
            format!("arn:aws:dynamodb:us-east-1:{a}:table/t"),
            Static,
        ),
        (
            "sfn:startSyncExecution",
            json!({"StateMachineArn": format!("arn:aws:states:us-east-1:{a}:stateMachine:m")}),
            "states:StartSyncExecution",
            format!("arn:aws:states:us-east-1:{a}:stateMachine:m"),
            Static,
        ),
        (
            "lambda:invoke",
            json!({"FunctionName": "f"}),
            "lambda:InvokeFunction",
            format!("arn:aws:lambda:us-east-1:{a}:function:f"),
            Static,
        ),
        (
            "ecs:describeTasks",
            json!({"Cluster": "c", "Tasks": ["t"]}),
            "ecs:DescribeTasks",
            format!("arn:aws:ecs:us-east-1:{a}:task/c/t"),
            Static,
        ),
        (
            "sqs:receiveMessage",
            json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/9/q"}),
            "sqs:ReceiveMessage",
            "arn:aws:sqs:us-east-1:9:q".to_owned(),
            Static,
        ),
        (
            "rekognition:detectLabels",
            json!({}),
            "rekognition:DetectLabels",
            "*".to_owned(),
            NoResourceTypes,
        ),
        (
            "ec2:describeInstances",
            json!({"InstanceIds": ["i-1"]}),
            "ec2:DescribeInstances",
            "*".to_owned(),
            NoResourceTypes,
        ),
        (
            "apigateway:getRestApi",
            json!({"RestApiId": "abc"}),
            "apigateway:GET",
            "arn:aws:apigateway:us-east-1::/restapis/abc".to_owned(),
            Static,
        ),
        (
            "bedrockruntime:invokeModel",
            json!({"ModelId": "anthropic.claude"}),
            "bedrock:InvokeModel",
            String::new(),
            Static,
        ),
        (
            "sns:publish",
            json!({"TopicArn": "arn:aws:sns:us-east-1:9:t"}),
            "sns:Publish",
            "arn:aws:sns:us-east-1:9:t".to_owned(),
            Static,
        ),
        (
            "sts:getCallerIdentity",
            json!({}),
            "",
            String::new(),
            Static,
        ),
    ] {
        let found = needs(&format!("aws-sdk:{resource}"), arguments);
        if action.is_empty() {
            assert!(found.is_empty(), "{resource}: {found:?}");
            continue;
        }
        let need = on(&found, action);
        if !expected.is_empty() {
            assert_eq!(
                (resources(need), need.target),
                (vec![expected], target),
                "{resource}"
            );
        }
    }
}

#[test]
fn a_role_that_the_request_passes() {
    let found = needs(
        "aws-sdk:lambda:createFunction",
        json!({"FunctionName": "f", "Role": "arn:aws:iam::123456789012:role/f"}),
    );
    let need = on(&found, "iam:PassRole");
    assert_eq!(resources(need), ["arn:aws:iam::123456789012:role/f"]);
    assert_eq!(need.passed_to, Some("lambda.amazonaws.com"));
    assert!(!need.optional);
    let without = needs(
        "aws-sdk:lambda:createFunction",
        json!({"FunctionName": "f"}),
    );
    assert!(without.iter().all(|n| n.action != "iam:PassRole"));
}

#[test]
fn transactions_need_what_their_items_do() {
    let found = needs(
        "aws-sdk:dynamodb:transactWriteItems",
        json!({"TransactItems": [{"Put": {"TableName": "a"}}, {"Delete": {"TableName": "b"}}]}),
    );
    let table = |t: &str| format!("arn:aws:dynamodb:us-east-1:123456789012:table/{t}");
    assert_eq!(resources(on(&found, "dynamodb:PutItem")), [table("a")]);
    assert_eq!(resources(on(&found, "dynamodb:DeleteItem")), [table("b")]);
    assert_eq!(found.len(), 2);
}

#[test]
fn operations_answer_whatever_their_request_is() {
    let all = Value::Any(unknown(Source::Caller));
    let none = value(&json!({}));
    for service in catalog::services() {
        // Every third one keeps the test short; the rows are checked whole elsewhere.
        for operation in catalog::operations_of(service).into_iter().step_by(3) {
            let (task, state) = task("arn:aws:states:::x:y");
            let integration = Integration {
                kind: IntegrationKind::Sdk {
                    service: service.to_owned(),
                    operation: Box::new(operation.clone()),
                },
                pattern: catalog::Pattern::RequestResponse,
            };
            for arguments in [&all, &none] {
                let found = task_needs(&task, &state, &integration, arguments, None, &home());
                for need in &found {
                    assert!(!need.resources.is_empty(), "{service} {}", operation.name);
                }
                let calls = found.iter().filter(|n| n.phase == Phase::Start).count();
                assert!(
                    calls >= operation.uses.len().min(1),
                    "{service} {}",
                    operation.name
                );
            }
        }
    }
}

#[test]
fn several_objects_a_copy_and_a_model_in_several_regions() {
    let delete = json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y"}]}});
    let found = needs("aws-sdk:s3:deleteObjects", delete);
    assert_eq!(
        resources(on(&found, "s3:DeleteObject")),
        ["arn:aws:s3:::b/x", "arn:aws:s3:::b/y"]
    );
    let copy = json!({"Bucket": "to", "Key": "k", "CopySource": "from/k"});
    let found = needs("aws-sdk:s3:copyObject", copy);
    assert_eq!(
        resources(on(&found, "s3:GetObject")),
        ["arn:aws:s3:::from/k"]
    );
    assert_eq!(resources(on(&found, "s3:PutObject")), ["arn:aws:s3:::to/k"]);
    let model = json!({"ModelId": "eu.anthropic.claude-x"});
    let found = needs("aws-sdk:bedrockruntime:converse", model);
    assert_eq!(
        all_of(&found, "bedrock:InvokeModel"),
        [
            ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-x"],
            ["arn:aws:bedrock:*::foundation-model/anthropic.claude-x"]
        ]
    );
}

#[test]
fn an_optional_resource_that_the_request_does_not_name() {
    let found = needs("aws-sdk:comprehend:detectEntities", json!({"Text": "x"}));
    let need = on(&found, "comprehend:DetectEntities");
    assert_eq!(
        (resources(need), need.target),
        (vec!["*".to_owned()], NotDerivable)
    );
}

#[test]
fn a_stack_by_its_name_and_by_its_arn() {
    let stack = |rest: &str| format!("arn:aws:cloudformation:us-east-1:123456789012:stack/{rest}");
    for (name, expected, target) in [
        ("web".to_owned(), stack("web/*"), NotDerivable),
        (stack("web/1-2"), stack("web/1-2"), Static),
    ] {
        let found = needs(
            "aws-sdk:cloudformation:deleteStack",
            json!({"StackName": name}),
        );
        let need = on(&found, "cloudformation:DeleteStack");
        assert_eq!((resources(need), need.target), (vec![expected], target));
    }
}

#[test]
fn a_launch_names_its_image_and_not_its_instances() {
    let found = needs("aws-sdk:ec2:runInstances", json!({"ImageId": "ami-1"}));
    let all = all_of(&found, "ec2:RunInstances");
    let own = |kind: &str| vec![format!("arn:aws:ec2:us-east-1:123456789012:{kind}/*")];
    assert!(
        all.contains(&vec!["arn:aws:ec2:us-east-1::image/ami-1".to_owned()]),
        "{all:?}"
    );
    for kind in [
        "instance",
        "network-interface",
        "security-group",
        "subnet",
        "volume",
    ] {
        assert!(all.contains(&own(kind)), "{kind} in {all:?}");
    }
    assert!(!all.contains(&own("key-pair")), "{all:?}");
    assert!(found.iter().all(|n| n.action != "iam:PassRole"));
    let profile = json!({"ImageId": "ami-1", "KeyName": "k", "IamInstanceProfile": {"Name": "p"}});
    let found = needs("aws-sdk:ec2:runInstances", profile);
    assert!(all_of(&found, "ec2:RunInstances").contains(&vec![
        "arn:aws:ec2:us-east-1:123456789012:key-pair/k".to_owned()
    ]));
    assert!(!on(&found, "iam:PassRole").optional);
}

#[test]
fn documents_of_aws_stand_in_no_account_of_ours() {
    let request = json!({"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1"]});
    let found = needs("aws-sdk:ssm:sendCommand", request);
    assert_eq!(
        all_of(&found, "ssm:SendCommand"),
        [
            ["arn:aws:ssm:us-east-1:*:document/AWS-RunShellScript"],
            ["arn:aws:ec2:us-east-1:123456789012:instance/i-1"]
        ]
    );
    let targets = json!({"DocumentName": "mine", "Targets": [{"Key": "tag:a", "Values": ["b"]}]});
    let found = needs("aws-sdk:ssm:sendCommand", targets);
    let all = all_of(&found, "ssm:SendCommand");
    assert!(
        all.iter().any(
            |group| group.contains(&"arn:aws:ec2:us-east-1:123456789012:instance/*".to_owned())
        ),
        "{all:?}"
    );
}

#[test]
fn what_a_service_reads_and_writes_for_its_caller_by_the_urls_of_the_request() {
    let start = |media: &str| json!({"TranscriptionJobName": "j", "Media": {"MediaFileUri": media}, "OutputBucketName": "out"});
    for (media, expected) in [
        ("s3://in/a.wav", "arn:aws:s3:::in/a.wav"),
        ("s3://in/<caller>", "arn:aws:s3:::in/*"),
        (
            "https://s3.us-east-1.amazonaws.com/in/a.wav",
            "arn:aws:s3:::in/a.wav",
        ),
        (
            "https://in.s3.us-east-1.amazonaws.com/a.wav",
            "arn:aws:s3:::in/a.wav",
        ),
        ("https://elsewhere.example/a.wav", "arn:aws:s3:::*/*"),
    ] {
        let found = needs("aws-sdk:transcribe:startTranscriptionJob", start(media));
        assert_eq!(resources(on(&found, "s3:GetObject")), [expected], "{media}");
        assert_eq!(
            resources(on(&found, "s3:PutObject")),
            ["arn:aws:s3:::out/*"]
        );
    }
    let query = |location: &str| json!({"QueryString": "select 1", "ResultConfiguration": {"OutputLocation": location}});
    for (location, expected) in [
        ("s3://out/q/", "arn:aws:s3:::out/q/*"),
        ("s3://out", "arn:aws:s3:::out/*"),
    ] {
        let found = needs("athena:startQueryExecution", query(location));
        let needed = found
            .iter()
            .filter(|n| n.action == "s3:PutObject" && !n.optional);
        let on_them: Vec<Vec<String>> = needed.map(resources).collect();
        assert_eq!(on_them, [[expected]], "{location}");
    }
}
