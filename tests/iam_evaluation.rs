//! IAM's documented decisions, as data, and laws that hold for all policies.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is its purpose"
)]

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwarden::decide::Decider;
use stepwarden::iam::{Authority, Context, Decision, Request, evaluate, parse};

/// Each group names the page of the IAM User Guide that its cases are taken from.
const CASES: &str = include_str!("data/iam_cases.json");

#[test]
fn documented_cases_are_decided_as_documented() {
    let groups: Vec<Value> = serde_json::from_str(CASES).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for group in &groups {
        for case in group["cases"].as_array().unwrap() {
            count += 1;
            let principal = group.get("principal").and_then(Value::as_str);
            let principal = principal.unwrap_or("arn:aws:iam::123456789012:user/johndoe");
            let line = json!({
                "principal": principal,
                "action": case["action"],
                "resource": case["resource"],
                "context": case["context"],
                "policies": group["policies"],
                "boundary": group["boundary"],
            });
            let answer = Decider::new(None).line(&line.to_string()).json;
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let on = case.get("on").cloned().unwrap_or_else(|| json!([]));
            let named = answer["by"].as_array().is_some_and(|by| !by.is_empty());
            let decided = matches!(case["expect"].as_str(), Some("allow" | "deny"));
            if answer["decision"] != case["expect"] || answer["on"] != on || named != decided {
                wrong.push(format!("{}: {}: {answer}", group["page"], case["case"]));
            }
        }
    }
    assert!(count >= 80, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Random policies over every operator, set prefix, `IfExists`, variables with and without defaults, and boundaries. The
/// answers come from a model of its own in another language, which tries every value of the unknown keys.
const DECISIONS: &str = include_str!("data/iam_decisions.jsonl");

#[test]
fn an_independent_model_decides_alike() {
    let mut wrong = Vec::new();
    let lower = |on: &Value| {
        let keys = on.as_array().into_iter().flatten();
        let mut keys: Vec<String> = keys
            .filter_map(|k| Some(k.as_str()?.to_ascii_lowercase()))
            .collect();
        keys.sort();
        keys
    };
    let statements = |by: &Value| {
        let by = by.as_array().into_iter().flatten();
        let mut by: Vec<String> = by.map(ToString::to_string).collect();
        by.sort();
        by
    };
    for (number, line) in DECISIONS.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let answer = Decider::new(None).line(&case["line"].to_string()).json;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let same = answer["decision"] == case["decision"]
            && lower(&answer["on"]) == lower(&case["on"])
            && statements(&answer["by"]) == statements(&case["by"]);
        if !same {
            wrong.push(format!("line {number}: {answer} instead of {case}"));
        }
    }
    assert!(DECISIONS.lines().count() >= 80);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Random requests under every layer: service and resource control policies by level, boundaries, session policies, resource
/// policies of the same and of another account. Every key is known, as a value or as absent. The answers are those of
/// `@cloud-copilot/iam-simulate` 0.1.173.
const LAYERED: &str = include_str!("data/iam_layers.jsonl");

#[test]
fn an_independent_evaluator_of_all_layers_decides_alike() {
    let mut decider = Decider::new(None);
    for line in LAYERED.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let answer = decider.line(&case["line"].to_string()).json;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["decision"], case["decision"], "{answer} to {case}");
    }
    assert!(LAYERED.lines().count() >= 240);
}

/// An answer to one line of `john`, a user, or another principal, by the policy; `context` may overrule.
fn answer(principal: &str, resource: &str, condition: &Value, context: &Value) -> Value {
    let line = json!({
        "principal": principal, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/john/k", "context": context,
        "policies": [{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource, "Condition": condition}]}],
    });
    serde_json::from_str(&Decider::new(None).line(&line.to_string()).json).unwrap()
}

