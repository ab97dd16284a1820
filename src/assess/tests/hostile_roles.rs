//! Policies, trust documents and versions that ask for far more than their size.

use serde_json::{Map, Value, json};

use super::denial::{Kind, Poison, Told};
use super::hostile::{Dice, TRUST, allow, any, chosen_task, of, policy};

fn chosen() -> Poison {
    of(chosen_task("$.x"), Told::Chosen)
}

fn principal(policies: Vec<String>) -> Poison {
    Poison {
        policies,
        principal: true,
        ..chosen()
    }
}

fn stars(d: &mut Dice, count: usize) -> String {
    (0..count)
        .map(|_| format!("*{}", d.pick(&["a", "b", "c", "d"])))
        .collect::<String>()
        + "*"
}

/// Guards and resources of many stars, and denies of the same.
fn patterns(d: &mut Dice) -> Poison {
    let (length, count, width) = (d.size(1, 3000), d.upto(1, 60), d.size(1, 120));
    let guards: Vec<Value> = (0..d.upto(1, 20))
        .map(|_| json!({"Variable": "$.x", "StringMatches": stars(d, length)}))
        .collect();
    let resources: Vec<String> = (0..count)
        .map(|_| format!("arn:aws:lambda:*:*:function:{}", stars(d, width)))
        .collect();
    let mut statements = vec![allow(json!(resources))];
    if d.often(50) {
        statements.push(json!({"Effect": "Deny", "Action": "lambda:*", "Resource": resources}));
    }
    if d.often(30) {
        statements.push(json!({"Effect": "Allow", "Action": ["lambda:*", "lam*:*", "*"], "NotResource": resources}));
    }
    let definition = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"And": guards, "Next": "T"}], "Default": "F"}, "F": {"Type": "Fail"},
        "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.x"}, "End": true}}});
    // What no function's name can match is chosen by nobody.
    Poison {
        policies: vec![policy(&statements)],
        principal: true,
        ..of(definition, Told::Either)
    }
}

fn condition(d: &mut Dice, keys: usize, values: usize) -> Value {
    let mut all = Map::new();
    for key in 0..keys {
        let operator = d.pick(&[
            "StringLike",
            "StringEquals",
            "ArnLike",
            "IpAddress",
            "NumericLessThan",
            "DateGreaterThan",
            "Bool",
            "Null",
            "ForAnyValue:StringLike",
            "ForAllValues:StringEquals",
            "StringNotLike",
            "StringEqualsIfExists",
        ]);
        let values: Vec<String> = (0..d.upto(1, values))
            .map(|v| format!("*{v}*${{aws:PrincipalTag/{v}}}*"))
            .collect();
        let of = all.entry(operator).or_insert_with(|| json!({}));
        of[format!("aws:k{key}")] = json!(values);
    }
    json!(all)
}

/// Statements by the thousand: denies and exceptions that multiply, up to ten megabytes of them.
fn statements(d: &mut Dice) -> Poison {
    let n = d.size(20, 20_000);
    let mut all = vec![allow(json!("*"))];
    for i in 0..n {
        let effect = d.pick(&["Allow", "Allow", "Deny"]);
        let (action, resource) = (
            d.pick(&["Action", "NotAction"]),
            d.pick(&["Resource", "NotResource"]),
        );
        let actions: Vec<&str> = (0..d.upto(1, 4))
            .map(|_| {
                d.pick(&[
                    "lambda:Invoke*",
                    "s3:*",
                    "*:Get*",
                    "iam:PassRole",
                    "*",
                    "states:*",
                ])
            })
            .collect();
        let resources: Vec<String> = (0..d.upto(1, 4))
            .map(|j| format!("arn:aws:lambda:*:*:function:*{i}*{j}*x*"))
            .collect();
        let mut statement = json!({"Effect": effect, action: actions, resource: resources});
        if d.often(30) {
            statement["Condition"] = condition(d, 2, 4);
        }
        all.push(statement);
    }
    // Denies of everything but some may leave nothing; what is not decided is a gap.
    Poison {
        told: Told::Either,
        ..principal(vec![policy(&all)])
    }
}

