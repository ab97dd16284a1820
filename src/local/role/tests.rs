use super::*;
use crate::local::tests::Temp;

#[test]
fn policy_variables_are_known_and_everything_to_fill_in_is_not() {
    for known in [
        "*",
        "lambda:InvokeFunction",
        "arn:aws:s3:::home/${aws:username}/*",
        "arn:aws:s3:::home/${aws:PrincipalTag/team, 'none'}/*",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/a${*}",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:lambda:*:*:function:*",
        "arn:aws:states:::lambda:invoke",
    ] {
        assert!(!is_placeholder(known), "{known}");
    }
    for open in [
        "${FunctionArn}",
        "arn:aws:lambda:${AWS::Region}:123456789012:function:x",
        "${self:provider.arn}",
        "${aws_lambda_function.x.arn}",
        "{{ function_arn }}",
        "arn:aws:lambda:eu-west-1:<account>:function:x",
        "arn:aws:lambda:eu-west-1:ACCOUNT_ID:function:x",
        "${",
    ] {
        assert!(is_placeholder(open), "{open}");
    }
}

fn read(text: &str) -> Result<RoleFile, Error> {
    let temp = Temp::new(&format!(
        "role-{:x}",
        text.len() * 31 + text.bytes().map(usize::from).sum::<usize>()
    ));
    temp.file("role.json", text);
    RoleFile::read(&temp.0.join("role.json"))
}

fn names(text: &str) -> Vec<String> {
    let iam = read(text).unwrap().iam("arn:aws:iam::123456789012:role/r");
    let inline = iam.roles[0].inline.present().unwrap();
    inline.iter().map(|p| p.name.clone()).collect()
}

const POLICY: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

#[test]
fn a_document_an_array_of_them_and_a_whole_role_are_read() {
    assert_eq!(names(POLICY), ["policies[0]"]);
    assert_eq!(
        names(&format!("[{POLICY}, {POLICY}]")),
        ["policies[0]", "policies[1]"]
    );
    let named = format!(r#"{{"PolicyName": "P", "PolicyDocument": {POLICY}}}"#);
    assert_eq!(names(&named), ["P"]);
    let whole = format!(r#"{{"policies": [{POLICY}], "trust": {POLICY}, "boundary": {POLICY}}}"#);
    let iam = read(&whole)
        .unwrap()
        .iam("arn:aws:iam::123456789012:role/r");
    assert_eq!(iam.roles[0].boundary.as_deref(), Some(BOUNDARY));
    assert!(iam.roles[0].trust.present().is_some());
    let places = read(&format!("[{named}]")).unwrap().places();
    assert_eq!(places["P"].pointer.as_str(), "/0/PolicyDocument");
}

#[test]
fn what_gives_no_policy_is_refused() {
    for broken in [
        "",
        "{",
        "3",
        "null",
        "{}",
        "[]",
        "[{}]",
        "[[]]",
        r#"{"policies": {}}"#,
        r#"{"policies": []}"#,
        r#"{"Statement": []}"#,
        r#"{"Statement": "x"}"#,
        r#"{"StartAt": "A", "States": {}}"#,
        r#"{"PolicyDocument": "{"}"#,
        &format!("[{POLICY}, 3]"),
        // Of two equal keys one would be judged and the other read by people.
        r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Resource": "x"}]}"#,
        r#"{"Statement": [{"Effect": "Allow"}], "Statement": []}"#,
        r#"{"PolicyDocument": "{\"Statement\": [{\"Action\": \"*\", \"Action\": \"a:B\"}]}"}"#,
        &POLICY.replace(
            "\"*\"}",
            &format!("{}{}}}", "[".repeat(300), "]".repeat(300)),
        ),
    ] {
        let said = read(broken)
            .err()
            .unwrap_or_else(|| panic!("{broken}"))
            .to_string();
        assert!(said.contains("role.json") && !said.contains('\n'), "{said}");
    }
}

#[test]
fn a_statement_that_is_yet_to_be_filled_in_cannot_be_read() {
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "${Action}"], "Resource": "*"}]}"#;
    let iam = read(text).unwrap().iam("arn:aws:iam::123456789012:role/r");
    let document = &iam.roles[0].inline.present().unwrap()[0].document;
    let read: Value = serde_json::from_str(&document.0).unwrap();
    assert_eq!(
        read["Statement"][0]["Action"][1],
        serde_json::json!({"Ref": "${Action}"})
    );
}
