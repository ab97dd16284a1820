use serde_json::{Value, json};

use super::*;
use crate::iam::Principals;
use crate::snapshot::{Document, Fetched, Iam, NamedDocument, Role};
use crate::workflow::WorkflowType;

const CURRENT: &Revision = &Revision::CURRENT;
const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders";

fn workflow(kind: WorkflowType) -> Workflow {
    Workflow {
        arn: Arn::parse(ARN).unwrap(),
        name: "Orders".to_owned(),
        kind,
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

fn role(name: &str, trust: Value, statements: Value) -> Role {
    let document =
        |s: Value| Document(json!({"Version": "2012-10-17", "Statement": s}).to_string());
    Role {
        arn: format!("arn:aws:iam::123456789012:role/{name}"),
        name: name.to_owned(),
        trust: Fetched::Present(document(trust)),
        inline: Fetched::Present(vec![NamedDocument {
            name: "p".to_owned(),
            document: document(statements),
        }]),
        attached: Fetched::Present(Vec::new()),
        boundary: None,
        tags: Vec::new(),
    }
}

fn index(roles: Vec<Role>) -> StartIndex {
    let iam = Iam {
        roles,
        ..Iam::default()
    };
    StartIndex::new(&Principals::new(&iam), &Surroundings::default())
}

fn trusts(principal: Value) -> Value {
    json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}])
}

fn service() -> Value {
    trusts(json!({"Service": "ec2.amazonaws.com"}))
}

fn allow(action: &str, resource: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": resource}])
}

/// What one statement comes to: actions and whether it names the workflow; `None` where it does not start it.
fn comes_to(kind: WorkflowType, action: &str, resource: &str) -> Option<(Vec<&'static str>, bool)> {
    let index = index(vec![role("r", service(), allow(action, resource))]);
    let starters = index.starters(&workflow(kind), None, CURRENT);
    let grant = starters.list.first()?.grants.first()?.clone();
    Some((grant.actions, grant.by_name))
}

#[test]
fn patterns_and_what_they_come_to() {
    use WorkflowType::{Express, Standard};
    let start = Some((vec![START], true));
    for (resource, expected) in [
        (ARN.to_owned(), start.clone()),
        (format!("{ARN}:*"), None),
        (format!("{ARN}:live"), None),
        (format!("{ARN}:7"), None),
        (ARN.replace("eu-west-1", "*"), start),
        (format!("{ARN}*"), Some((vec![START], false))),
        (ARN.replace("Orders", "*"), Some((vec![START], false))),
        ("*".to_owned(), Some((vec![START], false))),
        (format!("{ARN}2"), None),
        (ARN.replace("Orders", "Payments-*"), None),
        (ARN.replace("stateMachine", "execution"), None),
    ] {
        assert_eq!(comes_to(Standard, START, &resource), expected, "{resource}");
    }
    assert_eq!(comes_to(Standard, START_SYNC, "*"), None);
    assert_eq!(
        comes_to(Express, START_SYNC, ARN),
        Some((vec![START_SYNC], true))
    );
    assert_eq!(comes_to(Express, REDRIVE, "*"), None);
    let executions = format!("{}:*", ARN.replace("stateMachine", "execution"));
    assert_eq!(
        comes_to(Standard, REDRIVE, &executions),
        Some((vec![REDRIVE], true))
    );
    assert_eq!(
        comes_to(Standard, "states:*", "*"),
        Some((vec![START, REDRIVE], false))
    );
}

