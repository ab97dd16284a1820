//! `scan` and `check`: reports on many workflows.

mod streamed;

use std::path::{Path, PathBuf};

use super::args::{Check, Format, Gate, Report as Options, Scan, When};
use super::source::Configured;
use super::{Failure, Host, Outcome, outputs, source};
use crate::assess::{self, Assessment};
use crate::config::Config;
use crate::document::{Document, Notation, Place, Sources, WorkflowOrigin};
use crate::finding::Finding;
use crate::gap::{Input, Unread};
use crate::glob::Glob;
use crate::loc::Pointer;
use crate::local::{self, State};
use crate::render::places::Places;
use crate::render::report::{Accounts, Applied, Baseline, Report};
use crate::render::{Counts, escape, html, human, json, markdown, sarif};
use crate::secrets;
use crate::severity::Severity;
use crate::snapshot::Account;
use crate::suppression::Use;
use crate::workflow::Workflow;

/// Workflows that were judged, with where they are written.
#[derive(Default)]
pub struct Judged {
    /// The workflows.
    pub assessments: Vec<Assessment>,
    /// Where each is written, in the same order.
    pub origins: Vec<Option<WorkflowOrigin>>,
    /// The documents that they are written in.
    pub sources: Sources,
    /// The directory that the documents' names are relative to, where they stand in an account directory.
    pub directory: Option<PathBuf>,
    /// What could not be read: a line each.
    pub failures: Vec<String>,
    /// What was judged.
    pub accounts: Vec<Account>,
    /// The place among the accounts of each workflow's, in the same order.
    pub account_of: Vec<usize>,
}

