//! Plans and states of Terraform.

use serde_json::json;

use super::*;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A plan of resources: address, values, what is unknown, and the configuration's expressions.
fn plan(resources: &[(&str, Value, Value, Value)]) -> Template {
    let part = |address: &str| {
        let (kind, name) = address.split_once('.').unwrap();
        (kind.to_owned(), name.split('[').next().unwrap().to_owned())
    };
    let mut planned = Vec::new();
    let mut changes = Vec::new();
    let mut configured = Vec::new();
    for (address, values, unknown, expressions) in resources {
        let data = address.starts_with("data.");
        let plain = address.trim_start_matches("data.");
        let (kind, name) = part(plain);
        let mode = if data { "data" } else { "managed" };
        let index = address
            .split_once("[\"")
            .map(|(_, rest)| rest.trim_end_matches("\"]"));
        if !values.is_null() {
            planned.push(json!({"address": address, "mode": mode, "type": kind, "name": name, "index": index, "values": values}));
        }
        changes.push(json!({"address": address, "change": {"after_unknown": unknown}}));
        configured.push(json!({"address": plain, "mode": mode, "type": kind, "name": name, "expressions": expressions}));
    }
    let whole = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"expressions": {"region": {"constant_value": "eu-west-1"}}}},
            "root_module": {"resources": configured},
        },
    });
    template(&whole.to_string())
}

fn references(of: &str) -> Value {
    let whole = of.rsplit_once('.').unwrap().0;
    json!({"references": [of, whole]})
}

