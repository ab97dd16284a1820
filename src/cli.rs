//! The command line: reads arguments, an account and a configuration, runs the engine, and prints.
//!
//! Exit status: 0 nothing at or above `--fail-on`, 1 something, 2 the command could not do its work. What is printed is put
//! together first and written at once, so that no partial report looks whole; but for an account's JSON report, of which a
//! part is no JSON.

mod approve;
mod args;
mod decide;
mod diff;
mod explain;
mod fix;
#[cfg(feature = "live")]
mod live;
mod outputs;
mod replay;
mod report;
mod source;
mod trace;
mod ways_in;
mod workflow;

use std::ffi::OsString;
use std::io::{Read, Write};

use clap::Parser as _;

use crate::moment::Moment;
use crate::render::escape;
use crate::severity::Severity;
use args::{Cli, Command};

/// What the process gives the command: its streams, the day, and what kind of terminal it is on.
pub struct Host<'a> {
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The clock.
    pub now: Moment,
    /// Whether standard output takes colours.
    pub colour: bool,
    /// Columns of the terminal on standard output.
    pub width: Option<usize>,
    /// Whether standard error is a terminal, on which progress may be shown.
    pub progress: bool,
}

impl Host<'_> {
    /// Shows what is being done, on a terminal only; the next line of progress, or [`Host::done`], replaces it.
    fn progress(&mut self, text: &str) {
        if self.progress {
            let _ = write!(self.err, "\r\u{1b}[2K{}", escape::line(text));
            let _ = self.err.flush();
        }
    }

    /// Says something on standard error that is no failure.
    fn note(&mut self, text: &str) {
        let _ = writeln!(self.err, "stepwarden: {}", escape::line(text));
    }

    fn done(&mut self) {
        if self.progress {
            let _ = write!(self.err, "\r\u{1b}[2K");
        }
    }
}

/// Why a command could not do its work: one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file or directory.
    #[error(transparent)]
    Local(#[from] crate::local::Error),
    /// None of several files can be used: a line each.
    #[error("{}", .0.join("; "))]
    Inputs(Vec<String>),
    /// Anything else, in words.
    #[error("{0}")]
    Words(String),
}

/// What a command that did its work leaves behind.
pub(crate) struct Outcome {
    text: String,
    status: u8,
    /// What could not be read, beside what was: a line each on standard error, and status 2.
    failures: Vec<String>,
}

impl Outcome {
    fn clean(text: String) -> Self {
        Self {
            text,
            status: 0,
            failures: Vec::new(),
        }
    }

    /// Exit status 1 where something is as bad as the threshold.
    fn judged(text: String, worst: Option<Severity>, fail_on: args::FailOn) -> Self {
        let status = u8::from(
            fail_on
                .threshold()
                .is_some_and(|limit| worst >= Some(limit)),
        );
        Self {
            text,
            status,
            failures: Vec::new(),
        }
    }

    /// With a workflow among what was judged that the analysis could not follow to its end: whatever was found in it, a gate
    /// stays shut.
    fn cut_short(mut self, any: bool, fail_on: args::FailOn) -> Self {
        if any && fail_on.threshold().is_some() {
            self.status = self.status.max(1);
        }
        self
    }

    /// Beside what could not be read.
    fn with(mut self, failures: Vec<String>) -> Self {
        self.failures = failures;
        self
    }
}

/// Runs the command line and gives the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>, host: &mut Host<'_>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, host),
    };
    let outcome = dispatch(cli.command, host);
    host.done();
    match outcome {
        // A reader that has seen enough, such as `head`, is no failure.
        Ok(outcome) => match write_all(host.out, &outcome.text) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                complain(host, &format!("cannot write the output: {error}"))
            }
            _ => outcome
                .failures
                .iter()
                .fold(outcome.status, |_, text| complain(host, text)),
        },
        Err(Failure::Inputs(failures)) => failures.iter().fold(2, |_, text| complain(host, text)),
        Err(failure) => complain(host, &failure.to_string()),
    }
}

fn write_all(out: &mut dyn Write, text: &str) -> std::io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// One clear line, and exit status 2.
fn complain(host: &mut Host<'_>, text: &str) -> u8 {
    let _ = writeln!(host.err, "stepwarden: {}", escape::line(text));
    2
}

/// What the argument parser has to say: help as it is, a mistake as one line.
fn usage(error: &clap::Error, host: &mut Host<'_>) -> u8 {
    if !error.use_stderr() {
        let text = if host.colour {
            error.render().ansi().to_string()
        } else {
            error.to_string()
        };
        let _ = write_all(host.out, &text);
        return 0;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return complain(host, "name a command; `stepwarden --help` lists them");
    }
    let text = error.to_string();
    let said: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let said = said.join(" ");
    complain(
        host,
        &format!(
            "{}; see `stepwarden --help`",
            said.trim_start_matches("error: ")
        ),
    )
}

fn dispatch(command: Command, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    match command {
        Command::Scan(scan) => report::scan(&scan, host),
        Command::Check(check) => report::check(&check, host),
        Command::Replay(replay) => replay::replay(&replay, host),
        Command::Policy(one) => workflow::policy(&one, host),
        Command::Map(map) => workflow::map(&map.workflow, map.format, host),
        Command::Trace(args) => trace::trace(&args, host),
        Command::Fix(args) => fix::fix(&args, host),
        Command::Diff(args) => diff::diff(&args, host),
        Command::Schema(args) => ways_in::schema(args.schema),
        Command::Completions(args) => ways_in::completions(args.shell),
        Command::Man => ways_in::man(),
        Command::Decide(decide) => decide::decide(&decide, host),
        Command::Explain(explain) => explain::explain(&explain),
        Command::Rules(rules) => explain::rules(rules.format),
        Command::Approve(approve) => approve::approve(&approve, host),
        Command::Snapshot(snapshot) => source::snapshot(&snapshot, host),
    }
}

#[cfg(test)]
mod tests;
