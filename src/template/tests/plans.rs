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
