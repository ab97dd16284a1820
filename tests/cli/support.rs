//! Running the binary, and accounts to run it on.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

pub const ACCOUNT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events/account");

pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwarden"));
    command.args(arguments).current_dir(std::env::temp_dir());
    command
}

pub fn run(arguments: &[&str]) -> Run {
    finish(command(arguments).stdin(Stdio::null()))
}

pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn json_of(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|e| panic!("{e}: {} {}", run.out, run.err))
}

pub fn event(name: &str) -> String {
    format!("{}/events/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

/// A directory that is removed at the end.
pub struct Temp(pub PathBuf);

impl Temp {
    pub fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("stepwarden-cli-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("state-machines")).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    pub fn machine(&self, file: &str, name: &str, definition: &Value) -> String {
        let response = json!({
            "stateMachineArn": format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"),
            "name": name, "definition": definition.to_string(), "type": "STANDARD",
            "roleArn": "arn:aws:iam::123456789012:role/r",
        });
        self.file(
            &format!("state-machines/{file}.json"),
            &response.to_string(),
        )
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn succeed() -> Value {
    json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
}
