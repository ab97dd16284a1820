use super::*;
use crate::arn::Arn;
use crate::snapshot::Document;

fn authority(policies: &[&str], boundary: Option<&str>) -> Authority {
    let read = |name: &str, text: &str| {
        let (policy, problems) = parse::policy(name, &Document(text.to_owned()));
        assert_eq!(problems, [], "{text}");
        Arc::new(policy)
    };
    Authority {
        identity: policies
            .iter()
            .enumerate()
            .map(|(i, p)| read(&format!("p{i}"), p))
            .collect(),
        boundary: boundary.map(|b| read("boundary", b)),
        ..Authority::default()
    }
}

fn decide(statements: &str, action: &str, resource: &str, context: &Context) -> Decision {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let principal = Arn::parse("arn:aws:iam::123456789012:user/team/alice").unwrap();
    let request = Request {
        principal: Some(&principal),
        action,
        resource,
        context,
    };
    evaluate(&authority(&[&text], None), &request)
}

/// The kind, and the keys or the statements' indices.
fn short(decision: &Decision) -> String {
    let indices = |by: &[StatementRef]| {
        let all: Vec<String> = by.iter().map(|s| s.statement.to_string()).collect();
        all.join(",")
    };
    match decision {
        Decision::Allow { by } => format!("allow {}", indices(by)),
        Decision::Deny { by } => format!("deny {}", indices(by)),
        Decision::NoMatch => "no-match".to_owned(),
        Decision::Depends { on, unread } => {
            format!(
                "depends {}",
                [on.clone(), unread.clone()].concat().join(",")
            )
        }
    }
}

const ALLOW: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;

fn when(effect: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "{effect}", "Action": "s3:*", "Resource": "*", "Condition": {condition}}}"#
    )
}

fn open(statements: &[String]) -> String {
    short(&decide(
        &statements.join(","),
        "S3:getobject",
        "arn:aws:s3:::b/k",
        &Context::new(),
    ))
}

