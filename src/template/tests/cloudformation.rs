//! Workflows, roles and what belongs to them.

use super::*;
use crate::loc::Pointer;
use crate::snapshot::Fetched;

const ROLE: &str = "  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: '{\"Version\": \"2012-10-17\", \"Statement\": []}'
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess', 'arn:aws:iam::aws:policy/NoSuchPolicy', !Ref Managed]
      Policies: [{PolicyName: own, PolicyDocument: {Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}]
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Action: '*', Resource: '*'}]}}}
  More: {Type: AWS::IAM::Policy, Properties: {PolicyName: more, Roles: [!Ref Role], PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:*', Resource: '*'}]}}}
  Last: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: more, RoleName: Role, PolicyDocument: {Statement: [{Effect: Allow, Action: 'sns:*', Resource: '*'}]}}}
";

#[test]
fn a_role_holds_what_is_in_it_and_what_names_it() {
    let template = resources(ROLE);
    let role = template.role("Role");
    let names: Vec<&str> = role
        .inline
        .present()
        .unwrap()
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    assert_eq!(names, ["own", "more", "more (2)"]);
    let attached = role.attached.present().unwrap();
    assert_eq!(
        attached.last().unwrap().arn,
        "arn:aws:iam::000000000000:policy/Managed"
    );
    let iam = template.account.iam.present().unwrap();
    let document = |name: &str| {
        &iam.managed
            .iter()
            .find(|m| m.name == name)
            .unwrap()
            .document
    };
    assert!(
        document("AWSXrayWriteOnlyAccess")
            .present()
            .unwrap()
            .0
            .contains("xray:PutTraceSegments")
    );
    assert!(document("Managed").present().is_some());
    assert!(
        matches!(document("NoSuchPolicy"), Fetched::Failed(_)),
        "an unknown policy is none that allows nothing"
    );
    assert!(role.trust.present().unwrap().0.contains("2012-10-17"));
}

#[test]
fn places_lead_back_into_the_template() {
    let text = format!(
        "{ROLE}  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      RoleArn: !GetAtt Role.Arn\n      DefinitionString: '{{}}'\n"
    );
    let template = resources(&text);
    let origin = &template.origins.workflows[&template.workflow("Flow").arn];
    let at = |way: &[&str]| way.iter().fold(Pointer::root(), |p, step| p.key(step));
    assert_eq!(origin.identity, "Flow");
    assert_eq!(origin.whole.pointer, at(&["Resources", "Flow"]));
    assert_eq!(
        origin.definition.pointer,
        at(&["Resources", "Flow", "Properties", "DefinitionString"])
    );
    let expected = [
        (
            "own",
            at(&[
                "Resources",
                "Role",
                "Properties",
                "Policies",
                "0",
                "PolicyDocument",
            ]),
        ),
        (
            "more",
            at(&["Resources", "More", "Properties", "PolicyDocument"]),
        ),
        (
            "more (2)",
            at(&["Resources", "Last", "Properties", "PolicyDocument"]),
        ),
        (
            "Managed",
            at(&["Resources", "Managed", "Properties", "PolicyDocument"]),
        ),
    ];
    for (name, pointer) in expected {
        assert_eq!(origin.policies[name].pointer, pointer, "{name}");
    }
}

fn flow(properties: &str) -> Template {
    resources(&format!(
        "  Group: {{Type: 'AWS::Logs::LogGroup', Properties: {{LogGroupName: /aws/vendedlogs/x, RetentionInDays: 30}}}}\n  Fn: {{Type: 'AWS::Lambda::Function', Properties: {{FunctionName: work, Role: !GetAtt Role.Arn}}}}\n  Role: {{Type: 'AWS::IAM::Role', Properties: {{Path: /team/, AssumeRolePolicyDocument: {{}}}}}}\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n{properties}"
    ))
}

#[test]
fn a_workflow_with_everything() {
    let template = flow(
        "      StateMachineName: !Join ['-', [!Ref Fn, flow]]
      StateMachineType: EXPRESS
      RoleArn: !GetAtt Role.Arn
      LoggingConfiguration: {Level: ALL, IncludeExecutionData: 'true', Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Group.Arn}}]}
      TracingConfiguration: {Enabled: true}
      EncryptionConfiguration: {Type: CUSTOMER_MANAGED_KMS_KEY, KmsKeyId: alias/k}
      Tags: [{Key: owner, Value: pay}]
      DefinitionSubstitutions: {F: !GetAtt Fn.Arn, N: 3}
      DefinitionString: '{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"${F}\", \"TimeoutSeconds\": ${N}, \"End\": true}}}'
