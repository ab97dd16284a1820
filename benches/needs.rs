//! What it takes to understand a workflow: parsing, data flow and needs, as a ratio to `serde_json` parsing the same
//! bytes to a `Value` in the same run. `cargo bench --no-default-features --bench needs -- DIR` takes an account
//! directory; without one, the sample account.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use stepwarden::analysis::WorkflowAnalysis;
use stepwarden::asl;
use stepwarden::config::Config;
use stepwarden::local;

const ROUNDS: u32 = 20;

fn main() {
    let given = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let sample = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("events/account");
    let dir = given.map_or(sample, PathBuf::from);
    let account = match local::read(&dir) {
        Ok(account) => account,
        Err(error) => {
            eprintln!("{error}");
            return;
        }
    };
    let config = Config::default();
    let bytes: usize = account.workflows.iter().map(|w| w.definition.len()).sum();
    let machines = &account.workflows;
    let json = best(|| {
        for machine in machines {
            let _ = black_box(serde_json::from_str::<serde_json::Value>(
                &machine.definition,
            ));
        }
    });
    let parse = best(|| {
        for machine in machines {
            black_box(asl::parse(&machine.definition));
        }
    });
    let whole = best(|| {
        for machine in machines {
            black_box(WorkflowAnalysis::new(&account, machine, &config));
        }
    });
    println!(
        "{} definitions, {bytes} bytes; best of {ROUNDS} rounds",
        machines.len()
    );
    for (what, time) in [
        ("serde_json to a Value", json),
        ("parse", parse),
        ("parse, data flow, needs", whole),
    ] {
        let each = time.as_secs_f64() * 1e6 / machines.len().max(1) as f64;
        println!(
            "{what:<26} {each:>9.1} µs each  {:>6.1} ×",
            time.as_secs_f64() / json.as_secs_f64()
        );
    }
}

/// The shortest of the rounds, the first of which warms the tables up.
fn best(mut round: impl FnMut()) -> Duration {
    round();
    (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}
