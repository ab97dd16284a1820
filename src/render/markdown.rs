//! A report as Markdown, for a comment on a pull request: a summary, and each finding folded open by whoever wants it.

use std::fmt::Write as _;

use super::cause::Causes;
use super::report::Report;
use super::{begun_by, counted, escape, evidence, mermaid};
use crate::assess::Assessment;
use crate::finding::{Counts, Finding};
use crate::gap::Gap;

/// A comment takes 65,536 characters (GitHub, "Comments"); what is over is left out from the least severe on, and counted.
const MAX_CHARACTERS: usize = 60_000;

/// The whole report.
pub fn report(report: &Report<'_>) -> String {
    let all = report.assessments.iter().flat_map(|a| &a.findings);
    let found = Counts::of(all).found();
    let workflows = counted(report.assessments.len(), "workflow");
    let mut out = format!("## stepwarden: {found} in {workflows}\n\n");
    for failure in report.failures {
        let _ = writeln!(out, "- **not judged**: {}", plain(failure));
    }
    let rows = rows(report);
    let mut left_out = 0;
    if !rows.is_empty() {
        out.push_str("| severity | rule | where | what |\n| --- | --- | --- | --- |\n");
    }
    let mut details = String::new();
    for row in &rows {
        let (line, detail) = (table_row(report, row), details_of(row));
        if out.len() + details.len() + line.len() + detail.len() > MAX_CHARACTERS {
            left_out += 1;
            continue;
        }
        out.push_str(&line);
        details.push_str(&detail);
    }
    if left_out > 0 {
        let _ = writeln!(
            out,
            "\n{} more: see the whole report.",
            counted(left_out, "finding")
        );
    }
    out.push('\n');
    out.push_str(&details);
    pictures(&mut out, report);
    let notes = report.notes().into_iter();
    let lines = entry_points(report).chain(gaps(report)).chain(notes);
    let mut left_out = 0;
    for line in lines.map(|line| format!("- {}\n", plain(&line))) {
        match out.len() + line.len() <= MAX_CHARACTERS {
            true => out.push_str(&line),
            false => left_out += 1,
        }
    }
    if left_out > 0 {
        let more = counted(left_out, "line");
        let _ = writeln!(out, "- {more} more: see the whole report.");
    }
    out
}

/// Workflows that share a finding and are named beside the first of them.
const NAMED: usize = 50;

struct Row<'a> {
    index: usize,
    workflow: &'a str,
    finding: &'a Finding,
    is_new: bool,
    /// The other workflows that share the finding.
    others: Vec<&'a str>,
}

/// Every finding, worst first; one that several workflows share once, at the first of them. Where only some of it may be
/// new, each is told where it is.
fn rows<'a>(report: &'a Report<'_>) -> Vec<Row<'a>> {
    let ordered: Vec<&Assessment> = report.assessments.iter().collect();
    let causes = match report.baseline {
        None => Causes::of(&ordered, |a| a.findings.iter()),
        Some(_) => Causes::of(&[], |a| a.findings.iter()),
    };
    let mut rows: Vec<Row<'a>> = Vec::new();
    for (index, assessment) in report.assessments.iter().enumerate() {
        for finding in &assessment.findings {
            let sharing = causes.sharing(assessment, finding).unwrap_or_default();
            if sharing.first().is_some_and(|first| *first != index) {
                continue;
            }
            let others = sharing.iter().skip(1).filter_map(|i| ordered.get(*i));
            rows.push(Row {
                index,
                workflow: &assessment.workflow.name,
                finding,
                is_new: report.is_new(finding) == Some(true),
                others: others.map(|a| a.workflow.name.as_str()).collect(),
            });
        }
    }
    rows.sort_by_key(|row| {
        let open = row.finding.is_open();
        std::cmp::Reverse((open, row.finding.severity()))
    });
    rows
}

fn table_row(report: &Report<'_>, row: &Row<'_>) -> String {
    let finding = row.finding;
    let place = match report.places.finding(row.index, finding) {
        Some(at) => format!("{}:{}", at.file, at.line),
        None => row.workflow.to_owned(),
    };
    let place = match row.others.len() {
        0 => place,
        others => format!("{place} and {}", counted(others, "more workflow")),
    };
    let mark = match (finding.suppressed(), row.is_new) {
        (Some(_), _) => " (suppressed)",
        (None, true) => " **new**",
        (None, false) => "",
    };
    format!(
        "| {}{mark} | `{}` | {} | {} |\n",
        finding.severity(),
        finding.rule(),
        plain(&place),
        plain(finding.title())
    )
}