",
    );
    let flow = template.workflow("work-flow");
    assert_eq!(
        (
            flow.kind.as_str(),
            flow.tracing,
            flow.include_execution_data
        ),
        ("EXPRESS", true, true)
    );
    assert_eq!(flow.role_arn, "arn:aws:iam::000000000000:role/team/Role");
    assert_eq!(
        flow.log_destinations,
        ["arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/x:*"]
    );
    assert_eq!(
        (
            flow.kms_key.as_deref(),
            flow.tags.present().unwrap()[0].value.as_str()
        ),
        (Some("alias/k"), "pay")
    );
    let definition: Value = serde_json::from_str(&flow.definition).unwrap();
    assert_eq!(
        definition["States"]["A"]["Resource"],
        "arn:aws:lambda:us-east-1:000000000000:function:work"
    );
    assert_eq!(definition["States"]["A"]["TimeoutSeconds"], 3);
    let group = &template.account.log_groups.present().unwrap()["arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/x"];
    assert_eq!(group.retention_days, Some(30));
    let functions = template.account.functions.present().unwrap();
    assert_eq!(
        functions["arn:aws:lambda:us-east-1:000000000000:function:work"].role_arn,
        "arn:aws:iam::000000000000:role/team/Role"
    );
}

#[test]
fn what_is_not_known_is_named_and_never_milder() {
    let unknown =
        flow("      RoleArn: !ImportValue role\n      DefinitionString: !ImportValue text\n");
    let flow_of = unknown.workflow("Flow");
    assert_eq!(
        (flow_of.role_arn.as_str(), flow_of.definition.as_str()),
        ("", "")
    );
    assert_eq!(flow_of.log_level.as_deref(), Some("OFF"));
    let gaps = unknown.gaps();
    assert!(
        gaps.iter().any(|g| g.starts_with("the definition of"))
            && gaps.iter().any(|g| g.contains("execution role")),
        "{gaps:?}"
    );
    // A destination that stands elsewhere is not one that is missing.
    let elsewhere = flow(
        "      RoleArn: !GetAtt Role.Arn\n      DefinitionString: '{}'\n      LoggingConfiguration: {Level: ALL, Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !ImportValue group}}]}\n",
    );
    let flow_of = elsewhere.workflow("Flow");
    let named: Vec<&String> = elsewhere.account.log_groups_elsewhere.iter().collect();
    assert_eq!(named, flow_of.log_destinations.iter().collect::<Vec<_>>());
    assert_eq!(named.len(), 1);
    assert!(!elsewhere.account.iam_is_whole);
}

#[test]
fn of_a_choice_that_is_open_the_stricter_side_counts() {
    let text = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}\nResources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      StateMachineType: !If [C, STANDARD, EXPRESS]\n      LoggingConfiguration: !If [C, {Level: ALL}, !Ref 'AWS::NoValue']\n      DefinitionString: '{}'\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      PermissionsBoundary: !If [C, 'arn:aws:iam::aws:policy/ReadOnlyAccess', !Ref 'AWS::NoValue']\n      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Statement:\n              - {Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*', Condition: !If [C, {Bool: {'aws:SecureTransport': 'true'}}, !Ref 'AWS::NoValue']}\n              - !If [C, {Effect: Allow, Action: 'sqs:*', Resource: '*'}, !Ref 'AWS::NoValue']\n              - {Effect: Deny, Action: !If [C, 's3:*', 's3:GetObject'], Resource: '*'}\n  Gone: {Type: 'AWS::IAM::Role', Condition: Off}\n";
    let template = template(&text.replace("Conditions: {", "Conditions: {Off: !Equals [a, b], "));
    let flow = template.workflow("Flow");
    assert_eq!(
        (flow.kind.as_str(), flow.log_level.as_deref()),
        ("EXPRESS", Some("OFF"))
    );
    assert_eq!(template.role("Role").boundary, None);
    let statements = template.statements("Role");
    assert!(
        statements[0].get("Condition").is_none(),
        "a condition that may not be there narrows nothing"
    );
    assert_eq!(statements[1]["Action"], "sqs:*");
    assert!(
        statements[2]["Action"].is_object(),
        "a deny that is open is none that could be read"
    );
    assert_eq!(template.account.iam.present().unwrap().roles.len(), 1);
}

#[test]
fn nested_stacks_are_read_with_what_they_are_given() {
    let inner = "Parameters: {Queue: {Type: String}}\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !Ref Queue}]}}]}\nOutputs: {Arn: {Value: !GetAtt Role.Arn}}\n";
    let outer = "Resources:\n  Q: {Type: 'AWS::SQS::Queue'}\n  Inner: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ./inner/t.yaml, Parameters: {Queue: !GetAtt Q.Arn}}}\n  Flow: {Type: 'AWS::StepFunctions::StateMachine', Properties: {RoleArn: !GetAtt Inner.Outputs.Arn, DefinitionString: '{}'}}\n";
    let template = with(outer, &[], &[("app/inner/t.yaml", inner)]);
    assert_eq!(
        template.workflow("Flow").role_arn,
        "arn:aws:iam::000000000000:role/Inner-Role"
    );
    let statement = &template.statements("Inner-Role")[0];
    assert_eq!(
        statement["Resource"],
        "arn:aws:sqs:us-east-1:000000000000:Q"
    );
    assert!(template.gaps().is_empty());
    let missing = with(outer, &[], &[]);
    assert_eq!(
        missing.gaps()[0],
        "the nested stack `Inner` of the template"
    );
}

