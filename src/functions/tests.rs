use serde_json::{Value, json};

use super::*;
use crate::glob::Glob;
use crate::need::Phase;
use crate::snapshot::{Document, Iam, NamedDocument, Role};

const CHARGE: &str = "arn:aws:lambda:eu-west-1:123456789012:function:charge";

fn need(resource: &str, target: Target) -> Need {
    Need {
        action: INVOKE.to_owned(),
        resources: vec![Glob::literal(resource)],
        chosen: Vec::new(),
        companions: Vec::new(),
        target,
        holes: Vec::new(),
        phase: Phase::Start,
        optional: false,
        passed_to: None,
        request: Vec::new(),
        tags: None,
        region: None,
        state: Some(StateId(0)),
        because: "lambda:invoke".to_owned(),
    }
}

fn principals(statements: Value) -> Principals {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Principals::new(&Iam {
        roles: vec![Role {
            arn: "arn:aws:iam::123456789012:role/fn".to_owned(),
            name: "fn".to_owned(),
            trust: Fetched::Absent,
            inline: Fetched::Present(vec![NamedDocument {
                name: "p".to_owned(),
                document: Document(document),
            }]),
            attached: Fetched::Present(Vec::new()),
            boundary: None,
            tags: Vec::new(),
        }],
        ..Iam::default()
    })
}

fn known() -> Fetched<BTreeMap<String, Function>> {
    let role_arn = "arn:aws:iam::123456789012:role/fn".to_owned();
    Fetched::Present(BTreeMap::from([(CHARGE.to_owned(), Function { role_arn })]))
}

fn gathered(
    needs: &[Need],
    functions: &Fetched<BTreeMap<String, Function>>,
    principals: &Principals,
) -> (FunctionFacts, Vec<Gap>) {
    let workflow = Arn::parse("arn:aws:states:eu-west-1:123456789012:stateMachine:Orders").unwrap();
    let around = FunctionContext {
        functions,
        principals: Some(principals),
        role: None,
    };
    gather(
        &workflow,
        &Definition::default(),
        needs,
        std::iter::empty(),
        &around,
    )
}

fn role_of(statements: Value) -> FunctionRole {
    let (facts, gaps) = gathered(
        &[need(CHARGE, Target::Static)],
        &known(),
        &principals(statements),
    );
    assert_eq!(gaps, []);
    facts.functions[0].role.clone().unwrap()
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn a_version_or_alias_is_the_same_function_and_a_chosen_one_is_none() {
    let held = principals(json!([]));
    let alias = format!("{CHARGE}:live");
    let (facts, gaps) = gathered(
        &[need(&alias, Target::Static), need(CHARGE, Target::Static)],
        &known(),
        &held,
    );
    assert_eq!(gaps, []);
    let arns: Vec<&str> = facts.functions.iter().map(|f| f.arn.as_str()).collect();
    assert_eq!(arns, [CHARGE]);
    assert_eq!(facts.invoking, [StateId(0)]);
    let (facts, _) = gathered(&[need(CHARGE, Target::RunTime)], &known(), &held);
    assert_eq!((facts.functions.len(), facts.invoking.len()), (0, 1));
}

#[test]
fn what_could_not_be_read_is_a_gap() {
    let held = principals(json!([]));
    let other = CHARGE.replace("charge", "other");
    let (_, gaps) = gathered(&[need(&other, Target::Static)], &known(), &held);
    assert!(gaps.len() == 1 && gaps[0].optional);
    let foreign = CHARGE.replace("123456789012", "999999999999");
    assert_eq!(
        gathered(&[need(&foreign, Target::Static)], &known(), &held).1,
        []
    );
    let denied = Fetched::Denied("no".to_owned());
    let (_, gaps) = gathered(&[need(CHARGE, Target::Static)], &denied, &held);
    assert!(gaps.len() == 1 && !gaps[0].optional);
    assert_eq!(gathered(&[], &denied, &held).1, []);
}

#[test]
fn broad_is_what_writes_anywhere_beyond_its_own() {
    let broad = |s: Value| {
        let role = role_of(s);
        role.admin.is_some() || !role.service_wide.is_empty() || !role.writes_everywhere.is_empty()
    };
    for quiet in [
        json!([
            allow("logs:PutLogEvents", "*"),
            allow("xray:PutTraceSegments", "*")
        ]),
        json!([allow("ec2:CreateNetworkInterface", "*")]),
        json!([allow("s3:GetObject", "*")]),
        json!([allow("cloudwatch:PutMetricData", "*")]),
        json!([allow(
            "dynamodb:PutItem",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
        )]),
        json!([allow("s3:*", "*"), {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]),
        json!([{"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "orders"}}}]),
    ] {
        assert!(!broad(quiet.clone()), "{quiet}");
    }
    for loud in [
        json!([allow("*", "*")]),
        json!([allow(
            "dynamodb:*",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
        )]),
        json!([allow("dynamodb:PutItem", "*")]),
        json!([allow("dynamodb:Put*", "*")]),
        json!([allow("iam:PassRole", "*")]),
        json!([allow("logs:*", "*")]),
        json!([allow("logs:DeleteLogGroup", "*")]),
        json!([allow("s3:*", "*"), {"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}]),
    ] {
        assert!(broad(loud.clone()), "{loud}");
    }
}

#[test]
fn one_action_is_one_task() {
    let task = |s: Value| role_of(s).replacement;
    let put = || {
        allow(
            "dynamodb:PutItem",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
        )
    };
    let found = task(json!([allow("logs:PutLogEvents", "*"), put()])).unwrap();
    assert_eq!(found.integration, "dynamodb:putItem");
    assert_eq!(found.arguments, json!({"TableName": "orders"}));
    let sent = task(json!([allow("states:StartExecution", "*")])).unwrap();
    assert_eq!(sent.integration, "sfn:startExecution");
    let invoked = task(json!([allow("lambda:InvokeFunction", CHARGE)])).unwrap();
    assert_eq!(invoked.integration, "lambda:invoke");
    for none in [
        json!([]),
        json!([put(), allow("dynamodb:GetItem", "*")]),
        json!([allow("dynamodb:Put*", "*")]),
        json!([allow("iam:PassRole", "*")]),
        json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
    ] {
        assert_eq!(task(none.clone()), None, "{none}");
    }
}
