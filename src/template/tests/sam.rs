//! SAM's types as the transform expands them.

use super::*;

const FLOW: &str = "Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 3, Tracing: Active}
Resources:
  Work: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Events: {Q: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}}}
  Queue: {Type: AWS::SQS::Queue}
  Table: {Type: AWS::Serverless::SimpleTable, Properties: {TableName: orders}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: flow
      DefinitionUri: ../flows/flow.asl.yaml
      DefinitionSubstitutions: {Work: !GetAtt Work.Arn, Unknown: !ImportValue x}
      Tracing: {Enabled: true}
      Policies:
        - LambdaInvokePolicy: {FunctionName: !Ref Work}
        - DynamoDBWritePolicy: {TableName: !Ref Table}
        - CloudWatchLogsFullAccess
        - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
        - Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: '*'}]
      Events:
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), Input: '{}'}}
        Put: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}
";
const DEFINITION: &str = "StartAt: A\nStates:\n  A: {Type: Task, Resource: '${Work}', Next: B}\n  B: {Type: Task, Resource: '${Unknown}', End: true}\n";

#[test]
fn a_state_machine_with_policies_and_events() {
    let template = with(FLOW, &[], &[("flows/flow.asl.yaml", DEFINITION)]);
    let flow = template.workflow("flow");
    assert_eq!(flow.role_arn, "arn:aws:iam::000000000000:role/FlowRole");
    assert!(flow.tracing);
    let definition: Value = serde_json::from_str(&flow.definition).unwrap();
    assert_eq!(
        definition["States"]["A"]["Resource"],
        "arn:aws:lambda:us-east-1:000000000000:function:Work"
    );
    assert_eq!(
        definition["States"]["B"]["Resource"], "${Unknown}",
        "what is not known stays a substitution"
    );
    let statements = template.statements("FlowRole");
    assert_eq!(
        statements[0]["Resource"],
        "arn:aws:lambda:us-east-1:000000000000:function:Work*"
    );
    assert_eq!(
        statements[1]["Resource"][0],
        "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
    );
    assert_eq!(statements[2]["Action"], "sns:Publish");
    let role = template.role("FlowRole");
    let attached: Vec<&str> = role
        .attached
        .present()
        .unwrap()
        .iter()
        .map(|a| a.name.as_str())
        .collect();
    assert_eq!(
        attached,
        [
            "CloudWatchLogsFullAccess",
            "AmazonS3ReadOnlyAccess",
            "AWSXrayWriteOnlyAccess"
        ]
    );
    let names: Vec<&str> = role
        .inline
        .present()
        .unwrap()
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["FlowRolePolicy0", "FlowRolePolicy1", "FlowRolePolicy4"]
    );
    for role in ["FlowNightlyRole", "FlowPutRole"] {
        assert_eq!(
            template.statements(role)[0]["Resource"],
            flow.arn.as_str(),
            "{role}"
        );
    }
    let gaps = template.gaps();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].starts_with("what `Unknown` stands for in the definition"));
}

#[test]
fn places_of_generated_policies_are_their_entries() {
    let template = with(FLOW, &[], &[("flows/flow.asl.yaml", DEFINITION)]);
    let origin = &template.origins.workflows[&template.workflow("flow").arn];
    assert_eq!(origin.definition.file, PathBuf::from("flows/flow.asl.yaml"));
    for (name, entry) in [
        ("FlowRolePolicy0", 0),
        ("FlowRolePolicy1", 1),
        ("FlowRolePolicy4", 4),
    ] {
        let expected = format!("/Resources/Flow/Properties/Policies/{entry}");
        assert_eq!(origin.policies[name].pointer.as_str(), expected, "{name}");
    }
}

#[test]
fn a_function_has_the_role_that_the_transform_makes() {
    let template = with(FLOW, &[], &[("flows/flow.asl.yaml", DEFINITION)]);
    let attached = template.role("WorkRole").attached.present().unwrap();
    let names: Vec<&str> = attached.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "AWSLambdaBasicExecutionRole",
            "AWSXrayWriteOnlyAccess",
            "AWSLambdaSQSQueueExecutionRole"
        ]
    );
    assert!(
        attached[0]
            .arn
            .ends_with(":policy/service-role/AWSLambdaBasicExecutionRole")
    );
}

#[test]
fn a_policy_that_is_open_or_unknown_is_not_lost() {
    let text = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}\nTransform: AWS::Serverless-2016-10-31\nResources:\n  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition: {StartAt: A}\n      Policies:\n        - !If [C, {Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}, !Ref 'AWS::NoValue']\n        - NoSuchPolicyTemplate: {A: b}\n        - !Ref P\n";
    let template = template(text);
    assert_eq!(template.statements("FlowRole")[0]["Action"], "s3:*");
    let role = template.role("FlowRole");
    let inline = role.inline.present().unwrap();
    assert!(
        inline[1].document.0.contains("NoSuchPolicyTemplate"),
        "it stays a policy that cannot be read"
    );
    assert_eq!(role.attached.present().unwrap()[0].arn, "${P}");
    assert_eq!(template.gaps(), ["a policy of `Flow`"]);
}

#[test]
fn connectors_give_what_their_profile_says() {
    let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  Table: {Type: AWS::Serverless::SimpleTable}
  Flow:
    Type: AWS::Serverless::StateMachine
    Connectors: {ToTable: {Properties: {Destination: {Id: Table}, Permissions: [Read]}}}
    Properties: {Definition: {StartAt: A}}
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
  Start: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Fn}, Destination: {Id: Flow}, Permissions: [Write]}}
";
    let template = template(text);
    let iam = template.account.iam.present().unwrap();
    let document = |name: &str| {
        iam.managed
            .iter()
            .find(|m| m.name == name)
            .unwrap()
            .document
            .present()
            .unwrap()
            .0
            .clone()
    };
    assert!(
        document("FlowToTablePolicy")
            .contains("arn:aws:dynamodb:us-east-1:000000000000:table/Table/index/*")
    );
    assert!(document("StartPolicy").contains("states:StartExecution"));
    let attached = |role: &str| {
        template
            .role(role)
            .attached
            .present()
            .unwrap()
            .last()
            .unwrap()
            .name
            .clone()
    };
    assert_eq!(
        (attached("FlowRole"), attached("FnRole")),
        ("FlowToTablePolicy".to_owned(), "StartPolicy".to_owned())
    );
}

#[test]
fn what_is_made_beside_a_function_can_be_referred_to() {
    let text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn: {Type: 'AWS::Serverless::Function', Properties: {Handler: a.b, AutoPublishAlias: live}}\n  Flow: {Type: 'AWS::Serverless::StateMachine', Properties: {Name: flow, Definition: {a: !Ref Fn.Alias, b: !Sub '${Fn.Alias}', c: !Ref Fn.Version, d: !Ref Fn.Other}}}\n";
    let template = template(text);
    let definition: Value = serde_json::from_str(&template.workflow("flow").definition).unwrap();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:Fn";
    let expected = serde_json::json!({"a": format!("{arn}:live"), "b": format!("{arn}:live"), "c": format!("{arn}:1"), "d": "${Fn.Other}"});
    assert_eq!(definition, expected);
}
