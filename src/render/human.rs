//! The report for a terminal. On one workflow: every finding with its evidence and its patch. On many: which to fix first
//! and why, what they share, and each in short.

mod excerpt;
mod fixes;
mod many;
mod urgency;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cause::Causes;
use super::report::{self, Report};
use super::{Counts, counted, escape, evidence};
use crate::assess::Assessment;
use crate::finding::Finding;
use crate::gap::Gap;
use crate::severity::Severity;

/// Columns that text is wrapped to.
pub const WIDTH: usize = 100;
/// Column that labels' values begin in.
const LABEL: usize = 12;
/// The rule whose findings repeat the gaps.
const INCOMPLETE: &str = "evaluation-incomplete";

/// Whether to use ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// ANSI escape sequences.
    Ansi,
}

/// How text for a terminal looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub colour: Colour,
    /// Columns that text is wrapped to.
    pub width: usize,
}

impl Style {
    /// Plain text of the usual width.
    pub const PLAIN: Self = Self {
        colour: Colour::Never,
        width: WIDTH,
    };

    fn paint(self, text: &str, code: &str) -> String {
        match self.colour {
            Colour::Never => text.to_owned(),
            Colour::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    fn severity(self, severity: Severity) -> String {
        let code = match severity {
            Severity::Critical => "1;97;41",
            Severity::High => "1;31",
            Severity::Medium => "33",
            Severity::Low => "36",
            Severity::Info => "2",
        };
        let word = severity.word();
        format!(
            "{}{}",
            self.paint(word, code),
            " ".repeat(10usize.saturating_sub(word.len()))
        )
    }
}

/// The whole report.
pub fn report(report: &Report<'_>, style: Style) -> String {
    let mut ordered: Vec<&Assessment> = report.assessments.iter().collect();
    ordered.sort_by_cached_key(|a| {
        let urgency = std::cmp::Reverse(urgency::urgency(a));
        (urgency, a.workflow.arn.as_str().to_owned())
    });
    let mut out = String::new();
    let (clean, worth): (Vec<&Assessment>, Vec<&Assessment>) =
        ordered.iter().partition(|a| is_quiet(a));
    match ordered.as_slice() {
        [_] => {
            for assessment in worth {
                one(&mut out, report, assessment, style);
            }
        }
        _ => {
            let causes = Causes::of(&worth, shown);
            many::summary(&mut out, &ordered, style);
            let own_first = many::own_first(&worth, &causes);
            if own_first {
                many::overview(&mut out, &worth, &causes, style);
            }
            many::shared(&mut out, report, &causes, style);
            if !own_first {
                many::overview(&mut out, &worth, &causes, style);
            }
            for assessment in &worth {
                many::workflow(&mut out, report, assessment, &causes, style);
            }
            many::worth_knowing(&mut out, &worth, style);
        }
    }
    if !clean.is_empty() {
        let names: Vec<String> = clean
            .iter()
            .map(|a| escape::line(&a.workflow.name))
            .collect();
        let heading = match clean.iter().all(|a| a.gaps.is_empty()) {
            true => "nothing found in",
            false => "nothing found, as far as it was checked, in",
        };
        let _ = writeln!(out, "{}", style.paint(heading, "1"));
        put(
            &mut out,
            "  ",
            &escape::wrap(&names.join(", "), style.width - 2),
        );
        out.push('\n');
    }
    uncollected(&mut out, &ordered, style);
    notes(&mut out, report, style);
    out.push_str(&last_line(&ordered));
    bounded(&out)
}

/// Characters of a line that are shown; AWS's own names are far shorter, an account directory can hold any.
const LINE: usize = 2000;

fn bounded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.char_indices().nth(LINE) {
            None => out.push_str(line),
            Some((at, _)) => {
                let (shown, rest) = line.split_at(at);
                let _ = write!(out, "{shown}… ({} more characters)", rest.chars().count());
            }
        }
        out.push('\n');
    }
    out
}

/// Nothing to show of its own: no finding but those that only say that an optional file is absent.
fn is_quiet(assessment: &Assessment) -> bool {
    shown(assessment).next().is_none() && hard_gaps(assessment).next().is_none()
}

/// The findings to show. What an optional file's absence leaves unchecked is told once, at the end.
fn shown(assessment: &Assessment) -> impl Iterator<Item = &Finding> {
    assessment
        .findings
        .iter()
        .filter(|f| !(f.rule() == INCOMPLETE && f.severity() == Severity::Info))
}

/// Gaps that no finding tells of, such as where the rule that does is switched off.
fn hard_gaps(assessment: &Assessment) -> impl Iterator<Item = &Gap> {
    let told = assessment
        .findings
        .iter()
        .any(|f| f.rule() == INCOMPLETE && f.severity() > Severity::Info);
    assessment.gaps.iter().filter(move |g| !g.optional && !told)
}

/// One workflow with everything that is known of its findings.
fn one(out: &mut String, report: &Report<'_>, assessment: &Assessment, style: Style) {
    heading(out, assessment, style);
    let mut fixes = fixes::Shown::default();
    for finding in shown(assessment) {
        match finding.suppressed() {
            Some(_) => suppressed(out, finding, style),
            None => whole(out, report, (assessment, finding), &mut fixes, style),
        }
    }
    gaps(out, assessment, style);
}

