//! Static against executed: generated workflows run in an interpreter that is not ours, with marked inputs, and everything
//! that reached a task must have been predicted: every mark as tainted, every text by the patterns, every shape.
//!
//! What the engine cannot run, and so is not compared here: Distributed Map readers and writers against real buckets,
//! `%`, `@` and `#` of JSONata (its Python port fails on some), and activities.
//!
//! The first seed and how many: `EXECUTED_SEED=7 EXECUTED_COUNT=2500 cargo test --no-default-features --test static_vs_executed
//! -- --nocapture`, as many workflows of each query language.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

#[path = "executed/covers.rs"]
mod covers;
#[expect(dead_code, reason = "this test needs the interpreter only")]
#[path = "support/emulator.rs"]
mod emulator;
#[path = "executed/generate.rs"]
mod generate;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value as Json;
use stepwarden::asl;
use stepwarden::flow::{self, FlowContext};

/// How many workflows, of each query language, where nothing else is asked for.
const COUNT: u64 = 64;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    error: String,
    tasks: Vec<Given>,
}

#[derive(Deserialize)]
struct Given {
    state: String,
    parameters: Json,
}

fn run(cases: &[Json]) -> Vec<Answer> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator/execute.py");
    let mut child = Command::new(emulator::python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the engine starts");
    let mut input = child.stdin.take().unwrap();
    let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_reached_a_task_was_predicted() {
    let first = number("EXECUTED_SEED").unwrap_or(1);
    let count = number("EXECUTED_COUNT").unwrap_or(COUNT);
    let cases: Vec<Json> = (first..first + count)
        .flat_map(|seed| {
            [
                generate::workflow(seed, false),
                generate::workflow(seed, true),
            ]
        })
        .collect();
    let answers = run(&cases);
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    let (mut compared, mut tasks, mut marks) = (0, 0, 0);
    for (case, answer) in cases.iter().zip(&answers) {
        *statuses.entry(answer.status.clone()).or_default() += 1;
        let definition = asl::parse(&case["definition"].to_string());
        let flow = flow::analyse(&definition, FlowContext::default());
        compared += usize::from(!answer.tasks.is_empty());
        for given in &answer.tasks {
            let state = definition
                .states
                .iter()
                .find(|s| s.name == given.state)
                .expect("an executed state is in the definition");
            tasks += 1;
            marks += given.parameters.to_string().matches(generate::MARK).count();
            if let Err(why) = covers::covers(flow.arguments(state.id), &given.parameters) {
                wrong.push(format!(
                    "`{}` of {}\n  was given {}\n  {why}",
                    given.state, case["definition"], given.parameters
                ));
            }
        }
    }
    let told = format!("{compared} workflows, {tasks} tasks, {marks} marks; {statuses:?}");
    assert!(
        wrong.is_empty(),
        "{told}\n{} not predicted:\n{}",
        wrong.len(),
        wrong.iter().take(8).cloned().collect::<Vec<_>>().join("\n")
    );
    println!("{told}");
    let first_errors = || {
        let errors = answers
            .iter()
            .map(|a| a.error.as_str())
            .filter(|e| !e.is_empty());
        errors.take(12).collect::<Vec<_>>().join("\n")
    };
    assert!(
        compared as u64 >= count && marks as u64 >= 4 * count,
        "{told}\n{}",
        first_errors()
    );
}
