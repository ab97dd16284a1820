mod layers;

use super::*;

fn ask(line: &str) -> String {
    Decider::new(None).line(line).json
}

const REST: &str = r#""principal": "arn:aws:iam::123456789012:role/r", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k""#;

fn with(rest: &str) -> String {
    ask(&format!("{{{REST}, {rest}}}"))
}

#[test]
fn a_line_brings_its_own_policies_and_boundary() {
    let allow = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
    assert_eq!(
        with(&format!(r#""policies": [{allow}]"#)),
        r#"{"decision":"allow","by":[{"policy":"policies[0]","statement":0}],"on":[]}"#
    );
    assert_eq!(
        with(&format!(
            r#""policies": [{allow}], "boundary": {{"Statement": [{{"Effect": "Allow", "Action": "*", "Resource": "*"}}, {{"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}}]}}"#
        )),
        r#"{"decision":"deny","by":[{"policy":"boundary","statement":1}],"on":[]}"#
    );
    let narrow = r#"{"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}"#;
    assert_eq!(
        with(&format!(r#""policies": [{allow}], "boundary": {narrow}"#)),
        r#"{"decision":"no-match","by":[],"on":[]}"#
    );
}

#[test]
fn an_absent_key_and_an_unknown_one_are_two_things() {
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:sourceVPC": "v"}}}}"#;
    let line = |context: &str| with(&format!(r#""policies": [{policy}], "context": {context}"#));
    assert_eq!(
        line("{}"),
        r#"{"decision":"depends","by":[],"on":["aws:sourceVPC"]}"#
    );
    assert!(line(r#"{"aws:SourceVpc": null}"#).contains("no-match"));
    assert!(line(r#"{"aws:SourceVpc": ["w", "v"]}"#).contains("allow"));
}

#[test]
fn malformed_lines_answer_in_their_place() {
    let good = format!(r#"{{{REST}, "policies": []}}"#);
    let (out, failed) = Decider::new(None).lines(&format!("{good}\nnonsense\n{good}\n"));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((failed, lines.len()), (1, 3));
    assert!(lines[1].starts_with(r#"{"error":"#));
    assert_eq!(
        (lines[0], lines[2]),
        (lines[2], r#"{"decision":"no-match","by":[],"on":[]}"#)
    );
    for bad in [
        r#"{"action": "s3:GetObject", "resource": "*", "principal": 7, "policies": []}"#,
        r#"{"action": "s3:Get*", "resource": "*", "policies": []}"#,
        r#"{"action": "s3", "resource": "*", "policies": []}"#,
        r#"{"action": "s3:x", "resource": "b", "policies": []}"#,
        r#"{"action": "s3:x", "resource": "*", "policies": [{"Statement": [{"Effect": "Deny"}]}]}"#,
        r#"{"action": "s3:x", "resource": "*", "policies": [], "context": {"k": {}}}"#,
        r#"{"action": "s3:x", "resource": "*", "principal": "arn:aws:iam::1:role/r"}"#,
        "[]",
    ] {
        assert!(ask(bad).starts_with(r#"{"error":"#), "{bad}");
    }
}