fn heading(out: &mut String, assessment: &Assessment, style: Style) {
    let workflow = &assessment.workflow;
    let _ = writeln!(
        out,
        "{}  {}, owner {}",
        style.paint(&escape::line(&workflow.name), "1"),
        workflow.kind.word(),
        escape::line(&workflow.owner)
    );
    let _ = writeln!(
        out,
        "{}",
        style.paint(&escape::line(workflow.arn.as_str()), "2")
    );
    let begun = super::begun_by(&assessment.entry_points);
    if !begun.is_empty() {
        let lines = escape::wrap(&begun, style.width - LABEL);
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { "begun by" } else { "" };
            let _ = writeln!(out, "{label:<LABEL$}{line}");
        }
    }
    out.push('\n');
}

fn gaps(out: &mut String, assessment: &Assessment, style: Style) {
    for gap in hard_gaps(assessment) {
        let _ = writeln!(out, "  not checked: {}", escape::line(&gap.what));
        put(out, "    ", &escape::wrap(&gap.why, style.width - 4));
        out.push('\n');
    }
}

fn title(out: &mut String, finding: &Finding, mark: &str, style: Style) {
    let _ = writeln!(
        out,
        "  {}{mark}{}",
        style.severity(finding.severity()),
        style.paint(finding.rule().as_str(), "1")
    );
    put(
        out,
        "    ",
        &escape::wrap(&escape::line(finding.title()), style.width - 4),
    );
}

fn suppressed(out: &mut String, finding: &Finding, style: Style) {
    title(out, finding, "suppressed ", style);
    if let Some(suppression) = finding.suppressed() {
        let until = suppression
            .until
            .as_ref()
            .map_or_else(String::new, |day| format!(", until {day}"));
        labelled(
            out,
            "suppressed",
            &[escape::line(&format!("{}{until}", suppression.reason))],
        );
    }
    out.push('\n');
}

fn whole(
    out: &mut String,
    report: &Report<'_>,
    (assessment, finding): (&Assessment, &Finding),
    fixes: &mut fixes::Shown,
    style: Style,
) {
    title(out, finding, mark(report, finding), style);
    excerpt::put(out, report, assessment, finding, style);
    for (label, lines) in evidence(finding) {
        labelled(out, label, &lines);
    }
    labelled(out, "path", &path(assessment, finding, style));
    labelled(
        out,
        "why",
        &escape::wrap(finding.detail(), style.width - 4 - LABEL),
    );
    labelled(
        out,
        "fix",
        &escape::wrap(&finding.remediation().text, style.width - 4 - LABEL),
    );
    fixes.put(out, report, assessment, finding, style);
    out.push('\n');
}

/// The states that an execution passes on its way to the one that a caller steers.
fn path(assessment: &Assessment, finding: &Finding, style: Style) -> Vec<String> {
    let graph = &assessment.graph;
    let name = finding.state().filter(|_| !finding.trace().is_empty());
    let at = name.map(|name| graph.named(name, finding.pointer()));
    let [at] = at.as_deref().unwrap_or_default() else {
        return Vec::new();
    };
    let path = graph.path_to(*at).into_iter();
    let names: Vec<String> = path
        .filter_map(|state| Some(escape::line(&graph.states.get(state)?.name)))
        .collect();
    match names.len() {
        0 | 1 => Vec::new(),
        _ => escape::wrap(&names.join(" → "), style.width.saturating_sub(4 + LABEL)),
    }
}

fn labelled(out: &mut String, label: &str, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(out, "{}", format!("    {label:<LABEL$}{line}").trim_end());
    }
}

fn put(out: &mut String, indent: &str, lines: &[String]) {
    for line in lines {
        let _ = writeln!(out, "{indent}{line}");
    }
}

/// What was not collected, once for all workflows.
fn uncollected(out: &mut String, ordered: &[&Assessment], style: Style) {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for gap in ordered.iter().flat_map(|a| &a.gaps).filter(|g| g.optional) {
        *seen.entry((&gap.what, &gap.why)).or_default() += 1;
    }
    if seen.is_empty() {
        return;
    }
    out.push_str("not checked, because it is not at hand\n");
    for ((what, why), times) in &seen {
        let text = format!("{what}: {why} ({})", counted(*times, "workflow"));
        put(
            out,
            "  ",
            &escape::wrap(&escape::line(&text), style.width - 2),
        );
    }
    out.push('\n');
}

/// What the configuration does, and what is not shown.
fn notes(out: &mut String, report: &Report<'_>, style: Style) {
    for note in report.notes() {
        put(out, "", &escape::wrap(&escape::line(&note), style.width));
    }
    if let Some(baseline) = report.baseline {
        let all = report.assessments.iter().flat_map(|a| &a.findings);
        let open = all.filter(|f| f.is_open());
        let new = open.filter(|f| baseline.is_new(f)).count();
        let _ = writeln!(out, "{} since the baseline", counted(new, "new finding"));
    }
}

/// What stands before the rule of a finding that is new.
fn mark(report: &Report<'_>, finding: &Finding) -> &'static str {
    match report.is_new(finding) {
        Some(true) => "new ",
        _ => "",
    }
}

/// `12 workflows: 1 critical, 3 low; 2 suppressed; 1 not checked whole`
fn last_line(ordered: &[&Assessment]) -> String {
    let all = || ordered.iter().flat_map(|a| &a.findings);
    let found = Counts::of(all()).found();
    let mut line = format!("{}: {found}", counted(ordered.len(), "workflow"));
    let suppressed = all().filter(|f| f.suppressed().is_some()).count();
    if suppressed > 0 {
        let _ = write!(line, "; {suppressed} suppressed");
    }
    if let Some(partial) = report::not_whole(ordered.iter().copied()) {
        let _ = write!(line, "; {partial}");
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests;
