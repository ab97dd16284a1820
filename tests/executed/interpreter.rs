//! The interpreter that is not ours: workflows in, what every task was given out.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::emulator;

#[derive(Deserialize)]
pub struct Answer {
    pub status: String,
    pub error: String,
    pub tasks: Vec<Given>,
}

#[derive(Deserialize)]
pub struct Given {
    pub state: String,
    pub parameters: Json,
}

/// What each of these comes to.
pub fn run(cases: &[Json]) -> Vec<Answer> {
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
