use super::fake::{Fake, rounds};
use super::*;
use crate::snapshot;
use crate::trigger::WorkflowChange;

/// What one event reads, step by step as the pipeline asks for it.
#[derive(Debug, Default)]
struct Collected {
    account: snapshot::Account,
    /// Workflows that could not be read.
    unread: Vec<Arn>,
    /// Workflows that are gone.
    gone: Vec<Arn>,
}

async fn collect(port: &Fake, change: &WorkflowChange) -> Collected {
    let mut collected = Collected::default();
    let (mut machines, mut late) = (Vec::new(), Vec::new());
    let arn = change.arn.clone();
    let described = describe(port, &arn, Some(change), true).await;
    late.extend(
        described
            .stale
            .map(|why| (format!("the revision of {arn}"), why).into()),
    );
    match described.machine {
        Fetched::Present(machine) => machines.push(machine),
        Fetched::Absent | Fetched::NotCollected => collected.gone.push(arn),
        Fetched::Denied(_) | Fetched::Failed(_) => collected.unread.push(arn),
    }
    let ask = Ask {
        judged: machines.len(),
        machines,
        versions: Vec::new(),
        functions: Vec::new(),
        roles: Vec::new(),
        expects: None,
        lately: &Surroundings::unread(),
        owner_tags: &[],
    };
    let (account, stale) = around(port, ask).await;
    late.extend(stale);
    collected.account = account;
    collected.account.unreadable.extend(late);
    collected
}

const DEMO: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Demo";
const GROUP: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/Demo";

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/team/{name}")
}

fn machine(name: &str, role: &str) -> StateMachine {
    StateMachine {
        arn: format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"),
        name: name.to_owned(),
        definition: "{}".to_owned(),
        role_arn: role_arn(role),
        log_destinations: vec![format!("{GROUP}:*")],
        ..StateMachine::default()
    }
}

fn created(role: &str) -> WorkflowChange {
    WorkflowChange {
        arn: Arn::parse(DEMO).unwrap(),
        revision: None,
        role: Arn::parse(&role_arn(role)),
        created: true,
    }
}

fn updated(revision: &str) -> WorkflowChange {
    WorkflowChange {
        arn: Arn::parse(DEMO).unwrap(),
        revision: Some(revision.to_owned()),
        role: None,
        created: false,
    }
}

/// A role with everything a role can have.
fn demo() -> Fake {
    let mut fake = Fake::default();
    fake.workflow_is(DEMO, vec![Fetched::Present(machine("Demo", "Demo"))]);
    let policy = |name: &str| format!("arn:aws:iam::123456789012:policy/{name}");
    fake.role_is("Demo", Some(&policy("ceiling")));
    for name in ["one", "two", "three"] {
        let document = Fetched::Present(Document(format!("{{\"Id\":\"{name}\"}}")));
        fake.inline
            .insert(("Demo".to_owned(), name.to_owned()), document);
    }
    let attachment = |name: &str| Attachment {
        name: name.to_owned(),
        arn: policy(name),
    };
    fake.attached
        .insert("Demo".to_owned(), vec![attachment("a"), attachment("b")]);
    for name in ["a", "b", "ceiling"] {
        let head = ManagedHead {
            name: name.to_owned(),
            version: "v2".to_owned(),
        };
        let document = Fetched::Present(Document("{}".to_owned()));
        fake.managed
            .insert(policy(name), (Fetched::Present(head), document));
    }
    let group = LogGroup {
        retention_days: Some(7),
        kms_key: None,
    };
    fake.groups.insert(GROUP.to_owned(), group.clone());
    fake.groups.insert(format!("{GROUP}-other"), group);
    fake
}

#[test]
fn a_creation_costs_four_round_trips_however_rich_the_role() {
    let fake = demo();
    let (collected, trips) = rounds(&fake, collect(&fake, &created("Demo")));
    let account = collected.account;
    assert_eq!(trips, 4, "{:#?}", fake.calls());
    let iam = account.iam.present().unwrap();
    let inline = iam.roles[0].inline.present().unwrap();
    assert_eq!((inline.len(), iam.managed.len()), (3, 3));
    assert!(
        iam.managed
            .iter()
            .all(|policy| policy.document.present().is_some())
    );
    // One log group, not the one whose name begins alike.
    assert_eq!(
        account
            .log_groups
            .present()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        [GROUP]
    );
    assert_eq!(account.unreadable, []);
}

#[test]
fn a_role_that_is_not_the_workflows_any_more_is_not_taken_for_it() {
    let mut fake = demo();
    fake.role_is("Old", None);
    let collected = rounds(&fake, collect(&fake, &created("Old"))).0;
    let roles = &collected.account.iam.present().unwrap().roles;
    assert_eq!(
        roles
            .iter()
            .map(|role| role.name.as_str())
            .collect::<Vec<_>>(),
        ["Demo"]
    );
}