#[test]
fn what_conditions_leave_open_is_named() {
    let statements = json!([{"Effect": "Allow", "Action": START, "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}]);
    let index = index(vec![role("r", service(), statements)]);
    let starters = index.starters(&workflow(WorkflowType::Standard), None, CURRENT);
    assert_eq!(starters.list[0].grants[0].depends, ["aws:SourceIp"]);
}

#[test]
fn administrators_are_counted_only_and_service_linked_roles_are_not_there() {
    let mut linked = role("AWSServiceRoleForX", service(), allow("states:*", "*"));
    linked.arn =
        "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
            .to_owned();
    let index = index(vec![role("admin", service(), allow("*", "*")), linked]);
    let starters = index.starters(&workflow(WorkflowType::Standard), None, CURRENT);
    assert_eq!((starters.list.len(), starters.admins), (0, 1));
}

#[test]
fn outsiders_are_followed_through_one_role_and_no_further() {
    let foreign = || trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}));
    let root = || trusts(json!({"AWS": "arn:aws:iam::123456789012:root"}));
    let named =
        |name: &str| trusts(json!({"AWS": format!("arn:aws:iam::123456789012:role/{name}")}));
    let arn = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    let via = |trust: Value, gate: Value| {
        let starter = role("starter", trust, allow(START, ARN));
        let index = index(vec![starter, role("gate", foreign(), gate)]);
        let starters = index.starters(&workflow(WorkflowType::Standard), None, CURRENT);
        let ways = starters.list[0].ways;
        ways.iter()
            .map(|w| w.via.as_ref().map(|v| v.name().to_owned()))
            .collect::<Vec<_>>()
    };
    let through = vec![Some("gate".to_owned())];
    assert_eq!(
        via(root(), allow("sts:AssumeRole", &arn("starter"))),
        through
    );
    assert_eq!(
        via(root(), allow("sts:AssumeRole", &arn("other"))),
        Vec::new()
    );
    assert_eq!(
        via(named("gate"), allow("s3:GetObject", "*")),
        through,
        "naming the role suffices"
    );
    assert_eq!(
        via(named("other"), allow("sts:AssumeRole", "*")),
        Vec::new()
    );
    assert_eq!(via(foreign(), allow("s3:GetObject", "*")), vec![None]);
    let chain = index(vec![
        role("starter", named("middle"), allow(START, ARN)),
        role("middle", named("gate"), allow("s3:GetObject", "*")),
        role("gate", foreign(), allow("s3:GetObject", "*")),
    ]);
    let starters = chain.starters(&workflow(WorkflowType::Standard), None, CURRENT);
    assert_eq!(starters.list[0].ways, []);
}

#[test]
fn many_principals_are_told_by_their_statement() {
    use crate::evidence::starting::{by_statement, listed, who};
    let roles = (0..60).map(|i| role(&format!("r{i:02}"), service(), allow("states:*", "*")));
    let index = index(roles.collect());
    let starters = index.starters(&workflow(WorkflowType::Standard), None, CURRENT);
    let mut all: Vec<&Starter<'_>> = starters.list.iter().collect();
    let crowd = listed(&mut all);
    assert_eq!((all.len(), crowd.count, crowd.listed.len()), (1, 60, 50));
    assert_eq!(crowd.listed[0], "arn:aws:iam::123456789012:role/r00");
    let by = by_statement(&all);
    assert_eq!(by.len(), 1);
    assert_eq!(who(&by[0].1, 2), "`role/r00`, `role/r01` and 58 more");
}

#[test]
fn who_differs_in_something_that_decides_stands_alone() {
    let start = json!([{"Effect": "Allow", "Action": START, "Resource": "*"}]);
    let reads = |bucket: &str| {
        json!([
            {"Effect": "Allow", "Action": START, "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": bucket}
        ])
    };
    let by_name = |name: &str| {
        json!([{"Effect": "Allow", "Action": START, "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalArn": format!("arn:aws:iam::123456789012:role/{name}")}}}])
    };
    let own = json!([{"Effect": "Allow", "Action": START,
        "Resource": "arn:aws:states:*:*:stateMachine:${aws:PrincipalTag/team}*"}]);
    let index = index(vec![
        role("a", service(), start.clone()),
        role("b", service(), reads("arn:aws:s3:::b/*")),
        role("c", service(), reads("arn:aws:s3:::c/*")),
        // Its own name fits, and the other's does not.
        role("d", service(), by_name("d")),
        role("e", service(), by_name("d")),
        // Others become it.
        role("f", trusts(json!({"AWS": "999999999999"})), start),
        role("g", service(), own.clone()),
        role("h", service(), own),
    ]);
    let starters = index.starters(&workflow(WorkflowType::Standard), None, CURRENT);
    let mut told: Vec<Vec<&str>> = Vec::new();
    for starter in &starters.list {
        told.push(starter.each().map(|actor| actor.arn.name()).collect());
    }
    let expected: [&[&str]; 5] = [&["a", "b", "c"], &["d"], &["f"], &["g"], &["h"]];
    assert_eq!(told, expected);
    let parts = starters.list[0].alike(&["s3:GetObject".to_owned()]);
    let sizes: Vec<usize> = parts.iter().map(Starter::count).collect();
    assert_eq!(sizes, [1, 1, 1]);
    let parts = starters.list[0].alike(&["lambda:InvokeFunction".to_owned()]);
    assert_eq!((parts.len(), parts[0].count()), (1, 3));
}
