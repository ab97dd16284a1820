//! The least-privilege policy of a workflow is enough for it, and no more: given to its own role, no role rule speaks.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use stepwarden::analysis::WorkflowAnalysis;
use stepwarden::assess;
use stepwarden::config::Config;
use stepwarden::least_privilege;
use stepwarden::snapshot::{Account, Document, Fetched, NamedDocument};

/// What must not be said of a role that holds just this policy.
const QUIET: [&str; 10] = [
    "admin-role",
    "wildcard-action",
    "wildcard-resource",
    "dynamic-target-wildcard",
    "unused-permission",
    "missing-permission",
    "sync-rule-scope",
    "pass-role-scope",
    "escalation-permission",
    "log-destination-broken",
];

fn sample() -> Account {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("events/account");
    stepwarden::local::read(&dir).expect("the sample account reads")
}

/// The account with the role of one workflow holding this document and nothing else.
fn with_policy(account: &Account, role: &str, document: String) -> Account {
    let mut account = account.clone();
    let Fetched::Present(iam) = &mut account.iam else {
        return account;
    };
    for held in iam.roles.iter_mut().filter(|r| r.arn == role) {
        held.attached = Fetched::Present(Vec::new());
        held.boundary = None;
        held.inline = Fetched::Present(vec![NamedDocument {
            name: "least-privilege".to_owned(),
            document: Document(document.clone()),
        }]);
    }
    account
}

#[test]
fn it_is_enough_and_no_more() {
    let account = sample();
    let config = Config::default();
    let mut judged = 0;
    for machine in &account.workflows {
        let analysis = &WorkflowAnalysis::new(&account, machine, &config);
        let least = least_privilege::policy(analysis);
        // What a person must decide is no permission yet.
        if !least.decisions.is_empty() {
            continue;
        }
        judged += 1;
        let mut own = with_policy(&account, &machine.role_arn, least.document.to_string());
        own.workflows.retain(|w| w.arn == machine.arn);
        for assessment in assess::account(&own, &config, "2026-11-23") {
            let said: Vec<String> = assessment
                .findings
                .iter()
                .filter(|f| QUIET.contains(&f.rule().as_str()))
                .map(|f| {
                    format!(
                        "{}: {} {:?} {:?}",
                        f.rule(),
                        f.title(),
                        f.actions(),
                        f.resources()
                    )
                })
                .collect();
            assert!(
                said.is_empty(),
                "{}: {said:#?}\n{}",
                machine.name,
                least.document
            );
        }
    }
    assert!(
        judged >= 5,
        "only {judged} workflows leave nothing to a person"
    );
}

#[test]
fn what_a_run_chooses_is_a_placeholder_that_grants_nothing() {
    let account = sample();
    let config = Config::default();
    let mut seen = 0;
    for machine in &account.workflows {
        let analysis = WorkflowAnalysis::new(&account, machine, &config);
        let least = least_privilege::policy(&analysis);
        let text = least.document.to_string();
        let open = text.contains(least_privilege::PLACEHOLDER);
        seen += usize::from(open);
        assert_eq!(
            open,
            least.decisions.iter().any(|d| d.contains("replace")),
            "{text}"
        );
    }
    assert!(
        seen > 0,
        "the sample account has workflows whose targets a run chooses"
    );
}
