//! The policies above an account, read with a role of the account that manages the organization.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::live::stepwarden;
use crate::support::account::Account;
use crate::support::organization::Organization;
use crate::support::proxy::{Fault, Proxy};
use crate::support::scenario::{admin, risky};

/// A member account with a workflow whose caller chooses the function, which the organization lets nobody invoke.
fn member() -> (Organization, Account, Proxy) {
    let organization = Organization::of(Account::of("610987654321", "eu-west-3"));
    let deny = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*" }] });
    organization.attach("no-functions", "SERVICE_CONTROL_POLICY", &deny);
    let account = Account::of(organization.member, "eu-west-3");
    let role = account.role("orders");
    account.role_policy("orders", "all", admin());
    account.workflow("orders", &role, risky(), None);
    let proxy = Proxy::before(&account);
    (organization, account, proxy)
}

fn scan(proxy: &Proxy, region: &str, more: &[&str]) -> Value {
    let arguments = [&["scan", "--format", "json"], more].concat();
    let (report, said, status) = stepwarden(proxy, region, &arguments);
    assert_eq!(status, Some(1), "{said}");
    let report: Value = serde_json::from_str(&report).unwrap();
    report["workflows"][0].clone()
}

fn findings(workflow: &Value) -> BTreeSet<(String, String)> {
    let all = workflow["findings"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|f| (word(&f["rule"]), word(&f["fingerprint"])))
        .collect()
}

fn has(workflow: &Value, rule: &str) -> bool {
    findings(workflow).iter().any(|(of, _)| of == rule)
}

#[test]
fn what_stands_above_an_account_is_read_live_as_from_the_own_snapshot() {
    let (organization, account, proxy) = member();
    let region = account.region;
    let without = scan(&proxy, region, &[]);
    assert!(has(&without, "tainted-target"), "{without:#}");
    let role = format!(
        "arn:aws:iam::{}:role/stepwarden-organization",
        organization.management.id
    );
    proxy.calls();
    let live = scan(&proxy, region, &["--organization-role", &role]);
    assert!(!has(&live, "tainted-target"), "{live:#}");
    assert!(has(&live, "missing-permission"), "{live:#}");
    let calls = proxy.calls();
    let count = |name: &str| calls.iter().filter(|call| *call == name).count();
    // Root, unit and account, with two lists each; the two policies that allow everything, and the one that denies.
    assert_eq!(
        [
            count("DescribeOrganization"),
            count("ListParents"),
            count("ListPoliciesForTarget"),
            count("DescribePolicy"),
        ],
        [1, 2, 6, 3],
        "{calls:?}"
    );
    let directory = std::env::temp_dir().join(format!("stepwarden-above-{}", std::process::id()));
    let directory = directory.to_str().unwrap();
    let snapshot = ["snapshot", "--out", directory, "--organization-role", &role];
    let (_, said, status) = stepwarden(&proxy, region, &snapshot);
    assert_eq!(status, Some(0), "{said}");
    let offline = scan(&proxy, region, &["--snapshot", directory]);
    std::fs::remove_dir_all(directory).unwrap();
    assert_eq!(findings(&offline), findings(&live));
    // What may not be read takes nothing away, and is said.
    proxy.inject("ListPoliciesForTarget", Fault::Denied);
    let denied = scan(&proxy, region, &["--organization-role", &role]);
    assert!(has(&denied, "tainted-target") && has(&denied, "evaluation-incomplete"));
    assert!(
        denied["incomplete"]
            .to_string()
            .contains("organizations:ListPoliciesForTarget"),
        "{denied:#}"
    );
}
