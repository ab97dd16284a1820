//! The command line on the live account.

use serde_json::Value;

use crate::support::account::Account;
use crate::support::proxy::{Fault, Proxy};
use crate::support::scenario::{admin, clean, created, delivery, risky, role_policy_put, updated};
use crate::support::stage::{Stage, opened, resolved};

const FUNCTION: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

/// The command line on the live account, through the proxy.
pub(super) fn stepwarden(
    proxy: &Proxy,
    region: &str,
    arguments: &[&str],
) -> (String, String, Option<i32>) {
    stepwarden_with(proxy, region, &[], arguments)
}

fn stepwarden_with(
    proxy: &Proxy,
    region: &str,
    environment: &[(&str, &str)],
    arguments: &[&str],
) -> (String, String, Option<i32>) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepwarden"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
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
    // A directory is read in the order of its names, and what stands in files has a place in them.
    let by_name = |workflows: Value| {
        let mut workflows = workflows.as_array().unwrap().clone();
        for workflow in &mut workflows {
            for finding in workflow["findings"].as_array_mut().unwrap() {
                finding["location"].take();
            }
        }
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

#[test]
fn what_is_approved_on_the_table_is_no_drift_any_more() {
    let stage = Stage::of(Account::new("eu-central-2"), FUNCTION, &[]);
    let role = stage.account.role("approved");
    stage.account.role_policy("approved", "p", delivery());
    let arn = stage.account.workflow("approved", &role, clean(), None);
    let invoke = |id: &str, event: &str| stage.function.invoke(&stage.event(id, event)).unwrap();
    invoke("made", &created(&arn, &role));
    stage.account.role_policy("approved", "p", admin());
    invoke("widened", &role_policy_put("approved"));
    let drift = |alerts: &[Value], of: fn(&Value) -> Vec<String>| {
        alerts
            .iter()
            .flat_map(of)
            .filter(|rule| rule == "drift")
            .count()
    };
    assert_eq!(drift(&stage.alerts(), opened), 1);
    let table = [("STEPWARDEN_TABLE", "state")];
    let (said, error, status) =
        stepwarden_with(&stage.proxy, "eu-central-2", &table, &["approve", &arn]);
    assert_eq!(status, Some(0), "{error}");
    assert!(said.contains("approved"), "{said}");
    invoke("after", &updated(&arn, None));
    assert_eq!(drift(&stage.alerts(), resolved), 1);
    // A workflow that is not there is not approved.
    let missing = format!("{arn}x");
    let (_, error, status) =
        stepwarden_with(&stage.proxy, "eu-central-2", &table, &["approve", &missing]);
    assert_eq!(status, Some(2));
    assert!(error.contains("holds no workflow"), "{error}");
}
