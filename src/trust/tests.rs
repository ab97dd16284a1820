use serde_json::{Value, json};

use super::*;
use crate::iam::parse;
use crate::snapshot::Document;

const OWN: &str = "123456789012";

fn policy(statements: Value) -> Policy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let (policy, problems) = parse::trust_policy("trust policy", &Document(document.to_string()));
    assert_eq!(problems, []);
    policy
}

fn one(statement: Value) -> Admission {
    let admitted = admitted(&policy(json!([statement])));
    assert_eq!(admitted.len(), 1, "{admitted:?}");
    admitted[0].clone()
}

fn outside(statement: Value) -> Option<Outside> {
    one(statement).outside(OWN, &["222222222222".to_owned()])
}

#[test]
fn conditions_that_keep_nobody_out_are_no_limits() {
    for (operator, key, value) in [
        ("StringLike", "aws:PrincipalOrgID", "*"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"),
        ("StringEquals", "aws:PrincipalTag/team", "orders"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy"),
        ("Bool", "aws:MultiFactorAuthPresent", "true"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("Null", "sts:ExternalId", "false"),
    ] {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
            "Condition": {operator: {key: value}}});
        assert_eq!(
            outside(statement),
            Some(Outside::Anyone),
            "{operator} {key}"
        );
    }
}

#[test]
fn conditions_that_keep_strangers_out_are() {
    for (operator, key, value, expected) in [
        (
            "StringEquals",
            "aws:PrincipalOrgID",
            "o-1",
            Some(Outside::Account),
        ),
        (
            "ForAnyValue:StringLike",
            "aws:PrincipalOrgPaths",
            "o-1/*",
            Some(Outside::Account),
        ),
        ("StringEquals", "sts:ExternalId", "x", Some(Outside::Anyone)),
        ("StringEquals", "aws:PrincipalAccount", OWN, None),
        ("StringEquals", "aws:PrincipalAccount", "222222222222", None),
        (
            "StringEquals",
            "aws:PrincipalAccount",
            "333333333333",
            Some(Outside::Account),
        ),
        (
            "ArnLike",
            "aws:PrincipalArn",
            "arn:aws:iam::123456789012:role/*",
            None,
        ),
        (
            "ArnLike",
            "aws:PrincipalArn",
            "arn:aws:iam::333333333333:role/x",
            Some(Outside::Account),
        ),
        ("StringEquals", "aws:SourceAccount", OWN, None),
        (
            "StringLike",
            "aws:PrincipalOrgID",
            "o-*",
            Some(Outside::Anyone),
        ),
        (
            "StringLike",
            "aws:PrincipalOrgPaths",
            "o-*/r-1/*",
            Some(Outside::Anyone),
        ),
        (
            "StringLike",
            "aws:PrincipalAccount",
            "1234*",
            Some(Outside::Anyone),
        ),
        (
            "IpAddress",
            "aws:SourceIp",
            "192.0.2.0/24",
            Some(Outside::Account),
        ),
    ] {
        let statement = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*",
            "Condition": {operator: {key: value}}});
        assert_eq!(outside(statement), expected, "{operator} {key} {value}");
    }
}

#[test]
fn one_open_value_among_closed_ones_opens_all() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
        "Condition": {"StringLike": {"aws:PrincipalOrgID": ["o-1", "*"]}}});
    assert_eq!(outside(statement), Some(Outside::Anyone));
}

#[test]
fn only_becoming_the_role_counts() {
    let admits = |principal: Value, action: &str| {
        let statement = json!([{"Effect": "Allow", "Principal": principal, "Action": action}]);
        !admitted(&policy(statement)).is_empty()
    };
    let aws = || json!({"AWS": "999999999999"});
    let web = || json!({"Federated": "accounts.google.com"});
    assert!(!admits(aws(), "sts:TagSession"));
    assert!(!admits(aws(), "sts:AssumeRoleWithWebIdentity"));
    assert!(!admits(web(), "sts:AssumeRole"));
    assert!(admits(web(), "sts:AssumeRoleWith*"));
    assert!(admits(aws(), "STS:assumerole"));
}

