//! The line that a finding is about, with the place underlined.

use std::fmt::Write as _;

use super::{LABEL, Style};
use crate::assess::Assessment;
use crate::document::Location;
use crate::finding::Finding;
use crate::render::escape;
use crate::render::report::Report;

/// Characters of a line that are shown before and behind the place.
const AROUND: usize = 40;

/// Where the finding stands, with its line; after that the statement of the role that it names.
pub fn put(
    out: &mut String,
    report: &Report<'_>,
    assessment: &Assessment,
    finding: &Finding,
    style: Style,
) {
    let index = report.index(assessment);
    let places = [
        report.places.finding(index, finding),
        report.places.policy(index, finding),
    ];
    for at in places.into_iter().flatten() {
        named(out, &at);
        if let Some(line) = report.places.line(&at.file, at.line) {
            underlined(out, line, &at, style);
        }
    }
}

fn underlined(out: &mut String, line: &str, at: &Location, style: Style) {
    let (text, before, marked) = window(line, at, style.width.saturating_sub(LABEL + 12));
    let number = at.line.to_string();
    let gutter = " ".repeat(4 + LABEL);
    let _ = writeln!(
        out,
        "{gutter}{} {text}",
        style.paint(&format!("{number} |"), "2")
    );
    let carets = style.paint(&"^".repeat(marked.max(1)), "1;31");
    let blank = " ".repeat(number.len());
    let _ = writeln!(
        out,
        "{gutter}{} {}{carets}",
        style.paint(&format!("{blank} |"), "2"),
        " ".repeat(before)
    );
}

/// Where the finding stands, without its line.
pub fn place(out: &mut String, report: &Report<'_>, assessment: &Assessment, finding: &Finding) {
    let index = report.index(assessment);
    if let Some(at) = report.places.finding(index, finding) {
        named(out, &at);
    }
}

fn named(out: &mut String, at: &Location) {
    let place = format!("{}:{}:{}", at.file, at.line, at.column);
    let _ = writeln!(out, "    {:<LABEL$}{}", "at", escape::line(&place));
}

/// The part of a line around the place, harmless, with how many columns stand before the place and how many it has.
fn window(line: &str, at: &Location, width: usize) -> (String, usize, usize) {
    let chars: Vec<char> = line.chars().collect();
    let start = at.column.saturating_sub(1).min(chars.len());
    let end = match at.end_line == at.line {
        true => at.end_column.saturating_sub(1).clamp(start, chars.len()),
        false => chars.len(),
    };
    let from = match chars.len() <= width {
        true => 0,
        false => start.saturating_sub(AROUND),
    };
    let to = chars.len().min((from + width).max(start));
    let part = |from: usize, to: usize| -> String {
        let part: String = chars.get(from..to).unwrap_or_default().iter().collect();
        escape::line(&part.replace('\t', " "))
    };
    let lead = if from > 0 { "…" } else { "" };
    let before = format!("{lead}{}", part(from, start));
    let marked = part(start, end.min(to));
    let rest = part(end.min(to), to);
    let tail = if to < chars.len() { "…" } else { "" };
    let (columns, width) = (before.chars().count(), marked.chars().count());
    (format!("{before}{marked}{rest}{tail}"), columns, width)
}