#[test]
fn the_account_is_the_one_of_the_literal_role_or_the_manifest() {
    let account = |template: &Template| {
        template.account.workflows[0]
            .arn
            .split(':')
            .skip(3)
            .take(2)
            .collect::<Vec<_>>()
            .join("/")
    };
    let flow = |role: &str| {
        format!(
            "  Flow: {{Type: 'AWS::StepFunctions::StateMachine', Properties: {{RoleArn: {role}, DefinitionString: '{{}}'}}}}\n"
        )
    };
    assert_eq!(
        account(&resources(&flow("!Ref Role"))),
        "us-east-1/000000000000"
    );
    assert_eq!(
        account(&resources(&flow("'arn:aws:iam::123456789012:role/x'"))),
        "us-east-1/123456789012"
    );
    let given = [("AWS::AccountId", "111111111111")];
    let text = format!("Resources:\n{}", flow("'arn:aws:iam::123456789012:role/x'"));
    assert_eq!(account(&with(&text, &given, &[])), "us-east-1/111111111111");
    let manifest = r#"{"artifacts": {"App": {"environment": "aws://222222222222/eu-west-1", "properties": {"templateFile": "App.template.json"}}, "Other": {"environment": "aws://333333333333/us-west-2", "properties": {"templateFile": "Other.template.json"}}}}"#;
    let cdk = document(
        "app/App.template.json",
        &format!("Resources:\n{}", flow("!Ref Role")),
    );
    let open = |path: &Path| Ok(document(&path.to_string_lossy(), manifest));
    let read = read(
        &cdk,
        Kind::CloudFormation,
        &Options {
            parameters: &[],
            open: &open,
        },
    )
    .unwrap();
    assert_eq!(account(&read), "eu-west-1/222222222222");
}

#[test]
fn a_definition_may_be_valid_only_with_its_substitutions_made() {
    let text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Flow: {Type: 'AWS::Serverless::StateMachine', Properties: {Name: flow, DefinitionUri: flow.asl.json, DefinitionSubstitutions: {N: 3}}}\n";
    let broken = Document::unread(
        PathBuf::from("app/flow.asl.json"),
        r#"{"StartAt": "A", "TimeoutSeconds": ${N}}"#.to_owned(),
        Notation::Json,
    );
    let open = |_: &Path| Ok(broken.clone());
    let document = document("app/template.yaml", text);
    let read = read(
        &document,
        Kind::CloudFormation,
        &Options {
            parameters: &[],
            open: &open,
        },
    )
    .unwrap();
    let definition: Value = serde_json::from_str(&read.workflow("flow").definition).unwrap();
    assert_eq!(definition["TimeoutSeconds"], 3);
}

#[test]
fn a_deny_that_may_not_be_there_denies_nothing() {
    let text = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x], Sure: !Equals [a, a]}\nTransform: AWS::Serverless-2016-10-31\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies: !If [C, [{PolicyName: a, PolicyDocument: {Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}], [{PolicyName: b, PolicyDocument: {Statement: [{Effect: Deny, Action: 's3:*', Resource: '*'}]}}]]\n  Maybe: {Type: 'AWS::IAM::Policy', Condition: C, Properties: {PolicyName: m, Roles: [!Ref Role], PolicyDocument: {Statement: [{Effect: Deny, Action: '*', Resource: '*'}, {Effect: Allow, Action: 'sns:*', Resource: '*'}]}}}\n  Surely: {Type: 'AWS::IAM::Policy', Condition: Sure, Properties: {PolicyName: s, Roles: [!Ref Role], PolicyDocument: {Statement: [!If [C, {Effect: Deny, Action: 'a:b', Resource: '*'}, !Ref 'AWS::NoValue'], {Effect: Deny, Action: 'sqs:*', Resource: '*'}]}}}\n  Flow: {Type: 'AWS::Serverless::StateMachine', Properties: {Definition: {StartAt: A}, Policies: [!If [C, {Statement: [{Effect: Deny, Action: 's3:*', Resource: '*'}]}, !Ref 'AWS::NoValue']]}}\n";
    let template = template(text);
    let statements = template.statements("Role");
    let told: Vec<String> = statements
        .iter()
        .map(|s| format!("{} {}", s["Effect"], s["Action"]).replace('"', ""))
        .collect();
    assert_eq!(told, ["Allow s3:*", "Allow sns:*", "Deny sqs:*"]);
    assert!(template.statements("FlowRole").is_empty());
}
