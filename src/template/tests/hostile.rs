//! Templates that are made to run away, or to read what they should not.

use std::fmt::Write as _;

use super::*;

#[test]
fn references_that_go_in_circles_end() {
    let template = template(
        "Conditions: {A: !Condition B, B: !Not [!Condition A]}\nResources:\n  X: {Type: 'AWS::S3::Bucket', Condition: A, Properties: {BucketName: !Sub 'a${Y}${Y}'}}\n  Y: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub 'b${X}${X}'}}\n  Flow: {Type: 'AWS::StepFunctions::StateMachine', Properties: {StateMachineName: !Ref X, DefinitionString: '{}'}}\n",
    );
    assert_eq!(template.account.workflows.len(), 1);
}

#[test]
fn names_that_double_each_other_stay_small() {
    let mut text = String::from("Resources:\n");
    for n in 0..60 {
        let _ = writeln!(
            text,
            "  B{n}: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub '${{B{0}}}${{B{0}}}'}}}}",
            n + 1
        );
    }
    text.push_str("  Flow: {Type: 'AWS::StepFunctions::StateMachine', Properties: {StateMachineName: !Ref B0, DefinitionString: '{}'}}\n");
    let template = template(&text);
    assert!(template.account.workflows[0].name.len() < 8 << 20);
}

#[test]
fn loops_inside_loops_are_bounded() {
    let list: Vec<String> = (0..60).map(|n| format!("a{n}")).collect();
    let list = list.join(", ");
    let text = format!(
        "Resources:\n  Fn::ForEach::A:\n    - A\n    - [{list}]\n    - Fn::ForEach::B:\n        - B\n        - [{list}]\n        - Fn::ForEach::C:\n            - C\n            - [{list}]\n            - R${{A}}${{B}}${{C}}: {{Type: 'AWS::SNS::Topic'}}\n"
    );
    let template = template(&text);
    assert!(template.account.workflows.is_empty());
}

#[test]
fn a_stack_that_nests_itself_ends() {
    let text = "Resources:\n  Self: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: template.yaml}}\n";
    let template = with(text, &[], &[("app/template.yaml", text)]);
    assert_eq!(template.gaps(), ["the nested stack `Self` of the template"]);
}

#[test]
fn only_files_by_relative_paths_are_opened() {
    for path in [
        "/etc/passwd",
        "s3://bucket/key",
        "https://example.com/x",
        "${Path}",
    ] {
        let text = format!(
            "Resources:\n  Flow: {{Type: 'AWS::Serverless::StateMachine', Properties: {{Name: flow, DefinitionUri: '{path}'}}}}\n"
        );
        let document = document("app/template.yaml", &text);
        let open =
            |path: &Path| -> Result<Document, String> { panic!("opened {}", path.display()) };
        let options = Options {
            parameters: &[],
            open: &open,
        };
        let template = read(&document, Kind::CloudFormation, &options).unwrap();
        assert_eq!(template.account.workflows[0].definition, "", "{path}");
        assert_eq!(template.account.unreadable.len(), 1, "{path}");
    }
}

#[test]
fn parts_of_the_wrong_shape_are_passed_over() {
    for text in [
        "Resources: {A: 1, B: {Type: 2}, C: {Type: 'AWS::IAM::Role', Properties: []}}\nParameters: 1\nMappings: []\nConditions: x",
        "Resources: {A: {Type: 'AWS::Serverless::StateMachine', Properties: {Policies: 5, Events: [1], Tags: 3, Definition: 7}}}",
        "Resources: {A: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {/a: 3, /b: {post: 1, get: {security: [1]}}}}}}}",
        "Resources: {A: {Type: 'AWS::Events::Rule', Properties: {Targets: {a: b}, EventPattern: 3}}, B: {Type: 'AWS::Pipes::Pipe'}}",
        "Resources: {A: {Type: 'AWS::IAM::Role', Properties: {Policies: [1, {PolicyName: [x]}], AssumeRolePolicyDocument: 4}}}",
        "Resources: {A: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Sub [], Path: !Join 3, Tags: !Select [x], Policies: !GetAtt []}}}",
    ] {
        let _ = template(text);
    }
    for text in [
        r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [1, {"address": 3}, {"address": "a", "type": "aws_iam_role", "values": []}]}}}"#,
        r#"{"format_version": "1.2", "planned_values": {"root_module": {"child_modules": 1}}, "resource_changes": {"a": 1}, "configuration": []}"#,
        r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "aws_sfn_state_machine.a", "type": "aws_sfn_state_machine", "name": "a", "values": {"definition": 4, "logging_configuration": 2, "tags": []}}]}}}"#,
    ] {
        let _ = template(text);
    }
}
