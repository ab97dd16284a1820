use std::collections::BTreeMap;

use super::*;
use crate::snapshot::{Fetched, Iam, Role};

const ROLE: &str = "arn:aws:iam::123456789012:role/Orders";
const STACK: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/1";

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn role(arn: &str, tags: Vec<Tag>) -> Role {
    Role {
        arn: arn.to_owned(),
        name: "Orders".to_owned(),
        trust: Fetched::Absent,
        inline: Fetched::Absent,
        attached: Fetched::Absent,
        boundary: None,
        tags,
    }
}

/// The owner of a workflow with these tags, in an account with these roles and this stack's tags.
fn owner(own: &[(&str, &str)], roles: Vec<Role>, stack: Vec<Tag>) -> (String, OwnerSource) {
    let account = Account {
        iam: Fetched::Present(Iam {
            roles,
            ..Iam::default()
        }),
        tags: Fetched::Present(BTreeMap::from([(STACK.to_owned(), stack)])),
        ..Account::default()
    };
    let machine = StateMachine {
        role_arn: ROLE.to_owned(),
        ..StateMachine::default()
    };
    let own: Vec<(String, String)> = own
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    of(&account, &machine, &own, &Config::default())
}

fn is(name: &str, source: OwnerSource) -> (String, OwnerSource) {
    (name.to_owned(), source)
}

#[test]
fn what_names_nobody_is_no_owner() {
    let nobody = is("unowned", OwnerSource::Default);
    let long = "x".repeat(257);
    for value in ["", "  ", "a\nb", "a\u{1b}[31m", "a\u{202e}b", long.as_str()] {
        assert_eq!(
            owner(&[("owner", value)], vec![], vec![]),
            nobody,
            "{value:?}"
        );
    }
    let other = role(
        "arn:aws:iam::123456789012:role/Other",
        vec![tag("owner", "others")],
    );
    assert_eq!(owner(&[], vec![other], vec![]), nobody);
    // The stack's tags stand there, but nothing says that it is this workflow's stack.
    assert_eq!(owner(&[], vec![], vec![tag("owner", "stack")]), nobody);
    let elsewhere = [(
        "aws:cloudformation:stack-id",
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/other/2",
    )];
    assert_eq!(
        owner(&elsewhere, vec![], vec![tag("owner", "stack")]),
        nobody
    );
    assert_eq!(owner(&[("OWNER", "caps")], vec![], vec![]), nobody);
}

#[test]
fn the_nearest_tag_wins_and_an_empty_one_is_passed_over() {
    let stack_id = ("aws:cloudformation:stack-id", STACK);
    let tagged = || vec![role(ROLE, vec![tag("Team", "role team")])];
    let stack = || vec![tag("owner", "stack team")];
    assert_eq!(
        owner(&[("Team", "own"), stack_id], tagged(), stack()),
        is("own", OwnerSource::WorkflowTag)
    );
    assert_eq!(
        owner(&[("owner", " "), stack_id], tagged(), stack()),
        is("role team", OwnerSource::RoleTag)
    );
    assert_eq!(
        owner(&[stack_id], vec![role(ROLE, vec![])], stack()),
        is("stack team", OwnerSource::StackTag)
    );
    let by_role = vec![role(ROLE, vec![tag("aws:cloudformation:stack-id", STACK)])];
    assert_eq!(
        owner(&[], by_role, stack()),
        is("stack team", OwnerSource::StackTag)
    );
    assert_eq!(
        owner(&[("Team", "second"), ("owner", " first ")], vec![], vec![]),
        is("first", OwnerSource::WorkflowTag)
    );
}

#[test]
fn an_actor_is_a_person_or_a_job_and_never_a_service() {
    for (actor, expected) in [
        (
            "arn:aws:sts::123456789012:assumed-role/Deploy/kim@example.com",
            Some("Deploy/kim@example.com"),
        ),
        ("arn:aws:iam::123456789012:user/teams/kim", Some("kim")),
        ("arn:aws:iam::123456789012:root", None),
        ("cloudformation.amazonaws.com", None),
        ("AROAEXAMPLE:session", None),
        ("", None),
        ("arn:aws:sts::123456789012:assumed-role/Deploy/a\nb", None),
    ] {
        assert_eq!(of_actor(actor).as_deref(), expected, "{actor}");
    }
}