fn details_of(row: &Row<'_>) -> String {
    let finding = row.finding;
    let mut out = format!(
        "<details><summary>{} <code>{}</code> in {}: {}</summary>\n\n",
        finding.severity(),
        finding.rule(),
        plain(row.workflow),
        plain(finding.title())
    );
    if !row.others.is_empty() {
        let named = row.others.get(..NAMED).unwrap_or(&row.others).join(", ");
        let more = match row.others.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(out, "- also in: {}{more}", plain(&named));
    }
    for (label, lines) in evidence(finding) {
        for line in lines {
            let _ = writeln!(out, "- {label}: {}", plain(&line));
        }
    }
    if let Some(suppression) = finding.suppressed() {
        let _ = writeln!(out, "- suppressed: {}", plain(&suppression.reason));
    }
    let paragraphs = [
        ("", finding.detail()),
        ("**Fix:** ", &finding.remediation().text),
    ];
    for (label, text) in paragraphs {
        let text: Vec<String> = text.lines().map(plain).collect();
        let _ = writeln!(out, "\n{label}{}", text.join("\\\n"));
    }
    out.push_str("\n</details>\n\n");
    out
}

/// What begins executions, of each workflow of which something is known.
fn entry_points<'a>(report: &'a Report<'_>) -> impl Iterator<Item = String> + 'a {
    report.assessments.iter().take(50).filter_map(|assessment| {
        let begun = begun_by(&assessment.entry_points);
        let name = &assessment.workflow.name;
        (!begun.is_empty()).then(|| format!("{name} is begun by {begun}"))
    })
}

/// The states of the workflows in which a caller decides something, as far as there is room.
fn pictures(out: &mut String, report: &Report<'_>) {
    for assessment in report.assessments {
        let Some(graph) = mermaid::states(assessment) else {
            continue;
        };
        let name = plain(&assessment.workflow.name);
        let text = format!(
            "<details><summary>States of {name}</summary>\n\n```mermaid\n{graph}```\n\n\
             Thick lines: what a caller decides goes this way.\n\n</details>\n\n"
        );
        if out.len() + text.len() <= MAX_CHARACTERS {
            out.push_str(&text);
        }
    }
}

fn gaps<'a>(report: &'a Report<'_>) -> impl Iterator<Item = String> + 'a {
    let hard = report.assessments.iter().flat_map(|a| {
        let gaps = a.gaps.iter().filter(|g| !g.optional);
        gaps.map(|g| (a.workflow.name.as_str(), g))
    });
    let line =
        |(name, gap): (&str, &Gap)| format!("{name}: not checked: {}: {}", gap.what, gap.why);
    hard.take(50).map(line)
}

/// Text without any meaning in Markdown or HTML: no markup, link, mention or reference of it is shown as such.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape::line(text).chars() {
        match c {
            // A host's name is a link by itself.
            '.' if ends_with_www(&out) => out.push_str("&#46;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    let last = text.len().checked_sub(3).and_then(|at| text.get(at..));
    last.is_some_and(|last| last.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tests::{assessment, finding};
    use crate::severity::Severity;

    #[test]
    fn nothing_of_an_account_is_markup_and_what_is_too_much_is_counted() {
        let hostile = "@all #1 <img src=x> [a](https://e) www.e WWW.e `x` | **b**";
        let all = vec![assessment(
            "O",
            vec![finding(Severity::High, hostile)],
            vec![],
        )];
        let text = super::report(&Report::of(&all));
        for part in [
            "@all", "#1", "<img", "[a]", "https:", "www.", "WWW.", "`x`", "**b**",
        ] {
            assert!(!text.contains(part), "{part}: {text}");
        }
        let long = "x".repeat(2000);
        let many = (0..100).map(|_| finding(Severity::Low, &long)).collect();
        let all = vec![assessment("O", many, vec![])];
        let text = super::report(&Report::of(&all));
        assert!(text.len() < 65_536 && text.contains("more: see the whole report"));
    }
}
