//! Sweeps of a large account by the built function against an emulated one: calls, pace, memory, and a change that no event
//! told of. `cargo bench --bench sweep -- 10000`; each of the two sweeps takes its pace, 56 seconds for a thousand workflows.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on must stop"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stepwarden::trigger::work::Work;
use support::account::Account;
use support::scenario::{admin, clean, delivery};
use support::stage::{Stage, opened};

const BINARY: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

fn main() {
    let size: usize = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(500);
    let account = Account::of("200000000080", "eu-west-1");
    let roles: Vec<String> = (0..size.div_ceil(10))
        .map(|n| {
            let name = format!("role{n}");
            let role = account.role(&name);
            account.role_policy(&name, "p", delivery());
            role
        })
        .collect();
    for n in 0..size {
        account.workflow(&format!("w{n:05}"), &roles[n / 10], clean(), None);
    }
    let stage = Stage::of(account, BINARY, &[]);
    println!("{size} workflows, {} roles", roles.len());
    let first = sweep(&stage, "the first");
    assert_eq!(first[0]["workflows"], json!(size), "{first:#?}");

    // Nobody tells of this.
    stage.account.role_policy("role7", "p", admin());
    let found = sweep(&stage, "the next");
    let changed = found
        .iter()
        .filter(|a| opened(a).contains(&"admin-role".to_owned()));
    let untold = changed.filter(|a| a["event"].is_null()).count();
    println!("a role of ten workflows was widened without an event: {untold} told");
    assert_eq!(untold, 10.min(size - 70), "{found:#?}");
}

/// Sweeps until nothing is left to do: the alerts.
fn sweep(stage: &Stage, which: &str) -> Vec<Value> {
    stage.proxy.calls();
    let began = Instant::now();
    stage.function.invoke(&Work::Sweep.body()).unwrap();
    let (mut messages, mut working, mut alerts) = (0, Duration::ZERO, Vec::new());
    let mut over = false;
    loop {
        let Some(batch) = stage.account.batch(&stage.queue) else {
            std::thread::sleep(Duration::from_millis(200));
            continue;
        };
        // One message an invocation, as the event source mapping gives them.
        for record in batch["Records"].as_array().unwrap() {
            messages += 1;
            let at = Instant::now();
            let one = json!({ "Records": [record] }).to_string();
            let answer = stage.function.invoke(&one).unwrap();
            working += at.elapsed();
            assert_eq!(answer, r#"{"batchItemFailures":[]}"#);
            over |= stage.metrics()["SweepsFinished"] == json!(1);
        }
        alerts.extend(stage.alerts());
        if over {
            break;
        }
    }
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in stage.proxy.calls() {
        *calls.entry(call).or_default() += 1;
    }
    let memory = stage.function.memory();
    println!(
        "{which} sweep: {:?}, the function at work for {working:?}",
        began.elapsed()
    );
    println!("  {messages} messages, peak memory {memory:?} KiB, calls {calls:?}");
    alerts
}
