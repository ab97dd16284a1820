use proptest::prelude::*;

use super::super::tests::{ARN, response};
use super::*;

fn checked(file: &str, text: &str, role: Option<&str>) -> Result<Account, Error> {
    definition_file(
        Path::new(file),
        text,
        role.map(|r| (Path::new("role.json"), r)),
    )
}

#[test]
fn a_bare_definition_knows_no_account_no_logging_and_no_role() {
    for (file, text) in [
        (
            "dir/orders.asl.json",
            "{\"StartAt\": \"A\", \"States\": {}}",
        ),
        ("orders.asl.yaml", "StartAt: A\nStates: {}\n"),
        ("orders.json", "{ broken"),
    ] {
        let account = checked(file, text, None).unwrap();
        let machine = &account.workflows[0];
        assert_eq!(machine.arn, "arn:aws:states:::stateMachine:orders");
        let expected = match file {
            "orders.asl.yaml" => r#"{"StartAt":"A","States":{}}"#,
            _ => text,
        };
        assert_eq!(machine.definition, expected);
        assert_eq!(
            (machine.log_level.as_deref(), machine.role_arn.as_str()),
            (None, "")
        );
        assert_eq!(account.iam.present().map(|i| i.roles.len()), None);
    }
}

#[test]
fn a_state_named_definition_does_not_make_a_response() {
    let text = r#"{"StartAt": "definition", "States": {"definition": {"Type": "Succeed"}}}"#;
    assert_eq!(
        checked("a.json", text, None).unwrap().workflows[0].definition,
        text
    );
}

#[test]
fn a_response_keeps_its_own_settings() {
    let account = checked("x.json", &response("Orders"), Some("[]")).unwrap();
    let machine = &account.workflows[0];
    assert_eq!(
        (machine.arn.as_str(), machine.log_level.as_deref()),
        (ARN, Some("ALL"))
    );
    assert_eq!(
        account.iam.present().unwrap().roles[0].arn,
        machine.role_arn
    );
    let created = checked(
        "x.json",
        r#"{"name": "N", "definition": "{}", "roleArn": "r"}"#,
        None,
    )
    .unwrap();
    assert_eq!(created.workflows[0].arn, "arn:aws:states:::stateMachine:N");
}

#[test]
fn the_shapes_of_a_role_file() {
    let policy = r#"{"Statement": []}"#;
    let inline = |role: &str| {
        let account = checked("x.asl.json", "{}", Some(role)).unwrap();
        let iam = account.iam.present().unwrap().clone();
        let names: Vec<String> = iam.roles[0]
            .inline
            .present()
            .unwrap()
            .iter()
            .map(|p| p.name.clone())
            .collect();
        (names, iam)
    };
    assert_eq!(inline(policy).0, ["policies[0]"]);
    assert_eq!(
        inline(&format!("[{policy}, {policy}]")).0,
        ["policies[0]", "policies[1]"]
    );
    assert_eq!(
        inline(&format!(
            r#"{{"PolicyName": "P", "PolicyDocument": {policy}}}"#
        ))
        .0,
        ["P"]
    );
    let (_, iam) = inline(&format!(
        r#"{{"policies": [{policy}], "trust": {policy}, "boundary": {policy}}}"#
    ));
    assert_eq!(
        iam.roles[0].boundary.as_deref(),
        Some("arn:aws:iam:::policy/boundary")
    );
    assert!(iam.roles[0].trust.present().is_some());
    for broken in ["{", "3", "{}", "[{}]", r#"{"policies": {}}"#] {
        let error = checked("x.asl.json", "{}", Some(broken))
            .unwrap_err()
            .to_string();
        assert!(error.contains("role.json"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,60}") {
        let _ = checked("x", &text, Some(&text));
    }
}
