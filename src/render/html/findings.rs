//! A workflow of the page: its settings, its picture, what begins it, its findings.

use super::markup::Markup;
use super::{Told, counted, picture};
use crate::assess::Assessment;
use crate::document::Location;
use crate::entry_points::Authorization;
use crate::facts::entry::Entry;
use crate::finding::Finding;
use crate::render::report::Report;
use crate::render::{evidence, fix, marks};

/// Entry points that are listed.
const MAX_ENTRIES: usize = 50;
/// Findings that are told in full.
const MAX_FINDINGS: usize = 100;

/// One workflow.
pub fn workflow(page: &mut Markup, report: &Report<'_>, told: &Told<'_>) {
    let assessment = told.assessment;
    let (id, name) = (told.id(), &assessment.workflow.name);
    page.open(
        "article",
        &[
            ("class", &"workflow"),
            ("id", &id),
            ("aria-labelledby", &format!("{id}-name")),
        ],
    );
    page.element("h3", &[("id", &format!("{id}-name"))], name);
    settings(page, assessment);
    states(page, assessment, &id);
    entries(page, &assessment.entry_points);
    let mut number = 0;
    let mut shown_diffs = Vec::new();
    for finding in &assessment.findings {
        number += 1;
        if number <= MAX_FINDINGS {
            one(page, report, told, (number, finding), &mut shown_diffs);
        }
    }
    if number > MAX_FINDINGS {
        let more = counted(number - MAX_FINDINGS, "finding");
        page.element("p", &[], &format!("{more} more: see the JSON report."));
    }
    let gaps: Vec<String> = assessment
        .gaps
        .iter()
        .map(|gap| format!("{}: {}", gap.what, gap.why))
        .collect();
    if !gaps.is_empty() {
        page.open("details", &[]);
        page.element(
            "summary",
            &[],
            &format!("Not checked: {}", counted(gaps.len(), "thing")),
        );
        super::bullets(page, &gaps);
        page.close();
    }
    page.close();
}

fn settings(page: &mut Markup, assessment: &Assessment) {
    let workflow = &assessment.workflow;
    page.open("dl", &[]);
    row(page, "Workflow", workflow.arn.as_str());
    row(page, "Type", workflow.kind.word());
    row(page, "Owner", &workflow.owner);
    if let Some(role) = &workflow.role {
        row(page, "Execution role", role.as_str());
    }
    page.close();
}

fn row(page: &mut Markup, label: &'static str, text: &str) {
    page.element("dt", &[], label);
    page.element("dd", &[], text);
}

fn states(page: &mut Markup, assessment: &Assessment, id: &str) {
    let graph = &assessment.graph;
    if graph.states.is_empty() {
        return;
    }
    let marks = marks::of(assessment);
    let marked = !marks.states.is_empty();
    let attributes: &[(&'static str, &dyn std::fmt::Display)] = match marked {
        true => &[("open", &"")],
        false => &[],
    };
    page.open("details", attributes);
    page.element(
        "summary",
        &[],
        &format!("Picture: {}", counted(graph.states.len(), "state")),
    );
    picture::picture(
        page,
        graph,
        &marks,
        &format!("{id}-states"),
        &assessment.workflow.name,
    );
    page.literal("<ul class=\"key\"><li>Thick border and arrows: what a caller decides goes this way</li><li>Filled, “reaches”: what the caller reaches there</li><li>Number: findings at the state</li><li>Dashed arrow: on an error</li></ul>");
    if graph.left_out > 0 {
        page.element(
            "p",
            &[],
            &format!("{} more are not drawn.", counted(graph.left_out, "state")),
        );
    }
    page.open("details", &[]);
    page.element("summary", &[], "The states as a list");
    picture::list(page, graph, &marks);
    page.close();
    page.close();
}

fn entries(page: &mut Markup, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    page.open("details", &[]);
    page.element(
        "summary",
        &[],
        &format!("Begun by {}", counted(entries.len(), "entry point")),
    );
    page.open("ul", &[]);
    for entry in entries.iter().take(MAX_ENTRIES) {
        let mut text = format!("{} {}", entry.kind.word(), entry.name);
        if let Some(authorization) = entry.authorization.map(Authorization::word) {
            text.push_str(&format!(", authorization: {authorization}"));
        }
        text.push_str(&format!(", chooses of the input: {}", entry.input.word()));
        if entry.public {
            text.push_str(", open to anybody");
        }
        page.element("li", &[], &text);
    }
    if let Some(more) = entries
        .len()
        .checked_sub(MAX_ENTRIES)
        .filter(|more| *more > 0)
    {
        page.element("li", &[], &format!("and {more} more"));
    }
    page.close();
    page.close();
}

fn one(
    page: &mut Markup,
    report: &Report<'_>,
    told: &Told<'_>,
    (number, finding): (usize, &Finding),
    shown: &mut Vec<(usize, Vec<fix::Diff>)>,
) {
    let severity = finding.severity();
    let id = format!("{}f{number}", told.id());
    page.open(
        "div",
        &[
            ("class", &format!("finding {severity}")),
            ("id", &id),
            ("data-severity", &severity),
        ],
    );
    page.open("h4", &[]);
    page.element(
        "span",
        &[("class", &format!("level {severity}"))],
        severity.word(),
    );
    let new = report.is_new(finding) == Some(true);
    page.prose(&format!(
        "{}{}",
        if new { "new: " } else { "" },
        finding.title()
    ));
    page.close();
    if let Some(suppression) = finding.suppressed() {
        let until = suppression
            .until
            .as_ref()
            .map_or_else(String::new, |day| format!(", until {day}"));
        page.element(
            "p",
            &[],
            &format!("Suppressed: {}{until}", suppression.reason),
        );
    }
    source(page, report, told.index, finding);
    page.open("dl", &[]);
    page.element("dt", &[], "rule");
    page.open("dd", &[]);
    page.element(
        "a",
        &[("href", &format!("#rule-{}", finding.rule()))],
        finding.rule().as_str(),
    );
    page.close();
    for (label, lines) in evidence(finding) {
        page.element("dt", &[], label);
        for line in lines {
            page.element("dd", &[], &line);
        }
    }
    page.close();
    paragraphs(page, "Why", finding.detail());
    paragraphs(page, "Fix", &finding.remediation().text);
    let diffs = fix::diffs(report, told.index, finding);
    let earlier = shown
        .iter()
        .find(|(_, known)| !diffs.is_empty() && *known == diffs);
    match earlier.map(|(number, _)| format!("{}f{number}", told.id())) {
        Some(earlier) => {
            page.open("p", &[]);
            page.element(
                "a",
                &[("href", &format!("#{earlier}"))],
                "The same change as above",
            );
            page.close();
        }
        None => {
            diffs.iter().for_each(|change| diff(page, change));
            if !diffs.is_empty() {
                shown.push((number, diffs));
            }
        }
    }
    page.close();
}

fn paragraphs(page: &mut Markup, label: &'static str, text: &str) {
    page.element("h5", &[], label);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        page.open("p", &[]);
        page.prose(line);
        page.close();
    }
}

