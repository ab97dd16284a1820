//! What a template leaves open: the wider side counts of what is granted, and nothing that may not be there takes something
//! away, holds it back or protects it.

use super::*;
use crate::snapshot::LogGroup;

const HEAD: &str = "Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, x], D: !Not [{Condition: C}]}
Resources:
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Action: 's3:*', Resource: '*'}, {Effect: Allow, Action: 'sqs:*', Resource: '*'}]}}}
";

fn open(resources: &str) -> Template {
    template(&format!("{HEAD}{resources}"))
}

/// How many denying statements a role and the managed policy hold.
fn denies(template: &Template, role: &str) -> (usize, usize) {
    let own = template.statements(role);
    let own = own.iter().filter(|s| s["Effect"] == "Deny").count();
    let iam = template.account.iam.present().unwrap();
    let managed = iam.managed.iter().find(|p| p.name == "Managed").unwrap();
    let managed: Value = serde_json::from_str(&managed.document.present().unwrap().0).unwrap();
    let statements = managed["Statement"].as_array().unwrap();
    let managed = statements.iter().filter(|s| s["Effect"] == "Deny").count();
    (own, managed)
}

const DENY: &str = "{PolicyName: d, PolicyDocument: {Statement: [{Effect: Deny, Action: 's3:*', Resource: '*'}, {Effect: Allow, Action: 'sns:*', Resource: '*'}]}}";

#[test]
fn a_deny_that_is_there_either_way_stays() {
    for properties in [
        format!("Policies: [{DENY}], ManagedPolicyArns: [!Ref Managed]"),
        format!(
            "Policies: !If [C, [{DENY}], [{DENY}]], ManagedPolicyArns: !If [C, [!Ref Managed], [x, !Ref Managed]]"
        ),
        format!(
            "Policies: [!If [C, {DENY}, {DENY}]], ManagedPolicyArns: [!If [C, x, y], !Ref Managed]"
        ),
    ] {
        let text = format!("  Role: {{Type: AWS::IAM::Role, Properties: {{{properties}}}}}\n");
        assert_eq!(denies(&open(&text), "Role"), (1, 1), "{properties}");
    }
}

#[test]
fn a_deny_that_may_not_be_there_takes_nothing_away() {
    let inner = "{Effect: Deny, Action: 's3:*', Resource: '*'}";
    let none = "!Ref 'AWS::NoValue'";
    for properties in [
        format!(
            "Policies: [!If [C, {DENY}, {none}]], ManagedPolicyArns: [!If [C, !Ref Managed, {none}]]"
        ),
        format!(
            "Policies: !If [C, [{DENY}], {none}], ManagedPolicyArns: !If [C, [!Ref Managed], [x]]"
        ),
        format!(
            "Policies: [{{PolicyName: d, PolicyDocument: {{Statement: !If [C, [{inner}], []]}}}}], ManagedPolicyArns: [!If [C, !Ref Managed, y]]"
        ),
        format!(
            "Policies: [{{PolicyName: d, PolicyDocument: !If [C, {{Statement: [{inner}]}}, {{Statement: []}}]}}], ManagedPolicyArns: [!If [C, !If [D, !Ref Managed, y], y]]"
        ),
    ] {
        let text = format!("  Role: {{Type: AWS::IAM::Role, Properties: {{{properties}}}}}\n");
        assert_eq!(denies(&open(&text), "Role"), (0, 0), "{properties}");
    }
    let named = format!(
        "  Role: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: []}}}}
  Own: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: d, Roles: [!If [C, !Ref Role, x]], PolicyDocument: {{Statement: [{inner}]}}}}}}
  More: {{Type: AWS::IAM::ManagedPolicy, Properties: {{Roles: !If [C, [!Ref Role], [x]], PolicyDocument: {{Statement: [{inner}]}}}}}}
"
    );
    let template = open(&named);
    assert_eq!(denies(&template, "Role").0, 0);
    let iam = template.account.iam.present().unwrap();
    let more = iam.managed.iter().find(|p| p.name == "More").unwrap();
    assert!(!more.document.present().unwrap().0.contains("Deny"));
}

