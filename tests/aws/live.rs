//! The command line on the live account.

use serde_json::Value;

use crate::support::account::Account;
use crate::support::proxy::{Fault, Proxy};
use crate::support::scenario::{clean, delivery, risky};

/// The command line on the live account, through the proxy.
fn stepwarden(proxy: &Proxy, region: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepwarden"))
        .args(arguments)
        .env_clear()
        .envs([
            (
                "AWS_ENDPOINT_URL",
                format!("http://{}", proxy.address).as_str(),
            ),
            ("AWS_REGION", region),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ])
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

#[test]
fn a_live_account_and_its_own_snapshot_give_the_same_findings() {
    let region = "eu-west-3";
    let account = Account::of("210987654321", region);
    let proxy = Proxy::before(&account);
    let shared = account.role("shared");
    account.attach("shared", "arn:aws:iam::aws:policy/AdministratorAccess");
    let own = account.role("own");
    account.role_policy("own", "delivery", delivery());
    let group = account.log_group("/aws/vendedlogs/states/own");
    account.workflow("one", &shared, risky(), None);
    account.workflow("two", &shared, clean(), None);
    account.workflow("own", &own, risky(), Some(&group));

    let directory = std::env::temp_dir().join(format!("stepwarden-{}", std::process::id()));
    let directory = directory.to_str().unwrap();
    let (_, said, status) = stepwarden(&proxy, region, &["snapshot", "--out", directory]);
    assert_eq!(status, Some(0), "{said}");
    let findings = |arguments: &[&str]| {
        let (report, said, status) = stepwarden(&proxy, region, arguments);
        assert_eq!(status, Some(1), "{said}");
        let report: Value = serde_json::from_str(&report).unwrap();
        report["workflows"].clone()
    };
    let live = findings(&["scan", "--format", "json"]);
    proxy.calls();
    let offline = findings(&["scan", "--format", "json", "--snapshot", directory]);
    assert_eq!(proxy.calls(), [""; 0]);
    std::fs::remove_dir_all(directory).unwrap();
    assert_eq!(live.as_array().unwrap().len(), 3);
    // A directory is read in the order of its names.
    let by_name = |workflows: Value| {
        let mut workflows = workflows.as_array().unwrap().clone();
        workflows.sort_by_key(|workflow| workflow["name"].to_string());
        workflows
    };
    assert_eq!(by_name(live), by_name(offline));
}

#[test]
fn an_account_that_may_not_be_read_is_an_error_not_a_clean_report() {
    let account = Account::of("310987654321", "eu-south-1");
    let proxy = Proxy::before(&account);
    proxy.inject("ListStateMachines", Fault::Denied);
    let (report, said, status) = stepwarden(&proxy, "eu-south-1", &["scan"]);
    assert_eq!((report.as_str(), status), ("", Some(2)));
    assert!(
        said.contains("ListStateMachines") && said.lines().count() == 1,
        "{said}"
    );
}