/// Lines around the place that are shown.
const AROUND: usize = 2;
/// Lines of the place itself that are shown.
const MAX_MARKED: usize = 12;

/// The lines where the finding stands, with the place marked.
fn source(page: &mut Markup, report: &Report<'_>, index: usize, finding: &Finding) {
    let Some(at) = report.places.finding(index, finding) else {
        return;
    };
    page.open("p", &[]);
    page.element(
        "code",
        &[],
        &format!("{}:{}:{}", at.file, at.line, at.column),
    );
    page.close();
    let last = at.end_line.min(at.line + MAX_MARKED);
    let numbers = at.line.saturating_sub(AROUND).max(1)..=last + AROUND;
    let lines: Vec<(usize, &str)> = numbers
        .filter_map(|number| Some((number, report.places.line(&at.file, number)?)))
        .collect();
    if lines.is_empty() {
        return;
    }
    page.open(
        "pre",
        &[
            ("tabindex", &0),
            ("role", &"group"),
            ("aria-label", &format!("Lines of {}", at.file)),
        ],
    );
    for (number, line) in lines {
        page.open("span", &[]);
        page.element("span", &[("class", &"number")], &format!("{number:>5}  "));
        marked(page, line, number, &at);
        page.close();
    }
    page.close();
}

/// Characters of a line that are shown.
const MAX_LINE: usize = 400;

fn marked(page: &mut Markup, line: &str, number: usize, at: &Location) {
    let line: Vec<char> = line.replace('\t', " ").chars().take(MAX_LINE).collect();
    let inside = (at.line..=at.end_line).contains(&number);
    let start = match number == at.line {
        true => at.column.saturating_sub(1),
        false => line.iter().take_while(|c| **c == ' ').count(),
    };
    let end = match number == at.end_line {
        true => at.end_column.saturating_sub(1),
        false => line.len(),
    };
    let (start, end) = match inside {
        true => (
            start.min(line.len()),
            end.clamp(start.min(line.len()), line.len()),
        ),
        false => (line.len(), line.len()),
    };
    let part = |from: usize, to: usize| {
        line.get(from..to)
            .unwrap_or_default()
            .iter()
            .collect::<String>()
    };
    page.text(&part(0, start));
    if start < end {
        page.element("mark", &[], &part(start, end));
    }
    page.text(&part(end, line.len()));
}

fn diff(page: &mut Markup, diff: &fix::Diff) {
    page.element("h5", &[], &format!("Change: {}", diff.what));
    page.open(
        "pre",
        &[
            ("tabindex", &0),
            ("role", &"group"),
            ("aria-label", &format!("Change of {}", diff.what)),
        ],
    );
    for line in &diff.lines {
        let class = match line.sign {
            fix::Sign::Kept => "kept",
            fix::Sign::Added => "added",
            fix::Sign::Removed => "removed",
            fix::Sign::Skipped => "skipped",
        };
        page.element(
            "span",
            &[("class", &class)],
            &format!("{} {}", line.sign.mark(), line.text),
        );
    }
    page.close();
}
