use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::snapshot::{Document, StateMachine, Tag};

/// A directory under the system's temporary one, removed at the end.
pub(super) struct Temp(pub(super) PathBuf);

impl Temp {
    pub(super) fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("stepwarden-local-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders";

pub(super) fn response(name: &str) -> String {
    json!({
        "stateMachineArn": format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"),
        "name": name, "definition": "{}", "roleArn": "arn:aws:iam::123456789012:role/Orders", "type": "EXPRESS",
        "creationDate": 1.5,
        "loggingConfiguration": { "level": "ALL", "includeExecutionData": true, "destinations": [
            { "cloudWatchLogsLogGroup": { "logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:x:*" } } ] },
        "encryptionConfiguration": { "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/k", "kmsDataKeyReusePeriodSeconds": 300 },
    })
    .to_string()
}

#[test]
fn a_response_is_read_whole_and_what_it_leaves_out_has_its_default() {
    let machine = describe::state_machine(&response("Orders")).unwrap();
    assert_eq!(
        (machine.arn.as_str(), machine.kind.as_str()),
        (ARN, "EXPRESS")
    );
    assert_eq!(machine.log_level.as_deref(), Some("ALL"));
    assert!(machine.include_execution_data && !machine.tracing);
    assert_eq!(
        machine.log_destinations,
        ["arn:aws:logs:eu-west-1:123456789012:log-group:x:*"]
    );
    assert_eq!(machine.kms_key.as_deref(), Some("alias/k"));

    let bare =
        describe::state_machine(&json!({ "stateMachineArn": ARN, "definition": "{}" }).to_string())
            .unwrap();
    assert_eq!(
        (bare.name.as_str(), bare.kind.as_str()),
        ("Orders", "STANDARD")
    );
    assert_eq!(
        (bare.log_level.as_deref(), bare.kms_key),
        (Some("OFF"), None)
    );
}

#[test]
fn an_aws_owned_key_is_no_customer_key() {
    let text = json!({ "stateMachineArn": ARN, "encryptionConfiguration": { "type": "AWS_OWNED_KEY", "kmsKeyId": "x" } });
    assert_eq!(
        describe::state_machine(&text.to_string()).unwrap().kms_key,
        None
    );
}

#[test]
fn one_broken_file_does_not_hide_the_others() {
    let dir = Temp::new("broken");
    dir.file("state-machines/a.json", response("A"))
        .file("state-machines/b.json", "{\"stateMachineArn\": ")
        .file("state-machines/c.json", [0xff, 0xfe, b'{', 0])
        .file("state-machines/d.json", response("A"))
        .file("state-machines/e.json", "{\"name\": \"E\"}")
        .file("state-machines/f.json", response("F"))
        .file("state-machines/readme.txt", "no response");
    let account = read(&dir.0).unwrap();
    let names: Vec<_> = account.workflows.iter().map(|w| w.name.as_str()).collect();
    assert_eq!(names, ["A", "F"]);
    let mut unreadable: Vec<_> = account
        .unreadable
        .iter()
        .map(|one| one.what.as_str())
        .collect();
    unreadable.sort_unstable();
    let files = ["b", "c", "d", "e"].map(|f| format!("state-machines/{f}.json"));
    assert_eq!(unreadable, files);
    assert!(matches!(&account.iam, Fetched::Failed(why) if why.contains("iam.json")));
    assert_eq!(account.tags, Fetched::NotCollected);
}

#[test]
fn a_definition_that_was_withheld_is_a_gap() {
    let dir = Temp::new("withheld");
    let text = json!({ "stateMachineArn": ARN, "name": "Orders" }).to_string();
    dir.file("state-machines/a.json", text);
    let account = read(&dir.0).unwrap();
    assert_eq!(account.workflows.len(), 1);
    assert_eq!(account.unreadable.len(), 1);
    assert!(account.unreadable[0].what.contains(ARN));
}

#[test]
fn a_broken_account_wide_file_is_named_and_the_others_are_read() {
    for (file, text) in [
        ("iam.json", "{"),
        ("iam.json", "[]"),
        ("iam.json", "{\"Roles\": []}"),
        ("log-groups.json", "{\"Functions\": []}"),
        ("functions.json", "{\"Functions\": {}}"),
        ("tags.json", "null"),
    ] {
        let dir = Temp::new("account-wide");
        dir.file("state-machines/a.json", response("A"))
            .file(file, text);
        let account = read(&dir.0).unwrap();
        assert_eq!(account.workflows.len(), 1, "{file} {text}");
        let told = account.unreadable.iter().filter(|u| u.is_file);
        let told: Vec<_> = told.map(|u| (u.what.as_str(), u.why.as_str())).collect();
        assert!(
            matches!(told.as_slice(), [(what, why)] if what.contains(file) && !why.contains('\n')),
            "{file} {text}: {told:?}"
        );
    }
}

#[test]
fn a_directory_without_state_machines_is_no_snapshot() {
    let dir = Temp::new("none");
    assert!(matches!(read(&dir.0), Err(Error::NoSnapshot { .. })));
    assert!(matches!(
        read(&dir.0.join("missing")),
        Err(Error::Unreadable { .. })
    ));
}

fn iam_of(text: &str) -> (iam::Details, Vec<crate::gap::Unread>) {
    let mut unreadable = Vec::new();
    let details = iam::details(text, &mut unreadable).unwrap();
    (details, unreadable)
}

#[test]
fn policies_come_as_objects_and_url_encoded() {
    let (details, _) = iam_of(
        r#"{ "UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
            "Arn": "arn:aws:iam::123456789012:role/x/R",
            "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D",
            "RolePolicyList": [{ "PolicyName": "p", "PolicyDocument": { "Statement": [ ] } }] }] }"#,
    );
    let role = &details.iam.roles[0];
    assert!(details.whole);
    assert_eq!(role.name, "R");
    assert_eq!(
        role.trust.present().unwrap().0,
        "%7B%22Statement%22%3A%5B%5D%7D"
    );
    assert_eq!(
        role.inline.present().unwrap()[0].document.0,
        r#"{ "Statement": [ ] }"#
    );
}

