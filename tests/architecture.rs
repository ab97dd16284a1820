//! What holds across files: the direction of imports, where input and output may happen, and the size of things.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Modules that may reach outside: the collector and its ports, files, the process.
const OUTSIDE: [&str; 6] = ["aws", "bin", "cli", "collect", "local", "pipeline"];
/// Modules that own a port: a trait whose methods are futures. They await nothing themselves.
const PORTS: [&str; 3] = ["baselines", "queue", "route"];
/// What a rule may see: facts, findings, and the words that both are made of.
const RULES_SEE: [&str; 31] = [
    "analysis",
    "arn",
    "asl",
    "catalog",
    "config",
    "drift",
    "evidence",
    "exposure",
    "expr",
    "facts",
    "finding",
    "flow",
    "functions",
    "gap",
    "glob",
    "grants",
    "iam",
    "loc",
    "log_delivery",
    "need",
    "posture",
    "reach",
    "rules",
    "severity",
    "snapshot",
    "starters",
    "suggest",
    "taint",
    "trust",
    "value",
    "workflow",
];

/// One source file.
struct Source {
    /// Its path inside `src`.
    path: String,
    /// Its top-level module.
    module: String,
    /// Its text without comments and without what is for tests only.
    code: String,
    lines: usize,
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    files(&root().join("src"), &mut paths);
    paths.sort();
    paths.into_iter().map(|path| source(&path)).collect()
}

fn source(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap();
    let inside = path
        .strip_prefix(root().join("src"))
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/");
    let product = text.split("#[cfg(test)]").next().unwrap();
    let code: String = product
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |all, line| all + line + "\n");
    Source {
        module: inside
            .split('/')
            .next()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned(),
        path: inside,
        code,
        lines: text.lines().count(),
    }
}

/// Files that are compiled for tests only.
fn is_test(source: &Source) -> bool {
    source
        .path
        .split('/')
        .any(|part| part.starts_with("tests") || part.starts_with("fake"))
}

fn product() -> Vec<Source> {
    sources().into_iter().filter(|s| !is_test(s)).collect()
}

/// The modules of this crate that a text imports: `crate::x` and `crate::{x, y::z}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(top_level);
        for path in group.unwrap_or_else(|| vec![rest.to_owned()]) {
            let name: String = path
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !name.is_empty() {
                found.insert(name);
            }
        }
    }
    found
}

/// The entries of a `use` group, nested groups kept whole.
fn top_level(inner: &str) -> Vec<String> {
    let (mut depth, mut entries) = (0, vec![String::new()]);
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => entries.push(String::new()),
            c => entries.last_mut().unwrap().push(c),
        }
    }
    entries
}

#[test]
fn imports_of_groups_and_paths_are_found() {
    let code = "use crate::{a::{b, c}, d};\nuse crate::e::f;\nfn x() { crate::g() }";
    assert_eq!(
        imports(code),
        ["a", "d", "e", "g"].map(str::to_owned).into()
    );
}

