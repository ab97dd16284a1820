mod credentials;

use super::*;

/// Runs the command and gives its status, standard output and standard error.
fn run_with(arguments: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut host = Host {
        input: &mut std::io::empty(),
        variable: &|_| None,
        out: &mut out,
        err: &mut err,
        now: Moment::parse("2026-11-23T09:00:00Z").unwrap(),
        colour: false,
        width: None,
        progress: false,
    };
    let arguments = std::iter::once("stepwarden").chain(arguments.iter().copied());
    let status = run(arguments.map(OsString::from), &mut host);
    (
        status,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

#[test]
fn the_arguments_are_consistent() {
    use clap::CommandFactory as _;
    Cli::command().debug_assert();
}

#[test]
fn mistakes_are_one_line_on_standard_error_and_status_2() {
    for (arguments, part) in [
        (&["scam"][..], "scan"),
        (&[], "name a command"),
        (&["check"], "PATH"),
        (&["scan", "--format", "xml"], "json"),
        (&["scan", "--snapshot", "/no/such"], "/no/such"),
        (&["explain", "loging-off"], "did you mean `logging-off`?"),
        (&["explain", "zzz"], "stepwarden rules"),
        (
            &["replay", "/no/such\n.json", "--snapshot", "."],
            "\\n.json",
        ),
        (&["approve", "arn:x\u{1b}[31m"], "\\u{1b}[31m"),
        (
            &["scan", "--config", "/no/such.toml", "--snapshot", "."],
            "such.toml",
        ),
    ] {
        let (status, out, err) = run_with(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert_eq!(err.lines().count(), 1, "{arguments:?}: {err}");
        assert!(err.contains(part), "{arguments:?}: {err}");
        assert!(!err.contains('\u{1b}'), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    for arguments in [["--help"], ["--version"]] {
        let (status, out, err) = run_with(&arguments);
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.contains("stepwarden"));
    }
}

#[test]
fn a_page_is_printed_without_its_tests() {
    let (status, out, _) = run_with(&["explain", "logging-off"]);
    assert_eq!(status, 0);
    assert!(
        out.starts_with("# logging-off\n")
            && out.contains("## How to fix")
            && !out.contains("Scenarios")
    );
}

#[test]
fn every_rule_is_listed() {
    let (status, out, _) = run_with(&["rules", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (status, list.as_array().unwrap().len()),
        (0, crate::rules::RULES.len())
    );
    let (_, human, _) = run_with(&["rules"]);
    assert!(
        crate::rules::RULES
            .iter()
            .all(|r| human.contains(r.meta().id.as_str()) && human.contains(r.meta().summary))
    );
}

/// A reader that closes its end.
struct Closed(std::io::ErrorKind);

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure_but_a_full_disk_is() {
    for (kind, expected) in [
        (std::io::ErrorKind::BrokenPipe, 0),
        (std::io::ErrorKind::StorageFull, 2),
    ] {
        let mut err = Vec::new();
        let mut host = Host {
            input: &mut std::io::empty(),
            variable: &|_| None,
            out: &mut Closed(kind),
            err: &mut err,
            now: Moment::default(),
            colour: false,
            width: None,
            progress: false,
        };
        assert_eq!(
            run(["stepwarden", "rules"].map(OsString::from), &mut host),
            expected
        );
    }
}

#[test]
fn a_threshold_is_reached_from_its_severity_on() {
    let status = |worst, fail_on| Outcome::judged(String::new(), worst, fail_on).status;
    assert_eq!(status(Some(Severity::High), args::FailOn::High), 1);
    assert_eq!(status(Some(Severity::Medium), args::FailOn::High), 0);
    assert_eq!(status(None, args::FailOn::Info), 0);
    assert_eq!(status(Some(Severity::Critical), args::FailOn::Never), 0);
}