#[test]
fn what_is_known_after_apply_is_found_by_its_reference() {
    let template = plan(&[
        (
            "aws_iam_role.flow",
            json!({"name": "flow", "path": "/team/", "assume_role_policy": TRUST}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "aws_iam_policy.tasks",
            json!({"name": "tasks", "policy": r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "aws_iam_role_policy_attachment.tasks",
            json!({}),
            json!({"role": true, "policy_arn": true}),
            json!({"role": references("aws_iam_role.flow.name"), "policy_arn": references("aws_iam_policy.tasks.arn")}),
        ),
        (
            "aws_cloudwatch_log_group.flow",
            json!({"name": "/x", "retention_in_days": 0}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "aws_sfn_state_machine.flow",
            json!({"name": "flow", "type": "EXPRESS", "definition": "{}", "logging_configuration": [{"level": "ALL", "include_execution_data": true}], "tags": {"a": "b"}}),
            json!({"role_arn": true, "logging_configuration": [{"log_destination": true}]}),
            json!({"role_arn": references("aws_iam_role.flow.arn"), "logging_configuration": [{"log_destination": references("aws_cloudwatch_log_group.flow.arn")}]}),
        ),
    ]);
    let flow = template.workflow("flow");
    assert_eq!(
        flow.arn,
        "arn:aws:states:eu-west-1:000000000000:stateMachine:flow"
    );
    assert_eq!(flow.role_arn, "arn:aws:iam::000000000000:role/team/flow");
    assert_eq!(
        (flow.kind.as_str(), flow.log_level.as_deref()),
        ("EXPRESS", Some("ALL"))
    );
    let groups = template.account.log_groups.present().unwrap();
    assert_eq!(
        groups[flow.log_destinations[0].trim_end_matches(":*")].retention_days,
        None
    );
    assert_eq!(
        template.role("flow").attached.present().unwrap()[0].name,
        "tasks"
    );
    assert_eq!(
        template.origins.workflows[&flow.arn].identity,
        "aws_sfn_state_machine.flow"
    );
    assert!(template.gaps().is_empty(), "{:?}", template.gaps());
}

#[test]
fn each_instance_has_the_role_of_its_key() {
    let template = plan(&[
        (
            "aws_iam_role.each[\"a\"]",
            json!({"name": "role-a"}),
            json!({}),
            json!({}),
        ),
        (
            "aws_iam_role.each[\"b\"]",
            json!({"name": "role-b"}),
            json!({}),
            json!({}),
        ),
        (
            "aws_sfn_state_machine.each[\"a\"]",
            json!({"name": "a", "definition": "{}"}),
            json!({"role_arn": true}),
            json!({"role_arn": {"references": ["aws_iam_role.each", "each.key"]}}),
        ),
        (
            "aws_sfn_state_machine.each[\"b\"]",
            json!({"name": "b", "definition": "{}"}),
            json!({"role_arn": true}),
            json!({"role_arn": {"references": ["aws_iam_role.each", "each.key"]}}),
        ),
        (
            "aws_sfn_state_machine.lost",
            json!({"name": "lost", "definition": "{}"}),
            json!({"role_arn": true}),
            json!({"role_arn": {"references": ["local.role"]}}),
        ),
    ]);
    assert_eq!(
        template.workflow("a").role_arn,
        "arn:aws:iam::000000000000:role/role-a"
    );
    assert_eq!(
        template.workflow("b").role_arn,
        "arn:aws:iam::000000000000:role/role-b"
    );
    assert_eq!(
        template.workflow("lost").role_arn,
        "",
        "what is not known is no role"
    );
    assert!(
        template.gaps().iter().any(|g| g.contains("execution role")),
        "{:?}",
        template.gaps()
    );
}

#[test]
fn a_text_is_never_what_it_refers_to() {
    let template = plan(&[
        (
            "aws_iam_role.flow",
            json!({"name": "flow"}),
            json!({}),
            json!({}),
        ),
        (
            "aws_iam_role_policy.flow",
            json!({"name": "p", "role": "flow"}),
            json!({"policy": true}),
            json!({"policy": {"references": ["aws_s3_bucket.b.arn", "aws_s3_bucket.b"]}}),
        ),
        (
            "aws_s3_bucket.b",
            json!({"bucket": "b"}),
            json!({}),
            json!({}),
        ),
        (
            "aws_sfn_state_machine.flow",
            json!({"name": "flow"}),
            json!({"definition": true}),
            json!({"definition": references("aws_s3_bucket.b.arn")}),
        ),
    ]);
    assert_eq!(template.workflow("flow").definition, "");
    let inline = template.role("flow").inline.present().unwrap();
    assert!(
        inline[0].document.0.contains("Fn::Unresolved"),
        "{}",
        inline[0].document.0
    );
}

#[test]
fn a_policy_document_is_read_before_it_is_made() {
    let statement = json!({"actions": {"constant_value": ["s3:GetObject"]}, "resources": {"references": ["aws_s3_bucket.b.arn", "aws_s3_bucket.b"]}});
    let template = plan(&[
        (
            "aws_iam_role.flow",
            json!({"name": "flow"}),
            json!({}),
            json!({}),
        ),
        (
            "aws_s3_bucket.b",
            json!({"bucket": "data"}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "data.aws_iam_policy_document.d",
            Value::Null,
            json!({"json": true}),
            json!({"statement": [statement]}),
        ),
        (
            "aws_iam_role_policy.flow",
            json!({"name": "p", "role": "flow"}),
            json!({"policy": true}),
            json!({"policy": references("data.aws_iam_policy_document.d.json")}),
        ),
    ]);
    let statements = template.statements("flow");
    assert_eq!(statements[0]["Action"][0], "s3:GetObject");
    assert_eq!(statements[0]["Resource"][0], "arn:aws:s3:::data");
}

#[test]
fn the_account_is_the_one_that_exists_or_the_only_one() {
    let with_policy = |policy: &str| {
        plan(&[
            (
                "aws_iam_role.r",
                json!({"name": "r", "assume_role_policy": policy}),
                json!({}),
                json!({}),
            ),
            (
                "aws_sfn_state_machine.flow",
                json!({"name": "flow", "definition": "{}"}),
                json!({}),
                json!({}),
            ),
        ])
    };
    let account = |template: &Template| {
        template
            .workflow("flow")
            .arn
            .split(':')
            .nth(4)
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        account(&with_policy("arn:aws:sns:eu-west-1:123456789012:a")),
        "123456789012"
    );
    assert_eq!(
        account(&with_policy(
            "arn:aws:sns:eu-west-1:123456789012:a arn:aws:sns:eu-west-1:210987654321:b"
        )),
        "000000000000"
    );
    assert_eq!(
        account(&with_policy(
            r#"{"aws:SourceAccount": "111111111111"} arn:aws:sns::123456789012:a"#
        )),
        "111111111111"
    );
}

#[test]
fn the_state_before_a_plan_is_an_account_of_its_own() {
    let role = |policy: &str| {
        json!({"resources": [
            {"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r", "values": {"name": "r", "arn": "arn:aws:iam::123456789012:role/r", "inline_policy": [{"name": "p", "policy": policy}]}},
            {"address": "aws_sfn_state_machine.f", "mode": "managed", "type": "aws_sfn_state_machine", "name": "f",
             "values": {"name": "f", "arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:f", "role_arn": "arn:aws:iam::123456789012:role/r", "definition": "{}"}},
        ]})
    };
    let whole = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": role(r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#)},
        "prior_state": {"format_version": "1.0", "values": {"root_module": role(r#"{"Statement":[]}"#)}},
    });
    let document = document("plan.json", &whole.to_string());
    let open = |path: &Path| -> Result<Document, String> { panic!("opened {}", path.display()) };
    let options = Options {
        parameters: &[],
        open: &open,
    };
    let after = read(&document, Kind::TerraformPlan, &options).unwrap();
    let before = super::super::before(&document, &options).unwrap();
    assert_eq!(after.workflow("f").arn, before.workflow("f").arn);
    assert_eq!(
        (after.statements("r").len(), before.statements("r").len()),
        (1, 0)
    );
}

#[test]
fn a_mapping_template_that_is_known_after_apply_still_names_its_workflow() {
    let api = ["rest_api_id", "resource_id"];
    let mut method = json!({"http_method": {"constant_value": "POST"}});
    let mut unknown = json!({});
    for (name, of) in api.into_iter().zip([
        "aws_api_gateway_rest_api.api.id",
        "aws_api_gateway_resource.in.id",
    ]) {
        method[name] = references(of);
        unknown[name] = json!(true);
    }
    let mut integration = method.clone();
    integration["request_templates"] = references("aws_sfn_state_machine.intake.arn");
    let mut later = unknown.clone();
    later["request_templates"] = json!({"application/json": true});
    let template = plan(&[
        (
            "aws_sfn_state_machine.intake",
            json!({"name": "intake", "definition": "{}", "role_arn": "arn:aws:iam::123456789012:role/r"}),
            json!({"arn": true}),
            json!({}),
        ),
        (
            "aws_api_gateway_rest_api.api",
            json!({"name": "intake"}),
            json!({"id": true}),
            json!({}),
        ),
        (
            "aws_api_gateway_resource.in",
            json!({"path_part": "in"}),
            json!({"id": true}),
            json!({"rest_api_id": references("aws_api_gateway_rest_api.api.id")}),
        ),
        (
            "aws_api_gateway_method.in",
            json!({"http_method": "POST", "authorization": "NONE"}),
            unknown,
            method,
        ),
        (
            "aws_api_gateway_integration.in",
            json!({"http_method": "POST", "type": "AWS", "uri": "arn:aws:apigateway:eu-west-1:states:action/StartExecution", "passthrough_behavior": "NEVER", "request_templates": {}}),
            later,
            integration,
        ),
    ]);
    let points = crate::entry_points::EntryPoints::of(&template.account).list;
    let workflow = template.workflow("intake").arn.clone();
    assert_eq!(points.len(), 1);
    assert_eq!(
        points[0].starts,
        crate::entry_points::Starts::Workflow(workflow)
    );
    assert!(points[0].public && points[0].chooses(&["$.any".to_owned()]));
}

#[test]
fn of_an_expression_that_names_hundreds_of_things_it_is_not_known_what_it_gives() {
    let role = |times: usize| {
        let named = vec!["aws_iam_role.flow.arn"; times];
        let template = plan(&[
            (
                "aws_iam_role.flow",
                json!({"name": "flow", "assume_role_policy": TRUST}),
                json!({"arn": true}),
                json!({}),
            ),
            (
                "aws_sfn_state_machine.flow",
                json!({"name": "flow", "definition": "{}"}),
                json!({"role_arn": true}),
                json!({"role_arn": {"references": named}}),
            ),
        ]);
        template.workflow("flow").role_arn.clone()
    };
    let known = role(256);
    assert_eq!(known, "arn:aws:iam::000000000000:role/flow");
    assert_ne!(role(257), known);
}
