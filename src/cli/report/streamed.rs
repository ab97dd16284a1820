//! `scan --format json`, workflow by workflow: of an account of thousands no more is kept than what is being judged. A report
//! that is cut off anywhere is no JSON, and does not look whole.

use std::io::{self, BufWriter};

use super::{Judged, broken_files, place_in_snapshot};
use crate::assess::{self, Assessment};
use crate::cli::args::{Format, Scan};
use crate::cli::source::Configured;
use crate::cli::{Failure, Host, Outcome};
use crate::finding::Finding;
use crate::render::places::Places;
use crate::render::report::{Baseline, Report};
use crate::render::{Counts, json};
use crate::severity::Severity;
use crate::snapshot::Account;
use crate::suppression::Use;

/// What is left of a workflow that was judged.
struct Told {
    text: io::Result<String>,
    counts: Counts,
    /// The worst of what counts for the exit status.
    worst: Option<Severity>,
    hidden: usize,
    uses: Use,
}

/// Whether the report that is asked for needs no more than one workflow at a time.
pub(super) fn fits(args: &Scan) -> bool {
    let report = &args.report;
    let alone = report.output.is_empty() && !report.quiet && report.format == Format::Json;
    alone && args.memory.state.is_none() && args.workflow.is_none()
}

/// Judges and prints.
pub(super) fn scan(
    account: &Account,
    args: &Scan,
    configured: &Configured,
    baseline: Option<&Baseline>,
    host: &mut Host<'_>,
) -> Result<Outcome, Failure> {
    let dir = args.source.snapshot.as_deref();
    let failures = dir
        .map(|dir| broken_files(account, dir))
        .unwrap_or_default();
    let mut report = Report {
        applied: Some(&configured.applied),
        baseline,
        failures: &failures,
        ..Report::default()
    };
    let least = args.report.min_severity.severity();
    let tell = |_: usize, mut assessment: Assessment| {
        let counts = |finding: &&Finding| baseline.is_none_or(|b| b.is_new(finding));
        let worst = Counts::of(assessment.findings.iter().filter(counts)).worst();
        let mut uses = Use::default();
        let entries = &configured.config.suppressions;
        uses.note(entries, &assessment.workflow, &assessment.findings);
        let before = assessment.findings.len();
        assessment.findings.retain(|f| f.severity() >= least);
        let hidden = before - assessment.findings.len();
        let mut judged = Judged {
            assessments: vec![assessment],
            ..Judged::default()
        };
        if let Some(dir) = dir {
            place_in_snapshot(&mut judged, dir);
        }
        let report = Report {
            places: Places::new(&judged.sources, &judged.origins),
            ..report
        };
        let mut each = judged.assessments.iter();
        let text = each.next().map(|a| json::workflow_text(&report, 0, a));
        Told {
            text: text.unwrap_or_else(|| Ok(String::new())),
            counts: Counts::of(judged.assessments.iter().flat_map(|a| &a.findings)),
            worst,
            hidden,
            uses,
        }
    };
    let day = host.now.day();
    host.done();
    let (mut all, mut worst, mut hidden) = (Counts::default(), None, 0);
    let mut uses = Use::default();
    let mut written = json::Written::begin(BufWriter::new(&mut *host.out));
    assess::each(account, &configured.config, &day, tell, |told| {
        all.merge(&told.counts);
        worst = worst.max(told.worst);
        hidden += told.hidden;
        uses.merge(told.uses);
        let add = |report: &mut json::Written<_>| report.workflow(&told.text?);
        if let Ok(report) = &mut written
            && let Err(error) = add(report)
        {
            written = Err(error);
        }
    });
    report.hidden = hidden;
    let idle = uses.idle(&configured.config.suppressions);
    report.idle = &idle;
    match written.and_then(|written| written.end(&report, &all)) {
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Words(format!("cannot write the output: {error}")))
        }
        _ => Ok(Outcome::judged(String::new(), worst, args.report.fail_on).with(failures)),
    }
}
