//! Functions and names: what each resolves to, seen in a policy's resource.

use super::*;

/// What a resource of the only statement comes to; `head` stands before `Resources`.
fn resolved(head: &str, resource: &str, parameters: &[(&str, &str)]) -> Value {
    let text = format!(
        "{head}\nResources:\n  Table: {{Type: 'AWS::DynamoDB::Table'}}\n  Named: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub '${{AWS::AccountId}}-data'}}}}\n  Queue: {{Type: 'AWS::SQS::Queue'}}\n  Key: {{Type: 'AWS::KMS::Key'}}\n  Odd: {{Type: 'AWS::Fancy::Thing'}}\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Action: s3:GetObject\n                Resource: {resource}\n"
    );
    with(&text, parameters, &[]).statements("Role")[0]["Resource"].clone()
}

#[test]
fn names_and_arns_of_what_is_declared() {
    for (resource, expected) in [
        (
            "!GetAtt Table.Arn",
            "arn:aws:dynamodb:us-east-1:000000000000:table/Table",
        ),
        ("!GetAtt [Named, Arn]", "arn:aws:s3:::000000000000-data"),
        ("!Sub '${Named.Arn}/*'", "arn:aws:s3:::000000000000-data/*"),
        (
            "!Ref Queue",
            "https://sqs.us-east-1.amazonaws.com/000000000000/Queue",
        ),
        ("{'Fn::GetAtt': 'Queue.QueueName'}", "Queue"),
        (
            "!GetAtt Key.Arn",
            "arn:aws:kms:us-east-1:000000000000:key/Key",
        ),
        (
            "!GetAtt Odd.Arn",
            "arn:aws:fancy:us-east-1:000000000000:Odd",
        ),
        (
            "!Join [':', ['arn', !Ref 'AWS::Partition', s3, '', '', !Ref Named]]",
            "arn:aws:s3:::000000000000-data",
        ),
        ("!Select [1, !Split ['/', 'a/b/c']]", "b"),
        (
            "!Sub ['${A}-${!Literal}', {A: !Select [0, [x, y]]}]",
            "x-${Literal}",
        ),
        (
            "!Join ['', [!Sub 'a${AWS::Region}', !If [Never, b, c]]]",
            "aus-east-1c",
        ),
        ("!FindInMap [Map, one, two]", "value"),
        (
            "!FindInMap [Map, nothing, two, {DefaultValue: default}]",
            "default",
        ),
        (
            "{'Fn::ToJsonString': {a: [1, !Ref Table]}}",
            r#"{"a":[1,"Table"]}"#,
        ),
        ("!Sub 'n${Number}'", "n7"),
    ] {
        let head = "Parameters: {Number: {Type: Number, Default: 7}}\nMappings: {Map: {one: {two: value}}}\nConditions: {Never: !Equals [a, b]}";
        assert_eq!(
            resolved(head, resource, &[]),
            Value::from(expected),
            "{resource}"
        );
    }
}

#[test]
fn what_is_given_is_taken_and_what_is_not_stays_itself() {
    let head = "Parameters: {Name: {Type: String}, Path: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}}";
    assert_eq!(resolved(head, "!Ref Name", &[("Name", "x")]), "x");
    assert_eq!(
        resolved(head, "!Ref 'AWS::Region'", &[("AWS::Region", "cn-north-1")]),
        "cn-north-1"
    );
    assert_eq!(
        resolved(
            head,
            "!Ref 'AWS::Partition'",
            &[("AWS::Region", "cn-north-1")]
        ),
        "aws-cn"
    );
    // A whole value that is not known is no pattern that would match something.
    let unknown = serde_json::json!({"Ref": "Name"});
    assert_eq!(resolved(head, "!Ref Name", &[]), unknown);
    assert_eq!(resolved(head, "!Sub '${Name}'", &[]), unknown);
    assert_eq!(
        resolved(head, "!Ref Path", &[]),
        serde_json::json!({"Ref": "Path"})
    );
    assert_eq!(
        resolved(head, "!Sub 'arn:aws:s3:::${Name}/*'", &[]),
        "arn:aws:s3:::${Name}/*"
    );
    assert_eq!(
        resolved(head, "!ImportValue shared", &[]),
        serde_json::json!({"Fn::ImportValue": "shared"})
    );
    assert_eq!(
        resolved(head, "'{{resolve:ssm:/a}}'", &[]),
        serde_json::json!({"Fn::Resolve": "ssm:/a"})
    );
    assert_eq!(
        resolved(head, "!Sub 'a-{{resolve:ssm:/a}}'", &[]),
        "a-{{resolve:ssm:/a}}"
    );
}

#[test]
fn a_placeholder_decides_nothing() {
    let head = "Conditions: {Here: !Equals [!Ref 'AWS::Region', us-east-1], Own: !Equals [!Sub '${AWS::AccountId}', '000000000000']}\nMappings: {M: {us-east-1: {k: a}, eu-west-1: {k: b}}, Same: {us-east-1: {k: a}, eu-west-1: {k: a}}}";
    let both = serde_json::json!(["x", "y"]);
    assert_eq!(resolved(head, "!If [Here, x, y]", &[]), both);
    assert_eq!(resolved(head, "!If [Own, x, y]", &[]), both);
    assert_eq!(
        resolved(head, "!If [Here, x, y]", &[("AWS::Region", "us-east-1")]),
        "x"
    );
    assert!(resolved(head, "!FindInMap [M, !Ref 'AWS::Region', k]", &[]).is_object());
    assert_eq!(
        resolved(head, "!FindInMap [Same, !Ref 'AWS::Region', k]", &[]),
        "a"
    );
}

#[test]
fn conditions_are_decided_as_far_as_parameters_are() {
    let head = "Parameters: {Stage: {Type: String, Default: dev}, Open: {Type: String}}\nConditions: {Prod: !Equals [!Ref Stage, prod], Other: !Equals [!Ref Open, a], Any: !Or [!Condition Other, !Not [!Condition Prod]], All: !And [!Condition Prod, !Condition Other]}";
    assert_eq!(resolved(head, "!If [Prod, x, y]", &[]), "y");
    assert_eq!(
        resolved(head, "!If [Prod, x, y]", &[("Stage", "prod")]),
        "x"
    );
    assert_eq!(resolved(head, "!If [Any, x, y]", &[]), "x");
    assert_eq!(resolved(head, "!If [All, x, y]", &[]), "y");
    assert_eq!(
        resolved(head, "!If [Other, x, !Ref 'AWS::NoValue']", &[]),
        serde_json::json!(["x"])
    );
    assert_eq!(
        resolved(head, "[!If [Other, x, y], z]", &[]),
        serde_json::json!(["x", "y", "z"])
    );
}

#[test]
fn loops_are_written_out() {
    let text = "Parameters: {Names: {Type: CommaDelimitedList, Default: 'a, b'}}\nResources:\n  Fn::ForEach::Roles:\n    - Name\n    - !Ref Names\n    - Role${Name}:\n        Type: AWS::IAM::Role\n        Properties: {RoleName: !Sub 'r-${Name}', Policies: [{PolicyName: !Ref Name, PolicyDocument: {Statement: []}}]}\n";
    let template = template(text);
    assert_eq!(template.role("r-a").inline.present().unwrap()[0].name, "a");
    assert_eq!(template.role("r-b").inline.present().unwrap()[0].name, "b");
}
