use super::*;
use crate::iam::{Context, Decision, Request, evaluate};
use crate::snapshot::{Group, ManagedPolicy};

fn document(effect: &str, action: &str) -> Document {
    Document(format!(
        r#"{{"Statement": {{"Effect": "{effect}", "Action": "{action}", "Resource": "*"}}}}"#
    ))
}

fn named(name: &str, document: Document) -> NamedDocument {
    NamedDocument {
        name: name.to_owned(),
        document,
    }
}

fn attachment(name: &str) -> Attachment {
    Attachment {
        name: name.to_owned(),
        arn: format!("arn:aws:iam::123456789012:policy/{name}"),
    }
}

fn managed(name: &str, document: Document) -> ManagedPolicy {
    ManagedPolicy {
        name: name.to_owned(),
        arn: attachment(name).arn,
        document: Fetched::Present(document),
    }
}

fn role(name: &str, attached: &[&str], boundary: Option<&str>) -> Role {
    Role {
        arn: format!("arn:aws:iam::123456789012:role/team/{name}"),
        name: name.to_owned(),
        trust: Fetched::NotCollected,
        inline: Fetched::Present(Vec::new()),
        attached: Fetched::Present(attached.iter().map(|a| attachment(a)).collect()),
        boundary: boundary.map(|b| attachment(b).arn),
        tags: Vec::new(),
    }
}

fn decide(principals: &Principals, arn: &str, action: &str) -> Decision {
    let arn = Arn::parse(arn).unwrap();
    let context = Context::new();
    let request = Request {
        principal: Some(&arn),
        action,
        resource: "*",
        context: &context,
    };
    evaluate(&principals.get(&arn).unwrap().authority, &request)
}

fn account() -> Iam {
    let user = User {
        arn: "arn:aws:iam::123456789012:user/u".to_owned(),
        name: "u".to_owned(),
        inline: vec![named("own", document("Allow", "s3:*"))],
        attached: Vec::new(),
        groups: vec!["g".to_owned()],
        boundary: None,
        tags: Vec::new(),
    };
    let group = Group {
        name: "g".to_owned(),
        arn: "arn:aws:iam::123456789012:group/g".to_owned(),
        inline: vec![named("no-puts", document("Deny", "s3:Put*"))],
        attached: vec![attachment("queues")],
    };
    Iam {
        roles: vec![
            role("plain", &["queues"], None),
            role("limited", &["queues"], Some("buckets")),
            role("lost", &["queues", "gone"], None),
            role("unbound", &["queues"], Some("gone")),
        ],
        users: vec![user],
        groups: vec![group],
        managed: vec![
            managed("queues", document("Allow", "sqs:*")),
            managed("buckets", document("Allow", "s3:*")),
        ],
    }
}

#[test]
fn a_user_has_what_its_groups_have() {
    let principals = Principals::new(&account());
    let user = "arn:aws:iam::123456789012:user/u";
    assert!(matches!(
        decide(&principals, user, "sqs:SendMessage"),
        Decision::Allow { .. }
    ));
    assert!(matches!(
        decide(&principals, user, "s3:PutObject"),
        Decision::Deny { .. }
    ));
}

#[test]
fn a_session_finds_its_role_and_its_boundary() {
    let principals = Principals::new(&account());
    let session = |role: &str| format!("arn:aws:sts::123456789012:assumed-role/{role}/s");
    let plain = decide(&principals, &session("plain"), "sqs:SendMessage");
    assert!(matches!(plain, Decision::Allow { .. }));
    let limited = decide(&principals, &session("limited"), "sqs:SendMessage");
    assert_eq!(limited, Decision::NoMatch);
    let foreign = Arn::parse("arn:aws:sts::999999999999:assumed-role/plain/s").unwrap();
    assert!(principals.get(&foreign).is_none());
}

#[test]
fn a_policy_that_is_not_there_leaves_the_answer_open() {
    let principals = Principals::new(&account());
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/team/{name}");
    for name in ["lost", "unbound"] {
        let decision = decide(&principals, &role(name), "sqs:SendMessage");
        let Decision::Depends { on, unread } = decision else {
            panic!("{name}: {decision:?}");
        };
        assert_eq!((on.len(), unread), (0, vec!["policy `gone`".to_owned()]));
    }
    // What no policy allows, a lost boundary cannot allow either; a lost policy can.
    assert_eq!(
        decide(&principals, &role("plain"), "s3:x"),
        Decision::NoMatch
    );
    let lost = principals.iter().find(|p| p.name == "lost").unwrap();
    assert!(lost.problems.iter().any(|p| p.blind && p.policy == "gone"));
}

#[test]
fn a_managed_policy_is_read_once() {
    let principals = Principals::new(&account());
    let first = |name: &str| {
        let role = principals.iter().find(|p| p.name == name).unwrap();
        role.authority.identity[0].clone()
    };
    assert!(Arc::ptr_eq(&first("plain"), &first("limited")));
}
