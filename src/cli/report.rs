//! `scan` and `check`: reports on many workflows.

use std::path::Path;

use super::args::{Check, Format, Report, Scan};
use super::{Failure, Host, Outcome, source};
use crate::assess::{self, Assessment};
use crate::config::Config;
use crate::glob::Glob;
use crate::local::State;
use crate::render::{Counts, escape, human, json, sarif};
use crate::snapshot::Account;

/// `stepwarden scan`
pub fn scan(args: &Scan, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.report.config)?;
    let account = source::account(&args.source, host)?;
    host.progress(&format!("judging {} workflows", account.workflows.len()));
    let mut assessments = match &args.memory.state {
        None => assess::account(&account, &config, &host.now.day()),
        Some(path) => remembering(&account, &config, &State::read(path)?, host),
    };
    if let Some(pattern) = &args.workflow {
        let glob = Glob::parse(pattern);
        assessments
            .retain(|a| glob.matches(&a.workflow.name) || glob.matches(a.workflow.arn.as_str()));
        if assessments.is_empty() {
            let why = format!(
                "no workflow of this name or ARN: `{}`",
                escape::line(pattern)
            );
            return Err(Failure::Words(why));
        }
    }
    let dir = args.source.snapshot.as_deref();
    let files: Vec<File> = assessments.iter().map(|a| file_of(a, dir)).collect();
    Ok(outcome(&assessments, &files, &args.report, host))
}

/// Beside the approved baselines: what is wider than them is a finding too.
fn remembering(
    account: &Account,
    config: &Config,
    state: &State,
    host: &Host<'_>,
) -> Vec<Assessment> {
    let known = assess::Known {
        config,
        today: &host.now.day(),
        now: &host.now.iso(),
        event: None,
        deploying: None,
        undone: None,
        remembered: &state.remembered(),
    };
    assess::remembering(account, &known, account.workflows.len())
}

/// `stepwarden check`
pub fn check(args: &Check, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.report.config)?;
    let found = source::inputs(&args.files, &args.beside, host)?;
    let failures: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    if found.inputs.is_empty() {
        return Err(Failure::Inputs(failures));
    }
    let mut assessments = Vec::new();
    let mut files = Vec::new();
    for input in &found.inputs {
        host.progress(&format!("judging {}", input.path.display()));
        for assessment in assess::account(&input.account, &config, &host.now.day()) {
            assessments.push(assessment);
            files.push(File {
                uri: Some(input.path.to_string_lossy().into_owned()),
                text: None,
            });
        }
    }
    Ok(outcome(&assessments, &files, &args.report, host).with(failures))
}

/// The file that results point to.
pub struct File {
    uri: Option<String>,
    text: Option<String>,
}

/// The snapshot's file of a workflow, where it has the name that it should have.
fn file_of(assessment: &Assessment, dir: Option<&Path>) -> File {
    let path = dir.map(|dir| {
        let name = format!("{}.json", assessment.workflow.name);
        dir.join("state-machines").join(name)
    });
    File {
        uri: path
            .filter(|p| p.is_file())
            .map(|p| p.to_string_lossy().into_owned()),
        text: None,
    }
}

/// Prints a report in the format asked for.
pub fn outcome(
    assessments: &[Assessment],
    files: &[File],
    args: &Report,
    host: &Host<'_>,
) -> Outcome {
    let text = match args.format {
        Format::Human => human::report(assessments, colour(host)),
        Format::Json => format!("{:#}\n", json::report(assessments)),
        Format::Sarif => {
            let place = |a: &Assessment| {
                let index = assessments.iter().position(|b| std::ptr::eq(a, b))?;
                let file = files.get(index)?;
                Some((file.uri.clone()?, file.text.as_deref()))
            };
            format!("{:#}\n", sarif::report(assessments, place))
        }
    };
    let worst = Counts::of(assessments.iter().flat_map(|a| &a.findings)).worst();
    Outcome::judged(text, worst, args.fail_on)
}

fn colour(host: &Host<'_>) -> human::Colour {
    match host.colour {
        true => human::Colour::Ansi,
        false => human::Colour::Never,
    }
}
