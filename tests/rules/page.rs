//! Pages: their sections and their scenarios.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stepwarden::rules::Meta;

/// One page.
pub struct Page {
    pub id: &'static str,
    pub text: &'static str,
    /// The JSON texts of its scenarios.
    pub scenarios: Vec<String>,
}

const SECTIONS: [&str; 13] = [
    "## What it does",
    "## Why is this bad",
    "## How to fix",
    "## Remedies",
    "### Console",
    "### CLI",
    "### CloudFormation and SAM",
    "### CDK",
    "### Terraform",
    "## Examples",
    "## References",
    "## Known limits",
    "## Scenarios",
];

/// Where references may lead: AWS's own documentation, and the language's specification.
const REFERENCES: [&str; 2] = [
    "https://docs.aws.amazon.com/",
    "https://states-language.net/",
];

pub fn read(meta: &'static Meta) -> Page {
    Page {
        id: meta.id.as_str(),
        text: meta.page,
        scenarios: blocks(meta.page),
    }
}

fn blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            None if line.trim() == "```json scenario" => open = Some(String::new()),
            None => {}
            Some(_) if line.trim() == "```" => blocks.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

/// What a page lacks.
pub fn faults(page: &Page) -> Vec<String> {
    let mut faults = Vec::new();
    if page.text.lines().next() != Some(format!("# {}", page.id).as_str()) {
        faults.push("its first line is not its title".to_owned());
    }
    let places: Vec<Option<usize>> = SECTIONS
        .iter()
        .map(|section| page.text.lines().position(|line| line == *section))
        .collect();
    if places.iter().any(Option::is_none) || !places.is_sorted() {
        faults.push(format!(
            "it does not have {} in this order",
            SECTIONS.join(", ")
        ));
    }
    let expected: Vec<Value> = page
        .scenarios
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    let lengths: Vec<usize> = expected
        .iter()
        .filter_map(|s: &Value| s.get("expect")?.as_array().map(Vec::len))
        .collect();
    if !lengths.contains(&0) {
        faults.push("no scenario is quiet".to_owned());
    }
    if !lengths.iter().any(|n| *n > 0) {
        faults.push("no scenario fires".to_owned());
    }
    faults.extend(unlike(page, &expected));
    let names: BTreeSet<_> = expected
        .iter()
        .filter_map(|s| s.get("name")?.as_str())
        .collect();
    if names.len() != page.scenarios.len() {
        faults.push("two scenarios have one name, or one has none".to_owned());
    }
    faults.iter().map(|f| format!("{}: {f}", page.id)).collect()
}

/// What is wrong with the sections for people: one that says nothing, an example that is not what it is called, a reference
/// to elsewhere.
fn unlike(page: &Page, scenarios: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let lines: Vec<&str> = page.text.lines().collect();
    for section in SECTIONS {
        let at = lines.iter().position(|line| *line == section);
        let text = lines.iter().skip(at.unwrap_or_default() + 1);
        let mut text = text.skip_while(|line| line.is_empty());
        let next = text.next().unwrap_or(&"");
        if section != "## Remedies" && (next.is_empty() || next.starts_with('#')) {
            faults.push(format!("`{section}` says nothing"));
        }
    }
    for (label, fires) in [("- reported: ", true), ("- quiet: ", false)] {
        let name = lines.iter().find_map(|line| line.strip_prefix(label));
        let scenario = scenarios
            .iter()
            .find(|s| s.get("name").and_then(Value::as_str) == name);
        let found = scenario.and_then(|s| s.get("expect")?.as_array());
        if found.is_none_or(|found| found.is_empty() == fires) {
            faults.push(format!("`{label}` names no scenario that is so"));
        }
    }
    let references = stepwarden::pages::section(page.text, "References").unwrap_or_default();
    for line in references.lines().filter(|line| !line.is_empty()) {
        let address = line
            .split_once("](")
            .map(|(_, rest)| rest.trim_end_matches(')'));
        if !REFERENCES
            .iter()
            .any(|to| address.is_some_and(|a| a.starts_with(to)))
        {
            faults.push(format!("a reference leads elsewhere: {line}"));
        }
    }
    faults
}

/// The ids that the files of `src/rules` with this extension stand for.
pub fn ids_of_files(extension: &str) -> BTreeSet<String> {
    let dir: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| {
            path.file_stem()
                .unwrap()
                .to_string_lossy()
                .replace('_', "-")
        })
        .filter(|name| name != "README")
        .collect()
}
