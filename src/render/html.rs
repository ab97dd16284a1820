//! A report as one HTML file: it loads nothing, is whole without its script, and nothing of an account is markup in it.

mod account;
mod findings;
mod layout;
mod markup;
mod picture;
mod policy;
mod rules;

use super::counted;
use super::report::Report;
use crate::assess::Assessment;
use crate::finding::Counts;
use crate::severity::Severity;
use markup::Markup;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");
/// Bytes from which on workflows are listed and no longer told: a browser opens a larger page slowly, and nobody reads it.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The whole page.
pub fn report(report: &Report<'_>) -> String {
    let mut page = Markup::default();
    page.literal("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.empty(
        "meta",
        &[
            ("http-equiv", &"Content-Security-Policy"),
            ("content", &policy::policy(STYLE, SCRIPT)),
        ],
    );
    page.literal("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>stepwarden report</title>\n<style>");
    page.literal(STYLE);
    page.literal("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#workflows\">Skip to the workflows</a>\n");
    let ordered = ordered(report);
    head(&mut page, report);
    page.open("main", &[]);
    summary(&mut page, report);
    account::section(&mut page, &ordered);
    filter(&mut page);
    let told = workflows(report, &ordered);
    table(&mut page, &ordered, told.shown);
    page.append(told.page);
    rules::section(&mut page, report);
    page.close();
    page.literal("<footer><p>Made by stepwarden. The page is one file and loads nothing.</p></footer>\n<script>");
    page.literal(SCRIPT);
    page.literal("</script>\n</body>\n</html>\n");
    page.finish()
}

/// A workflow with its place in the report.
#[derive(Clone, Copy)]
struct Told<'a> {
    index: usize,
    assessment: &'a Assessment,
}

impl Told<'_> {
    /// What the page calls it.
    fn id(&self) -> String {
        format!("w{}", self.index + 1)
    }

    fn counts(&self) -> Counts {
        Counts::of(&self.assessment.findings)
    }
}

/// The workflows, worst first.
fn ordered<'a>(report: &Report<'a>) -> Vec<Told<'a>> {
    let each = report.assessments.iter().enumerate();
    let mut all: Vec<Told<'a>> = each
        .map(|(index, assessment)| Told { index, assessment })
        .collect();
    all.sort_by_cached_key(|told| {
        let counts = told.counts();
        let worst = Severity::WORST_FIRST.map(|severity| counts.get(severity));
        (
            std::cmp::Reverse(worst),
            told.assessment.workflow.name.clone(),
            told.index,
        )
    });
    all
}

fn head(page: &mut Markup, report: &Report<'_>) {
    page.open("header", &[]);
    page.element("h1", &[], "stepwarden report");
    let all = report.assessments.iter().flat_map(|a| &a.findings);
    let found = Counts::of(all).found();
    let workflows = counted(report.assessments.len(), "workflow");
    page.element(
        "p",
        &[("class", &"quiet")],
        &format!("{workflows}: {found}"),
    );
    page.literal("<nav aria-label=\"Contents\"><p><a href=\"#summary\">Summary</a> · <a href=\"#account\">Account</a> · <a href=\"#workflows\">Workflows</a> · <a href=\"#rules\">Rules</a></p></nav>\n");
    page.close();
}

