//! What holds across files: the direction of imports, where input and output may happen, and the size of things.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod architecture {
    mod influence;
    mod planted;
    pub mod syntax;
}

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use architecture::syntax::{self, Syntax};

/// Modules that may reach outside: the collector and its ports, files, the process.
const OUTSIDE: [&str; 6] = ["aws", "bin", "cli", "collect", "local", "pipeline"];
/// Modules that own a port: a trait whose methods are futures. They await nothing themselves.
const PORTS: [&str; 3] = ["baselines", "queue", "route"];
/// What a rule may see: facts, findings, and the words that both are made of.
const RULES_SEE: [&str; 33] = [
    "analysis",
    "arn",
    "asl",
    "catalog",
    "config",
    "drift",
    "entry_points",
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
    "rule_id",
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
    /// What it says, without what is compiled for tests only.
    syntax: Syntax,
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
    let module: Vec<&str> = inside
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| *part != "lib")
        .collect();
    let syntax = syntax::read(&text, &module);
    Source {
        module: inside
            .split('/')
            .next()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned(),
        path: inside,
        syntax,
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

/// What reaches outside the process: a path that begins so, as it is written after its imports are taken apart.
const OUTSIDE_PATHS: [&str; 14] = [
    "std::env",
    "std::fs",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::process",
    "std::thread",
    "std::time::SystemTime",
    "std::time::Instant",
    "aws_config",
    "lambda_runtime",
    "tokio",
    "SystemTime",
    "Instant",
];

/// The one thread-local of the pure core: what one workflow's work may cost.
const COUNTS_WORK: &str = "budget";

/// What a pure module must not say.
fn outside_words(module: &str, syntax: &Syntax) -> Vec<String> {
    let begins = |path: &str, with: &str| {
        path == with
            || path
                .strip_prefix(with)
                .is_some_and(|rest| rest.starts_with("::"))
    };
    let reaches = |path: &&String| {
        OUTSIDE_PATHS.iter().any(|with| begins(path, with))
            || ["aws_sdk", "aws_smithy"]
                .iter()
                .any(|with| path.starts_with(with))
    };
    let port = PORTS.contains(&module);
    let future = |path: &&String| !port && path.split("::").any(|part| part == "Future");
    let mut words: Vec<String> = syntax.paths.iter().filter(reaches).cloned().collect();
    words.extend(syntax.paths.iter().filter(future).cloned());
    words.extend(syntax.asynchronous.iter().map(|w| (*w).to_owned()));
    let prints = ["print", "println", "eprint", "eprintln", "dbg"];
    words.extend(
        prints
            .iter()
            .filter(|m| syntax.macros.contains(**m))
            .map(|m| format!("{m}!")),
    );
    if module == COUNTS_WORK {
        words.retain(|word| !word.starts_with("std::thread"));
    }
    words
}

#[test]
fn the_pure_modules_know_no_outside() {
    let pure = product()
        .into_iter()
        .filter(|s| !OUTSIDE.contains(&s.module.as_str()));
    let wrong: Vec<String> = pure
        .flat_map(|source| {
            let words = outside_words(&source.module, &source.syntax);
            words
                .into_iter()
                .map(move |word| format!("{}: {word}", source.path))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_module_imports_only_what_stands_upstream() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in product()
        .iter()
        .filter(|s| s.module != "lib" && s.module != "bin")
    {
        let mut seen = source.syntax.imports.clone();
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
        assert!(
            !source.syntax.imports.clone().contains("cli"),
            "{}",
            source.path
        );
    }
    let pure = product()
        .into_iter()
        .filter(|s| !OUTSIDE.contains(&s.module.as_str()));
    for source in pure {
        let outside: Vec<_> = source
            .syntax
            .imports
            .clone()
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
        .map(|r| r.meta().id.as_str().replace('-', "_"))
        .collect();
    for source in product().iter().filter(|s| s.path.starts_with("rules/")) {
        let seen = &source.syntax.imports;
        let strange: Vec<_> = seen
            .iter()
            .filter(|m| !RULES_SEE.contains(&m.as_str()))
            .collect();
        assert!(strange.is_empty(), "{} imports {strange:?}", source.path);
        let own = source
            .path
            .trim_start_matches("rules/")
            .trim_end_matches(".rs");
        let others = ids.iter().filter(|id| {
            let module = format!("crate::rules::{id}");
            *id != own
                && source
                    .syntax
                    .paths
                    .iter()
                    .any(|path| *path == module || path.starts_with(&format!("{module}::")))
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
        assert!(
            source.syntax.silenced.is_empty(),
            "{}: {:?}: use #[expect(…, reason = \"…\")]",
            source.path,
            source.syntax.silenced
        );
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
