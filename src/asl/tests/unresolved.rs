//! What deployment will tell, in JSON and in YAML.

use super::hostile::stable;
use super::*;

#[test]
fn substitutions_split_a_text() {
    let display = |text: &str| {
        let text = Text::parse(text);
        (text.0.len(), text.display())
    };
    assert_eq!(
        display("arn:aws:states:::${Name}:x"),
        (3, "arn:aws:states:::${Name}:x".into())
    );
    assert_eq!(display("${A}${B}"), (2, "${A}${B}".into()));
    assert_eq!(
        display("${self:custom.x${opt:stage}}"),
        (1, "${self:custom.x${opt:stage}}".into())
    );
    for known in ["${}", "${", "$", "${ x", "a{b}", "${1}", ""] {
        assert_eq!(Text::parse(known).literal(), Some(known));
    }
}

#[test]
fn intrinsic_objects_are_texts() {
    let of = |value: Value| Text::of_intrinsic(&value).map(|t| t.display());
    assert_eq!(of(json!({"Ref": "AWS::Region"})).unwrap(), "${AWS::Region}");
    assert_eq!(of(json!({"Fn::GetAtt": ["F", "Arn"]})).unwrap(), "${F.Arn}");
    assert_eq!(
        of(json!({"Fn::Sub": "arn:${AWS::Partition}:s3:::b/${!x}"})).unwrap(),
        "arn:${AWS::Partition}:s3:::b/${x}"
    );
    assert_eq!(
        of(json!({"Fn::Sub": ["a-${B}", {"B": 1}]})).unwrap(),
        "a-${B}"
    );
    assert_eq!(
        of(json!({"Fn::Join": [":", ["arn", {"Ref": "P"}, {"Fn::Join": ["", ["s", "3"]]}]]}))
            .unwrap(),
        "arn:${P}:s3"
    );
    assert_eq!(
        of(json!({"Fn::ImportValue": {"Fn::Sub": "x"}})).unwrap(),
        "${Fn::ImportValue}"
    );
    assert_eq!(of(json!({"Fn::If": ["c", 1, 2]})).unwrap(), "${Fn::If}");
    for no in [
        json!({"Ref": 1}),
        json!({"Ref": "a", "b": 1}),
        json!({"ref": "a"}),
        json!("Ref"),
        json!({}),
    ] {
        assert_eq!(of(no.clone()), None, "{no}");
    }
    let escaped = Text::of_intrinsic(&json!({"Fn::Sub": "${!Name}"})).unwrap();
    assert_eq!(escaped.literal(), Some("${Name}"));
}

#[test]
fn unresolved_is_never_a_problem() {
    let value = json!({
        "StartAt": "${First}",
        "TimeoutSeconds": "${Timeout}",
        "States": {
            "A": {
                "Type": "Task", "Resource": "${Resource}",
                "Parameters": {"a.$": "${Path}", "b.$": "$.${Field}.c", "c.$": "States.Format('${Prefix}-{}', $.x)", "d": {"Fn::GetAtt": ["T", "Arn"]},
                    "e.$": "States.Array(${Items})", "f.$": {"Ref": "P"}},
                "HeartbeatSeconds": {"Ref": "Beat"}, "ResultPath": "${Out}", "InputPath": {"Ref": "In"},
                "Retry": [{"ErrorEquals": ["${Error}"], "MaxAttempts": "${Max}"}],
                "Catch": [{"ErrorEquals": {"Ref": "Errors"}, "Next": "${Next}"}],
                "Next": {"Ref": "Next"}
            },
            "B": {"Type": "Choice", "Choices": [{"Variable": "$.${Field}", "NumericEquals": "${N}", "Next": "C"},
                {"Variable": "${Path}", "IsNull": "${Bool}", "Next": "C"}]},
            "C": {"Type": "Wait", "Seconds": "${Seconds}", "End": "${End}"},
            "D": {"Fn::If": ["x", {}, {}]},
            "E": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.${Field} %}", "End": true}
        }
    });
    let definition = parse_value(&value);
    assert_eq!(problems(&definition), [""; 0]);
    let a = state(&definition, "A");
    let Some(Node::Object(members)) = a.arguments.as_ref().map(|t| &t.node) else {
        panic!("no object");
    };
    // Whatever path the deployment writes there reads of the input.
    assert!(matches!(&members[0].1.node, Node::Path(p) if p.steps.is_empty()));
    assert!(matches!(&members[1].1.node, Node::Path(p) if p.steps[0] == jsonpath::Step::Wildcard));
    assert!(matches!(&members[2].1.node, Node::Intrinsic(_)));
    assert!(matches!(&members[3].1.node, Node::Text(t) if t.display() == "${T.Arn}"));
    assert!(matches!(&members[4].1.node, Node::Path(p) if p.steps.is_empty()));
    assert!(definition.has_open_ways);
    for place in [
        "/StartAt",
        "/States/A/Next",
        "/States/A/Catch/0/Next",
        "/States/D",
    ] {
        assert!(
            definition.open.iter().any(|open| open.as_str() == place),
            "{place}"
        );
    }
}