#[test]
fn what_the_principals_arn_tells_is_known_and_the_context_overrules_it() {
    let user = "arn:aws:iam::123456789012:user/john";
    let role = "arn:aws:iam::123456789012:role/john";
    let own = "arn:aws:s3:::b/${aws:username}/*";
    let (any, none) = (json!({}), json!({}));
    assert_eq!(answer(user, own, &any, &none)["decision"], "allow");
    assert_eq!(answer(role, own, &any, &none)["decision"], "no-match");
    let jane = json!({"aws:username": "jane"});
    assert_eq!(answer(user, own, &any, &jane)["decision"], "no-match");
    let account = json!({"StringEquals": {"aws:PrincipalAccount": "123456789012"}});
    assert_eq!(answer(role, "*", &account, &none)["decision"], "allow");
    let arn = json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/jo*"}});
    assert_eq!(answer(role, "*", &arn, &none)["decision"], "allow");
    assert_eq!(answer(user, "*", &arn, &none)["decision"], "no-match");
    // Tags stand in no ARN.
    let tag = json!({"StringEquals": {"aws:PrincipalTag/team": "red"}});
    let open = answer(role, "*", &tag, &none);
    assert_eq!(
        (&open["decision"], &open["on"]),
        (&json!("depends"), &json!(["aws:PrincipalTag/team"]))
    );
}

#[test]
fn variables_stand_behind_the_fifth_colon_only() {
    let user = "arn:aws:iam::123456789012:user/john";
    for (resource, expected) in [
        ("arn:aws:s3:::b/${aws:username}/*", "allow"),
        ("arn:aws:s3:::${s3:x}/${aws:username}/*", "depends"),
        ("arn:aws:s3::${aws:PrincipalAccount}:b/*", "no-match"),
        ("arn:${aws:PrincipalAccount}:s3:::b/*", "no-match"),
        ("arn:aws:${aws:username}:::b/*", "no-match"),
        ("${aws:PrincipalArn}", "no-match"),
        ("${aws:username}*", "no-match"),
        ("arn:aws:s3:::b/${aws:username}*k", "allow"),
        ("arn:aws:s3:::b/*n${*}k", "no-match"),
    ] {
        let answer = answer(user, resource, &json!({}), &json!({}));
        assert_eq!(answer["decision"], expected, "{resource}");
    }
}

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
        "StringEqualsIgnoreCase",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
    ];
    let values = ["a", "b", "a*", "${x:two}", "${x:two, 'b'}", "A"];
    let entry = (
        pick(&operators),
        pick(&["x:one", "X:One", "x:two", "x:three"]),
        texts(&values),
    );
    let null = (pick(&["x:one", "x:two"]), pick(&["true", "false"]));
    prop_oneof![
        4 => Just(Value::Null),
        4 => entry.prop_map(|(operator, key, values)| json!({operator: {key: values}})),
        1 => null.prop_map(|(key, value)| json!({"Null": {key: value}})),
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
    let names = (any::<bool>(), any::<bool>());
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
    proptest::collection::vec(one, 0..5)
}

#[derive(Clone, Debug)]
struct Ask {
    action: &'static str,
    resource: &'static str,
    context: Context,
}

/// What is known of a key: nothing, that it is absent, or its values.
fn fact() -> impl Strategy<Value = Option<Option<Vec<String>>>> {
    let values = pick(&["a", "b", "A", "k", "other"]).prop_map(str::to_owned);
    prop_oneof![
        Just(None),
        Just(Some(None)),
        proptest::collection::vec(values, 1..3).prop_map(|v| Some(Some(v))),
    ]
}

fn with(context: Context, key: &str, fact: Option<Option<Vec<String>>>) -> Context {
    match fact {
        None => context,
        Some(None) => context.without(key),
        Some(Some(values)) => context.with_values(key, values),
    }
}

fn ask() -> impl Strategy<Value = Ask> {
    let actions = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"];
    let resources = [
        "*",
        "arn:aws:s3:::b/k",
        "arn:aws:s3:::b/a",
        "arn:aws:s3:::c/k",
    ];
    (pick(&actions), pick(&resources), fact(), fact(), fact()).prop_map(
        |(action, resource, one, two, three)| Ask {
            action,
            resource,
            context: with(
                with(with(Context::new(), "x:one", one), "x:two", two),
                "x:three",
                three,
            ),
        },
    )
}

fn authority(statements: &[Value]) -> Authority {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    let (policy, problems) = parse::policy_value("p", &document);
    assert_eq!(problems, [], "{document}");
    Authority {
        identity: vec![Arc::new(policy)],
        ..Authority::default()
    }
}

fn decide(statements: &[Value], ask: &Ask) -> Decision {
    let request = Request {
        principal: None,
        action: ask.action,
        resource: ask.resource,
        context: &ask.context,
    };
    evaluate(&authority(statements), &request)
}

