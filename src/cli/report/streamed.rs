//! `scan --format json`, workflow by workflow: of an account of thousands no more is kept than what is being judged. A report
//! that is cut off anywhere is no JSON, and does not look whole.

use std::io::{self, BufWriter};

use super::{Judged, Shown, broken_files, place_in_snapshot};
use crate::assess::{self, Assessment};
use crate::cli::args::{Format, Scan};
use crate::cli::source::Configured;
use crate::cli::{Failure, Host, Outcome};
use crate::render::places::Places;
use crate::render::report::{Baseline, Report};
use crate::render::{Counts, json};
use crate::snapshot::Account;

/// What is left of a workflow that was judged.
struct Told {
    text: io::Result<String>,
    counts: Counts,
    shown: Shown,
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
    let tell = |_: usize, mut assessment: Assessment| {
        let shown = Shown::cut(&mut assessment, &args.report, &configured.applied, baseline);
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
            shown,
        }
    };
    let day = host.now.day();
    host.done();
    let (mut all, mut shown) = (Counts::default(), Shown::default());
    let mut written = json::Written::begin(BufWriter::new(&mut *host.out));
    assess::each(account, &configured.config, &day, tell, |told| {
        all.merge(&told.counts);
        shown.merge(told.shown);
        let add = |report: &mut json::Written<_>| report.workflow(&told.text?);
        if let Ok(report) = &mut written
            && let Err(error) = add(report)
        {
            written = Err(error);
        }
    });
    report.hidden = shown.hidden;
    let idle = shown.uses.idle(&configured.applied.suppressions);
    report.idle = &idle;
    match written.and_then(|written| written.end(&report, &all)) {
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Words(format!("cannot write the output: {error}")))
        }
        _ => {
            let fail_on = args.report.fail_on;
            Ok(Outcome::judged(String::new(), shown.worst, fail_on)
                .cut_short(shown.stopped, fail_on)
                .with(failures))
        }
    }
}