#[test]
fn only_the_default_version_of_a_managed_policy_counts() {
    let policy = |versions: Value| {
        let text = json!({ "Policies": [{ "Arn": "arn:aws:iam::123456789012:policy/P",
            "DefaultVersionId": "v2", "PolicyVersionList": versions }] });
        iam_of(&text.to_string()).0.iam.managed[0].document.clone()
    };
    let both = json!([{ "VersionId": "v1", "Document": { "old": 1 } }, { "VersionId": "v2", "Document": { "new": 1 } }]);
    assert_eq!(
        policy(both),
        Fetched::Present(Document(r#"{"new":1}"#.to_owned()))
    );
    let other = json!([{ "VersionId": "v1", "IsDefaultVersion": false, "Document": {} }]);
    assert!(matches!(policy(other), Fetched::Failed(_)));
}

#[test]
fn a_part_of_the_account_never_passes_for_the_whole() {
    let whole = json!({ "RoleDetailList": [], "UserDetailList": [], "GroupDetailList": [], "Policies": [] });
    assert!(iam_of(&whole.to_string()).0.whole);
    for (key, value) in [
        ("IsTruncated", Some(json!(true))),
        ("UserDetailList", None),
        ("RoleDetailList", Some(json!([{ "RoleName": "no arn" }]))),
    ] {
        let mut part = whole.clone();
        match value {
            Some(value) => part[key] = value,
            None => drop(part.as_object_mut().unwrap().remove(key)),
        }
        assert!(!iam_of(&part.to_string()).0.whole, "{key}");
    }
}

#[test]
fn keys_of_the_optional_files_are_the_plain_arns() {
    let account = from_values(&Values {
        log_groups: Some(
            json!({ "logGroups": [{ "arn": "arn:aws:logs:r:1:log-group:a:*", "retentionInDays": 30 }] }),
        ),
        functions: Some(json!({ "Functions": [
            { "FunctionArn": "arn:aws:lambda:r:1:function:f:$LATEST", "Role": "arn:aws:iam::1:role/f" }] })),
        tags: Some(json!({ "PaginationToken": "", "ResourceTagMappingList": [
            { "ResourceARN": ARN, "Tags": [{ "Key": "owner", "Value": "payments" }] }] })),
        ..Values::default()
    });
    let groups = account.log_groups.present().unwrap();
    assert_eq!(
        groups["arn:aws:logs:r:1:log-group:a"].retention_days,
        Some(30)
    );
    assert_eq!(
        account.functions.present().unwrap()["arn:aws:lambda:r:1:function:f"].role_arn,
        "arn:aws:iam::1:role/f"
    );
    assert_eq!(account.tags.present().unwrap()[ARN][0].value, "payments");
    assert!(account.unreadable.is_empty());
}

#[test]
fn one_page_of_an_optional_file_is_a_gap() {
    let account = from_values(&Values {
        functions: Some(json!({ "Functions": [], "NextMarker": "more" })),
        ..Values::default()
    });
    assert_eq!(account.unreadable.len(), 1);
}

#[test]
fn policies_of_logs_that_are_not_known_whole_are_not_read() {
    let read = |response: serde_json::Value| {
        let file = ("log-resource-policies.json".to_owned(), response);
        let entries = [file].into_iter().collect();
        let account = from_values(&Values {
            entries,
            ..Values::default()
        });
        let policies = account.log_resource_policies.present().map(Vec::len);
        (policies, account.unreadable.len())
    };
    let policy = json!({ "policyName": "p", "policyDocument": "{}" });
    assert_eq!(read(json!({ "resourcePolicies": [] })), (Some(0), 0));
    assert_eq!(
        read(json!({ "resourcePolicies": [policy], "nextToken": null })),
        (Some(1), 0)
    );
    assert_eq!(
        read(json!({ "resourcePolicies": [policy], "nextToken": "more" })),
        (None, 1)
    );
    assert_eq!(read(json!({ "logGroups": [] })), (None, 1));
}

#[test]
fn a_snapshot_is_not_written_over_something() {
    let dir = Temp::new("occupied");
    dir.file("x", "");
    assert!(matches!(
        write_snapshot(&Account::default(), &dir.0),
        Err(Error::Occupied { .. })
    ));
}

#[test]
fn a_role_read_in_part_is_left_out_and_named() {
    let dir = Temp::new("part");
    let mut account = from_values(&Values {
        iam: Some(
            json!({ "RoleDetailList": [{ "Arn": "arn:aws:iam::123456789012:role/R", "AssumeRolePolicyDocument": {} }] }),
        ),
        ..Values::default()
    });
    if let Fetched::Present(iam) = &mut account.iam {
        iam.roles[0].inline = Fetched::Denied("AccessDenied".to_owned());
    }
    let omitted = write_snapshot(&account, &dir.0).unwrap();
    assert!(
        omitted.iter().any(|line| line.contains("role/R")),
        "{omitted:?}"
    );
    assert!(
        read(&dir.0)
            .unwrap()
            .iam
            .present()
            .unwrap()
            .roles
            .is_empty()
    );
}

#[test]
fn names_that_differ_in_case_or_hold_separators_keep_their_own_files() {
    let dir = Temp::new("names");
    let machine = |name: &str, arn: &str| StateMachine {
        arn: format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{arn}"),
        name: name.to_owned(),
        definition: "{}".to_owned(),
        ..StateMachine::default()
    };
    let account = Account {
        workflows: vec![
            machine("../a", "1"),
            machine("../a", "2"),
            machine("..", "3"),
        ],
        ..Account::default()
    };
    write_snapshot(&account, &dir.0).unwrap();
    assert_eq!(read(&dir.0).unwrap().workflows.len(), 3);
    assert_eq!(
        fs::read_dir(dir.0.parent().unwrap())
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name() == "a.json")
            .count(),
        0
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(name in "[A-Za-z0-9_-]{1,12}", definition in ".{1,40}", tag in ".{0,10}", days in proptest::option::of(1u32..4000)) {
        let dir = Temp::new("round-trip");
        let arn = format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}");
        let account = from_values(&Values {
            state_machines: vec![json!({ "stateMachineArn": arn, "name": name, "definition": definition, "roleArn": "r",
                "loggingConfiguration": { "level": "ERROR" }, "tracingConfiguration": { "enabled": true } })],
            iam: Some(json!({ "UserDetailList": [{ "Arn": "arn:aws:iam::1:user/u", "GroupList": ["g"] }], "GroupDetailList": [],
                "RoleDetailList": [], "Policies": [{ "Arn": "arn:aws:iam::1:policy/p", "PolicyVersionList": [{ "IsDefaultVersion": true, "Document": "%7B%22Statement%22%3A%5B%5D%7D" }] }] })),
            log_groups: Some(json!({ "logGroups": [{ "arn": "arn:aws:logs:r:1:log-group:a:*", "retentionInDays": days, "kmsKeyId": "k" }] })),
            functions: None,
            tags: Some(json!({ "ResourceTagMappingList": [{ "ResourceARN": arn, "Tags": [{ "Key": "k", "Value": tag }] }] })),
            ..Values::default()
        });
        prop_assert!(write_snapshot(&account, &dir.0).unwrap().is_empty());
        let back = read(&dir.0).unwrap();
        prop_assert_eq!(format!("{:?}", back), format!("{:?}", account));
        prop_assert_eq!(&back.tags.present().unwrap()[&arn], &vec![Tag { key: "k".to_owned(), value: tag }]);
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in ".{0,60}") {
        let _ = describe::state_machine(&text);
        let _ = iam::details(&text, &mut Vec::new());
    }
}
