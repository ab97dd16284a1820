use super::*;
use crate::iam::parse::trust_policy;
use crate::snapshot::Document;

fn trust(statements: &str) -> Trust {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let (policy, problems) = trust_policy("trust", &Document(text));
    assert_eq!(problems, []);
    Trust::of(&policy)
}

fn admit(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Principal": {principal}, "Action": ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"], "Condition": {condition}}}"#
    )
}

const STATES: &str = r#"{"Service": "states.amazonaws.com"}"#;
const GITHUB: &str = r#"{"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}"#;

#[test]
fn who_is_admitted() {
    let all = trust(
        r#"{"Effect": "Allow", "Action": "sts:*", "Principal": {"Service": ["states.us-east-1.amazonaws.com", "lambda.amazonaws.com"], "AWS": ["123456789012", "arn:aws:iam::210987654321:root", "arn:aws:iam::123456789012:user/a", "AIDAEXAMPLE", "*"]}},
           {"Effect": "Allow", "Action": "sts:TagSession", "Principal": "*"}"#,
    );
    let kinds: Vec<&TrusteeKind> = all.admits.iter().map(|t| &t.kind).collect();
    assert_eq!(kinds.len(), 7, "tagging a session is not assuming a role");
    assert!(kinds[0].is_step_functions());
    assert_eq!(kinds[1].service_name(), Some("lambda"));
    assert_eq!(kinds[2].account(), Some("123456789012"));
    assert_eq!(*kinds[3], TrusteeKind::Account("210987654321".to_owned()));
    assert!(matches!(kinds[4], TrusteeKind::Principal(_)));
    assert_eq!(*kinds[5], TrusteeKind::Other("AIDAEXAMPLE".to_owned()));
    assert_eq!(*kinds[6], TrusteeKind::Anyone);
}

#[test]
fn only_a_fixed_source_is_a_restriction() {
    let restricted = |condition: &str| {
        let trust = trust(&admit(STATES, condition));
        trust.is_source_restricted(&trust.admits[0])
    };
    assert!(restricted(
        r#"{"StringEquals": {"aws:SourceAccount": "123456789012"}}"#
    ));
    assert!(restricted(
        r#"{"ArnLike": {"aws:SourceArn": "arn:aws:states:*:123456789012:stateMachine:*"}}"#
    ));
    assert!(!restricted("{}"));
    assert!(!restricted(r#"{"StringLike": {"aws:SourceAccount": "*"}}"#));
    assert!(!restricted(
        r#"{"ArnLike": {"aws:SourceArn": "arn:aws:states:us-east-1:*:stateMachine:pay"}}"#
    ));
    assert!(!restricted(
        r#"{"StringNotEquals": {"aws:SourceAccount": "123456789012"}}"#
    ));
    let deny = r#"{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}}"#;
    let both = trust(&format!("{}, {deny}", admit(STATES, "{}")));
    assert!(both.is_source_restricted(&both.admits[0]));
}

#[test]
fn a_shared_provider_needs_its_subject_fixed() {
    let is_open = |principal: &str, condition: &str| {
        trust(&admit(principal, condition)).admits[0].is_open_federation()
    };
    let sub = |operator: &str, value: &str| {
        format!(r#"{{"{operator}": {{"token.actions.githubusercontent.com:sub": "{value}"}}}}"#)
    };
    let audience =
        r#"{"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}"#;
    assert!(is_open(GITHUB, audience));
    assert!(is_open(GITHUB, &sub("StringLike", "repo:*")));
    assert!(is_open(GITHUB, &sub("StringLike", "repo:acme*")));
    assert!(is_open(
        GITHUB,
        &sub("StringNotEquals", "repo:acme/app:ref:refs/heads/main")
    ));
    assert!(!is_open(GITHUB, &sub("StringLike", "repo:acme/*")));
    assert!(!is_open(
        GITHUB,
        &sub("StringEquals", "repo:acme/app:ref:refs/heads/main")
    ));
    let own = r#"{"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EX"}"#;
    assert!(is_open(own, "{}"));
    assert!(!is_open(
        own,
        r#"{"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EX:aud": "sts.amazonaws.com"}}"#
    ));
    let pool = r#"{"Federated": "cognito-identity.amazonaws.com"}"#;
    assert!(is_open(
        pool,
        r#"{"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:1"}}"#
    ));
}

#[test]
fn external_ids_organizations_and_accounts() {
    let one = |condition: &str| trust(&admit(r#""*""#, condition)).admits.remove(0);
    assert!(one(r#"{"StringEquals": {"sts:ExternalId": "x"}}"#).has_external_id());
    assert!(!one(r#"{"StringEqualsIfExists": {"sts:ExternalId": "x"}}"#).has_external_id());
    assert!(!one(r#"{"StringLike": {"sts:ExternalId": "*"}}"#).has_external_id());
    assert!(one(r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#).is_held_to_organization());
    let held = one(r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}}"#);
    assert_eq!(
        held.held_to_accounts(),
        Some(vec!["123456789012".to_owned()])
    );
    let open = one(r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}"#);
    assert_eq!(open.held_to_accounts(), None);
}
