//! Drift in what a role grants, held against the decisions themselves: a widening is told exactly where some request is
//! allowed that was not.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is its purpose"
)]

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwarden::drift::{narrowed, widened};
use stepwarden::iam::{Authority, Context, Decision, Policy, Request, evaluate, parse};
use stepwarden::posture::{Permissions, Posture};
use stepwarden::snapshot::Document;

fn pick<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(values.to_vec())
}

fn texts(values: &[&str]) -> impl Strategy<Value = Value> + use<> {
    let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
    proptest::sample::subsequence(values, 1..=2).prop_map(|v| json!(v))
}

fn condition() -> impl Strategy<Value = Value> {
    let operators = [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
    ];
    let entry = (
        pick(&operators),
        pick(&["x:one", "X:One", "x:two"]),
        texts(&["a", "b", "a*", "${x:two}"]),
    );
    prop_oneof![
        2 => Just(Value::Null),
        2 => entry.prop_map(|(operator, key, values)| {
            // Only one key ever has several values.
            let key = if operator.starts_with("For") { "x:one" } else { key };
            json!({operator: {key: values}})
        }),
    ]
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let actions = texts(&[
        "*",
        "s3:*",
        "s3:Get*",
        "S3:getobject",
        "sqs:?*",
        "s3:PutObject",
    ]);
    let resources = texts(&[
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/${x:one}",
        "arn:aws:s3:::c/k",
    ]);
    let names = (proptest::bool::weighted(0.2), proptest::bool::weighted(0.2));
    (actions, resources, condition(), names).prop_map(
        move |(actions, resources, condition, (not_action, not_resource))| {
            let mut statement = json!({ "Effect": effect });
            statement[if not_action { "NotAction" } else { "Action" }] = actions;
            statement[if not_resource {
                "NotResource"
            } else {
                "Resource"
            }] = resources;
            if !condition.is_null() {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    let one = prop_oneof![3 => statement("Allow").boxed(), 1 => statement("Deny").boxed()];
    proptest::collection::vec(one, 0..4)
}

fn boundary() -> impl Strategy<Value = Option<Vec<Value>>> {
    prop_oneof![3 => Just(None), 1 => statements().prop_map(Some)]
}

fn policy(name: &str, statements: &[Value]) -> Arc<Policy> {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    Arc::new(parse::policy(name, &Document(document.to_string())).0)
}

fn authority(statements: &[Value], boundary: Option<&[Value]>) -> Authority {
    Authority {
        identity: vec![policy("p", statements)],
        boundary: boundary.map(|b| policy("b", b)),
        ..Authority::default()
    }
}

fn posture(authority: &Authority) -> Posture {
    Posture {
        role: Some("arn:aws:iam::123456789012:role/R".to_owned()),
        grants: Permissions::of_authority(authority),
        ..Posture::default()
    }
}

/// A value of every kind that the patterns above can tell apart.
const SINGLES: [&str; 6] = ["a", "b", "ab", "k", "a*", "zz"];

/// Requests of every kind that the patterns above can tell apart, every key known. A key has several values, as many as
/// conditions can ask for at once, only where a set operator speaks of it.
fn requests(several: bool) -> Vec<(&'static str, &'static str, Context)> {
    let mut values: Vec<Vec<&str>> = SINGLES.map(|v| vec![v]).to_vec();
    if several {
        for (i, one) in SINGLES.iter().enumerate() {
            for (j, two) in SINGLES.iter().enumerate().skip(i + 1) {
                values.push(vec![one, two]);
                values.extend(
                    SINGLES
                        .iter()
                        .skip(j + 1)
                        .map(|three| vec![*one, two, three]),
                );
            }
        }
    }
    let values: Vec<Option<&[&str]>> = [None]
        .into_iter()
        .chain(values.iter().map(|v| Some(v.as_slice())))
        .collect();
    let with = |context: Context, key: &str, value: Option<&[&str]>| match value {
        None => context.without(key),
        Some(all) => context.with_values(key, all.iter().map(|v| (*v).to_owned()).collect()),
    };
    let mut all = Vec::new();
    for action in [
        "s3:GetObject",
        "s3:GetOther",
        "s3:PutObject",
        "s3:Delete",
        "sqs:Send",
        "ec2:Run",
    ] {
        for resource in [
            "*",
            "arn:aws:s3:::b/k",
            "arn:aws:s3:::b/a",
            "arn:aws:s3:::b/q",
            "arn:aws:s3:::b/b",
            "arn:aws:s3:::b/ab",
            "arn:aws:s3:::b/a*",
            "arn:aws:s3:::c/k",
            "arn:aws:s3:::d",
            "arn:aws:s3:::d/q",
        ] {
            // Objects are all that these two actions are about.
            let object = resource.contains(":::") && resource.contains('/');
            if matches!(action, "s3:GetObject" | "s3:PutObject") && !object {
                continue;
            }
            for one in &values {
                for two in values.iter().filter(|v| !is_several(v)) {
                    let context = with(with(Context::new(), "x:one", *one), "x:two", *two);
                    all.push((action, resource, context));
                }
            }
        }
    }
    all
}

fn is_several(values: &Option<&[&str]>) -> bool {
    values.is_some_and(|v| v.len() > 1)
}

fn newly_allowed(old: &Authority, new: &Authority) -> Option<String> {
    let policies = [old, new]
        .into_iter()
        .flat_map(|a| a.identity.iter().chain(&a.boundary));
    let mut conditions = policies
        .flat_map(|p| &p.statements)
        .flat_map(|s| &s.conditions);
    let several = conditions.any(|c| c.operator.text.starts_with("For"));
    let allows = |authority: &Authority, (action, resource, context): &(&str, &str, Context)| {
        let request = Request {
            principal: None,
            action,
            resource,
            context,
        };
        matches!(evaluate(authority, &request), Decision::Allow { .. })
    };
    let found = requests(several)
        .into_iter()
        .find(|r| allows(new, r) && !allows(old, r));
    found.map(|(action, resource, context)| format!("{action} {resource} {context:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_widening_is_told_where_a_request_is_newly_allowed_and_nowhere_else(
        old in statements(), new in statements(), old_boundary in boundary(), new_boundary in boundary(),
    ) {
        let was = authority(&old, old_boundary.as_deref());
        let is = authority(&new, new_boundary.as_deref());
        let told = widened(&posture(&was), &posture(&is));
        let found = newly_allowed(&was, &is);
        prop_assert_eq!(told.is_empty(), found.is_none(), "{:?} {:#?}", found, told);
        let back = narrowed(&posture(&is), &posture(&was));
        prop_assert_eq!(told.len(), back.len(), "what is wider one way is narrower the other way");
    }

    #[test]
    fn splitting_reordering_and_repeating_is_no_change(statements in statements(), by in 0..4_usize) {
        let mut turned = statements.clone();
        turned.rotate_left(by.min(statements.len()));
        turned.extend(statements.first().cloned());
        let split: Vec<Value> = turned.iter().flat_map(split).collect();
        let (was, is) = (authority(&statements, None), authority(&split, None));
        prop_assert_eq!(widened(&posture(&was), &posture(&is)), []);
        prop_assert_eq!(widened(&posture(&is), &posture(&was)), []);
    }

    #[test]
    fn dropping_an_allow_or_adding_a_deny_never_widens(
        statements in statements(), at in 0..4_usize, deny in statement("Deny"),
    ) {
        let was = authority(&statements, None);
        let mut less = statements.clone();
        if less.get(at).is_some_and(|s| s["Effect"] == "Allow") {
            less.remove(at);
        }
        less.push(deny);
        prop_assert_eq!(widened(&posture(&was), &posture(&authority(&less, None))), []);
    }

    #[test]
    fn what_is_kept_reads_back_the_same(statements in statements(), limit in boundary()) {
        let kept = posture(&authority(&statements, limit.as_deref()));
        let text = serde_json::to_string(&kept).unwrap();
        prop_assert_eq!(serde_json::from_str::<Posture>(&text).unwrap(), kept);
    }
}

/// Found by a fresh seed: that the key has several values is said by a statement about other requests.
#[test]
fn a_key_that_one_statement_compares_as_a_set_has_several_values_for_all() {
    let all = |effect: &str, condition: Value| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition});
    let old = [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        all("Deny", json!({"StringLike": {"x:one": "b"}})),
    ];
    let new = [all("Allow", json!({"StringEquals": {"x:one": "a"}}))];
    let set = json!({"Effect": "Allow", "Action": "sqs:?*", "Resource": "arn:aws:s3:::b/*",
        "Condition": {"ForAllValues:StringEquals": {"x:one": "b"}}});
    let limit = [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        set,
    ];
    for (boundary, wider) in [(None, false), (Some(&limit[..]), true)] {
        let (was, is) = (authority(&old, None), authority(&new, boundary));
        assert_eq!(newly_allowed(&was, &is).is_some(), wider);
        assert_eq!(!widened(&posture(&was), &posture(&is)).is_empty(), wider);
    }
}

/// One statement for each action, where it lists them.
fn split(statement: &Value) -> Vec<Value> {
    let Some(actions) = statement.get("Action").and_then(Value::as_array) else {
        return vec![statement.clone()];
    };
    let alone = |action: &Value| {
        let mut one = statement.clone();
        one["Action"] = action.clone();
        one["Sid"] = json!("Renamed");
        one
    };
    actions.iter().map(alone).collect()
}