/// Many statements that multiply, in documents of the size that IAM takes.
fn many_policies(d: &mut Dice) -> Poison {
    let count = d.size(2, 20);
    let policies = (0..count).flat_map(|_| {
        let small = &mut Dice::new(
            "statements",
            u64::try_from(d.upto(0, 1 << 20)).unwrap(),
            false,
        );
        statements(small).policies
    });
    Poison {
        told: Told::Either,
        ..principal(policies.chain([any()]).collect())
    }
}

/// Conditions of thousands of keys.
fn conditions(d: &mut Dice) -> Poison {
    let keys = d.size(10, 4000);
    let mut statements = vec![allow(json!("*"))];
    for _ in 0..d.upto(1, 6) {
        let mut statement = allow(json!("*"));
        statement["Action"] = json!(d.pick(&["*", "iam:*", "lambda:*", "s3:Get*"]));
        statement["Condition"] = condition(d, keys, 20);
        statements.push(statement);
    }
    principal(vec![policy(&statements)])
}

/// Documents that nest without end, or are no documents.
fn broken_documents(d: &mut Dice) -> Poison {
    let n = d.size(100, 100_000);
    let text = match d.upto(0, 4) {
        0 => format!(r#"{{"Statement": {}{}}}"#, "[".repeat(n), "]".repeat(n)),
        1 => format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": {}"*"{}}}]}}"#,
            "[".repeat(n),
            "]".repeat(n)
        ),
        2 => "%7B".repeat(n),
        3 => format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "{}"}}]}}"#,
            "${a".repeat(n)
        ),
        _ => "\u{202e}".repeat(n),
    };
    principal(vec![text, any()])
}

/// Trust documents of many principals, conditions and depths.
fn trusts(d: &mut Dice) -> Poison {
    let n = d.size(10, 4000);
    let statements: Vec<Value> = (0..n)
        .map(|i| {
            let mut statement = json!({"Effect": d.pick(&["Allow", "Allow", "Deny"]), "Action": "sts:AssumeRole",
                d.pick(&["Principal", "NotPrincipal"]): {"AWS": [format!("arn:aws:iam::123456789012:role/r{i}"), "*", "\u{202e}"], "Service": ["states.amazonaws.com", "*"]}});
            if d.often(50) {
                statement["Condition"] = condition(d, 3, 3);
            }
            statement
        })
        .collect();
    let trust = match d.often(80) {
        true => policy(&statements),
        false => format!("{}{}", "[".repeat(n), "]".repeat(n)),
    };
    Poison {
        trust,
        ..principal(vec![any()])
    }
}

/// Versions by the thousand, all different.
fn versions(d: &mut Dice) -> Poison {
    let n = d.size(20, 1000);
    let heavy = d.often(30);
    let versions = (0..n).map(|i| {
        if heavy {
            let steps: String = (0..60).map(|j| format!("$v{j}:=[$states.input,{i},$v{}];", j - 1)).collect();
            let text = format!("{{% ({}$v59) %}}", steps.replace("$v-1", "1"));
            return json!({"QueryLanguage": "JSONata", "StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": text}}}}).to_string();
        }
        let mut definition = chosen_task("$.x");
        definition["Comment"] = json!(i.to_string());
        definition.to_string()
    });
    Poison {
        versions: versions.collect(),
        trust: TRUST.to_owned(),
        ..chosen()
    }
}

pub(super) const KINDS: &[Kind] = &[
    ("patterns", patterns),
    ("statements", statements),
    ("many-policies", many_policies),
    ("conditions", conditions),
    ("broken-documents", broken_documents),
    ("trusts", trusts),
    ("versions", versions),
];