#[test]
fn yaml_reads_as_json_does() {
    let yaml = r#"
StartAt: A
TimeoutSeconds: 60
States:
  A:
    Type: Task
    Resource: !Sub arn:${AWS::Partition}:states:::lambda:invoke
    Parameters:
      FunctionName: !GetAtt Function.Arn
      Payload.$: $
      Flag: true
      Empty: ~
      Text: "true"
      Number: 1.5
      Joined: !Join [":", [a, !Ref B]]
    Retry: &retry
      - ErrorEquals: [States.ALL]
    Next: B
  B:
    <<: {Type: Wait, Comment: merged}
    Seconds: 1
    Next: "No"
  No:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Retry: *retry
    End: true
"#;
    let json = json!({
        "StartAt": "A", "TimeoutSeconds": 60,
        "States": {
            "A": {"Type": "Task", "Resource": {"Fn::Sub": "arn:${AWS::Partition}:states:::lambda:invoke"},
                "Parameters": {"FunctionName": {"Fn::GetAtt": "Function.Arn"}, "Payload.$": "$", "Flag": true, "Empty": null,
                    "Text": "true", "Number": 1.5, "Joined": {"Fn::Join": [":", ["a", {"Ref": "B"}]]}},
                "Retry": [{"ErrorEquals": ["States.ALL"]}], "Next": "B"},
            "B": {"Type": "Wait", "Comment": "merged", "Seconds": 1, "Next": "No"},
            "No": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": true}
        }
    });
    let definition = parse_yaml(yaml);
    assert_eq!(problems(&definition), [""; 0]);
    assert_eq!(definition, parse_value(&json));
}

#[test]
fn json_is_yaml() {
    for sample in [super::samples::jsonpath(), super::samples::jsonata()] {
        assert_eq!(parse_yaml(&sample.to_string()), parse_value(&sample));
        assert_eq!(parse_yaml(&format!("{sample:#}")), parse_value(&sample));
    }
}

#[test]
fn arguments_in_the_field_of_the_other_language_stay_there() {
    for (language, field) in [("JSONata", "Parameters"), ("JSONPath", "Arguments")] {
        for text in ["{% (", "{% $states.input %}", "$.x", "plain"] {
            let text = json!(text);
            let definition = parse_value(
                &json!({ "StartAt": "T", "QueryLanguage": language, "States": {
                "T": { "Type": "Task", "End": true, "Resource": "arn:aws:states:::sns:publish", field: { "Message": text } },
                "U": { "Type": "Task", "End": true, "Resource": "arn:aws:states:::sns:publish", field: text } } }),
            );
            stable(&definition);
        }
    }
}

#[test]
fn a_substitution_that_is_an_expression_is_read_as_one() {
    let task = |language: &str, field: &str, message: Value| {
        let key = if field == "Parameters" {
            "Message.$"
        } else {
            "Message"
        };
        parse_value(
            &json!({ "StartAt": "T", "QueryLanguage": language, "States": {
            "T": { "Type": "Task", "End": true, "Resource": "arn:aws:states:::sns:publish", field: { key: message } } } }),
        )
    };
    for (language, field, text) in [
        ("JSONata", "Arguments", "{% $states.input.x %}"),
        ("JSONata", "Arguments", "{% ("),
        ("JSONPath", "Parameters", "$.x"),
        (
            "JSONPath",
            "Parameters",
            "States.Format('${Prefix}-{}', $.x)",
        ),
    ] {
        let substituted = task(language, field, json!({ "Fn::Sub": text }));
        assert_eq!(
            print(&substituted),
            print(&task(language, field, json!(text))),
            "{text}"
        );
        stable(&substituted);
    }
}