fn summary(page: &mut Markup, report: &Report<'_>) {
    page.open("section", &[("aria-labelledby", &"summary")]);
    page.element("h2", &[("id", &"summary")], "Summary");
    let all = || report.assessments.iter().flat_map(|a| &a.findings);
    let counts = Counts::of(all());
    page.open("ul", &[("class", &"counts")]);
    for severity in Severity::WORST_FIRST {
        page.open("li", &[("class", &severity)]);
        page.element("strong", &[], &counts.get(severity).to_string());
        page.text(&format!(" {severity}"));
        page.close();
    }
    page.close();
    let suppressed = all().filter(|f| f.suppressed().is_some()).count();
    let mut lines: Vec<String> = report
        .failures
        .iter()
        .map(|f| format!("not judged: {f}"))
        .collect();
    if suppressed > 0 {
        lines.push(format!(
            "{} suppressed, listed with their workflows",
            counted(suppressed, "finding")
        ));
    }
    if let Some(partial) = super::report::not_whole(report.assessments.iter()) {
        lines.push(format!(
            "{partial}; what was not checked stands with each workflow"
        ));
    }
    if let Some(baseline) = report.baseline {
        let new = all().filter(|f| f.is_open() && baseline.is_new(f)).count();
        lines.push(format!(
            "{} since the baseline",
            counted(new, "new finding")
        ));
    }
    lines.extend(report.notes());
    bullets(page, &lines);
    page.close();
}

fn bullets(page: &mut Markup, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.open("ul", &[]);
    for line in lines {
        page.element("li", &[], line);
    }
    page.close();
}

/// Shown by the script, which it is for.
fn filter(page: &mut Markup) {
    page.literal("<section aria-labelledby=\"workflows\"><h2 id=\"workflows\" tabindex=\"-1\">Workflows</h2>\n<form id=\"filter\" role=\"search\" aria-label=\"Findings\" hidden><p><label for=\"words\">Words in a finding or a name</label><input id=\"words\" type=\"search\" autocomplete=\"off\"></p><p><label for=\"least\">At least</label><select id=\"least\"><option>info</option><option>low</option><option>medium</option><option>high</option><option>critical</option></select></p><p id=\"shown\" role=\"status\"></p></form>\n");
}

/// The articles of workflows, as many as the page takes.
struct Articles {
    page: Markup,
    shown: usize,
}

fn workflows(report: &Report<'_>, ordered: &[Told<'_>]) -> Articles {
    let mut page = Markup::default();
    let mut shown = 0;
    for told in ordered {
        if page.len() > MAX_BYTES {
            break;
        }
        findings::workflow(&mut page, report, told);
        shown += 1;
    }
    page.literal("</section>\n");
    Articles { page, shown }
}

/// Every workflow in a row; those that are told lead to where.
fn table(page: &mut Markup, ordered: &[Told<'_>], shown: usize) {
    if shown < ordered.len() {
        let text = format!(
            "The {shown} worst workflows are told below, which is as much as one page takes; the others have a row here. \
             Name one with --workflow, or read the JSON report, which holds all."
        );
        page.element("p", &[], &text);
    }
    page.open(
        "div",
        &[
            ("class", &"table"),
            ("role", &"region"),
            ("aria-label", &"Workflows, worst first"),
            ("tabindex", &0),
        ],
    );
    page.open("table", &[]);
    page.literal("<thead><tr><th scope=\"col\">Workflow</th><th scope=\"col\">Owner</th><th scope=\"col\">Type</th><th scope=\"col\" class=\"number\">Critical</th><th scope=\"col\" class=\"number\">High</th><th scope=\"col\" class=\"number\">Medium</th><th scope=\"col\" class=\"number\">Low</th><th scope=\"col\" class=\"number\">Info</th></tr></thead><tbody>\n");
    for (place, told) in ordered.iter().enumerate() {
        let workflow = &told.assessment.workflow;
        page.open("tr", &[("data-of", &told.id())]);
        page.open("th", &[("scope", &"row")]);
        match place < shown {
            true => page.element("a", &[("href", &format!("#{}", told.id()))], &workflow.name),
            false => page.text(&workflow.name),
        }
        page.close();
        page.element("td", &[], &workflow.owner);
        page.element("td", &[], workflow.kind.word());
        let counts = told.counts();
        for severity in Severity::WORST_FIRST {
            page.element(
                "td",
                &[("class", &"number")],
                &counts.get(severity).to_string(),
            );
        }
        page.close();
    }
    page.literal("</tbody>");
    page.close();
    page.close();
}

#[cfg(test)]
mod tests;
