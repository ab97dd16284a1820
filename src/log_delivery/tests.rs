use super::*;
use crate::workflow::{LogLevel, Logging, WorkflowType};

const GROUP: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/Orders";

fn workflow(level: LogLevel, destinations: &[&str]) -> Workflow {
    Workflow {
        arn: Arn::parse("arn:aws:states:eu-west-1:123456789012:stateMachine:Orders").unwrap(),
        name: "Orders".to_owned(),
        kind: WorkflowType::Standard,
        role: None,
        logging: Some(Logging {
            level,
            include_execution_data: true,
            destinations: destinations
                .iter()
                .map(|d| Arn::parse(d).unwrap())
                .collect(),
        }),
        tracing: Some(true),
        kms_key: None,
        tags: Vec::new(),
        owner: String::new(),
        owner_source: crate::workflow::OwnerSource::Default,
        sensitive: None,
        declared: None,
    }
}

fn groups(arns: &[&str]) -> Fetched<BTreeMap<String, LogGroup>> {
    Fetched::Present(
        arns.iter()
            .map(|a| ((*a).to_owned(), LogGroup::default()))
            .collect(),
    )
}

#[test]
fn a_group_is_missing_only_where_the_list_covers_it() {
    let elsewhere = GROUP.replace("eu-west-1", "us-east-1");
    let foreign = GROUP.replace("123456789012", "999999999999");
    let gone = format!("{GROUP}2");
    let workflow = workflow(LogLevel::All, &[GROUP, &elsewhere, &foreign, &gone]);
    let (facts, gaps) = gather(&workflow, &groups(&[GROUP]), |_| false);
    let states: Vec<_> = facts.groups.iter().map(|g| &g.state).collect();
    assert_eq!(
        states,
        [
            &GroupState::Exists(LogGroup::default()),
            &GroupState::NotRead,
            &GroupState::NotRead,
            &GroupState::Missing
        ]
    );
    assert_eq!(gaps, []);
    assert_eq!(facts.groups[0].name(), "/aws/vendedlogs/states/Orders");
}

#[test]
fn an_unread_list_is_a_gap_where_somebody_logs_and_optional_only_in_a_directory() {
    let logs = workflow(LogLevel::All, &[GROUP]);
    let off = workflow(LogLevel::Off, &[]);
    for (list, optional) in [
        (Fetched::NotCollected, true),
        (Fetched::Denied("no".to_owned()), false),
        (Fetched::Failed("no".to_owned()), false),
    ] {
        let (_, gaps) = gather(&logs, &list, |_| false);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].optional, optional);
        assert_eq!(gather(&off, &list, |_| false).1, []);
    }
}

#[test]
fn what_the_role_lacks_is_told_per_feature() {
    let off = workflow(LogLevel::Off, &[]);
    let (facts, _) = gather(&off, &groups(&[]), |a| a.starts_with("xray:Get"));
    assert_eq!(facts.undeliverable, Vec::<&str>::new());
    assert_eq!(
        facts.untraceable,
        ["xray:GetSamplingRules", "xray:GetSamplingTargets"]
    );
    let suggested = facts.suggested.unwrap();
    assert_eq!(
        (suggested.arn.as_str(), suggested.state),
        (GROUP, GroupState::Missing)
    );
}
