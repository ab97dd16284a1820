//! A scan of generated accounts, beside serde_json reading the same bytes: `cargo bench --no-default-features --bench scan`.
//!
//! Workflows are the sample account's, roles and principals that may start them grow with them. `RAYON_NUM_THREADS` says on
//! how many processors. No time is asserted: machines differ.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops at what it did not expect"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use stepwarden::assess;
use stepwarden::config::Config;
use stepwarden::local::{self, Texts};
use stepwarden::render::json as report;
use stepwarden::render::report::Report;

fn main() {
    println!(
        "{:>9} {:>10} {:>10} {:>10} {:>7} {:>12}",
        "workflows", "input MB", "serde ms", "scan ms", "ratio", "report MB"
    );
    for workflows in [100, 1000, 3000] {
        measure(workflows);
    }
}

fn measure(workflows: usize) {
    let texts = account(workflows);
    let iam = texts.iam.as_deref().unwrap_or_default();
    let all = || {
        texts
            .state_machines
            .iter()
            .map(|(_, text)| text.as_str())
            .chain([iam])
    };
    let bytes: usize = all().map(str::len).sum();
    let begun = Instant::now();
    for text in all() {
        black_box(serde_json::from_str::<Value>(text).expect("JSON"));
    }
    let read = begun.elapsed();
    let begun = Instant::now();
    let account = local::from_texts(&texts);
    let mut written = 0;
    assess::each(
        &account,
        &Config::default(),
        "2026-11-23",
        |_, assessment| {
            report::workflow_text(&Report::default(), 0, &assessment)
                .expect("JSON")
                .len()
        },
        |length| written += length,
    );
    let scanned = begun.elapsed();
    println!(
        "{workflows:>9} {:>10.1} {:>10.1} {:>10.1} {:>7.1} {:>12.1}",
        megabytes(bytes),
        read.as_secs_f64() * 1e3,
        scanned.as_secs_f64() * 1e3,
        scanned.as_secs_f64() / read.as_secs_f64(),
        megabytes(written),
    );
}

#[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn value(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a file of the sample account");
    serde_json::from_str(&text).expect("JSON")
}

/// The sample's workflows over and over, each with a role of its own, and as many principals.
fn account(workflows: usize) -> Texts {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("events/account");
    let files = std::fs::read_dir(dir.join("state-machines")).expect("the sample account");
    let mut files: Vec<_> = files.map(|f| f.expect("a file").path()).collect();
    files.sort();
    let samples: Vec<Value> = files.iter().map(|f| value(f)).collect();
    let sample = value(&dir.join("iam.json"));
    let held = |name: &str| {
        sample
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let mut roles = Vec::new();
    let mut machines = Vec::new();
    for (number, machine) in samples.iter().cycle().take(workflows).enumerate() {
        let text = |name: &str| {
            machine
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, own) = (format!("{}-{number}", text("name")), text("roleArn"));
        let arn = format!("{}-{number}", text("stateMachineArn"));
        let role = format!("{own}-{number}");
        let mut machine = machine.clone();
        machine["name"] = json!(name);
        machine["stateMachineArn"] = json!(arn);
        machine["roleArn"] = json!(role);
        machines.push((format!("{name}.json"), machine.to_string()));
        let like = |r: &&Value| r.get("Arn").and_then(Value::as_str) == Some(own);
        if let Some(mut like) = held("RoleDetailList").iter().find(like).cloned() {
            like["Arn"] = json!(role);
            like["RoleName"] = json!(format!(
                "{}-{number}",
                like["RoleName"].as_str().unwrap_or_default()
            ));
            roles.push(like);
        }
        roles.push(starter(number, &arn));
    }
    let iam = json!({
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": roles,
        "Policies": held("Policies"),
    });
    Texts {
        state_machines: machines,
        iam: Some(iam.to_string()),
        ..Texts::default()
    }
}

/// One in ten may start something: by name, or through a wildcard.
fn starter(number: usize, workflow: &str) -> Value {
    let (action, resource) = match number % 100 {
        0..=4 => ("states:StartExecution", workflow),
        5..=8 => ("states:StartExecution", "*"),
        9 => ("states:UpdateStateMachine", "*"),
        _ => ("sqs:SendMessage", "*"),
    };
    let statement = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}});
    json!({
        "Path": "/",
        "RoleName": format!("starter-{number}"),
        "RoleId": format!("AROB{number:017}"),
        "Arn": format!("arn:aws:iam::123456789012:role/starter-{number}"),
        "CreateDate": "2026-01-15T10:00:00+00:00",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
            statement(action, resource),
            statement("s3:GetObject", &format!("arn:aws:s3:::bucket-{number}/*")),
        ]}}],
        "AttachedManagedPolicies": [],
        "Tags": []
    })
}