#[test]
fn shared_providers_must_fix_the_tenant() {
    let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let outside_with = |provider: &str, operator: &str, claim: &str, value: &str| {
        let host = provider
            .rsplit_once("oidc-provider/")
            .map_or(provider, |(_, h)| h);
        let key = format!("{host}:{claim}");
        outside(
            json!({"Effect": "Allow", "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {operator: {key: value}}}),
        )
    };
    for (claim, value) in [
        ("aud", "sts.amazonaws.com"),
        ("sub", "*"),
        ("sub", "repo:*"),
        ("sub", "repo:acme*"),
        ("sub", "repo:acme-*/orders:*"),
        ("actor", "octocat"),
    ] {
        let found = outside_with(github, "StringLike", claim, value);
        assert_eq!(found, Some(Outside::Provider), "{claim} {value}");
    }
    for (claim, value) in [
        ("sub", "repo:acme/orders:ref:refs/heads/main"),
        ("sub", "repo:acme/*"),
        ("repository_owner", "acme"),
        ("repository", "acme/*"),
    ] {
        assert_eq!(
            outside_with(github, "StringLike", claim, value),
            None,
            "{claim} {value}"
        );
    }
    assert_eq!(
        outside_with(github, "StringEqualsIfExists", "sub", "repo:acme/orders:*"),
        Some(Outside::Provider)
    );
    let cluster = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A";
    assert_eq!(
        outside_with(cluster, "StringEquals", "aud", "sts.amazonaws.com"),
        None
    );
    assert_eq!(
        outside_with(
            "app.terraform.io",
            "StringLike",
            "sub",
            "organization:acme:project:*"
        ),
        None
    );
}

#[test]
fn denies_take_away_what_they_surely_deny() {
    let allow = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:role/x"}, "Action": "sts:AssumeRole"});
    let deny = |principal: Value, condition: Value| json!([allow.clone(), {"Effect": "Deny", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}]);
    let gone = policy(deny(json!("*"), json!({})));
    assert_eq!(admitted(&gone), []);
    let kept = policy(deny(
        json!("*"),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
    ));
    assert_eq!(admitted(&kept)[0].limits, []);
    let organization = json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}});
    let limited = policy(deny(json!("*"), organization));
    assert_eq!(admitted(&limited)[0].limits, [Limit::Organization]);
}

#[test]
fn the_ideal_document_keeps_services_and_their_own_conditions() {
    let document = policy(json!([
        {"Sid": "A", "Effect": "Allow", "Principal": {"AWS": "*", "Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
         "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
        {"Effect": "Deny", "Principal": {"AWS": "999999999999"}, "Action": "sts:AssumeRole"},
    ]));
    let workflow = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders".to_owned();
    let ideal = ideal(&document, OWN, std::slice::from_ref(&workflow));
    assert_eq!(
        ideal["Statement"],
        json!([
            {"Sid": "A", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
             "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
            {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole",
             "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "ArnLike": {"aws:SourceArn": workflow}}},
            {"Effect": "Deny", "Principal": {"AWS": "999999999999"}, "Action": "sts:AssumeRole"},
        ])
    );
    let again = super::ideal(&policy(ideal["Statement"].clone()), OWN, &[]);
    assert_eq!(again, ideal, "what is as it should be stays so");
}

#[test]
fn step_functions_by_all_its_names() {
    for name in [
        "states.amazonaws.com",
        "states.eu-west-1.amazonaws.com",
        "states.amazonaws.com.cn",
        "states.cn-north-1.amazonaws.com.cn",
    ] {
        assert!(is_states(name), "{name}");
    }
    for name in [
        "lambda.amazonaws.com",
        "states.example.com",
        "mystates.amazonaws.com",
    ] {
        assert!(!is_states(name), "{name}");
    }
}