/// `stepwarden scan`
pub fn scan(args: &Scan, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let configured = source::configured(&args.report.config)?;
    let config = &configured.config;
    let baseline = ready(&args.gate, &args.report)?;
    let account = source::account_as_it_is(&args.source, &config.accounts, host)?;
    host.progress(&format!("judging {} workflows", account.workflows.len()));
    if streamed::fits(args) {
        return streamed::scan(&account, args, &configured, baseline.as_ref(), host);
    }
    let mut assessments = match &args.memory.state {
        None => assess::account(&account, config, &host.now.day()),
        Some(path) => remembering(&account, config, &State::read(path)?, host),
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
    let mut judged = Judged {
        account_of: vec![0; assessments.len()],
        assessments,
        ..Judged::default()
    };
    if let Some(dir) = &args.source.snapshot {
        judged.failures = broken_files(&account, dir);
        if wants_places(&args.report) {
            place_in_snapshot(&mut judged, dir);
        }
    }
    judged.accounts.push(account);
    outcome(
        judged,
        &args.report,
        &configured.applied,
        baseline.as_ref(),
        host,
    )
}

/// Files of an account directory that are there and do not hold what they should: each is a gap of the report, and no report
/// with one is a command that did all its work.
pub fn broken_files(account: &Account, dir: &Path) -> Vec<String> {
    let broken = account.unreadable.iter();
    broken
        .filter(|unread| unread.is_file)
        .map(|unread| unusable(unread, dir))
        .collect()
}

/// One such file, in a line.
pub fn unusable(unread: &Unread, dir: &Path) -> String {
    let file = dir.join(unread.what.trim_matches('`'));
    format!("`{}` cannot be judged: {}", file.display(), unread.why)
}

/// What must be there before the work is begun.
fn ready(gate: &Gate, report: &Options) -> Result<Option<Baseline>, Failure> {
    report.output.iter().try_for_each(|output| output.check())?;
    outputs::apart(&report.output, std::iter::empty())?;
    source::baseline(gate)
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
    let configured = source::configured(&args.report.config)?;
    let baseline = ready(&args.gate, &args.report)?;
    let found = source::inputs(&args.files, &args.beside, host)?;
    let named = args.files.iter().map(PathBuf::as_path);
    let inputs = found.inputs.iter();
    let read = inputs.flat_map(|input| input.documents.iter().map(|one| one.path.as_path()));
    outputs::apart(&args.report.output, named.chain(read))?;
    let judged = judge(found, &configured, host)?;
    outcome(
        judged,
        &args.report,
        &configured.applied,
        baseline.as_ref(),
        host,
    )
}

/// Judges what was read.
///
/// # Errors
/// When nothing of it could be: what is wrong with each.
pub fn judge(
    found: local::Found,
    configured: &Configured,
    host: &mut Host<'_>,
) -> Result<Judged, Failure> {
    let mut judged = Judged {
        failures: found.errors.iter().map(ToString::to_string).collect(),
        ..Judged::default()
    };
    if found.inputs.is_empty() {
        return Err(Failure::Inputs(judged.failures));
    }
    // What stands in a file is its author's word: a comment in it may suppress, where the configuration is honoured.
    let config = Config {
        honours_comments: !configured.applied.ignored,
        ..configured.config.clone()
    };
    let base = base(&configured.applied);
    for mut input in found.inputs {
        input.identify(&base);
        host.progress(&format!("judging {}", input.path.display()));
        let mut secret = false;
        let assessments = assess::account(&input.account, &config, &host.now.day());
        if assessments.is_empty() && judged.failures.is_empty() {
            hidden_workflows(&input)
                .iter()
                .for_each(|line| host.note(line));
        }
        for assessment in assessments {
            let arn = assessment.workflow.arn.as_str();
            judged
                .origins
                .push(input.origins.workflows.get(arn).cloned());
            judged.account_of.push(judged.accounts.len());
            secret |= assessment.findings.iter().any(|f| f.rule() == SECRET);
            judged.assessments.push(assessment);
        }
        for document in input.documents {
            if secret
                || !secrets::find(&document.value, document.beside_value())
                    .redactor
                    .is_empty()
            {
                judged.sources.withhold(&document.path);
            }
            judged.sources.add(document);
        }
        judged.accounts.push(input.account);
    }
    Ok(judged)
}

/// What of a file may hold workflows and could not be read, where it holds no other that would tell of it.
fn hidden_workflows(input: &local::Input) -> Vec<String> {
    let unread = input.account.unreadable.iter();
    let unread = unread.filter(|unread| unread.input == Input::Workflow);
    let line = |unread: &Unread| {
        let (file, what, why) = (input.path.display(), &unread.what, &unread.why);
        format!("`{file}` may hold workflows that cannot be judged: {what}: {why}")
    };
    unread.map(line).collect()
}

/// The folder that files' paths are told from: the configuration's, else the working directory.
fn base(applied: &Applied) -> PathBuf {
    let file = applied.file.as_deref().map(Path::new);
    match file.and_then(Path::parent) {
        Some(dir) if !dir.as_os_str().is_empty() => dir.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The rule that tells of credentials: no line of a file with one is shown.
const SECRET: &str = "secret-in-definition";

/// Whether some report tells lines of machines' files.
fn wants_places(args: &Options) -> bool {
    let formats = args.output.iter().map(|output| output.format);
    let mut all = formats.chain(std::iter::once(args.format));
    all.any(|format| matches!(format, Format::Sarif | Format::Json))
}

/// Where workflows stand in an account directory whose files have the names that they should have. The names of the files
/// are relative to it, so that a report of the account is the same wherever its directory lies.
fn place_in_snapshot(judged: &mut Judged, dir: &Path) {
    judged.directory = Some(dir.to_owned());
    for assessment in &judged.assessments {
        let workflow = &assessment.workflow;
        judged
            .origins
            .push(described(dir, workflow).map(|document| {
                let file = document.path.clone();
                judged.sources.add(document);
                let place = |pointer| Place {
                    file: file.clone(),
                    pointer,
                };
                WorkflowOrigin {
                    whole: place(Pointer::root()),
                    definition: place(Pointer::root().key("definition")),
                    ..WorkflowOrigin::default()
                }
            }));
    }
}

/// The response that describes the workflow. A name is what an account says: it leads to no other file.
fn described(dir: &Path, workflow: &Workflow) -> Option<Document> {
    let name = format!("{}.json", workflow.name);
    let file = Path::new("state-machines").join(&name);
    if file.file_name()? != name.as_str() {
        return None;
    }
    let text = local::read_file(&dir.join(&file)).ok()?;
    let document = Document::parse(file, text, Notation::Json).ok()?;
    let of = document.value.get("stateMachineArn")?.as_str()?;
    (of == workflow.arn.as_str()).then_some(document)
}

/// What is left of findings once those are cut that are milder than asked for.
#[derive(Default)]
struct Shown {
    /// The worst of what counts for the exit status.
    worst: Option<Severity>,
    /// How many are cut.
    hidden: usize,
    /// Whether the analysis of some workflow stopped at a bound.
    stopped: bool,
    /// What the suppressions have to do with all of them.
    uses: Use,
}

impl Shown {
    /// Cuts the findings of one workflow.
    fn cut(
        assessment: &mut Assessment,
        args: &Options,
        applied: &Applied,
        baseline: Option<&Baseline>,
    ) -> Self {
        let counts = |finding: &&Finding| baseline.is_none_or(|b| b.is_new(finding));
        let worst = Counts::of(assessment.findings.iter().filter(counts)).worst();
        let mut uses = Use::default();
        uses.note(
            &applied.suppressions,
            &assessment.workflow,
            &assessment.findings,
        );
        let before = assessment.findings.len();
        let least = args.min_severity.severity();
        assessment.findings.retain(|f| f.severity() >= least);
        Self {
            worst,
            hidden: before - assessment.findings.len(),
            stopped: assessment.gaps.iter().any(|gap| gap.cut),
            uses,
        }
    }

    fn merge(&mut self, other: Self) {
        self.worst = self.worst.max(other.worst);
        self.hidden += other.hidden;
        self.stopped |= other.stopped;
        self.uses.merge(other.uses);
    }
}

/// Prints the reports that are asked for, and says what the worst finding makes of the exit status.
pub fn outcome(
    mut judged: Judged,
    args: &Options,
    applied: &Applied,
    baseline: Option<&Baseline>,
    host: &Host<'_>,
) -> Result<Outcome, Failure> {
    let mut shown = Shown::default();
    for assessment in &mut judged.assessments {
        shown.merge(Shown::cut(assessment, args, applied, baseline));
    }
    let Shown {
        worst,
        hidden,
        stopped,
        uses,
    } = shown;
    let idle = uses.idle(&applied.suppressions);
    let report = Report {
        assessments: &judged.assessments,
        idle: &idle,
        places: Places::new(&judged.sources, &judged.origins).within(judged.directory.as_deref()),
        applied: Some(applied),
        baseline,
        hidden,
        failures: &judged.failures,
        accounts: Accounts {
            all: &judged.accounts,
            of: &judged.account_of,
        },
    };
    for output in &args.output {
        output.write(&print(&report, output.format, human::Style::PLAIN))?;
    }
    let text = match args.quiet {
        true => String::new(),
        false => print(&report, args.format, style(args, host)),
    };
    Ok(Outcome::judged(text, worst, args.fail_on)
        .cut_short(stopped, args.fail_on)
        .with(judged.failures))
}

fn print(report: &Report<'_>, format: Format, style: human::Style) -> String {
    match format {
        Format::Human => human::report(report, style),
        Format::Json => format!("{:#}\n", json::report(report)),
        Format::Sarif => format!("{:#}\n", sarif::report(report)),
        Format::Markdown => markdown::report(report),
        Format::Html => html::report(report),
    }
}

fn style(args: &Options, host: &Host<'_>) -> human::Style {
    let colours = match args.color {
        When::Auto => host.colour,
        When::Always => true,
        When::Never => false,
    };
    human::Style {
        colour: match colours {
            true => human::Colour::Ansi,
            false => human::Colour::Never,
        },
        width: host.width.unwrap_or(human::WIDTH).clamp(NARROWEST, WIDEST),
    }
}

/// Columns of a report, whatever the terminal has.
const NARROWEST: usize = 50;
/// See [`NARROWEST`]: longer lines are not read.
const WIDEST: usize = 160;
