use proptest::prelude::*;

use super::super::tests::{ARN, response};
use super::*;

const DEFINITION: &str = r#"{"StartAt": "A", "States": {}}"#;

fn read(file: &str, text: &str) -> Result<Input, Error> {
    input(Path::new(file), text.to_owned(), &Options::default())
}

fn account(file: &str, text: &str) -> Account {
    read(file, text).unwrap().account
}

/// What is said of a file that is of no use: its line must name it.
fn refused(file: &str, text: &str) -> String {
    let said = read(file, text).err().unwrap_or_else(|| panic!("{text}"));
    let said = said.to_string();
    assert!(said.contains(file) && !said.contains('\n'), "{said}");
    said
}

#[test]
fn a_bare_definition_knows_no_account_no_logging_and_no_role() {
    for (file, text, stem) in [
        ("dir/orders.asl.json", DEFINITION, "orders"),
        ("orders.asl.yaml", "StartAt: A\nStates: {}\n", "orders"),
        ("ORDERS.ASL.JSON", DEFINITION, "ORDERS"),
        ("orders", DEFINITION, "orders"),
        ("orders.txt", "StartAt: A\nStates: {}\n", "orders.txt"),
        ("-", DEFINITION, "workflow"),
    ] {
        let account = account(file, text);
        let machine = &account.workflows[0];
        assert_eq!(machine.arn, unknown_arn(stem));
        let value: Value = serde_json::from_str(&machine.definition).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(DEFINITION).unwrap());
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
    assert_eq!(account("a.json", text).workflows[0].definition, text);
}

#[test]
fn a_definition_with_mistakes_is_a_definition() {
    for text in [
        r#"{"States": {}}"#,
        r#"{"StartAt": 3}"#,
        r#"{"StartAt": "A", "States": []}"#,
        r#"{"StartAt": "A", "StartAt": "B", "States": {}}"#,
    ] {
        assert_eq!(account("a.json", text).workflows[0].definition, text);
    }
}

#[test]
fn a_response_keeps_its_own_settings() {
    let account_of = |text: &str| account("x.json", text);
    let described = account_of(&response("Orders"));
    let machine = &described.workflows[0];
    assert_eq!(
        (machine.arn.as_str(), machine.log_level.as_deref()),
        (ARN, Some("ALL"))
    );
    let created = account_of(r#"{"name": "N", "definition": "{}", "roleArn": "r"}"#);
    assert_eq!(created.workflows[0].arn, unknown_arn("N"));
    let yaml = account("x.yaml", "name: N\ndefinition: |\n  {\"StartAt\": \"A\"}\n");
    assert_eq!(yaml.workflows[0].name, "N");
}

#[test]
fn a_response_without_a_whole_definition_is_refused() {
    let of =
        |definition: &str| format!(r#"{{"stateMachineArn": "{ARN}", "definition": {definition}}}"#);
    assert!(
        refused("x.json", &format!(r#"{{"stateMachineArn": "{ARN}"}}"#))
            .contains("without its `definition`")
    );
    assert!(refused("x.json", &of("\"\"")).contains("without its `definition`"));
    let broken = refused("x.json", &of(r#""{\"StartAt\": \"A\",\n \"States\": {""#));
    assert!(broken.contains("line 2"), "{broken}");
}

#[test]
fn what_is_no_workflow_is_refused_by_what_it_is() {
    for (file, text, part) in [
        ("a.json", "", "is empty"),
        ("a.json", " \n\t\n", "is empty"),
        ("a.yaml", "# nothing\n---\n...\n", "is empty"),
        ("a.json", "null", "it is `null`"),
        ("a.json", "3", "a number"),
        ("a.json", "[]", "an array"),
        ("a.json", "{}", "an empty object"),
        ("a.yaml", "just words\n", "plain text"),
        ("notes.txt", "just words\n", "plain text"),
        ("a.json", "<!DOCTYPE html><html></html>", "an HTML page"),
        ("a.yaml", "<html>\n<body>\n", "an HTML page"),
        ("a.xml", "<?xml version=\"1.0\"?>", "XML"),
        (
            "a.json",
            r#"{"Version": "2012-10-17", "Statement": []}"#,
            "--role",
        ),
        ("a.json", r#"{"detail-type": "x", "detail": {}}"#, "replay"),
        ("a.json", r#"{"stateMachines": []}"#, "ListStateMachines"),
        (
            "a.json",
            r#"{"version": 4, "terraform_version": "1", "lineage": "x"}"#,
            "terraform show -json",
        ),
        ("a.yaml", "apiVersion: v1\nkind: Pod\n", "Kubernetes"),
        (
            "a.yml",
            "service: x\nstepFunctions: {}\n",
            "serverless package",
        ),
        (
            "package.json",
            r#"{"name": "x", "version": "1", "a": 1, "b": 2}"#,
            "`name`, `version`, `a`, …",
        ),
        (
            "a.json",
            "{\n<<<<<<< HEAD\n\"a\": 1\n=======\n>>>>>>> x\n}",
            "merge conflict at line 2",
        ),
        (
            "a.yaml",
            "a: |\n  x\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n",
            "merge conflict at line 3",
        ),
        ("a.asl.json", "{\"StartAt\": \"A\",\n", "line 1"),
        (
            "a.json",
            "StartAt: A\nStates: {}\n",
            "not valid JSON at line 1",
        ),
        (
            "a.yaml",
            "StartAt: A\n---\nStartAt: B\n",
            "a second YAML document",
        ),
    ] {
        let said = refused(file, text);
        assert!(said.contains(part), "{text:?}: {said}");
    }
}

#[test]
fn a_conflict_in_a_text_of_a_definition_is_none() {
    let text = "Comment: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\nStartAt: A\nStates: {}\n";
    assert!(read("a.yaml", text).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,60}", name in "[a-z.]{0,12}") {
        let _ = read(&name, &text);
    }
}
