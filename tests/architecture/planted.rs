//! The architecture test, tested: violations of every kind, each of which must be caught.

use super::syntax;
use crate::outside_words;

/// Violations, each where a search of the text up to the tests, or of the text at all, would pass it by.
#[test]
fn planted_violations_are_caught() {
    let words = |text: &str| outside_words("flow", &syntax::read(text, &["flow", "engine"]));
    for (what, text) in [
        ("an SDK", "fn f() { let c = aws_sdk_iam::Client::new(x); }"),
        (
            "an SDK in a group",
            "use {aws_sdk_sns::{Client, types}, std::fmt};",
        ),
        ("a clock", "use std::time::{Duration, SystemTime};"),
        (
            "a clock behind the tests",
            "#[cfg(test)] mod tests {}\nfn f() { std::time::Instant::now(); }",
        ),
        ("a file under another name", "use std::{fmt, fs as disk};"),
        (
            "a file in the middle",
            "fn a() {}\n#[cfg(test)]\nfn b() {}\nfn c() { std::fs::read(\"x\"); }",
        ),
        (
            "a print inside a submodule",
            "mod inner { fn f() { println!(\"x\"); } }",
        ),
        (
            "an environment inside a macro",
            "fn f() { format!(\"{:?}\", std::env::var(\"X\")); }",
        ),
        ("waiting", "async fn f() { g().await }"),
        (
            "a future",
            "fn f() -> Box<dyn std::future::Future<Output = ()>> { todo!() }",
        ),
    ] {
        assert!(!words(text).is_empty(), "{what}");
    }
    for (what, text) in [
        (
            "what is for tests",
            "#[cfg(test)] mod tests { use std::fs; fn f() { println!(\"x\"); } }",
        ),
        (
            "a word in a text",
            "const A: &str = \"std::fs and println!\"; // std::env",
        ),
        (
            "a name of its own",
            "struct Instantly; fn f(environment: Instantly) {}",
        ),
    ] {
        assert_eq!(words(text), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn planted_imports_and_lints_are_caught() {
    let imports = |text: &str| syntax::read(text, &["flow", "engine"]).imports;
    for text in [
        "use crate::render::alert;",
        "use crate::{arn::Arn, render::{self, alert}};",
        "fn f() { crate::render::alert(); }",
        "fn f() { super::super::render::alert(); }",
        "mod inner { fn f() { vec![crate::render::alert()]; } }",
        "#[cfg(test)] mod tests {}\nuse crate::render as shown;",
    ] {
        assert!(imports(text).contains("render"), "{text}");
    }
    assert!(!imports("#[cfg(test)] mod tests { use crate::render; }").contains("render"));
    let silenced = |text: &str| syntax::read(text, &["flow"]).silenced.len();
    for text in [
        "#![allow(dead_code)]",
        "#[cfg(test)] mod tests {}\n#[allow(clippy::unwrap_used)] fn f() {}",
        "mod inner { fn f() { #[allow(unused)] let x = 1; } }",
        "#[expect(clippy::panic)] fn f() {}",
        "impl X { #[expect(clippy::panic)] fn f() {} }",
    ] {
        assert_eq!(silenced(text), 1, "{text}");
    }
    assert_eq!(
        silenced("#[expect(clippy::panic, reason = \"it is a test\")] fn f() {}"),
        0
    );
}