#[test]
fn of_two_roles_of_one_name_either_may_be_there() {
    let template = open(
        "  A: {Type: AWS::IAM::Role, Condition: C, Properties: {RoleName: r, PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess', Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}}}]}}
  B: {Type: AWS::IAM::Role, Condition: D, Properties: {RoleName: r, ManagedPolicyArns: [!Ref Managed], Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Deny, Action: 's3:*', Resource: '*'}}}]}}
",
    );
    let role = template.role("r");
    let statements = template.statements("r");
    assert_eq!(statements.len(), 1, "{statements:?}");
    assert_eq!(
        (&statements[0]["Action"], &role.boundary),
        (&Value::from("s3:*"), &None)
    );
    assert_eq!(role.attached.present().unwrap().len(), 1);
    assert_eq!(denies(&template, "r"), (0, 0));
}

fn group(properties: &str) -> LogGroup {
    let text = format!("  Group: {{Type: AWS::Logs::LogGroup, Properties: {{{properties}}}}}\n");
    let groups = open(&text).account.log_groups;
    groups.present().unwrap().values().next().unwrap().clone()
}

#[test]
fn a_log_group_is_what_it_is_either_way() {
    let of = |retention_days, key: Option<&str>| LogGroup {
        retention_days,
        kms_key: key.map(str::to_owned),
    };
    for (properties, expected) in [
        (
            "RetentionInDays: 365, KmsKeyId: k",
            of(Some(365), Some("k")),
        ),
        (
            "RetentionInDays: !If [C, 365, 120], KmsKeyId: !If [C, k, l]",
            of(Some(120), Some("k")),
        ),
        (
            "RetentionInDays: !If [C, 365, 7], KmsKeyId: !If [C, k, !Ref 'AWS::NoValue']",
            of(Some(7), None),
        ),
        (
            "RetentionInDays: !If [C, 365, !Ref 'AWS::NoValue'], KmsKeyId: !Ref P",
            of(None, None),
        ),
        (
            "RetentionInDays: !Ref P, KmsKeyId: !ImportValue k",
            of(None, None),
        ),
    ] {
        assert_eq!(group(properties), expected, "{properties}");
    }
}

#[test]
fn a_workflow_logs_what_it_logs_either_way() {
    let destination = "Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt G.Arn}}]";
    let level = |logging: &str| {
        let text = format!(
            "  G: {{Type: AWS::Logs::LogGroup}}\n  Flow: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: '{{}}', LoggingConfiguration: {logging}}}}}\n"
        );
        let template = open(&text);
        let flow = template.workflow("Flow");
        let told = template
            .gaps()
            .iter()
            .any(|gap| gap.contains("LoggingConfiguration"));
        (
            flow.log_level.clone().unwrap(),
            flow.log_destinations.len(),
            told,
        )
    };
    let is = |word: &str, count, told| (word.to_owned(), count, told);
    assert_eq!(
        level(&format!("{{Level: !If [C, ALL, ALL], {destination}}}")),
        is("ALL", 1, false)
    );
    assert_eq!(
        level(&format!("{{Level: !If [C, ALL, ERROR], {destination}}}")),
        is("ERROR", 1, false)
    );
    assert_eq!(
        level(&format!(
            "!If [C, {{Level: ALL, {destination}}}, {{Level: !If [D, ALL, FATAL], {destination}}}]"
        )),
        is("ALL", 1, false)
    );
    assert_eq!(
        level(&format!("{{Level: !Ref P, {destination}}}")),
        is("OFF", 1, true)
    );
    assert_eq!(level("{Level: ALL, Destinations: !If [C, [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt G.Arn}}], []]}").1, 0);
}

