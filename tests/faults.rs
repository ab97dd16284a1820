//! Whatever fails, nothing is lost and nothing is told twice: every call that the function makes, with every fault, once and
//! for as long as the service tries.
//!
//! `cargo test --test faults -- --nocapture` prints the table. `docs/failures.md` has it in short.

#![cfg(feature = "live")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

mod faults {
    pub mod story;
}
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use faults::story::{Outcome, Story};
use support::account::Account;
use support::emulator;
use support::function::fails_to_start;
use support::proxy::{Fault, Proxy};

const BINARY: &str = env!("CARGO_BIN_EXE_stepwarden-lambda");

/// What can become of a call.
const FAULTS: [(&str, Fault); 5] = [
    ("throttled", Fault::Throttled),
    ("server error", Fault::Broken),
    ("reset", Fault::Reset),
    ("time-out", Fault::Silent),
    ("denied", Fault::Denied),
];

/// Runs at once: the emulator is the bottleneck.
const AT_ONCE: usize = 5;

struct Row {
    story: Story,
    call: String,
    fault: &'static str,
    for_ever: bool,
    outcome: Result<Outcome, String>,
}

#[test]
fn nothing_is_lost_and_nothing_told_twice_whatever_fails() {
    emulator::bare();
    let began = Instant::now();
    let mut runs = Vec::new();
    for story in Story::ALL {
        for call in story.calls() {
            for (fault, _) in &FAULTS {
                for for_ever in [false, true] {
                    runs.push((story, call.clone(), *fault, for_ever));
                }
            }
        }
    }
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((story, call, fault, for_ever)) =
                    runs.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let kind = FAULTS
                        .iter()
                        .find(|(name, _)| name == fault)
                        .unwrap()
                        .1
                        .clone();
                    let run = || story.run(call, &kind, *for_ever);
                    let outcome = catch_unwind(AssertUnwindSafe(run));
                    let outcome =
                        outcome.unwrap_or_else(|_| Err("the run ended in a panic".to_owned()));
                    rows.lock().unwrap().push(Row {
                        story: *story,
                        call: call.clone(),
                        fault,
                        for_ever: *for_ever,
                        outcome,
                    });
                }
            });
        }
    });
    let rows = rows.into_inner().unwrap();
    print(&rows);
    println!("{} runs in {:?}", rows.len(), began.elapsed());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let error = row.outcome.as_ref().err()?;
            let how = if row.for_ever { "for ever" } else { "once" };
            Some(format!(
                "{:?}, {} {} {how}: {error}",
                row.story, row.call, row.fault
            ))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

/// One line for each call and outcome, with the faults that lead to it.
fn print(rows: &[Row]) {
    let mut table: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let outcome = match &row.outcome {
            Ok(outcome) => outcome.to_string(),
            Err(_) => "WRONG".to_owned(),
        };
        let how = if row.for_ever { "for ever" } else { "once" };
        let key = (format!("{:?}", row.story), row.call.clone(), outcome);
        table
            .entry(key)
            .or_default()
            .insert(format!("{} {how}", row.fault));
    }
    for ((story, call, outcome), faults) in table {
        let faults: Vec<String> = faults.into_iter().collect();
        let faults = if faults.len() == 2 * FAULTS.len() {
            "every fault, once or for ever".to_owned()
        } else {
            faults.join(", ")
        };
        println!("| {story} | {call} | {faults} | {outcome} |");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_stops_the_function_before_any_event() {
    emulator::bare();
    let account = Account::of("390000000001", "eu-west-1");
    account.parameter("/config", "# nothing");
    for (name, fault) in FAULTS {
        let proxy = Proxy::before(&account);
        proxy.inject("GetParameter", fault);
        let endpoint = format!("http://{}", proxy.address);
        let (log, status) = fails_to_start(
            BINARY,
            &[
                ("STEPWARDEN_ALERT_TOPIC", "arn"),
                ("STEPWARDEN_CONFIG", "ssm:/config"),
                ("STEPWARDEN_CALL_MILLISECONDS", "300"),
                ("AWS_ENDPOINT_URL", &endpoint),
                ("AWS_REGION", account.region),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ],
        );
        assert_eq!(status, Some(1), "{name}");
        assert!(
            log.contains("ssm:GetParameter") && log.contains("/config"),
            "{name}: {log}"
        );
    }
}