#[test]
fn an_update_waits_for_its_revision() {
    let revision = |revision: &str| {
        let revision_id = Some(revision.to_owned());
        Fetched::Present(StateMachine {
            revision_id,
            ..machine("Demo", "Demo")
        })
    };
    let mut fake = demo();
    fake.workflow_is(DEMO, vec![revision("r1"), revision("r1"), revision("r2")]);
    let collected = rounds(&fake, collect(&fake, &updated("r2"))).0;
    assert_eq!(
        collected.account.workflows[0].revision_id.as_deref(),
        Some("r2")
    );
    assert_eq!(collected.account.unreadable, []);

    // A revision that never comes is waited for a bounded time, and said.
    fake.workflow_is(DEMO, vec![revision("r1")]);
    let collected = rounds(&fake, collect(&fake, &updated("r9"))).0;
    assert_eq!(collected.account.workflows.len(), 1);
    assert_eq!(
        collected.account.unreadable[0].what,
        format!("the revision of {DEMO}")
    );
}

#[test]
fn absent_denied_and_failed_are_three_things() {
    let mut fake = demo();
    for (answer, gone, unread) in [
        (Fetched::Absent, true, 0),
        (Fetched::Denied("denied".to_owned()), false, 1),
        (Fetched::Failed("throttled".to_owned()), false, 1),
    ] {
        fake.workflow_is(DEMO, vec![answer]);
        let collected = rounds(&fake, collect(&fake, &updated("r1"))).0;
        assert_eq!(
            (!collected.gone.is_empty(), collected.unread.len()),
            (gone, unread)
        );
        assert_eq!(collected.account.workflows.len(), 0);
    }
    // What was just created and is nowhere to be seen must not pass in silence.
    fake.workflow_is(DEMO, vec![Fetched::Absent]);
    let collected = rounds(&fake, collect(&fake, &created("Demo"))).0;
    assert_eq!((collected.gone.len(), collected.unread.len()), (0, 1));
    // It may only be late.
    fake.workflow_is(
        DEMO,
        vec![Fetched::Absent, Fetched::Present(machine("Demo", "Demo"))],
    );
    let collected = rounds(&fake, collect(&fake, &created("Demo"))).0;
    assert_eq!(
        (collected.account.workflows.len(), collected.unread.len()),
        (1, 0)
    );
}

#[test]
fn a_role_that_could_not_be_read_is_not_an_empty_one() {
    let mut fake = demo();
    for denied in [
        Fetched::Denied("no".to_owned()),
        Fetched::Failed("slow".to_owned()),
    ] {
        fake.roles.insert("Demo".to_owned(), denied);
        let account = rounds(&fake, collect(&fake, &created("Demo"))).0.account;
        assert!(
            matches!(account.iam, Fetched::Denied(_) | Fetched::Failed(_)),
            "{:?}",
            account.iam
        );
    }
    let mut fake = demo();
    let second = ("Demo".to_owned(), "two".to_owned());
    fake.inline
        .insert(second.clone(), Fetched::Denied("no".to_owned()));
    let account = rounds(&fake, collect(&fake, &created("Demo"))).0.account;
    assert_eq!(
        account.iam.present().unwrap().roles[0].inline,
        Fetched::Denied("policy `two`: no".to_owned())
    );
    // A policy that was deleted between listing and reading grants nothing.
    fake.inline.insert(second, Fetched::Absent);
    let account = rounds(&fake, collect(&fake, &created("Demo"))).0.account;
    let inline = account.iam.present().unwrap().roles[0]
        .inline
        .present()
        .cloned();
    assert_eq!(inline.unwrap().len(), 2);
}

#[test]
fn a_whole_account_says_what_it_could_not_read() {
    let mut fake = demo();
    let closed = StateMachine {
        definition: String::new(),
        ..machine("Closed", "Demo")
    };
    let arn = closed.arn.clone();
    fake.workflow_is(&arn, vec![Fetched::Present(closed)]);
    let account = rounds(&fake, whole_account(&fake, &AccountCache::default()))
        .0
        .unwrap();
    assert_eq!((account.workflows.len(), account.iam_is_whole), (2, false));
    assert_eq!(
        account.unreadable[0].what,
        format!("the definition of {arn}")
    );
    assert_eq!(account.log_groups.present().unwrap().len(), 2);
}

#[test]
fn a_role_is_read_until_it_looks_as_the_event_says() {
    use crate::trigger::Expected;
    let fake = demo();
    let read = |document: Option<&str>| {
        let expects = Expected::Inline {
            role: "Demo".to_owned(),
            policy: "one".to_owned(),
            document: document.map(str::to_owned),
        };
        let before = fake.calls().len();
        let (_, late) = rounds(&fake, role::settled(&fake, "Demo", Some(&expects))).0;
        let calls = fake.calls().split_off(before);
        let pauses = calls.iter().filter(|c| c.starts_with("pause")).count();
        (late.is_some(), pauses)
    };
    assert_eq!(read(Some(r#"{"Id":"one"}"#)), (false, 0));
    // What never shows is waited for a bounded time, and said.
    assert_eq!(read(Some(r#"{"Id":"new"}"#)), (true, 4));
    assert_eq!(read(None), (true, 4));
}