#[test]
fn the_pure_modules_know_no_outside() {
    let outside = [
        "std::env",
        "std::fs",
        "TcpStream",
        "UdpSocket",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant::",
        "aws_sdk",
        "aws_config",
        "aws_smithy",
        "lambda_runtime",
        "tokio::",
        "async fn",
        ".await",
        "async move",
        "println!",
        "eprintln!",
    ];
    let mut wrong = Vec::new();
    for source in product()
        .iter()
        .filter(|s| !OUTSIDE.contains(&s.module.as_str()))
    {
        let port = PORTS.contains(&source.module.as_str());
        for word in outside.iter().filter(|w| source.code.contains(**w)) {
            wrong.push(format!("{}: {word}", source.path));
        }
        if source.code.contains("Future") && !port {
            wrong.push(format!("{}: Future", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_module_imports_only_what_stands_upstream() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in product()
        .iter()
        .filter(|s| s.module != "lib" && s.module != "bin")
    {
        let mut seen = imports(&source.code);
        seen.remove(&source.module);
        graph.entry(source.module.clone()).or_default().extend(seen);
    }
    // Take away, again and again, what imports nothing that is left: what remains imports in a circle.
    while let Some(free) = graph
        .iter()
        .find(|(_, seen)| !seen.iter().any(|m| graph.contains_key(m)))
        .map(|(m, _)| m.clone())
    {
        graph.remove(&free);
    }
    assert!(graph.is_empty(), "imports in a circle: {graph:#?}");
}

#[test]
fn nothing_before_the_command_line_and_the_function_imports_them() {
    for source in product()
        .iter()
        .filter(|s| s.module != "bin" && s.module != "cli")
    {
        assert!(!imports(&source.code).contains("cli"), "{}", source.path);
    }
    let pure = product()
        .into_iter()
        .filter(|s| !OUTSIDE.contains(&s.module.as_str()));
    for source in pure {
        let outside: Vec<_> = imports(&source.code)
            .into_iter()
            .filter(|m| OUTSIDE.contains(&m.as_str()))
            .collect();
        assert!(outside.is_empty(), "{} imports {outside:?}", source.path);
    }
}

#[test]
fn a_rule_sees_facts_and_findings_and_never_another_rule() {
    let ids: Vec<String> = stepwarden::rules::RULES
        .iter()
        .map(|r| r.meta().id.replace('-', "_"))
        .collect();
    for source in product().iter().filter(|s| s.path.starts_with("rules/")) {
        let seen = imports(&source.code);
        let strange: Vec<_> = seen
            .iter()
            .filter(|m| !RULES_SEE.contains(&m.as_str()))
            .collect();
        assert!(strange.is_empty(), "{} imports {strange:?}", source.path);
        let others = ids.iter().filter(|id| {
            source.code.contains(&format!("super::{id}"))
                || source.code.contains(&format!("rules::{id}::"))
        });
        assert_eq!(others.count(), 0, "{} knows another rule", source.path);
    }
}

#[test]
fn files_stay_readable() {
    let mut paths = Vec::new();
    files(&root().join("tests"), &mut paths);
    let mut sizes: Vec<(String, usize)> = sources()
        .into_iter()
        .map(|s| (format!("src/{}", s.path), s.lines))
        .collect();
    sizes.extend(paths.iter().map(|p| {
        (
            p.display().to_string(),
            std::fs::read_to_string(p).unwrap().lines().count(),
        )
    }));
    let long: Vec<_> = sizes.iter().filter(|(_, lines)| *lines > 400).collect();
    assert!(long.is_empty(), "longer than 400 lines: {long:?}");
    for (bin, limit) in [
        ("src/bin/stepwarden.rs", 150),
        ("src/bin/stepwarden-lambda.rs", 60),
    ] {
        for (_, lines) in sizes.iter().filter(|(path, _)| path == bin) {
            assert!(
                *lines <= limit,
                "{bin} has {lines} lines: it is wiring, nothing else"
            );
        }
    }
}

#[test]
fn lints_are_not_switched_off_without_a_reason() {
    for source in sources() {
        for mark in ["#[allow(", "#![allow("] {
            assert!(
                !source.code.contains(mark),
                "{}: use #[expect(…, reason = \"…\")]",
                source.path
            );
        }
        for (at, _) in source.code.match_indices("#[expect(") {
            let attribute = source.code[at..].split(")]").next().unwrap();
            assert!(attribute.contains("reason"), "{}: {attribute}", source.path);
        }
    }
}

/// A rule's page says what it is for.
fn has_page(source: &Source) -> bool {
    let page = source.path.replace('_', "-").replace(".rs", ".md");
    source.path.starts_with("rules/") && root().join("src").join(page).is_file()
}

#[test]
fn every_module_says_what_it_is_for() {
    for source in sources() {
        let text = std::fs::read_to_string(root().join("src").join(&source.path)).unwrap();
        assert!(
            text.starts_with("//!") || is_test(&source) || has_page(&source),
            "src/{} begins without `//!`",
            source.path
        );
    }
}
