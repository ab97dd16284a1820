use std::sync::Arc;

use super::*;
use crate::iam::parse;
use crate::snapshot::Document;

fn authority(statements: &str, boundary: Option<&str>) -> Authority {
    let read = |statements: &str| {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let (policy, problems) = parse::policy("p", &Document(text));
        assert_eq!(problems, []);
        Arc::new(policy)
    };
    Authority {
        identity: vec![read(statements)],
        boundary: boundary.map(read),
        ..Authority::default()
    }
}

fn statement(effect: &str, resource: &str, condition: &str) -> String {
    format!(r#"{{"Effect": "{effect}", "Action": "s3:*", {resource}, "Condition": {condition}}}"#)
}

fn covers(statements: &[String], pattern: &str) -> Coverage {
    coverage(
        &authority(&statements.join(","), None),
        "s3:GetObject",
        &Glob::parse(pattern),
        &Context::new(),
    )
}

fn conditional(key: &str) -> Coverage {
    Coverage::Conditional {
        on: vec![key.to_owned()],
        unread: Vec::new(),
    }
}

#[test]
fn allows_together_denies_and_exceptions() {
    let allow = |r: &str| statement("Allow", &format!(r#""Resource": "arn:aws:s3:::{r}""#), "{}");
    let deny = |r: &str| statement("Deny", &format!(r#""Resource": "arn:aws:s3:::{r}""#), "{}");
    let all = allow("b/*");
    assert_eq!(
        covers(std::slice::from_ref(&all), "arn:aws:s3:::b/k/*"),
        Coverage::Full
    );
    assert_eq!(
        covers(std::slice::from_ref(&all), "arn:aws:s3:::*"),
        Coverage::Partial
    );
    assert_eq!(
        covers(std::slice::from_ref(&all), "arn:aws:s3:::c/*"),
        Coverage::None
    );
    assert_eq!(
        covers(&[all.clone(), deny("b/secret/*")], "arn:aws:s3:::b/*"),
        Coverage::Partial
    );
    assert_eq!(
        covers(&[all.clone(), deny("b/secret/*")], "arn:aws:s3:::b/open/*"),
        Coverage::Full
    );
    assert_eq!(
        covers(&[all, deny("*")], "arn:aws:s3:::b/*"),
        Coverage::None
    );
    let halves = [allow("b/?"), allow("b/??*")];
    assert_eq!(covers(&halves, "arn:aws:s3:::b/?*"), Coverage::Full);
    let but = statement("Allow", r#""NotResource": "arn:aws:s3:::b/secret/*""#, "{}");
    assert_eq!(
        covers(std::slice::from_ref(&but), "arn:aws:s3:::b/secret/k"),
        Coverage::None
    );
    assert_eq!(covers(&[but], "arn:aws:s3:::c/*"), Coverage::Full);
}

#[test]
fn conditions_leave_the_coverage_open() {
    let when = |effect: &str, condition: &str| statement(effect, r#""Resource": "*""#, condition);
    let tagged = r#"{"StringEquals": {"x:a": "1"}}"#;
    let other = r#"{"StringNotEquals": {"x:a": "1"}}"#;
    assert_eq!(
        covers(&[when("Allow", tagged)], "arn:aws:s3:::b/*"),
        conditional("x:a")
    );
    assert_eq!(
        covers(
            &[when("Allow", tagged), when("Allow", other)],
            "arn:aws:s3:::b/*"
        ),
        Coverage::Full
    );
    assert_eq!(
        covers(
            &[when("Allow", "{}"), when("Deny", tagged)],
            "arn:aws:s3:::b/*"
        ),
        conditional("x:a")
    );
    let home = statement(
        "Allow",
        r#""Resource": "arn:aws:s3:::b/${aws:PrincipalTag/t}/*""#,
        "{}",
    );
    assert_eq!(
        covers(&[home], "arn:aws:s3:::b/*"),
        conditional("aws:PrincipalTag/t")
    );
}

#[test]
fn the_boundary_cuts_a_pattern() {
    let all = statement("Allow", r#""Resource": "*""#, "{}");
    let one = statement("Allow", r#""Resource": "arn:aws:s3:::b/*""#, "{}");
    let limited = authority(&all, Some(&one));
    let ask = |pattern: &str| {
        coverage(
            &limited,
            "s3:GetObject",
            &Glob::parse(pattern),
            &Context::new(),
        )
    };
    assert_eq!(ask("arn:aws:s3:::b/k"), Coverage::Full);
    assert_eq!(ask("arn:aws:s3:::*"), Coverage::Partial);
    assert_eq!(ask("arn:aws:s3:::c/*"), Coverage::None);
}

#[test]
fn grants_are_told_one_pattern_each() {
    let own = authority(
        r#"{"Sid": "S", "Effect": "Allow", "Action": ["s3:Get*", "sqs:*"], "Resource": ["arn:aws:s3:::b", "*"]},
           {"Effect": "Deny", "Action": "*", "Resource": "*"},
           {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::c"}"#,
        None,
    );
    assert_eq!(grants(&own).len(), 5);
    let found = grants_for(&own, "s3:getobject");
    let told: Vec<(&str, &str, usize)> = found
        .iter()
        .map(|g| (g.action_text(), g.resource_text, g.statement.index))
        .collect();
    assert_eq!(
        told,
        [
            ("s3:Get*", "arn:aws:s3:::b", 0),
            ("s3:Get*", "*", 0),
            ("NotAction", "*", 2)
        ]
    );
    assert_eq!(found[2].not_resource, [Glob::parse("arn:aws:s3:::c")]);
}

#[test]
fn a_grant_is_narrowed_to_its_needs() {
    let needs = [
        "arn:aws:s3:::b/in/*",
        "arn:aws:s3:::*/x",
        "arn:aws:s3:::b/in/a",
    ];
    let needs: Vec<Glob> = needs.iter().map(|n| Glob::parse(n)).collect();
    let told = |granted: &str| -> Vec<String> {
        let narrow = narrowed(&Glob::parse(granted), &needs);
        narrow.iter().map(ToString::to_string).collect()
    };
    assert_eq!(told("*"), ["arn:aws:s3:::b/in/*", "arn:aws:s3:::*/x"]);
    assert_eq!(
        told("arn:aws:s3:::c/*"),
        ["arn:aws:s3:::c/x", "arn:aws:s3:::c/*/x"]
    );
    assert_eq!(told("arn:aws:sqs:*"), [""; 0]);
}
