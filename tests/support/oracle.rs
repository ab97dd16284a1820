//! Programs of others that tests compare with, from npm, pinned in `tests/oracle/package.json`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

/// The folder of installed packages, where this one is in this version; installed on first use. `None`, and a word on it in
/// the output, where there is no Node.js or no registry.
pub fn packages(name: &str, version: &str) -> Option<PathBuf> {
    let found = installed(name);
    match &found {
        None => println!("skipped: `{name}` needs Node.js, npm and its registry"),
        Some(folder) => {
            let text = std::fs::read_to_string(folder.join(name).join("package.json")).unwrap();
            let package: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(package["version"], version, "the version that is pinned");
        }
    }
    found
}

fn installed(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = root.join(".oracle");
    let modules = home.join("node_modules");
    if !modules.join(name).join("package.json").exists() {
        std::fs::create_dir_all(&home).ok()?;
        let pinned = root.join("tests/oracle/package.json");
        std::fs::copy(pinned, home.join("package.json")).ok()?;
        let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts"];
        let status = Command::new("npm")
            .args(install)
            .current_dir(&home)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.ok().filter(std::process::ExitStatus::success)?;
    }
    Some(modules)
}

/// A number that the environment sets.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The lines of JSON that a script of `tests/oracle` prints.
pub fn cases(script: &str, module: &Path, arguments: &[String]) -> Vec<Json> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let output = Command::new("node")
        .arg(folder.join(script))
        .arg(module)
        .args(arguments)
        .output()
        .expect("node runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script} {arguments:?}: {told}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