#[test]
fn a_definition_is_judged_in_every_way_in_which_it_may_come_out() {
    let flow = |definition: &str| {
        let text = format!(
            "  Flow: {{Type: AWS::StepFunctions::StateMachine, Properties: {{Definition: {definition}}}}}\n"
        );
        let template = open(&text);
        let others = template.account.versions.len();
        let cut = template
            .gaps()
            .iter()
            .any(|gap| gap.starts_with("the definition of"));
        (template.workflow("Flow").definition.clone(), others, cut)
    };
    let (text, others, _) = flow("{StartAt: A, States: {A: !If [C, {Type: Pass}, {Type: Pass}]}}");
    assert!(text.contains("Pass") && others == 0, "{text}");
    // Two conditions of which one is the other's opposite come out in two ways.
    let (text, others, cut) = flow(
        "{StartAt: A, States: {A: !If [C, {Type: Pass}, {Type: Fail}], B: !If [D, {Type: Pass}, {Type: Wait}]}}",
    );
    assert!(text.contains("Pass") && text.contains("Wait"), "{text}");
    assert_eq!((others, cut), (1, false));
}

#[test]
fn workflows_of_one_name_lead_to_their_own_places() {
    let template = open(
        "  A: {Type: AWS::StepFunctions::StateMachine, Condition: C, Properties: {StateMachineName: n, DefinitionString: '{}'}}
  B: {Type: AWS::StepFunctions::StateMachine, Condition: D, Properties: {StateMachineName: n, DefinitionString: '{}'}}
",
    );
    let identities: Vec<&str> = template
        .account
        .workflows
        .iter()
        .map(|w| template.origins.workflows[&w.arn].identity.as_str())
        .collect();
    assert_eq!(identities, ["A", "B"]);
}

/// The resources of a role's only policy, which is written with these.
fn statements(statement: &str) -> Vec<Value> {
    let text = format!(
        "  Role: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statement}]}}}}]}}}}\n"
    );
    open(&text).statements("Role")
}

#[test]
fn the_sides_of_a_choice_in_a_text_do_not_stand_side_by_side() {
    let resource = |resource: &str| {
        let all = statements(&format!(
            "{{Effect: Allow, Action: 's3:*', Resource: {resource}}}"
        ));
        all[0]["Resource"].clone()
    };
    let both = serde_json::json!(["r-a", "r-b"]);
    for text in [
        "!Join ['', [r-, !If [C, a, b]]]",
        "!Sub ['r-${X}', {X: !If [C, a, b]}]",
        "!Join ['', [r-, !If [C, a, !Join ['', [!If [D, b, c]]]]]]",
    ] {
        assert_eq!(resource(text), both, "{text}");
    }
    assert_eq!(resource("!Select [1, [!If [C, a, b], '*']]"), "*");
    assert_eq!(resource("!Join ['', [r-, a]]"), "r-a");
}

#[test]
fn what_begins_with_what_is_not_known_may_be_anything() {
    let allow = |resource: &str| {
        statements(&format!(
            "{{Effect: Allow, Action: ['s3:GetObject', 's3:PutObject'], Resource: {resource}}}"
        ))
    };
    // A variable of the policy and a known beginning are patterns.
    for known in ["'${!aws:username}/*'", "'arn:aws:s3:::${P}/*'"] {
        let all = allow(&format!("!Sub {known}"));
        assert!(
            all.len() == 1 && all[0]["Resource"].is_string(),
            "{known}: {all:?}"
        );
    }
    assert!(allow("!Sub '${P}/*'")[0]["Resource"].is_object());
    // What is known of a list is judged, and the rest stands behind it.
    let parts = allow("['arn:aws:s3:::a/*', !Ref P, !Sub '${P}/x']");
    assert_eq!(
        parts[0]["Resource"],
        serde_json::json!(["arn:aws:s3:::a/*"])
    );
    assert_eq!(parts[1]["Resource"].as_array().unwrap().len(), 2);
    // What a deny spares is not known: it takes nothing away.
    let deny = statements("{Effect: Deny, Action: 's3:*', NotResource: !Sub 'arn:aws:s3:::${P}'}");
    assert!(deny[0]["NotResource"].is_object());
}