#[test]
fn only_keys_that_can_change_the_answer_are_named() {
    let allow = ALLOW.to_owned();
    let deny = when(
        "Deny",
        r#"{"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#,
    );
    assert_eq!(
        open(&[allow.clone(), deny.clone()]),
        "depends aws:MultiFactorAuthPresent"
    );
    // Without any allow, the deny can still turn an implicit into an explicit one.
    assert_eq!(
        open(std::slice::from_ref(&deny)),
        "depends aws:MultiFactorAuthPresent"
    );
    let sure = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#.to_owned();
    assert_eq!(open(&[allow.clone(), deny, sure]), "deny 2");
    let maybe = when("Allow", r#"{"StringEquals": {"x:a": "1"}}"#);
    assert_eq!(open(&[allow, maybe]), "allow 0");
}

#[test]
fn conditions_on_one_key_are_seen_together() {
    let is = |v: &str| when("Allow", &format!(r#"{{"StringEquals": {{"x:A": "{v}"}}}}"#));
    let is_not = |v: &str| {
        when(
            "Allow",
            &format!(r#"{{"StringNotEquals": {{"x:a": "{v}"}}}}"#),
        )
    };
    assert_eq!(open(&[is("1"), is_not("1")]), "allow 0,1");
    assert_eq!(open(&[is("1"), is_not("2")]), "depends x:A");
    let never = when(
        "Allow",
        r#"{"StringEquals": {"x:a": "1"}, "StringLike": {"x:a": "2*"}}"#,
    );
    assert_eq!(open(&[never]), "no-match");
    let null = |v: &str| when("Allow", &format!(r#"{{"Null": {{"x:a": "{v}"}}}}"#));
    assert_eq!(open(&[null("true"), null("false")]), "allow 0,1");
    let less = when("Allow", r#"{"NumericLessThan": {"x:n": "5"}}"#);
    let more = when(
        "Allow",
        r#"{"NumericGreaterThanEqualsIfExists": {"x:n": 5}}"#,
    );
    assert_eq!(open(&[less, more]), "allow 0,1");
    // A key masked by another: the allow needs b, and every b is denied.
    let allow = when("Allow", r#"{"StringEquals": {"x:a": "1", "x:b": "2"}}"#);
    let deny = when("Deny", r#"{"StringLike": {"x:b": "*"}}"#);
    assert_eq!(open(&[allow, deny]), "depends x:b");
}

#[test]
fn the_whole_matters_only_where_every_part_can_hold() {
    let both = when("Allow", r#"{"StringEquals": {"x:a": "1", "x:b": "2"}}"#);
    assert_eq!(open(std::slice::from_ref(&both)), "depends x:a,x:b");
    let known = Context::new().with("X:B", "3");
    let text = decide(&both, "s3:GetObject", "arn:aws:s3:::b", &known);
    assert_eq!(text, Decision::NoMatch);
    let known = Context::new().without("x:b");
    assert_eq!(
        decide(&both, "s3:GetObject", "arn:aws:s3:::b", &known),
        Decision::NoMatch
    );
}

#[test]
fn sets_of_values() {
    let all = when(
        "Allow",
        r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}"#,
    );
    let other = when(
        "Allow",
        r#"{"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a", "b"]}}"#,
    );
    assert_eq!(open(&[all, other]), "allow 0,1");
    let some = when(
        "Allow",
        r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}"#,
    );
    let rest = when(
        "Deny",
        r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "b"}}"#,
    );
    assert_eq!(open(&[some, rest]), "depends aws:TagKeys");
}

#[test]
fn variables_in_resources() {
    let home =
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"}"#;
    let at = |resource: &str| short(&decide(home, "s3:GetObject", resource, &Context::new()));
    assert_eq!(at("arn:aws:s3:::b/alice/k"), "allow 0");
    assert_eq!(at("arn:aws:s3:::b/bob/k"), "no-match");
    let tag = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/*"}"#;
    let at = |resource: &str, known| short(&decide(tag, "s3:GetObject", resource, &known));
    assert_eq!(
        at("arn:aws:s3:::b/red/k", Context::new()),
        "depends aws:PrincipalTag/team"
    );
    assert_eq!(at("arn:aws:s3:::c/red/k", Context::new()), "no-match");
    assert_eq!(
        at(
            "arn:aws:s3:::b/all/k",
            Context::new().without("aws:principaltag/TEAM")
        ),
        "allow 0"
    );
    let escaped = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${*}"}"#;
    assert_eq!(
        short(&decide(
            escaped,
            "s3:x",
            "arn:aws:s3:::b/*",
            &Context::new()
        )),
        "allow 0"
    );
    assert_eq!(
        short(&decide(
            escaped,
            "s3:x",
            "arn:aws:s3:::b/k",
            &Context::new()
        )),
        "no-match"
    );
}

#[test]
fn variables_in_conditions() {
    let same = when(
        "Allow",
        r#"{"StringEquals": {"aws:PrincipalTag/t": "${aws:ResourceTag/t}"}}"#,
    );
    assert_eq!(
        open(std::slice::from_ref(&same)),
        "depends aws:PrincipalTag/t,aws:ResourceTag/t"
    );
    let differ = when(
        "Allow",
        r#"{"StringNotEquals": {"aws:PrincipalTag/t": "${aws:ResourceTag/t}"}}"#,
    );
    assert_eq!(open(&[same, differ]), "allow 0,1");
}

#[test]
fn an_unreadable_deny_is_not_forgotten() {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{ALLOW}, {{"Effect": "Deny", "Action": "s3:Put*", "Resource": 7}}]}}"#
    );
    let (policy, problems) = parse::policy("p", &Document(text));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].blind);
    let authority = Authority {
        identity: vec![Arc::new(policy)],
        ..Authority::default()
    };
    let ask = |action| {
        let context = Context::new();
        short(&evaluate(
            &authority,
            &Request {
                principal: None,
                action,
                resource: "arn:aws:s3:::b/k",
                context: &context,
            },
        ))
    };
    assert_eq!(ask("s3:PutObject"), "depends statement 1 of `p`");
    assert_eq!(ask("s3:GetObject"), "allow 0");
}

#[test]
fn the_boundary_limits_and_does_not_grant() {
    let all = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let reads = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#;
    let ask = |authority: &Authority, action| {
        let context = Context::new();
        let request = Request {
            principal: None,
            action,
            resource: "*",
            context: &context,
        };
        short(&evaluate(authority, &request))
    };
    let limited = authority(&[all], Some(reads));
    assert_eq!(ask(&limited, "s3:GetObject"), "allow 0");
    assert_eq!(ask(&limited, "s3:PutObject"), "no-match");
    assert_eq!(ask(&authority(&[], Some(all)), "s3:GetObject"), "no-match");
}
