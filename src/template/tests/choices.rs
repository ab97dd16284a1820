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
