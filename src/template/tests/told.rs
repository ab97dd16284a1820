//! What a template leaves open or says twice is named, and the ways in that its queues and routes are.

use serde_json::json;

use super::*;
use crate::entry_points::{Authorization, EntryPoints};

/// What is not known of a template, with whether whoever deploys decides it.
fn told(template: &Template) -> Vec<(&str, bool)> {
    let gaps = template.account.unreadable.iter();
    gaps.map(|gap| (gap.what.as_str(), gap.optional)).collect()
}

const FLOW: &str = "Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: 'arn:aws:iam::123456789012:role/r', DefinitionString: '{\"Comment\": \"${A} ${B} ${C}\"}'";

#[test]
fn a_definition_names_what_only_the_deployment_knows() {
    let text = format!(
        "Parameters: {{P: {{Type: String}}, Q: {{Type: String, Default: q}}}}\nResources:\n  Flow: {{{FLOW}, DefinitionSubstitutions: {{A: !Ref P, B: !Ref Q, Other: !Ref P}}}}}}\n"
    );
    let open = with(&text, &[], &[]);
    let gaps = told(&open);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(
        gaps[0]
            .0
            .starts_with("what `A` stands for in the definition of ")
    );
    assert!(gaps[0].1);
    // A substitution that nothing makes stays as it is written, and one with a value is made.
    assert!(told(&with(&text, &[("P", "p")], &[])).is_empty());
    let in_text = "Parameters: {P: {Type: String}}\nResources:\n  Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: 'arn:aws:iam::123456789012:role/r', DefinitionString: !Sub '{\"Comment\": \"${P}\"}'}}\n";
    assert!(
        told(&template(in_text))[0]
            .0
            .starts_with("what `P` stands for")
    );
}

#[test]
fn of_two_resources_of_one_name_neither_is_lost_in_silence() {
    let flow = format!("  Flow: {{{FLOW}}}}}\n");
    let topic = "  Flow: {Type: AWS::SNS::Topic}\n";
    let read = |text: &str| {
        let document = document("app/template.yaml", text);
        let kind = recognise(&document).unwrap();
        let open = |_: &Path| Err("there is none".to_owned());
        let options = Options {
            parameters: &[],
            open: &open,
        };
        super::read(&document, kind, &options)
    };
    let lost = read(&format!("Resources:\n{flow}{topic}")).unwrap_err();
    assert!(
        lost.contains("declares `Flow` twice, once more at line 3"),
        "{lost}"
    );
    let last = read(&format!("Resources:\n{topic}{flow}")).unwrap();
    assert_eq!(last.account.workflows.len(), 1);
    assert_eq!(told(&last), [("`/Resources/Flow` of the template", true)]);
    let inside = "  F: {Type: AWS::Lambda::Function, Properties: {Handler: a, Handler: b}}\n";
    let inside = read(&format!("Resources:\n{flow}{inside}")).unwrap();
    assert!(told(&inside).is_empty());
    let beside = read(&format!(
        "Description: a\nDescription: b\nResources:\n{flow}"
    ))
    .unwrap();
    assert!(told(&beside).is_empty());
}

#[test]
fn a_queue_has_the_policies_that_name_it() {
    let policy = |kind: &str, queue: &str, condition: &str| {
        let text = format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  Flow: {{{FLOW}}}}}\n  Q: {{Type: AWS::SQS::Queue}}\n  In: {{Type: AWS::SQS::{kind}, Properties: {{{queue}, PolicyDocument: {{Statement: [{{Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: '*'{condition}}}]}}}}}}\n  Pipe: {{Type: AWS::Pipes::Pipe, Properties: {{Source: !GetAtt Q.Arn, Target: !Ref Flow, RoleArn: 'arn:aws:iam::123456789012:role/p'}}}}\n"
        );
        EntryPoints::of(&template(&text).account).list[0].public
    };
    let source = |arn: &str| format!(", Condition: {{ArnEquals: {{'aws:SourceArn': {arn}}}}}");
    for (condition, open) in [
        (source("'arn:aws:sns:us-east-1:123456789012:t'"), false),
        (source("!ImportValue t"), false),
        (source("!Ref P"), false),
        (String::new(), true),
    ] {
        assert_eq!(
            policy("QueuePolicy", "Queues: [!Ref Q]", &condition),
            open,
            "{condition}"
        );
        assert_eq!(
            policy("QueueInlinePolicy", "Queue: !Ref Q", &condition),
            open,
            "{condition}"
        );
        assert!(!policy(
            "QueuePolicy",
            "Queues: ['https://sqs.us-east-1.amazonaws.com/1/Other']",
            &condition
        ));
    }
}

