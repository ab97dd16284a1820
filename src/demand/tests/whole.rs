use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::asl::Definition;
use crate::workflow::{LogLevel, Logging, Workflow, WorkflowType};

fn workflow() -> Workflow {
    Workflow {
        arn: Arn::parse("arn:aws:states:us-east-1:123456789012:stateMachine:flow").unwrap(),
        name: "flow".to_owned(),
        kind: WorkflowType::Standard,
        role: None,
        logging: None,
        tracing: None,
        kms_key: None,
        tags: Vec::new(),
        owner: String::new(),
        owner_source: crate::workflow::OwnerSource::Default,
        sensitive: None,
        declared: None,
    }
}

#[test]
fn nothing_is_needed_for_what_is_off() {
    let needs = workflow_needs(&workflow(), &Definition::default(), &home());
    assert!(needs.is_empty());
    let off = Workflow {
        logging: Some(Logging {
            level: LogLevel::Off,
            include_execution_data: false,
            destinations: Vec::new(),
        }),
        tracing: Some(false),
        ..workflow()
    };
    assert!(workflow_needs(&off, &Definition::default(), &home()).is_empty());
}

#[test]
fn logging_tracing_and_the_key() {
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/flow";
    let on_all = Workflow {
        logging: Some(Logging {
            level: LogLevel::All,
            include_execution_data: true,
            destinations: vec![Arn::parse(group).unwrap()],
        }),
        tracing: Some(true),
        kms_key: Some("arn:aws:kms:us-east-1:123456789012:key/1".to_owned()),
        ..workflow()
    };
    let needs = workflow_needs(&on_all, &Definition::default(), &home());
    let count = |phase: Phase, optional: bool| {
        needs
            .iter()
            .filter(|n| n.phase == phase && n.optional == optional)
            .count()
    };
    assert_eq!(
        (count(Phase::Logging, false), count(Phase::Logging, true)),
        (8, 2)
    );
    assert_eq!(
        (count(Phase::Tracing, false), count(Phase::Tracing, true)),
        (4, 1)
    );
    assert_eq!(count(Phase::Encryption, false), 2);
    assert!(needs.iter().all(|n| n.state.is_none()));
    assert_eq!(
        resources(on(&needs, "kms:Decrypt")),
        ["arn:aws:kms:us-east-1:123456789012:key/1"]
    );
    assert_eq!(resources(on(&needs, "logs:PutLogEvents")), ["*"]);
}

#[test]
fn credentials_leave_only_the_assumed_role() {
    let (task, state) = task("arn:aws:states:::ecs:runTask.sync");
    let integration = catalog::resource(&task.resource);
    let role = text("arn:aws:iam::999999999999:role/there");
    let arguments = value(&json!({"TaskDefinition": "web"}));
    let needs = task_needs(
        &task,
        &state,
        &integration,
        &arguments,
        Some(&role),
        &home(),
    );
    assert_eq!(needs.len(), 1);
    let need = on(&needs, "sts:AssumeRole");
    assert_eq!(resources(need), ["arn:aws:iam::999999999999:role/there"]);
    assert_eq!(
        (need.target, need.phase),
        (Target::Static, Phase::AssumeRole)
    );
}

#[test]
fn activities_and_unknown_integrations_need_nothing() {
    for resource in [
        "arn:aws:states:us-east-1:123456789012:activity:a",
        "arn:aws:states:::nosuch:thing",
    ] {
        let (task, state) = task(resource);
        let integration = catalog::resource(&task.resource);
        let arguments = Value::Any(unknown(Source::Caller));
        let needs = task_needs(&task, &state, &integration, &arguments, None, &home());
        assert!(needs.is_empty(), "{resource}");
    }
}

#[test]
fn a_distributed_map_runs_itself_and_reads_and_writes() {
    let definition = crate::asl::parse(
        &json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "in", "Key": "a.csv"}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "r"}}}}})
        .to_string(),
    );
    let reader = value(&json!({"Bucket": "in", "Key": "a.csv"}));
    let writer = value(&json!({"Bucket": "out", "Prefix": "r"}));
    let needs = map_needs(
        &definition,
        &|_| reader.clone(),
        &|_| writer.clone(),
        &home(),
    );
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:flow";
    assert_eq!(resources(on(&needs, "states:StartExecution")), [machine]);
    let read: Vec<_> = needs
        .iter()
        .filter(|n| n.phase == Phase::ItemReader)
        .collect();
    assert_eq!(read.len(), 1);
    assert_eq!(resources(read[0]), ["arn:aws:s3:::in/a.csv"]);
    let write = on(&needs, "s3:PutObject");
    assert_eq!(resources(write), ["arn:aws:s3:::out/r*"]);
    assert!(
        needs
            .iter()
            .filter(|n| n.action == "states:StopExecution")
            .all(|n| n.optional)
    );
}

/// Texts such as real and hostile requests hold.
fn hostile_text() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("arn:aws:lambda:us-east-1:1:function:f".to_owned()),
        Just("https://sqs.us-east-1.amazonaws.com/1/q".to_owned()),
        Just("alias/x".to_owned()),
        "[a-z:/.*?${}@<|-]{0,12}",
        "\\PC{0,6}",
    ];
    let piece = prop_oneof![
        word.prop_map(Piece::Literal),
        Just(Piece::Hole(unknown(Source::Caller))),
        Just(Piece::Hole(unknown(Source::Deployment("X".to_owned())))),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(Value::Text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a parameter holds, its needs are there, and what stands in it literally is granted by no wildcard of ours:
    /// a pattern without holes stays a literal, so that a request's own `*` reaches nothing else.
    #[test]
    fn no_text_of_a_request_breaks_its_needs(name in hostile_text(), row in 0usize..64) {
        let row = &catalog::optimized_integrations()[row];
        let names = [
            "FunctionName", "TableName", "QueueUrl", "TopicArn", "StateMachineArn", "TaskDefinition", "Cluster",
            "JobName", "JobDefinition", "JobQueue", "ClusterId", "ProjectName", "Id", "ModelId", "ApplicationId",
            "VirtualClusterId", "ApiEndpoint", "Name", "RoleArn", "SecretId",
        ];
        let arguments = Value::object(names.iter().map(|n| ((*n).to_owned(), name.clone())));
        for need in needs_at(&home(), row.id, &arguments) {
            prop_assert!(!need.resources.is_empty());
            let known = matches!(&name, Value::Text(p) if p.iter().all(|p| matches!(p, Piece::Literal(_))));
            prop_assert!(!known || !matches!(need.target, Target::RunTime | Target::Deployment));
        }
    }
}