/// What of a decision does not hang on the order of statements.
fn kind(decision: &Decision) -> (u8, Vec<String>) {
    match decision {
        Decision::Allow { .. } => (0, Vec::new()),
        Decision::Deny { .. } => (1, Vec::new()),
        Decision::NoMatch => (2, Vec::new()),
        Decision::Depends { on, .. } => (3, on.iter().map(|k| k.to_lowercase()).collect()),
    }
}

/// The kinds that come of it when `key` becomes each of these facts, the others staying unknown.
fn settled(statements: &[Value], ask: &Ask, free: &[&str]) -> Vec<u8> {
    let mut contexts = vec![ask.context.clone()];
    let values = ["a", "ab", "A", "b", "k", "other", "else", "a*"];
    for key in free {
        // A key that no set operator speaks of has one value.
        let several = statements.iter().any(|statement| {
            let operators = statement["Condition"].as_object();
            operators.into_iter().flatten().any(|(operator, keys)| {
                let mut names = keys.as_object().into_iter().flat_map(|k| k.keys());
                operator.starts_with("For") && names.any(|name| name.eq_ignore_ascii_case(key))
            })
        });
        let mut next = Vec::new();
        for context in &contexts {
            next.push(context.clone().without(key));
            for (i, value) in values.iter().enumerate() {
                next.push(context.clone().with(key, *value));
                for second in values.iter().skip(i + 1).filter(|_| several) {
                    let both = vec![(*value).to_owned(), (*second).to_owned()];
                    next.push(context.clone().with_values(key, both));
                }
            }
        }
        contexts = next;
    }
    let kinds = contexts.into_iter().map(|context| {
        let ask = Ask {
            context,
            ..ask.clone()
        };
        kind(&decide(statements, &ask)).0
    });
    kinds.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn an_explicit_deny_always_wins(list in statements(), ask in ask(), at in 0_usize..6) {
        let mut with_deny = list;
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
        with_deny.insert(at.min(with_deny.len()), deny);
        let denied = matches!(decide(&with_deny, &ask), Decision::Deny { .. });
        prop_assert!(denied);
    }

    #[test]
    fn adding_an_allow_takes_nothing_away(list in statements(), more in statement("Allow"), ask in ask()) {
        let before = decide(&list, &ask);
        let mut longer = list;
        longer.push(more);
        let after = decide(&longer, &ask);
        let fits = match before {
            Decision::Allow { .. } => matches!(after, Decision::Allow { .. }),
            Decision::Deny { .. } => matches!(after, Decision::Deny { .. }),
            Decision::NoMatch => !matches!(after, Decision::Deny { .. }),
            Decision::Depends { .. } => after != Decision::NoMatch,
        };
        prop_assert!(fits, "{:?} became {:?}", before, after);
    }

    #[test]
    fn the_order_of_statements_is_irrelevant(list in statements(), seed in any::<u64>(), ask in ask()) {
        let mut shuffled = list.clone();
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let to = usize::try_from(state >> 40).expect("24 bits") % (i + 1);
            shuffled.swap(i, to);
        }
        prop_assert_eq!(kind(&decide(&list, &ask)), kind(&decide(&shuffled, &ask)));
    }

    #[test]
    fn what_is_decided_stays_so_whatever_the_unknown_keys_turn_out_to_be(list in statements(), ask in ask()) {
        let (own, on) = kind(&decide(&list, &ask));
        let unknown: Vec<&str> = ["x:one", "x:two", "x:three"].into_iter().filter(|k| !ask.context.knows(k)).collect();
        // Two keys at a time keep the product of their values small.
        if unknown.len() <= 2 {
            let kinds = settled(&list, &ask, &unknown);
            if own == 3 {
                // The values tried hold one of each kind that these policies can tell apart.
                prop_assert!(kinds.iter().any(|k| Some(k) != kinds.first()), "{:?} on {:?}", kinds, on);
                for key in unknown.iter().filter(|k| !on.contains(&(**k).to_owned())) {
                    let others: Vec<&str> = unknown.iter().copied().filter(|k| k != key).collect();
                    for kinds in settled(&list, &ask, &others).chunks(1) {
                        prop_assert!(kinds.iter().all(|k| *k != 3), "{key} matters after all");
                    }
                }
            } else {
                prop_assert!(kinds.iter().all(|k| *k == own), "{:?} is not always {}", kinds, own);
            }
        }
    }
}