#[test]
fn an_event_asks_for_what_it_says_itself() {
    let asked = |auth: &str, api: &str| {
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\n{api}Resources:\n  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition: {{StartAt: A}}\n      Events: {{E: {{Type: Api, Properties: {{Path: /a, Method: post{auth}}}}}}}\n"
        );
        let points = EntryPoints::of(&template(&text).account).list;
        points[0].authorization
    };
    let iam = "Globals: {Api: {Auth: {DefaultAuthorizer: AWS_IAM}}}\n";
    for (auth, api, expected) in [
        ("", "", Authorization::None),
        (", Auth: {ApiKeyRequired: true}", "", Authorization::ApiKey),
        (", Auth: {ApiKeyRequired: false}", "", Authorization::None),
        ("", iam, Authorization::Iam),
        (", Auth: {ApiKeyRequired: true}", iam, Authorization::Iam),
        (", Auth: {Authorizer: NONE}", iam, Authorization::None),
    ] {
        assert_eq!(asked(auth, api), Some(expected), "{auth} {api}");
    }
}

#[test]
fn a_plan_tells_of_a_queue_that_is_open() {
    let policy = |condition: Value| {
        json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*", "Condition": condition}]}).to_string()
    };
    let arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:w";
    let queue = "arn:aws:sqs:eu-west-1:123456789012:in";
    let of = |resources: Value| {
        let base = json!([
            {"address": "aws_sfn_state_machine.w", "mode": "managed", "type": "aws_sfn_state_machine", "name": "w", "values": {"name": "w", "arn": arn, "definition": "{}", "role_arn": "arn:aws:iam::123456789012:role/r"}},
            {"address": "aws_pipes_pipe.p", "mode": "managed", "type": "aws_pipes_pipe", "name": "p", "values": {"name": "p", "source": queue, "target": arn, "role_arn": "arn:aws:iam::123456789012:role/p"}},
        ]);
        let mut all = base.as_array().unwrap().clone();
        all.extend(resources.as_array().unwrap().iter().cloned());
        let text = json!({"format_version": "1.0", "values": {"root_module": {"resources": all}}});
        let points = EntryPoints::of(&template(&text.to_string()).account).list;
        points[0].public
    };
    let own = |policy: String| json!([{"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "values": {"name": "in", "arn": queue, "policy": policy}}]);
    let beside = |policy: String| json!([{"address": "aws_sqs_queue_policy.q", "mode": "managed", "type": "aws_sqs_queue_policy", "name": "q", "values": {"queue_url": "https://sqs.eu-west-1.amazonaws.com/123456789012/in", "policy": policy}}]);
    let org = json!({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}});
    assert!(!of(own(policy(org.clone()))));
    assert!(!of(beside(policy(org))));
    assert!(of(own(policy(json!({})))));
    assert!(of(beside(policy(json!({})))));
}

#[test]
fn a_plan_that_failed_is_none_and_one_that_is_not_complete_says_so() {
    let resources = json!({"root_module": {"resources": [{"address": "aws_sfn_state_machine.w", "mode": "managed", "type": "aws_sfn_state_machine", "name": "w", "values": {"name": "w", "definition": "{}", "role_arn": "arn:aws:iam::123456789012:role/r"}}]}});
    let of = |errored: bool, complete: bool| {
        let text = json!({"format_version": "1.2", "planned_values": resources, "configuration": {}, "errored": errored, "complete": complete}).to_string();
        let document = document("plan.json", &text);
        let open = |_: &Path| Err("there is none".to_owned());
        let options = Options {
            parameters: &[],
            open: &open,
        };
        super::read(&document, Kind::TerraformPlan, &options)
    };
    assert!(of(true, true).unwrap_err().contains("ended in an error"));
    assert!(of(true, false).is_err());
    assert!(told(&of(false, true).unwrap()).is_empty());
    let later = of(false, false).unwrap();
    assert_eq!(
        told(&later),
        [("what the plan leaves to a later one", false)]
    );
}