#[test]
fn a_policy_in_a_text_is_read_like_one_that_is_none() {
    let text = "  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: p, PolicyDocument: !Sub '{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"${P}\"}}'}]
";
    assert!(open(text).statements("Role")[0]["Resource"].is_object());
}

#[test]
fn a_number_is_a_principal() {
    let template = open(
        "  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: [999988887777]}, Action: 'sts:AssumeRole'}]}}}\n",
    );
    let trust = &template.role("Role").trust.present().unwrap().0;
    assert!(trust.contains("\"999988887777\""), "{trust}");
}

#[test]
fn a_tag_counts_on_either_side_and_one_that_suppresses_on_both() {
    let tags = |tags: &str| {
        let template = open(&format!(
            "  Flow: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: '{{}}', Tags: {tags}}}}}\n"
        ));
        let tags = template.workflow("Flow").tags.present().unwrap().iter();
        tags.map(|t| format!("{}={}", t.key, t.value))
            .collect::<Vec<_>>()
    };
    assert_eq!(tags("[{Key: a, Value: !If [C, x, y]}]"), ["a=x", "a=y"]);
    assert_eq!(
        tags("!If [C, [{Key: a, Value: x}], !Ref 'AWS::NoValue']"),
        ["a=x"]
    );
    assert_eq!(
        tags("!If [C, [{Key: 'stepwarden:suppress', Value: x}], []]"),
        [""; 0]
    );
}

#[test]
fn an_entry_point_counts_that_a_condition_leaves_open() {
    let points = |resources: &str| {
        let text = format!(
            "  Flow: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: '{{}}'}}}}\n{resources}"
        );
        crate::entry_points::EntryPoints::of(&open(&text).account).list
    };
    let rule = |target: &str| {
        points(&format!(
            "  Rule: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{source: [shop]}}, Targets: [{target}]}}}}\n"
        ))
    };
    assert_eq!(rule("{Id: a, Arn: !Ref Flow}").len(), 1);
    assert_eq!(
        rule("{Id: a, Arn: !If [C, !Ref Flow, 'arn:aws:sqs:us-east-1:111122223333:q']}").len(),
        1
    );
    let inputs = rule("{Id: a, Arn: !Ref Flow, Input: !If [C, '{}', !Ref 'AWS::NoValue']}");
    assert!(
        inputs
            .iter()
            .any(|point| point.fill == crate::entry_points::Fill::Whole),
        "{inputs:?}"
    );
    let body = "{paths: {/x: !If [C, {post: {x-amazon-apigateway-integration: {type: aws, uri: 'arn:aws:apigateway:us-east-1:states:action/StartExecution', requestTemplates: {application/json: '{}'}}}}, !Ref 'AWS::NoValue']}}";
    let api = points(&format!(
        "  Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{Body: {body}}}}}\n"
    ));
    assert!(api.len() == 1 && api[0].public, "{api:?}");
}

#[test]
fn a_policy_of_one_stack_is_held_by_a_role_of_another() {
    let child = "Resources:\n  Role: {Type: AWS::IAM::Role, Properties: {Policies: []}}\nOutputs: {Name: {Value: !Ref Role}}\n";
    let parent = "Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
  Policy: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!GetAtt Inner.Outputs.Name], PolicyDocument: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}}}
";
    let template = with(parent, &[], &[("app/child.yaml", child)]);
    assert_eq!(template.statements("Inner-Role")[0]["Action"], "*");
}

#[test]
fn what_a_loop_makes_is_written_in_its_body() {
    let template = template(
        "Transform: AWS::LanguageExtensions
Resources:
  'Fn::ForEach::Flows':
    - Name
    - [A, B]
    - 'Flow${Name}': {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}
",
    );
    let flow = template.workflow("FlowB");
    let place = &template.origins.workflows[&flow.arn].whole.pointer;
    assert_eq!(
        place.as_str(),
        "/Resources/Fn::ForEach::Flows/2/Flow${Name}"
    );
}
