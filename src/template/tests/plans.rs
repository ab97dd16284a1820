//! What plans tell of the state that they change.

use serde_json::json;

use super::*;

#[test]
fn without_a_state_each_change_tells_what_it_is_from() {
    let machine = |role: &str| json!({"name": "f", "arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:f", "role_arn": role, "definition": "{}"});
    let (old, new) = (
        "arn:aws:iam::123456789012:role/old",
        "arn:aws:iam::123456789012:role/new",
    );
    let whole = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_sfn_state_machine.f", "mode": "managed", "type": "aws_sfn_state_machine", "name": "f", "values": machine(new)},
        ]}},
        "resource_changes": [
            {"address": "aws_sfn_state_machine.f", "mode": "managed", "type": "aws_sfn_state_machine", "name": "f",
             "change": {"actions": ["update"], "before": machine(old), "after": machine(new)}},
            {"address": "aws_sfn_state_machine.new", "mode": "managed", "type": "aws_sfn_state_machine", "name": "new",
             "change": {"actions": ["create"], "before": null, "after": {"name": "new"}}},
        ],
        "configuration": {"root_module": {"resources": [
            {"address": "aws_sfn_state_machine.f", "mode": "managed", "type": "aws_sfn_state_machine", "name": "f",
             "expressions": {"type": {"constant_value": "EXPRESS"}}},
        ]}},
    });
    let open = |path: &Path| -> Result<Document, String> { panic!("opened {}", path.display()) };
    let options = Options {
        parameters: &[],
        open: &open,
    };
    let before =
        crate::template::before(&document("plan.json", &whole.to_string()), &options).unwrap();
    assert_eq!(before.account.workflows.len(), 1);
    let was = before.workflow("f");
    assert_eq!(
        (was.role_arn.as_str(), was.kind.as_str()),
        (old, "STANDARD")
    );
    let created = json!({"format_version": "1.2", "planned_values": {}, "resource_changes": [
        {"address": "a.b", "mode": "managed", "type": "a", "name": "b", "change": {"actions": ["create"], "before": null}}]});
    assert!(
        crate::template::before(&document("plan.json", &created.to_string()), &options).is_none()
    );
}

/// A plan with one role whose policy is the document `data.aws_iam_policy_document.d`: what is planned of it and what is
/// written.
fn with_document(planned: Value, unknown: Value, written: Value) -> Template {
    let whole = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r", "values": {"name": "r", "assume_role_policy": "{}"}},
            {"address": "aws_iam_role_policy.p", "mode": "managed", "type": "aws_iam_role_policy", "name": "p", "values": {"name": "p", "role": "r"}},
            {"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f", "values": {"function_name": "f"}},
            {"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d", "values": {"statement": planned}},
        ]}},
        "resource_changes": [
            {"address": "aws_iam_role_policy.p", "change": {"after_unknown": {"policy": true}}},
            {"address": "aws_iam_role_policy.p", "deposed": "1a", "change": {"after_unknown": {}}},
            {"address": "aws_iam_role.r", "change": {"after_unknown": {"inline_policy": true, "managed_policy_arns": true}}},
            {"address": "data.aws_iam_policy_document.d", "change": {"after_unknown": {"json": true, "statement": unknown}}},
        ],
        "configuration": {"root_module": {"resources": [
            {"address": "aws_iam_role_policy.p", "mode": "managed", "type": "aws_iam_role_policy", "name": "p",
             "expressions": {"policy": {"references": ["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"]}}},
            {"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d",
             "expressions": {"statement": written}},
        ]}},
    });
    template(&whole.to_string())
}

#[test]
fn a_document_that_is_read_at_apply_holds_what_is_planned_of_it() {
    let of = |reference: &str| json!({"references": [reference, "aws_lambda_function.f"]});
    let written = |reference: &str| json!([{"actions": {"constant_value": ["lambda:InvokeFunction"]}, "resources": of(reference)}]);
    let first = json!({"actions": ["lambda:InvokeFunction"], "effect": "Allow"});
    let open = json!([{"resources": true}]);
    // Nothing but what is written: no inline policy that nothing configures beside it.
    let exact = with_document(
        json!([first]),
        open.clone(),
        written("aws_lambda_function.f.arn"),
    );
    let statements = exact.statements("r");
    assert_eq!(statements.len(), 1, "{statements:?}");
    assert_eq!(
        statements[0]["Resource"][0],
        "arn:aws:lambda:us-east-1:000000000000:function:f"
    );
    // A name is a part of a longer text.
    let part = with_document(
        json!([first]),
        open,
        written("aws_lambda_function.f.function_name"),
    );
    assert!(part.statements("r")[0]["Resource"][0].is_object());
    // Dynamic blocks and expressions stand in what is planned only.
    let more = json!({"actions": ["iam:*"], "resources": ["*"], "effect": "Deny"});
    let dynamic = with_document(
        json!([first, more]),
        json!([{"resources": true}, {}]),
        written("aws_lambda_function.f.arn"),
    );
    let statements = dynamic.statements("r");
    assert_eq!(
        (&statements[1]["Action"][0], &statements[1]["Effect"]),
        (&Value::from("iam:*"), &Value::from("Deny"))
    );
    assert!(statements[0]["Resource"][0].is_object(), "{statements:?}");
}

#[test]
fn what_is_no_whole_plan_is_refused() {
    let open = |path: &Path| -> Result<Document, String> { panic!("opened {}", path.display()) };
    let options = Options {
        parameters: &[],
        open: &open,
    };
    let read = |text: &str| {
        let document = document("plan.json", text);
        crate::template::read(&document, recognise(&document).unwrap(), &options)
    };
    assert!(read(r#"{"format_version": "1.2", "planned_values": {"root_module": {}}}"#).is_ok());
    for text in [
        r#"{"format_version": "1.2", "resource_changes": [], "configuration": {}}"#,
        r#"{"format_version": "1.2", "planned_values": []}"#,
        r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": "x"}}}"#,
        r#"{"format_version": "2.0", "planned_values": {"root_module": {}}}"#,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    let other = read(
        r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [{"address": "awscc_stepfunctions_state_machine.w", "mode": "managed", "type": "awscc_stepfunctions_state_machine", "name": "w", "values": {}}]}}}"#,
    );
    assert_eq!(other.unwrap().gaps().len(), 1);
}
